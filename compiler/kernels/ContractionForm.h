//===- ContractionForm.h - What a contraction looks like --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the plan, the table of --explain and the emitter have to know of a
// contraction before any code of it is written.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_CONTRACTIONFORM_H
#define VIB_COMPILER_KERNELS_CONTRACTIONFORM_H

#include "compiler/kernels/TileChoice.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

/// A packed panel must leave room in the second-level cache.
inline constexpr int64_t kMaxPackedBytes = 512 * 1024;

/// Whether the last axis of an operand is the loop, and no other axis is.
bool isContiguous(mlir::AffineMap map, unsigned loop);

/// The loops of a contraction by their roles. `lhs` and `rhs` are operands; the
/// axis of the result that becomes vectors belongs to `rhs`. It is the last
/// one, unless the result is `transposed`: a matrix that is contiguous in the
/// rows of the register tile.
struct ContractionForm {
  unsigned lhs = 0, rhs = 1;
  llvm::SmallVector<unsigned, 2> batch, m, n, k;
  /// The loop that becomes vectors, one of `n`.
  unsigned column;
  bool transposed = false;
  /// The loops of the register tile and of its reduction.
  std::optional<unsigned> row;
  unsigned reduction;
  /// What is contiguous in `rhs`: the columns, or the reduction.
  enum { Columns, Reduction, Neither } contiguous;
  /// Whether `lhs` is contiguous in the reduction as well.
  bool lhsContiguous = false;
};
mlir::FailureOr<ContractionForm> matchContraction(mlir::linalg::LinalgOp op);

/// The columns of a register of pairs (Pairs.h).
inline constexpr int64_t kPairColumns = 16;

/// Whether `lhs` is an operand of bf16 of the kernel that is contiguous in the
/// rows, so that its pairs are packed for all units.
bool hasSharedPairs(mlir::linalg::LinalgOp op, const ContractionForm &form,
                    const Machine &machine);

/// What a contraction holds in registers: rows x vectors, or rows x columns
/// whose lanes are terms of the sum, or rows x one vector, where each column
/// has a group of lanes for so many terms.
struct ContractionTile {
  enum { Columns, Dot, Groups } kind;
  RegisterTile registers;
  int64_t terms = 1;
};
/// The tile of a contraction whose loops have these extents.
ContractionTile chooseContractionTile(mlir::linalg::LinalgOp op,
                                      const ContractionForm &form,
                                      llvm::ArrayRef<int64_t> extents,
                                      bool isInterleaved,
                                      const Machine &machine);

/// Whether `op` rounds a weight for contractions that do it themselves, as they
/// pack the weight.
bool isRoundedByReaders(mlir::linalg::LinalgOp op);

/// The elementwise op that is worked off together with a contraction, a
/// register tile behind: the only one that reads its result, on the same space,
/// where the reduction runs over the rows of both operands, as a weight
/// gradient's does. Null if there is none.
mlir::linalg::LinalgOp getInterleaved(mlir::linalg::LinalgOp contraction);

/// The elementwise op that is done with the register tiles of a contraction
/// before they are stored: the only one that reads its result. Null if there is
/// none.
mlir::linalg::LinalgOp getEpilogue(mlir::linalg::LinalgOp contraction,
                                   const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_CONTRACTIONFORM_H
