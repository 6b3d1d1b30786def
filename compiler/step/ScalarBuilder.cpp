//===- ScalarBuilder.cpp - Arithmetic in the bodies of loops ----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/ScalarBuilder.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace vib;

Value ScalarBuilder::constant(double value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getFloatAttr(type, value));
}

Value ScalarBuilder::integer(int32_t value) {
  return arith::ConstantOp::create(builder, loc,
                                   builder.getI32IntegerAttr(value));
}

Value ScalarBuilder::index(StringRef dim) {
  if (!hasIndex(dim)) {
    fail("a loop has no dimension '" + dim + "'");
    return integer(0);
  }
  Value index = linalg::IndexOp::create(builder, loc,
                                        llvm::find(dims, dim) - dims.begin());
  return arith::IndexCastOp::create(builder, loc, builder.getI32Type(), index);
}

Value ScalarBuilder::add(Value a, Value b) {
  return arith::AddFOp::create(builder, loc, a, b);
}

Value ScalarBuilder::sub(Value a, Value b) {
  return arith::SubFOp::create(builder, loc, a, b);
}

Value ScalarBuilder::mul(Value a, Value b) {
  return arith::MulFOp::create(builder, loc, a, b);
}

Value ScalarBuilder::div(Value a, Value b) {
  return arith::DivFOp::create(builder, loc, a, b);
}

Value ScalarBuilder::fma(Value a, Value b, Value c) {
  return math::FmaOp::create(builder, loc, a, b, c);
}

Value ScalarBuilder::neg(Value a) {
  return arith::NegFOp::create(builder, loc, a);
}

Value ScalarBuilder::max(Value a, Value b) {
  return arith::MaximumFOp::create(builder, loc, a, b);
}

Value ScalarBuilder::min(Value a, Value b) {
  return arith::MinimumFOp::create(builder, loc, a, b);
}

Value ScalarBuilder::exp(Value a) {
  return math::ExpOp::create(builder, loc, a);
}

Value ScalarBuilder::log(Value a) {
  return math::LogOp::create(builder, loc, a);
}

Value ScalarBuilder::sqrt(Value a) {
  return math::SqrtOp::create(builder, loc, a);
}

Value ScalarBuilder::tanh(Value a) {
  return math::TanhOp::create(builder, loc, a);
}

Value ScalarBuilder::erf(Value a) {
  return math::ErfOp::create(builder, loc, a);
}

Value ScalarBuilder::compare(arith::CmpFPredicate predicate, Value a, Value b) {
  return arith::CmpFOp::create(builder, loc, predicate, a, b);
}

Value ScalarBuilder::compare(arith::CmpIPredicate predicate, Value a, Value b) {
  return arith::CmpIOp::create(builder, loc, predicate, a, b);
}

Value ScalarBuilder::select(Value condition, Value a, Value b) {
  return arith::SelectOp::create(builder, loc, condition, a, b);
}

Value ScalarBuilder::toFloat(Value integer) {
  return arith::SIToFPOp::create(builder, loc, type, integer);
}

Value ScalarBuilder::expOfMinusAbs(Value t) {
  return exp(neg(math::AbsFOp::create(builder, loc, t)));
}

Value ScalarBuilder::isFarBelowZero(Value t) {
  return compare(arith::CmpFPredicate::OLT, t, constant(-36.0));
}

Value ScalarBuilder::softplus(Value t) {
  Value tail = math::Log1pOp::create(builder, loc, expOfMinusAbs(t));
  return add(max(t, constant(0.0)), tail);
}

Value ScalarBuilder::expMinusOne(Value t) {
  Value h = tanh(mul(t, 0.5));
  return div(mul(h, 2.0), sub(constant(1.0), h));
}

Value ScalarBuilder::sigmoid(Value t) {
  Value e = expOfMinusAbs(t), one = constant(1.0);
  Value positive = compare(arith::CmpFPredicate::OGE, t, constant(0.0));
  return div(select(positive, one, e), add(one, e));
}

Value ScalarBuilder::logSoftplus(Value t, Value sigma) {
  return select(isFarBelowZero(t), t, log(sigma));
}

Value ScalarBuilder::sigmoidOverSoftplus(Value t, Value sigmoid, Value sigma) {
  return select(isFarBelowZero(t), constant(1.0), div(sigmoid, sigma));
}
