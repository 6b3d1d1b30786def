//===- ContractionEmitter.h - Code of one contraction -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Private to the files Contraction*.cpp: Contraction.cpp has what both forms
// need, ContractionColumns.cpp and ContractionDot.cpp have one each, and
// ContractionPacking.cpp brings an operand into the order that one reads.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_CONTRACTIONEMITTER_H
#define VIB_COMPILER_KERNELS_CONTRACTIONEMITTER_H

#include "compiler/kernels/ContractionForm.h"
#include "compiler/kernels/Pairs.h"
#include "compiler/kernels/TileEmitter.h"

namespace vib {

/// What is left of the second-level cache for the rows that every panel of a
/// weight meets.
inline constexpr int64_t kResidentBytes = 512 * 1024;

class ContractionEmitter {
public:
  ContractionEmitter(TileEmitter &e, mlir::linalg::LinalgOp op,
                     const ContractionForm &form, bool startsAtZero);
  void run();

private:
  bool shouldPack() const;
  /// Whether the reduction can go by pairs of bf16.
  bool shouldPair();
  /// Copies the panel of rhs to scratch, [reduction][column].
  void pack();
  /// Copies it in pairs, or leaves that to the first register tile.
  void packInPairs();
  /// Whether the first register tile can pack what it reads.
  bool canPackInTile() const;
  /// An element or a vector of an operand, in the type of the result.
  mlir::Value extend(mlir::Value value);
  /// The same of rhs, which may have to be rounded.
  mlir::Value roundAndExtend(mlir::Value value);
  void emitOuter(llvm::function_ref<void()> body);
  void emitColumns();
  void emitDot();
  void emitGroups();
  /// The accumulators of a register tile, before and after one step of the
  /// reduction at the current positions, and where they go in the end.
  llvm::SmallVector<mlir::Value> startTile(mlir::Value row, int64_t count,
                                           mlir::Value column,
                                           llvm::ArrayRef<int64_t> widths);
  llvm::SmallVector<mlir::Value> stepTile(mlir::Value row, int64_t count,
                                          mlir::Value column,
                                          llvm::ArrayRef<int64_t> widths,
                                          mlir::ValueRange values);
  llvm::SmallVector<mlir::Value> stepTileOfPairs(mlir::Value row, int64_t count,
                                                 mlir::Value column,
                                                 llvm::ArrayRef<int64_t> widths,
                                                 mlir::ValueRange values,
                                                 bool isLast = false);
  /// Fetches a part of what the next unit packs, at one step of a tile.
  void emitPrefetchOfNext(mlir::Value row, int64_t count);
  /// All steps; if `packs`, each packs what it reads of rhs before.
  llvm::SmallVector<mlir::Value> reduceTile(mlir::Value row, int64_t count,
                                            mlir::Value column,
                                            llvm::ArrayRef<int64_t> widths,
                                            mlir::ValueRange values,
                                            bool packs = false);
  void storeTile(mlir::Value row, int64_t count, mlir::Value column,
                 llvm::ArrayRef<int64_t> widths, mlir::ValueRange values);
  /// The same where the result is transposed.
  void storeTransposed(mlir::Value row, int64_t count, mlir::Value column,
                       llvm::ArrayRef<int64_t> widths, mlir::ValueRange values);
  mlir::Value loadOut(int64_t width);
  /// The interleaved op, for one vector of the tile at `row`.
  void emitInterleaved(mlir::Value row, mlir::Value step, mlir::Value column,
                       int64_t v, int64_t width);
  void emitInterleavedTile(mlir::Value row, int64_t count, mlir::Value column,
                           llvm::ArrayRef<int64_t> widths);
  /// All rows of some columns, and the op that is interleaved.
  void emitInterleavedRows(int64_t tileRows, mlir::Value column,
                           llvm::ArrayRef<int64_t> widths);
  /// One register tile: `count` rows from `row`, vectors of `widths` columns
  /// from `column`.
  void emitColumnsTile(mlir::Value row, int64_t count, mlir::Value column,
                       llvm::ArrayRef<int64_t> widths, bool packs = false);
  /// `terms` rows of rhs, as one vector of groups (ContractionGroups.cpp).
  mlir::Value loadGroupedColumns();
  /// As many rows as there are lanes.
  void emitGroupsTile(mlir::Value row);
  void emitDotTile(mlir::Value row, int64_t count, mlir::Value column,
                   int64_t countColumns);
  /// Runs `body` with `loop` at `base` + `step`.
  void at(unsigned loop, mlir::Value base, int64_t step) {
    positions[loop] = e.add(base, step);
  }
  void atRow(mlir::Value base, int64_t step) {
    if (form.row)
      at(*form.row, base, step);
  }
  /// The panel of an operand whose columns are the innermost reduction.
  int64_t getReductionPanel() const;
  /// Fetches a part of the panel of rhs that the next unit reads.
  void emitPrefetchOfPanel(mlir::Value row, int64_t count, mlir::Value start);
  /// Fetches a panel, which begins at `start`, of the rows of the next tile.
  void emitPrefetchOfRows(mlir::Value row, int64_t count, mlir::Value start);
  /// Loops over the reductions other than the innermost, then over it in steps
  /// of `step` up to `end`, for a tile of `count` rows.
  llvm::SmallVector<mlir::Value> emitReductions(
      llvm::ArrayRef<unsigned> loops, int64_t end, int64_t step,
      mlir::Value row, int64_t count, mlir::ValueRange carried,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::ValueRange)>
          body);

  TileEmitter &e;
  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::linalg::LinalgOp op;
  const ContractionForm &form;
  llvm::SmallVector<mlir::AffineMap> maps;
  bool startsAtZero;
  mlir::Type element;
  int64_t lanes;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallVector<mlir::Value> positions;
  TensorRef lhs, rhs, out;
  /// Whether the operands are of bf16, and rhs is still to be rounded to it.
  bool isNarrow, isRounded = false;
  /// Where the reduction goes by pairs: those of rhs, and of lhs unless its own
  /// memory has them.
  std::optional<Pairs> rhsPairs, lhsPairs;
  /// What the first register tile packs as rhsPairs.
  std::optional<PairSource> unpacked;
  /// The memory that rhs is packed from, flat, if the next unit packs what
  /// follows there.
  mlir::Value flatRhs;
  /// The op that is done with what is in registers, or null.
  mlir::linalg::LinalgOp epilogue;
  /// The op that is interleaved, or null, and the tile that it reads.
  mlir::linalg::LinalgOp interleaved;
  TensorRef tile;
  int64_t rows, columns, depth;
  ContractionTile choice;
  /// The bytes of a row of lhs, and whether all rows are more than what stays
  /// in the second-level cache.
  int64_t rowBytes;
  bool streamsRows;
};

} // namespace vib

#endif // VIB_COMPILER_KERNELS_CONTRACTIONEMITTER_H
