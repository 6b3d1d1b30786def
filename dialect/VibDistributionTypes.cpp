//===- VibDistributionTypes.cpp - What distributions can do ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "dialect/VibVerify.h"

using namespace mlir;
using namespace vib;

#include "dialect/VibTypeInterfaces.cpp.inc"

//===----------------------------------------------------------------------===//
// NormalType
//===----------------------------------------------------------------------===//

LogicalResult NormalType::verify(function_ref<InFlightDiagnostic()> emitError,
                                 int64_t width, Covariance) {
  if (width < 1 || width > kMostWidth)
    return emitError() << "expected a normal distribution of 1 to "
                       << kMostWidth << " dimensions but got " << width;
  return success();
}

SmallVector<Statistic> NormalType::getStatistics() const {
  int64_t width = getWidth();
  if (getCovariance() == Covariance::Full)
    return {{"mu", width}, {"cholesky", width * (width + 1) / 2}};
  return {{"mu", width}, {"sigma", width}};
}

int64_t NormalType::getSize() const { return getWidth(); }

bool NormalType::hasSamples() const { return true; }

bool NormalType::hasDeviation() const { return true; }

int64_t NormalType::getRateParts() const {
  return getCovariance() == Covariance::Full ? 0 : getWidth();
}

bool NormalType::hasDivergence(Attribute prior) const {
  return isa_and_nonnull<StandardNormalAttr>(prior);
}

bool NormalType::hasDivergenceFrom(DistributionTypeInterface prior) const {
  return prior ==
         NormalType::get(getContext(), getWidth(), Covariance::Diagonal);
}

bool NormalType::hasPairwiseDivergence() const {
  return getCovariance() == Covariance::Diagonal;
}

/// Checks that a target has `width` numbers for each example.
static LogicalResult verifyNumbers(Operation *op, RankedTensorType target,
                                   Type likelihood, int64_t width) {
  if (failed(verifyRows(op, target, "the target")))
    return failure();
  if (target.getDimSize(1) != width)
    return op->emitOpError("expected a target of ")
           << width << " numbers an example for " << likelihood << " but got "
           << target;
  return success();
}

LogicalResult NormalType::verifyTarget(Operation *op,
                                       RankedTensorType target) const {
  if (getCovariance() == Covariance::Full)
    return op->emitOpError("expected a diagonal normal as the likelihood but "
                           "got ")
           << *this;
  return verifyNumbers(op, target, *this, getWidth());
}

//===----------------------------------------------------------------------===//
// MixtureType
//===----------------------------------------------------------------------===//

LogicalResult MixtureType::verify(function_ref<InFlightDiagnostic()> emitError,
                                  int64_t width) {
  if (width < 1 || width > kMostWidth)
    return emitError() << "expected a mixture of 1 to " << kMostWidth
                       << " dimensions but got " << width;
  return success();
}

/// No network computes one.
SmallVector<Statistic> MixtureType::getStatistics() const { return {}; }

int64_t MixtureType::getSize() const { return getWidth(); }

bool MixtureType::isDrawnPrior() const { return true; }

//===----------------------------------------------------------------------===//
// BernoulliType
//===----------------------------------------------------------------------===//

LogicalResult
BernoulliType::verify(function_ref<InFlightDiagnostic()> emitError,
                      int64_t width) {
  if (width < 1 || width > kMostWidth)
    return emitError() << "expected 1 to " << kMostWidth
                       << " Bernoulli distributions but got " << width;
  return success();
}

SmallVector<Statistic> BernoulliType::getStatistics() const {
  return {{"logits", getWidth()}};
}

int64_t BernoulliType::getSize() const { return getWidth(); }

bool BernoulliType::isOfUnitInterval() const { return true; }

bool BernoulliType::hasEntropy() const { return true; }

LogicalResult BernoulliType::verifyTarget(Operation *op,
                                          RankedTensorType target) const {
  return verifyNumbers(op, target, *this, getWidth());
}

//===----------------------------------------------------------------------===//
// LaplaceType
//===----------------------------------------------------------------------===//

LogicalResult LaplaceType::verify(function_ref<InFlightDiagnostic()> emitError,
                                  int64_t width) {
  if (width < 1 || width > kMostWidth)
    return emitError() << "expected 1 to " << kMostWidth
                       << " Laplace distributions but got " << width;
  return success();
}

SmallVector<Statistic> LaplaceType::getStatistics() const {
  return {{"mu", getWidth()}};
}

int64_t LaplaceType::getSize() const { return getWidth(); }

SmallVector<StringRef> LaplaceType::getErrors() const {
  return {"error", "distance"};
}

LogicalResult LaplaceType::verifyTarget(Operation *op,
                                        RankedTensorType target) const {
  return verifyNumbers(op, target, *this, getWidth());
}

//===----------------------------------------------------------------------===//
// CategoricalType
//===----------------------------------------------------------------------===//

LogicalResult
CategoricalType::verify(function_ref<InFlightDiagnostic()> emitError,
                        int64_t classes) {
  if (classes < 2 || classes > kMostWidth)
    return emitError() << "expected 2 to " << kMostWidth << " classes but got "
                       << classes;
  return success();
}

SmallVector<Statistic> CategoricalType::getStatistics() const {
  return {{"logits", getClasses()}};
}

int64_t CategoricalType::getSize() const { return getClasses(); }

int64_t CategoricalType::getNumClasses() const { return getClasses(); }

bool CategoricalType::hasEntropy() const { return true; }

LogicalResult CategoricalType::verifyTarget(Operation *op,
                                            RankedTensorType target) const {
  if (target.getRank() == 1 && target.getElementType().isSignlessInteger(32))
    return success();
  return op->emitOpError("expected labels of a categorical likelihood to be "
                         "tensor<?xi32> but got ")
         << target;
}

//===----------------------------------------------------------------------===//
// ConcreteType
//===----------------------------------------------------------------------===//

LogicalResult ConcreteType::verify(function_ref<InFlightDiagnostic()> emitError,
                                   int64_t groups, int64_t classes) {
  if (groups < 1 || groups > kMostWidth)
    return emitError() << "expected 1 to " << kMostWidth
                       << " variables but got " << groups;
  if (classes < 2 || classes > kMostWidth)
    return emitError() << "expected 2 to " << kMostWidth << " classes but got "
                       << classes;
  if (groups > kMostWidth / classes)
    return emitError() << "expected at most " << kMostWidth
                       << " classes of all variables together but got "
                       << groups << " variables of " << classes;
  return success();
}

SmallVector<Statistic> ConcreteType::getStatistics() const {
  return {{"log_probabilities", getSize()}};
}

int64_t ConcreteType::getSize() const { return getGroups() * getClasses(); }

bool ConcreteType::hasSamples() const { return true; }

bool ConcreteType::hasSmoothDraws() const { return false; }

bool ConcreteType::hasDivergence(Attribute prior) const { return !prior; }

int64_t ConcreteType::getRateParts() const { return getGroups(); }
