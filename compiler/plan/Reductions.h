//===- Reductions.h - How an op reduces -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_REDUCTIONS_H
#define VIB_COMPILER_PLAN_REDUCTIONS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

bool isReductionLoop(mlir::linalg::LinalgOp op, unsigned loop);

/// Whether a result of `op` is written at every step of a reduction. Results
/// then accumulate in memory rather than in registers.
bool accumulatesInMemory(mlir::linalg::LinalgOp op);

/// The op that combines the terms of a reduction (`arith.addf`, …), or null if
/// the reduction is not one associative op with a neutral element.
mlir::Operation *getCombiner(mlir::linalg::LinalgOp op, unsigned resultIndex);
/// The neutral element of a combiner.
mlir::TypedAttr getNeutralElement(mlir::Operation *combiner);
/// Emits `lhs` op `rhs` for a combiner. Both may be vectors.
mlir::Value combine(mlir::OpBuilder &builder, mlir::Location loc,
                    mlir::Operation *combiner, mlir::Value lhs,
                    mlir::Value rhs);

} // namespace vib

#endif // VIB_COMPILER_PLAN_REDUCTIONS_H
