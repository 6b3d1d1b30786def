//===- KernelPlan.h - The tiles and memory of a CPU kernel ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Extends ValuePlacement for a CPU: chooses the tiles of a kernel, and places
// scratch on the stack as long as it is small. Decides which ops are emitted
// together with a contraction, and which operands are packed before the kernel
// runs.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_KERNELPLAN_H
#define VIB_COMPILER_CPU_KERNELPLAN_H

#include "compiler/cpu/TileChoice.h"

namespace vib {

/// An operand of a contraction that is packed into pairs (Pairs.h) once for all
/// units, before the kernel runs. The pairs are at `offset` from the kernel's
/// scratch in the arena. They are in blocks of `block` columns, as many as the
/// register tile `tile` reads, which all units then use. If that does not
/// divide the columns of a unit, there is one block.
struct SharedPairs {
  mlir::Value operand;
  int64_t depth, columns;
  RegisterTile tile;
  int64_t block, offset;
};

class KernelPlan : public ValuePlacement {
public:
  KernelPlan(KernelOp kernel, const Machine &machine);

  const TileChoice &getTiles() const { return tiles; }
  /// Whether the contraction that accumulates onto `fill` starts from zeros in
  /// registers instead.
  bool isFolded(mlir::linalg::FillOp fill) const {
    return folded.contains(fill);
  }
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
  void foldFills();
  void sharePairs(const Machine &machine);

  TileChoice tiles;
  llvm::DenseSet<mlir::Operation *> folded;
  llvm::DenseMap<mlir::Operation *, mlir::linalg::LinalgOp> interleaved,
      epilogues;
  llvm::MapVector<mlir::Operation *, SharedPairs> sharedPairs;
  int64_t stackBytes = 0;
};

} // namespace vib

#endif // VIB_COMPILER_CPU_KERNELPLAN_H
