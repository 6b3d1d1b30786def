//===- BlockArithmetic.h - Products of tiles in registers -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKARITHMETIC_H
#define VIB_COMPILER_GPU_BLOCKARITHMETIC_H

#include "compiler/gpu/BlockCopy.h"
#include <memory>

namespace vib {

/// Multiplies the pieces of the operands that are in shared memory. A thread
/// keeps its part of the results in registers, as f32.
class BlockArithmetic {
public:
  BlockArithmetic(const IndexBuilder &index, const BlockShape &shape,
                  unsigned results, mlir::Value thread);
  virtual ~BlockArithmetic();

  /// The layout that an operand needs in shared memory.
  virtual TileLayout getLayout(OperandForm form, bool isLhs) const = 0;
  unsigned getNumAccumulators() const {
    return results * shape.warpRows * shape.warpColumns / kWarpThreads;
  }
  /// Adds the products of the pieces in a stage. Only the first `depth` (an
  /// index) steps of the reduction are nonzero.
  virtual llvm::SmallVector<mlir::Value>
  multiply(const StagedOperand &lhs, llvm::ArrayRef<StagedOperand> rhs,
           mlir::Value stage, mlir::Value depth,
           mlir::ValueRange accumulators) const = 0;
  virtual void store(mlir::ValueRange accumulators,
                     mlir::ValueRange memories) const = 0;

protected:
  int64_t getExtent(bool isLhs) const {
    return isLhs ? shape.rows : shape.columns;
  }
  /// The layout of a piece in the order of global memory.
  TileLayout getPlainLayout(OperandForm form, bool isLhs) const;
  /// Loads `width` words of a row, which are aligned to their total size.
  mlir::Value loadVector(mlir::Value memory, mlir::Value row,
                         mlir::Value column, int64_t width) const;

  IndexBuilder index;
  mlir::OpBuilder &builder;
  mlir::Location loc;
  BlockShape shape;
  unsigned results;
  mlir::Value lane;
  /// The start of the warp's part of the tile.
  mlir::Value warpRow, warpColumn;
};

/// On CUDA cores, by fma. Every sum is in the order of the reduction.
std::unique_ptr<BlockArithmetic> createFmaArithmetic(const IndexBuilder &index,
                                                     const BlockShape &shape,
                                                     unsigned results,
                                                     mlir::Value thread);
/// On tensor cores, by mma.sync.
std::unique_ptr<BlockArithmetic> createMmaArithmetic(const IndexBuilder &index,
                                                     const BlockShape &shape,
                                                     unsigned results,
                                                     mlir::Value thread);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKARITHMETIC_H
