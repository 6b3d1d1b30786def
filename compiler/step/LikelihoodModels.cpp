//===- LikelihoodModels.cpp - The step of likelihoods and loss --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A categorical distribution is represented by its logits, their maximum in
// each row, the exponentials exp(logit - maximum), and their sum in each row.
// In these terms,
//
//   nll = log(sum) + (maximum - logit of the label)
//   d nll / d logits = exponential * (1 / sum) - [class is the label]
//
// which neither over- nor underflows. The prediction is the class with the
// largest logit, the first one if several are equal.
//
// A normal likelihood with the standard deviation s has
//
//   nll = sum of 1/2 (log 2 pi + d^2 / s^2) + log s,  d = mean - target
//
// over the outputs. log s is a constant or a parameter of rank 0.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "dialect/Vib.h"
#include "llvm/ADT/APFloat.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace vib;

/// 1 / sum of the exponentials for each row: one division a row instead of one
/// for each class.
static Value buildInverseSum(StepBuilder &step, Value categorical) {
  ArrayRef<Value> tensors = step.get(categorical);
  Dims rows = step.getDims(tensors[3]);
  return step.map({{tensors[3], rows}}, rows,
                  [](ScalarBuilder &scalars, ValueRange elements) {
                    return scalars.div(scalars.constant(1.0), elements[0]);
                  });
}

namespace {

struct CategoricalModel
    : DifferentiableOpInterface::ExternalModel<CategoricalModel,
                                               CategoricalOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto categorical = cast<CategoricalOp>(op);
    Value logits = step.getTensor(categorical.getLogits());
    Dims dims = step.getDims(logits);
    Dims rows(ArrayRef(dims).drop_back());
    APFloat lowest =
        APFloat::getInf(step.getType().getFloatSemantics(), /*Negative=*/true);
    step.setWord("softmax");
    Value maximum =
        step.reduce({{logits, dims}}, FloatAttr::get(step.getType(), lowest),
                    rows, [](ScalarBuilder &scalars, ValueRange elements) {
                      return scalars.max(elements[1], elements[0]);
                    });
    Value exponentials =
        step.map({{logits, dims}, {maximum, rows}}, dims,
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.exp(scalars.sub(elements[0], elements[1]));
                 });
    Value sum = step.sum(
        {{exponentials, dims}}, rows,
        [](ScalarBuilder &, ValueRange elements) { return elements[0]; });
    step.nameResults(maximum, {"maximum"});
    step.nameResults(exponentials, {"exponentials"});
    step.nameResults(sum, {"sum"});
    step.set(categorical.getResult(), {logits, maximum, exponentials, sum});
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto categorical = cast<CategoricalOp>(op);
    if (step.isLearned(categorical.getLogits()))
      step.addAdjoint(categorical.getLogits(),
                      step.getAdjoint(categorical.getResult()));
  }
};

struct NLLModel : DifferentiableOpInterface::ExternalModel<NLLModel, NLLOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto nll = cast<NLLOp>(op);
    if (isa<CategoricalType>(nll.getLikelihood().getType()))
      return buildCategoricalForward(nll, step);
    buildNormalForward(nll, step);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto nll = cast<NLLOp>(op);
    if (!step.isInLoss(nll.getResult()))
      return;
    if (isa<CategoricalType>(nll.getLikelihood().getType()))
      return buildCategoricalBackward(nll, step);
    buildNormalBackward(nll, step);
  }

private:
  static Value isLabel(ScalarBuilder &scalars, StringRef classes, Value label) {
    return scalars.compare(arith::CmpIPredicate::eq, scalars.index(classes),
                           label);
  }

  static void buildCategoricalForward(NLLOp nll, StepBuilder &step) {
    ArrayRef<Value> tensors = step.get(nll.getLikelihood());
    Value logits = tensors[0], maximum = tensors[1], sum = tensors[3];
    Value labels = step.getTensor(nll.getTarget());
    Dims dims = step.getDims(logits);
    Dims rows(ArrayRef(dims).drop_back());
    int64_t samples = step.getNumSamples(logits);

    step.setWord("cross-entropy");
    Value chosen = step.sum({{logits, dims}, {labels, {dims::kRows}}}, rows,
                            [&](ScalarBuilder &scalars, ValueRange elements) {
                              return scalars.select(
                                  isLabel(scalars, dims.back(), elements[1]),
                                  elements[0], scalars.constant(0.0));
                            });
    Value nats = step.meanOverSamples(
        {{maximum, rows}, {sum, rows}, {chosen, rows}}, samples,
        [](ScalarBuilder &scalars, ValueRange elements) {
          return scalars.add(scalars.log(elements[1]),
                             scalars.sub(elements[0], elements[2]));
        });

    IntegerAttr noClass = step.getBuilder().getI32IntegerAttr(
        std::numeric_limits<int32_t>::max());
    step.setWord("error");
    Value first = step.reduce(
        {{logits, dims}, {maximum, rows}}, noClass, rows,
        [&](ScalarBuilder &scalars, ValueRange elements) -> Value {
          Value isLargest = scalars.compare(arith::CmpFPredicate::OEQ,
                                            elements[0], elements[1]);
          Value candidate = scalars.select(
              isLargest, scalars.index(dims.back()), elements[2]);
          return arith::MinSIOp::create(scalars.getBuilder(), scalars.getLoc(),
                                        elements[2], candidate);
        });
    Value error = step.meanOverSamples(
        {{first, rows}, {labels, {dims::kRows}}}, samples,
        [](ScalarBuilder &scalars, ValueRange elements) {
          Value isWrong = scalars.compare(arith::CmpIPredicate::ne, elements[0],
                                          elements[1]);
          return scalars.select(isWrong, scalars.constant(1.0),
                                scalars.constant(0.0));
        });
    step.set(nll.getResult(), {nats, error});
  }

  static void buildCategoricalBackward(NLLOp nll, StepBuilder &step) {
    Value exponentials = step.get(nll.getLikelihood())[2];
    step.setWord("cross-entropy'");
    Value inverse = buildInverseSum(step, nll.getLikelihood());
    Value labels = step.getTensor(nll.getTarget());
    Dims dims = step.getDims(exponentials);
    Dims rows(ArrayRef(dims).drop_back());
    Value adjoint = step.map(
        {{exponentials, dims}, {inverse, rows}, {labels, {dims::kRows}}}, dims,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value probability = scalars.mul(elements[0], elements[1]);
          Value target =
              scalars.select(isLabel(scalars, dims.back(), elements[2]),
                             scalars.constant(1.0), scalars.constant(0.0));
          return step.weigh(scalars, nll.getResult(),
                            scalars.sub(probability, target),
                            step.getNumSamples(exponentials));
        });
    step.nameResults(adjoint, {"dlogits"});
    step.addAdjoint(nll.getLikelihood(), adjoint);
  }

  /// The standard deviation s of a normal likelihood: a constant, or given by a
  /// parameter that is log s.
  struct Noise {
    Noise(NLLOp nll, StepBuilder &step) {
      auto normal = nll.getLikelihood().getDefiningOp<NormalOp>();
      logarithm = std::log(normal.getNoise()->convertToDouble());
      if (!normal.getNoiseNameAttr())
        return;
      parameter = normal.getParameters().front().name;
      tensor = step.getParameter(parameter);
    }

    /// The inputs of a loop over s: the mean, the target, and the parameter if
    /// there is one.
    SmallVector<Access> getInputs(StepBuilder &step, Value mean,
                                  Value target) const {
      Dims dims = step.getDims(mean);
      SmallVector<Access> inputs = {{mean, dims},
                                    {target, {dims::kRows, dims.back()}}};
      if (tensor)
        inputs.emplace_back(tensor, Dims());
      return inputs;
    }

    /// Returns log s and 1 / s^2 in the body of a loop over these inputs.
    std::pair<Value, Value> get(ScalarBuilder &scalars,
                                ValueRange elements) const {
      if (!tensor)
        return {scalars.constant(logarithm),
                scalars.constant(std::exp(-2 * logarithm))};
      Value log = elements[2];
      return {log, scalars.exp(scalars.mul(log, -2.0))};
    }

    double logarithm = 0;
    std::string parameter;
    Value tensor;
  };

  static void buildNormalForward(NLLOp nll, StepBuilder &step) {
    Noise noise(nll, step);
    Value mean = step.getTensor(nll.getLikelihood());
    Value target = step.getTensor(nll.getTarget());
    Dims dims = step.getDims(mean);
    double part = 1.0 / step.getNumSamples(mean);

    step.setWord("squared error");
    Value error = step.sum(
        {{mean, dims}, {target, {dims::kRows, dims.back()}}}, {dims::kRows},
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value square = scalars.square(scalars.sub(elements[0], elements[1]));
          return part == 1.0 ? square : scalars.mul(square, part);
        });
    step.setWord("nll");
    Value nats = step.sum(
        noise.getInputs(step, mean, target), {dims::kRows},
        [&](ScalarBuilder &scalars, ValueRange elements) {
          auto [log, precision] = noise.get(scalars, elements);
          Value square = scalars.square(scalars.sub(elements[0], elements[1]));
          Value half = scalars.mul(scalars.mul(square, precision), 0.5);
          Value constant =
              scalars.add(log, 0.5 * std::log(2 * llvm::numbers::pi));
          Value value = scalars.add(half, constant);
          return part == 1.0 ? value : scalars.mul(value, part);
        });
    step.set(nll.getResult(), {nats, error});
  }

  static void buildNormalBackward(NLLOp nll, StepBuilder &step) {
    Noise noise(nll, step);
    Value mean = step.getTensor(nll.getLikelihood());
    Value target = step.getTensor(nll.getTarget());
    Value term = nll.getResult();
    Dims dims = step.getDims(mean);
    int64_t samples = step.getNumSamples(mean);

    Value adjoint = step.map(
        noise.getInputs(step, mean, target), dims,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value precision = noise.get(scalars, elements).second;
          Value difference = scalars.sub(elements[0], elements[1]);
          return step.weigh(scalars, term, scalars.mul(difference, precision),
                            samples);
        });
    step.nameResults(adjoint, {"dmean"});
    step.addAdjoint(nll.getLikelihood(), adjoint);
    if (!noise.tensor)
      return;

    StringAttr label = step.getLabel();
    step.setLabel(step.getBuilder().getStringAttr(noise.parameter + ".grad"));
    step.defer([&step, noise, term, mean, target, samples] {
      // d nll / d log s = 1 - d^2 / s^2.
      Value gradient =
          step.sum(noise.getInputs(step, mean, target), {},
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     Value precision = noise.get(scalars, elements).second;
                     Value square =
                         scalars.square(scalars.sub(elements[0], elements[1]));
                     Value slope = scalars.sub(scalars.constant(1.0),
                                               scalars.mul(square, precision));
                     return step.weigh(scalars, term, slope, samples);
                   });
      step.setGradient(noise.parameter, gradient);
    });
    step.setLabel(label);
  }
};

/// The loss is the mean over the batch of nll + beta * rate.
struct LossModel : DifferentiableOpInterface::ExternalModel<LossModel, LossOp> {
  void buildForward(Operation *, StepBuilder &) const {}

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto loss = cast<LossOp>(op);
    step.setTermScale(loss.getNll(), Value());
    if (loss.getRate())
      step.setTermScale(loss.getRate(), step.getScalar("beta"));
  }
};

} // namespace

Value vib::buildPrediction(StepBuilder &step, Value likelihood) {
  ArrayRef<Value> tensors = step.get(likelihood);
  if (!isa<CategoricalType>(likelihood.getType()))
    return tensors.front();
  Value inverse = buildInverseSum(step, likelihood);
  Dims dims = step.getDims(tensors[2]);
  Dims rows(ArrayRef(dims).drop_back());
  return step.map({{tensors[2], dims}, {inverse, rows}}, dims,
                  [](ScalarBuilder &scalars, ValueRange elements) {
                    return scalars.mul(elements[0], elements[1]);
                  });
}

void vib::registerLikelihoodModels(MLIRContext *context) {
  CategoricalOp::attachInterface<CategoricalModel>(*context);
  NLLOp::attachInterface<NLLModel>(*context);
  LossOp::attachInterface<LossModel>(*context);
}
