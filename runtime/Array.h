//===- Array.h - An n-dimensional array in memory ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The readers of IDX, NPY and NPZ files return such an array: an element type,
// a shape, and row-major elements in the byte order of the machine.
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

/// The size of one element in bytes.
size_t sizeOf(ElementType type);
/// NumPy's name of the type: "uint8", "float32", ….
const char *nameOf(ElementType type);
inline bool isFloat(ElementType type) {
  return type == ElementType::F32 || type == ElementType::F64;
}
/// `shape` as text: "[60000, 28, 28]".
std::string formatShape(const std::vector<int64_t> &shape);
/// Sets `elements` to the number of elements of `shape`. Returns false if a
/// dimension is negative or `elements * elementBytes` does not fit into an
/// int64_t. A reader compares this with the size of the file before it
/// allocates anything.
bool countElements(const std::vector<int64_t> &shape, size_t elementBytes,
                   int64_t &elements);
/// Reverses the bytes of every element.
void swapByteOrder(Bytes &data, size_t elementBytes);

struct Array {
  ElementType type = ElementType::U8;
  std::vector<int64_t> shape;
  Bytes data; ///< Empty if the elements are borrowed.
  /// Elements that belong to a caller, who keeps them as they are.
  const void *borrowed = nullptr;

  const uint8_t *elements() const {
    return borrowed ? static_cast<const uint8_t *>(borrowed) : data.data();
  }
  /// The first dimension; 1 for a scalar.
  int64_t rows() const { return shape.empty() ? 1 : shape.front(); }
  /// The product of the other dimensions.
  int64_t rowElements() const;
};

/// The header of an array in a file.
struct ArrayHeader {
  const std::string &source; ///< The file, for messages.
  ElementType type;
  const std::vector<int64_t> &shape;
};
/// Throws an Error if the array has the wrong type or shape. A reader calls it
/// before it allocates the elements, so that a small compressed file cannot
/// fill the memory with a large array of the wrong shape.
using CheckHeader = std::function<void(const ArrayHeader &)>;

/// Calls `visit` with a typed pointer to the array's elements.
template <typename Visitor>
void visitElements(const Array &array, Visitor visit) {
  const void *data = array.elements();
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
