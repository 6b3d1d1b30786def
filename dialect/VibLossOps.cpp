//===- VibLossOps.cpp - The loss and its terms ------------------*- C++ -*-===//
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

LogicalResult NLLOp::verify() {
  return getLikelihood().getType().verifyTarget(
      *this, cast<RankedTensorType>(getTarget().getType()));
}

LogicalResult KLOp::verify() {
  auto prior = dyn_cast<StandardNormalAttr>(getPrior());
  if (!prior)
    return emitOpError("expected the prior #vib.standard_normal but got ")
           << getPrior();
  if (prior.getType() != getPosterior().getType())
    return emitOpError("expected a prior of the posterior's type, ")
           << getPosterior().getType() << ", but got " << prior.getType();
  if (!getPosterior().getType().hasDivergence(prior))
    return emitOpError("expected a distribution whose divergence from ")
           << prior << " has a closed form";
  return success();
}

LogicalResult LossOp::verify() {
  if (!getRate()) {
    if (getBetaAttr() || getBetaNameAttr())
      return emitOpError("expected no beta where there is no rate");
    return success();
  }
  if (!getBetaAttr() || !getBetaNameAttr())
    return emitOpError("expected the rate to have a named beta, as in "
                       "'@beta(1.0e-3) * %rate'");
  if (getBeta()->isNaN() || getBeta()->isInfinity() || getBeta()->isNegative())
    return emitOpError("expected a finite beta of at least 0 but got ")
           << formatNumber(getBetaAttr());
  return success();
}
