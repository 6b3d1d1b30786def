//===- BlockShapes.cpp - Which tiles are chosen ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if a block gets a tile for which it has not enough threads, registers
// or shared memory, or a tile that wastes most of the machine.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockShape.h"
#include "llvm/Support/MathExtras.h"
#include "gtest/gtest.h"

using namespace vib;

namespace {

constexpr OperandPrecision kPrecisions[] = {
    OperandPrecision::F32, OperandPrecision::TF32, OperandPrecision::BF16};

TEST(BlockShapes, Fit) {
  for (OperandPrecision precision : kPrecisions)
    for (unsigned forms = 0; forms != 16; ++forms)
      for (int64_t m : {1, 7, 100, 784, 4096})
        for (int64_t n : {1, 10, 37, 256, 1024})
          for (int64_t k : {1, 33, 100, 1024})
            for (unsigned results : {1, 2, 3}) {
              OperandForm lhs{bool(forms & 1), bool(forms & 2)};
              OperandForm rhs{bool(forms & 4), bool(forms & 8)};
              if ((lhs.isBf16 || rhs.isBf16) &&
                  precision != OperandPrecision::BF16)
                continue;
              std::optional<BlockShape> fit =
                  chooseBlockShape(m, n, k, results, precision, lhs, rhs);
              ASSERT_TRUE(fit);
              BlockShape shape = *fit;
              EXPECT_EQ(shape.rows % shape.warpRows, 0);
              EXPECT_EQ(shape.columns % shape.warpColumns, 0);
              EXPECT_EQ(shape.rows * shape.columns,
                        kBlockWarps * shape.warpRows * shape.warpColumns);
              EXPECT_GE(shape.stages, 2);
              // The shared memory of a block on every device from 8.0 on.
              EXPECT_LE(shape.getStagingBytes(results), 99 * 1024);
              EXPECT_LE(4 * shape.rows * shape.getResultStride() * results,
                        99 * 1024);
              EXPECT_EQ(shape.getResultStride() % 4, 0);
              EXPECT_GE(shape.getResultStride(), shape.columns);
              int64_t accumulators =
                  results * shape.warpRows * shape.warpColumns / kWarpThreads;
              EXPECT_LE(accumulators, 64);
            }
}

TEST(BlockShapes, TooManyResults) {
  for (OperandPrecision precision : kPrecisions)
    EXPECT_FALSE(chooseBlockShape(100, 1024, 100, 100, precision,
                                  {false, false}, {true, false}));
}

struct Use {
  /// The part of the multiply-adds that is not masked, and the number of
  /// blocks.
  double useful;
  int64_t blocks;
};

Use getUse(int64_t m, int64_t n, int64_t k, OperandPrecision precision,
           bool isLhsFirst) {
  BlockShape shape = *chooseBlockShape(m, n, k, 1, precision,
                                       {isLhsFirst, false}, {true, false});
  int64_t down = llvm::divideCeil(m, shape.rows);
  int64_t across = llvm::divideCeil(n, shape.columns);
  return {double(m * n) / double(down * shape.rows * across * shape.columns),
          down * across};
}

TEST(BlockShapes, BatchOf100) {
  for (OperandPrecision precision : kPrecisions) {
    Use use = getUse(100, 1024, 1024, precision, /*isLhsFirst=*/false);
    EXPECT_GE(use.useful, 0.75);
    EXPECT_GE(use.blocks, 54);
  }
}

TEST(BlockShapes, WeightGradient) {
  for (OperandPrecision precision : kPrecisions) {
    Use use = getUse(784, 1024, 100, precision, /*isLhsFirst=*/true);
    EXPECT_GE(use.useful, 0.9);
    EXPECT_GE(use.blocks, 54);
  }
}

TEST(BlockShapes, LargeTilesForLargeMatrices) {
  for (OperandPrecision precision : kPrecisions) {
    BlockShape shape = *chooseBlockShape(4096, 4096, 4096, 1, precision,
                                         {false, false}, {true, false});
    EXPECT_GE(shape.rows * shape.columns, 64 * 128);
  }
}

} // namespace
