//===- DrawnDivergence.cpp - The divergence at a sample -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The divergence of a normal posterior q(z|x) from a mixture r(z) has no closed
// form. At a sample z = mu + L eps it is log q(z|x) - log r(z), with
//
//   log q(z|x) = - sum over the latents of eps^2 / 2 - log det L
//   log r(z)   = log of the sum over the components i of exp(a_i),
//   a_i        = c_i - sum over the latents of d_i^2 / 2,  d_i = (z - m_i) /
//   s_i
//
// and c_i as in PriorModels.cpp. The constant K / 2 log 2 pi of both densities
// is left out. The sum is computed relative to the largest a_i, and so neither
// over- nor underflows. log det L, the sum of log sigma, is finite as log sigma
// is: eps and t give the density, never (z - mu) / sigma.
//
// z is a function of the parameters, and eps is not. So the derivatives of
// log q, which passes through z and through its own parameters, are those of
// - log det L alone. With the responsibilities g_i = exp(a_i) / sum exp(a_j),
//
//   d rate / d z       = sum over i of g_i d_i / s_i
//   d rate / d t       = - [diagonal] d log sigma / dt
//   d rate / d m_i     = - g_i d_i / s_i
//   d rate / d log s_i = g_i (1 - d_i^2)
//   d rate / d l_i     = w_i - g_i
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/NormalSpread.h"
#include "compiler/step/Triangle.h"

using namespace mlir;
using namespace vib;

/// A share of a component times a factor, which overflows where the component
/// is so narrow or so far away that its share is 0.
static Value multiplyShare(ScalarBuilder &scalars, Value factor, Value share) {
  Value zero = scalars.constant(0.0);
  Value isNone = scalars.compare(arith::CmpFPredicate::OEQ, share, zero);
  return scalars.select(isNone, zero, scalars.mul(factor, share));
}

namespace {

class DrawnDivergence {
public:
  DrawnDivergence(StepBuilder &step, KLOp kl)
      : step(step), kl(kl), z(step.getTensor(kl.getSample())),
        samples(step.getNumSamples(z)), latents(step.getDims(z)),
        draws(ArrayRef(latents).drop_back()), scores(draws) {
    scores.push_back(dims::kComponents);
    ArrayRef<Value> prior = step.get(kl.getLearnedPrior());
    mean = prior[0];
    inverse = prior[1];
    offset = prior[2];
  }

  void buildRate();
  void pull();

private:
  /// The sum of eps^2 / 2 for each draw.
  Value buildNoise();
  /// The accesses of loops over draws, components and latents, and d there.
  SmallVector<Access> getDistances() const {
    Dims ofPrior = {dims::kComponents, dims::kLatents};
    return {{z, latents}, {mean, ofPrior}, {inverse, ofPrior}};
  }
  static Value getDistance(ScalarBuilder &scalars, ValueRange elements) {
    return scalars.mul(scalars.sub(elements[0], elements[1]), elements[2]);
  }
  void pullSample(Value shares);
  void pullPosterior();
  void pullPrior(Value shares, Value exponentials, Value inverseSum);

  StepBuilder &step;
  KLOp kl;
  Value z;
  int64_t samples;
  Dims latents, draws, scores;
  /// m, 1 / s and c.
  Value mean, inverse, offset;
};

} // namespace

Value vib::buildLogDeterminant(StepBuilder &step, Value posterior) {
  ArrayRef<Value> tensors = step.get(posterior);
  if (tensors.size() > 3)
    return tensors[3];
  NormalSpread link(posterior);
  Value t = tensors[1], factor = tensors[2];
  SmallVector<Access> inputs = {{factor, step.getDims(factor)}};
  if (t)
    inputs.emplace_back(t, step.getDims(t));
  step.setWord("log det");
  Value logs = step.sum(
      inputs, {dims::kRows}, [&](ScalarBuilder &scalars, ValueRange elements) {
        Value log =
            link.getLog(scalars, t ? elements[1] : Value(), elements[0]);
        return link.isFull()
                   ? selectDiagonal(scalars, log, scalars.constant(0.0))
                   : log;
      });
  step.nameResults(logs, {"log_det"});
  return logs;
}

Value DrawnDivergence::buildNoise() {
  Operation *sample = kl.getSample().getDefiningOp();
  Value eps = step.getResiduals(sample).back();
  bool isFull = NormalSpread(kl.getPosterior()).isFull();
  return step.sum({{eps, step.getDims(eps)}}, draws,
                  [&](ScalarBuilder &scalars, ValueRange elements) {
                    Value half = scalars.mul(scalars.square(elements[0]), 0.5);
                    return isFull ? selectDiagonal(scalars, half,
                                                   scalars.constant(0.0))
                                  : half;
                  });
}

void DrawnDivergence::buildRate() {
  Value logDeterminant = buildLogDeterminant(step, kl.getPosterior());
  step.setWord("densities");
  Value noise = buildNoise();
  Value squares = step.sum(getDistances(), scores,
                           [](ScalarBuilder &scalars, ValueRange elements) {
                             Value d = getDistance(scalars, elements);
                             return scalars.mul(scalars.square(d), 0.5);
                           });
  Value logs =
      step.map({{squares, scores}, {offset, {dims::kComponents}}}, scores,
               [](ScalarBuilder &scalars, ValueRange elements) {
                 return scalars.sub(elements[1], elements[0]);
               });
  Value maximum = step.maximum({logs, scores}, draws);
  Value exponentials =
      step.map({{logs, scores}, {maximum, draws}}, scores,
               [](ScalarBuilder &scalars, ValueRange elements) {
                 return scalars.exp(scalars.sub(elements[0], elements[1]));
               });
  Value sum = step.sum({{exponentials, scores}}, draws,
                       [](ScalarBuilder &, ValueRange elements) -> Value {
                         return elements[0];
                       });
  step.nameResults(maximum, {"maximum"});
  step.nameResults(exponentials, {"exponentials"});
  step.nameResults(sum, {"sum"});
  step.setWord("kl");
  Value rate = step.meanOverSamples(
      {{noise, draws},
       {logDeterminant, {dims::kRows}},
       {maximum, draws},
       {sum, draws}},
      samples, [](ScalarBuilder &scalars, ValueRange elements) {
        Value ofPosterior = scalars.add(elements[0], elements[1]);
        Value ofPrior = scalars.add(elements[2], scalars.log(elements[3]));
        return scalars.neg(scalars.add(ofPosterior, ofPrior));
      });
  step.set(kl.getResult(), rate);
  if (step.isTraining())
    step.setResiduals(kl, {exponentials, sum});
}

void DrawnDivergence::pull() {
  Value exponentials = step.getResiduals(kl, 2)[0];
  Value sum = step.getResiduals(kl, 2)[1];
  step.setWord("responsibilities");
  // One division a draw instead of one for each component.
  Value inverseSum = step.map(
      {{sum, draws}}, draws, [](ScalarBuilder &scalars, ValueRange elements) {
        return scalars.div(scalars.constant(1.0), elements[0]);
      });
  Value shares = step.map({{exponentials, scores}, {inverseSum, draws}}, scores,
                          [&](ScalarBuilder &scalars, ValueRange elements) {
                            return step.weigh(
                                scalars, kl.getResult(),
                                scalars.mul(elements[0], elements[1]), samples);
                          });
  step.setWord("kl'");
  if (step.isLearned(kl.getSample()))
    pullSample(shares);
  if (step.isLearned(kl.getPosterior()))
    pullPosterior();
  pullPrior(shares, exponentials, inverseSum);
}

void DrawnDivergence::pullSample(Value shares) {
  SmallVector<Access> inputs = getDistances();
  inputs.emplace_back(shares, scores);
  Value dz = step.sum(
      inputs, latents, [](ScalarBuilder &scalars, ValueRange elements) {
        Value slope = scalars.mul(getDistance(scalars, elements), elements[2]);
        return multiplyShare(scalars, slope, elements[3]);
      });
  step.nameResults(dz, {"dz"});
  step.addAdjoint(kl.getSample(), dz);
}

void DrawnDivergence::pullPosterior() {
  Value t = step.get(kl.getPosterior())[1];
  if (!t)
    return;
  Value factor = step.get(kl.getPosterior())[2];
  Dims dims = step.getDims(t);
  NormalSpread link(kl.getPosterior());
  Value dt = step.map(
      {{t, dims}, {factor, dims}}, dims,
      [&](ScalarBuilder &scalars, ValueRange elements) {
        Value slope = link.getSlope(scalars, elements[0], elements[1]);
        Value ofLog = scalars.neg(
            link.getSlopeOfLog(scalars, elements[0], elements[1], slope));
        if (link.isFull())
          ofLog = selectDiagonal(scalars, ofLog, scalars.constant(0.0));
        return step.weigh(scalars, kl.getResult(), ofLog);
      });
  step.nameResults(dt, {"dt"});
  step.addAdjoint(kl.getPosterior(), {Value(), dt});
}

void DrawnDivergence::pullPrior(Value shares, Value exponentials,
                                Value inverseSum) {
  Dims ofPrior = {dims::kComponents, dims::kLatents};
  SmallVector<Access> inputs = getDistances();
  inputs.emplace_back(shares, scores);
  Value dmean = step.sum(
      inputs, ofPrior, [](ScalarBuilder &scalars, ValueRange elements) {
        Value slope = scalars.mul(getDistance(scalars, elements), elements[2]);
        return scalars.neg(multiplyShare(scalars, slope, elements[3]));
      });
  Value dlog = step.sum(
      inputs, ofPrior, [](ScalarBuilder &scalars, ValueRange elements) {
        Value square = scalars.square(getDistance(scalars, elements));
        Value excess = scalars.sub(scalars.constant(1.0), square);
        return multiplyShare(scalars, excess, elements[3]);
      });
  step.nameResults(dmean, {"dm"});
  step.nameResults(dlog, {"dlog_s"});
  ArrayRef<Value> prior = step.get(kl.getLearnedPrior());
  if (prior.size() < 4)
    return step.addAdjoint(kl.getLearnedPrior(), {dmean, dlog});
  Value dlogits = step.sum(
      {{exponentials, scores},
       {inverseSum, draws},
       {prior[3], {dims::kComponents}}},
      {dims::kComponents}, [&](ScalarBuilder &scalars, ValueRange elements) {
        Value responsibility = scalars.mul(elements[0], elements[1]);
        return step.weigh(scalars, kl.getResult(),
                          scalars.sub(elements[2], responsibility), samples);
      });
  step.nameResults(dlogits, {"dlogits"});
  step.addAdjoint(kl.getLearnedPrior(), {dmean, dlog, dlogits});
}

void vib::buildDrawnDivergence(StepBuilder &step, KLOp kl) {
  DrawnDivergence(step, kl).buildRate();
}

void vib::pullDrawnDivergence(StepBuilder &step, KLOp kl) {
  DrawnDivergence(step, kl).pull();
}
