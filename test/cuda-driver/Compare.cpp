//===- Compare.cpp - Comparisons and selections ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/FloatLanes.h"
#include "test/cuda-driver/HalfTypes.h"

#include <type_traits>

using namespace vib::cuda;

namespace {

/// The comparisons by name. Those from `equ` on are true for a NaN.
const std::initializer_list<std::string_view> comparisons = {
    "eq",  "ne",  "lt",  "le",  "gt",  "ge", "equ", "neu", "ltu",
    "leu", "gtu", "geu", "num", "nan", "lo", "ls",  "hi",  "hs"};
enum Comparison {
  Eq,
  Ne,
  Lt,
  Le,
  Gt,
  Ge,
  Equ,
  Neu,
  Ltu,
  Leu,
  Gtu,
  Geu,
  Num,
  Nan,
  Lo,
  Ls,
  Hi,
  Hs
};

template <int comparison, typename T> bool holds(T a, T b) {
  switch (comparison) {
  case Eq:
    return a == b;
  case Ne:
    // False if either is a NaN.
    return a < b || a > b;
  case Lt:
    return a < b;
  case Le:
    return a <= b;
  case Gt:
    return a > b;
  case Ge:
    return a >= b;
  case Equ:
    return !(a < b || a > b);
  case Neu:
    return a != b;
  case Ltu:
    return !(a >= b);
  case Leu:
    return !(a > b);
  case Gtu:
    return !(a <= b);
  case Geu:
    return !(a < b);
  case Num:
    return a == a && b == b;
  default:
    return a != a || b != b;
  }
}

enum Combination : uint8_t { None, AndWith, OrWith, XorWith };

uint32_t combined(uint8_t combination, uint32_t value, uint32_t other) {
  switch (combination) {
  case AndWith:
    return value & other;
  case OrWith:
    return value | other;
  case XorWith:
    return value ^ other;
  default:
    return value;
  }
}

/// The operands are: p, q, a, b, and the predicate to combine with.
template <int comparison, typename T, bool ftz>
void compare(Warp &w, const Instruction &i) {
  uint32_t result = testLanes(
      [](T a, T b) {
        if constexpr (ftz)
          return holds<comparison, T>(flush(a), flush(b));
        else
          return holds<comparison, T>(a, b);
      },
      w.lanes<T>(i.operands[2]), w.lanes<T>(i.operands[3]));
  if (i.mode == None) {
    w.setPredicate(i.operands[0], result);
    return;
  }
  uint32_t other = w.predicate(i.operands[4]);
  w.setPredicate(i.operands[1], combined(i.mode, ~result, other));
  w.setPredicate(i.operands[0], combined(i.mode, result, other));
}

template <typename T, bool ftz> Handler compareHandler(int comparison) {
  switch (comparison) {
  case Eq:
    return compare<Eq, T, ftz>;
  case Ne:
    return compare<Ne, T, ftz>;
  case Lt:
    return compare<Lt, T, ftz>;
  case Le:
    return compare<Le, T, ftz>;
  case Gt:
    return compare<Gt, T, ftz>;
  case Ge:
    return compare<Ge, T, ftz>;
  default:
    break;
  }
  if constexpr (std::is_unsigned_v<T>) {
    switch (comparison) {
    case Lo:
      return compare<Lt, T, ftz>;
    case Ls:
      return compare<Le, T, ftz>;
    case Hi:
      return compare<Gt, T, ftz>;
    case Hs:
      return compare<Ge, T, ftz>;
    default:
      break;
    }
  }
  if constexpr (std::is_floating_point_v<T>) {
    switch (comparison) {
    case Equ:
      return compare<Equ, T, ftz>;
    case Neu:
      return compare<Neu, T, ftz>;
    case Ltu:
      return compare<Ltu, T, ftz>;
    case Leu:
      return compare<Leu, T, ftz>;
    case Gtu:
      return compare<Gtu, T, ftz>;
    case Geu:
      return compare<Geu, T, ftz>;
    case Num:
      return compare<Num, T, ftz>;
    case Nan:
      return compare<Nan, T, ftz>;
    default:
      break;
    }
  }
  return nullptr;
}

Handler compareHandler(Type type, int comparison, bool ftz) {
  switch (type) {
  case Type::B16:
  case Type::U16:
    return compareHandler<uint16_t, false>(comparison);
  case Type::S16:
    return compareHandler<int16_t, false>(comparison);
  case Type::B32:
  case Type::U32:
    return compareHandler<uint32_t, false>(comparison);
  case Type::S32:
    return compareHandler<int32_t, false>(comparison);
  case Type::B64:
  case Type::U64:
    return compareHandler<uint64_t, false>(comparison);
  case Type::S64:
    return compareHandler<int64_t, false>(comparison);
  case Type::F32:
    return ftz ? compareHandler<float, true>(comparison)
               : compareHandler<float, false>(comparison);
  case Type::F64:
    return compareHandler<double, false>(comparison);
  default:
    return nullptr;
  }
}

template <typename Op> void widenHalf(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<float>(i.operands[0]), [](uint16_t a) { return Op::apply(a); },
      w.lanes<uint16_t>(i.operands[1]));
}

struct WidenF16 {
  static float apply(uint16_t bits) { return f16ToFloat(bits); }
};
struct WidenBF16 {
  static float apply(uint16_t bits) { return bf16ToFloat(bits); }
};

/// Converts f16 and bf16 to f32 for the comparison.
Slot comparable(Decoder &d, size_t index, Type type) {
  Slot slot = d.source(index, type);
  if (type != Type::F16 && type != Type::BF16)
    return slot;
  Slot wide = d.temporary(Type::F32);
  d.emit(type == Type::F16 ? widenHalf<WidenF16> : widenHalf<WidenBF16>,
         {wide, slot});
  return wide;
}

void decodeSetp(Decoder &d) {
  int comparison = d.takeOneOf(comparisons);
  int combination = d.takeOneOf({"and", "or", "xor"}) + 1;
  bool ftz = d.take("ftz");
  Type type = d.takeType();
  d.expectOperands(combination ? 4 : 3);
  Type compared = type == Type::F16 || type == Type::BF16 ? Type::F32 : type;
  Handler handler = compareHandler(compared, comparison, ftz);
  if (!handler)
    d.error("'setp' without a comparison for its type");
  const Operand &p = d.operand(0);
  Slot a = comparable(d, 1, type), b = comparable(d, 2, type);
  Slot other = combination ? d.predicate(d.operand(3)) : 0;
  Slot q = p.second.empty() ? d.temporary(Type::Pred)
                            : d.predicateDestination(p.second[0]);
  // The second destination is the negation, combined in the same way as the
  // first.
  if (!p.second.empty() && !combination) {
    combination = AndWith;
    other = d.constant(~0u, 0);
  }
  d.emit(handler, {d.predicateDestination(p), q, a, b, other}).mode =
      combination;
}

template <typename T> void select(Warp &w, const Instruction &i) {
  uint32_t p = w.predicate(i.operands[3]);
  T *d = w.lanes<T>(i.operands[0]);
  const T *a = w.lanes<T>(i.operands[1]), *b = w.lanes<T>(i.operands[2]);
  uint32_t active = w.active;
  VIB_EACH_LANE(lane) {
    T value = (p >> lane) & 1 ? a[lane] : b[lane];
    d[lane] = (active >> lane) & 1 ? value : d[lane];
  }
}

void decodeSelp(Decoder &d) {
  Type type = d.takeType();
  d.expectOperands(4);
  unsigned size = sizeOf(type);
  if (size < 2)
    d.error("this type is unknown for 'selp'");
  Slot p = d.predicate(d.operand(3));
  d.emit(size == 2   ? select<uint16_t>
         : size == 4 ? select<uint32_t>
                     : select<uint64_t>,
         {d.destination(0, type), d.source(1, type), d.source(2, type), p});
}

/// All ones, or 1.0 for f32, if the comparison holds.
void setFromPredicate(Warp &w, const Instruction &i) {
  uint32_t p = w.predicate(i.operands[1]);
  uint32_t value = static_cast<uint32_t>(i.offset), active = w.active;
  uint32_t *d = w.lanes<uint32_t>(i.operands[0]);
  VIB_EACH_LANE(lane) {
    uint32_t result = (p >> lane) & 1 ? value : 0;
    d[lane] = (active >> lane) & 1 ? result : d[lane];
  }
}

void decodeSet(Decoder &d) {
  int comparison = d.takeOneOf(comparisons);
  bool ftz = d.take("ftz");
  Type to = d.takeType({Type::U32, Type::S32, Type::F32}), type = d.takeType();
  d.expectOperands(3);
  Handler handler = compareHandler(type, comparison, ftz);
  if (!handler)
    d.error("'set' without a comparison for its type");
  Slot p = d.temporary(Type::Pred), q = d.temporary(Type::Pred);
  d.emit(handler, {p, q, d.source(1, type), d.source(2, type), 0});
  d.emit(setFromPredicate, {d.destination(0, to), p}).offset =
      to == Type::F32 ? 0x3F800000 : 0xFFFFFFFF;
}

} // namespace

void vib::cuda::addCompareOpcodes(OpcodeTable &table) {
  table["setp"] = decodeSetp;
  table["selp"] = decodeSelp;
  table["set"] = decodeSet;
}
