//===- BlockEmitter.h - Emit the steps of a thread block --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the steps of a block for its tile, on memory that the BlockPlan has
// assigned. The positions of a step are divided among the threads, so that
// neighbouring threads have neighbouring positions along the axis that is
// contiguous in memory. GpuLinalgEmitter.cpp emits ops that are not
// contractions.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKEMITTER_H
#define VIB_COMPILER_GPU_BLOCKEMITTER_H

#include "compiler/gpu/BlockPlan.h"
#include "compiler/plan/TensorEmitter.h"

namespace vib {

class BlockEmitter : public TensorEmitter {
public:
  /// `thread` is the number of the thread in the block.
  BlockEmitter(mlir::OpBuilder &builder, mlir::Location loc,
               const BlockPlan &plan, mlir::Value thread)
      : TensorEmitter(builder, loc, plan), plan(plan), thread(thread) {}

  /// From here on the tile's part of `cls` begins at `start` and has `size`
  /// positions. `size` is null if it always equals getSize(cls), that is, if no
  /// tile is cut off at the end of the class.
  void setTile(unsigned cls, mlir::Value start, mlir::Value size) {
    starts[cls] = start;
    sizes[cls] = size;
  }
  mlir::Value getStart(unsigned cls) const override {
    return starts.lookup(cls);
  }
  /// The most positions of a class in a tile.
  int64_t getSize(unsigned cls) const {
    return plan.getTiles().getSize(cls, plan.getSpace());
  }
  /// The actual number of positions; null if it is always getSize(cls).
  mlir::Value getDynamicSize(unsigned cls) const { return sizes.lookup(cls); }

  /// Emits any linalg op.
  void emitGeneric(mlir::linalg::LinalgOp op);
  void emitCopy(const Copy &copy);

  /// Emits a loop over the tile's positions along `cls`, from `begin` (null
  /// means 0) in steps of `step`.
  llvm::SmallVector<mlir::Value> createLoop(
      unsigned cls, mlir::Value begin, int64_t step, mlir::ValueRange carried,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                        mlir::ValueRange)>
          body);
  /// Calls `body` for each position of the classes that belongs to the worker
  /// `worker` of `workers`. Positions are numbered with the last class fastest.
  void
  forEachPosition(llvm::ArrayRef<unsigned> classes, mlir::Value worker,
                  int64_t workers,
                  llvm::function_ref<void(llvm::ArrayRef<mlir::Value>)> body);
  /// The element of `ref` at `positions` of its axes; null means 0.
  mlir::Value load(const TensorRef &ref, mlir::ArrayRef<mlir::Value> positions);
  void store(mlir::Value value, const TensorRef &ref,
             mlir::ArrayRef<mlir::Value> positions);

  const BlockPlan &plan;
  mlir::Value thread;

private:
  llvm::DenseMap<unsigned, mlir::Value> starts, sizes;
};

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKEMITTER_H
