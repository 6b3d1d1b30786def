//===- Triangle.h - Lower triangles, row by row -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The Cholesky factor of a full covariance is stored as its lower triangle, row
// by row. A tensor of such triangles has one column for each entry.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_TRIANGLE_H
#define VIB_COMPILER_STEP_TRIANGLE_H

#include "compiler/step/StepBuilder.h"

namespace vib {

/// The row and the column, as i32, of the entry `index` of a lower triangle.
struct TriangleEntry {
  TriangleEntry(ScalarBuilder &scalars, mlir::Value index);
  /// The entry of a loop over the entries.
  explicit TriangleEntry(ScalarBuilder &scalars)
      : TriangleEntry(scalars, scalars.index(dims::kEntries)) {}

  mlir::Value isDiagonal(ScalarBuilder &scalars) const {
    return scalars.compare(mlir::arith::CmpIPredicate::eq, row, column);
  }

  mlir::Value row, column;
};

/// In a loop over the entries: `diagonal` on the diagonal, else `below`.
mlir::Value selectDiagonal(ScalarBuilder &scalars, mlir::Value diagonal,
                           mlir::Value below);

/// In a loop over entries and latents: `value` if the entry is in the row of
/// the latent, else 0.
mlir::Value selectRow(ScalarBuilder &scalars, mlir::Value value);

/// The variance of each latent: the sum of the squares of a row of `factor`.
/// The result has the dimensions of `mean`.
mlir::Value buildVariance(StepBuilder &step, mlir::Value mean,
                          mlir::Value factor);

} // namespace vib

#endif // VIB_COMPILER_STEP_TRIANGLE_H
