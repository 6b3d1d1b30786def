//===- CpuLinalgEmitter.h - Emit ops that are not contractions --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One loop of the op is vectorized: one along which its operands are contiguous
// or do not vary. The other parallel loops enclose it. Reductions are inside,
// with their accumulators in registers:
//
//   for parallel loops
//     for vectors of the parallel loop v     or, if v is a reduction:
//       acc = load                             acc = splat of neutral element
//       for reductions: acc = body(…, acc)     for …, v: acc = body(…, acc)
//       store acc                              store combine(load, lanes)
//
// The last vector has exactly as many lanes as are left. The body is cloned on
// vectors, except that values which do not vary along the vector stay scalar.
// If the body cannot run on vectors, or if a reduction is not one associative
// operation, the op is emitted on scalars in the order of its loops.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_CPULINALGEMITTER_H
#define VIB_COMPILER_CPU_CPULINALGEMITTER_H

#include "compiler/cpu/TileEmitter.h"
#include "compiler/plan/LinalgEmitter.h"

namespace vib {

class CpuLinalgEmitter : public LinalgEmitter {
public:
  CpuLinalgEmitter(TileEmitter &e, mlir::linalg::LinalgOp op);

  void run();
  /// Emits `numLanes` positions of the loop `loop`, at `positions` of all
  /// loops.
  void emitVector(unsigned loop, int64_t numLanes,
                  llvm::ArrayRef<mlir::Value> positions);
  void emitPrefetch(llvm::ArrayRef<mlir::Value> positions);
  /// Reads an operand from `ref`, or takes `value` for it, instead of reading
  /// the memory that the plan assigned to it.
  void setOperand(unsigned operand, const TensorRef &ref) {
    refs[operand] = ref;
  }
  void setOperand(unsigned operand, mlir::Value value) {
    given[operand] = value;
  }

private:
  /// Collapses two loops into one.
  void flatten();

  /// Sets the position along the vector to that of each lane in turn.
  void forEachLane(llvm::function_ref<void(int64_t)> body);
  /// A vector of an operand that is not contiguous along it.
  mlir::Value loadSingly(unsigned operand);
  void storeSingly(unsigned operand, mlir::Value vector);
  mlir::Value load(unsigned operand) override;
  void store(unsigned init, mlir::Value value) override;
  Values loadCarried() override;
  Values createLoop(
      unsigned loop, mlir::ValueRange carried,
      llvm::function_ref<Values(mlir::Value, mlir::ValueRange)> body) override;
  mlir::Value emitIndex(unsigned loop) override;
  void emitBodyOp(mlir::Operation &op, mlir::IRMapping &mapping) override;
  Values emitBody(mlir::ValueRange inits) override;

  /// The loops that reduce, except the one that is vectorized.
  llvm::SmallVector<unsigned> getReductions() const;
  bool isVectorReduction() const;
  mlir::Value broadcast(mlir::Value value);
  /// Emits the current position, with reductions inside.
  void emitElements(llvm::ArrayRef<unsigned> reductions);
  /// Emits what all of `parts` compute at the current position.
  void emitParts();
  /// Emits the vectors (or scalars) of a parallel loop, with reductions inside.
  void emitVectorParallel();
  /// Emits the vectors of a reduction, inside of the other reductions.
  void emitVectorReduction();
  /// Emits the whole vectors of a reduction and then the last, shorter one.
  Values emitVectorsOf(mlir::ValueRange accumulators, int64_t whole);

  TileEmitter &e;
  llvm::SmallVector<int64_t> extents;
  llvm::SmallDenseMap<unsigned, mlir::Value> given;
  /// If `op` is the last of the ops that write the parts of a tensor, all of
  /// them (TensorParts.h).
  llvm::SmallVector<mlir::linalg::GenericOp> parts;
  std::optional<unsigned> vectorLoop;
  /// The lanes of a whole vector.
  int64_t lanes = 1;
  /// The lanes of the vector that is being emitted; 0 for scalars.
  int64_t width = 0;
};

} // namespace vib

#endif // VIB_COMPILER_CPU_CPULINALGEMITTER_H
