//===- Shadow.h - Who touched a granule of memory last ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// For the checks for races each granule of memory has two words: its last
// write, and its reads since. A word says when and by whom:
//
//   epoch | phase: 6 bits | thread: 11 bits
//
// Two accesses of one epoch have no barrier of the block between them. The
// epoch counts barriers; that of global memory also holds the block and the
// launch (DeviceMemory.h). The phase counts the bar.warp.sync of a warp since
// the block's last barrier. Beyond 63 it stands still, and then accesses of
// one warp count as ordered.
//
// `thread` is that of a block, or stands for all of a warp that acted together
// or read one after the other, or for threads of several warps.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_SHADOW_H
#define VIB_TEST_CUDADRIVER_SHADOW_H

#include <cstdint>

namespace vib::cuda::shadow {

constexpr unsigned threadBits = 11, phaseBits = 6;
constexpr unsigned epochShift = threadBits + phaseBits;
constexpr uint32_t lastPhase = (1u << phaseBits) - 1;
constexpr uint32_t wholeWarp = 1024; ///< Plus the warp: all of its threads.
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

/// Whether an access and a later one of its epoch are not ordered.
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

/// The reads `earlier` and then `later`, of one epoch, in a word. Without a
/// branch, so that it may be done to several words at once.
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
