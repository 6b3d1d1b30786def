//===- Parameter.h - The layout of a parameter ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In files a parameter is row-major, and the weight of a linear layer is [out,
// in]. In memory the weight is [in, out], possibly in panels of columns
// (runtime/Abi.h). All code that accesses single elements uses this file.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PARAMETER_H
#define VIB_RUNTIME_PARAMETER_H

#include "runtime/Abi.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace vib::runtime {

/// The rows and columns in memory. A scalar is one row of one column, a vector
/// is one row.
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

/// The places in a file of the rows of a parameter, which are all its
/// dimensions but the last in the order of the memory.
class FilePlaces {
public:
  explicit FilePlaces(const VibParameter &parameter);

  size_t of(int64_t row) const {
    return strides.size() == 2 ? size_t(row) * strides[0] : rowPlace(row);
  }
  /// From a column to the next.
  size_t columnStride() const { return strides.empty() ? 1 : strides.back(); }

private:
  size_t rowPlace(int64_t row) const;

  const int64_t *shape;
  std::vector<size_t> strides; ///< Of each dimension of the memory.
};

/// Calls visit(index in memory, index in the file) for every element. It visits
/// squares of elements, because a row of one side is a column of the other, and
/// so reads whole cache lines of both.
template <typename Visitor>
void visitElements(const VibParameter &parameter, Visitor visit) {
  constexpr int64_t square = 16;
  int64_t rows = rowsOf(parameter), columns = columnsOf(parameter);
  int64_t width = parameter.panel ? int64_t(parameter.panel) : columns;
  size_t step = parameter.panel_bytes / elementBytes(parameter);
  FilePlaces places(parameter);
  size_t fileColumn = places.columnStride();
  size_t panel = 0;
  for (int64_t left = 0; left < columns; left += width, panel += step) {
    int64_t right = std::min(left + width, columns);
    for (int64_t r0 = 0; r0 < rows; r0 += square)
      for (int64_t c0 = left; c0 < right; c0 += square)
        for (int64_t c = c0; c < std::min(c0 + square, right); ++c)
          for (int64_t r = r0; r < std::min(r0 + square, rows); ++r)
            visit(panel + size_t(r * width + c - left),
                  places.of(r) + size_t(c) * fileColumn);
  }
}

} // namespace vib::runtime

#endif // VIB_RUNTIME_PARAMETER_H
