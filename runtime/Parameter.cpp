//===- Parameter.cpp - The layout of a parameter --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Parameter.h"

using namespace vib::runtime;

int64_t vib::runtime::rowsOf(const VibParameter &parameter) {
  int64_t rows = 1;
  for (uint32_t i = 0; i + 1 < parameter.rank; ++i)
    rows *= parameter.shape[i];
  return rows;
}

int64_t vib::runtime::columnsOf(const VibParameter &parameter) {
  return parameter.rank >= 1 ? parameter.shape[parameter.rank - 1] : 1;
}

std::vector<int64_t> vib::runtime::fileShape(const VibParameter &parameter) {
  std::vector<int64_t> shape(parameter.shape, parameter.shape + parameter.rank);
  for (uint32_t i = 0; parameter.permutation && i < parameter.rank; ++i)
    shape[i] = parameter.shape[parameter.permutation[i]];
  return shape;
}

FilePlaces::FilePlaces(const VibParameter &parameter)
    : shape(parameter.shape), strides(parameter.rank) {
  std::vector<int64_t> extents = fileShape(parameter);
  size_t stride = 1;
  for (uint32_t i = parameter.rank; i-- > 0;) {
    strides[parameter.permutation ? size_t(parameter.permutation[i]) : i] =
        stride;
    stride *= size_t(extents[i]);
  }
}

size_t FilePlaces::rowPlace(int64_t row) const {
  size_t place = 0;
  for (size_t i = strides.empty() ? 0 : strides.size() - 1; i-- > 0;) {
    place += size_t(row % shape[i]) * strides[i];
    row /= shape[i];
  }
  return place;
}

template <typename T>
static void read(const VibParameter &parameter, const T *memory, T *plain) {
  visitElements(parameter,
                [&](size_t at, size_t file) { plain[file] = memory[at]; });
}

template <typename T>
static void write(const VibParameter &parameter, T *memory, const T *plain) {
  visitElements(parameter,
                [&](size_t at, size_t file) { memory[at] = plain[file]; });
}

extern "C" void vib_read_parameter(const VibParameter *parameter,
                                   const void *block, void *plain) {
  if (parameter->type == VIB_F64)
    read(*parameter, parameterData<double>(*parameter, block),
         static_cast<double *>(plain));
  else
    read(*parameter, parameterData<float>(*parameter, block),
         static_cast<float *>(plain));
}

extern "C" void vib_write_parameter(const VibParameter *parameter, void *block,
                                    const void *plain) {
  if (parameter->type == VIB_F64)
    write(*parameter, parameterData<double>(*parameter, block),
          static_cast<const double *>(plain));
  else
    write(*parameter, parameterData<float>(*parameter, block),
          static_cast<const float *>(plain));
}
