//===- NormalSpread.cpp - The spread of a normal posterior ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/NormalSpread.h"

using namespace mlir;
using namespace vib;

std::pair<double, double> NormalSpread::getBounds() const {
  return {normal.getLow()->convertToDouble() / 2,
          normal.getHigh()->convertToDouble() / 2};
}

Value NormalSpread::getT(ScalarBuilder &scalars, Value rho) const {
  if (isSoftplus())
    return scalars.add(rho, normal.getShift()->convertToDouble());
  switch (*normal.getLink()) {
  case Link::Exp:
  case Link::Sigma:
    return rho;
  case Link::ExpHalf:
    return scalars.mul(rho, 0.5);
  case Link::Bounded: {
    auto [low, high] = getBounds();
    return scalars.add(scalars.mul(scalars.sigmoid(rho), high - low), low);
  }
  }
  llvm_unreachable("unknown link");
}

bool NormalSpread::hasSlopeOfT() const {
  std::optional<Link> link = normal.getLink();
  return link == Link::ExpHalf || link == Link::Bounded;
}

Value NormalSpread::getSlopeOfT(ScalarBuilder &scalars, Value rho) const {
  if (!hasSlopeOfT())
    return Value();
  if (normal.getLink() == Link::ExpHalf)
    return scalars.constant(0.5);
  // With s = sigmoid(rho): (high - low) s (1 - s). 1 - s is sigmoid(-rho),
  // whose digits a subtraction from 1, or of t from a bound, would cancel.
  auto [low, high] = getBounds();
  Value product =
      scalars.mul(scalars.sigmoid(rho), scalars.sigmoid(scalars.neg(rho)));
  return scalars.mul(product, high - low);
}

Value NormalSpread::getSigma(ScalarBuilder &scalars, Value t) const {
  return isSoftplus() ? scalars.softplus(t) : scalars.exp(t);
}

Value NormalSpread::getSlope(ScalarBuilder &scalars, Value t,
                             Value sigma) const {
  return isSoftplus() ? scalars.sigmoid(t) : sigma;
}

Value NormalSpread::getLog(ScalarBuilder &scalars, Value t, Value sigma) const {
  if (isSoftplus())
    return scalars.logSoftplus(t, sigma);
  return t ? t
           : scalars.constant(std::log(normal.getNoise()->convertToDouble()));
}

Value NormalSpread::getSlopeOfLog(ScalarBuilder &scalars, Value t, Value sigma,
                                  Value slope) const {
  return isSoftplus() ? scalars.sigmoidOverSoftplus(t, slope, sigma)
                      : scalars.constant(1.0);
}
