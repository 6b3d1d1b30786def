//===- TensorEmitter.h - Tensors as a tile sees them ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What emits a kernel for one tile of its iteration space has to know where in
// memory the tile's part of a tensor is. How the tile is worked off is the
// target's: TileEmitter for a CPU, BlockEmitter for a GPU.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_TENSOREMITTER_H
#define VIB_COMPILER_KERNELS_TENSOREMITTER_H

#include "compiler/kernels/ValuePlacement.h"
#include "mlir/IR/IRMapping.h"

namespace vib {

/// A tensor as the current tile sees it: position 0 of each of its axes is the
/// first one of the tile.
struct TensorRef {
  /// [row][column], or [panel][row][column] where there are panels.
  mlir::Value memory;
  /// For each axis of the tensor in memory: where the tile begins; null for 0.
  llvm::SmallVector<mlir::Value, 4> base;
  /// For each axis of the tensor: its axis in memory.
  llvm::SmallVector<unsigned, 4> axes;
  /// The columns of a panel; 0 where there are none.
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

  /// Where the tile's part of a class begins; null for 0.
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

  mlir::Value index(int64_t value);
  /// lhs + rhs, where null is 0.
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value add(mlir::Value lhs, int64_t rhs);
  /// The indices in memory, without panels, of the element of `ref` at
  /// `positions` (null is 0) of its axes.
  llvm::SmallVector<mlir::Value>
  getPlainIndices(const TensorRef &ref, mlir::ArrayRef<mlir::Value> positions);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  /// The kernel's scalars, as values of the function.
  mlir::IRMapping scalars;

private:
  const ValuePlacement &placement;
  llvm::DenseMap<unsigned, mlir::Value> memories;
};

} // namespace vib

#endif // VIB_COMPILER_KERNELS_TENSOREMITTER_H
