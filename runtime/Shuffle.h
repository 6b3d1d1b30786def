//===- Shuffle.h - The order of examples in an epoch ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SHUFFLE_H
#define VIB_RUNTIME_SHUFFLE_H

#include "runtime/Philox.h"

#include <cstdint>
#include <vector>

namespace vib::runtime {

/// Sets `order` to a permutation of `count` rows by the algorithm of Fisher and
/// Yates. `step` is the third word of the counter. docs/randomness.md defines
/// it.
void permuteRows(uint64_t seed, Purpose purpose, uint32_t step, int64_t count,
                 std::vector<uint32_t> &order);

/// The permutation in an epoch, which is counted from 0.
void shuffleRows(uint64_t seed, uint64_t epoch, int64_t count,
                 std::vector<uint32_t> &order);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SHUFFLE_H
