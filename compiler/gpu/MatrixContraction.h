//===- MatrixContraction.h - Contractions of matrices -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What emitBlockContraction can do: a contraction as one of two matrices that
// lie in memory, whatever axes its tensors have.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_MATRIXCONTRACTION_H
#define VIB_COMPILER_GPU_MATRIXCONTRACTION_H

#include "compiler/fused/KernelSpace.h"

namespace vib {

/// An operand of a contraction as a matrix in memory.
struct MatrixOperand {
  /// The `ins` of the kernel's region that it is, or is a part of.
  mlir::BlockArgument argument;
  /// The matrix that the argument is once its outer axes, which follow each
  /// other in memory, are one.
  int64_t rows, columns;
  /// Where the part begins.
  int64_t row = 0, column = 0;
  /// Whether the reduction is along the rows.
  bool reductionFirst = false;
  bool operator==(const MatrixOperand &other) const {
    return argument == other.argument && row == other.row &&
           column == other.column && reductionFirst == other.reductionFirst;
  }
};

/// A contraction of matrices, for emitBlockContraction.
struct MatrixContraction {
  mlir::linalg::LinalgOp op;
  MatrixOperand lhs, rhs;
  /// The classes of the result's rows and columns.
  unsigned rowClass, columnClass;
  /// The classes of the result's outer axes; each block has one position.
  llvm::SmallVector<unsigned, 2> outer;
  int64_t depth;
};

/// A contraction of f32 or bf16 into zeros of f32 whose operands are matrices
/// in memory; none if `op` is no such.
std::optional<MatrixContraction>
matchMatrixContraction(mlir::linalg::LinalgOp op, const KernelSpace &space);

} // namespace vib

#endif // VIB_COMPILER_GPU_MATRIXCONTRACTION_H
