//===- KernelPlan.h - The tiles and memory of a CPU kernel ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The plan of a kernel as its attributes record it: its tiles, which ops are
// emitted together with a contraction, and which operands are packed before the
// kernel runs. Extends ValuePlacement, which places the values of a tile, for a
// CPU: scratch is on the stack as long as it is small. ChooseTiles makes the
// choices, and vib-verify-planned checks the attributes.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_KERNELPLAN_H
#define VIB_COMPILER_CPU_KERNELPLAN_H

#include "compiler/cpu/WindowCopies.h"

namespace vib {

/// On a planned kernel: the tile that is a unit of work, and the tile of the
/// loop inside a unit.
inline constexpr llvm::StringLiteral kUnitAttrName = "unit";
inline constexpr llvm::StringLiteral kInnerAttrName = "inner";
/// On a contraction of a planned kernel: how it is emitted, a #vib.contraction.
inline constexpr llvm::StringLiteral kContractionAttrName = "vib.contraction";
/// On an op of a planned kernel that its readers compute themselves: a fill
/// with zeros in which they accumulate, the rounding of a weight that they
/// pack, or an op that writes a part of a tensor (TensorParts.h).
inline constexpr llvm::StringLiteral kFoldedAttrName = "vib.folded";

/// The extents of an op's loops in every combination of whole and last, smaller
/// tiles that occurs. The whole tiles come first.
llvm::SmallVector<llvm::SmallVector<int64_t>>
getExtents(mlir::linalg::LinalgOp op, const KernelSpace &space,
           const TileChoice &tiles);

RegisterTileAttr getRegisterTileAttr(mlir::MLIRContext *context,
                                     const ContractionForm &form,
                                     llvm::ArrayRef<int64_t> extents,
                                     const ContractionTile &tile);

/// Whether the readers of `op` compute it themselves: contractions that round a
/// weight as they pack it, or that start with zeros in registers rather than
/// load zeros; or the last op of those that write the parts of a tensor.
/// Contractions cannot start with zeros where they continue what an earlier
/// tile of the sum has accumulated.
bool canFold(mlir::linalg::LinalgOp op, const KernelSpace &space,
             const TileChoice &tiles);

/// The columns in a block of a contraction's shared pairs, for a contraction of
/// whole tiles.
int64_t getPairBlock(mlir::linalg::LinalgOp op, const ContractionForm &form,
                     llvm::ArrayRef<int64_t> extents, int64_t tileRows);

/// Whether the left operand is packed in more than one block of `pairs`
/// columns. All units, also smaller ones, then read it with the same register
/// tile.
bool hasPairBlocks(mlir::linalg::LinalgOp op, const ContractionForm &form,
                   int64_t pairs);

/// An operand of a contraction that is packed into pairs (Pairs.h) once for all
/// units, before the kernel runs. The pairs are at `offset` from the kernel's
/// scratch in the arena. They are in blocks of `block` columns, as many as the
/// register tile of all units reads. If that does not divide the columns of a
/// unit, there is one block.
struct SharedPairs {
  mlir::Value operand;
  int64_t depth, columns;
  int64_t block, offset;
};

class KernelPlan : public ValuePlacement {
public:
  /// `kernel` must be planned.
  explicit KernelPlan(KernelOp kernel);

  const TileChoice &getTiles() const { return tiles; }
  /// Whether no code is emitted for the op itself.
  bool isFolded(mlir::Operation *op) const {
    return op->hasAttr(kFoldedAttrName);
  }
  /// The accumulators of a contraction whose loops have these extents.
  ContractionTile getContractionTile(mlir::linalg::LinalgOp op,
                                     const ContractionForm &form,
                                     llvm::ArrayRef<int64_t> extents) const;
  /// The op that is interleaved with a contraction, or null.
  mlir::linalg::LinalgOp
  getInterleaved(mlir::linalg::LinalgOp contraction) const {
    return interleaved.lookup(contraction);
  }
  /// The op that is applied to the register tiles of a contraction, or null.
  mlir::linalg::LinalgOp getEpilogue(mlir::linalg::LinalgOp contraction) const {
    return epilogues.lookup(contraction);
  }
  /// Whether `op` is emitted together with a contraction.
  bool isDoneWithContraction(mlir::linalg::LinalgOp op) const;
  /// The extents of an op's loops within a tile.
  llvm::SmallVector<int64_t> getTileSizes(mlir::linalg::LinalgOp op) const;
  /// The operands that are packed once for all units, by contraction.
  const llvm::MapVector<mlir::Operation *, SharedPairs> &
  getSharedPairs() const {
    return sharedPairs;
  }
  /// The copies of operands of all contractions.
  llvm::ArrayRef<WindowCopy> getWindowCopies() const { return windowCopies; }
  bool usesUnit(mlir::Operation *op) const {
    return !tiles.unit || usesClass(op, tiles.unit->cls);
  }
  bool usesInner(mlir::Operation *op) const {
    return tiles.inner && usesClass(op, tiles.inner->cls);
  }
  /// Whether neither `op` nor any op that needs its results has a loop over the
  /// units. The first unit then runs it once.
  bool isDoneOnce(mlir::Operation *op) const;

private:
  int64_t getTileSize(unsigned cls) const override;
  bool isDivided(unsigned cls) const override;
  Buffer createScratch(mlir::Value value, mlir::RankedTensorType type) override;
  int64_t getNumPartials(llvm::ArrayRef<unsigned> reduced) const override;
  bool isInMemory(mlir::linalg::LinalgOp op) const override;
  void collectReaders();
  void sharePairs();
  void placeWindowCopies();

  TileChoice tiles;
  llvm::DenseMap<mlir::Operation *, mlir::linalg::LinalgOp> interleaved,
      epilogues;
  llvm::MapVector<mlir::Operation *, SharedPairs> sharedPairs;
  llvm::SmallVector<WindowCopy> windowCopies;
  int64_t stackBytes = 0;
};

} // namespace vib

#endif // VIB_COMPILER_CPU_KERNELPLAN_H
