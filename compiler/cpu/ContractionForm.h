//===- ContractionForm.h - The form of a contraction ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The properties of a contraction that the memory plan, the table of --explain
// and the emitter agree on before any code is emitted.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_CONTRACTIONFORM_H
#define VIB_COMPILER_CPU_CONTRACTIONFORM_H

#include "compiler/cpu/RegisterTileChoice.h"
#include "compiler/cpu/TileChoice.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

/// The largest packed panel. It must leave room in the second-level cache.
inline constexpr int64_t kMaxPackedBytes = 512 * 1024;

/// Whether the loop indexes the last axis of an operand, and that alone.
bool isContiguous(mlir::AffineMap map, unsigned loop);

/// The loops of a contraction by their roles. `lhs` and `rhs` are operand
/// numbers. `rhs` is the operand with the axis of the result that becomes
/// vectors. That is the last axis, unless the form is `transposed`: then the
/// result is a matrix that is contiguous in the rows of the register tile.
struct ContractionForm {
  unsigned lhs = 0, rhs = 1;
  llvm::SmallVector<unsigned, 2> batch, m, n, k;
  /// The loop that becomes vectors; one of `n`.
  unsigned column;
  bool transposed = false;
  /// The row loop of the register tile, one of `m`, and the innermost
  /// reduction, one of `k`.
  std::optional<unsigned> row;
  unsigned reduction;
  /// A loop of `m` around `row`, if the register tile covers both because `row`
  /// is short: the rows of the tile are those of `row`, for one position of
  /// this loop after another.
  std::optional<unsigned> outerRow;
  /// A loop of `k` that is divided into blocks, whose sums are added in memory:
  /// the images of a weight gradient.
  std::optional<unsigned> block;
  /// The lines of an image, if `k` is images, lines and pixels and `reduction`
  /// is the pixels.
  std::optional<unsigned> line;
  /// What `rhs` is contiguous in: the columns, the reduction, or neither.
  enum { Columns, Reduction, Neither } contiguous;
  /// Whether `lhs` is contiguous in the reduction as well.
  bool lhsContiguous = false;

  /// The rows of a contraction whose loops have these extents.
  int64_t getRows(llvm::ArrayRef<int64_t> extents) const {
    return (row ? extents[*row] : 1) * (outerRow ? extents[*outerRow] : 1);
  }
  /// A register tile has a multiple of this many rows, or all of them.
  int64_t getRowGrain(llvm::ArrayRef<int64_t> extents) const {
    return outerRow ? extents[*row] : 1;
  }
};
mlir::FailureOr<ContractionForm>
matchRegisterContraction(mlir::linalg::LinalgOp op);

/// The columns in a register of pairs (Pairs.h).
inline constexpr int64_t kPairColumns = 16;

/// Whether `lhs` is a bf16 input of the kernel that is contiguous in the rows,
/// so that it is packed in pairs once for all units.
bool hasSharedPairs(mlir::linalg::LinalgOp op, const ContractionForm &form,
                    const Machine &machine);

/// The positions of the loops `ContractionForm::block` and `line` in a block of
/// a sum, each 0 if the loop is not divided. A block with lines has one image.
struct SumBlock {
  int64_t images = 0, lines = 0;
};

/// The accumulators that a contraction holds in registers:
///   Columns  rows x vectors;
///   Dot      rows x columns, where the lanes are terms of the sum;
///   Groups   rows x one vector, where each column has a group of lanes for
///            `terms` terms of the sum.
struct ContractionTile {
  RegisterTileKind kind;
  RegisterTile registers;
  int64_t terms = 1;
  SumBlock block = {};
};
/// Whether the lanes of a register can be terms of the sum: both operands are
/// contiguous in it, and have the type of the result.
bool canUseDot(mlir::linalg::LinalgOp op, const ContractionForm &form);

/// Whether several terms of the sum should share a register, for a contraction
/// whose loops have these extents.
bool isGrouped(mlir::linalg::LinalgOp op, const ContractionForm &form,
               llvm::ArrayRef<int64_t> extents, int64_t lanes);

/// The tile of a contraction whose loops have these extents.
ContractionTile chooseContractionTile(mlir::linalg::LinalgOp op,
                                      const ContractionForm &form,
                                      llvm::ArrayRef<int64_t> extents,
                                      bool isInterleaved,
                                      const Machine &machine);

/// The blocks of the sum of a contraction whose operands are copied in the way
/// `windows`.
SumBlock chooseBlock(mlir::linalg::LinalgOp op, const ContractionForm &form,
                     llvm::ArrayRef<int64_t> extents, Packing windows);

/// Whether `op` rounds a weight and all its readers are contractions that round
/// the weight themselves when they pack it.
bool isRoundedByReaders(mlir::linalg::LinalgOp op);

/// The elementwise op that is interleaved with a contraction: it processes a
/// register tile while the contraction computes the next one. It is the only
/// reader of the contraction's result and runs over the same space. The
/// reduction runs over the rows of both operands, as in a weight gradient. Null
/// if there is none.
mlir::linalg::LinalgOp getInterleaved(mlir::linalg::LinalgOp contraction);

/// The elementwise op that is applied to the register tiles of a contraction
/// before they are stored. It is the only reader of the contraction's result.
/// Null if there is none.
mlir::linalg::LinalgOp getEpilogue(mlir::linalg::LinalgOp contraction,
                                   const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_CONTRACTIONFORM_H
