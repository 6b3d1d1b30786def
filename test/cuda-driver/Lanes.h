//===- Lanes.h - Loops over the lanes of a warp -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops over 32 lanes of arrays that overlap only if they are identical. The
// host's compiler vectorizes them. Inactive lanes keep their values.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_LANES_H
#define VIB_TEST_CUDADRIVER_LANES_H

#include "test/cuda-driver/Warp.h"

#include <cstring>

// Elementwise, so an operand may also be the destination.
#define VIB_EACH_LANE(lane)                                                    \
  _Pragma("clang loop vectorize(assume_safety)") for (unsigned lane = 0;       \
                                                      lane != 32; ++lane)

namespace vib::cuda {

template <typename To, typename From> inline To bitCast(From from) {
  static_assert(sizeof(To) == sizeof(From));
  To to;
  std::memcpy(&to, &from, sizeof(to));
  return to;
}

/// d[lane] = f(s[lane]...) for the active lanes. `f` runs for all lanes, so it
/// must be defined for anything a register can contain.
template <typename D, typename F, typename... S>
inline void mapLanes(Warp &warp, D *d, F f, const S *...s) {
  uint32_t active = warp.active;
  if (active == ~0u) {
    VIB_EACH_LANE(lane)
    d[lane] = f(s[lane]...);
    return;
  }
  VIB_EACH_LANE(lane) {
    D value = f(s[lane]...);
    d[lane] = (active >> lane) & 1 ? value : d[lane];
  }
}

/// The predicate f(s[lane]...) for all lanes.
template <typename F, typename... S>
inline uint32_t testLanes(F f, const S *...s) {
  uint32_t result = 0;
  for (unsigned lane = 0; lane != 32; ++lane)
    result |= uint32_t(f(s[lane]...)) << lane;
  return result;
}

/// Calls f(lane) for each active lane, in order.
template <typename F> inline void eachActive(uint32_t active, F f) {
  if (active == ~0u) {
    for (unsigned lane = 0; lane != 32; ++lane)
      f(lane);
    return;
  }
  for (; active; active &= active - 1)
    f(static_cast<unsigned>(__builtin_ctz(active)));
}

// Handlers for operand 0 = Op::apply(operand 1, ...), all of one type.

template <typename Op, typename T> void unary(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<T>(i.operands[0]), [](T a) { return Op::apply(a); },
      w.lanes<T>(i.operands[1]));
}

template <typename Op, typename T> void binary(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<T>(i.operands[0]), [](T a, T b) { return Op::apply(a, b); },
      w.lanes<T>(i.operands[1]), w.lanes<T>(i.operands[2]));
}

template <typename Op, typename T> void ternary(Warp &w, const Instruction &i) {
  mapLanes(
      w, w.lanes<T>(i.operands[0]),
      [](T a, T b, T c) { return Op::apply(a, b, c); },
      w.lanes<T>(i.operands[1]), w.lanes<T>(i.operands[2]),
      w.lanes<T>(i.operands[3]));
}

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_LANES_H
