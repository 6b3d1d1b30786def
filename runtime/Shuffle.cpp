//===- Shuffle.cpp - The order of examples in an epoch --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Shuffle.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Dataset.h"
#include "runtime/Error.h"

#include <numeric>
#include <utility>

namespace vib::runtime {

void permuteRows(uint64_t seed, Purpose purpose, uint32_t step, int64_t count,
                 std::vector<uint32_t> &order) {
  if (count < 0 || count > maxRows)
    fail("{} examples, expected at most {}", count, maxRows);
  if (order.size() < size_t(count))
    requireMemory(uint64_t(count) * sizeof(uint32_t),
                  "the order of the training examples");
  order.resize(size_t(count));
  std::iota(order.begin(), order.end(), uint32_t(0));
  for (uint64_t i = order.size(); i-- > 1;) {
    uint32_t word = randomWords(seed, purpose, uint32_t(i), 0, step)[0];
    // The high half of the product is in [0, i]. This needs no division, and
    // its bias is below 2^-32.
    uint64_t j = uint64_t(word) * (i + 1) >> 32;
    std::swap(order[i], order[j]);
  }
}

void shuffleRows(uint64_t seed, uint64_t epoch, int64_t count,
                 std::vector<uint32_t> &order) {
  permuteRows(seed, Purpose::Shuffle, uint32_t(epoch), count, order);
}

} // namespace vib::runtime
