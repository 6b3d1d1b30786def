//===- AccessVerifier.h - No kernel leaves its memory -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_ACCESSVERIFIER_H
#define VIB_COMPILER_PLAN_ACCESSVERIFIER_H

#include "compiler/plan/IndexRange.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace vib {

/// Verifies that a view lies within its memory, at a multiple of its elements,
/// for every value that its offset can have.
llvm::LogicalResult verifyView(mlir::memref::ViewOp view, IndexRanges &ranges);

/// Verifies that every view of a function of the phase kernels lies within its
/// block or arena, and every load and store within its view. `ranges` has those
/// of the function's arguments.
llvm::LogicalResult verifyAccesses(mlir::FunctionOpInterface function,
                                   IndexRanges &ranges);

} // namespace vib

#endif // VIB_COMPILER_PLAN_ACCESSVERIFIER_H
