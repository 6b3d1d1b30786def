//===- BlockCopy.h - Operand tiles in shared memory -------------*- C++ -*-===//
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

/// How a piece of an operand lies in shared memory: its rows are those of
/// global memory, without padding, but each row has its units of `unit`
/// elements in an order of its own (BlockCopy.cpp says why).
struct TileLayout {
  int64_t rows, columns;
  int64_t elementBytes;
  /// A power of two.
  int64_t unit = 1;
  /// How many rows in succession have the same order, and how many orders there
  /// are, which is a power of two that divides the units of a row.
  int64_t rowsPerOrder = 1, orders = 1;

  int64_t getBytes() const { return rows * columns * elementBytes; }
  /// A column of a row lies at this column, exclusive-ored.
  mlir::Value getMask(const IndexBuilder &index, mlir::Value row) const {
    return index.mul(index.rem(index.div(row, rowsPerOrder), orders), unit);
  }
};

/// An operand of a block and its pieces in shared memory.
class StagedOperand {
public:
  /// `extent` is that of the tile along the result. The pieces lie in `staging`
  /// from the byte `offset` on.
  StagedOperand(const IndexBuilder &index, const BlockShape &shape,
                const TileOperand &operand, int64_t extent, int64_t depthExtent,
                const TileLayout &layout, mlir::Value staging, int64_t offset);

  const TileLayout &getLayout() const { return layout; }
  bool isReductionFirst() const { return operand.reductionFirst; }
  /// The pieces, one below the other: [stages * rows][columns].
  mlir::Value getMemory() const { return memory; }
  /// Starts to copy the piece that begins at `k` of the reduction to a stage;
  /// zeros in place of what is beyond the operand.
  void emitCopy(const IndexBuilder &index, mlir::Value thread, mlir::Value k,
                mlir::Value stage) const;

private:
  /// Elements that one copy moves.
  int64_t chooseWidth() const;
  /// One copy, to (row, column) of the piece.
  void emitChunk(const IndexBuilder &index, mlir::Value row, mlir::Value column,
                 mlir::Value k, mlir::Value stage) const;
  /// How many elements of it are in the operand, or null for all.
  mlir::Value countElements(const IndexBuilder &index, mlir::Value row,
                            mlir::Value column) const;

  TileOperand operand;
  TileLayout layout;
  int64_t depthExtent, width;
  mlir::Value memory;
};

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKCOPY_H
