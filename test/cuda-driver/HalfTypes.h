//===- HalfTypes.h - f16 and bf16 on the host -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_HALFTYPES_H
#define VIB_TEST_CUDADRIVER_HALFTYPES_H

#include "test/cuda-driver/Decoder.h"
#include "test/cuda-driver/Lanes.h"

namespace vib::cuda {

inline float bf16ToFloat(uint16_t bits) {
  return bitCast<float>(uint32_t(bits) << 16);
}

/// Rounds by .rn or .rz. A NaN becomes the canonical one.
inline uint16_t floatToBf16(float value,
                            Rounding rounding = Rounding::Nearest) {
  uint32_t bits = bitCast<uint32_t>(value);
  uint32_t up = rounding == Rounding::Nearest ? 0x7FFF + ((bits >> 16) & 1) : 0;
  return value != value ? 0x7FFF : (bits + up) >> 16;
}

/// Converts by hand, because the host may not support f16.
float f16ToFloat(uint16_t bits);
uint16_t doubleToF16(double value, Rounding rounding = Rounding::Nearest);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_HALFTYPES_H
