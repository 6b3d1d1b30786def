//===- TileEmitter.h - Emit the ops of a tile -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the ops of a kernel for one tile of its iteration space: loops with
// static extents around vectors, on memory that the KernelPlan has assigned.
// Contraction*.cpp emit contractions, CpuLinalgEmitter.cpp all other ops.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_TILEEMITTER_H
#define VIB_COMPILER_CPU_TILEEMITTER_H

#include "compiler/cpu/KernelPlan.h"
#include "compiler/plan/TensorEmitter.h"

namespace vib {

class TileEmitter : public TensorEmitter {
public:
  TileEmitter(mlir::OpBuilder &builder, mlir::Location loc,
              const KernelPlan &plan, const Machine &machine)
      : TensorEmitter(builder, loc, plan), plan(plan), machine(machine) {}

  //===--------------------------------------------------------------------===//
  // The tile
  //===--------------------------------------------------------------------===//

  /// From here on the tile covers `size` positions of `cls` from `start` on.
  void setTile(unsigned cls, mlir::Value start, int64_t size) {
    tiles[cls] = {start, size};
  }
  mlir::Value getStart(unsigned cls) const override {
    return tiles.lookup(cls).first;
  }
  int64_t getSize(unsigned cls) const {
    auto it = tiles.find(cls);
    return it == tiles.end() ? plan.getSpace().getExtent(cls)
                             : it->second.second;
  }
  /// The memory of a contraction's shared pairs (SharedPairs in KernelPlan.h).
  void setPairs(mlir::Operation *contraction, mlir::Value memory) {
    pairs[contraction] = memory;
  }
  mlir::Value getPairs(mlir::Operation *contraction) const {
    return pairs.lookup(contraction);
  }
  /// The memory of a copy of an operand (WindowCopies.h).
  void setCopy(const WindowCopy &copy, mlir::Value memory) {
    copies[{copy.op, copy.operand}] = memory;
  }
  mlir::Value getCopy(const WindowCopy &copy) const {
    return copies.lookup({copy.op, copy.operand});
  }

  //===--------------------------------------------------------------------===//
  // Ops, emitted by CpuLinalgEmitter.cpp and Contraction*.cpp
  //===--------------------------------------------------------------------===//

  /// Emits any linalg op.
  void emitGeneric(mlir::linalg::LinalgOp op);
  /// Emits a contraction that `matchRegisterContraction` accepts.
  void emitContraction(mlir::linalg::LinalgOp op, bool startsAtZero);
  /// Emits `width` positions of the loop `loop` of an elementwise op, at
  /// `positions` of all its loops. The operand `operand` is read from `tile`.
  void emitVector(mlir::linalg::LinalgOp op, unsigned loop, int64_t width,
                  mlir::ArrayRef<mlir::Value> positions, unsigned operand,
                  const TensorRef &tile);
  /// The same, but the operand is the vector `vector`.
  void emitVector(mlir::linalg::LinalgOp op, unsigned loop, int64_t width,
                  mlir::ArrayRef<mlir::Value> positions, unsigned operand,
                  mlir::Value vector);
  /// Prefetches what `emitVector` updates into the first-level cache.
  void emitPrefetch(mlir::linalg::LinalgOp op,
                    mlir::ArrayRef<mlir::Value> positions);
  void emitCopy(const Copy &copy);

  //===--------------------------------------------------------------------===//
  // Building blocks
  //===--------------------------------------------------------------------===//

  /// Calls `body` with the values begin, begin + step, … below `end`, in a loop
  /// unless there is only one. `carried` are the loop's iter_args. Returns its
  /// results.
  llvm::SmallVector<mlir::Value> createLoop(
      int64_t begin, int64_t end, int64_t step, mlir::ValueRange carried,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                        mlir::ValueRange)>
          body);
  void createLoop(int64_t begin, int64_t end, int64_t step,
                  llvm::function_ref<void(mlir::Value)> body);

  /// Like createLoop from 0 to `end`; but if `panel` is not 0, emits two loops,
  /// one over panels and one over the steps within each panel. getIndices knows
  /// how the values that `body` gets split into panel and column, and emits no
  /// division for them. `atPanel` is called with the first value of each panel.
  llvm::SmallVector<mlir::Value> createPanelLoop(
      int64_t end, int64_t step, int64_t panel, mlir::ValueRange carried,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                        mlir::ValueRange)>
          body,
      llvm::function_ref<void(mlir::Value)> atPanel = nullptr);

  /// The indices in memory of the element of `ref` at `positions` of its axes;
  /// null means 0.
  llvm::SmallVector<mlir::Value>
  getIndices(const TensorRef &ref, mlir::ArrayRef<mlir::Value> positions);
  mlir::Value loadScalar(const TensorRef &ref, mlir::AffineMap map,
                         mlir::ArrayRef<mlir::Value> loops);
  void storeScalar(mlir::Value value, const TensorRef &ref, mlir::AffineMap map,
                   mlir::ArrayRef<mlir::Value> loops);
  mlir::Value loadVector(const TensorRef &ref, mlir::AffineMap map,
                         mlir::ArrayRef<mlir::Value> loops, int64_t width);
  void storeVector(mlir::Value value, const TensorRef &ref, mlir::AffineMap map,
                   mlir::ArrayRef<mlir::Value> loops);
  /// Prefetches a line into the second-level cache.
  void emitPrefetch(const TensorRef &ref, mlir::AffineMap map,
                    mlir::ArrayRef<mlir::Value> loops);
  mlir::Value splat(mlir::TypedAttr element, int64_t width);
  /// Combines the lanes of a vector by `combine`, in a fixed tree of halves.
  mlir::Value combineLanes(
      mlir::Value vector,
      llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);
  /// Does the same for as many vectors as they have lanes, all at once. Lane i
  /// of the result belongs to vector i, with the same bits as from
  /// combineLanes.
  mlir::Value
  combineAll(llvm::ArrayRef<mlir::Value> vectors,
             llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);
  /// Combines each two vectors into one: each lane that `lower` selects from
  /// both is combined with the lane `half` after it.
  llvm::SmallVector<mlir::Value> combineHalves(
      llvm::ArrayRef<mlir::Value> vectors, llvm::ArrayRef<int64_t> lower,
      int64_t half,
      llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);
  /// Lane i of result j is lane j of vector i. There are at most as many
  /// vectors as a register has lanes.
  llvm::SmallVector<mlir::Value> transpose(llvm::ArrayRef<mlir::Value> vectors);
  /// Allocates scratch on the stack, at the start of the function.
  mlir::Value createStack(mlir::RankedTensorType type);

  const KernelPlan &plan;
  const Machine &machine;

private:
  /// Splits a column into the panel and the column within the panel.
  std::pair<mlir::Value, mlir::Value> splitColumn(mlir::Value column,
                                                  int64_t panel);

  llvm::DenseMap<unsigned, std::pair<mlir::Value, int64_t>> tiles;
  /// Known results of splitColumn, by column and panel.
  llvm::DenseMap<std::pair<mlir::Value, int64_t>,
                 std::pair<mlir::Value, mlir::Value>>
      splits;
  llvm::DenseMap<mlir::Operation *, mlir::Value> pairs;
  llvm::DenseMap<std::pair<mlir::Operation *, unsigned>, mlir::Value> copies;
};

/// Whether the body of an op can be cloned on vectors.
bool canVectorizeBody(mlir::linalg::LinalgOp op);

} // namespace vib

#endif // VIB_COMPILER_CPU_TILEEMITTER_H
