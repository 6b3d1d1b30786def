//===- KernelPlan.h - How a kernel runs on a CPU ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tiles of a kernel on a CPU and where its values are held: scratch is on
// the stack as long as it is small. Beyond that it says which ops are emitted
// with others, and which operands are packed before.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_KERNELPLAN_H
#define VIB_COMPILER_KERNELS_KERNELPLAN_H

#include "compiler/kernels/TileChoice.h"

namespace vib {

/// An operand of a contraction that is packed into pairs (Pairs.h) before the
/// kernel runs, once for all units, at `offset` from its scratch in the arena,
/// in blocks of as many columns as the register tile `tile`, which all units
/// then have, reads; in one block if that does not divide a unit.
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
  /// Whether `fill` is left to the contraction that accumulates onto it.
  bool isFolded(mlir::linalg::FillOp fill) const {
    return folded.contains(fill);
  }
  /// The op that is interleaved with a contraction, or null.
  mlir::linalg::LinalgOp
  getInterleaved(mlir::linalg::LinalgOp contraction) const {
    return interleaved.lookup(contraction);
  }
  /// The op that ends the register tiles of a contraction, or null.
  mlir::linalg::LinalgOp getEpilogue(mlir::linalg::LinalgOp contraction) const {
    return epilogues.lookup(contraction);
  }
  /// Whether `op` is emitted together with a contraction.
  bool isDoneWithContraction(mlir::linalg::LinalgOp op) const;
  /// The tile's extents of an op's loops.
  llvm::SmallVector<int64_t> getTileSizes(mlir::linalg::LinalgOp op) const;
  /// The operands that are packed for all units, by contraction.
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
  /// Whether `op` has no loop over the units, nor anything that needs its
  /// results: it is then done once, by the first unit.
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

#endif // VIB_COMPILER_KERNELS_KERNELPLAN_H
