//===- StepFunctions.cpp - What each function of the step computes --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/StepWriter.h"

using namespace mlir;
using namespace vib;

LogicalResult StepWriter::writeScale() {
  ScaleOp scale = getScale();
  if (!scale)
    return success();
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, scale.getLoc(), "scale");
  // Signless i8, because arithmetic works on signless integers only.
  bool isFloat = isa<FloatType>(getElementTypeOrSelf(model.getInput()));
  step.set(model.getInput(), addRows(function, step, "image", getInputWidth(),
                                     isFloat ? Type(type) : builder.getI8Type(),
                                     dims::kFeatures));
  addScalars(function, step);
  if (failed(buildForward(step, scale.getResult())))
    return failure();
  Value scaled = step.getTensor(scale.getResult());
  if (getScaledType(step) != type)
    scaled = step.round(scaled);
  function.addResult(scaled, SlotKind::Output, "x");
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeTraining(StringRef name, bool updates) {
  StepBuilder step = createBuilder(StepPurpose::Train);
  StepFunction function(builder, model.getLoc(), name);
  addInput(function, step);
  addTarget(function, step);
  SmallVector<SlotKind> slots = {SlotKind::Gradient};
  llvm::StringMap<SmallVector<Value>> state;
  if (updates) {
    slots = getStateSlots(rule, averaged);
    for (const Parameter &parameter : parameters) {
      SmallVector<Value> &tensors = state[parameter.name];
      for (SlotKind slot : slots)
        tensors.push_back(
            function.addArgument(RankedTensorType::get(parameter.shape, type),
                                 slot, parameter.name));
      step.setParameter(parameter.name, tensors.front());
    }
    step.setGradientSink([&](StringRef parameter, Value gradient) {
      SmallVector<Value> &tensors = state[parameter];
      tensors = buildUpdate(step, rule, averaged, gradient, tensors);
    });
  } else {
    addWeights(function, step);
    step.setGradientSink([&](StringRef parameter, Value gradient) {
      state[parameter] = {gradient};
    });
  }
  addScalars(function, step);

  markLearned(step);
  SmallVector<Value> terms(loss.getOperands());
  if (failed(buildForward(step, terms)) || failed(buildBackward(step)))
    return failure();

  for (const Parameter &parameter : parameters)
    for (auto [slot, tensor] : llvm::zip_equal(slots, state[parameter.name]))
      function.addResult(tensor, slot, parameter.name);
  ArrayRef<Value> likelihood = step.get(nll.getResult());
  function.addResult(likelihood[0], SlotKind::Output, "nll");
  // Only evaluation computes a rate that is no term.
  if (isRateTerm)
    function.addResult(step.getTensor(rate.getResult()), SlotKind::Output,
                       "rate");
  function.addResult(likelihood[1], SlotKind::Output, "error");
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeEncode() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "encode");
  addInput(function, step);
  addWeights(function, step);
  addScalars(function, step);
  Value posterior = sample.getDistribution();
  if (failed(buildForward(step, {posterior, rate.getResult()})))
    return failure();
  step.setLabel(step.getLabelOf(posterior));
  step.setWord("sigma");

  // "mu" and "sigma" for all distributions, and then the other statistics.
  function.addResult(getModel(posterior).buildMean(step, posterior),
                     SlotKind::Output, "mu");
  function.addResult(getModel(posterior).buildDeviation(step, posterior),
                     SlotKind::Output, "sigma");
  for (auto [statistic, tensor] : llvm::zip_equal(
           sample.getDistribution().getType().getStatistics(),
           getModel(posterior).getStatisticTensors(step.get(posterior))))
    if (statistic.name != "mu" && statistic.name != "sigma")
      function.addResult(tensor, SlotKind::Output, statistic.name);
  ArrayRef<Value> rates = step.get(rate.getResult());
  function.addResult(rates[0], SlotKind::Output, "rate");
  if (rates.size() > 1)
    function.addResult(rates[1], SlotKind::Output, "rate_each");
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeEvaluate() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "evaluate");
  addInput(function, step);
  addPosterior(function, step);
  addTarget(function, step);
  addWeights(function, step);
  addScalars(function, step);
  if (failed(buildForward(step, nll.getResult())))
    return failure();
  step.setLabel(step.getLabelOf(nll.getResult()));
  step.setWord("prediction");

  function.addResult(step.get(nll.getResult())[0], SlotKind::Output, "nll");
  function.addResult(step.get(nll.getResult())[1], SlotKind::Output, "error");
  function.addResult(
      getModel(nll.getLikelihood()).buildMean(step, nll.getLikelihood()),
      SlotKind::Output, "prediction");
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeDraw() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "draw");
  addPosterior(function, step);
  addScalars(function, step);
  if (failed(buildForward(step, sample.getResult())))
    return failure();
  function.addResult(step.getTensor(sample.getResult()), SlotKind::Output, "z");
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

/// A copy of a tensor that has a place already.
static Value copyTensor(StepBuilder &step, Value tensor) {
  Dims dims = step.getDims(tensor);
  return step.map({{tensor, dims}}, dims,
                  [](ScalarBuilder &, ValueRange elements) -> Value {
                    return elements[0];
                  });
}

LogicalResult StepWriter::writeDecode() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "decode");
  Value z =
      addRows(function, step, "z", sample.getDistribution().getType().getSize(),
              type, dims::kLatents);
  step.set(sample.getResult(), z);
  addWeights(function, step);
  addScalars(function, step);
  if (failed(buildForward(step, nll.getLikelihood())))
    return failure();
  StringAttr label = step.getLabelOf(nll.getLikelihood());
  step.setLabel(label ? label : builder.getStringAttr("decode"));
  step.setWord("prediction");

  // The results need separate tensors, because a tensor has only one place.
  Value logits = step.getTensor(nll.getLikelihood());
  Value prediction =
      getModel(nll.getLikelihood()).buildMean(step, nll.getLikelihood());
  if (prediction == logits)
    prediction = copyTensor(step, logits);
  if (logits == z)
    logits = copyTensor(step, z);
  function.addResult(logits, SlotKind::Output, "logits");
  function.addResult(prediction, SlotKind::Output, "prediction");
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}
