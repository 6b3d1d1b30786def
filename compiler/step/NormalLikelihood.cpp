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
// over the outputs. log s is a constant, a parameter, or a parameter for each
// output.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DistributionModelInterface.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace vib;

namespace {
/// The standard deviation s of a normal likelihood: a constant, or given by a
/// parameter that is log s.
struct Noise {
  Noise(NLLOp nll, StepBuilder &step) {
    auto normal = nll.getLikelihood().getDefiningOp<NormalOp>();
    logarithm = std::log(normal.getNoise()->convertToDouble());
    if (!normal.getNoiseNameAttr())
      return;
    parameter = normal.getParameters().front().name;
    isEach = normal.getNoiseSize().has_value();
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
      inputs.emplace_back(tensor, getDims(step, mean));
    return inputs;
  }

  /// The dimensions of the parameter.
  Dims getDims(StepBuilder &step, Value mean) const {
    return isEach ? Dims{step.getDims(mean).back()} : Dims();
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
  bool isEach = false;
  std::string parameter;
  Value tensor;
};
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
  step.addAdjoint(nll.getLikelihood(), adjoint);
  if (!noise.tensor)
    return;

  StringAttr label = step.getLabel();
  step.setLabel(step.getBuilder().getStringAttr(noise.parameter + ".grad"));
  step.defer([&step, noise, term, mean, target, samples] {
    // d nll / d log s = 1 - d^2 / s^2.
    Value gradient =
        step.sum(noise.getInputs(step, mean, target), noise.getDims(step, mean),
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
