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

/// The logarithm of a standard deviation or a scale, if it has a name.
static SmallVector<Parameter>
getDeviationParameters(FloatAttr noise, StringAttr name, IntegerAttr size) {
  if (!name)
    return {};
  Parameter parameter{name.str(), ParameterKind::Noise, {}};
  if (size)
    parameter.shape = {size.getInt()};
  parameter.initial = std::log(noise.getValueAsDouble());
  return {parameter};
}

SmallVector<Parameter> NormalOp::getParameters() {
  return getDeviationParameters(getNoiseAttr(), getNoiseNameAttr(),
                                getNoiseSizeAttr());
}

/// Checks `(s)`, `(@name = s)` or `(@name[size] = s)`; `what` is what s is.
static LogicalResult verifyDeviation(Operation *op, StringRef what,
                                     FloatAttr noise, StringAttr name,
                                     IntegerAttr size,
                                     DistributionTypeInterface type) {
  if (noise && !(noise.getValue().isFinite() && !noise.getValue().isZero() &&
                 !noise.getValue().isNegative()))
    return op->emitOpError("expected a positive ")
           << what << " but got " << formatNumber(noise);
  if (!size)
    return success();
  if (!name)
    return op->emitOpError("expected a name with the number of ")
           << what << "s";
  if (size.getValue() != uint64_t(type.getSize()))
    return op->emitOpError("expected ")
           << type.getSize() << ' ' << what << "s for " << type << " but got "
           << size.getValue().getZExtValue();
  return success();
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
  if (getNoiseNameAttr() && !getNoiseAttr())
    return emitOpError("expected the value at which ")
           << getNoiseNameAttr() << " starts";
  return verifyDeviation(*this, "standard deviation", getNoiseAttr(),
                         getNoiseNameAttr(), getNoiseSizeAttr(), getType());
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
// ConcreteOp
//===----------------------------------------------------------------------===//

SmallVector<CoefficientAttr> vib::getTemperatures(ModelOp model) {
  SmallVector<CoefficientAttr> temperatures;
  model.walk([&](ConcreteOp op) {
    if (op.getTemperature().isNamed() &&
        !llvm::is_contained(temperatures, op.getTemperature()))
      temperatures.push_back(op.getTemperature());
  });
  return temperatures;
}

LogicalResult ConcreteOp::verify() {
  FloatAttr temperature = getTemperature().getValue();
  if (!(temperature.getValueAsDouble() > 0))
    return emitOpError("expected a temperature above 0 but got ")
           << formatNumber(temperature);
  if (failed(verifyRows(*this, getLogits().getType(), "its logits")))
    return failure();
  ConcreteType type = getType();
  int64_t got = cast<RankedTensorType>(getLogits().getType()).getDimSize(1);
  if (got != type.getSize())
    return emitOpError("expected ")
           << type.getSize() << " logits for " << type << ", "
           << type.getClasses() << " for each of " << type.getGroups()
           << " variables, but got " << got;
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
// LaplaceOp
//===----------------------------------------------------------------------===//

SmallVector<Parameter> LaplaceOp::getParameters() {
  return getDeviationParameters(getNoiseAttr(), getNoiseNameAttr(),
                                getNoiseSizeAttr());
}

LogicalResult LaplaceOp::verify() {
  if (failed(verifyDeviation(*this, "scale", getNoiseAttr(), getNoiseNameAttr(),
                             getNoiseSizeAttr(), getType())) ||
      failed(verifyRows(*this, getMean().getType(), "its means")))
    return failure();
  int64_t got = cast<RankedTensorType>(getMean().getType()).getDimSize(1);
  if (got != getType().getWidth())
    return emitOpError("expected ") << getType().getWidth() << " means for "
                                    << getType() << " but got " << got;
  return success();
}

//===----------------------------------------------------------------------===//
// PriorOp
//===----------------------------------------------------------------------===//

/// The standard deviation of the means of a mixture before training: far enough
/// apart to become different, and near enough for all to be in reach.
static constexpr double kSpreadOfCenters = 0.5;

/// The inputs of a VampPrior, each as a row of numbers.
static Parameter getPseudoInputs(StringRef name, int64_t count, Type example) {
  int64_t width = countElements(cast<RankedTensorType>(example)).value_or(0);
  return {(name + ".inputs").str(), ParameterKind::Example, {count, width}};
}

/// The number of the model's input that `value` is, or is scaled from.
static unsigned getInputNumber(Operation *op, Value value) {
  auto model = op->getParentOfType<ModelOp>();
  if (!model)
    return 0;
  if (auto input = value.getDefiningOp<InputOpInterface>())
    value = input.getInput();
  SmallVector<BlockArgument> inputs = model.getInputs();
  const BlockArgument *found = llvm::find(inputs, value);
  return found == inputs.end() ? 0 : found - inputs.begin();
}

TypedValue<RankedTensorType> PriorOp::getLabel() {
  Value label = getGiven().size() == 1 ? getGiven().front() : Value();
  return dyn_cast_or_null<TypedValue<RankedTensorType>>(label);
}

Value PriorOp::getEncoded() {
  return getGiven().empty() || getLabel() ? Value() : getGiven().front();
}

Value PriorOp::getInput() {
  return getGiven().size() > 1 ? getGiven().back() : Value();
}

SmallVector<Parameter> PriorOp::getParameters() {
  if (getInput()) {
    Parameter inputs =
        getPseudoInputs(getName(), *getComponents(), getInput().getType());
    inputs.initial = getInputNumber(*this, getInput());
    return {inputs};
  }
  // Its inputs have the parameter.
  if (getEncoded())
    return {};
  SmallVector<int64_t, 2> shape;
  if (getClasses())
    shape.push_back(*getClasses());
  if (getComponents())
    shape.push_back(*getComponents());
  shape.push_back(getType().getSize());
  SmallVector<Parameter> parameters = {
      {(getName() + ".mean").str(), ParameterKind::Location, shape},
      {(getName() + ".log_sigma").str(), ParameterKind::Noise, shape}};
  if (!getComponents())
    return parameters;
  parameters.front().kind = ParameterKind::Center;
  parameters.front().initial = kSpreadOfCenters;
  parameters.push_back({(getName() + ".logits").str(),
                        ParameterKind::Location,
                        {int64_t(*getComponents())}});
  return parameters;
}

/// The posterior and the input of a VampPrior. The verifier of the model says
/// whether the one is computed from the other.
LogicalResult PriorOp::verifyVamp() {
  auto type = dyn_cast<NormalType>(getEncoded().getType());
  if (!type || type.getCovariance() == Covariance::Full)
    return emitOpError("expected a diagonal normal posterior behind 'of' but "
                       "got ")
           << getEncoded().getType();
  if (type.getWidth() != cast<MixtureType>(getType()).getWidth())
    return emitOpError("expected a mixture of ")
           << type.getWidth() << " dimensions, as the posterior has, but got "
           << getType();
  return verifyFeatures(*this, getInput().getType(), "the input behind 'over'");
}

/// A mixture or a normal, and what belongs to it.
LogicalResult PriorOp::verifyForm() {
  if (getGiven().size() > 2 || bool(getEncoded()) != bool(getInput()))
    return emitOpError("expected a label, or a posterior and its input");
  if (isa<MixtureType>(getType())) {
    if (getLabel() || getClasses() || !getComponents())
      return emitOpError("expected a mixture to have a number of components, "
                         "and no label");
    if (getEncoded() && failed(verifyVamp()))
      return failure();
    // The encoder of a VampPrior has them as rows.
    uint64_t most = getEncoded() ? kMostRows : kMostWidth;
    if (*getComponents() < 2 || *getComponents() > most)
      return emitOpError("expected 2 to ")
             << most << " components but got " << *getComponents();
    return success();
  }
  auto type = dyn_cast<NormalType>(getType());
  if (!type || type.getCovariance() == Covariance::Full)
    return emitOpError("expected a diagonal normal as the prior but got ")
           << getType();
  if (getComponents() || getEncoded())
    return emitOpError("expected components of a mixture but got ")
           << getType();
  return success();
}

LogicalResult PriorOp::verify() {
  if (failed(verifyForm()))
    return failure();
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
// PseudoInputsOp
//===----------------------------------------------------------------------===//

SmallVector<Parameter> PseudoInputsOp::getParameters() {
  return {getPseudoInputs(getName(), getType().getDimSize(0), getType())};
}

/// Nothing verifies what vib-build-step makes and erases.
LogicalResult PseudoInputsOp::verify() {
  return emitOpError("is made by vib-build-step, which leaves none behind: "
                     "expected 'vib.prior @")
         << getName() << " vamp(…) of %q over %x'";
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
                       "through, as !vib.normal or !vib.concrete, but got ")
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
