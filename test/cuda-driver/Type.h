//===- Type.h - The scalar types of PTX -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_TYPE_H
#define VIB_TEST_CUDADRIVER_TYPE_H

#include <cstdint>
#include <optional>
#include <string_view>

namespace vib::cuda {

enum class Type : uint8_t {
  Pred,
  B8,
  B16,
  B32,
  B64,
  U8,
  U16,
  U32,
  U64,
  S8,
  S16,
  S32,
  S64,
  F16,
  F16x2,
  BF16,
  BF16x2,
  TF32,
  F32,
  F64
};

/// The type with the given name, without the dot, as in "u32".
std::optional<Type> typeOf(std::string_view name);

/// The bytes of a value; 0 for a predicate, whose register has one bit for each
/// lane.
unsigned sizeOf(Type type);

inline bool isSigned(Type type) {
  return type >= Type::S8 && type <= Type::S64;
}
inline bool isFloat(Type type) { return type >= Type::F16; }

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_TYPE_H
