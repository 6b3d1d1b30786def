//===- Optimizers.cpp - Updates of parameters -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The bias corrections of Adam's moments and of the average depend only on the
// number of the step, so the runtime computes them in f64 and passes them in.
//
//   Adam   m = b1 m + (1 - b1) g, v = b2 v + (1 - b2) g^2,
//          w -= rate1 m / (sqrt(v) scale2 + eps)
//          with rate1 = rate / (1 - b1^t), scale2 = 1 / sqrt(1 - b2^t)
//          A moment is computed as its old value plus a part of the difference
//          to the new target, m += (1 - b1) (g - m), or as the target plus a
//          part of the difference back, m = g + b1 (m - g). Either takes one
//          multiplication where the formula above takes two, in code that
//          competes with a contraction for the multipliers. Of the two, the one
//          that adds the smaller part is used, so that neither cancels.
//   AdamW  first w -= decay w, with decay = rate * weight decay
//   AdaBelief  as Adam, with v = b2 v + (1 - b2) (g - m)^2 + eps of the new m
//   RMSProp  v = b2 v + (1 - b2) g^2 of g + (weight decay) w,
//          b = momentum b + g / (sqrt(v) + eps), w -= rate b
//   SGD    b = momentum b + g + (weight decay) w, w -= rate b
//
// All of them then update the debiased average: a += average (w - a), with
// average = (1 - d) / (1 - d^t).
//
// A limit on the norm of all gradients crosses all parameters: the squares of
// each gradient are summed, first over all dimensions but the last, these sums
// are added in the order of the updates, and the updates then multiply by one
// factor. So every gradient is in memory before the first update.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/Optimizers.h"

using namespace mlir;
using namespace vib;

SmallVector<SlotKind> vib::getStateSlots(const Optimizer &rule, bool averaged) {
  SmallVector<SlotKind> slots = {SlotKind::Weight};
  unsigned moments = rule.getNumMoments();
  if (moments > 0)
    slots.push_back(SlotKind::Moment1);
  if (moments > 1)
    slots.push_back(SlotKind::Moment2);
  if (averaged)
    slots.push_back(SlotKind::Average);
  return slots;
}

/// Decays a moment by `decay` towards g, or towards g^2 if `squares`.
static Value decayMoment(ScalarBuilder &scalars, Value moment, double decay,
                         Value gradient, bool squares) {
  if (decay >= 0.5) {
    Value change = squares
                       ? scalars.fma(gradient, gradient, scalars.neg(moment))
                       : scalars.sub(gradient, moment);
    return scalars.fma(change, scalars.constant(1.0 - decay), moment);
  }
  Value target = squares ? scalars.square(gradient) : gradient;
  return scalars.fma(scalars.sub(moment, target), scalars.constant(decay),
                     target);
}

/// Appends the new weight and the new moments to `results`.
static void buildAdam(StepBuilder &step, ScalarBuilder &scalars,
                      const Optimizer &rule, Value gradient, ValueRange state,
                      SmallVectorImpl<Value> &results) {
  Value weight = state[0];
  if (rule.kind == OptimizerKind::AdamW)
    weight = scalars.sub(weight, scalars.mul(step.getScalar("decay"), weight));
  Value moment1 = decayMoment(scalars, state[1], rule.beta1, gradient,
                              /*squares=*/false);
  bool isBelief = rule.kind == OptimizerKind::AdaBelief;
  Value spread = isBelief ? scalars.sub(gradient, moment1) : gradient;
  Value moment2 = decayMoment(scalars, state[2], rule.beta2, spread,
                              /*squares=*/true);
  if (isBelief)
    moment2 = scalars.add(moment2, rule.epsilon);
  Value denominator =
      scalars.fma(scalars.sqrt(moment2), step.getScalar("scale2"),
                  scalars.constant(rule.epsilon));
  Value numerator = scalars.mul(step.getScalar("rate1"), moment1);
  Value update = scalars.div(numerator, denominator);
  results.append({scalars.sub(weight, update), moment1, moment2});
}

static void buildRMSProp(StepBuilder &step, ScalarBuilder &scalars,
                         const Optimizer &rule, Value gradient,
                         ValueRange state, SmallVectorImpl<Value> &results) {
  Value weight = state[0];
  if (rule.weightDecay != 0)
    gradient = scalars.add(gradient, scalars.mul(weight, rule.weightDecay));
  Value square = decayMoment(scalars, state[1], rule.beta2, gradient,
                             /*squares=*/true);
  Value velocity =
      scalars.div(gradient, scalars.add(scalars.sqrt(square), rule.epsilon));
  if (rule.momentum != 0)
    velocity = scalars.add(scalars.mul(state[2], rule.momentum), velocity);
  Value update = scalars.mul(step.getScalar("rate"), velocity);
  results.append({scalars.sub(weight, update), square});
  if (rule.momentum != 0)
    results.push_back(velocity);
}

static void buildSGD(StepBuilder &step, ScalarBuilder &scalars,
                     const Optimizer &rule, Value gradient, ValueRange state,
                     SmallVectorImpl<Value> &results) {
  Value weight = state[0], velocity = gradient;
  if (rule.weightDecay != 0)
    velocity = scalars.add(velocity, scalars.mul(weight, rule.weightDecay));
  if (rule.momentum != 0)
    velocity = scalars.add(scalars.mul(state[1], rule.momentum), velocity);
  Value update = scalars.mul(step.getScalar("rate"), velocity);
  results.push_back(scalars.sub(weight, update));
  if (rule.momentum != 0)
    results.push_back(velocity);
}

static StringRef getName(OptimizerKind kind) {
  switch (kind) {
  case OptimizerKind::SGD:
    return "sgd";
  case OptimizerKind::Adam:
    return "adam";
  case OptimizerKind::AdamW:
    return "adamw";
  case OptimizerKind::AdaBelief:
    return "adabelief";
  case OptimizerKind::RMSProp:
    return "rmsprop";
  }
  llvm_unreachable("all optimizers are covered");
}

Value vib::clipValue(ScalarBuilder &scalars, Value gradient, double limit) {
  Value least = scalars.constant(-limit), most = scalars.constant(limit);
  return scalars.max(scalars.min(gradient, most), least);
}

/// The sum of the squares of a tensor, without dimensions.
static Value buildSquare(StepBuilder &step, Value gradient) {
  Dims dims = step.getDims(gradient), columns;
  if (dims.size() > 1)
    columns = {dims.back()};
  step.setWord("square");
  Value sum = step.sum({{gradient, dims}}, columns,
                       [](ScalarBuilder &scalars, ValueRange elements) {
                         return scalars.square(elements[0]);
                       });
  if (columns.empty())
    return sum;
  return step.sum(
      {{sum, columns}}, {},
      [](ScalarBuilder &, ValueRange elements) { return elements[0]; });
}

Value vib::buildNormFactor(StepBuilder &step, double limit,
                           ArrayRef<Gradient> gradients) {
  SmallVector<Access> squares;
  for (const Gradient &gradient : gradients) {
    step.setLabel(gradient.label);
    squares.emplace_back(buildSquare(step, gradient.tensor), Dims());
  }
  step.setLabel(step.getBuilder().getStringAttr("clip"));
  step.setWord("global norm");
  Value factor =
      step.map(squares, {}, [&](ScalarBuilder &scalars, ValueRange elements) {
        Value sum = elements.front();
        for (Value square : elements.slice(1, squares.size() - 1))
          sum = scalars.add(sum, square);
        Value norm = scalars.add(scalars.sqrt(sum), 1e-6);
        return scalars.min(scalars.div(scalars.constant(limit), norm),
                           scalars.constant(1.0));
      });
  step.nameResults(factor, {"clip"});
  return factor;
}

SmallVector<Value> vib::buildUpdate(StepBuilder &step, const Optimizer &rule,
                                    bool averaged, Value gradient,
                                    ValueRange state, LimitFunction limit) {
  Dims dims = step.getDims(gradient);
  SmallVector<Access> outputs;
  for (Value tensor : state)
    outputs.emplace_back(tensor, dims);
  step.setWord(getName(rule.kind) + Twine(averaged ? ", average" : ""));
  return step.generic(
      Access(gradient, dims), outputs,
      [&](ScalarBuilder &scalars, ValueRange elements) {
        Value gradient = limit(scalars, elements.front());
        ValueRange state = elements.drop_front();
        SmallVector<Value> results;
        if (rule.kind == OptimizerKind::SGD)
          buildSGD(step, scalars, rule, gradient, state, results);
        else if (rule.kind == OptimizerKind::RMSProp)
          buildRMSProp(step, scalars, rule, gradient, state, results);
        else
          buildAdam(step, scalars, rule, gradient, state, results);
        if (averaged) {
          Value average = state.back();
          Value change = scalars.sub(results.front(), average);
          results.push_back(
              scalars.fma(step.getScalar("average"), change, average));
        }
        return results;
      });
}
