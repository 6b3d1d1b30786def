//===- Shuffle.h - The order of examples in an epoch ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SHUFFLE_H
#define VIB_RUNTIME_SHUFFLE_H

#include <cstdint>
#include <vector>

namespace vib::runtime {

/// Sets `order` to the permutation of `count` rows in an epoch, which is
/// counted from 0, by the algorithm of Fisher and Yates. docs/randomness.md
/// defines it.
void shuffleRows(uint64_t seed, uint64_t epoch, int64_t count,
                 std::vector<uint32_t> &order);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SHUFFLE_H
