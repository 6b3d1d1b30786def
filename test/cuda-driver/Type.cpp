//===- Type.cpp - The scalar types of PTX ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Type.h"

#include <unordered_map>

using namespace vib::cuda;

std::optional<Type> vib::cuda::typeOf(std::string_view name) {
  static const std::unordered_map<std::string_view, Type> types = {
      {"pred", Type::Pred}, {"b8", Type::B8},         {"b16", Type::B16},
      {"b32", Type::B32},   {"b64", Type::B64},       {"u8", Type::U8},
      {"u16", Type::U16},   {"u32", Type::U32},       {"u64", Type::U64},
      {"s8", Type::S8},     {"s16", Type::S16},       {"s32", Type::S32},
      {"s64", Type::S64},   {"f16", Type::F16},       {"f16x2", Type::F16x2},
      {"bf16", Type::BF16}, {"bf16x2", Type::BF16x2}, {"tf32", Type::TF32},
      {"f32", Type::F32},   {"f64", Type::F64}};
  auto found = types.find(name);
  if (found == types.end())
    return std::nullopt;
  return found->second;
}

unsigned vib::cuda::sizeOf(Type type) {
  switch (type) {
  case Type::Pred:
    return 0;
  case Type::B8:
  case Type::U8:
  case Type::S8:
    return 1;
  case Type::B16:
  case Type::U16:
  case Type::S16:
  case Type::F16:
  case Type::BF16:
    return 2;
  case Type::B32:
  case Type::U32:
  case Type::S32:
  case Type::F16x2:
  case Type::BF16x2:
  case Type::TF32:
  case Type::F32:
    return 4;
  case Type::B64:
  case Type::U64:
  case Type::S64:
  case Type::F64:
    return 8;
  }
  __builtin_unreachable();
}
