//===- MatrixContraction.h - Contractions of matrices -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The contractions that emitBlockContraction supports: products of two matrices
// in memory, which may be tensors with more axes.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_MATRIXCONTRACTION_H
#define VIB_COMPILER_GPU_MATRIXCONTRACTION_H

#include "compiler/fused/KernelSpace.h"

namespace vib {

/// An operand of a contraction as a matrix in memory.
struct MatrixOperand {
  /// The input of the kernel's region that the operand is, or is a slice of.
  mlir::BlockArgument argument;
  /// The size of the argument as a matrix, in which its outer axes are
  /// collapsed into one.
  int64_t rows, columns;
  /// The start of the slice.
  int64_t row = 0, column = 0;
  /// Whether the rows are along the reduction.
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
  /// The classes of the result's outer axes; each block has one position of
  /// them.
  llvm::SmallVector<unsigned, 2> outer;
  int64_t depth;
};

/// Matches a contraction of f32 or bf16 matrices in memory that starts from
/// zeros of f32; none if `op` is not such a contraction.
std::optional<MatrixContraction>
matchMatrixContraction(mlir::linalg::LinalgOp op, const KernelSpace &space);

} // namespace vib

#endif // VIB_COMPILER_GPU_MATRIXCONTRACTION_H
