//===- BlockShape.h - The sizes of a block's contraction --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKSHAPE_H
#define VIB_COMPILER_GPU_BLOCKSHAPE_H

#include <cstdint>
#include <optional>

namespace vib {

constexpr int64_t kWarpThreads = 32;
/// Every block has four warps.
constexpr int64_t kBlockWarps = 4, kBlockThreads = kBlockWarps * kWarpThreads;
/// Of the largest chip of compute capability 8.0, whose work larger ones can do
/// too: programs are not made for the chip that runs them.
constexpr int64_t kMultiprocessors = 108;

/// What the factors are multiplied as; sums are of f32 always.
enum class OperandPrecision { F32, TF32, BF16 };

/// How an operand lies in global memory.
struct OperandForm {
  /// Element (i, k), i along the result, is memory[k][i]; else memory[i][k].
  bool reductionFirst = false;
  /// Its elements are bf16, else f32. The former need the precision BF16.
  bool isBf16 = false;

  int64_t getBytes() const { return isBf16 ? 2 : 4; }
};

/// Sizes of a block's work on a contraction.
struct BlockShape {
  /// The tile of the result and the piece of the reduction of a stage.
  int64_t rows, columns, depth;
  /// Pieces of the operands that are in shared memory at a time.
  int64_t stages;
  /// The part of the tile that each of the warps computes.
  int64_t warpRows, warpColumns;
  OperandPrecision precision;
  /// `rhs` stands for all of them.
  OperandForm lhs, rhs;

  /// The bytes of one piece of all operands.
  int64_t getStageBytes(unsigned results) const {
    return depth * (rows * lhs.getBytes() + results * columns * rhs.getBytes());
  }
  /// The bytes of `staging` for a contraction with this many results.
  int64_t getStagingBytes(unsigned results) const {
    return stages * getStageBytes(results);
  }
  /// The elements from one row of a result to the next with which writing it
  /// has no bank conflicts.
  int64_t getResultStride() const;
};

/// The sizes for results[j] (m x n) = lhs (m x k) * rhs[j] (k x n); none if
/// so many results fit no tile.
std::optional<BlockShape> chooseBlockShape(int64_t m, int64_t n, int64_t k,
                                           unsigned results,
                                           OperandPrecision precision,
                                           OperandForm lhs, OperandForm rhs);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKSHAPE_H
