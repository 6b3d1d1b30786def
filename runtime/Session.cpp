//===- Session.cpp - Running a model on a device --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Session.h"
#include "runtime/CpuSession.h"
#include "runtime/CudaSession.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <numeric>

namespace vib::runtime {

std::unique_ptr<Session> makeSession(const VibModel &model,
                                     const Options &options) {
  if (model.gpu)
    return std::make_unique<CudaSession>(model, options.device);
  return std::make_unique<CpuSession>(model, options.threads);
}

uint64_t sizeOf(const VibTensor &tensor) {
  uint64_t bytes = tensor.type == VIB_U8     ? 1
                   : tensor.type == VIB_F64  ? 8
                   : tensor.type == VIB_BF16 ? 2
                                             : 4;
  for (uint32_t i = 0; i < tensor.rank; ++i)
    bytes *= uint64_t(tensor.shape[i]);
  return bytes;
}

std::vector<const VibTensor *> trainedTensors(const VibModel &model) {
  std::vector<const VibTensor *> tensors;
  for (const VibFigure &figure : figuresOf(model))
    tensors.push_back(figure.trained ? &getTensor(model, figure.tensor)
                                     : nullptr);
  return tensors;
}

std::vector<const VibTensor *> trainedDivisors(const VibModel &model) {
  std::vector<const VibTensor *> tensors;
  for (const VibFigure &figure : figuresOf(model))
    tensors.push_back(figure.trained && figure.divisor
                          ? &getTensor(model, figure.divisor)
                          : nullptr);
  return tensors;
}

double sumRows(const VibTensor &tensor, const void *values, int64_t rows) {
  auto add = [&](const auto *begin) {
    return std::accumulate(begin, begin + rows, 0.0);
  };
  return tensor.type == VIB_F64 ? add(static_cast<const double *>(values))
                                : add(static_cast<const float *>(values));
}

Bytes toTensor(const VibTensor &tensor, const std::vector<double> &values) {
  Bytes bytes(sizeOf(tensor));
  auto fill = [&](auto *to) { std::copy(values.begin(), values.end(), to); };
  if (tensor.type == VIB_F64)
    fill(reinterpret_cast<double *>(bytes.data()));
  else
    fill(reinterpret_cast<float *>(bytes.data()));
  return bytes;
}

std::vector<double> readRows(const VibTensor &tensor, const void *values,
                             int64_t rows) {
  int64_t width = 1;
  for (uint32_t i = 1; i < tensor.rank; ++i)
    width *= tensor.shape[i];
  auto read = [&](const auto *begin) {
    return std::vector<double>(begin, begin + rows * width);
  };
  return tensor.type == VIB_F64 ? read(static_cast<const double *>(values))
                                : read(static_cast<const float *>(values));
}

} // namespace vib::runtime
