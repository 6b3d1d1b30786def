//===- DistributionModels.cpp - The step of ops on distributions ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the ops that read distributions compute depends on the type of the
// distribution, which builds it.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"

using namespace mlir;
using namespace vib;

namespace {

struct ReparameterizeModel
    : DifferentiableOpInterface::ExternalModel<ReparameterizeModel,
                                               ReparameterizeOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto sample = cast<ReparameterizeOp>(op);
    getModel(sample.getDistribution()).buildSample(step, sample);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto sample = cast<ReparameterizeOp>(op);
    getModel(sample.getDistribution()).pullSample(step, sample);
  }
};

struct KLModel : DifferentiableOpInterface::ExternalModel<KLModel, KLOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto kl = cast<KLOp>(op);
    getModel(kl.getPosterior()).buildDivergence(step, kl);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto kl = cast<KLOp>(op);
    if (step.isInLoss(kl.getResult()))
      getModel(kl.getPosterior()).pullDivergence(step, kl);
  }
};

struct PairwiseModel
    : DifferentiableOpInterface::ExternalModel<PairwiseModel, PairwiseOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto pairwise = cast<PairwiseOp>(op);
    getModel(pairwise.getPosterior()).buildPairwise(step, pairwise);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto pairwise = cast<PairwiseOp>(op);
    if (step.isInLoss(pairwise.getResult()))
      getModel(pairwise.getPosterior()).pullPairwise(step, pairwise);
  }
};

struct NLLModel : DifferentiableOpInterface::ExternalModel<NLLModel, NLLOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto nll = cast<NLLOp>(op);
    getModel(nll.getLikelihood()).buildLogDensity(step, nll);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto nll = cast<NLLOp>(op);
    if (step.isInLoss(nll.getResult()))
      getModel(nll.getLikelihood()).pullLogDensity(step, nll);
  }
};

struct EntropyModel
    : DifferentiableOpInterface::ExternalModel<EntropyModel, EntropyOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto entropy = cast<EntropyOp>(op);
    getModel(entropy.getLikelihood()).buildEntropy(step, entropy);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto entropy = cast<EntropyOp>(op);
    if (step.isInLoss(entropy.getResult()))
      getModel(entropy.getLikelihood()).pullEntropy(step, entropy);
  }
};

/// The loss is the sum of the means over the batch of its terms, or of
/// functions of these means. The derivative of such a function needs the mean
/// of the whole batch before the backward pass, and is the factor of the term:
/// a tensor without dimensions.
struct LossModel : DifferentiableOpInterface::ExternalModel<LossModel, LossOp> {
  void buildForward(Operation *, StepBuilder &) const {}

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto loss = cast<LossOp>(op);
    llvm::DenseMap<Value, Value> sums;
    for (auto [term, factor, function] : llvm::zip_equal(
             loss.getTerms(), loss.getFactors(), loss.getTermFunctions())) {
      Value coefficient = step.getCoefficient(factor.getName());
      double number = factor.getValue().getValueAsDouble();
      if (!function.isLinear()) {
        step.setLabel(step.getBuilder().getStringAttr("rate"));
        Value &sum = sums[term];
        if (!sum)
          sum = buildSum(step, term);
        coefficient = buildSlope(step, sum, coefficient, number, function);
      }
      step.addFactor(term, coefficient, number, function.isNegative());
    }
  }

  static Value buildSum(StepBuilder &step, Value term) {
    step.setWord("sum");
    Value sum = step.sum({{step.getTensor(term), {dims::kRows}}}, {},
                         [&](ScalarBuilder &scalars, ValueRange elements) {
                           return step.maskRows(scalars, elements[0]);
                         });
    step.nameResults(sum, {"rate.sum"});
    return sum;
  }

  /// The coefficient times the derivative of `function` at the mean of a term.
  static Value buildSlope(StepBuilder &step, Value sum, Value coefficient,
                          double number, FunctionAttr function) {
    step.setWord(stringifyEnum(function.getKind()) + Twine("'"));
    Value slope = step.map(
        {{sum, Dims()}}, {}, [&](ScalarBuilder &scalars, ValueRange elements) {
          Value rows = scalars.toFloat(step.getScalar("total_rows"));
          Value mean = scalars.div(elements[0], rows);
          Value factor = coefficient ? coefficient : scalars.constant(number);
          return scalars.mul(factor,
                             differentiate(step, scalars, function, mean));
        });
    step.nameResults(slope, {"rate.slope"});
    return slope;
  }

  static Value differentiate(StepBuilder &step, ScalarBuilder &scalars,
                             FunctionAttr function, Value mean) {
    double number = function.getValue();
    Value zero = scalars.constant(0.0), one = scalars.constant(1.0);
    switch (function.getKind()) {
    case FunctionKind::Mean:
    case FunctionKind::Negative:
      return one;
    case FunctionKind::Power: {
      // The power of 0 is 0, as exp(-inf) is.
      Value base = scalars.max(mean, zero);
      Value power = base;
      if (number != 2)
        power = scalars.exp(scalars.mul(scalars.log(base), number - 1));
      return scalars.mul(power, number);
    }
    case FunctionKind::Exp:
      return scalars.mul(scalars.exp(scalars.mul(mean, number)), number);
    case FunctionKind::Abs: {
      Value target = step.getCoefficient(function.getNumber().getName());
      if (!target)
        target = scalars.constant(number);
      Value isAbove = scalars.compare(arith::CmpFPredicate::OGT, mean, target);
      Value isBelow = scalars.compare(arith::CmpFPredicate::OLT, mean, target);
      return scalars.select(
          isAbove, one, scalars.select(isBelow, scalars.constant(-1.0), zero));
    }
    }
    llvm_unreachable("all functions are covered");
  }
};

} // namespace

void vib::registerDistributionModels(MLIRContext *context) {
  ReparameterizeOp::attachInterface<ReparameterizeModel>(*context);
  KLOp::attachInterface<KLModel>(*context);
  PairwiseOp::attachInterface<PairwiseModel>(*context);
  NLLOp::attachInterface<NLLModel>(*context);
  EntropyOp::attachInterface<EntropyModel>(*context);
  LossOp::attachInterface<LossModel>(*context);
}
