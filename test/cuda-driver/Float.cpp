//===- Float.cpp - Arithmetic on f32 and f64 ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Results are rounded as IEEE 754 requires. Functions that PTX calls
// approximate are computed in double precision and rounded. That is within
// every documented bound, and the same wherever the host's libm is.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/FloatLanes.h"

#include <type_traits>

using namespace vib::cuda;

namespace {

struct Add {
  template <typename T> static T apply(T a, T b) { return a + b; }
};
struct Sub {
  template <typename T> static T apply(T a, T b) { return a - b; }
};
struct Mul {
  template <typename T> static T apply(T a, T b) { return a * b; }
};
struct Div {
  template <typename T> static T apply(T a, T b) { return a / b; }
};
struct Fma {
  static float apply(float a, float b, float c) {
    return __builtin_fmaf(a, b, c);
  }
  static double apply(double a, double b, double c) {
    return __builtin_fma(a, b, c);
  }
};
struct Min {
  template <typename T> static T apply(T a, T b) { return lesser(a, b); }
};
struct Max {
  template <typename T> static T apply(T a, T b) { return greater(a, b); }
};
struct MinNan {
  template <typename T> static T apply(T a, T b) {
    return a != a || b != b ? canonical(T(NAN)) : lesser(a, b);
  }
};
struct MaxNan {
  template <typename T> static T apply(T a, T b) {
    return a != a || b != b ? canonical(T(NAN)) : greater(a, b);
  }
};
struct Sqrt {
  static float apply(float a) { return __builtin_sqrtf(a); }
  static double apply(double a) { return __builtin_sqrt(a); }
};
struct Rcp {
  template <typename T> static T apply(T a) { return T(1) / a; }
};
struct Rsqrt {
  template <typename T> static T apply(T a) {
    return static_cast<T>(1 / __builtin_sqrt(static_cast<double>(a)));
  }
};
struct Sin {
  static float apply(float a) { return std::sin(static_cast<double>(a)); }
};
struct Cos {
  static float apply(float a) { return std::cos(static_cast<double>(a)); }
};
struct Lg2 {
  static float apply(float a) { return std::log2(static_cast<double>(a)); }
};
struct Ex2 {
  static float apply(float a) { return std::exp2(static_cast<double>(a)); }
};
struct Tanh {
  static float apply(float a) { return std::tanh(static_cast<double>(a)); }
};

enum : uint8_t { Flush = 1, Saturate = 2 };

template <uint8_t flags, typename T> T prepare(T value) {
  return flags & Flush ? flush(value) : value;
}
template <uint8_t flags, typename T> T finish(T value) {
  value = canonical(value);
  if (flags & Flush)
    value = flush(value);
  return flags & Saturate ? saturate(value) : value;
}

/// `Op` with the flags of an instruction applied.
template <typename Op, uint8_t flags> struct With {
  template <typename... T> static auto apply(T... values) {
    return finish<flags>(Op::apply(prepare<flags>(values)...));
  }
};

/// The same, rounded by i.mode, one lane after the other.
template <typename Op, typename T, size_t operands>
void rounded(Warp &w, const Instruction &i) {
  RoundingScope scope(static_cast<Rounding>(i.mode));
  T *d = w.lanes<T>(i.operands[0]);
  eachActive(w.active, [&](unsigned lane) {
    // Volatile keeps the compiler from moving the arithmetic to another
    // rounding mode.
    volatile T s[3] = {};
    for (size_t k = 0; k != operands; ++k) {
      T value = w.lanes<T>(i.operands[k + 1])[lane];
      s[k] = i.flags & Flush ? flush(value) : value;
    }
    volatile T result;
    if constexpr (operands == 1)
      result = Op::apply(T(s[0]));
    else if constexpr (operands == 2)
      result = Op::apply(T(s[0]), T(s[1]));
    else
      result = Op::apply(T(s[0]), T(s[1]), T(s[2]));
    T value = canonical(T(result));
    if (i.flags & Flush)
      value = flush(value);
    d[lane] = i.flags & Saturate ? saturate(value) : value;
  });
}

template <typename Op, typename T, size_t operands> struct HandlerOf;
template <typename Op, typename T> struct HandlerOf<Op, T, 1> {
  static constexpr Handler handler = unary<Op, T>;
};
template <typename Op, typename T> struct HandlerOf<Op, T, 2> {
  static constexpr Handler handler = binary<Op, T>;
};
template <typename Op, typename T> struct HandlerOf<Op, T, 3> {
  static constexpr Handler handler = ternary<Op, T>;
};

template <typename Op, size_t operands>
Handler singleHandler(uint8_t flags, Rounding rounding) {
  if (rounding != Rounding::Nearest)
    return rounded<Op, float, operands>;
  switch (flags) {
  case 0:
    return HandlerOf<With<Op, 0>, float, operands>::handler;
  case Flush:
    return HandlerOf<With<Op, Flush>, float, operands>::handler;
  case Saturate:
    return HandlerOf<With<Op, Saturate>, float, operands>::handler;
  default:
    return HandlerOf<With<Op, Flush | Saturate>, float, operands>::handler;
  }
}

template <typename Op, size_t operands>
Handler doubleHandler(Rounding rounding) {
  if (rounding != Rounding::Nearest)
    return rounded<Op, double, operands>;
  return HandlerOf<Op, double, operands>::handler;
}

//===----------------------------------------------------------------------===//
// Decoding
//===----------------------------------------------------------------------===//

uint8_t takeFlags(Decoder &d, Type type) {
  uint8_t flags = 0;
  if (type == Type::F32) {
    flags |= d.take("ftz") ? Flush : 0;
    flags |= d.take("sat") ? Saturate : 0;
  }
  return flags;
}

template <typename Op, size_t operands>
void emitRounded(Decoder &d, Type type, Rounding rounding) {
  uint8_t flags = takeFlags(d, type);
  d.expectOperands(operands + 1);
  Slot sources[3] = {};
  for (size_t k = 0; k != operands; ++k)
    sources[k] = d.source(k + 1, type);
  Instruction &i =
      d.emit(type == Type::F32 ? singleHandler<Op, operands>(flags, rounding)
                               : doubleHandler<Op, operands>(rounding),
             {d.destination(0, type), sources[0], sources[1], sources[2]});
  i.mode = static_cast<uint8_t>(rounding);
  i.flags = flags;
}

template <typename Op> void emitUnarySingle(Decoder &d) {
  Type type = d.takeType({Type::F32});
  emitRounded<Op, 1>(d, type, Rounding::Nearest);
}

/// An approximate function of f32.
template <typename Op> void decodeApproximate(Decoder &d) {
  if (!d.take("approx"))
    d.error("'" + d.statement.opcode + "' without .approx");
  emitUnarySingle<Op>(d);
}

template <typename Op> void decodeRoot(Decoder &d) {
  bool approximate = d.take("approx");
  Rounding rounding = d.takeRounding();
  Type type = d.takeType({Type::F32, Type::F64});
  if (approximate && type == Type::F64)
    d.take("ftz"); // Always given: rcp.approx.ftz.f64.
  emitRounded<Op, 1>(d, type, rounding);
}

void decodeRsqrt(Decoder &d) {
  if (!d.take("approx"))
    d.error("'rsqrt' without .approx");
  Type type = d.takeType({Type::F32, Type::F64});
  if (type == Type::F64)
    d.take("ftz");
  emitRounded<Rsqrt, 1>(d, type, Rounding::Nearest);
}

void decodeFma(Decoder &d) { decodeFloatFma(d, d.takeType()); }

template <typename T, typename Bits, Bits keep, Bits flip>
void changeSign(Warp &w, const Instruction &i) {
  bool ftz = i.flags & Flush;
  mapLanes(
      w, w.lanes<Bits>(i.operands[0]),
      [ftz](Bits a) {
        if (ftz)
          a = bitCast<Bits>(flush(bitCast<T>(a)));
        return (a & keep) ^ flip;
      },
      w.lanes<Bits>(i.operands[1]));
}

void copySign(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<uint32_t>(i.operands[0]),
      [](uint32_t a, uint32_t b) {
        return (a & 0x80000000) | (b & 0x7FFFFFFF);
      },
      w.lanes<uint32_t>(i.operands[1]), w.lanes<uint32_t>(i.operands[2]));
}

void copySign64(Warp &w, const Instruction &i) {
  constexpr uint64_t sign = uint64_t(1) << 63;
  mapLanes(
      w, w.lanes<uint64_t>(i.operands[0]),
      [](uint64_t a, uint64_t b) { return (a & sign) | (b & ~sign); },
      w.lanes<uint64_t>(i.operands[1]), w.lanes<uint64_t>(i.operands[2]));
}

void decodeCopysign(Decoder &d) {
  Type type = d.takeType({Type::F32, Type::F64});
  d.expectOperands(3);
  d.emit(type == Type::F32 ? copySign : copySign64,
         {d.destination(0, type), d.source(1, type), d.source(2, type)});
}

/// i.mode is the index of the property in the list of decodeTestp.
template <typename T> void testProperty(Warp &w, const Instruction &i) {
  uint32_t result = testLanes(
      [&](T a) {
        switch (i.mode) {
        case 0:
          return std::isfinite(a);
        case 1:
          return std::isinf(a);
        case 2:
          return !std::isnan(a);
        case 3:
          return std::isnan(a);
        case 4:
          return std::isnormal(a);
        default:
          return std::fpclassify(a) == FP_SUBNORMAL;
        }
      },
      w.lanes<T>(i.operands[1]));
  w.setPredicate(i.operands[0], result);
}

void decodeTestp(Decoder &d) {
  int property = d.takeOneOf(
      {"finite", "infinite", "number", "notanumber", "normal", "subnormal"});
  Type type = d.takeType({Type::F32, Type::F64});
  d.expectOperands(2);
  if (property < 0)
    d.error("'testp' without a property");
  d.emit(type == Type::F32 ? testProperty<float> : testProperty<double>,
         {d.predicateDestination(d.operand(0)), d.source(1, type)})
      .mode = property;
}

} // namespace

void vib::cuda::decodeFloatBinary(Decoder &d, Type type) {
  if (type != Type::F32 && type != Type::F64)
    return decodeHalf(d, type);
  const std::string &opcode = d.statement.opcode;
  if (opcode == "min" || opcode == "max") {
    bool nan = d.take("NaN"), isMin = opcode == "min";
    if (isMin)
      nan ? emitRounded<MinNan, 2>(d, type, Rounding::Nearest)
          : emitRounded<Min, 2>(d, type, Rounding::Nearest);
    else
      nan ? emitRounded<MaxNan, 2>(d, type, Rounding::Nearest)
          : emitRounded<Max, 2>(d, type, Rounding::Nearest);
    return;
  }
  Rounding rounding = d.takeRounding();
  if (opcode == "add")
    emitRounded<Add, 2>(d, type, rounding);
  else if (opcode == "sub")
    emitRounded<Sub, 2>(d, type, rounding);
  else
    emitRounded<Mul, 2>(d, type, rounding);
}

void vib::cuda::decodeFloatUnary(Decoder &d, Type type) {
  if (type != Type::F32 && type != Type::F64)
    return decodeHalf(d, type);
  uint8_t flags = takeFlags(d, type);
  d.expectOperands(2);
  constexpr uint32_t sign = 0x80000000;
  constexpr uint64_t longSign = uint64_t(1) << 63;
  bool isAbs = d.statement.opcode == "abs";
  Handler handler;
  if (type == Type::F32)
    handler = isAbs ? changeSign<float, uint32_t, ~sign, 0>
                    : changeSign<float, uint32_t, ~0u, sign>;
  else
    handler = isAbs ? changeSign<double, uint64_t, ~longSign, 0>
                    : changeSign<double, uint64_t, ~0ull, longSign>;
  d.emit(handler, {d.destination(0, type), d.source(1, type)}).flags = flags;
}

void vib::cuda::decodeFloatFma(Decoder &d, Type type) {
  if (type != Type::F32 && type != Type::F64)
    return decodeHalf(d, type);
  emitRounded<Fma, 3>(d, type, d.takeRounding());
}

void vib::cuda::decodeFloatDiv(Decoder &d, Type type) {
  if (type != Type::F32 && type != Type::F64)
    d.error("'div' of this type");
  if (type == Type::F32)
    d.takeOneOf({"approx", "full"});
  emitRounded<Div, 2>(d, type, d.takeRounding());
}

void vib::cuda::addFloatOpcodes(OpcodeTable &table) {
  table["fma"] = decodeFma;
  table["rcp"] = decodeRoot<Rcp>;
  table["sqrt"] = decodeRoot<Sqrt>;
  table["rsqrt"] = decodeRsqrt;
  table["sin"] = decodeApproximate<Sin>;
  table["cos"] = decodeApproximate<Cos>;
  table["lg2"] = decodeApproximate<Lg2>;
  table["ex2"] = decodeApproximate<Ex2>;
  table["tanh"] = decodeApproximate<Tanh>;
  table["copysign"] = decodeCopysign;
  table["testp"] = decodeTestp;
}
