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
// With the probabilities p = exponential / sum and d = logit - maximum,
//
//   entropy = log(sum) - p . d
//   d entropy / d logits = p (p . d - d)
//
// With the smoothing e of C classes, their weights w (1 without them) and
// W = sum of w, training minimizes, in place of the mean of nll,
//
//   the sum of (1 - e) w_label nll + e / C (W (log(sum) + maximum) - logits .
//   w)
//
// divided by the sum of w_label over the rows of the batch.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/OneStatistic.h"

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

/// The weight of the class with this index: a choice among numbers, of which
/// the verifier limits the count.
static Value getClassWeight(ScalarBuilder &scalars, NLLOp nll, Value index) {
  std::optional<ArrayRef<double>> weights = nll.getWeights();
  if (!weights)
    return scalars.constant(1.0);
  Value weight = scalars.constant(weights->front());
  for (auto [i, other] : llvm::enumerate(weights->drop_front())) {
    Value isOther = scalars.compare(arith::CmpIPredicate::eq, index,
                                    scalars.integer(int32_t(i) + 1));
    weight = scalars.select(isOther, scalars.constant(other), weight);
  }
  return weight;
}

/// e / C, and the sum of the weights of the classes.
static std::pair<double, double> getSmoothing(NLLOp nll) {
  int64_t classes = nll.getLikelihood().getType().getNumClasses();
  double smoothing =
      nll.getSmoothing() ? nll.getSmoothing()->convertToDouble() : 0;
  double sum = double(classes);
  if (std::optional<ArrayRef<double>> weights = nll.getWeights())
    sum = llvm::sum_of(*weights, 0.0);
  return {smoothing / double(classes), sum};
}

static Value isLabel(ScalarBuilder &scalars, StringRef classes, Value label) {
  return scalars.compare(arith::CmpIPredicate::eq, scalars.index(classes),
                         label);
}

namespace {

struct CategoricalModel : OneStatisticOp<CategoricalModel, CategoricalOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto categorical = cast<CategoricalOp>(op);
    Value logits = step.getTensor(categorical.getLogits());
    Dims dims = step.getDims(logits);
    Dims rows(ArrayRef(dims).drop_back());
    step.setWord("softmax");
    Value maximum = step.maximum({logits, dims}, rows);
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
};

struct CategoricalDistribution
    : OneStatisticDistribution<CategoricalDistribution, CategoricalType> {
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
    SmallVector<Value> results = {nats, error};
    if (nll.hasObjective())
      buildObjective(step, nll, chosen, results);
    step.set(nll.getResult(), results);
  }

  /// Appends what training minimizes of each row, and if classes have weights
  /// that of its label, over whose sum the mean is taken.
  static void buildObjective(StepBuilder &step, NLLOp nll, Value chosen,
                             SmallVectorImpl<Value> &results) {
    ArrayRef<Value> tensors = step.get(nll.getLikelihood());
    Value logits = tensors[0], maximum = tensors[1], sum = tensors[3];
    Value labels = step.getTensor(nll.getTarget());
    Dims dims = step.getDims(logits), rows(ArrayRef(dims).drop_back());
    auto [part, total] = getSmoothing(nll);
    step.setWord("objective");
    Value weights;
    if (nll.getWeights())
      weights = step.map({{labels, {dims::kRows}}}, {dims::kRows},
                         [&](ScalarBuilder &scalars, ValueRange elements) {
                           return getClassWeight(scalars, nll, elements[0]);
                         });
    SmallVector<Access> inputs = {{maximum, rows}, {sum, rows}, {chosen, rows}};
    if (part != 0)
      inputs.emplace_back(
          step.sum({{logits, dims}}, rows,
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     return scalars.mul(
                         elements[0],
                         getClassWeight(scalars, nll,
                                        scalars.index(dims.back())));
                   }),
          rows);
    if (weights)
      inputs.emplace_back(weights, ArrayRef<StringRef>{dims::kRows});
    double kept = 1 - part * double(step.getExtent(logits, dims.back()));
    results.push_back(step.meanOverSamples(
        inputs, step.getNumSamples(logits),
        [&, part = part, total = total](ScalarBuilder &scalars,
                                        ValueRange elements) {
          Value peak = scalars.add(scalars.log(elements[1]), elements[0]);
          Value value = scalars.mul(scalars.sub(peak, elements[2]), kept);
          if (weights)
            value = scalars.mul(value, elements[inputs.size() - 1]);
          if (part == 0)
            return value;
          Value all = scalars.sub(scalars.mul(peak, total), elements[3]);
          return scalars.add(value, scalars.mul(all, part));
        }));
    if (!weights)
      return;
    results.push_back(weights);
    if (!step.isTraining())
      return;
    step.setDivisor(nll.getResult(),
                    step.sum({{weights, {dims::kRows}}}, {},
                             [&](ScalarBuilder &scalars, ValueRange elements) {
                               return step.maskRows(scalars, elements[0]);
                             }));
  }

  void pullLogDensity(Type, StepBuilder &step, NLLOp nll) const {
    Value exponentials = step.get(nll.getLikelihood())[2];
    step.setWord("cross-entropy'");
    Value inverse = buildInverseSum(step, nll.getLikelihood());
    Value labels = step.getTensor(nll.getTarget());
    Dims dims = step.getDims(exponentials);
    Dims rows(ArrayRef(dims).drop_back());
    SmallVector<Access> inputs = {
        {exponentials, dims}, {inverse, rows}, {labels, {dims::kRows}}};
    if (nll.getWeights())
      inputs.emplace_back(step.get(nll.getResult())[3],
                          ArrayRef<StringRef>{dims::kRows});
    auto [part, total] = getSmoothing(nll);
    Value adjoint = step.map(
        inputs, dims,
        [&, part = part, total = total](ScalarBuilder &scalars,
                                        ValueRange elements) {
          Value probability = scalars.mul(elements[0], elements[1]);
          Value target =
              scalars.select(isLabel(scalars, dims.back(), elements[2]),
                             scalars.constant(1.0), scalars.constant(0.0));
          Value slope = scalars.sub(probability, target);
          if (part != 0)
            slope = scalars.mul(
                slope,
                1 - part * double(step.getExtent(exponentials, dims.back())));
          if (nll.getWeights())
            slope = scalars.mul(slope, elements[3]);
          if (part != 0) {
            Value weight =
                getClassWeight(scalars, nll, scalars.index(dims.back()));
            Value all = scalars.sub(scalars.mul(probability, total), weight);
            slope = scalars.add(slope, scalars.mul(all, part));
          }
          return step.weigh(scalars, nll.getResult(), slope,
                            step.getNumSamples(exponentials));
        });
    step.nameResults(adjoint, {"dlogits"});
    step.addAdjoint(nll.getLikelihood(), adjoint);
  }

  void buildEntropy(Type, StepBuilder &step, EntropyOp entropy) const {
    ArrayRef<Value> tensors = step.get(entropy.getLikelihood());
    Value logits = tensors[0], maximum = tensors[1], exponentials = tensors[2],
          sum = tensors[3];
    Dims dims = step.getDims(logits), rows = step.getDims(sum);
    step.setWord("entropy");
    Value product =
        step.sum({{exponentials, dims}, {logits, dims}, {maximum, rows}}, rows,
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.mul(elements[0],
                                      scalars.sub(elements[1], elements[2]));
                 });
    Value mean = step.map({{product, rows}, {sum, rows}}, rows,
                          [](ScalarBuilder &scalars, ValueRange elements) {
                            return scalars.div(elements[0], elements[1]);
                          });
    step.setResiduals(entropy, mean);
    step.set(entropy.getResult(),
             step.meanOverSamples(
                 {{sum, rows}, {mean, rows}}, step.getNumSamples(logits),
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.sub(scalars.log(elements[0]), elements[1]);
                 }));
  }

  void pullEntropy(Type, StepBuilder &step, EntropyOp entropy) const {
    ArrayRef<Value> tensors = step.get(entropy.getLikelihood());
    Value logits = tensors[0], maximum = tensors[1], exponentials = tensors[2];
    Value mean = step.getResiduals(entropy).front();
    step.setWord("entropy'");
    Value inverse = buildInverseSum(step, entropy.getLikelihood());
    Dims dims = step.getDims(logits), rows = step.getDims(maximum);
    Value adjoint =
        step.map({{exponentials, dims},
                  {inverse, rows},
                  {logits, dims},
                  {maximum, rows},
                  {mean, rows}},
                 dims, [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value probability = scalars.mul(elements[0], elements[1]);
                   Value distance = scalars.sub(elements[2], elements[3]);
                   Value slope = scalars.mul(
                       probability, scalars.sub(elements[4], distance));
                   return step.weigh(scalars, entropy.getResult(), slope,
                                     step.getNumSamples(logits));
                 });
    step.nameResults(adjoint, {"dlogits.entropy"});
    step.addAdjoint(entropy.getLikelihood(), adjoint);
  }
};

} // namespace

void vib::registerCategoricalDistribution(MLIRContext *context) {
  CategoricalOp::attachInterface<CategoricalModel>(*context);
  CategoricalType::attachInterface<CategoricalDistribution>(*context);
}
