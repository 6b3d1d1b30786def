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
#include "runtime/Error.h"
#include "runtime/ModelLists.h"

#include <cstring>
#include <numeric>

namespace vib::runtime {

std::unique_ptr<Session> makeSession(const VibModel &model,
                                     const Options &options) {
  if (model.gpu)
    return std::make_unique<CudaSession>(model, options.device);
  return std::make_unique<CpuSession>(model, options.threads);
}

static uint64_t elementBytes(const VibTensor &tensor) {
  return tensor.type == VIB_U8     ? 1
         : tensor.type == VIB_F64  ? 8
         : tensor.type == VIB_BF16 ? 2
                                   : 4;
}

uint64_t sizeOf(const VibTensor &tensor) {
  uint64_t bytes = elementBytes(tensor), columns = 1;
  for (uint32_t i = 0; i < tensor.rank; ++i)
    bytes *= uint64_t(tensor.shape[i]);
  if (tensor.panel == 0)
    return bytes;
  for (uint32_t i = 1; i < tensor.rank; ++i)
    columns *= uint64_t(tensor.shape[i]);
  return (columns + tensor.panel - 1) / tensor.panel * tensor.panel_bytes;
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

namespace {
/// The place in memory of each element of a tensor.
class Places {
public:
  explicit Places(const VibTensor &tensor)
      : panel(tensor.panel), stride(tensor.panel_bytes / elementBytes(tensor)) {
    for (uint32_t i = 1; i < tensor.rank; ++i)
      width *= tensor.shape[i];
  }

  size_t of(int64_t row, int64_t column) const {
    if (panel == 0)
      return size_t(row * width + column);
    return size_t(column / panel) * stride +
           size_t(row * panel + column % panel);
  }

  int64_t width = 1; ///< Of a row.

private:
  int64_t panel;
  size_t stride;
};

/// A number of bf16 is the upper half of an f32.
double fromBF16(uint16_t half) {
  uint32_t bits = uint32_t(half) << 16;
  float number;
  memcpy(&number, &bits, sizeof(number));
  return number;
}

/// Rounds to nearest even.
uint16_t toBF16(double value) {
  float number = float(value);
  uint32_t bits;
  memcpy(&bits, &number, sizeof(bits));
  return uint16_t((bits + 0x7FFF + (bits >> 16 & 1)) >> 16);
}
} // namespace

void writeRows(const VibTensor &tensor, void *to,
               const std::vector<double> &values) {
  Places places(tensor);
  memset(to, 0, sizeOf(tensor));
  auto write = [&](auto *elements, auto convert) {
    for (size_t i = 0; i < values.size(); ++i)
      elements[places.of(int64_t(i) / places.width,
                         int64_t(i) % places.width)] = convert(values[i]);
  };
  if (tensor.type == VIB_F64)
    write(static_cast<double *>(to), [](double value) { return value; });
  else if (tensor.type == VIB_BF16)
    write(static_cast<uint16_t *>(to), toBF16);
  else
    write(static_cast<float *>(to), [](double value) { return float(value); });
}

std::vector<double> readRows(const VibTensor &tensor, const void *values,
                             int64_t rows) {
  Places places(tensor);
  std::vector<double> result(size_t(rows * places.width));
  auto read = [&](const auto *elements, auto convert) {
    double *next = result.data();
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t column = 0; column < places.width; ++column)
        *next++ = convert(elements[places.of(row, column)]);
  };
  if (tensor.type == VIB_F64)
    read(static_cast<const double *>(values),
         [](double value) { return value; });
  else if (tensor.type == VIB_BF16)
    read(static_cast<const uint16_t *>(values), fromBF16);
  else
    read(static_cast<const float *>(values),
         [](float value) { return double(value); });
  return result;
}

void Session::encodeBatch(const VibStep &) {
  fail("this device cannot encode a batch that was changed");
}

void Session::differentiateInputs(const VibStep &) {
  fail("this device computes no gradients of inputs");
}

} // namespace vib::runtime
