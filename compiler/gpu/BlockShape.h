//===- BlockShape.h - The sizes of a block's contraction --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKSHAPE_H
#define VIB_COMPILER_GPU_BLOCKSHAPE_H

#include "llvm/ADT/SmallVector.h"
#include <cstdint>
#include <optional>

namespace vib {

constexpr int64_t kWarpThreads = 32;
/// Every block has four warps.
constexpr int64_t kBlockWarps = 4, kBlockThreads = kBlockWarps * kWarpThreads;
/// The multiprocessors of the largest chip of compute capability 8.0. Programs
/// are not compiled for a particular chip; larger ones can run the same blocks.
constexpr int64_t kMultiprocessors = 108;

/// The precision of the factors; sums are always f32.
enum class OperandPrecision { F32, TF32, BF16 };

/// How an operand is stored in global memory.
struct OperandForm {
  /// Whether element (i, k), with i along the result, is memory[k][i] rather
  /// than memory[i][k].
  bool reductionFirst = false;
  /// Whether the elements are bf16 rather than f32. That needs the precision
  /// BF16.
  bool isBf16 = false;

  int64_t getBytes() const { return isBf16 ? 2 : 4; }
};

/// The sizes of a block's part of a contraction.
struct BlockShape {
  /// The tile of the result, and the steps of the reduction in a piece.
  int64_t rows, columns, depth;
  /// The number of pieces of the operands that are in shared memory at a time.
  int64_t stages;
  /// The part of the tile that each warp computes.
  int64_t warpRows, warpColumns;
  OperandPrecision precision;
  /// `rhs` is the form of all right operands.
  OperandForm lhs, rhs;

  /// The bytes of one piece of all operands.
  int64_t getStageBytes(unsigned results) const {
    return depth * (rows * lhs.getBytes() + results * columns * rhs.getBytes());
  }
  /// The bytes of `staging` for a contraction with this many results.
  int64_t getStagingBytes(unsigned results) const {
    return stages * getStageBytes(results);
  }
  /// The distance in elements between rows of a result with which writing it
  /// has no bank conflicts.
  int64_t getResultStride() const;
};

/// The sizes that fit for results[j] (m x n) = lhs (m x k) * rhs[j] (k x n),
/// each with the most stages that fit.
llvm::SmallVector<BlockShape> getBlockShapes(int64_t m, int64_t n, int64_t k,
                                             unsigned results,
                                             OperandPrecision precision,
                                             OperandForm lhs, OperandForm rhs);

/// Chooses the sizes for results[j] (m x n) = lhs (m x k) * rhs[j] (k x n).
/// Returns none if no tile fits for this many results.
std::optional<BlockShape> chooseBlockShape(int64_t m, int64_t n, int64_t k,
                                           unsigned results,
                                           OperandPrecision precision,
                                           OperandForm lhs, OperandForm rhs);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKSHAPE_H
