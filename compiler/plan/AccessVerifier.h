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
#include "mlir/Dialect/MemRef/IR/MemRef.h"

namespace vib {

/// How many elements an access takes along the last dimension: a number, or a
/// value that is at least 1.
struct AccessWidth {
  AccessWidth(int64_t number) : number(number) {}
  AccessWidth(mlir::Value value) : value(value) {}

  int64_t number = 1;
  mlir::Value value;
};

/// Verifies that every view of a function of the phase kernels lies within its
/// memory, and every load and store within its view.
class AccessVerifier {
public:
  virtual ~AccessVerifier() = default;

  /// `ranges` has those of the function's arguments and of ids.
  llvm::LogicalResult verify(mlir::Region &region, IndexRanges &ranges);

protected:
  virtual llvm::LogicalResult verifyOp(mlir::Operation *op,
                                       IndexRanges &ranges);
  /// What LLVM is told of the alignment of an access must be true.
  virtual llvm::LogicalResult verifyAlignment(mlir::Operation *op,
                                              IndexRanges &ranges);

  llvm::LogicalResult verifyAccess(mlir::Operation *op, mlir::MemRefType type,
                                   mlir::ValueRange indices, AccessWidth width,
                                   IndexRanges &ranges);
  /// A view within its memory, at a multiple of its elements.
  llvm::LogicalResult verifyView(mlir::memref::ViewOp view,
                                 IndexRanges &ranges);

private:
  llvm::LogicalResult verifyIndex(mlir::Operation *op, mlir::MemRefType type,
                                  unsigned axis, mlir::Value index,
                                  AccessWidth width, IndexRanges &ranges);
  llvm::LogicalResult verifyVector(mlir::Operation *op, mlir::MemRefType type,
                                   mlir::ValueRange indices,
                                   mlir::VectorType vector,
                                   IndexRanges &ranges);
  llvm::LogicalResult verifyStack(mlir::memref::AllocaOp alloca);

  int64_t stackBytes = 0;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_ACCESSVERIFIER_H
