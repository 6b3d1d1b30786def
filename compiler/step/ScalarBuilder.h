//===- ScalarBuilder.h - Arithmetic in the bodies of loops ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The scalar math of the step. Functions that would overflow or underflow in
// their textbook form are defined here in a stable form:
//
//   softplus(t)      max(t, 0) + log1p(exp(-|t|))
//   exp(t) - 1       2 h / (1 - h) with h = tanh(t / 2), for t <= 0
//   sigmoid(t)       {1 or e} / (1 + e) with e = exp(-|t|)
//   log softplus(t)  t for t < -36, otherwise the logarithm of softplus(t)
//   sigmoid/softplus 1 for t < -36, otherwise their quotient
//
// Below -36, exp(t) is less than half an ulp of 1 in f64, so the limits are
// exact to rounding in f64 and f32. Above -36, nothing underflows in either
// type.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_SCALARBUILDER_H
#define VIB_COMPILER_STEP_SCALARBUILDER_H

#include "compiler/step/Dims.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Builders.h"

namespace vib {

/// Creates arithmetic on scalars of the model's type, in the body of a loop
/// whose dimensions have the names `dims`.
class ScalarBuilder {
public:
  /// `fail` is called with what is wrong if the body cannot be built, and
  /// `addInput` with a tensor without dimensions, whose number it returns.
  ScalarBuilder(mlir::OpBuilder &builder, mlir::Location loc,
                mlir::FloatType type, llvm::ArrayRef<llvm::StringRef> dims,
                llvm::function_ref<void(const llvm::Twine &)> fail,
                llvm::function_ref<mlir::Value(mlir::Value)> addInput)
      : builder(builder), loc(loc), type(type), dims(dims), fail(fail),
        addInput(addInput) {}

  mlir::OpBuilder &getBuilder() { return builder; }
  mlir::Location getLoc() const { return loc; }
  mlir::FloatType getType() const { return type; }

  mlir::Value constant(double value);
  mlir::Value integer(int32_t value);
  /// The index of the iteration along a dimension, as an i32; reports a
  /// dimension that the loop does not have.
  mlir::Value index(llvm::StringRef dim);
  bool hasIndex(llvm::StringRef dim) const {
    return llvm::is_contained(dims, dim);
  }

  /// The number in a tensor without dimensions, which becomes an input of the
  /// loop.
  mlir::Value read(mlir::Value tensor) { return addInput(tensor); }

  mlir::Value add(mlir::Value a, mlir::Value b);
  mlir::Value sub(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, mlir::Value b);
  mlir::Value div(mlir::Value a, mlir::Value b);
  mlir::Value mul(mlir::Value a, double b) { return mul(a, constant(b)); }
  mlir::Value add(mlir::Value a, double b) { return add(a, constant(b)); }
  mlir::Value square(mlir::Value a) { return mul(a, a); }
  /// a b + c, rounded once.
  mlir::Value fma(mlir::Value a, mlir::Value b, mlir::Value c);
  mlir::Value neg(mlir::Value a);
  /// NaN if either of them is NaN.
  mlir::Value max(mlir::Value a, mlir::Value b);
  mlir::Value min(mlir::Value a, mlir::Value b);
  mlir::Value exp(mlir::Value a);
  mlir::Value log(mlir::Value a);
  mlir::Value sqrt(mlir::Value a);
  mlir::Value tanh(mlir::Value a);
  mlir::Value erf(mlir::Value a);
  mlir::Value compare(mlir::arith::CmpFPredicate predicate, mlir::Value a,
                      mlir::Value b);
  mlir::Value compare(mlir::arith::CmpIPredicate predicate, mlir::Value a,
                      mlir::Value b);
  mlir::Value select(mlir::Value condition, mlir::Value a, mlir::Value b);
  /// Converts a signed integer to the model's type.
  mlir::Value toFloat(mlir::Value integer);

  mlir::Value softplus(mlir::Value t);
  /// exp(t) - 1 for t <= 0. For larger t the result may be infinite.
  mlir::Value expMinusOne(mlir::Value t);
  mlir::Value sigmoid(mlir::Value t);
  /// log softplus(t), given `sigma` = softplus(t).
  mlir::Value logSoftplus(mlir::Value t, mlir::Value sigma);
  /// sigmoid(t) / softplus(t), given both: the derivative of log softplus(t).
  mlir::Value sigmoidOverSoftplus(mlir::Value t, mlir::Value sigmoid,
                                  mlir::Value sigma);

private:
  mlir::Value expOfMinusAbs(mlir::Value t);
  mlir::Value isFarBelowZero(mlir::Value t);

  mlir::OpBuilder &builder;
  mlir::Location loc;
  mlir::FloatType type;
  llvm::ArrayRef<llvm::StringRef> dims;
  llvm::function_ref<void(const llvm::Twine &)> fail;
  llvm::function_ref<mlir::Value(mlir::Value)> addInput;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_SCALARBUILDER_H
