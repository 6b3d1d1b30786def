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

/// Makes `order` the permutation of `count` rows for an epoch, counted from 0:
/// Fisher-Yates from the identity.
void shuffleRows(uint64_t seed, uint64_t epoch, int64_t count,
                 std::vector<uint32_t> &order);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SHUFFLE_H
