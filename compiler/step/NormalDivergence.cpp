//===- NormalDivergence.cpp - The divergence of normals -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The divergence of a normal posterior from a normal prior with the means m and
// the standard deviations s of the latents. With t and L as in
// NormalDistribution.cpp, and d = (mu - m) / s,
//
//   diagonal   rate = sum of d^2 / 2 + (u^2 - 1) / 2 - log u,  u = sigma / s
//   full       rate = sum over the latents of (d^2 + v - 1) / 2 + log s
//                     - sum over the diagonal of log L_p
//
// where v_i is the sum of (L_p / s_i)^2 over the entries p of row i. The prior
// N(0, I) has no tensors, and m = 0 and s = 1 are left out of the loops.
//
// The derivatives need no adjoint. They are computed in the forward pass, where
// sigma is available, and stored; the backward pass multiplies them by beta and
// divides by the rows:
//
//   d rate / d mu    = d / s             d rate / d m = - d rate / d mu
//   d rate / d t_p   = L_p / s_i(p)^2 dL_p/dt_p - [diagonal] d log L_p/dt_p
//   d rate / d log s = 1 - d^2 - v       (v = u^2 if diagonal)
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/NormalSpread.h"
#include "compiler/step/Triangle.h"

using namespace mlir;
using namespace vib;

namespace {

/// A rate, with the tensors of its posterior and of its prior.
class Divergence {
public:
  Divergence(StepBuilder &step, KLOp kl)
      : step(step), kl(kl), link(kl.getPosterior()) {
    ArrayRef<Value> posterior = step.get(kl.getPosterior());
    mean = posterior[0];
    t = posterior[1];
    factor = posterior[2];
    if (!kl.getLearnedPrior())
      return;
    ArrayRef<Value> prior = step.get(kl.getLearnedPrior());
    priorMean = prior[0];
    priorLog = prior[1];
  }

  void buildRate();
  void buildDerivatives();

private:
  /// What a body computes with: the elements of a latent. Those that do not
  /// exist are null.
  struct Latent {
    Value mean, t, sigma, priorMean, priorLog;
  };
  SmallVector<Access> getLatents();
  Latent getLatent(ValueRange elements) const;
  Value buildLatentRate(ScalarBuilder &scalars, const Latent &latent) const;
  Value buildRateFromStandard();
  Value buildFullRate();

  /// 1 / s^2 of the prior, and of the row of each entry of a triangle.
  Value buildPrecision();
  Value buildEntryPrecision();
  SmallVector<Value> buildDiagonalDerivatives();
  SmallVector<Value> buildFullDerivatives();
  Value buildSlope(ScalarBuilder &scalars, Value t, Value sigma,
                   Value precision) const;
  Value buildEntrySlopes(Value precision);

  StepBuilder &step;
  KLOp kl;
  NormalSpread link;
  /// Null: t if sigma is a constant, those of the prior if it is N(0, I).
  Value mean, t, factor, priorMean, priorLog;
};

} // namespace

/// (u^2 - 1) / 2. The difference of squares is computed as a product, which is
/// accurate near 1.
static Value buildHalfExcess(ScalarBuilder &scalars, Value u) {
  Value squares = scalars.mul(scalars.add(u, -1.0), scalars.add(u, 1.0));
  return scalars.mul(squares, 0.5);
}

SmallVector<Access> Divergence::getLatents() {
  SmallVector<Access> latents;
  for (Value tensor : {mean, t, factor, priorMean, priorLog})
    if (tensor)
      latents.emplace_back(tensor, step.getDims(tensor));
  return latents;
}

Divergence::Latent Divergence::getLatent(ValueRange elements) const {
  Latent latent = {mean, t, factor, priorMean, priorLog};
  for (Value *value : {&latent.mean, &latent.t, &latent.sigma,
                       &latent.priorMean, &latent.priorLog}) {
    if (!*value)
      continue;
    *value = elements.front();
    elements = elements.drop_front();
  }
  return latent;
}

Value Divergence::buildLatentRate(ScalarBuilder &scalars,
                                  const Latent &latent) const {
  Value d = latent.mean, u = latent.sigma;
  if (priorLog) {
    Value inverse = scalars.exp(scalars.neg(latent.priorLog));
    d = scalars.mul(scalars.sub(d, latent.priorMean), inverse);
    u = scalars.mul(u, inverse);
  }
  Value square = scalars.mul(scalars.square(d), 0.5);
  Value excess = buildHalfExcess(scalars, u);
  Value log = link.getLog(scalars, latent.t, latent.sigma);
  if (priorLog)
    log = scalars.sub(log, latent.priorLog);
  return scalars.add(square, scalars.sub(excess, log));
}

/// The rate of a full covariance from N(0, I), for which the entries of the
/// factor need not be summed over rows.
Value Divergence::buildRateFromStandard() {
  Value ofMean =
      step.sum({{mean, step.getDims(mean)}}, {dims::kRows},
               [](ScalarBuilder &scalars, ValueRange elements) {
                 return scalars.mul(scalars.square(elements[0]), 0.5);
               });
  return step
      .generic({{t, step.getDims(t)}, {factor, step.getDims(factor)}},
               Access(ofMean, {dims::kRows}),
               [&](ScalarBuilder &scalars, ValueRange elements) {
                 Value below = scalars.mul(scalars.square(elements[1]), 0.5);
                 Value excess = buildHalfExcess(scalars, elements[1]);
                 Value diagonal = scalars.sub(
                     excess, link.getLog(scalars, elements[0], elements[1]));
                 Value rate = selectDiagonal(scalars, diagonal, below);
                 return SmallVector<Value>{scalars.add(elements[2], rate)};
               })
      .front();
}

Value Divergence::buildFullRate() {
  if (!priorLog)
    return buildRateFromStandard();
  Value variance = buildVariance(step, mean, factor);
  Dims dims = step.getDims(mean), priorDims = step.getDims(priorLog);
  Value ofLatents = step.sum(
      {{mean, dims},
       {variance, dims},
       {priorMean, priorDims},
       {priorLog, priorDims}},
      {dims::kRows}, [](ScalarBuilder &scalars, ValueRange elements) {
        Value precision = scalars.exp(scalars.mul(elements[3], -2.0));
        Value square = scalars.square(scalars.sub(elements[0], elements[2]));
        Value ratio = scalars.mul(scalars.add(square, elements[1]), precision);
        return scalars.add(scalars.mul(scalars.add(ratio, -1.0), 0.5),
                           elements[3]);
      });
  return step
      .generic({{t, step.getDims(t)}, {factor, step.getDims(factor)}},
               Access(ofLatents, {dims::kRows}),
               [&](ScalarBuilder &scalars, ValueRange elements) {
                 Value log = link.getLog(scalars, elements[0], elements[1]);
                 Value part =
                     selectDiagonal(scalars, log, scalars.constant(0.0));
                 return SmallVector<Value>{scalars.sub(elements[2], part)};
               })
      .front();
}

void Divergence::buildRate() {
  auto latentRate = [&](ScalarBuilder &scalars, ValueRange elements) {
    return buildLatentRate(scalars, getLatent(elements));
  };
  if (link.isFull())
    return step.set(kl.getResult(), buildFullRate());
  SmallVector<Access> latents = getLatents();
  if (step.isTraining())
    return step.set(kl.getResult(),
                    step.sum(latents, {dims::kRows}, latentRate));
  // The rate of each latent, too, which users may ask for.
  Value each = step.map(latents, step.getDims(mean), latentRate);
  Value rate = step.sum({{each, step.getDims(each)}}, {dims::kRows},
                        [](ScalarBuilder &, ValueRange elements) -> Value {
                          return elements[0];
                        });
  step.set(kl.getResult(), {rate, each});
}

/// d rate / dt on the diagonal; `precision` is null if s is 1.
Value Divergence::buildSlope(ScalarBuilder &scalars, Value t, Value sigma,
                             Value precision) const {
  Value slope = link.getSlope(scalars, t, sigma);
  Value scaled = precision ? scalars.mul(sigma, precision) : sigma;
  return scalars.sub(scalars.mul(scaled, slope),
                     link.getSlopeOfLog(scalars, t, sigma, slope));
}

SmallVector<Value> Divergence::buildDiagonalDerivatives() {
  SmallVector<Type> types(t ? 3 : 2, step.getType());
  return step.map(
      getLatents(), step.getDims(mean), types,
      [&](ScalarBuilder &scalars, ValueRange elements) {
        Latent latent = getLatent(elements);
        Value precision = scalars.exp(scalars.mul(latent.priorLog, -2.0));
        Value difference = scalars.sub(latent.mean, latent.priorMean);
        Value ofMean = scalars.mul(difference, precision);
        Value squares =
            scalars.add(scalars.mul(difference, ofMean),
                        scalars.mul(scalars.square(latent.sigma), precision));
        SmallVector<Value> results = {
            ofMean, scalars.sub(scalars.constant(1.0), squares)};
        if (t)
          results.push_back(
              buildSlope(scalars, latent.t, latent.sigma, precision));
        return results;
      });
}

Value Divergence::buildPrecision() {
  Dims dims = step.getDims(priorLog);
  return step.map({{priorLog, dims}}, dims,
                  [](ScalarBuilder &scalars, ValueRange elements) {
                    return scalars.exp(scalars.mul(elements[0], -2.0));
                  });
}

Value Divergence::buildEntryPrecision() {
  Value precision = buildPrecision();
  Dims dims = step.getDims(precision), entryDims = dims;
  entryDims.back() = dims::kEntries;
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(precision.getType()).getShape());
  shape.back() = step.getExtent(factor, dims::kEntries);
  return step
      .generic({{precision, dims}}, Access(step.zeros(shape), entryDims),
               [](ScalarBuilder &scalars, ValueRange elements) {
                 return SmallVector<Value>{
                     scalars.add(elements[1], selectRow(scalars, elements[0]))};
               })
      .front();
}

/// d rate / dt_p; `precision` is that of the entries, or null if s is 1.
Value Divergence::buildEntrySlopes(Value precision) {
  Dims dims = step.getDims(t);
  SmallVector<Access> inputs = {{t, dims}, {factor, dims}};
  if (precision)
    inputs.emplace_back(precision, step.getDims(precision));
  return step.map(
      inputs, dims, [&](ScalarBuilder &scalars, ValueRange elements) {
        Value scale = precision ? elements[2] : Value();
        Value slope = buildSlope(scalars, elements[0], elements[1], scale);
        if (!link.isFull())
          return slope;
        Value below = scale ? scalars.mul(elements[1], scale) : elements[1];
        return selectDiagonal(scalars, slope, below);
      });
}

SmallVector<Value> Divergence::buildFullDerivatives() {
  Value variance = buildVariance(step, mean, factor);
  Dims dims = step.getDims(mean), priorDims = step.getDims(priorLog);
  SmallVector<Type> types(2, step.getType());
  SmallVector<Value> derivatives = step.map(
      {{mean, dims},
       {variance, dims},
       {priorMean, priorDims},
       {priorLog, priorDims}},
      dims, types, [](ScalarBuilder &scalars, ValueRange elements) {
        Value precision = scalars.exp(scalars.mul(elements[3], -2.0));
        Value difference = scalars.sub(elements[0], elements[2]);
        Value ofMean = scalars.mul(difference, precision);
        Value squares = scalars.add(scalars.mul(difference, ofMean),
                                    scalars.mul(elements[1], precision));
        return SmallVector<Value>{ofMean,
                                  scalars.sub(scalars.constant(1.0), squares)};
      });
  step.nameResults(derivatives[0], {"dkl.dmu", "dkl.dlog_s"});
  derivatives.push_back(buildEntrySlopes(buildEntryPrecision()));
  step.nameResults(derivatives[2], {"dkl.dt"});
  return derivatives;
}

/// Stores the derivatives: those with respect to mu and log s if there are
/// parameters of the prior, and that with respect to t if there is one.
void Divergence::buildDerivatives() {
  step.setWord("kl'");
  if (!priorLog) {
    if (!t)
      return;
    Value slope = buildEntrySlopes(/*precision=*/{});
    step.nameResults(slope, {"dkl.dt"});
    return step.setResiduals(kl, slope);
  }
  if (link.isFull())
    return step.setResiduals(kl, buildFullDerivatives());
  SmallVector<Value> derivatives = buildDiagonalDerivatives();
  StringRef names[] = {"dkl.dmu", "dkl.dlog_s", "dkl.dt"};
  step.nameResults(derivatives[0],
                   ArrayRef(names).take_front(derivatives.size()));
  step.setResiduals(kl, derivatives);
}

void vib::buildNormalDivergence(StepBuilder &step, KLOp kl) {
  Divergence divergence(step, kl);
  divergence.buildRate();
  if (step.isTraining())
    divergence.buildDerivatives();
}

/// Adds to the adjoints of the posterior, given the derivatives of the rate
/// with respect to its tensors.
static void pullPosterior(StepBuilder &step, KLOp kl,
                          ArrayRef<Value> derivatives) {
  SmallVector<Value> adjoints(step.getAdjoint(kl.getPosterior()));
  if (adjoints.empty()) {
    for (Value derivative : derivatives) {
      Dims dims = step.getDims(derivative);
      adjoints.push_back(
          step.map({{derivative, dims}}, dims,
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     return step.weigh(scalars, kl.getResult(), elements[0]);
                   }));
    }
  } else {
    for (auto [adjoint, derivative] : llvm::zip_equal(adjoints, derivatives)) {
      Dims dims = step.getDims(derivative);
      adjoint = step.map(
          {{adjoint, dims}, {derivative, dims}}, dims,
          [&](ScalarBuilder &scalars, ValueRange elements) {
            return scalars.add(
                elements[0], step.weigh(scalars, kl.getResult(), elements[1]));
          });
    }
  }
  step.nameResults(adjoints[0], {"dmu"});
  if (adjoints.size() > 1)
    step.nameResults(adjoints[1], {"dt"});
  step.setAdjoint(kl.getPosterior(), adjoints);
}

/// The adjoints of the prior, one for each row.
static void pullPrior(StepBuilder &step, KLOp kl, Value ofMean, Value ofLog) {
  Dims dims = step.getDims(ofMean);
  Value mean = step.map(
      {{ofMean, dims}}, dims, [&](ScalarBuilder &scalars, ValueRange elements) {
        return step.weigh(scalars, kl.getResult(), scalars.neg(elements[0]));
      });
  Value log = step.map(
      {{ofLog, dims}}, dims, [&](ScalarBuilder &scalars, ValueRange elements) {
        return step.weigh(scalars, kl.getResult(), elements[0]);
      });
  step.nameResults(mean, {"dm"});
  step.nameResults(log, {"dlog_s"});
  step.addAdjoint(kl.getLearnedPrior(), {mean, log});
}

void vib::pullNormalDivergence(StepBuilder &step, KLOp kl) {
  bool hasPrior(kl.getLearnedPrior());
  bool hasT(step.get(kl.getPosterior())[1]);
  SmallVector<Value> residuals(
      step.getResiduals(kl, (hasPrior ? 2 : 0) + (hasT ? 1 : 0)));
  if (step.isLearned(kl.getPosterior())) {
    SmallVector<Value> derivatives = {
        hasPrior ? residuals[0] : step.get(kl.getPosterior())[0]};
    if (hasT)
      derivatives.push_back(residuals.back());
    pullPosterior(step, kl, derivatives);
  }
  if (hasPrior)
    pullPrior(step, kl, residuals[0], residuals[1]);
}
