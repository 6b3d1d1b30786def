//===- TensorEmitter.h - Tensors as seen from a tile ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The base of the emitters of kernels. An emitter emits ops for one tile of the
// iteration space; this class finds the tile's part of each tensor in memory.
// How the ops are computed depends on the target: TileEmitter for a CPU,
// BlockEmitter for a GPU.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_TENSOREMITTER_H
#define VIB_COMPILER_PLAN_TENSOREMITTER_H

#include "compiler/plan/ValuePlacement.h"
#include "mlir/IR/IRMapping.h"

namespace vib {

/// A tensor as seen from the current tile: position 0 of each axis is the first
/// one in the tile.
struct TensorRef {
  /// [row][column], or [panel][row][column] for a matrix in panels.
  mlir::Value memory;
  /// For each axis of the tensor in memory: where the tile begins; null means
  /// 0.
  llvm::SmallVector<mlir::Value, 4> base;
  /// For each axis of the tensor: the corresponding axis in memory.
  llvm::SmallVector<unsigned, 4> axes;
  /// The columns of a panel; 0 if the tensor is not in panels.
  int64_t getPanel() const {
    auto type = mlir::cast<mlir::MemRefType>(memory.getType());
    return type.getRank() > int64_t(base.size()) ? type.getShape().back() : 0;
  }
};

class TensorEmitter {
public:
  TensorEmitter(mlir::OpBuilder &builder, mlir::Location loc,
                const ValuePlacement &placement)
      : builder(builder), loc(loc), placement(placement) {}
  virtual ~TensorEmitter() = default;

  /// Where the tile begins in a class; null means 0.
  virtual mlir::Value getStart(unsigned cls) const = 0;
  void setMemory(unsigned buffer, mlir::Value memory) {
    memories[buffer] = memory;
  }
  mlir::Value getMemory(unsigned buffer) const {
    return memories.lookup(buffer);
  }
  TensorRef getRef(mlir::Value tensor, const Site &site);
  TensorRef getRef(mlir::Value tensor) {
    return getRef(tensor, placement.getSite(tensor));
  }

  /// Adds to `ref` where the tile's windows begin: `map` indexes the tensor by
  /// loops of the classes `classes`.
  void addWindowStarts(TensorRef &ref, mlir::AffineMap map,
                       llvm::ArrayRef<unsigned> classes);

  mlir::Value index(int64_t value);
  /// value * factor; null means 0.
  mlir::Value multiply(mlir::Value value, int64_t factor);
  /// lhs + rhs; null means 0.
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value lhs, int64_t rhs);
  /// The positions along an operand's axes, given the positions of an op's
  /// loops.
  llvm::SmallVector<mlir::Value>
  getPositions(mlir::AffineMap map, mlir::ArrayRef<mlir::Value> loops);
  /// The indices in memory, which has no panels, of the element of `ref` at
  /// `positions` of its axes; null means 0.
  llvm::SmallVector<mlir::Value>
  getPlainIndices(const TensorRef &ref, mlir::ArrayRef<mlir::Value> positions);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  /// Maps the kernel's scalars to values of the function.
  mlir::IRMapping scalars;

private:
  const ValuePlacement &placement;
  llvm::DenseMap<unsigned, mlir::Value> memories;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_TENSOREMITTER_H
