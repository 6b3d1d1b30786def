//===- BlockShape.cpp - The sizes of a block's contraction ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every shape that fits is evaluated, and the one with the lowest cost is
// chosen. The cost is the number of cycles of the multiprocessor with the most
// blocks:
//
//   its blocks * (steps of the reduction * the most expensive of
//                   multiply-adds      of the whole tile, masked ones included
//                   shared memory      reads by the warps, writes by the copies
//                   global memory      reads by the copies
//                 + the tile of the result, written and read once)
//
// plus a tenth of what is not the most expensive, because the overlap is not
// perfect. This prefers tiles that waste few rows (for 100 rows, three of 40
// rather than two of 64), small tiles if large ones would leave multiprocessors
// idle, and otherwise large tiles, which read less for each product. Among
// tiles of equal cost the larger one wins, because it needs fewer blocks.
//
// A shape fits if it has four warps; if the accumulators and fragments of a
// thread take at most half of the registers that it has with two blocks on a
// multiprocessor, as copies and addresses need some too; and if the stages take
// at most half of the shared memory. A piece is 32 deep. If the reduction is
// contiguous, rows of f32 then have 128 bytes: one line of global memory, and
// every bank of shared memory once.
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
/// Two blocks of this size fit on a multiprocessor of compute capability 8.0 or
/// 9.0. One block fits on any other newer than 8.0; the smallest have 100 KiB.
static constexpr int64_t kMostStagingBytes = 72 * 1024;
/// The most registers of a thread for accumulators, and including fragments.
static constexpr int64_t kMostAccumulators = 64;
static constexpr int64_t kMostRegisters = 128;

/// What a multiprocessor can do in a cycle: the bytes of shared memory that it
/// accesses, and the bytes that it gets from the second-level cache while all
/// others read too.
static constexpr double kSharedBytes = 128, kGlobalBytes = 24;
/// The part of a step's costs that overlaps.
static constexpr double kOverlap = 0.9;

int64_t BlockShape::getResultStride() const {
  // Shared memory serves 128 bytes at a time. With fma, that is eight threads
  // that write four columns each of one row, or two threads for each of four
  // rows. With mma, the four threads of a fragment write two columns each, in
  // four rows.
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

/// The multiply-adds of a multiprocessor in a cycle: for CUDA cores from
/// compute capability 9.0 on, for tensor cores from 8.0 on.
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

/// The registers of a thread in addition to accumulators.
int64_t getFragmentRegisters(const BlockShape &shape, unsigned results) {
  if (shape.precision == OperandPrecision::F32)
    return 4 * (shape.warpRows / 4 + results * shape.warpColumns / 8);
  return (shape.warpRows + results * shape.warpColumns) / 4;
}

/// The bytes of shared memory that the warps read in a step.
double getBytesRead(const BlockShape &shape, unsigned results) {
  if (shape.precision != OperandPrecision::F32)
    return kBlockWarps * (shape.warpRows * shape.lhs.getBytes() +
                          results * shape.warpColumns * shape.rhs.getBytes());
  // Several threads read the same address, which halves the cost, but a read
  // takes at least one pass. If the reduction comes first, elements that are
  // not in groups (Fma.cpp) are read one at a time.
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

/// Whether the tile of an operand can have the layout in shared memory that
/// Mma.cpp needs: rows of whole lines of 128 bytes if it reads single elements.
bool canStage(OperandForm form, OperandPrecision precision, int64_t extent) {
  return precision == OperandPrecision::F32 || !form.reductionFirst ||
         form.isBf16 || extent % 32 == 0;
}

/// Chooses the number of stages. Returns false if the shape does not fit.
bool fit(BlockShape &shape, const Problem &problem) {
  int64_t results = problem.results;
  int64_t accumulators =
      results * shape.warpRows * shape.warpColumns / kWarpThreads;
  if (accumulators > kMostAccumulators ||
      accumulators + getFragmentRegisters(shape, results) > kMostRegisters ||
      !canStage(shape.lhs, shape.precision, shape.rows) ||
      !canStage(shape.rhs, shape.precision, shape.columns))
    return false;
  // A short reduction does not need many stages.
  int64_t pieces = llvm::divideCeil(problem.k, shape.depth);
  shape.stages = std::min({kMostStages, std::max<int64_t>(2, pieces),
                           kMostStagingBytes / shape.getStageBytes(results)});
  return shape.stages >= 2;
}

} // namespace

llvm::SmallVector<BlockShape> vib::getBlockShapes(int64_t m, int64_t n,
                                                  int64_t k, unsigned results,
                                                  OperandPrecision precision,
                                                  OperandForm lhs,
                                                  OperandForm rhs) {
  // On CUDA cores, four threads of a warp share the rows, and a thread has up
  // to eight rows. On tensor cores, a fragment has 16 rows.
  static constexpr int64_t kFmaRows[] = {32, 28, 24, 20, 16, 12, 8};
  static constexpr int64_t kMmaRows[] = {112, 64, 48, 32, 16};
  static constexpr int64_t kColumns[] = {64, 32, 16};
  llvm::ArrayRef<int64_t> rows(kMmaRows);
  if (precision == OperandPrecision::F32)
    rows = kFmaRows;

  llvm::SmallVector<BlockShape> shapes;
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
        if (fit(shape, {m, n, k, results}))
          shapes.push_back(shape);
      }
  return shapes;
}

std::optional<BlockShape> vib::chooseBlockShape(int64_t m, int64_t n, int64_t k,
                                                unsigned results,
                                                OperandPrecision precision,
                                                OperandForm lhs,
                                                OperandForm rhs) {
  std::optional<BlockShape> best;
  double bestCost = std::numeric_limits<double>::infinity();
  for (const BlockShape &shape :
       getBlockShapes(m, n, k, results, precision, lhs, rhs)) {
    double cost = getCost(shape, {m, n, k, results});
    if (cost >= bestCost)
      continue;
    bestCost = cost;
    best = shape;
  }
  return best;
}
