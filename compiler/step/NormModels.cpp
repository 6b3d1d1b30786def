//===- NormModels.cpp - The step of normalizations and dropout --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With n numbers over which a normalization takes its mean and its variance,
//
//   u = (x - mean) r,  r = 1 / sqrt(variance + eps),  y = u weight + bias
//   g = dy weight
//   dx = r (g - sum(g) / n - u sum(g u) / n)
//
// For a batch normalization the weight is the same in all summands, so that the
// sums are weight dbias and weight dweight. The variance is the mean of the
// squared distances from the mean, in a second pass: the difference of the
// means of x^2 and of mean^2 would cancel. The backward pass computes u again
// from x, which is in memory anyway.
//
// Rows beyond the valid ones take no part in the statistics of a batch. Their
// dy is 0, and their dx has to be 0, too.
//
// Running statistics do not depend on x, so that dx = r g. A training step
// normalizes pseudo-inputs by those from before the step: it moves them when
// the forward pass is complete. The backward pass of pseudo-inputs reads u in
// place of x and the mean, which may have been moved by then.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "dialect/Vib.h"
#include "dialect/VibNumbers.h"

using namespace mlir;
using namespace vib;

static Value getParameter(StepBuilder &step, ArrayRef<Parameter> parameters,
                          unsigned index) {
  return step.getParameter(parameters[index].name);
}

/// (x - mean) r.
static Value normalize(ScalarBuilder &scalars, Value x, Value mean, Value r) {
  return scalars.mul(scalars.sub(x, mean), r);
}

static Value getInverseRoot(ScalarBuilder &scalars, Value variance,
                            double epsilon) {
  return scalars.div(scalars.constant(1.0),
                     scalars.sqrt(scalars.add(variance, epsilon)));
}

/// y = u weight + bias; `statistics` are the dimensions of the mean and of r.
static Value buildResult(StepBuilder &step, Value x, Value mean, Value r,
                         const Dims &statistics,
                         ArrayRef<Parameter> parameters) {
  Dims dims = step.getDims(x), features = {dims.back()};
  return step.map({{x, dims},
                   {mean, statistics},
                   {r, statistics},
                   {getParameter(step, parameters, 0), features},
                   {getParameter(step, parameters, 1), features}},
                  dims, [](ScalarBuilder &scalars, ValueRange elements) {
                    Value u = normalize(scalars, elements[0], elements[1],
                                        elements[2]);
                    return scalars.fma(u, elements[3], elements[4]);
                  });
}

/// The gradients of the weight and the bias; `getU` computes u from `inputs`.
static std::pair<Value, Value>
buildGradients(StepBuilder &step, Value dy, ArrayRef<Access> inputs,
               LinalgBuilder::ScalarFunction getU) {
  Dims dims = step.getDims(dy), features = {dims.back()};
  SmallVector<Access> factors = {{dy, dims}};
  llvm::append_range(factors, inputs);
  step.setWord("weight gradient");
  Value weight = step.sum(
      factors, features, [&](ScalarBuilder &scalars, ValueRange elements) {
        return scalars.mul(elements[0], getU(scalars, elements.drop_front()));
      });
  step.setWord("bias gradient");
  Value bias = step.sum({{dy, dims}}, features,
                        [](ScalarBuilder &, ValueRange elements) -> Value {
                          return elements[0];
                        });
  return {weight, bias};
}

/// The same of u that is computed from x again.
static std::pair<Value, Value> buildGradients(StepBuilder &step, Value x,
                                              Value dy, Value mean, Value r,
                                              const Dims &statistics) {
  return buildGradients(
      step, dy, {{x, step.getDims(x)}, {mean, statistics}, {r, statistics}},
      [](ScalarBuilder &scalars, ValueRange elements) {
        return normalize(scalars, elements[0], elements[1], elements[2]);
      });
}

/// r of a running variance.
static Value buildRunningRoot(StepBuilder &step, Value variance,
                              const Dims &features, double epsilon) {
  step.setWord("batch norm");
  return step.map({{variance, features}}, features,
                  [&](ScalarBuilder &scalars, ValueRange elements) {
                    return getInverseRoot(scalars, elements[0], epsilon);
                  });
}

/// dx of running statistics.
static Value buildRunningGradient(StepBuilder &step, Value weight, Value dy,
                                  Value r) {
  Dims dims = step.getDims(dy), features = {dims.back()};
  step.setWord("batch norm'");
  return step.map({{dy, dims}, {r, features}, {weight, features}}, dims,
                  [](ScalarBuilder &scalars, ValueRange elements) {
                    Value factor = scalars.mul(elements[1], elements[2]);
                    return scalars.mul(elements[0], factor);
                  });
}

template <typename OpTy>
static StringAttr getLabel(OpTy op, StringRef suffix = "") {
  return StringAttr::get(op.getContext(), op.getName() + suffix);
}

namespace {

/// The statistics are those of an example's last dimension, [rows, …].
struct LayerNormModel
    : DifferentiableOpInterface::ExternalModel<LayerNormModel, LayerNormOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto norm = cast<LayerNormOp>(op);
    step.setLabel(getLabel(norm));
    Value x = step.getShaped(norm.getInput());
    Dims dims = step.getDims(x), outer(ArrayRef(dims).drop_back());
    double n = step.getExtent(x, dims.back());

    step.setWord("mean");
    Value sum = step.sum({{x, dims}}, outer,
                         [](ScalarBuilder &, ValueRange elements) -> Value {
                           return elements[0];
                         });
    Value mean = step.map({{sum, outer}}, outer,
                          [&](ScalarBuilder &scalars, ValueRange elements) {
                            return scalars.mul(elements[0], 1 / n);
                          });
    step.setWord("variance");
    Value squares =
        step.sum({{x, dims}, {mean, outer}}, outer,
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.square(scalars.sub(elements[0], elements[1]));
                 });
    Value r = step.map({{squares, outer}}, outer,
                       [&](ScalarBuilder &scalars, ValueRange elements) {
                         return getInverseRoot(scalars,
                                               scalars.mul(elements[0], 1 / n),
                                               norm.getEps().convertToDouble());
                       });
    step.setWord("layer norm");
    step.set(norm.getResult(),
             buildResult(step, x, mean, r, outer, norm.getParameters()));
    step.setResiduals(op, {x, mean, r});
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto norm = cast<LayerNormOp>(op);
    ArrayRef<Value> residuals = step.getResiduals(op, 3);
    Value x = residuals[0], mean = residuals[1], r = residuals[2];
    Value dy = step.getAdjoint(norm.getResult()).front();
    Dims dims = step.getDims(x), outer(ArrayRef(dims).drop_back());
    SmallVector<Parameter> parameters = norm.getParameters();

    step.flush();
    if (step.isLearned(norm.getInput())) {
      step.setLabel(getLabel(norm, ".in"));
      step.addAdjoint(norm.getInput(),
                      buildInputGradient(step, parameters, x, dy, mean, r));
    }
    step.setLabel(getLabel(norm, ".grad"));
    step.defer([=, &step] {
      auto [weight, bias] = buildGradients(step, x, dy, mean, r, outer);
      step.setGradient(parameters[0].name, weight);
      step.setGradient(parameters[1].name, bias);
    });
  }

  static Value buildInputGradient(StepBuilder &step,
                                  ArrayRef<Parameter> parameters, Value x,
                                  Value dy, Value mean, Value r) {
    Dims dims = step.getDims(x), outer(ArrayRef(dims).drop_back());
    double n = step.getExtent(x, dims.back());
    Access weight(getParameter(step, parameters, 0), {dims.back()});
    step.setWord("layer norm'");
    Value sum = step.sum({{dy, dims}, weight}, outer,
                         [](ScalarBuilder &scalars, ValueRange elements) {
                           return scalars.mul(elements[0], elements[1]);
                         });
    Value product =
        step.sum({{dy, dims}, weight, {x, dims}, {mean, outer}, {r, outer}},
                 outer, [](ScalarBuilder &scalars, ValueRange elements) {
                   Value g = scalars.mul(elements[0], elements[1]);
                   return scalars.mul(g, normalize(scalars, elements[2],
                                                   elements[3], elements[4]));
                 });
    return step.map(
        {{dy, dims},
         weight,
         {x, dims},
         {mean, outer},
         {r, outer},
         {sum, outer},
         {product, outer}},
        dims, [&](ScalarBuilder &scalars, ValueRange elements) {
          Value g = scalars.mul(elements[0], elements[1]);
          Value u = normalize(scalars, elements[2], elements[3], elements[4]);
          Value rest = scalars.fma(u, elements[6], elements[5]);
          return scalars.mul(elements[4],
                             scalars.sub(g, scalars.mul(rest, 1 / n)));
        });
  }
};

/// The statistics are those of a feature over all other dimensions.
struct BatchNormModel
    : DifferentiableOpInterface::ExternalModel<BatchNormModel, BatchNormOp> {
  /// How many numbers of a feature all rows have.
  static int64_t countNumbers(Value x) {
    auto type = cast<RankedTensorType>(x.getType());
    return type.getNumElements() / type.getShape().back();
  }

  /// In the body of a loop: how many the valid rows have.
  static Value countValid(StepBuilder &step, ScalarBuilder &scalars, Value x) {
    return scalars.mul(scalars.toFloat(step.getScalar("rows")),
                       countNumbers(x) / step.getExtent(x, dims::kRows));
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto norm = cast<BatchNormOp>(op);
    step.setLabel(getLabel(norm));
    Value x = step.getShaped(norm.getInput());
    if (step.isTraining())
      return buildTraining(norm, step, x);
    SmallVector<Parameter> state = norm.getRunningState();
    Dims dims = step.getDims(x), features = {dims.back()};
    Value r = buildRunningRoot(step, step.getParameter(state[1].name), features,
                               norm.getEps().convertToDouble());
    step.set(norm.getResult(),
             buildResult(step, x, step.getParameter(state[0].name), r, features,
                         norm.getParameters()));
    if (step.storesResiduals())
      step.setResiduals(norm, r);
  }

  static void pullRunning(BatchNormOp norm, StepBuilder &step) {
    if (!step.isLearned(norm.getInput()))
      return;
    step.setLabel(getLabel(norm, ".in"));
    step.addAdjoint(
        norm.getInput(),
        buildRunningGradient(step, getParameter(step, norm.getParameters(), 0),
                             step.getAdjoint(norm.getResult()).front(),
                             step.getResiduals(norm).front()));
  }

  static void buildTraining(BatchNormOp norm, StepBuilder &step, Value x) {
    if (countNumbers(x) == 1)
      return step.fail("expected a batch with more than one number of each "
                       "feature, but it has one row");
    Dims dims = step.getDims(x), features = {dims.back()};
    step.setWord("mean");
    Value sum = step.sum({{x, dims}}, features,
                         [&](ScalarBuilder &scalars, ValueRange elements) {
                           return step.maskRows(scalars, elements[0]);
                         });
    Value mean = step.map({{sum, features}}, features,
                          [&](ScalarBuilder &scalars, ValueRange elements) {
                            return scalars.div(elements[0],
                                               countValid(step, scalars, x));
                          });
    step.setWord("variance");
    Value squares =
        step.sum({{x, dims}, {mean, features}}, features,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value distance = scalars.sub(elements[0], elements[1]);
                   return step.maskRows(scalars, scalars.square(distance));
                 });
    Value r = step.map(
        {{squares, features}}, features,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          return getInverseRoot(
              scalars, scalars.div(elements[0], countValid(step, scalars, x)),
              norm.getEps().convertToDouble());
        });
    step.setWord("batch norm");
    step.set(norm.getResult(),
             buildResult(step, x, mean, r, features, norm.getParameters()));
    step.setResiduals(norm, {x, mean, r});
    step.defer([=, &step] { updateRunning(norm, step, x, mean, squares); });
  }

  /// Moves the running statistics towards those of the batch, and their
  /// averages towards them.
  static void updateRunning(BatchNormOp norm, StepBuilder &step, Value x,
                            Value mean, Value squares) {
    SmallVector<Parameter> state = norm.getRunningState();
    SmallVector<Value> means = step.getRunning(state[0].name);
    SmallVector<Value> variances = step.getRunning(state[1].name);
    if (means.empty())
      return;
    double momentum = norm.getMomentum().convertToDouble();
    Dims features = step.getDims(mean);
    SmallVector<Access> outputs;
    for (Value tensor : llvm::concat<Value>(means, variances))
      outputs.emplace_back(tensor, features);
    auto move = [&](ScalarBuilder &scalars, Value statistic, Value running) {
      return scalars.fma(scalars.sub(statistic, running),
                         scalars.constant(momentum), running);
    };
    step.setWord(means.size() > 1 ? "running statistics, average"
                                  : "running statistics");
    SmallVector<Value> results = step.generic(
        {{mean, features}, {squares, features}}, outputs,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          ValueRange oldMeans = elements.slice(2, means.size());
          ValueRange oldVariances = elements.drop_front(2 + means.size());
          Value one = scalars.constant(1.0), n = countValid(step, scalars, x);
          Value isMany = scalars.compare(arith::CmpFPredicate::OGT, n, one);
          Value divisor = scalars.select(isMany, scalars.sub(n, one), one);
          Value variance = scalars.div(elements[1], divisor);
          SmallVector<Value> results;
          auto add = [&](Value running, ValueRange old) {
            results.push_back(running);
            if (old.size() > 1)
              results.push_back(scalars.fma(step.getScalar("average"),
                                            scalars.sub(running, old[1]),
                                            old[1]));
          };
          add(move(scalars, elements[0], oldMeans[0]), oldMeans);
          add(scalars.select(isMany, move(scalars, variance, oldVariances[0]),
                             oldVariances[0]),
              oldVariances);
          return results;
        });
    step.setRunning(state[0].name, ArrayRef(results).take_front(means.size()));
    step.setRunning(state[1].name, ArrayRef(results).drop_front(means.size()));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto norm = cast<BatchNormOp>(op);
    if (!step.isTraining())
      return pullRunning(norm, step);
    ArrayRef<Value> residuals = step.getResiduals(op, 3);
    Value x = residuals[0], mean = residuals[1], r = residuals[2];
    Value dy = step.getAdjoint(norm.getResult()).front();
    Dims dims = step.getDims(x), features = {dims.back()};
    SmallVector<Parameter> parameters = norm.getParameters();

    step.flush();
    step.setLabel(getLabel(norm, ".grad"));
    auto [weightGradient, biasGradient] =
        buildGradients(step, x, dy, mean, r, features);
    if (step.isLearned(norm.getInput())) {
      step.setLabel(getLabel(norm, ".in"));
      step.setWord("batch norm'");
      step.addAdjoint(
          norm.getInput(),
          step.map({{dy, dims},
                    {x, dims},
                    {mean, features},
                    {r, features},
                    {getParameter(step, parameters, 0), features},
                    {weightGradient, features},
                    {biasGradient, features}},
                   dims, [&](ScalarBuilder &scalars, ValueRange elements) {
                     Value n = countValid(step, scalars, x);
                     Value u = normalize(scalars, elements[1], elements[2],
                                         elements[3]);
                     Value rest = scalars.div(
                         scalars.fma(u, elements[5], elements[6]), n);
                     Value factor = scalars.mul(elements[3], elements[4]);
                     return step.maskRows(
                         scalars,
                         scalars.mul(factor, scalars.sub(elements[0], rest)));
                   }));
    }
    step.setLabel(getLabel(norm, ".grad"));
    step.defer([=, &step, weight = weightGradient, bias = biasGradient] {
      step.setGradient(parameters[0].name, weight);
      step.setGradient(parameters[1].name, bias);
    });
  }
};

struct RunningNormModel
    : DifferentiableOpInterface::ExternalModel<RunningNormModel,
                                               RunningNormOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto norm = cast<RunningNormOp>(op);
    step.setLabel(getLabel(norm));
    Value x = step.getShaped(norm.getInput());
    Dims dims = step.getDims(x), features = {dims.back()};
    SmallVector<Parameter> parameters = norm.getParameters();
    SmallVector<Parameter> state = norm.getStatistics();
    Value r = buildRunningRoot(step, step.getParameter(state[1].name), features,
                               norm.getEps().convertToDouble());
    Value u = step.map({{x, dims},
                        {step.getParameter(state[0].name), features},
                        {r, features}},
                       dims, [](ScalarBuilder &scalars, ValueRange elements) {
                         return normalize(scalars, elements[0], elements[1],
                                          elements[2]);
                       });
    step.set(norm.getResult(),
             step.map({{u, dims},
                       {getParameter(step, parameters, 0), features},
                       {getParameter(step, parameters, 1), features}},
                      dims, [](ScalarBuilder &scalars, ValueRange elements) {
                        return scalars.fma(elements[0], elements[1],
                                           elements[2]);
                      }));
    step.setResiduals(op, {u, r});
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto norm = cast<RunningNormOp>(op);
    ArrayRef<Value> residuals = step.getResiduals(op, 2);
    Value u = residuals[0], r = residuals[1];
    Value dy = step.getAdjoint(norm.getResult()).front();
    SmallVector<Parameter> parameters = norm.getParameters();

    step.flush();
    step.setLabel(getLabel(norm, ".in"));
    step.addAdjoint(
        norm.getInput(),
        buildRunningGradient(step, getParameter(step, parameters, 0), dy, r));
    step.setLabel(getLabel(norm, ".grad"));
    step.defer([=, &step] {
      auto [weight, bias] =
          buildGradients(step, dy, {{u, step.getDims(u)}},
                         [](ScalarBuilder &, ValueRange elements) -> Value {
                           return elements[0];
                         });
      step.setGradient(parameters[0].name, weight);
      step.setGradient(parameters[1].name, bias);
    });
  }
};

/// A byte of each element says whether it is kept. Drawing the numbers again in
/// the backward pass would take longer than reading the bytes.
struct DropoutModel
    : DifferentiableOpInterface::ExternalModel<DropoutModel, DropoutOp> {
  /// The number of an element within its example, in row-major order.
  static Value getElement(StepBuilder &step, ScalarBuilder &scalars, Value x) {
    OpBuilder &builder = scalars.getBuilder();
    Location loc = scalars.getLoc();
    Value element;
    for (StringRef dim : step.getDims(x)) {
      if (dim == dims::kRows || dim == dims::kSamples)
        continue;
      Value index = scalars.index(dim);
      if (element) {
        Value extent = scalars.integer(int32_t(step.getExtent(x, dim)));
        Value first = arith::MulIOp::create(builder, loc, element, extent);
        index = arith::AddIOp::create(builder, loc, first, index);
      }
      element = index;
    }
    return element;
  }

  /// Whether the random number of the element is p or more. Both are f32 for
  /// models of every type.
  static Value isKept(DropoutOp dropout, unsigned stream, StepBuilder &step,
                      ScalarBuilder &scalars, Value x) {
    OpBuilder &builder = scalars.getBuilder();
    Location loc = scalars.getLoc();
    Value element = getElement(step, scalars, x);
    if (stream != 0)
      // As signed 32 bits, of which the generator takes the bits.
      element = arith::AddIOp::create(builder, loc, element,
                                      scalars.integer(static_cast<int32_t>(
                                          uint32_t(stream) * kMostLatents)));
    Value row = arith::AddIOp::create(builder, loc, step.getScalar("first_row"),
                                      scalars.index(dims::kRows));
    Value sample = scalars.hasIndex(dims::kSamples)
                       ? scalars.index(dims::kSamples)
                       : scalars.integer(0);
    Value number = NoiseOp::create(
        builder, loc, builder.getF32Type(), NoisePurpose::Dropout,
        step.getScalar("seed"), step.getScalar("step"), sample, row, element);
    Value p = arith::ConstantOp::create(
        builder, loc,
        builder.getF32FloatAttr(float(dropout.getP().convertToDouble())));
    return scalars.compare(arith::CmpFPredicate::OGE, number, p);
  }

  static Value getByte(ScalarBuilder &scalars, uint8_t value) {
    OpBuilder &builder = scalars.getBuilder();
    return arith::ConstantOp::create(
        builder, scalars.getLoc(),
        builder.getIntegerAttr(builder.getI8Type(), APInt(8, value)));
  }

  static double getScale(DropoutOp dropout) {
    return 1 / (1 - dropout.getP().convertToDouble());
  }

  static bool drops(DropoutOp dropout, StepBuilder &step) {
    return step.isTraining() && !dropout.getP().isZero();
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto dropout = cast<DropoutOp>(op);
    if (!drops(dropout, step))
      return step.set(dropout.getResult(), step.get(dropout.getInput()));
    Value x = step.getShaped(dropout.getInput());
    Dims dims = step.getDims(x);
    bool stores = step.isLearned(dropout.getInput());
    SmallVector<Type> types = {step.getType()};
    if (stores)
      types.push_back(step.getBuilder().getI8Type());
    unsigned stream = dropout.getStream();
    SmallVector<Value> results =
        step.map({{x, dims}}, dims, types,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value kept = isKept(dropout, stream, step, scalars, x);
                   Value scaled = scalars.mul(elements[0], getScale(dropout));
                   SmallVector<Value> values = {
                       scalars.select(kept, scaled, scalars.constant(0.0))};
                   if (stores)
                     values.push_back(scalars.select(kept, getByte(scalars, 1),
                                                     getByte(scalars, 0)));
                   return values;
                 });
    step.set(dropout.getResult(), results[0]);
    step.setResiduals(op, ArrayRef(results).drop_front());
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto dropout = cast<DropoutOp>(op);
    if (!step.isLearned(dropout.getInput()))
      return;
    ArrayRef<Value> adjoint = step.getAdjoint(dropout.getResult());
    if (!drops(dropout, step))
      return step.addAdjoint(dropout.getInput(), adjoint);
    Value dy = adjoint.front(), kept = step.getResiduals(op).front();
    Dims dims = step.getDims(dy);
    step.addAdjoint(
        dropout.getInput(),
        step.map({{dy, dims}, {kept, dims}}, dims,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value isKept =
                       scalars.compare(arith::CmpIPredicate::ne, elements[1],
                                       getByte(scalars, 0));
                   return scalars.select(
                       isKept, scalars.mul(elements[0], getScale(dropout)),
                       scalars.constant(0.0));
                 }));
  }
};

} // namespace

void vib::registerNormModels(MLIRContext *context) {
  LayerNormOp::attachInterface<LayerNormModel>(*context);
  BatchNormOp::attachInterface<BatchNormModel>(*context);
  RunningNormOp::attachInterface<RunningNormModel>(*context);
  DropoutOp::attachInterface<DropoutModel>(*context);
}
