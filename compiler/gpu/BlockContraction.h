//===- BlockContraction.h - A contraction by one block ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The inner loop of every contraction of a GPU: one thread block computes one
// tile of the result, from operands in global memory to a tile in shared
// memory, on which the kernel's other ops then work.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKCONTRACTION_H
#define VIB_COMPILER_GPU_BLOCKCONTRACTION_H

#include "compiler/gpu/BlockShape.h"
#include "mlir/IR/Builders.h"

namespace vib {

/// An operand as a block sees it; element (i, k), i along the result.
struct TileOperand {
  /// A row-major memref of rank 2 in global memory, of f32 or bf16 and of a
  /// static shape, aligned to 16 bytes. An f32 one is rounded where the
  /// precision is less.
  mlir::Value memory;
  /// Element (i, k) is memory[k][i]; else it is memory[i][k].
  bool reductionFirst;
  /// The first i of the block's tile, …
  mlir::Value start;
  /// … which is known to be a multiple of this.
  int64_t startMultiple;
  /// How many i there are in all: beyond it is zero.
  int64_t extent;
};

/// results[j](i, n) = sum over k of lhs(i, k) * rhs[j](n, k), for the tile of
/// the block. `results` are memrefs of f32 [rows][columns] in shared memory,
/// whose rows may be padded; `staging` is one of bytes in shared memory,
/// aligned to 16, which the results may overlay. All threads of the block call
/// this together; `thread` (index) is the thread's number. At the end the
/// results are visible to all threads of the block.
void emitBlockContraction(mlir::OpBuilder &builder, mlir::Location loc,
                          const BlockShape &shape, const TileOperand &lhs,
                          llvm::ArrayRef<TileOperand> rhs, int64_t depthExtent,
                          mlir::Value thread, mlir::Value staging,
                          llvm::ArrayRef<mlir::Value> results);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKCONTRACTION_H
