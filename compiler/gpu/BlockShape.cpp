//===- BlockShape.cpp - The sizes of a block's contraction ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every shape that fits is costed, and the cheapest taken. The cost is the
// cycles of the multiprocessor that has the most blocks:
//
//   blocks there * (steps of the reduction * the dearest of
//                     multiply-adds      of the tile, what is masked as well
//                     shared memory      what the warps read and the copies
//                                        write
//                     global memory      what the copies read
//                   + the tile of the result, written and read once)
//
// and a tenth of what is not the dearest, as not all of it goes on at a time.
// So tiles are preferred that waste few rows (three of 40 rather than two of 64
// for 100), small ones where large ones leave multiprocessors idle, and large
// ones otherwise, as they read less for each product. Of equals the larger tile
// wins: it needs fewer blocks.
//
// What fits: four warps; accumulators and fragments of a thread in half of the
// registers that two blocks leave it, as copies and addresses need some too;
// stages in half of the shared memory. A piece is 32 deep: rows of f32 are then
// 128 bytes where the reduction is contiguous, which is a line of global
// memory, and in shared memory every bank once.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockShape.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <limits>
#include <numeric>

using namespace vib;

static constexpr int64_t kDepth = 32;
static constexpr int64_t kMostStages = 4;
/// Two blocks of this fit a multiprocessor of compute capability 8.0 or 9.0,
/// and one any that is newer than 8.0, the least of which have 100 KiB.
static constexpr int64_t kMostStagingBytes = 72 * 1024;
/// Registers of a thread for accumulators, and together with fragments.
static constexpr int64_t kMostAccumulators = 64;
static constexpr int64_t kMostRegisters = 128;

/// What a multiprocessor does in a cycle: bytes of shared memory, and bytes
/// that it gets of the second-level cache while all others read too.
static constexpr double kSharedBytes = 128, kGlobalBytes = 24;
/// How much of what a step costs goes on at a time.
static constexpr double kOverlap = 0.9;

int64_t BlockShape::getResultStride() const {
  // Memory serves 128 bytes at a time. Eight threads write four columns each of
  // a row; or two, and the next eight do in another row; or a fragment's four
  // threads write two columns each of four rows.
  int64_t banks = 8;
  if (precision == OperandPrecision::F32) {
    if (warpColumns % 32 == 0)
      return columns;
    banks = 16 / std::gcd<int64_t>(warpRows / 4, 4);
  }
  return columns + (32 + banks - columns % 32) % 32;
}

namespace {

struct Problem {
  int64_t m, n, k;
  unsigned results;
};

/// Multiply-adds of a multiprocessor in a cycle: CUDA cores as of compute
/// capability 9.0, tensor cores as of 8.0.
double getRate(OperandPrecision precision) {
  switch (precision) {
  case OperandPrecision::F32:
    return 128;
  case OperandPrecision::TF32:
    return 512;
  case OperandPrecision::BF16:
    return 1024;
  }
  llvm_unreachable("covered switch");
}

/// Registers that a thread holds besides accumulators.
int64_t getFragmentRegisters(const BlockShape &shape, unsigned results) {
  if (shape.precision == OperandPrecision::F32)
    return 4 * (shape.warpRows / 4 + results * shape.warpColumns / 8);
  return (shape.warpRows + results * shape.warpColumns) / 4;
}

/// Bytes of shared memory that the warps read at a step.
double getBytesRead(const BlockShape &shape, unsigned results) {
  if (shape.precision != OperandPrecision::F32)
    return kBlockWarps * (shape.warpRows * shape.lhs.getBytes() +
                          results * shape.warpColumns * shape.rhs.getBytes());
  // Threads agree on what they read, which counts for half of it, but not for
  // less than a pass. Where the reduction comes first, elements that are not in
  // groups (Fma.cpp) are read one by one.
  auto count = [](OperandForm form, int64_t elements) {
    return form.reductionFirst && elements % 2 != 0 ? 2 * elements : elements;
  };
  return kBlockWarps * kSharedBytes / 2 *
         (count(shape.lhs, shape.warpRows / 4) +
          results * count(shape.rhs, shape.warpColumns / 8));
}

double getCost(const BlockShape &shape, const Problem &problem) {
  int64_t blocks = llvm::divideCeil(problem.m, shape.rows) *
                   llvm::divideCeil(problem.n, shape.columns);
  double most = llvm::divideCeil(blocks, kMultiprocessors);
  double results = problem.results;
  double elements = results * shape.rows * shape.columns;
  double copied =
      double(shape.getStageBytes(problem.results)) / double(shape.depth);
  double parts[] = {elements / getRate(shape.precision),
                    (getBytesRead(shape, problem.results) + copied) /
                        kSharedBytes,
                    copied / kGlobalBytes};
  double step = kOverlap * *std::max_element(parts, std::end(parts)) +
                (1 - kOverlap) * std::accumulate(parts, std::end(parts), 0.0);
  double cost = most * (problem.k * step + 8 * elements / kSharedBytes);
  return cost + 1e-3 * blocks;
}

/// Whether a tile of an operand can lie in shared memory as Mma.cpp wants it:
/// in rows of whole lines of 128 bytes where it reads elements one by one.
bool canStage(OperandForm form, OperandPrecision precision, int64_t extent) {
  return precision == OperandPrecision::F32 || !form.reductionFirst ||
         form.isBf16 || extent % 32 == 0;
}

/// Sets the stages; false if the shape does not fit.
bool fit(BlockShape &shape, const Problem &problem) {
  int64_t results = problem.results;
  int64_t accumulators =
      results * shape.warpRows * shape.warpColumns / kWarpThreads;
  if (accumulators > kMostAccumulators ||
      accumulators + getFragmentRegisters(shape, results) > kMostRegisters ||
      !canStage(shape.lhs, shape.precision, shape.rows) ||
      !canStage(shape.rhs, shape.precision, shape.columns))
    return false;
  // A short reduction has no use for many.
  int64_t pieces = llvm::divideCeil(problem.k, shape.depth);
  shape.stages = std::min({kMostStages, std::max<int64_t>(2, pieces),
                           kMostStagingBytes / shape.getStageBytes(results)});
  return shape.stages >= 2;
}

} // namespace

std::optional<BlockShape> vib::chooseBlockShape(int64_t m, int64_t n, int64_t k,
                                                unsigned results,
                                                OperandPrecision precision,
                                                OperandForm lhs,
                                                OperandForm rhs) {
  // On CUDA cores four threads of a warp share the rows, and up to eight rows
  // are a thread's; a fragment of a tensor core has 16.
  static constexpr int64_t kFmaRows[] = {32, 28, 24, 20, 16, 12, 8};
  static constexpr int64_t kMmaRows[] = {112, 64, 48, 32, 16};
  static constexpr int64_t kColumns[] = {64, 32, 16};
  llvm::ArrayRef<int64_t> rows(kMmaRows);
  if (precision == OperandPrecision::F32)
    rows = kFmaRows;

  Problem problem = {m, n, k, results};
  std::optional<BlockShape> best;
  double bestCost = std::numeric_limits<double>::infinity();
  for (int64_t warpRows : rows)
    for (int64_t warpColumns : kColumns)
      for (int64_t down = 1; down <= kBlockWarps; down *= 2) {
        BlockShape shape = {};
        shape.rows = warpRows * down;
        shape.columns = warpColumns * (kBlockWarps / down);
        shape.depth = kDepth;
        shape.warpRows = warpRows;
        shape.warpColumns = warpColumns;
        shape.precision = precision;
        shape.lhs = lhs;
        shape.rhs = rhs;
        if (!fit(shape, problem))
          continue;
        double cost = getCost(shape, problem);
        if (cost >= bestCost)
          continue;
        bestCost = cost;
        best = shape;
      }
  return best;
}
