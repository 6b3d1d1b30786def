//===- Parameter.h - Where the elements of a parameter lie ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Files hold a parameter row-major, a linear's weight as [out, in]; memory
// holds it as [in, out], in panels of columns where the kernels want them
// (runtime/Abi.h). All that looks at single elements goes through here.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PARAMETER_H
#define VIB_RUNTIME_PARAMETER_H

#include "runtime/Abi.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vib::runtime {

/// A scalar is one row of one column, a vector is one row.
int64_t rowsOf(const VibParameter &parameter);
int64_t columnsOf(const VibParameter &parameter);
inline int64_t elementsOf(const VibParameter &parameter) {
  return rowsOf(parameter) * columnsOf(parameter);
}
inline size_t elementBytes(const VibParameter &parameter) {
  return parameter.type == VIB_F64 ? sizeof(double) : sizeof(float);
}

/// The shape in files.
std::vector<int64_t> fileShape(const VibParameter &parameter);

template <typename T>
T *parameterData(const VibParameter &parameter, void *block) {
  return reinterpret_cast<T *>(static_cast<char *>(block) + parameter.offset);
}
template <typename T>
const T *parameterData(const VibParameter &parameter, const void *block) {
  return parameterData<T>(parameter, const_cast<void *>(block));
}

/// Calls visit(place in memory, place in the file) for every element, both
/// counted in elements. In squares, so that neither side jumps from cache line
/// to cache line.
template <typename Visitor>
void visitElements(const VibParameter &parameter, Visitor visit) {
  constexpr int64_t square = 16;
  int64_t rows = rowsOf(parameter), columns = columnsOf(parameter);
  int64_t width = parameter.panel ? int64_t(parameter.panel) : columns;
  size_t step = parameter.panel_bytes / elementBytes(parameter);
  size_t fileRow = parameter.transposed ? 1 : size_t(columns);
  size_t fileColumn = parameter.transposed ? size_t(rows) : 1;
  size_t panel = 0;
  for (int64_t left = 0; left < columns; left += width, panel += step) {
    int64_t right = std::min(left + width, columns);
    for (int64_t r0 = 0; r0 < rows; r0 += square)
      for (int64_t c0 = left; c0 < right; c0 += square)
        for (int64_t c = c0; c < std::min(c0 + square, right); ++c)
          for (int64_t r = r0; r < std::min(r0 + square, rows); ++r)
            visit(panel + size_t(r * width + c - left),
                  size_t(r) * fileRow + size_t(c) * fileColumn);
  }
}

} // namespace vib::runtime

#endif // VIB_RUNTIME_PARAMETER_H
