//===- RandomNumbers.cpp - Philox, initial weights and the shuffle --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The expected numbers of the shuffle and of the weights come from a program in
// another language that shares nothing with the runtime but the scheme of
// docs/randomness.md.
//
//===----------------------------------------------------------------------===//

#include "runtime/Dataset.h"
#include "runtime/Initialize.h"
#include "runtime/Philox.h"
#include "runtime/Shuffle.h"
#include "test/runtime/Samples.h"

#include <algorithm>
#include <cmath>
#include <numeric>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

TEST(Philox, KnownAnswersOfRandom123) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (PhiloxWords{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  uint32_t ones = 0xffffffff;
  EXPECT_EQ(philox4x32({ones, ones, ones, ones}, {ones, ones}),
            (PhiloxWords{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344},
                       {0xa4093822, 0x299f31d0}),
            (PhiloxWords{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Philox, CounterAndKeyOfTheScheme) {
  EXPECT_EQ(randomWords(0x100000002ull, Purpose::Shuffle, 3, 4, 5),
            philox4x32({3, 4, 5, 2u << 24}, {2, 1}));
}

TEST(Philox, UniformsAreInside) {
  EXPECT_GT(uniform(0, 0), 0);
  EXPECT_LT(uniform(~0u, ~0u), 1);
  EXPECT_EQ(uniform(1u << 31, 0), 0.5 + 0x1p-53);
  EXPECT_EQ(uniform(0, 1u << 6), 1.5 * 0x1p-52);
}

std::vector<uint32_t> shuffledRows(uint64_t seed, uint64_t epoch,
                                   int64_t count) {
  // It must not matter what was there before.
  std::vector<uint32_t> order(20, 7);
  shuffleRows(seed, epoch, count, order);
  return order;
}

TEST(Shuffle, MatchesTheScheme) {
  using Rows = std::vector<uint32_t>;
  EXPECT_EQ(shuffledRows(7, 0, 10), (Rows{3, 2, 6, 9, 4, 1, 0, 8, 5, 7}));
  EXPECT_EQ(shuffledRows(7, 1, 10), (Rows{6, 1, 3, 5, 0, 4, 9, 8, 2, 7}));
  EXPECT_EQ(shuffledRows(7 | 1ull << 32, 0, 10),
            (Rows{3, 0, 2, 8, 9, 1, 7, 6, 5, 4}));
  EXPECT_EQ(shuffledRows(7, 0, 1), Rows{0});
  EXPECT_EQ(shuffledRows(7, 0, 0), Rows{});
  EXPECT_ERROR(shuffledRows(7, 0, maxRows + 1),
               "4294967297 examples, expected at most 4294967296");
}

TEST(Shuffle, IsAPermutation) {
  std::vector<uint32_t> rows = shuffledRows(1, 2, 5000);
  std::sort(rows.begin(), rows.end());
  std::vector<uint32_t> expected(5000);
  std::iota(expected.begin(), expected.end(), 0);
  EXPECT_EQ(rows, expected);
}

TEST(Initialize, MatchesTheScheme) {
  TestModel test(false, Target::Classes, 3);
  Memory block(test.model.block_bytes, "a block");
  initializeWeights(test.model, 0x123456789, block.data());
  // In memory [in 3, out 2]; the numbers are drawn in the order of the file.
  const float expected[] = {0x1.b32b58p-3f,  0x1.e34c02p-2f, -0x1.85436ep-2f,
                            -0x1.916c50p-2f, 0x1.b78760p-2f, 0x1.356c4ep-2f};
  for (int i = 0; i < 6; ++i)
    EXPECT_EQ(block.as<float>()[i], expected[i]) << i;
  EXPECT_EQ(block.as<float>(64)[0], 0);
  EXPECT_EQ(block.as<float>(128)[0], 0x1.0b77ecp+1f);
}

TEST(Initialize, DoublesAreNotRounded) {
  TestModel test(false, Target::Classes, 3, VIB_F64);
  Memory block(test.model.block_bytes, "a block");
  initializeWeights(test.model, 0x123456789, block.data());
  // The logarithm and the cosine are the C library's.
  EXPECT_NEAR(block.as<double>(128)[0], 0x1.0b77ec303e0fbp+1, 1e-14);
}

TEST(Initialize, NormalsHaveTheirMoments) {
  const int64_t shape[] = {200, 250}, transposed[] = {1, 0};
  VibParameter parameter = {"w", VIB_F64, 2, shape, transposed, VIB_INIT_NORMAL,
                            0,   0.5,     0, 0};
  VibModel model = {};
  model.num_parameters = 1;
  model.parameters = &parameter;
  Memory block(200 * 250 * 8, "a block");
  initializeWeights(model, 3, block.data());
  double sum = 0, squares = 0;
  for (int i = 0; i < 50000; ++i) {
    double value = block.as<double>()[i];
    sum += value;
    squares += value * value;
  }
  EXPECT_NEAR(sum / 50000, 0, 0.01);
  EXPECT_NEAR(std::sqrt(squares / 50000), 0.5, 0.01);
}

} // namespace
