//===- BernoulliDistribution.cpp - The step of binary outputs -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Bernoulli distributions are represented by their logits l. For targets y from
// 0 to 1,
//
//   nll = sum over the outputs of softplus(l) - y l
//   d nll / d l = sigmoid(l) - y
//
// which neither over- nor underflows. The prediction of an output is 1 if its
// logit is above 0. The entropy is
//
//   sum over the outputs of softplus(l) - l sigmoid(l)
//   d entropy / d l = -l sigmoid(l) sigmoid(-l)
//
//===----------------------------------------------------------------------===//

#include "compiler/step/OneStatistic.h"

using namespace mlir;
using namespace vib;

namespace {

struct BernoulliModel : OneStatisticOp<BernoulliModel, BernoulliOp> {};

struct BernoulliDistribution
    : OneStatisticDistribution<BernoulliDistribution, BernoulliType> {
  Value buildMean(Type, StepBuilder &step, Value value) const {
    Value logits = step.getTensor(value);
    Dims dims = step.getDims(logits);
    return step.map({{logits, dims}}, dims,
                    [](ScalarBuilder &scalars, ValueRange elements) {
                      return scalars.sigmoid(elements[0]);
                    });
  }

  /// The logits and the targets, which are the same for all samples.
  static SmallVector<Access> getInputs(StepBuilder &step, NLLOp nll) {
    Value logits = step.getTensor(nll.getLikelihood());
    Dims dims = step.getDims(logits);
    return {{logits, dims},
            {step.getTensor(nll.getTarget()), {dims::kRows, dims.back()}}};
  }

  void buildLogDensity(Type, StepBuilder &step, NLLOp nll) const {
    SmallVector<Access> inputs = getInputs(step, nll);
    Value logits = inputs.front().tensor;
    double part = 1.0 / step.getNumSamples(logits);
    auto weigh = [](ScalarBuilder &scalars, Value value, double factor) {
      return factor == 1.0 ? value : scalars.mul(value, factor);
    };
    step.setWord("cross-entropy");
    Value nats = step.sum(inputs, {dims::kRows},
                          [&](ScalarBuilder &scalars, ValueRange elements) {
                            Value value = scalars.sub(
                                scalars.softplus(elements[0]),
                                scalars.mul(elements[1], elements[0]));
                            return weigh(scalars, value, part);
                          });
    double outputs = nll.getLikelihood().getType().getSize();
    step.setWord("error");
    Value error = step.sum(
        inputs, {dims::kRows},
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value isOne = scalars.compare(arith::CmpFPredicate::OGT, elements[0],
                                        scalars.constant(0.0));
          Value half = scalars.constant(0.5);
          Value isZero =
              scalars.compare(arith::CmpFPredicate::OLT, elements[1], half);
          Value right = scalars.constant(0.0);
          Value wrong = scalars.constant(part / outputs);
          return scalars.select(isOne, scalars.select(isZero, wrong, right),
                                scalars.select(isZero, right, wrong));
        });
    step.set(nll.getResult(), {nats, error});
  }

  void pullLogDensity(Type, StepBuilder &step, NLLOp nll) const {
    SmallVector<Access> inputs = getInputs(step, nll);
    Value logits = inputs.front().tensor;
    step.setWord("cross-entropy'");
    Value adjoint =
        step.map(inputs, step.getDims(logits),
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value difference =
                       scalars.sub(scalars.sigmoid(elements[0]), elements[1]);
                   return step.weigh(scalars, nll.getResult(), difference,
                                     step.getNumSamples(logits));
                 });
    step.nameResults(adjoint, {"dlogits"});
    step.addAdjoint(nll.getLikelihood(), adjoint);
  }

  void buildEntropy(Type, StepBuilder &step, EntropyOp entropy) const {
    Value logits = step.getTensor(entropy.getLikelihood());
    double part = 1.0 / step.getNumSamples(logits);
    step.setWord("entropy");
    step.set(entropy.getResult(),
             step.sum({{logits, step.getDims(logits)}}, {dims::kRows},
                      [&](ScalarBuilder &scalars, ValueRange elements) {
                        // That of -l is the same, and of numbers below 0 both
                        // summands are positive.
                        Value logit =
                            scalars.min(elements[0], scalars.neg(elements[0]));
                        Value mean = scalars.mul(logit, scalars.sigmoid(logit));
                        return scalars.mul(
                            scalars.sub(scalars.softplus(logit), mean), part);
                      }));
  }

  void pullEntropy(Type, StepBuilder &step, EntropyOp entropy) const {
    Value logits = step.getTensor(entropy.getLikelihood());
    Dims dims = step.getDims(logits);
    step.setWord("entropy'");
    Value adjoint =
        step.map({{logits, dims}}, dims,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value one = scalars.sigmoid(elements[0]);
                   Value zero = scalars.sigmoid(scalars.neg(elements[0]));
                   Value slope = scalars.mul(scalars.neg(elements[0]),
                                             scalars.mul(one, zero));
                   return step.weigh(scalars, entropy.getResult(), slope,
                                     step.getNumSamples(logits));
                 });
    step.nameResults(adjoint, {"dlogits.entropy"});
    step.addAdjoint(entropy.getLikelihood(), adjoint);
  }
};

} // namespace

void vib::registerBernoulliDistribution(MLIRContext *context) {
  BernoulliOp::attachInterface<BernoulliModel>(*context);
  BernoulliType::attachInterface<BernoulliDistribution>(*context);
}
