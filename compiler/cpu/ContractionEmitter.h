//===- ContractionEmitter.h - Emit one contraction --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits a contraction; private to the files Contraction*.cpp. Contraction.cpp
// describes the three forms and holds what they share. ContractionColumns.cpp,
// ContractionDot.cpp and ContractionGroups.cpp emit one form each,
// ContractionInterleaved.cpp emits an elementwise op between the steps of a
// contraction. ContractionPacking.cpp packs operands into the order in which
// they are read, and ContractionWindows.cpp copies those of windows.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_CONTRACTIONEMITTER_H
#define VIB_COMPILER_CPU_CONTRACTIONEMITTER_H

#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/Pairs.h"
#include "compiler/cpu/TileEmitter.h"

namespace vib {

/// The part of the second-level cache that the rows of lhs may occupy, since
/// they are read again for every panel of the weight.
inline constexpr int64_t kResidentBytes = 512 * 1024;
/// The bytes of a line of a cache.
inline constexpr int64_t kCacheLine = 64;

class ContractionEmitter {
public:
  ContractionEmitter(TileEmitter &e, mlir::linalg::LinalgOp op,
                     const ContractionForm &form, bool startsAtZero);
  void run();

private:
  /// Packs the panel of rhs into scratch as [reduction][column].
  void pack();
  /// Packs the panel in pairs, or leaves that to the first register tile.
  void packInPairs();
  /// Whether the first register tile can pack what it reads.
  bool canPackInTile() const;
  /// Extends an element or a vector of an operand to the type of the result.
  mlir::Value extend(mlir::Value value);
  /// The same for rhs, which is first rounded if `isRounded`.
  mlir::Value roundAndExtend(mlir::Value value);
  /// The parallel loops that the register tile does not cover, and loops over
  /// all of them.
  llvm::SmallVector<unsigned> getOuterLoops() const;
  void emitOuter(llvm::function_ref<void()> body);
  void emitColumns();
  void emitDot();
  void emitGroups();
  /// Creates the accumulators of a register tile, advances them by one step of
  /// the reduction at the current positions, and stores the final values.
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
  /// In one step of a tile, prefetches a part of what the next unit packs.
  void emitPrefetchOfNext(mlir::Value row, int64_t count);
  /// Emits all steps of the reduction. If `packs`, each step first packs the
  /// part of rhs that it reads.
  llvm::SmallVector<mlir::Value> reduceTile(mlir::Value row, int64_t count,
                                            mlir::Value column,
                                            llvm::ArrayRef<int64_t> widths,
                                            mlir::ValueRange values,
                                            bool packs = false);
  void storeTile(mlir::Value row, int64_t count, mlir::Value column,
                 llvm::ArrayRef<int64_t> widths, mlir::ValueRange values);
  /// Like storeTile, for a transposed result.
  void storeTransposed(mlir::Value row, int64_t count, mlir::Value column,
                       llvm::ArrayRef<int64_t> widths, mlir::ValueRange values);
  mlir::Value loadOut(int64_t width);
  /// Whether a step multiplies pairs and the accumulators are whole registers.
  bool usesPairs() const { return rhsPairs || windows == Packing::Pairs; }
  /// `sum` + `factor` * `vector`, where the factor is a pair or an element.
  mlir::Value multiplyAdd(mlir::Value factor, mlir::Value vector,
                          mlir::Value sum);
  // ContractionInterleaved.cpp
  /// Emits all rows of some columns, together with the interleaved op.
  void emitInterleavedRows(int64_t tileRows, mlir::Value column,
                           llvm::ArrayRef<int64_t> widths);
  /// Emits the tile at `row`, and the interleaved op on the tile before it
  /// between its steps.
  void emitBetweenSteps(mlir::Value row, int64_t count, mlir::Value column,
                        llvm::ArrayRef<int64_t> widths);
  /// Emits one vector of the interleaved op, for the tile at `row`.
  void emitInterleaved(mlir::Value row, mlir::Value step, mlir::Value column,
                       int64_t v, int64_t width);
  void emitInterleavedTile(mlir::Value row, int64_t count, mlir::Value column,
                           llvm::ArrayRef<int64_t> widths);
  /// Emits a register tile and stores it where the interleaved op reads it.
  void emitStoredTile(mlir::Value row, int64_t count, mlir::Value column,
                      llvm::ArrayRef<int64_t> widths);
  void storeToTile(int64_t count, llvm::ArrayRef<int64_t> widths,
                   mlir::ValueRange values);
  /// Advances a tile by the step with the number `step`.
  llvm::SmallVector<mlir::Value> stepTileAt(mlir::Value step, mlir::Value row,
                                            int64_t count, mlir::Value column,
                                            llvm::ArrayRef<int64_t> widths,
                                            mlir::ValueRange values);
  /// The terms of the reduction in a step.
  int64_t getInterleavedStride() const { return rhsPairs ? 2 : 1; }
  /// The steps of a tile between two vectors of the interleaved op.
  int64_t getInterleavedSteps(int64_t tileRows, int64_t vectors) const {
    return llvm::divideCeil(depth, getInterleavedStride()) /
           (tileRows * vectors);
  }

  /// Emits one register tile: `count` rows from `row` on, with vectors of
  /// `widths` columns from `column` on.
  void emitColumnsTile(mlir::Value row, int64_t count, mlir::Value column,
                       llvm::ArrayRef<int64_t> widths, bool packs = false);
  /// Loads `terms` rows of rhs as one vector of groups (ContractionGroups.cpp).
  mlir::Value loadGroupedColumns();
  /// Emits a tile with as many rows as there are lanes.
  void emitGroupsTile(mlir::Value row);
  // ContractionDot.cpp
  void emitDotTile(mlir::Value row, int64_t count, mlir::Value column,
                   int64_t countColumns);
  /// Multiplies `width` terms of each row with those of each column, and adds
  /// the products to `sums`. Fewer terms than lanes are filled up with zeros.
  llvm::SmallVector<mlir::Value>
  stepDotTile(mlir::Value row, int64_t count, mlir::Value column,
              int64_t countColumns, int64_t width, mlir::ValueRange sums);
  /// Adds up the lanes of the sums, as many sums as there are lanes at once, or
  /// one by one, and stores them.
  void storeDotRows(mlir::Value row, int64_t count, mlir::Value column,
                    int64_t countColumns, llvm::ArrayRef<mlir::Value> sums);
  void storeDotElements(mlir::Value row, int64_t count, mlir::Value column,
                        int64_t countColumns, llvm::ArrayRef<mlir::Value> sums);
  // ContractionWindows.cpp
  /// Lets the contraction read the copies of its operands, and makes those of
  /// the whole unit.
  void useCopies();
  /// Copies a tensor, or `count` positions of its blocks from `start` on.
  void emitCopy(const WindowCopy &copy, const TensorRef &source,
                mlir::Value start, int64_t count);
  /// The copy as the contraction sees it, which indexes it by `map`.
  TensorRef getCopyRef(const WindowCopy &copy, mlir::AffineMap map);
  /// Copies `count` positions of a block from `start` on.
  void emitBlockCopies(mlir::Value start, int64_t count);
  // ContractionBlocks.cpp
  /// Emits the sum block by block, if it is divided.
  void emitBlocks(llvm::function_ref<void()> body);
  /// Emits `body` for the block at hand, or for its lines, part by part.
  void emitLines(llvm::function_ref<void()> body);
  /// Prefetches a part of the next block, for a tile at line `line` of this
  /// one: of each operand the share `slot` of `slots`.
  void emitPrefetchOfBlock(mlir::Value row, int64_t count, mlir::Value line);
  void emitPrefetchOfOperand(const TensorRef &ref, unsigned operand,
                             mlir::Value slot, int64_t slots);

  /// Sets the position of `loop` to `base` + `step`.
  void at(unsigned loop, mlir::Value base, int64_t step) {
    positions[loop] = e.add(base, step);
  }
  void atRow(mlir::Value base, int64_t step);
  /// The width of the panels that the reduction runs across in an operand that
  /// is contiguous in it; 0 if there are none.
  int64_t getReductionPanel() const;
  /// Prefetches a part of the panel of rhs that the next unit reads.
  void emitPrefetchOfPanel(mlir::Value row, int64_t count, mlir::Value start);
  /// Prefetches the panel that begins at `start` of the rows of the next tile.
  void emitPrefetchOfRows(mlir::Value row, int64_t count, mlir::Value start);
  /// Emits loops over all reductions. The innermost one advances by `step` up
  /// to `end`, for a tile of `count` rows.
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
  /// Whether the operands are bf16, and whether rhs must still be rounded to
  /// it.
  bool isNarrow, isRounded = false;
  /// If the reduction runs over pairs: those of rhs, and those of lhs unless
  /// they are loaded from lhs itself.
  std::optional<Pairs> rhsPairs, lhsPairs;
  /// How the operands are copied, and the operands of which each block has a
  /// copy of its own.
  Packing windows;
  llvm::SmallVector<std::pair<WindowCopy, TensorRef>> blockCopies;
  /// What the first register tile packs into rhsPairs.
  std::optional<PairSource> unpacked;
  /// A flat view of the memory that rhs is packed from, if the next unit packs
  /// the memory that follows. Otherwise null.
  mlir::Value flatRhs;
  /// The op that is applied to the register tile before it is stored, or null.
  mlir::linalg::LinalgOp epilogue;
  /// The interleaved op, or null, and the stored tile that it reads.
  mlir::linalg::LinalgOp interleaved;
  TensorRef tile;
  int64_t rows, columns, depth;
  /// The positions of `form.block` in the block at hand, from `blockStart` on;
  /// 0 if the sum has none.
  int64_t block = 0;
  mlir::Value blockStart;
  /// The first of the lines at hand, or null if images are not divided.
  mlir::Value firstLine;
  ContractionTile choice;
  /// The bytes of a row of lhs, and whether all rows together exceed
  /// kResidentBytes.
  int64_t rowBytes;
  bool streamsRows;
};

} // namespace vib

#endif // VIB_COMPILER_CPU_CONTRACTIONEMITTER_H
