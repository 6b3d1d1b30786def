//===- Array.cpp - An n-dimensional array in memory -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Array.h"
#include "runtime/Error.h"

#include <algorithm>

namespace vib::runtime {

size_t sizeOf(ElementType type) {
  switch (type) {
  case ElementType::Bool:
  case ElementType::U8:
  case ElementType::I8:
    return 1;
  case ElementType::U16:
  case ElementType::I16:
    return 2;
  case ElementType::U32:
  case ElementType::I32:
  case ElementType::F32:
    return 4;
  case ElementType::U64:
  case ElementType::I64:
  case ElementType::F64:
    return 8;
  }
  fail("unknown element type {}", int(type));
}

const char *nameOf(ElementType type) {
  switch (type) {
  case ElementType::Bool:
    return "bool";
  case ElementType::U8:
    return "uint8";
  case ElementType::I8:
    return "int8";
  case ElementType::U16:
    return "uint16";
  case ElementType::I16:
    return "int16";
  case ElementType::U32:
    return "uint32";
  case ElementType::I32:
    return "int32";
  case ElementType::U64:
    return "uint64";
  case ElementType::I64:
    return "int64";
  case ElementType::F32:
    return "float32";
  case ElementType::F64:
    return "float64";
  }
  fail("unknown element type {}", int(type));
}

std::string formatShape(const std::vector<int64_t> &shape) {
  return fmt::format("[{}]", fmt::join(shape, ", "));
}

bool countElements(const std::vector<int64_t> &shape, size_t elementBytes,
                   int64_t &elements) {
  // A dimension of 0 makes the product 0, but the product of the other
  // dimensions must not overflow either, because later code computes it.
  elements = 1;
  int64_t product = 1;
  for (int64_t dim : shape) {
    if (dim < 0)
      return false;
    elements *= dim == 0 ? 0 : 1;
    if (dim > 0 && __builtin_mul_overflow(product, dim, &product))
      return false;
  }
  int64_t bytes;
  if (__builtin_mul_overflow(product, int64_t(elementBytes), &bytes))
    return false;
  elements *= product;
  return true;
}

void swapByteOrder(Bytes &data, size_t elementBytes) {
  if (elementBytes < 2)
    return;
  for (size_t i = 0; i + elementBytes <= data.size(); i += elementBytes)
    std::reverse(data.begin() + i, data.begin() + i + elementBytes);
}

int64_t Array::rowElements() const {
  int64_t elements = 1;
  for (size_t i = 1; i < shape.size(); ++i)
    elements *= shape[i];
  return elements;
}

} // namespace vib::runtime
