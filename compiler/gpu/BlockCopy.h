//===- BlockCopy.h - Copy operand tiles to shared memory --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKCOPY_H
#define VIB_COMPILER_GPU_BLOCKCOPY_H

#include "compiler/gpu/BlockContraction.h"
#include "compiler/gpu/IndexBuilder.h"

namespace vib {

/// The layout of a piece of an operand in shared memory. Its rows are those of
/// global memory, without padding. Within each row, units of `unit` elements
/// are permuted (BlockCopy.cpp says why).
struct TileLayout {
  int64_t rows, columns;
  int64_t elementBytes;
  /// The elements of a unit, a power of two.
  int64_t unit = 1;
  /// The number of successive rows with the same order of units, and the number
  /// of different orders, which is a power of two that divides the units of a
  /// row.
  int64_t rowsPerOrder = 1, orders = 1;

  int64_t getBytes() const { return rows * columns * elementBytes; }
  /// A column c of the row is stored at c xor this mask.
  mlir::Value getMask(const IndexBuilder &index, mlir::Value row) const {
    return index.mul(index.rem(index.div(row, rowsPerOrder), orders), unit);
  }
};

/// An operand of a block, and its pieces in shared memory.
class StagedOperand {
public:
  /// `extent` is the extent of the tile along the result. The pieces are in
  /// `staging`, from the byte `offset` on.
  StagedOperand(const IndexBuilder &index, const BlockShape &shape,
                const TileOperand &operand, int64_t extent, int64_t depthExtent,
                const TileLayout &layout, mlir::Value staging, int64_t offset);

  const TileLayout &getLayout() const { return layout; }
  bool isReductionFirst() const { return operand.reductionFirst; }
  /// The pieces, one below the other: [stages * rows][columns].
  mlir::Value getMemory() const { return memory; }
  /// Starts to copy the piece that begins at `k` of the reduction to a stage.
  /// Elements beyond the operand become zero.
  void emitCopy(const IndexBuilder &index, mlir::Value thread, mlir::Value k,
                mlir::Value stage) const;

private:
  /// The number of elements that one copy moves.
  int64_t chooseWidth() const;
  /// Emits one copy, to (row, column) of the piece.
  void emitChunk(const IndexBuilder &index, mlir::Value row, mlir::Value column,
                 mlir::Value k, mlir::Value stage) const;
  /// The number of elements of a copy that are within the operand; null for
  /// all.
  mlir::Value countElements(const IndexBuilder &index, mlir::Value row,
                            mlir::Value column) const;

  TileOperand operand;
  TileLayout layout;
  int64_t depthExtent, width;
  mlir::Value memory;
};

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKCOPY_H
