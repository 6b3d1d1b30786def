//===- BlockPlan.h - How a kernel runs on a GPU -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What a thread block does of a kernel, step by step, and where the values are:
// scratch lies in shared memory, at offsets by the steps in which it is alive,
// and what does not fit is spilled to the arena, one piece a block.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKPLAN_H
#define VIB_COMPILER_GPU_BLOCKPLAN_H

#include "compiler/gpu/BlockTiles.h"
#include "compiler/kernels/ValuePlacement.h"

namespace vib {

/// A step of a block: an op, contractions with one lhs, or a copy.
struct BlockStep {
  mlir::linalg::LinalgOp op;
  llvm::SmallVector<const MatrixContraction *, 2> contractions;
  const Copy *copy = nullptr;
  /// Only blocks at position 0 of these of the tiles do the step.
  llvm::SmallVector<unsigned, 2> once;
  /// Whether the block waits for all its threads before the step.
  bool needsBarrier = false;
  /// Where in shared memory the pieces of a contraction's operands lie.
  int64_t stagingOffset = 0;
};

class BlockPlan : public ValuePlacement {
public:
  BlockPlan(KernelOp kernel, const GpuOptions &options);
  // The steps refer to what the plan holds.
  BlockPlan(const BlockPlan &) = delete;
  BlockPlan &operator=(const BlockPlan &) = delete;

  const BlockTiles &getTiles() const { return tiles; }
  llvm::ArrayRef<BlockStep> getSteps() const { return steps; }
  /// The constant that an op accumulates onto, in place of what its init holds
  /// in memory; null if it reads the init. A scalar of the kernel's region.
  mlir::Value getStart(mlir::linalg::LinalgOp op, unsigned init) const;
  /// Whether the op does nothing by itself.
  bool isElided(mlir::linalg::LinalgOp op) const { return elided.contains(op); }
  /// Where a scratch buffer begins in shared memory.
  int64_t getSharedOffset(unsigned buffer) const {
    return sharedOffsets[buffer];
  }
  int64_t getNumPartials(llvm::ArrayRef<unsigned> reduced) const override;
  /// The bytes of shared memory of a block.
  int64_t getSharedBytes() const { return sharedBytes; }

private:
  int64_t getTileSize(unsigned cls) const override {
    return tiles.getSize(cls, space);
  }
  bool isDivided(unsigned cls) const override {
    return tiles.lookup(cls) != nullptr;
  }
  Buffer createScratch(mlir::Value value, mlir::RankedTensorType type) override;
  bool isOwnScratch(mlir::Value value) const override {
    return lookupContraction(value.getDefiningOp()) != nullptr;
  }
  bool isInMemory(mlir::linalg::LinalgOp op) const override {
    return !isElided(op);
  }
  bool readsInit(mlir::linalg::LinalgOp op,
                 mlir::OpOperand &init) const override;
  const MatrixContraction *lookupContraction(mlir::Operation *op) const;

  void elide();
  void collectSteps();
  void placeShared();   // SharedMemory.cpp
  void placeBarriers(); // BlockBarriers.cpp

  BlockTiles tiles;
  llvm::DenseSet<mlir::Operation *> elided;
  llvm::SmallVector<BlockStep> steps;
  llvm::SmallVector<int64_t> sharedOffsets;
  int64_t sharedBytes = 0;
};

/// Whether a result of `op` is written at every step of a reduction, so that
/// results are kept in memory.
bool accumulatesInMemory(mlir::linalg::LinalgOp op);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKPLAN_H
