//===- Exchange.cpp - Exchange between lanes of a warp --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Fault.h"
#include "test/cuda-driver/Lanes.h"

#include <algorithm>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

/// The operand of a NamedLanes instruction that has its mask.
constexpr size_t maskPlace = 14;

enum Shuffle : uint8_t { Up, Down, Butterfly, Index };

/// The operands are: d, p, a, b, c.
void shuffle(Warp &w, const Instruction &i) {
  uint32_t source[32];
  std::copy_n(w.lanes<uint32_t>(i.operands[2]), 32, source);
  uint32_t *d = w.lanes<uint32_t>(i.operands[0]);
  const uint32_t *bs = w.lanes<uint32_t>(i.operands[3]);
  const uint32_t *cs = w.lanes<uint32_t>(i.operands[4]);
  const uint32_t *members = w.lanes<uint32_t>(i.operands[maskPlace]);
  uint32_t valid = 0, active = w.active;
  eachActive(active, [&](unsigned lane) {
    int b = bs[lane] & 31, segment = (cs[lane] >> 8) & 31;
    int clamp = cs[lane] & 31;
    int last = (lane & segment) | (clamp & ~segment);
    int first = lane & segment;
    int from = 0;
    bool inside = false;
    switch (i.mode) {
    case Up:
      from = int(lane) - b;
      inside = from >= last;
      break;
    case Down:
      from = lane + b;
      inside = from <= last;
      break;
    case Butterfly:
      from = lane ^ b;
      inside = from <= last;
      break;
    default:
      from = first | (b & ~segment);
      inside = from <= last;
    }
    if (!inside)
      from = lane;
    if (!((members[lane] & active) >> from & 1))
      throw Fault(
          CUDA_ERROR_LAUNCH_FAILED, lane,
          fmt::format("takes from lane {}, which does not take part", from));
    d[lane] = source[from];
    valid |= uint32_t(inside) << lane;
  });
  w.setPredicate(i.operands[1], valid);
}

void decodeShfl(Decoder &d) {
  if (!d.take("sync"))
    d.error("'shfl' without .sync");
  int mode = d.takeOneOf({"up", "down", "bfly", "idx"});
  Type type = d.takeType({Type::B32});
  d.expectOperands(5);
  if (mode < 0)
    d.error("'shfl' without a mode");
  const Operand &target = d.operand(0);
  Slot p = target.second.empty() ? d.temporary(Type::Pred)
                                 : d.predicateDestination(target.second[0]);
  Instruction &i =
      d.emit(shuffle, {d.destination(target, type), p, d.source(1, type),
                       d.source(2, Type::U32), d.source(3, Type::U32)});
  i.operands[maskPlace] = d.source(4, Type::U32);
  i.mode = mode;
  i.kind = Kind::NamedLanes;
}

enum Vote : uint8_t { All, Any, Uniform, Ballot };

/// Votes among the lanes that have the same mask.
void vote(Warp &w, const Instruction &i) {
  uint32_t p = w.predicate(i.operands[1]);
  const uint32_t *members = w.lanes<uint32_t>(i.operands[maskPlace]);
  uint32_t result = 0;
  eachActive(w.active, [&](unsigned lane) {
    uint32_t part = members[lane] & w.active;
    uint32_t yes = p & part;
    if (i.mode == Ballot)
      w.lanes<uint32_t>(i.operands[0])[lane] = yes;
    bool holds = i.mode == All   ? yes == part
                 : i.mode == Any ? yes != 0
                                 : yes == part || yes == 0;
    result |= uint32_t(holds) << lane;
  });
  if (i.mode != Ballot)
    w.setPredicate(i.operands[0], result);
}

void decodeVote(Decoder &d) {
  if (!d.take("sync"))
    d.error("'vote' without .sync");
  int mode = d.takeOneOf({"all", "any", "uni", "ballot"});
  Type type = d.takeType({Type::Pred, Type::B32});
  d.expectOperands(3);
  if (mode < 0 || (mode == Ballot) != (type == Type::B32))
    d.error("'vote' without a mode");
  Slot p = d.predicate(d.operand(1));
  Slot target = mode == Ballot ? d.destination(0, type)
                               : d.predicateDestination(d.operand(0));
  Instruction &i = d.emit(vote, {target, p});
  i.operands[maskPlace] = d.source(2, Type::U32);
  i.mode = mode;
  i.kind = Kind::NamedLanes;
}

template <typename T> T reduce(uint8_t operation, T a, T b) {
  switch (operation) {
  case 0:
    return static_cast<T>(uint32_t(a) + uint32_t(b));
  case 1:
    return std::min(a, b);
  case 2:
    return std::max(a, b);
  case 3:
    return a & b;
  case 4:
    return a | b;
  default:
    return a ^ b;
  }
}

template <typename T> void reduceLanes(Warp &w, const Instruction &i) {
  T source[32];
  std::copy_n(w.lanes<T>(i.operands[1]), 32, source);
  const uint32_t *members = w.lanes<uint32_t>(i.operands[maskPlace]);
  eachActive(w.active, [&](unsigned lane) {
    uint32_t part = members[lane] & w.active;
    T result = source[__builtin_ctz(part)];
    eachActive(part & (part - 1), [&](unsigned other) {
      result = reduce(i.mode, result, source[other]);
    });
    w.lanes<T>(i.operands[0])[lane] = result;
  });
}

void decodeRedux(Decoder &d) {
  if (!d.take("sync"))
    d.error("'redux' without .sync");
  int operation = d.takeOneOf({"add", "min", "max", "and", "or", "xor"});
  Type type = d.takeType({Type::U32, Type::S32, Type::B32});
  d.expectOperands(3);
  if (operation < 0)
    d.error("'redux' without an operation");
  Instruction &i =
      d.emit(type == Type::S32 ? reduceLanes<int32_t> : reduceLanes<uint32_t>,
             {d.destination(0, type), d.source(1, type)});
  i.operands[maskPlace] = d.source(2, Type::U32);
  i.mode = operation;
  i.kind = Kind::NamedLanes;
}

void activeMask(Warp &w, const Instruction &i) {
  eachActive(w.active, [&](unsigned lane) {
    w.lanes<uint32_t>(i.operands[0])[lane] = w.active;
  });
}

void decodeActivemask(Decoder &d) {
  Type type = d.takeType({Type::B32});
  d.expectOperands(1);
  d.emit(activeMask, {d.destination(0, type)});
}

} // namespace

void vib::cuda::addExchangeOpcodes(OpcodeTable &table) {
  table["shfl"] = decodeShfl;
  table["vote"] = decodeVote;
  table["redux"] = decodeRedux;
  table["activemask"] = decodeActivemask;
}
