//===- Half.cpp - Arithmetic on f16 and bf16 ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A result is computed in double precision and rounded once. Products are exact
// in double precision, and sums nearly so. But an fma of f16 or bf16 can be so
// close to the middle between two numbers that double precision cannot decide;
// so it is rounded to odd first.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/FloatLanes.h"
#include "test/cuda-driver/HalfTypes.h"

#include <algorithm>
#include <cmath>

using namespace vib::cuda;

float vib::cuda::f16ToFloat(uint16_t bits) {
  uint32_t sign = uint32_t(bits & 0x8000) << 16;
  uint32_t exponent = (bits >> 10) & 31, fraction = bits & 0x3FF;
  if (exponent == 31)
    return bitCast<float>(sign | 0x7F800000 | fraction << 13);
  if (exponent)
    return bitCast<float>(sign | (exponent + 112) << 23 | fraction << 13);
  float value = std::ldexp(static_cast<float>(fraction), -24);
  return sign ? -value : value;
}

uint16_t vib::cuda::doubleToF16(double value, Rounding rounding) {
  if (value != value)
    return 0x7FFF;
  uint16_t sign = std::signbit(value) ? 0x8000 : 0;
  double magnitude = std::fabs(value);
  if (std::isinf(magnitude))
    return sign | 0x7C00;
  // The exponent of the unit in the last place, for normal and denormal
  // numbers.
  int exponent = std::max(magnitude > 0 ? std::ilogb(magnitude) : -14, -14);
  double units = std::ldexp(magnitude, 10 - exponent);
  double rounded =
      rounding == Rounding::Nearest ? std::nearbyint(units) : std::trunc(units);
  // A carry into the exponent gives the correct result.
  uint32_t bits = rounded < 1024
                      ? uint32_t(rounded)
                      : (uint32_t(exponent + 14) << 10) + uint32_t(rounded);
  if (bits >= 0x7C00)
    bits = rounding == Rounding::Nearest ? 0x7C00 : 0x7BFF;
  return sign | bits;
}

namespace {

struct F16 {
  static double load(uint16_t bits) { return f16ToFloat(bits); }
  static uint16_t store(double value) { return doubleToF16(value); }
};

struct BF16 {
  static double load(uint16_t bits) { return bf16ToFloat(bits); }
  static uint16_t store(double value) {
    // Rounding to odd first makes rounding twice equal to rounding once.
    float single = static_cast<float>(value);
    uint32_t bits = bitCast<uint32_t>(single);
    if (std::isfinite(single) && single != value) {
      if (std::fabs(single) > std::fabs(value))
        --bits;
      bits |= 1;
    }
    return floatToBf16(bitCast<float>(bits));
  }
};

/// a + b, rounded to odd.
double addToOdd(double a, double b) {
  double sum = a + b;
  double part = sum - a;
  double error = (a - (sum - part)) + (b - part);
  uint64_t bits = bitCast<uint64_t>(sum);
  if (std::isfinite(sum) && error != 0 && !(bits & 1))
    bits += (error > 0) == (sum > 0) ? 1 : -1;
  return bitCast<double>(bits);
}

enum Operation : uint8_t { Add, Sub, Mul, Fma, Min, Max, Abs, Neg };

template <typename T>
uint16_t compute(uint8_t operation, uint16_t a, uint16_t b, uint16_t c) {
  switch (operation) {
  case Add:
    return T::store(addToOdd(T::load(a), T::load(b)));
  case Sub:
    return T::store(addToOdd(T::load(a), -T::load(b)));
  case Mul:
    return T::store(T::load(a) * T::load(b));
  case Fma:
    return T::store(addToOdd(T::load(a) * T::load(b), T::load(c)));
  case Min:
    return T::store(lesser(T::load(a), T::load(b)));
  case Max:
    return T::store(greater(T::load(a), T::load(b)));
  case Abs:
    return a & 0x7FFF;
  default:
    return a ^ 0x8000;
  }
}

template <typename T, unsigned packed>
void half(Warp &w, const Instruction &i) {
  using Word = std::conditional_t<packed == 2, uint32_t, uint16_t>;
  Word *d = w.lanes<Word>(i.operands[0]);
  eachActive(w.active, [&](unsigned lane) {
    Word a = w.lanes<Word>(i.operands[1])[lane];
    Word b = w.lanes<Word>(i.operands[2])[lane];
    Word c = w.lanes<Word>(i.operands[3])[lane];
    Word result = 0;
    for (unsigned k = 0; k != packed; ++k) {
      Word part =
          compute<T>(i.mode, a >> (16 * k), b >> (16 * k), c >> (16 * k));
      result |= static_cast<Word>(part << (16 * k));
    }
    d[lane] = result;
  });
}

} // namespace

void vib::cuda::decodeHalf(Decoder &d, Type type) {
  static const std::unordered_map<std::string, std::pair<Operation, size_t>>
      operations = {{"add", {Add, 2}}, {"sub", {Sub, 2}}, {"mul", {Mul, 2}},
                    {"fma", {Fma, 3}}, {"min", {Min, 2}}, {"max", {Max, 2}},
                    {"abs", {Abs, 1}}, {"neg", {Neg, 1}}};
  auto operation = operations.find(d.statement.opcode);
  if (operation == operations.end() || type == Type::TF32)
    d.error("this type is unknown for '" + d.statement.opcode + "'");
  d.take("rn");
  auto [mode, operands] = operation->second;
  d.expectOperands(operands + 1);
  Slot sources[3] = {};
  for (size_t k = 0; k != 3; ++k)
    sources[k] = d.source(k < operands ? k + 1 : 1, type);
  Handler handler = type == Type::F16     ? half<F16, 1>
                    : type == Type::F16x2 ? half<F16, 2>
                    : type == Type::BF16  ? half<BF16, 1>
                                          : half<BF16, 2>;
  d.emit(handler, {d.destination(0, type), sources[0], sources[1], sources[2]})
      .mode = mode;
}
