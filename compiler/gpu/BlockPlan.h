//===- BlockPlan.h - The steps and memory of a thread block -----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The steps of a thread block for a kernel, and where its values are. Scratch
// is in shared memory; buffers overlap if they are live in different steps.
// What does not fit is spilled to the arena, where each block has memory of its
// own.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKPLAN_H
#define VIB_COMPILER_GPU_BLOCKPLAN_H

#include "compiler/gpu/BlockTiles.h"
#include "compiler/plan/ValuePlacement.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace vib {

/// A step of a block: an op, contractions with the same lhs, or a copy.
struct BlockStep {
  mlir::linalg::LinalgOp op;
  llvm::SmallVector<const MatrixContraction *, 2> contractions;
  const Copy *copy = nullptr;
  /// Indices of tiles. Only blocks at position 0 of these run the step.
  llvm::SmallVector<unsigned, 2> once;
  /// Whether the threads of the block synchronize before the step.
  bool needsBarrier = false;
  /// The offset in shared memory of the pieces of a contraction's operands.
  int64_t stagingOffset = 0;
};

class BlockPlan : public ValuePlacement {
public:
  /// `kernel` must be planned.
  BlockPlan(KernelOp kernel, const GpuOptions &options);
  // Steps point to members of the plan.
  BlockPlan(const BlockPlan &) = delete;
  BlockPlan &operator=(const BlockPlan &) = delete;

  const BlockTiles &getTiles() const { return tiles; }
  llvm::ArrayRef<BlockStep> getSteps() const { return steps; }
  /// The value on which an op accumulates instead of reading its init from
  /// memory; null if it reads the init. A scalar of the kernel's region.
  mlir::Value getStart(mlir::linalg::LinalgOp op, unsigned init) const;
  /// Whether no code is emitted for the op itself.
  bool isFolded(mlir::linalg::LinalgOp op) const { return folded.contains(op); }
  /// The offset of a scratch buffer in shared memory.
  int64_t getSharedOffset(unsigned buffer) const {
    return sharedOffsets[buffer];
  }
  int64_t getNumPartials(llvm::ArrayRef<unsigned> reduced) const override;
  /// The size of a block's shared memory in bytes.
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
    return !isFolded(op);
  }
  bool readsInit(mlir::linalg::LinalgOp op,
                 mlir::OpOperand &init) const override;
  const MatrixContraction *lookupContraction(mlir::Operation *op) const;

  void foldOps();
  void collectSteps();
  void addOpStep(mlir::linalg::LinalgOp op);
  void addCopyStep(const Copy &copy);
  // SharedMemory.cpp
  void placeShared();
  /// Whether a scratch buffer may be in the arena instead of shared memory.
  bool canSpill(unsigned buffer) const;
  void spill(Buffer &buffer);
  void placeBarriers(); // BlockBarriers.cpp

  BlockTiles tiles;
  llvm::DenseSet<mlir::Operation *> folded;
  llvm::SmallVector<BlockStep> steps;
  llvm::SmallVector<int64_t> sharedOffsets;
  int64_t sharedBytes = 0;
};

/// No function has more launches.
inline constexpr int64_t kMostLaunches = 1 << 20;
/// Verifies that the kernels of a function have launches after those that they
/// depend on.
llvm::LogicalResult verifyLaunches(mlir::func::FuncOp function,
                                   const GpuOptions &options);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKPLAN_H
