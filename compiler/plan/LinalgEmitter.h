//===- LinalgEmitter.h - Emit an op at positions of its loops ---*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The part of emitting an op that is not a contraction which all targets share.
// At each position of the parallel loops:
//
//   acc = load
//   for reductions: acc = body(…, acc)
//   store acc
//
// A target decides which thread or vector takes which positions, and how
// operands are loaded and stored.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_LINALGEMITTER_H
#define VIB_COMPILER_PLAN_LINALGEMITTER_H

#include "compiler/plan/TensorEmitter.h"

namespace vib {

class LinalgEmitter {
public:
  virtual ~LinalgEmitter() = default;

protected:
  using Values = llvm::SmallVector<mlir::Value>;

  /// An operand is read from the memory of `getSource(tensor)`.
  LinalgEmitter(
      TensorEmitter &tensors, const ValuePlacement &plan,
      mlir::linalg::LinalgOp op,
      llvm::function_ref<mlir::Value(mlir::Value)> getSource =
          [](mlir::Value tensor) { return tensor; });

  /// Loads an operand at the current positions.
  virtual mlir::Value load(unsigned operand) = 0;
  /// Stores the value of a result at the current positions.
  virtual void store(unsigned init, mlir::Value value) = 0;
  /// Loads the value of an init; null if the body does not read it.
  virtual mlir::Value loadInit(unsigned init);
  /// The values of the inits before the first step of a reduction.
  virtual Values loadCarried() = 0;
  /// Emits `body` for each position of a loop in the tile.
  virtual Values createLoop(
      unsigned loop, mlir::ValueRange carried,
      llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body) = 0;
  /// The position in the whole iteration space.
  virtual mlir::Value emitIndex(unsigned loop);
  /// Clones an op of the body.
  virtual void emitBodyOp(mlir::Operation &op, mlir::IRMapping &mapping);
  /// Clones the body. `inits` are the values of the inits.
  virtual Values emitBody(mlir::ValueRange inits);

  Values loadInits();
  void storeInits(mlir::ValueRange values);
  mlir::Value combine(unsigned init, mlir::Value lhs, mlir::Value rhs);
  /// Emits loops around `body`.
  Values emitLoops(llvm::ArrayRef<unsigned> loops, mlir::ValueRange carried,
                   llvm::function_ref<Values(mlir::ValueRange)> body);
  /// Emits all steps of `reductions` for the current position.
  void emitPosition(llvm::ArrayRef<unsigned> reductions);
  unsigned getOperandOfInit(unsigned init) {
    return op.getNumDpsInputs() + init;
  }

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::linalg::LinalgOp op;
  llvm::SmallVector<mlir::AffineMap> maps;
  llvm::SmallVector<unsigned, 4> classes;
  /// Where each operand is; none for a scalar, and for a tensor that has no
  /// place in memory.
  llvm::SmallVector<std::optional<TensorRef>> refs;
  /// The current position of each loop.
  llvm::SmallVector<mlir::Value> positions;

private:
  TensorEmitter &tensors;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_LINALGEMITTER_H
