//===- Session.cpp - A model at work on a device --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Session.h"
#include "runtime/CpuSession.h"
#include "runtime/CudaSession.h"

#include <numeric>

namespace vib::runtime {

std::unique_ptr<Session> makeSession(const VibModel &model,
                                     const Options &options) {
  if (model.gpu)
    return std::make_unique<CudaSession>(model, options.device);
  return std::make_unique<CpuSession>(model, options.threads);
}

double sumRows(const VibTensor &tensor, const void *values, int64_t rows) {
  auto add = [&](const auto *begin) {
    return std::accumulate(begin, begin + rows, 0.0);
  };
  return tensor.type == VIB_F64 ? add(static_cast<const double *>(values))
                                : add(static_cast<const float *>(values));
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
