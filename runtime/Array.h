//===- Array.h - An n-dimensional array in memory ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the readers of IDX, NPY and NPZ give: a type, a shape and row-major
// elements in the byte order of the machine.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_ARRAY_H
#define VIB_RUNTIME_ARRAY_H

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace vib::runtime {

using Bytes = std::vector<uint8_t>;

enum class ElementType { Bool, U8, I8, U16, I16, U32, I32, U64, I64, F32, F64 };

/// Bytes of one element.
size_t sizeOf(ElementType type);
/// "uint8", "float32", … as NumPy calls it.
const char *nameOf(ElementType type);
inline bool isFloat(ElementType type) {
  return type == ElementType::F32 || type == ElementType::F64;
}
/// "[60000, 28, 28]".
std::string formatShape(const std::vector<int64_t> &shape);
/// The number of elements of `shape`, or false if a dimension is negative or
/// `elements * elementBytes` does not fit into an int64_t. No reader allocates
/// before it has compared this with the bytes that are there.
bool countElements(const std::vector<int64_t> &shape, size_t elementBytes,
                   int64_t &elements);
/// Reverses the bytes of every element.
void swapByteOrder(Bytes &data, size_t elementBytes);

struct Array {
  ElementType type = ElementType::U8;
  std::vector<int64_t> shape;
  Bytes data;

  /// The first dimension; 1 for a scalar.
  int64_t rows() const { return shape.empty() ? 1 : shape.front(); }
  /// The product of the other dimensions.
  int64_t rowElements() const;
};

/// What the header of a file says of its array.
struct ArrayHeader {
  const std::string &source; ///< The file, for messages.
  ElementType type;
  const std::vector<int64_t> &shape;
};
/// Throws if an array is not one that is wanted. A reader calls it before the
/// elements take memory, so that a small compressed file with a large array of
/// the wrong shape costs nothing.
using CheckHeader = std::function<void(const ArrayHeader &)>;

/// Calls `visit` with a typed pointer to the array's elements.
template <typename Visitor>
void visitElements(const Array &array, Visitor visit) {
  const void *data = array.data.data();
  switch (array.type) {
  case ElementType::Bool:
  case ElementType::U8:
    return visit(static_cast<const uint8_t *>(data));
  case ElementType::I8:
    return visit(static_cast<const int8_t *>(data));
  case ElementType::U16:
    return visit(static_cast<const uint16_t *>(data));
  case ElementType::I16:
    return visit(static_cast<const int16_t *>(data));
  case ElementType::U32:
    return visit(static_cast<const uint32_t *>(data));
  case ElementType::I32:
    return visit(static_cast<const int32_t *>(data));
  case ElementType::U64:
    return visit(static_cast<const uint64_t *>(data));
  case ElementType::I64:
    return visit(static_cast<const int64_t *>(data));
  case ElementType::F32:
    return visit(static_cast<const float *>(data));
  case ElementType::F64:
    return visit(static_cast<const double *>(data));
  }
}

} // namespace vib::runtime

#endif // VIB_RUNTIME_ARRAY_H
