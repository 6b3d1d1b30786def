//===- IndexBuilder.h - Arithmetic on indices -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_INDEXBUILDER_H
#define VIB_COMPILER_GPU_INDEXBUILDER_H

#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace vib {

/// Creates arithmetic on nonnegative indices, and folds constants.
struct IndexBuilder {
  mlir::OpBuilder &builder;
  mlir::Location loc;

  mlir::Value constant(int64_t value) const {
    return mlir::arith::ConstantIndexOp::create(builder, loc, value);
  }
  mlir::Value add(mlir::Value a, mlir::Value b) const {
    return builder.createOrFold<mlir::arith::AddIOp>(loc, a, b);
  }
  mlir::Value add(mlir::Value a, int64_t b) const {
    return add(a, constant(b));
  }
  mlir::Value sub(mlir::Value a, mlir::Value b) const {
    return builder.createOrFold<mlir::arith::SubIOp>(loc, a, b);
  }
  mlir::Value mul(mlir::Value a, int64_t b) const {
    return builder.createOrFold<mlir::arith::MulIOp>(loc, a, constant(b));
  }
  mlir::Value div(mlir::Value a, int64_t b) const {
    return builder.createOrFold<mlir::arith::DivUIOp>(loc, a, constant(b));
  }
  mlir::Value rem(mlir::Value a, int64_t b) const {
    return builder.createOrFold<mlir::arith::RemUIOp>(loc, a, constant(b));
  }
  mlir::Value exclusiveOr(mlir::Value a, mlir::Value b) const {
    return builder.createOrFold<mlir::arith::XOrIOp>(loc, a, b);
  }
  /// a < b. The operands may be differences, which can be negative.
  mlir::Value isLess(mlir::Value a, mlir::Value b) const {
    return builder.createOrFold<mlir::arith::CmpIOp>(
        loc, mlir::arith::CmpIPredicate::slt, a, b);
  }
  mlir::Value select(mlir::Value condition, mlir::Value a,
                     mlir::Value b) const {
    return builder.createOrFold<mlir::arith::SelectOp>(loc, condition, a, b);
  }
};

} // namespace vib

#endif // VIB_COMPILER_GPU_INDEXBUILDER_H
