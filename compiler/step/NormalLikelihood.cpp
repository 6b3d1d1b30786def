//===- NormalLikelihood.cpp - The density of a normal ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A normal likelihood with the standard deviation s has
//
//   nll = sum of 1/2 (log 2 pi + d^2 / s^2) + log s,  d = mean - target
//
// over the outputs. log s is a constant, a parameter, a parameter for each
// output, or log sigma(t), where the network computes t for each example and
// output. Then d nll / d t = (1 - d^2 / s^2) d log s / dt.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/NormalSpread.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace vib;

namespace {
/// The standard deviation s of a normal likelihood.
struct Noise {
  Noise(NLLOp nll, StepBuilder &step)
      : normal(nll.getLikelihood().getDefiningOp<NormalOp>()) {
    if (normal.isSpreadComputed()) {
      ArrayRef<Value> tensors = step.get(nll.getLikelihood());
      t = tensors[1];
      sigma = tensors[2];
      return;
    }
    logarithm = std::log(normal.getNoise()->convertToDouble());
    if (!normal.getNoiseNameAttr())
      return;
    parameter = normal.getParameters().front().name;
    isEach = normal.getNoiseSize().has_value();
    tensor = step.getParameter(parameter);
  }

  /// The inputs of a loop over s: the mean, the target, and the parameter or t
  /// and sigma if there are any.
  SmallVector<Access> getInputs(StepBuilder &step, Value mean,
                                Value target) const {
    Dims dims = step.getDims(mean);
    SmallVector<Access> inputs = {{mean, dims},
                                  {target, {dims::kRows, dims.back()}}};
    if (tensor)
      inputs.emplace_back(tensor, getDims(step, mean));
    if (t)
      inputs.append({{t, dims}, {sigma, dims}});
    return inputs;
  }

  /// The dimensions of the parameter.
  Dims getDims(StepBuilder &step, Value mean) const {
    return isEach ? Dims{step.getDims(mean).back()} : Dims();
  }

  /// Returns log s and 1 / s^2 in the body of a loop over these inputs.
  std::pair<Value, Value> get(ScalarBuilder &scalars,
                              ValueRange elements) const {
    if (!tensor && !t)
      return {scalars.constant(logarithm),
              scalars.constant(std::exp(-2 * logarithm))};
    Value log =
        t ? NormalSpread(normal).getLog(scalars, elements[2], elements[3])
          : elements[2];
    return {log, scalars.exp(scalars.mul(log, -2.0))};
  }

  /// d log s / dt in the body of a loop over these inputs.
  Value getSlope(ScalarBuilder &scalars, ValueRange elements) const {
    NormalSpread link(normal);
    Value t = elements[2], sigma = elements[3];
    return link.getSlopeOfLog(scalars, t, sigma,
                              link.getSlope(scalars, t, sigma));
  }

  NormalOp normal;
  double logarithm = 0;
  bool isEach = false;
  std::string parameter;
  Value tensor;
  Value t, sigma;
};

/// 1 - d^2 / s^2: d nll / d log s, given the mean and the target.
static Value getSlopeOfNats(ScalarBuilder &scalars, ValueRange elements,
                            Value precision) {
  Value square = scalars.square(scalars.sub(elements[0], elements[1]));
  return scalars.sub(scalars.constant(1.0), scalars.mul(square, precision));
}
} // namespace

void vib::buildNormalLogDensity(StepBuilder &step, NLLOp nll) {
  Noise noise(nll, step);
  Value mean = step.getTensor(nll.getLikelihood());
  Value target = step.getTensor(nll.getTarget());
  Dims dims = step.getDims(mean);
  double part = 1.0 / step.getNumSamples(mean);

  step.setWord("squared error");
  Value error =
      step.sum({{mean, dims}, {target, {dims::kRows, dims.back()}}},
               {dims::kRows}, [&](ScalarBuilder &scalars, ValueRange elements) {
                 Value square =
                     scalars.square(scalars.sub(elements[0], elements[1]));
                 return part == 1.0 ? square : scalars.mul(square, part);
               });
  step.setWord("nll");
  Value nats =
      step.sum(noise.getInputs(step, mean, target), {dims::kRows},
               [&](ScalarBuilder &scalars, ValueRange elements) {
                 auto [log, precision] = noise.get(scalars, elements);
                 Value square =
                     scalars.square(scalars.sub(elements[0], elements[1]));
                 Value half = scalars.mul(scalars.mul(square, precision), 0.5);
                 Value constant =
                     scalars.add(log, 0.5 * std::log(2 * llvm::numbers::pi));
                 Value value = scalars.add(half, constant);
                 return part == 1.0 ? value : scalars.mul(value, part);
               });
  step.set(nll.getResult(), {nats, error});
}

void vib::pullNormalLogDensity(StepBuilder &step, NLLOp nll) {
  Noise noise(nll, step);
  Value mean = step.getTensor(nll.getLikelihood());
  Value target = step.getTensor(nll.getTarget());
  Value term = nll.getResult();
  Dims dims = step.getDims(mean);
  int64_t samples = step.getNumSamples(mean);

  Value adjoint =
      step.map(noise.getInputs(step, mean, target), dims,
               [&](ScalarBuilder &scalars, ValueRange elements) {
                 Value precision = noise.get(scalars, elements).second;
                 Value difference = scalars.sub(elements[0], elements[1]);
                 return step.weigh(scalars, term,
                                   scalars.mul(difference, precision), samples);
               });
  step.nameResults(adjoint, {"dmean"});
  if (noise.t) {
    Value dt = step.map(noise.getInputs(step, mean, target), dims,
                        [&](ScalarBuilder &scalars, ValueRange elements) {
                          Value precision = noise.get(scalars, elements).second;
                          Value slope = scalars.mul(
                              getSlopeOfNats(scalars, elements, precision),
                              noise.getSlope(scalars, elements));
                          return step.weigh(scalars, term, slope, samples);
                        });
    step.nameResults(dt, {"dt"});
    return step.addAdjoint(nll.getLikelihood(), {adjoint, dt});
  }
  step.addAdjoint(nll.getLikelihood(), adjoint);
  if (!noise.tensor)
    return;

  StringAttr label = step.getLabel();
  step.setLabel(step.getBuilder().getStringAttr(noise.parameter + ".grad"));
  step.defer([&step, noise, term, mean, target, samples] {
    Value gradient =
        step.sum(noise.getInputs(step, mean, target), noise.getDims(step, mean),
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value precision = noise.get(scalars, elements).second;
                   return step.weigh(
                       scalars, term,
                       getSlopeOfNats(scalars, elements, precision), samples);
                 });
    step.setGradient(noise.parameter, gradient);
  });
  step.setLabel(label);
}
