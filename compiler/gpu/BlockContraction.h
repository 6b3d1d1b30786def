//===- BlockContraction.h - A contraction by one thread block ---*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the inner loop of a contraction on a GPU. A thread block computes one
// tile of the result. It reads the operands from global memory and writes the
// tile to shared memory, where the other ops of the kernel use it.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKCONTRACTION_H
#define VIB_COMPILER_GPU_BLOCKCONTRACTION_H

#include "compiler/gpu/BlockShape.h"
#include "mlir/IR/Builders.h"

namespace vib {

/// An operand as a block uses it: its element (i, k) is at position i along the
/// result and k along the reduction.
struct TileOperand {
  /// A row-major memref of rank 2 in global memory, with elements of f32 or
  /// bf16, a static shape and an alignment of 16 bytes. f32 elements are
  /// rounded if the precision is lower.
  mlir::Value memory;
  /// Whether element (i, k) is memory[k][i] rather than memory[i][k].
  bool reductionFirst;
  /// The first i of the block's tile …
  mlir::Value start;
  /// … and a known divisor of it.
  int64_t startMultiple;
  /// The number of positions i. Elements beyond it count as zero.
  int64_t extent;
};

/// Computes results[j](i, n) = sum over k of lhs(i, k) * rhs[j](n, k) for the
/// tile of the block. `results` are f32 memrefs [rows][columns] in shared
/// memory, whose rows may be padded. `staging` is a memref of bytes in shared
/// memory, aligned to 16, which may overlap the results. All threads of the
/// block must execute this code; `thread` (an index) is the number of the
/// thread. At the end the results are visible to all threads of the block.
void emitBlockContraction(mlir::OpBuilder &builder, mlir::Location loc,
                          const BlockShape &shape, const TileOperand &lhs,
                          llvm::ArrayRef<TileOperand> rhs, int64_t depthExtent,
                          mlir::Value thread, mlir::Value staging,
                          llvm::ArrayRef<mlir::Value> results);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKCONTRACTION_H
