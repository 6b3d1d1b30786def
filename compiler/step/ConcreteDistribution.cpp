//===- ConcreteDistribution.cpp - The step of categorical posteriors ------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A posterior of groups of classes is represented by the logarithms t of its
// probabilities. With the maximum m and the sum s of exp(logit - m) of each
// group,
//
//   t = (logit - m) - log s
//
// so that neither t nor a product with exp(t) over- or underflows. With Gumbel
// noise g and the temperature T, y = t + g, and the maximum n of y in a group,
//
//   training      z = w / (sum of w),  w = exp((y - n) / T)
//   evaluation    z = 1 at the first class with y = n, 0 at the others
//   at the mean   z = exp(t)
//   rate          sum over the groups of r,  r = sum of exp(t) (t + log C)
//
// The adjoint of the posterior is that of the logits. A change of all logits of
// a group by one number changes neither z nor t, so the derivatives are
//
//   of the sample   z (dz - sum of z dz) / T
//   of the rate     exp(t) (t + log C - r)
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/Images.h"
#include "compiler/step/Noise.h"
#include <cmath>

using namespace mlir;
using namespace vib;

/// A flat tensor with the dimensions groups and classes in place of its last.
static Value splitGroups(StepBuilder &step, Value flat, ConcreteType type) {
  Dims names = step.getDims(flat);
  names.back() = dims::kGroups;
  names.push_back(dims::kClasses);
  Value split =
      unflattenExamples(step, flat, {type.getGroups(), type.getClasses()},
                        /*channelsFirst=*/false);
  step.setDims(split, names);
  return split;
}

/// The reverse.
static Value joinGroups(StepBuilder &step, Value split) {
  Dims names = step.getDims(split);
  names.pop_back();
  names.back() = dims::kLatents;
  Value flat = flattenExamples(step, split, /*channelsFirst=*/false);
  step.setDims(flat, names);
  return flat;
}

static Dims withoutClasses(ArrayRef<StringRef> dims) {
  return Dims(dims.drop_back());
}

static Value buildMaximum(StepBuilder &step, Value tensor) {
  Dims dims = step.getDims(tensor);
  return step.maximum({tensor, dims}, withoutClasses(dims));
}

/// The sum over the classes of each group of what `body` returns.
static Value sumOverClasses(StepBuilder &step, ArrayRef<Value> tensors,
                            LinalgBuilder::ScalarFunction body) {
  SmallVector<Access> inputs;
  for (Value tensor : tensors)
    inputs.emplace_back(tensor, step.getDims(tensor));
  return step.sum(inputs, withoutClasses(step.getDims(tensors.front())), body);
}

static double getLogClasses(Value posterior) {
  auto type = cast<ConcreteType>(posterior.getType());
  return std::log(double(type.getClasses()));
}

namespace {

struct ConcreteModel
    : DifferentiableOpInterface::ExternalModel<ConcreteModel, ConcreteOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto concrete = cast<ConcreteOp>(op);
    Value logits = splitGroups(step, step.getTensor(concrete.getLogits()),
                               concrete.getType());
    Dims dims = step.getDims(logits), groups = withoutClasses(dims);
    step.setWord("softmax");
    Value maximum = buildMaximum(step, logits);
    Value sum =
        step.sum({{logits, dims}, {maximum, groups}}, groups,
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.exp(scalars.sub(elements[0], elements[1]));
                 });
    Value log = step.map({{sum, groups}}, groups,
                         [](ScalarBuilder &scalars, ValueRange elements) {
                           return scalars.log(elements[0]);
                         });
    Value t =
        step.map({{logits, dims}, {maximum, groups}, {log, groups}}, dims,
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.sub(scalars.sub(elements[0], elements[1]),
                                      elements[2]);
                 });
    step.nameResults(t, {"log_probabilities"});
    SmallVector<Value> tensors = {t};
    if (!step.isTraining())
      tensors.push_back(joinGroups(step, t));
    step.set(concrete.getResult(), tensors);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto concrete = cast<ConcreteOp>(op);
    if (!step.isLearned(concrete.getLogits()))
      return;
    Value flat =
        joinGroups(step, step.getAdjoint(concrete.getResult()).front());
    step.nameResults(flat, {"dlogits"});
    step.addAdjoint(concrete.getLogits(), flat);
  }
};

struct ConcreteDistribution
    : DistributionModelInterface::ExternalModel<ConcreteDistribution,
                                                ConcreteType> {
  SmallVector<Value> fromStatistics(Type type, StepBuilder &step,
                                    ValueRange statistics) const {
    return {splitGroups(step, statistics[0], cast<ConcreteType>(type)),
            statistics[0]};
  }

  SmallVector<Value> getStatisticTensors(Type, ArrayRef<Value> tensors) const {
    return {tensors[1]};
  }

  Value buildMean(Type, StepBuilder &step, Value value) const {
    Value t = step.getTensor(value);
    Dims dims = step.getDims(t);
    return joinGroups(step,
                      step.map({{t, dims}}, dims,
                               [](ScalarBuilder &scalars, ValueRange elements) {
                                 return scalars.exp(elements[0]);
                               }));
  }

  void buildSample(Type, StepBuilder &step, ReparameterizeOp sample) const {
    step.setWord("noise");
    Value noisy = buildNoisy(step, sample);
    step.setWord("sample");
    Value maximum = buildMaximum(step, noisy);
    Value z = step.isTraining() ? buildRelaxed(step, sample, noisy, maximum)
                                : buildClasses(step, sample, noisy, maximum);
    if (step.isTraining())
      step.setResiduals(sample, z);
    step.set(sample.getResult(), joinGroups(step, z));
  }

  void pullSample(Type, StepBuilder &step, ReparameterizeOp sample) const {
    Value z = step.getResiduals(sample).front();
    step.setWord("sample'");
    Value dz =
        splitGroups(step, step.getAdjoint(sample.getResult()).front(),
                    cast<ConcreteType>(sample.getDistribution().getType()));
    Value mean = sumOverClasses(
        step, {z, dz},
        [](ScalarBuilder &scalars, ValueRange elements) -> Value {
          return scalars.mul(elements[0], elements[1]);
        });
    auto slope = [&](ScalarBuilder &scalars, ValueRange elements) {
      Value distance = scalars.sub(elements[1], elements[2]);
      return scalars.div(scalars.mul(elements[0], distance),
                         getTemperature(step, scalars, sample));
    };
    Dims dims = step.getDims(z), rest(dims);
    SmallVector<Access> inputs = {
        {z, dims}, {dz, dims}, {mean, withoutClasses(dims)}};
    // The adjoint of the posterior has no samples.
    llvm::erase(rest, dims::kSamples);
    Value dt = rest == dims ? step.map(inputs, dims, slope)
                            : step.sum(inputs, rest, slope);
    step.nameResults(dt, {"dt"});
    step.addAdjoint(sample.getDistribution(), dt);
  }

  void buildDivergence(Type, StepBuilder &step, KLOp kl) const {
    double log = getLogClasses(kl.getPosterior());
    Value each =
        sumOverClasses(step, step.getTensor(kl.getPosterior()),
                       [&](ScalarBuilder &scalars, ValueRange elements) {
                         return scalars.mul(scalars.exp(elements[0]),
                                            scalars.add(elements[0], log));
                       });
    Value rate = step.sum({{each, step.getDims(each)}}, {dims::kRows},
                          [](ScalarBuilder &, ValueRange elements) -> Value {
                            return elements[0];
                          });
    step.set(kl.getResult(), {rate, each});
  }

  void pullDivergence(Type, StepBuilder &step, KLOp kl) const {
    Value t = step.getTensor(kl.getPosterior());
    Value each = step.get(kl.getResult())[1];
    double log = getLogClasses(kl.getPosterior());
    Dims dims = step.getDims(t);
    Value dt = step.map({{t, dims}, {each, step.getDims(each)}}, dims,
                        [&](ScalarBuilder &scalars, ValueRange elements) {
                          Value distance = scalars.sub(
                              scalars.add(elements[0], log), elements[1]);
                          Value slope =
                              scalars.mul(scalars.exp(elements[0]), distance);
                          return step.weigh(scalars, kl.getResult(), slope);
                        });
    step.nameResults(dt, {"dt"});
    step.addAdjoint(kl.getPosterior(), dt);
  }

private:
  /// t + g, in training for each sample.
  static Value buildNoisy(StepBuilder &step, ReparameterizeOp sample) {
    auto type = cast<ConcreteType>(sample.getDistribution().getType());
    Value t = step.getTensor(sample.getDistribution());
    Dims dims = step.getDims(t), results(dims);
    SmallVector<int64_t> shape(cast<RankedTensorType>(t.getType()).getShape());
    if (step.isTraining() && sample.getSamples() > 1) {
      results.insert(results.begin(), dims::kSamples);
      shape.insert(shape.begin(), sample.getSamples());
    }
    return step
        .generic({{t, dims}}, Access(step.empty(shape), results),
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value first = arith::MulIOp::create(
                       scalars.getBuilder(), scalars.getLoc(),
                       scalars.index(dims::kGroups),
                       scalars.integer(int32_t(type.getClasses())));
                   Value element = arith::AddIOp::create(
                       scalars.getBuilder(), scalars.getLoc(), first,
                       scalars.index(dims::kClasses));
                   Value noise = buildNoise(step, scalars, sample, element,
                                            NoisePurpose::TrainGumbel,
                                            NoisePurpose::EvaluateGumbel);
                   return SmallVector<Value>{scalars.add(elements[0], noise)};
                 })
        .front();
  }

  static Value getTemperature(StepBuilder &step, ScalarBuilder &scalars,
                              ReparameterizeOp sample) {
    auto concrete = sample.getDistribution().getDefiningOp<ConcreteOp>();
    CoefficientAttr temperature = concrete.getTemperature();
    Value value = step.getCoefficient(temperature.getName());
    return value ? value
                 : scalars.constant(temperature.getValue().getValueAsDouble());
  }

  static Value buildRelaxed(StepBuilder &step, ReparameterizeOp sample,
                            Value noisy, Value maximum) {
    Dims dims = step.getDims(noisy), groups = withoutClasses(dims);
    Value powers =
        step.map({{noisy, dims}, {maximum, groups}}, dims,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value distance = scalars.sub(elements[0], elements[1]);
                   return scalars.exp(scalars.div(
                       distance, getTemperature(step, scalars, sample)));
                 });
    Value sum =
        sumOverClasses(step, powers, [](ScalarBuilder &, ValueRange elements) {
          return elements[0];
        });
    Value z = step.map({{powers, dims}, {sum, groups}}, dims,
                       [](ScalarBuilder &scalars, ValueRange elements) {
                         return scalars.div(elements[0], elements[1]);
                       });
    step.nameResults(z, {"z"});
    return z;
  }

  /// The class that is drawn, or at the mean the probabilities.
  static Value buildClasses(StepBuilder &step, ReparameterizeOp sample,
                            Value noisy, Value maximum) {
    Value t = step.getTensor(sample.getDistribution());
    Dims dims = step.getDims(noisy), groups = withoutClasses(dims);
    IntegerAttr noClass = step.getBuilder().getI32IntegerAttr(
        std::numeric_limits<int32_t>::max());
    Value first = step.reduce(
        {{noisy, dims}, {maximum, groups}}, noClass, groups,
        [](ScalarBuilder &scalars, ValueRange elements) -> Value {
          Value isLargest = scalars.compare(arith::CmpFPredicate::OEQ,
                                            elements[0], elements[1]);
          Value candidate = scalars.select(
              isLargest, scalars.index(dims::kClasses), elements[2]);
          return arith::MinSIOp::create(scalars.getBuilder(), scalars.getLoc(),
                                        elements[2], candidate);
        });
    Value z = step.map(
        {{t, dims}, {first, groups}, {maximum, groups}}, dims,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value isDrawn = scalars.compare(arith::CmpIPredicate::eq, elements[1],
                                          scalars.index(dims::kClasses));
          // No class is drawn from what is not a number.
          Value isNaN = scalars.compare(arith::CmpFPredicate::UNO, elements[2],
                                        elements[2]);
          Value other =
              scalars.select(isNaN, elements[2], scalars.constant(0.0));
          Value drawn = scalars.select(isDrawn, scalars.constant(1.0), other);
          Value isMean = isMeanWanted(step, scalars);
          return scalars.select(isMean, scalars.exp(elements[0]), drawn);
        });
    step.nameResults(z, {"z"});
    return z;
  }
};

} // namespace

void vib::registerConcreteDistribution(MLIRContext *context) {
  ConcreteOp::attachInterface<ConcreteModel>(*context);
  ConcreteType::attachInterface<ConcreteDistribution>(*context);
}
