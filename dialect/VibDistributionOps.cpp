//===- VibDistributionOps.cpp - Distributions as values ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibSyntax.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// NormalOp
//===----------------------------------------------------------------------===//

SmallVector<Parameter> NormalOp::getParameters() {
  if (!getNoiseName())
    return {};
  Parameter parameter{getNoiseName()->str(), ParameterKind::Noise, {}};
  if (getNoiseSize())
    parameter.shape = {static_cast<int64_t>(*getNoiseSize())};
  parameter.initial = std::log(getNoise()->convertToDouble());
  return {parameter};
}

LogicalResult NormalOp::verify() {
  if (failed(verifySpread()))
    return failure();
  if (failed(verifyRows(*this, getStatistics().getType(), "its statistics")))
    return failure();
  NormalType type = getType();
  int64_t got = cast<RankedTensorType>(getStatistics().getType()).getDimSize(1);
  int64_t width = type.getWidth();
  bool full = type.getCovariance() == Covariance::Full;
  if (isSpreadComputed()) {
    if (full && got != width + width * (width + 1) / 2)
      return emitOpError("expected ")
             << width + width * (width + 1) / 2 << " statistics for " << type
             << ", a mean of " << width << " and a Cholesky factor of "
             << width * (width + 1) / 2 << ", but got " << got;
    if (!full && got % 2)
      return emitOpError("expected an even number of statistics, mu and rho, "
                         "but got ")
             << got;
    if (!full && got != 2 * width)
      return emitOpError("expected ") << 2 * width << " statistics for " << type
                                      << ", mu and rho, but got " << got;
    return success();
  }
  if (full)
    return emitOpError("expected a diagonal normal, as its ")
           << (isPosterior() ? "sigma" : "noise")
           << " is not a matrix, but got " << type;
  if (got != width)
    return emitOpError("expected ")
           << width << " means for " << type << " but got " << got;
  return success();
}

/// The attributes that say where the spread comes from.
LogicalResult NormalOp::verifySpread() {
  bool isGiven = !isSpreadComputed();
  if (isGiven != bool(getNoiseAttr()) || (getShiftAttr() && getLinkAttr()))
    return emitOpError("expected one of 'softplus', 'exp', 'exp_half', "
                       "'bounded', 'sigma' and 'noise'");
  if (getShift() && !getShift()->isFinite())
    return emitOpError("expected a finite shift but got ")
           << formatNumber(getShiftAttr());
  bool isBounded = getLink() == Link::Bounded;
  if (isBounded != bool(getLowAttr()) || isBounded != bool(getHighAttr()))
    return emitOpError("expected both bounds of the log-variance with "
                       "'bounded', and none without it");
  if (isBounded && (!getLow()->isFinite() || !getHigh()->isFinite() ||
                    getLow()->compare(*getHigh()) != APFloat::cmpLessThan))
    return emitOpError("expected a log-variance between a finite number and a "
                       "greater one but got [")
           << formatNumber(getLowAttr()) << ", " << formatNumber(getHighAttr())
           << "]";
  // sigma is a number above 0, and sigma^2, which the rate has, a finite one.
  Type element = getElementTypeOrSelf(getStatistics().getType());
  double least = element.isF64() ? -1416 : -174,
         most = element.isF64() ? 709 : 88;
  if (isBounded && (getLow()->convertToDouble() < least ||
                    getHigh()->convertToDouble() > most))
    return emitOpError("expected a log-variance between ")
           << int(least) << " and " << int(most)
           << ", at which sigma and its square are numbers of " << element
           << ", but got [" << formatNumber(getLowAttr()) << ", "
           << formatNumber(getHighAttr()) << "]";
  if (getNoise() && (!getNoise()->isFinite() || getNoise()->isZero() ||
                     getNoise()->isNegative()))
    return emitOpError("expected a positive standard deviation but got ")
           << formatNumber(getNoiseAttr());
  if (getNoiseNameAttr() && !getNoiseAttr())
    return emitOpError("expected the value at which ")
           << getNoiseNameAttr() << " starts";
  if (!getNoiseSize())
    return success();
  if (!getNoiseNameAttr())
    return emitOpError(
        "expected a name with the number of standard deviations");
  if (*getNoiseSize() != uint64_t(getType().getWidth()))
    return emitOpError("expected ")
           << getType().getWidth() << " standard deviations for " << getType()
           << " but got " << *getNoiseSize();
  return success();
}

//===----------------------------------------------------------------------===//
// CategoricalOp
//===----------------------------------------------------------------------===//

LogicalResult CategoricalOp::verify() {
  if (failed(verifyRows(*this, getLogits().getType(), "its logits")))
    return failure();
  int64_t got = cast<RankedTensorType>(getLogits().getType()).getDimSize(1);
  if (got != getType().getClasses())
    return emitOpError("expected ") << getType().getClasses() << " logits for "
                                    << getType() << " but got " << got;
  return success();
}

//===----------------------------------------------------------------------===//
// BernoulliOp
//===----------------------------------------------------------------------===//

LogicalResult BernoulliOp::verify() {
  if (failed(verifyRows(*this, getLogits().getType(), "its logits")))
    return failure();
  int64_t got = cast<RankedTensorType>(getLogits().getType()).getDimSize(1);
  if (got != getType().getWidth())
    return emitOpError("expected ") << getType().getWidth() << " logits for "
                                    << getType() << " but got " << got;
  return success();
}

//===----------------------------------------------------------------------===//
// PriorOp
//===----------------------------------------------------------------------===//

SmallVector<Parameter> PriorOp::getParameters() {
  SmallVector<int64_t, 2> shape;
  if (getClasses())
    shape.push_back(*getClasses());
  shape.push_back(getType().getSize());
  return {{(getName() + ".mean").str(), ParameterKind::Location, shape},
          {(getName() + ".log_sigma").str(), ParameterKind::Noise, shape}};
}

LogicalResult PriorOp::verify() {
  auto type = dyn_cast<NormalType>(getType());
  if (!type || type.getCovariance() == Covariance::Full)
    return emitOpError("expected a diagonal normal as the prior but got ")
           << getType();
  if (bool(getLabel()) != bool(getClasses()))
    return emitOpError("expected the number of classes with a label, and none "
                       "without it");
  if (!getLabel())
    return success();
  if (*getClasses() < 2 || *getClasses() > kMostWidth)
    return emitOpError("expected 2 to ")
           << kMostWidth << " classes but got " << *getClasses();
  RankedTensorType label = getLabel().getType();
  if (label.getRank() == 1 && label.getElementType().isSignlessInteger(32))
    return success();
  return emitOpError("expected labels to be tensor<?xi32> but got ") << label;
}

//===----------------------------------------------------------------------===//
// ReparameterizeOp
//===----------------------------------------------------------------------===//

void ReparameterizeOp::getAsmResultNames(OpAsmSetValueNameFn setName) {
  setName(getResult(), getNameAttr() ? getNameAttr().getValue() : "");
}

unsigned ReparameterizeOp::getStream() {
  SmallVector<ReparameterizeOp> samples =
      vib::getSamples((*this)->getParentOfType<ModelOp>());
  return llvm::find(samples, *this) - samples.begin();
}

LogicalResult ReparameterizeOp::verify() {
  DistributionTypeInterface type = getDistribution().getType();
  if (!type.hasSamples())
    return emitOpError("expected a distribution whose samples gradients pass "
                       "through, as !vib.normal, but got ")
           << type;
  if (getSamples() < 1 || getSamples() > kMostSamples)
    return emitOpError("expected 1 to ")
           << kMostSamples << " samples but got " << getSamples();
  if (type.getSize() > kMostLatents)
    return emitOpError("expected at most ")
           << kMostLatents << " latents, which the counter of the noise can "
           << "tell apart, but got " << type.getSize();
  if (failed(verifyRows(*this, getResult().getType(), "the result")))
    return failure();
  int64_t got = cast<RankedTensorType>(getResult().getType()).getDimSize(1);
  if (got != type.getSize())
    return emitOpError("expected samples of ")
           << type << " to be " << type.getSize() << " wide but got " << got;
  return success();
}
