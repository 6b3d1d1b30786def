//===- TileEmitter.h - Loops and vectors for one tile -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the ops of a kernel for one tile of its iteration space: loops of
// static extents around vectors, over memory that the KernelPlan has assigned.
// Elementwise.cpp has ops in general, Contraction.cpp those for which there is
// a register tile.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_TILEEMITTER_H
#define VIB_COMPILER_KERNELS_TILEEMITTER_H

#include "compiler/kernels/KernelPlan.h"
#include "compiler/kernels/TensorEmitter.h"

namespace vib {

class TileEmitter : public TensorEmitter {
public:
  TileEmitter(mlir::OpBuilder &builder, mlir::Location loc,
              const KernelPlan &plan, const Machine &machine)
      : TensorEmitter(builder, loc, plan), plan(plan), machine(machine) {}

  //===--------------------------------------------------------------------===//
  // The tile
  //===--------------------------------------------------------------------===//

  /// From here on the tile's part of `cls` is `size` positions from `start`.
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
  /// The memory of the pairs that are shared (KernelPlan) of a contraction.
  void setPairs(mlir::Operation *contraction, mlir::Value memory) {
    pairs[contraction] = memory;
  }
  mlir::Value getPairs(mlir::Operation *contraction) const {
    return pairs.lookup(contraction);
  }

  //===--------------------------------------------------------------------===//
  // What Elementwise.cpp and Contraction.cpp emit
  //===--------------------------------------------------------------------===//

  /// Any linalg op.
  void emitGeneric(mlir::linalg::LinalgOp op);
  /// A contraction of the form that `matchContraction` knows.
  void emitContraction(mlir::linalg::LinalgOp op, bool startsAtZero);
  /// `width` positions of `loop` of an elementwise op, the others and the first
  /// of them at `positions`. Its operand `operand` is read from `tile`.
  void emitVector(mlir::linalg::LinalgOp op, unsigned loop, int64_t width,
                  mlir::ArrayRef<mlir::Value> positions, unsigned operand,
                  const TensorRef &tile);
  /// The same, where the operand is a vector.
  void emitVector(mlir::linalg::LinalgOp op, unsigned loop, int64_t width,
                  mlir::ArrayRef<mlir::Value> positions, unsigned operand,
                  mlir::Value vector);
  /// Fetches what `emitVector` updates into the first-level cache.
  void emitPrefetch(mlir::linalg::LinalgOp op,
                    mlir::ArrayRef<mlir::Value> positions);
  void emitCopy(const Copy &copy);

  //===--------------------------------------------------------------------===//
  // Pieces of code
  //===--------------------------------------------------------------------===//

  /// Calls `body` with the values begin, begin + step, … below `end`, in a loop
  /// unless there is but one. `carried` are the loop's iter_args; returns its
  /// results.
  llvm::SmallVector<mlir::Value> createLoop(
      int64_t begin, int64_t end, int64_t step, mlir::ValueRange carried,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                        mlir::ValueRange)>
          body);
  void createLoop(int64_t begin, int64_t end, int64_t step,
                  llvm::function_ref<void(mlir::Value)> body);

  /// A loop like that of createLoop from 0 to `end`, as two where `panel` is
  /// not 0: over panels, and in steps inside of each. getIndices knows the
  /// values that it gives to `body`, and divides nothing. `atPanel` is called
  /// with the first value of each panel.
  llvm::SmallVector<mlir::Value> createPanelLoop(
      int64_t end, int64_t step, int64_t panel, mlir::ValueRange carried,
      llvm::function_ref<llvm::SmallVector<mlir::Value>(mlir::Value,
                                                        mlir::ValueRange)>
          body,
      llvm::function_ref<void(mlir::Value)> atPanel = nullptr);

  /// The indices in memory of the element of `ref` at `positions` (null is 0)
  /// of its axes.
  llvm::SmallVector<mlir::Value>
  getIndices(const TensorRef &ref, mlir::ArrayRef<mlir::Value> positions);
  /// The positions of an operand's axes, for the positions of an op's loops.
  static llvm::SmallVector<mlir::Value>
  getPositions(mlir::AffineMap map, mlir::ArrayRef<mlir::Value> loops);
  mlir::Value loadScalar(const TensorRef &ref, mlir::AffineMap map,
                         mlir::ArrayRef<mlir::Value> loops);
  void storeScalar(mlir::Value value, const TensorRef &ref, mlir::AffineMap map,
                   mlir::ArrayRef<mlir::Value> loops);
  mlir::Value loadVector(const TensorRef &ref, mlir::AffineMap map,
                         mlir::ArrayRef<mlir::Value> loops, int64_t width);
  void storeVector(mlir::Value value, const TensorRef &ref, mlir::AffineMap map,
                   mlir::ArrayRef<mlir::Value> loops);
  /// Fetches a line into the second-level cache.
  void emitPrefetch(const TensorRef &ref, mlir::AffineMap map,
                    mlir::ArrayRef<mlir::Value> loops);
  mlir::Value splat(mlir::TypedAttr element, int64_t width);
  /// Combines the lanes of a vector by `combine`, halves first: one fixed tree.
  mlir::Value combineLanes(
      mlir::Value vector,
      llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);
  /// The same for as many vectors as they have lanes, all at once: a vector of
  /// the results, in the order of the vectors. The bits are those of
  /// combineLanes.
  mlir::Value
  combineAll(llvm::ArrayRef<mlir::Value> vectors,
             llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);
  /// Of each two vectors one: `lower` says which lanes of both are combined,
  /// each with the lane `half` after it.
  llvm::SmallVector<mlir::Value> combineHalves(
      llvm::ArrayRef<mlir::Value> vectors, llvm::ArrayRef<int64_t> lower,
      int64_t half,
      llvm::function_ref<mlir::Value(mlir::Value, mlir::Value)> combine);
  /// Lane i of result j is lane j of vector i. There are at most as many
  /// vectors as a register has lanes.
  llvm::SmallVector<mlir::Value> transpose(llvm::ArrayRef<mlir::Value> vectors);
  /// Scratch on the stack, made at the entry of the function.
  mlir::Value createStack(mlir::RankedTensorType type);

  const KernelPlan &plan;
  const Machine &machine;

private:
  /// A column as (panel, column in the panel).
  std::pair<mlir::Value, mlir::Value> splitColumn(mlir::Value column,
                                                  int64_t panel);

  llvm::DenseMap<unsigned, std::pair<mlir::Value, int64_t>> tiles;
  /// Columns whose parts are known, by column and panel.
  llvm::DenseMap<std::pair<mlir::Value, int64_t>,
                 std::pair<mlir::Value, mlir::Value>>
      splits;
  llvm::DenseMap<mlir::Operation *, mlir::Value> pairs;
};

/// Whether the body of an op is the same on vectors.
bool canVectorizeBody(mlir::linalg::LinalgOp op);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_TILEEMITTER_H
