//===- Integer.cpp - Integer arithmetic -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/FloatLanes.h"

#include <type_traits>

using namespace vib::cuda;

namespace {

template <typename T> using Unsigned = std::make_unsigned_t<T>;

/// The integer type with twice the bits.
template <typename T> struct Wider;
template <> struct Wider<uint16_t> {
  using Type = uint32_t;
};
template <> struct Wider<int16_t> {
  using Type = int32_t;
};
template <> struct Wider<uint32_t> {
  using Type = uint64_t;
};
template <> struct Wider<int32_t> {
  using Type = int64_t;
};
template <> struct Wider<uint64_t> {
  using Type = unsigned __int128;
};
template <> struct Wider<int64_t> {
  using Type = __int128;
};
template <typename T> using Wide = typename Wider<T>::Type;

// Wrapping arithmetic uses unsigned numbers. Those of 16 bits are widened
// first, because C++ would promote them to signed ones.

template <typename T> T wrappingMul(T a, T b) {
  return static_cast<T>(static_cast<Unsigned<Wide<T>>>(a) *
                        static_cast<Unsigned<Wide<T>>>(b));
}

struct Add {
  template <typename T> static T apply(T a, T b) {
    return static_cast<T>(Unsigned<T>(a) + Unsigned<T>(b));
  }
};

struct AddSaturated {
  static int32_t apply(int32_t a, int32_t b) {
    int64_t sum = int64_t(a) + b;
    return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum;
  }
};

struct Sub {
  template <typename T> static T apply(T a, T b) {
    return static_cast<T>(Unsigned<T>(a) - Unsigned<T>(b));
  }
};

struct SubSaturated {
  static int32_t apply(int32_t a, int32_t b) {
    int64_t sum = int64_t(a) - b;
    return sum > INT32_MAX ? INT32_MAX : sum < INT32_MIN ? INT32_MIN : sum;
  }
};

struct MulLow {
  template <typename T> static T apply(T a, T b) {
    if constexpr (sizeof(T) == 2)
      return wrappingMul(a, b);
    else
      return static_cast<T>(Unsigned<T>(a) * Unsigned<T>(b));
  }
};

struct MulHigh {
  template <typename T> static T apply(T a, T b) {
    return static_cast<T>((Wide<T>(a) * Wide<T>(b)) >> (8 * sizeof(T)));
  }
};

struct MadLow {
  template <typename T> static T apply(T a, T b, T c) {
    return Add::apply(MulLow::apply(a, b), c);
  }
};

struct MadHigh {
  template <typename T> static T apply(T a, T b, T c) {
    return Add::apply(MulHigh::apply(a, b), c);
  }
};

struct Div {
  // Division by zero gives the same as the hardware.
  template <typename T> static T apply(T a, T b) {
    if (b == 0)
      return static_cast<T>(-1);
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return Sub::apply(T(0), a);
    return a / b;
  }
};

struct Rem {
  template <typename T> static T apply(T a, T b) {
    if (b == 0)
      return a;
    if (std::is_signed_v<T> && b == static_cast<T>(-1))
      return 0;
    return a % b;
  }
};

struct Abs {
  template <typename T> static T apply(T a) {
    return a < 0 ? Sub::apply(T(0), a) : a;
  }
};

struct Neg {
  template <typename T> static T apply(T a) { return Sub::apply(T(0), a); }
};

struct Min {
  template <typename T> static T apply(T a, T b) { return b < a ? b : a; }
};

struct Max {
  template <typename T> static T apply(T a, T b) { return a < b ? b : a; }
};

struct Sad {
  template <typename T> static T apply(T a, T b, T c) {
    return Add::apply(c, a < b ? Sub::apply(b, a) : Sub::apply(a, b));
  }
};

template <typename T> void mulWide(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<Wide<T>>(i.operands[0]),
      [](T a, T b) { return Wide<T>(a) * Wide<T>(b); },
      w.lanes<T>(i.operands[1]), w.lanes<T>(i.operands[2]));
}

template <typename T> void madWide(Warp &w, const Instruction &i) {
  using D = Wide<T>;
  mapLanes(
      w, w.lanes<D>(i.operands[0]),
      [](T a, T b, D c) { return Add::apply(D(D(a) * D(b)), c); },
      w.lanes<T>(i.operands[1]), w.lanes<T>(i.operands[2]),
      w.lanes<D>(i.operands[3]));
}

/// d = a + (b ^ flip) + carry, with carry in and out. `mode` has a bit for
/// carry in, one for carry out and one for a subtraction.
enum : uint8_t { CarryIn = 1, CarryOut = 2, Subtract = 4 };

template <typename T> void addWithCarry(Warp &w, const Instruction &i) {
  T *d = w.lanes<T>(i.operands[0]);
  const T *a = w.lanes<T>(i.operands[1]), *b = w.lanes<T>(i.operands[2]);
  eachActive(w.active, [&](unsigned lane) {
    // A borrow is a missing carry.
    bool subtract = i.mode & Subtract;
    bool in = i.mode & CarryIn ? (w.carry >> lane) & 1 : false;
    Wide<T> sum = Wide<T>(a[lane]) + (subtract ? T(~b[lane]) : b[lane]) +
                  (in != subtract);
    d[lane] = static_cast<T>(sum);
    if (i.mode & CarryOut) {
      bool out = ((sum >> (8 * sizeof(T))) != 0) != subtract;
      w.carry = (w.carry & ~(1u << lane)) | uint32_t(out) << lane;
    }
  });
}

/// A handler for each integer type of 16, 32 and 64 bits.
struct Handlers {
  Handler u16, s16, u32, s32, u64, s64;

  Handler of(Type type) const {
    switch (type) {
    case Type::U16:
    case Type::B16:
      return u16;
    case Type::S16:
      return s16;
    case Type::U32:
    case Type::B32:
      return u32;
    case Type::S32:
      return s32;
    case Type::U64:
    case Type::B64:
      return u64;
    case Type::S64:
      return s64;
    default:
      return nullptr;
    }
  }
};

template <typename Op>
constexpr Handlers unaryOf = {unary<Op, uint16_t>, unary<Op, int16_t>,
                              unary<Op, uint32_t>, unary<Op, int32_t>,
                              unary<Op, uint64_t>, unary<Op, int64_t>};
template <typename Op>
constexpr Handlers binaryOf = {binary<Op, uint16_t>, binary<Op, int16_t>,
                               binary<Op, uint32_t>, binary<Op, int32_t>,
                               binary<Op, uint64_t>, binary<Op, int64_t>};
template <typename Op>
constexpr Handlers ternaryOf = {ternary<Op, uint16_t>, ternary<Op, int16_t>,
                                ternary<Op, uint32_t>, ternary<Op, int32_t>,
                                ternary<Op, uint64_t>, ternary<Op, int64_t>};

} // namespace

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

namespace {

Handler orError(Decoder &d, Handler handler) {
  if (!handler)
    d.error("this type is unknown for '" + d.statement.opcode + "'");
  return handler;
}

void emitBinary(Decoder &d, const Handlers &handlers, Type type) {
  d.expectOperands(3);
  d.emit(orError(d, handlers.of(type)),
         {d.destination(0, type), d.source(1, type), d.source(2, type)});
}

void emitCarry(Decoder &d, Type type, uint8_t mode) {
  d.expectOperands(3);
  Handler handler = sizeOf(type) == 4   ? addWithCarry<uint32_t>
                    : sizeOf(type) == 8 ? addWithCarry<uint64_t>
                                        : nullptr;
  d.emit(orError(d, handler),
         {d.destination(0, type), d.source(1, type), d.source(2, type)})
      .mode = mode;
}

void decodeAdd(Decoder &d) {
  bool carry = d.take("cc");
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatBinary(d, type);
  if (carry)
    return emitCarry(d, type, CarryOut);
  if (type == Type::S32 && d.take("sat"))
    return emitBinary(d,
                      {nullptr, nullptr, nullptr, binary<AddSaturated, int32_t>,
                       nullptr, nullptr},
                      type);
  emitBinary(d, binaryOf<Add>, type);
}

void decodeSub(Decoder &d) {
  bool carry = d.take("cc");
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatBinary(d, type);
  if (carry)
    return emitCarry(d, type, CarryOut | Subtract);
  if (type == Type::S32 && d.take("sat"))
    return emitBinary(d,
                      {nullptr, nullptr, nullptr, binary<SubSaturated, int32_t>,
                       nullptr, nullptr},
                      type);
  emitBinary(d, binaryOf<Sub>, type);
}

void decodeAddc(Decoder &d) {
  uint8_t mode = CarryIn | (d.take("cc") ? CarryOut : 0);
  emitCarry(d, d.takeType(), mode);
}

void decodeSubc(Decoder &d) {
  uint8_t mode = CarryIn | Subtract | (d.take("cc") ? CarryOut : 0);
  emitCarry(d, d.takeType(), mode);
}

Type widerOf(Type type) {
  switch (type) {
  case Type::U16:
    return Type::U32;
  case Type::S16:
    return Type::S32;
  case Type::U32:
    return Type::U64;
  default:
    return Type::S64;
  }
}

void decodeMul(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatBinary(d, type);
  if (d.take("wide")) {
    d.expectOperands(3);
    constexpr Handlers handlers = {mulWide<uint16_t>, mulWide<int16_t>,
                                   mulWide<uint32_t>, mulWide<int32_t>,
                                   nullptr,           nullptr};
    d.emit(orError(d, handlers.of(type)),
           {d.destination(0, widerOf(type)), d.source(1, type),
            d.source(2, type)});
    return;
  }
  int half = d.takeOneOf({"lo", "hi"});
  if (half < 0)
    d.error("'mul' of integers without .lo, .hi or .wide");
  emitBinary(d, half ? binaryOf<MulHigh> : binaryOf<MulLow>, type);
}

void decodeMad(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatFma(d, type);
  d.expectOperands(4);
  if (d.take("wide")) {
    constexpr Handlers handlers = {madWide<uint16_t>, madWide<int16_t>,
                                   madWide<uint32_t>, madWide<int32_t>,
                                   nullptr,           nullptr};
    Type wide = widerOf(type);
    d.emit(orError(d, handlers.of(type)),
           {d.destination(0, wide), d.source(1, type), d.source(2, type),
            d.source(3, wide)});
    return;
  }
  int half = d.takeOneOf({"lo", "hi"});
  if (half < 0)
    d.error("'mad' of integers without .lo, .hi or .wide");
  const Handlers &handlers = half ? ternaryOf<MadHigh> : ternaryOf<MadLow>;
  d.emit(orError(d, handlers.of(type)),
         {d.destination(0, type), d.source(1, type), d.source(2, type),
          d.source(3, type)});
}

void decodeDiv(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatDiv(d, type);
  emitBinary(d, binaryOf<Div>, type);
}

void decodeRem(Decoder &d) { emitBinary(d, binaryOf<Rem>, d.takeType()); }

void decodeMinMax(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatBinary(d, type);
  emitBinary(d, d.statement.opcode == "min" ? binaryOf<Min> : binaryOf<Max>,
             type);
}

void decodeAbsNeg(Decoder &d) {
  Type type = d.takeType();
  if (isFloat(type))
    return decodeFloatUnary(d, type);
  d.expectOperands(2);
  const Handlers &handlers =
      d.statement.opcode == "abs" ? unaryOf<Abs> : unaryOf<Neg>;
  d.emit(orError(d, isSigned(type) ? handlers.of(type) : nullptr),
         {d.destination(0, type), d.source(1, type)});
}

void decodeSad(Decoder &d) {
  Type type = d.takeType();
  d.expectOperands(4);
  d.emit(orError(d, ternaryOf<Sad>.of(type)),
         {d.destination(0, type), d.source(1, type), d.source(2, type),
          d.source(3, type)});
}

} // namespace

void vib::cuda::addIntegerOpcodes(OpcodeTable &table) {
  table["add"] = decodeAdd;
  table["sub"] = decodeSub;
  table["addc"] = decodeAddc;
  table["subc"] = decodeSubc;
  table["mul"] = decodeMul;
  table["mad"] = decodeMad;
  table["div"] = decodeDiv;
  table["rem"] = decodeRem;
  table["min"] = decodeMinMax;
  table["max"] = decodeMinMax;
  table["abs"] = decodeAbsNeg;
  table["neg"] = decodeAbsNeg;
  table["sad"] = decodeSad;
}
