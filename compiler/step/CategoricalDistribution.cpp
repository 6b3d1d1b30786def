//===- CategoricalDistribution.cpp - The step of classes ------------------===//
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
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "llvm/ADT/APFloat.h"

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

static Value isLabel(ScalarBuilder &scalars, StringRef classes, Value label) {
  return scalars.compare(arith::CmpIPredicate::eq, scalars.index(classes),
                         label);
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

struct CategoricalDistribution
    : DistributionModelInterface::ExternalModel<CategoricalDistribution,
                                                CategoricalType> {
  SmallVector<Value> fromStatistics(Type, StepBuilder &,
                                    ValueRange statistics) const {
    return llvm::to_vector(statistics);
  }

  SmallVector<Value> getStatisticTensors(Type, ArrayRef<Value> tensors) const {
    return {tensors[0]};
  }

  Value buildMean(Type, StepBuilder &step, Value value) const {
    Value exponentials = step.get(value)[2];
    Value inverse = buildInverseSum(step, value);
    Dims dims = step.getDims(exponentials), rows = step.getDims(inverse);
    return step.map({{exponentials, dims}, {inverse, rows}}, dims,
                    [](ScalarBuilder &scalars, ValueRange elements) {
                      return scalars.mul(elements[0], elements[1]);
                    });
  }

  void buildLogDensity(Type, StepBuilder &step, NLLOp nll) const {
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

  void pullLogDensity(Type, StepBuilder &step, NLLOp nll) const {
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
};

} // namespace

void vib::registerCategoricalDistribution(MLIRContext *context) {
  CategoricalOp::attachInterface<CategoricalModel>(*context);
  CategoricalType::attachInterface<CategoricalDistribution>(*context);
}
