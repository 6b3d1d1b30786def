//===- Atomic.cpp - atom and red ------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The lanes of a warp perform their operations in order. Any order is allowed,
// and a kernel must not rely on a result that depends on it.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <type_traits>

using namespace vib::cuda;

namespace {

const std::initializer_list<std::string_view> operations = {
    "add", "min", "max", "and", "or", "xor", "exch", "cas", "inc", "dec"};
enum Operation { Add, Min, Max, And, Or, Xor, Exch, Cas, Inc, Dec };

template <typename T> T apply(uint8_t operation, T old, T b, T c) {
  switch (operation) {
  case Add:
    if constexpr (std::is_integral_v<T>) {
      using U = std::make_unsigned_t<T>;
      return static_cast<T>(U(old) + U(b));
    }
    return old + b;
  case Min:
    return b < old ? b : old;
  case Max:
    return old < b ? b : old;
  case Exch:
    return b;
  case Cas:
    return old == b ? c : old;
  case Inc:
    return old >= b ? T(0) : T(old + 1);
  case Dec:
    return old == 0 || old > b ? b : T(old - 1);
  default:
    break;
  }
  if constexpr (std::is_integral_v<T>) {
    switch (operation) {
    case And:
      return old & b;
    case Or:
      return old | b;
    default:
      return old ^ b;
    }
  }
  __builtin_unreachable();
}

/// The operands are: address, old value, b, c.
template <typename T> void atomic(Warp &w, const Instruction &i) {
  uint64_t addresses[32];
  uint8_t *host[32];
  w.addresses(i, addresses);
  w.block.accessAtomic(w, i.space, addresses, sizeof(T), host);
  T *d = w.lanes<T>(i.operands[1]);
  const T *b = w.lanes<T>(i.operands[2]), *c = w.lanes<T>(i.operands[3]);
  eachActive(w.active, [&](unsigned lane) {
    T old;
    std::memcpy(&old, host[lane], sizeof(T));
    T value = apply<T>(i.mode, old, b[lane], c[lane]);
    std::memcpy(host[lane], &value, sizeof(T));
    d[lane] = old;
  });
}

Handler handlerOf(Type type, int operation) {
  bool logic = operation == And || operation == Or || operation == Xor ||
               operation == Exch || operation == Cas;
  switch (type) {
  case Type::B32:
    return logic ? atomic<uint32_t> : nullptr;
  case Type::B64:
    return logic ? atomic<uint64_t> : nullptr;
  case Type::U32:
    return atomic<uint32_t>;
  case Type::S32:
    return atomic<int32_t>;
  case Type::U64:
    return atomic<uint64_t>;
  case Type::S64:
    return atomic<int64_t>;
  case Type::F32:
    return operation == Add || operation == Exch ? atomic<float> : nullptr;
  case Type::F64:
    return operation == Add || operation == Exch ? atomic<double> : nullptr;
  default:
    return nullptr;
  }
}

void decodeAtomic(Decoder &d) {
  bool isRed = d.statement.opcode == "red";
  d.takeOneOf({"relaxed", "acquire", "release", "acq_rel"});
  d.takeOneOf({"cta", "cluster", "gpu", "sys"});
  Space space = d.take("global")                            ? Space::Global
                : d.take("shared") || d.take("shared::cta") ? Space::Shared
                                                            : Space::Generic;
  int operation = d.takeOneOf(operations);
  Type type = d.takeType();
  size_t first = isRed ? 0 : 1;
  d.expectOperands(first + 2 + (operation == Cas));
  Handler handler = operation < 0 ? nullptr : handlerOf(type, operation);
  if (!handler)
    d.error("an atomic operation of this kind and type");
  Instruction access;
  d.setAddress(access, 0, first);
  Slot b = d.source(first + 1, type);
  Slot c = operation == Cas ? d.source(first + 2, type) : b;
  Slot old = isRed ? d.temporary(type) : d.destination(0, type);
  Kernel &kernel = d.builder.kernel;
  if (space != Space::Global)
    kernel.sharedGranule = std::min(kernel.sharedGranule, sizeOf(type));
  if (space != Space::Shared)
    kernel.globalGranule = std::min(kernel.globalGranule, sizeOf(type));
  Instruction &i = d.emit(handler, {access.operands[0], old, b, c});
  i.shortAddress = access.shortAddress;
  i.offset = access.offset;
  i.space = space;
  i.mode = operation;
}

} // namespace

void vib::cuda::addAtomicOpcodes(OpcodeTable &table) {
  table["atom"] = decodeAtomic;
  table["red"] = decodeAtomic;
}
