//===- Convert.cpp - cvt --------------------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A conversion is a step from the source's type to the destination's type.
// Before it there may be a step that narrows a register wider than the source's
// type, and after it one that widens the result to a register wider than the
// destination's type.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/FloatLanes.h"
#include "test/cuda-driver/HalfTypes.h"

#include <algorithm>
#include <limits>
#include <type_traits>

using namespace vib::cuda;

namespace {

enum : uint8_t { Flush = 1, Saturate = 2, Relu = 4 };

/// The rounding of a conversion. .rni and the like round to an integer.
struct Mode {
  Rounding rounding = Rounding::Nearest;
  bool given = false;
  bool toInteger = false;
};

//===----------------------------------------------------------------------===//
// Steps
//===----------------------------------------------------------------------===//

/// Integer to integer: truncated, extended or clamped.
template <typename D, typename S> void integers(Warp &w, const Instruction &i) {
  // A type of 8 bits is held in 16.
  using DReg = std::conditional_t<
      sizeof(D) == 1,
      std::conditional_t<std::is_signed_v<D>, int16_t, uint16_t>, D>;
  bool saturated = i.flags & Saturate;
  mapLanes(
      w, w.lanes<DReg>(i.operands[0]),
      [saturated](S a) -> DReg {
        if (!saturated)
          return static_cast<D>(a);
        using Limits = std::numeric_limits<D>;
        if (std::is_signed_v<S> && a < 0) {
          if (!std::is_signed_v<D>)
            return 0;
          return int64_t(a) < int64_t(Limits::min()) ? Limits::min()
                                                     : static_cast<D>(a);
        }
        return uint64_t(a) > uint64_t(Limits::max()) ? Limits::max()
                                                     : static_cast<D>(a);
      },
      w.lanes<S>(i.operands[1]));
}

template <typename T> T roundToInteger(T value, Rounding rounding) {
  switch (rounding) {
  case Rounding::Nearest:
    return std::nearbyint(value);
  case Rounding::Zero:
    return std::trunc(value);
  case Rounding::Down:
    return std::floor(value);
  case Rounding::Up:
    return std::ceil(value);
  }
  __builtin_unreachable();
}

/// Clamps to the range of D. What a NaN becomes depends on the sizes.
template <typename D, typename S>
void floatToInteger(Warp &w, const Instruction &i) {
  using DReg = std::conditional_t<
      sizeof(D) == 1,
      std::conditional_t<std::is_signed_v<D>, int16_t, uint16_t>, D>;
  using Limits = std::numeric_limits<D>;
  Rounding rounding = static_cast<Rounding>(i.mode);
  bool ftz = i.flags & Flush;
  const S *s = w.lanes<S>(i.operands[1]);
  DReg *d = w.lanes<DReg>(i.operands[0]);
  eachActive(w.active, [&](unsigned lane) {
    S value = roundToInteger(ftz ? flush(s[lane]) : s[lane], rounding);
    constexpr bool isLong = sizeof(S) == 8 || sizeof(D) == 8;
    if (value != value)
      d[lane] = isLong ? D(D(1) << (8 * sizeof(D) - 1)) : D(0);
    else if (value <= static_cast<S>(Limits::min()))
      d[lane] = Limits::min();
    else if (value >= static_cast<S>(Limits::max()))
      d[lane] = Limits::max();
    else
      d[lane] = static_cast<D>(value);
  });
}

template <typename D, typename S>
void integerToFloat(Warp &w, const Instruction &i) {
  Rounding rounding = static_cast<Rounding>(i.mode);
  D *d = w.lanes<D>(i.operands[0]);
  const S *s = w.lanes<S>(i.operands[1]);
  if (rounding == Rounding::Nearest) {
    bool saturated = i.flags & Saturate;
    mapLanes(
        w, d,
        [saturated](S a) {
          D value = static_cast<D>(a);
          return saturated ? saturate(value) : value;
        },
        s);
    return;
  }
  RoundingScope scope(rounding);
  eachActive(w.active, [&](unsigned lane) {
    volatile S value = s[lane];
    volatile D result = static_cast<D>(value);
    d[lane] = result;
  });
}

/// f32 to f64 or back, or f32 or f64 to an integral value of the same type.
template <typename D, typename S>
void floatToFloat(Warp &w, const Instruction &i) {
  bool toInteger = i.count;
  RoundingScope scope(static_cast<Rounding>(i.mode));
  D *d = w.lanes<D>(i.operands[0]);
  const S *s = w.lanes<S>(i.operands[1]);
  eachActive(w.active, [&](unsigned lane) {
    volatile S value = i.flags & Flush ? flush(s[lane]) : s[lane];
    volatile D converted = static_cast<D>(value);
    D result = converted;
    if (toInteger)
      result = roundToInteger(result, static_cast<Rounding>(i.mode));
    if (i.flags & Flush)
      result = flush(result);
    result = canonical(result);
    d[lane] = i.flags & Saturate ? saturate(result) : result;
  });
}

struct FromF16 {
  static float apply(uint16_t bits) { return f16ToFloat(bits); }
};
struct FromBF16 {
  static float apply(uint16_t bits) { return bf16ToFloat(bits); }
};

template <typename Op> void halfToSingle(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<float>(i.operands[0]),
      [](uint16_t a) { return canonical(Op::apply(a)); },
      w.lanes<uint16_t>(i.operands[1]));
}

/// Applies .ftz, .relu and .sat to an f32 before it is narrowed.
float prepared(float value, uint8_t flags) {
  if (flags & Flush)
    value = flush(value);
  if (flags & Relu)
    value = value > 0 ? value : value != value ? canonicalNan() : 0.0f;
  return flags & Saturate ? saturate(value) : value;
}

struct ToF16 {
  static uint16_t apply(float value, Rounding rounding) {
    return doubleToF16(value, rounding);
  }
};
struct ToBF16 {
  static uint16_t apply(float value, Rounding rounding) {
    return floatToBf16(value, rounding);
  }
};

template <typename Op> void singleToHalf(Warp &w, const Instruction &i) {
  Rounding rounding = static_cast<Rounding>(i.mode);
  uint8_t flags = i.flags;
  mapLanes(
      w, w.lanes<uint16_t>(i.operands[0]),
      [=](float a) { return Op::apply(prepared(a, flags), rounding); },
      w.lanes<float>(i.operands[1]));
}

/// Operand 1 becomes the upper half, operand 2 the lower half.
template <typename Op> void singlesToPair(Warp &w, const Instruction &i) {
  Rounding rounding = static_cast<Rounding>(i.mode);
  uint8_t flags = i.flags;
  mapLanes(
      w, w.lanes<uint32_t>(i.operands[0]),
      [=](float a, float b) {
        uint32_t upper = Op::apply(prepared(a, flags), rounding);
        return upper << 16 | Op::apply(prepared(b, flags), rounding);
      },
      w.lanes<float>(i.operands[1]), w.lanes<float>(i.operands[2]));
}

/// Rounds to 10 bits of fraction: .rna rounds halves away from zero, .rn to
/// even.
void singleToTf32(Warp &w, const Instruction &i) {
  bool away = i.mode, relu = i.flags & Relu;
  mapLanes(
      w, w.lanes<uint32_t>(i.operands[0]),
      [away, relu](float a) {
        if (relu)
          a = prepared(a, Relu);
        uint32_t bits = bitCast<uint32_t>(a);
        uint32_t up = away ? 0x1000 : 0xFFF + ((bits >> 13) & 1);
        bool finite = (bits & 0x7F800000) != 0x7F800000;
        if (a != a)
          return 0x7FFFFFFFu;
        return (finite ? bits + up : bits) & ~0x1FFFu;
      },
      w.lanes<float>(i.operands[1]));
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

template <typename D> Handler fromIntegers(Type source) {
  switch (source) {
  case Type::U8:
  case Type::B8:
    return integers<D, uint8_t>;
  case Type::S8:
    return integers<D, int8_t>;
  case Type::U16:
    return integers<D, uint16_t>;
  case Type::S16:
    return integers<D, int16_t>;
  case Type::U32:
    return integers<D, uint32_t>;
  case Type::S32:
    return integers<D, int32_t>;
  case Type::U64:
    return integers<D, uint64_t>;
  default:
    return integers<D, int64_t>;
  }
}

/// The handler for a source type of at least 16 bits; one of 8 bits is widened
/// before.
Handler integersHandler(Type destination, Type source) {
  switch (destination) {
  case Type::U8:
    return fromIntegers<uint8_t>(source);
  case Type::S8:
    return fromIntegers<int8_t>(source);
  case Type::U16:
    return fromIntegers<uint16_t>(source);
  case Type::S16:
    return fromIntegers<int16_t>(source);
  case Type::U32:
    return fromIntegers<uint32_t>(source);
  case Type::S32:
    return fromIntegers<int32_t>(source);
  case Type::U64:
    return fromIntegers<uint64_t>(source);
  default:
    return fromIntegers<int64_t>(source);
  }
}

template <typename S> Handler floatToIntegerHandler(Type destination) {
  switch (destination) {
  case Type::U8:
    return floatToInteger<uint8_t, S>;
  case Type::S8:
    return floatToInteger<int8_t, S>;
  case Type::U16:
    return floatToInteger<uint16_t, S>;
  case Type::S16:
    return floatToInteger<int16_t, S>;
  case Type::U32:
    return floatToInteger<uint32_t, S>;
  case Type::S32:
    return floatToInteger<int32_t, S>;
  case Type::U64:
    return floatToInteger<uint64_t, S>;
  default:
    return floatToInteger<int64_t, S>;
  }
}

template <typename D> Handler integerToFloatHandler(Type source) {
  switch (source) {
  case Type::U16:
    return integerToFloat<D, uint16_t>;
  case Type::S16:
    return integerToFloat<D, int16_t>;
  case Type::U32:
    return integerToFloat<D, uint32_t>;
  case Type::S32:
    return integerToFloat<D, int32_t>;
  case Type::U64:
    return integerToFloat<D, uint64_t>;
  default:
    return integerToFloat<D, int64_t>;
  }
}

Mode takeMode(Decoder &d) {
  Mode mode;
  int place = d.takeOneOf({"rn", "rz", "rm", "rp", "rni", "rzi", "rmi", "rpi"});
  if (place < 0)
    return mode;
  mode.given = true;
  mode.rounding = static_cast<Rounding>(place % 4);
  mode.toInteger = place >= 4;
  return mode;
}

Type integerOfSize(unsigned size, bool isSigned) {
  switch (size) {
  case 1:
    return isSigned ? Type::S8 : Type::U8;
  case 2:
    return isSigned ? Type::S16 : Type::U16;
  case 4:
    return isSigned ? Type::S32 : Type::U32;
  default:
    return isSigned ? Type::S64 : Type::U64;
  }
}

/// A source in a register of exactly its type's size. A type of 8 bits becomes
/// one of 16 bits, and `type` changes with it.
Slot narrowSource(Decoder &d, const Operand &operand, Type &type) {
  auto [slot, size] = d.wideSource(operand, type);
  unsigned wanted = sizeOf(type);
  if (wanted == 1 || size != wanted) {
    // The low bits of the wider register are the same for any type.
    Type narrow = integerOfSize(wanted, isSigned(type));
    Type wide = integerOfSize(size, false);
    Type step = wanted == 1 ? integerOfSize(2, isSigned(type)) : narrow;
    Slot narrowed = d.temporary(step);
    d.emit(integersHandler(narrow, wide), {narrowed, slot});
    if (wanted == 1)
      type = step;
    return narrowed;
  }
  return slot;
}

/// The register to which a conversion to `type` can write. `finish` moves the
/// result to the destination if that is wider.
struct Target {
  Slot slot, final;
  unsigned size;
};

Target narrowDestination(Decoder &d, Type type) {
  auto [slot, size] = d.wideDestination(d.operand(0), type);
  unsigned written = std::max(2u, sizeOf(type));
  return {size == written ? slot : d.temporary(integerOfSize(written, false)),
          slot, size};
}

void finishDestination(Decoder &d, const Target &target, Type type) {
  if (target.slot == target.final)
    return;
  Type written = integerOfSize(std::max(2u, sizeOf(type)), isSigned(type));
  d.emit(integersHandler(integerOfSize(target.size, isSigned(type)), written),
         {target.final, target.slot});
}

void decodePair(Decoder &d, Type type, Mode mode, uint8_t flags) {
  d.expectOperands(3);
  if (!mode.given)
    d.error("a conversion that rounds without its rounding");
  Instruction &i = d.emit(
      type == Type::F16x2 ? singlesToPair<ToF16> : singlesToPair<ToBF16>,
      {d.destination(0, type), d.source(1, Type::F32), d.source(2, Type::F32)});
  i.mode = static_cast<uint8_t>(mode.rounding);
  i.flags = flags;
}

Handler floatHandler(Type destination, Type source) {
  if (destination == Type::F32) {
    switch (source) {
    case Type::F16:
      return halfToSingle<FromF16>;
    case Type::BF16:
      return halfToSingle<FromBF16>;
    case Type::F64:
      return floatToFloat<float, double>;
    case Type::F32:
      return floatToFloat<float, float>;
    default:
      return nullptr;
    }
  }
  if (destination == Type::F64)
    return source == Type::F32   ? floatToFloat<double, float>
           : source == Type::F64 ? floatToFloat<double, double>
                                 : nullptr;
  if (source != Type::F32)
    return nullptr;
  return destination == Type::F16    ? singleToHalf<ToF16>
         : destination == Type::BF16 ? singleToHalf<ToBF16>
         : destination == Type::TF32 ? singleToTf32
                                     : nullptr;
}

void decodeCvt(Decoder &d) {
  uint8_t flags = 0;
  flags |= d.take("ftz") ? Flush : 0;
  flags |= d.take("sat") ? Saturate : 0;
  flags |= d.take("relu") ? Relu : 0;
  bool away = d.take("rna");
  Mode mode = takeMode(d);
  Type to = d.takeType(), from = d.takeType();
  if ((to == Type::F16x2 || to == Type::BF16x2) && from == Type::F32)
    return decodePair(d, to, mode, flags);

  d.expectOperands(2);
  bool toFloat = isFloat(to), fromFloat = isFloat(from);
  bool narrows = toFloat && fromFloat && sizeOf(to) < sizeOf(from);
  bool rounds = narrows || to == Type::TF32 || toFloat != fromFloat;
  if (rounds && !mode.given && !away)
    d.error("a conversion that rounds without its rounding");
  if (mode.toInteger && !fromFloat)
    d.error("a rounding to integers of an integer");
  if (away && to != Type::TF32)
    d.error(".rna is for .tf32");

  Type source = from;
  Slot slot = narrowSource(d, d.operand(1), source);
  Target target = narrowDestination(d, to);
  Handler handler;
  if (!toFloat && !fromFloat)
    handler = integersHandler(to, source);
  else if (!toFloat)
    handler = from == Type::F32   ? floatToIntegerHandler<float>(to)
              : from == Type::F64 ? floatToIntegerHandler<double>(to)
                                  : nullptr;
  else if (!fromFloat)
    handler = to == Type::F32   ? integerToFloatHandler<float>(source)
              : to == Type::F64 ? integerToFloatHandler<double>(source)
                                : nullptr;
  else
    handler = floatHandler(to, from);
  if (!handler)
    d.error("a conversion between these types is unknown");
  Instruction &i = d.emit(handler, {target.slot, slot});
  i.mode = to == Type::TF32 ? away : static_cast<uint8_t>(mode.rounding);
  i.flags = flags;
  i.count = mode.toInteger;
  finishDestination(d, target, to);
}

} // namespace

void vib::cuda::addConvertOpcodes(OpcodeTable &table) {
  table["cvt"] = decodeCvt;
}
