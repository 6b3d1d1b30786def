//===- FloatLanes.h - What float instructions share -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_FLOATLANES_H
#define VIB_TEST_CUDADRIVER_FLOATLANES_H

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Lanes.h"

#include <cfenv>
#include <cmath>

namespace vib::cuda {

// Decode add, sub, mul, min and max; abs and neg; fma and mad; div. They are
// used for f32 and f64 and, in Half.cpp, for f16 and bf16.
void decodeFloatBinary(Decoder &decoder, Type type);
void decodeFloatUnary(Decoder &decoder, Type type);
void decodeFloatFma(Decoder &decoder, Type type);
void decodeFloatDiv(Decoder &decoder, Type type);
void decodeHalf(Decoder &decoder, Type type);

/// The NaN that f32 instructions return in place of any other NaN.
inline float canonicalNan() { return bitCast<float>(0x7FFFFFFFu); }

inline float canonical(float value) {
  return value == value ? value : canonicalNan();
}
inline double canonical(double value) { return value; }

/// .ftz: flushes a denormal to a zero of the same sign.
inline float flush(float value) {
  uint32_t bits = bitCast<uint32_t>(value);
  return bits & 0x7F800000 ? value : bitCast<float>(bits & 0x80000000);
}
inline double flush(double value) { return value; }

/// .sat: clamps to [0, 1]; NaN becomes 0.
template <typename T> T saturate(T value) {
  return value > 1 ? T(1) : value > 0 ? value : T(0);
}

// The smaller and the larger value. -0 is smaller than +0, and a NaN is
// ignored.

inline float lesser(float a, float b) {
  uint32_t both = bitCast<uint32_t>(a) | bitCast<uint32_t>(b);
  float least = a == b ? bitCast<float>(both) : a < b ? a : b;
  return a != a ? canonical(b) : b != b ? a : least;
}
inline float greater(float a, float b) {
  uint32_t both = bitCast<uint32_t>(a) & bitCast<uint32_t>(b);
  float most = a == b ? bitCast<float>(both) : a > b ? a : b;
  return a != a ? canonical(b) : b != b ? a : most;
}
inline double lesser(double a, double b) {
  uint64_t both = bitCast<uint64_t>(a) | bitCast<uint64_t>(b);
  double least = a == b ? bitCast<double>(both) : a < b ? a : b;
  return a != a ? b : b != b ? a : least;
}
inline double greater(double a, double b) {
  uint64_t both = bitCast<uint64_t>(a) & bitCast<uint64_t>(b);
  double most = a == b ? bitCast<double>(both) : a > b ? a : b;
  return a != a ? b : b != b ? a : most;
}

/// Sets the rounding mode of the host for its lifetime.
class RoundingScope {
public:
  explicit RoundingScope(Rounding rounding) : before(std::fegetround()) {
    constexpr int modes[] = {FE_TONEAREST, FE_TOWARDZERO, FE_DOWNWARD,
                             FE_UPWARD};
    std::fesetround(modes[static_cast<unsigned>(rounding)]);
  }
  ~RoundingScope() { std::fesetround(before); }

private:
  int before;
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_FLOATLANES_H
