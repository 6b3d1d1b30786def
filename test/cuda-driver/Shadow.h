//===- Shadow.h - The last accesses of memory -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// To check for races, each granule of memory has two words: its last write, and
// the reads since then. A word says when and by whom the access was made:
//
//   epoch | phase: 6 bits | thread: 11 bits
//
// If two accesses have the same epoch, there is no barrier of the block between
// them. The epoch counts barriers; for global memory it also contains the block
// and the launch (DeviceMemory.h). The phase counts the bar.warp.sync of a warp
// since the block's last barrier. It stops at 63; from then on, accesses of the
// same warp count as ordered.
//
// `thread` is a thread of the block, or a value that stands for a whole warp,
// whose threads acted together or read one after the other, or for threads of
// several warps.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_SHADOW_H
#define VIB_TEST_CUDADRIVER_SHADOW_H

#include <cstdint>

namespace vib::cuda::shadow {

constexpr unsigned threadBits = 11, phaseBits = 6;
constexpr unsigned epochShift = threadBits + phaseBits;
constexpr uint32_t lastPhase = (1u << phaseBits) - 1;
constexpr uint32_t wholeWarp = 1024; ///< Plus a warp: all its threads.
constexpr uint32_t severalWarps = (1u << threadBits) - 1;

constexpr uint32_t threadOf(uint64_t word) {
  return word & ((1u << threadBits) - 1);
}
constexpr uint32_t phaseOf(uint64_t word) {
  return (word >> threadBits) & lastPhase;
}
constexpr uint32_t warpOf(uint32_t thread) {
  return thread < wholeWarp ? thread / 32 : thread - wholeWarp;
}

template <typename Word> constexpr bool sameEpoch(Word a, Word b) {
  return ((a ^ b) >> epochShift) == 0;
}

/// Whether an access and a later one of the same epoch are unordered.
inline bool unordered(uint64_t earlier, uint64_t later) {
  uint32_t first = threadOf(earlier), second = threadOf(later);
  if (first == severalWarps)
    return true;
  if (first == second && first < wholeWarp)
    return false;
  if (warpOf(first) != warpOf(second))
    return true;
  return phaseOf(earlier) == phaseOf(later) && phaseOf(later) != lastPhase;
}

/// Combines the reads `earlier` and `later`, of the same epoch, in one word.
/// There is no branch, so several words can be combined at once.
template <typename Word> Word join(Word earlier, Word later) {
  uint32_t first = threadOf(earlier), second = threadOf(later);
  Word epochAndPhase = later - second;
  Word all = epochAndPhase | (wholeWarp + warpOf(second));
  bool replaced = (first == second) | (phaseOf(earlier) != phaseOf(later));
  Word ofWarp = replaced ? later : all;
  bool sameWarp = (first != severalWarps) & (warpOf(first) == warpOf(second));
  return sameWarp ? ofWarp : epochAndPhase | severalWarps;
}

} // namespace vib::cuda::shadow

#endif // VIB_TEST_CUDADRIVER_SHADOW_H
