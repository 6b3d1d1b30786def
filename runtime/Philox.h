//===- Philox.h - The counter-based random numbers --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Philox4x32-10 (Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy
// as 1, 2, 3", SC 2011). The key is the seed. The counter identifies the use of
// the number, so that every number can be computed independently:
//
//   counter = (index, row, step, purpose << 24 | sample)
//   key     = (low half of the seed, high half of the seed)
//
// docs/randomness.md defines the counter for each purpose.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PHILOX_H
#define VIB_RUNTIME_PHILOX_H

#include <array>
#include <cstdint>

namespace vib::runtime {

enum class Purpose : uint32_t {
  TrainingNoise = 0,
  EvaluationNoise = 1,
  Shuffle = 2,
  InitialWeights = 3,
  SyntheticData = 4,
  Validation = 5,
  Blocks = 6,
  Dropout = 7,
  // The noise of classes, which only the generated code draws, is 8 and 9.
  PseudoInputs = 10
};

using PhiloxWords = std::array<uint32_t, 4>;

/// Ten rounds of Philox4x32.
inline PhiloxWords philox4x32(PhiloxWords counter,
                              std::array<uint32_t, 2> key) {
  for (int round = 0; round < 10; ++round) {
    uint64_t product0 = uint64_t(0xD2511F53u) * counter[0];
    uint64_t product1 = uint64_t(0xCD9E8D57u) * counter[2];
    counter = {
        uint32_t(product1 >> 32) ^ counter[1] ^ key[0], uint32_t(product1),
        uint32_t(product0 >> 32) ^ counter[3] ^ key[1], uint32_t(product0)};
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  return counter;
}

/// The four random words for a purpose, index, row and step, with sample 0.
inline PhiloxWords randomWords(uint64_t seed, Purpose purpose, uint32_t index,
                               uint32_t row, uint32_t step) {
  return philox4x32({index, row, step, uint32_t(purpose) << 24},
                    {uint32_t(seed), uint32_t(seed >> 32)});
}

/// A double in (0, 1) from the upper 26 bits of each of two words. With the
/// half added it has 53 bits, so that no sum is rounded and the result is never
/// 1.
inline double uniform(uint32_t high, uint32_t low) {
  return (double(high >> 6) * 0x1p26 + double(low >> 6) + 0.5) * 0x1p-52;
}

} // namespace vib::runtime

#endif // VIB_RUNTIME_PHILOX_H
