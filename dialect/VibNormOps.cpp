//===- VibNormOps.cpp - Normalization and dropout ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibNumbers.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// DropoutOp
//===----------------------------------------------------------------------===//

SmallVector<DropoutOp> vib::getDropouts(ModelOp model) {
  SmallVector<DropoutOp> dropouts;
  model.getBody().walk([&](DropoutOp op) { dropouts.push_back(op); });
  return dropouts;
}

unsigned DropoutOp::getStream() {
  SmallVector<DropoutOp> dropouts =
      getDropouts((*this)->getParentOfType<ModelOp>());
  return llvm::find(dropouts, *this) - dropouts.begin();
}

LogicalResult DropoutOp::verify() {
  if (failed(verifyFeatures(*this, getInput().getType(), "the input")))
    return failure();
  double p = getP().convertToDouble();
  // The random numbers are compared with p in f32.
  if (!(p >= 0 && float(p) < 1))
    return emitOpError("expected a probability p of at least 0, and below 1 "
                       "when it is rounded to f32, but got ")
           << formatNumber(getPAttr());
  ArrayRef<int64_t> example =
      cast<RankedTensorType>(getInput().getType()).getShape().drop_front();
  int64_t elements = 1;
  for (int64_t extent : example)
    if (llvm::MulOverflow(elements, extent, elements) ||
        elements > kMostLatents)
      return emitOpError("expected at most ")
             << kMostLatents << " elements of an example, which the counter of "
             << "the random numbers can tell apart, but got "
             << getInput().getType();
  return success();
}

//===----------------------------------------------------------------------===//
// LayerNormOp, BatchNormOp
//===----------------------------------------------------------------------===//

/// Whether `number` is above 0 in the elements' type.
static bool isPositive(FloatAttr number, RankedTensorType type) {
  llvm::APFloat value = number.getValue();
  bool isInexact;
  value.convert(cast<FloatType>(type.getElementType()).getFloatSemantics(),
                llvm::APFloat::rmNearestTiesToEven, &isInexact);
  return value.isFinite() && !value.isNegative() && !value.isZero();
}

static LogicalResult verifyNorm(Operation *op, Value input, StringRef name,
                                FloatAttr eps) {
  if (name.empty())
    return op->emitOpError("expected a name for its parameters");
  if (failed(verifyFeatures(op, input.getType(), "the input")))
    return failure();
  auto type = cast<RankedTensorType>(input.getType());
  if (!isPositive(eps, type))
    return op->emitOpError("expected an eps above 0 that is a number of ")
           << type.getElementType() << " but got " << formatNumber(eps);
  return success();
}

/// A weight of 1 and a bias of 0 for each element of the last dimension.
static SmallVector<Parameter> getNormParameters(StringRef name, Value input) {
  int64_t width = cast<RankedTensorType>(input.getType()).getShape().back();
  Parameter weight{(name + ".weight").str(), ParameterKind::Gain, {width}};
  weight.initial = 1;
  return {weight, {(name + ".bias").str(), ParameterKind::Bias, {width}}};
}

SmallVector<Parameter> LayerNormOp::getParameters() {
  return getNormParameters(getName(), getInput());
}

LogicalResult LayerNormOp::verify() {
  return verifyNorm(*this, getInput(), getName(), getEpsAttr());
}

SmallVector<Parameter> BatchNormOp::getParameters() {
  return getNormParameters(getName(), getInput());
}

/// The running mean and variance of each element of the last dimension.
static SmallVector<Parameter> getRunningStatistics(StringRef name,
                                                   Value input) {
  int64_t width = cast<RankedTensorType>(input.getType()).getShape().back();
  Parameter variance{
      (name + ".running_var").str(), ParameterKind::RunningVariance, {width}};
  variance.initial = 1;
  return {{(name + ".running_mean").str(), ParameterKind::RunningMean, {width}},
          variance};
}

SmallVector<Parameter> BatchNormOp::getRunningState() {
  return getRunningStatistics(getName(), getInput());
}

LogicalResult BatchNormOp::verify() {
  if (failed(verifyNorm(*this, getInput(), getName(), getEpsAttr())))
    return failure();
  double momentum = getMomentum().convertToDouble();
  if (!(momentum > 0 && momentum <= 1))
    return emitOpError("expected a momentum above 0 and at most 1 but got ")
           << formatNumber(getMomentumAttr());
  return success();
}

//===----------------------------------------------------------------------===//
// RunningNormOp
//===----------------------------------------------------------------------===//

SmallVector<Parameter> RunningNormOp::getParameters() {
  return getNormParameters(getName(), getInput());
}

SmallVector<Parameter> RunningNormOp::getStatistics() {
  return getRunningStatistics(getName(), getInput());
}

/// Nothing verifies what vib-build-step makes and erases.
LogicalResult RunningNormOp::verify() {
  return emitOpError("is made by vib-build-step, which leaves none behind: "
                     "expected 'vib.batch_norm ")
         << "%h @" << getName() << "'";
}
