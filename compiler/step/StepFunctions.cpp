//===- StepFunctions.cpp - What each function of the step computes --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/StepWriter.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

void StepWriter::addOutput(StepFunction &function, StepBuilder &step,
                           Value tensor, StringRef name) {
  if (function.hasPlace(tensor)) {
    Dims dims = step.getDims(tensor);
    tensor = step.map({{tensor, dims}}, dims,
                      [](ScalarBuilder &, ValueRange elements) -> Value {
                        return elements[0];
                      });
  }
  function.addResult(tensor, SlotKind::Output, name);
}

void StepWriter::addErrors(StepFunction &function, StepBuilder &step, NLLOp nll,
                           unsigned place) {
  ArrayRef<Value> tensors = step.get(nll.getResult()).drop_front();
  for (auto [name, tensor] :
       llvm::zip_first(nll.getLikelihood().getType().getErrors(), tensors))
    addOutput(function, step, tensor, getTargetName(name, place));
}

LogicalResult StepWriter::writeScale() {
  SmallVector<std::pair<unsigned, InputOpInterface>> scales;
  for (auto [i, input] : llvm::enumerate(inputs))
    if (InputOpInterface scale = getScale(input))
      scales.push_back({i, scale});
  if (scales.empty())
    return success();
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, scales.front().second.getLoc(), "scale");
  SmallVector<Value> results;
  for (auto [i, scale] : scales) {
    // Signless i8, because arithmetic works on signless integers only.
    bool isFloat = isa<FloatType>(getElementTypeOrSelf(inputs[i]));
    step.set(inputs[i],
             addRows(function, step, getInputName("image", i), getInputWidth(i),
                     isFloat ? Type(type) : builder.getI8Type(),
                     dims::kFeatures));
    for (const Parameter &state : scale.getState())
      step.setParameter(
          state.name,
          function.addArgument(RankedTensorType::get(state.shape, type),
                               SlotKind::State, state.name));
    results.push_back(scale.getResult());
  }
  addScalars(function, step);
  if (failed(buildForward(step, results)))
    return failure();
  for (auto [i, scale] : scales) {
    Value scaled = step.getTensor(scale.getResult());
    if (getScaledType(step, scale) != type)
      scaled = step.round(scaled);
    addOutput(function, step, scaled, getInputName("x", i));
  }
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

Optimizer StepWriter::getRule(StringRef name) const {
  bool isWeight = llvm::any_of(parameters, [&](const Parameter &parameter) {
    return parameter.name == name && parameter.kind == ParameterKind::Weight;
  });
  return rule.decaysWeightsOnly && !isWeight ? rule.withoutDecay() : rule;
}

void StepWriter::updateTogether(StepBuilder &step, ArrayRef<Gradient> gradients,
                                llvm::StringMap<SmallVector<Value>> &state) {
  Value factor = buildNormFactor(step, clip.limit, gradients);
  for (const Gradient &gradient : gradients) {
    step.setLabel(gradient.label);
    SmallVector<Value> &tensors = state[gradient.parameter];
    tensors = buildUpdate(step, getRule(gradient.parameter), averaged,
                          gradient.tensor, tensors,
                          [&](ScalarBuilder &scalars, Value element) {
                            return scalars.mul(element, scalars.read(factor));
                          });
  }
}

void StepWriter::addObjectives(StepFunction &function, StepBuilder &step) {
  for (auto [i, nll] : llvm::enumerate(likelihoods)) {
    size_t others = 1 + nll.getLikelihood().getType().getErrors().size();
    for (auto [tensor, name] :
         llvm::zip(step.get(nll.getResult()).drop_front(others),
                   ArrayRef<StringRef>{"objective", "weight"}))
      addOutput(function, step, tensor, getTargetName(name, i));
  }
}

void StepWriter::addDrawnRates(StepFunction &function, StepBuilder &step) {
  for (auto [i, rate] : llvm::enumerate(rates))
    if (rate.isDrawn())
      addOutput(function, step, step.getTensor(rate.getResult()),
                getStreamName(rate.getTensorName(), i));
}

void StepWriter::addPairwise(StepFunction &function, StepBuilder &step) {
  for (auto [i, sample] : llvm::enumerate(samples))
    if (PairwiseOp pairwise = loss.findPairwiseTerm(sample.getDistribution()))
      addOutput(function, step, step.getTensor(pairwise.getResult()),
                getStreamName("pairwise", i));
}

void StepWriter::addEntropies(StepFunction &function, StepBuilder &step) {
  for (auto [i, nll] : llvm::enumerate(likelihoods))
    if (EntropyOp entropy = loss.findEntropyTerm(nll))
      addOutput(function, step, step.getTensor(entropy.getResult()),
                getTargetName("entropy", i));
}

LogicalResult StepWriter::writeTraining(StringRef name, bool updates) {
  StepBuilder step = createBuilder(StepPurpose::Train);
  StepFunction function(builder, model.getLoc(), name);
  addInputs(function, step);
  addTargets(function, step);
  SmallVector<SlotKind> slots = {SlotKind::Gradient};
  llvm::StringMap<SmallVector<Value>> state;
  // Of a step that limits their norm, in the order in which they are complete.
  SmallVector<Gradient> gradients;
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
      if (clip.kind == ClipKind::GlobalNorm) {
        gradients.push_back({parameter.str(), step.getLabel(), gradient});
        return;
      }
      SmallVector<Value> &tensors = state[parameter];
      tensors =
          buildUpdate(step, getRule(parameter), averaged, gradient, tensors,
                      [&](ScalarBuilder &scalars, Value element) {
                        return clip.kind == ClipKind::Value
                                   ? clipValue(scalars, element, clip.limit)
                                   : element;
                      });
    });
  } else {
    addWeights(function, step);
    step.setGradientSink([&](StringRef parameter, Value gradient) {
      state[parameter] = {gradient};
    });
  }
  SmallVector<SlotKind> runningSlots = {SlotKind::State};
  if (averaged)
    runningSlots.push_back(SlotKind::Average);
  SmallVector<Parameter> running;
  if (updates)
    running = getRunningState(model);
  for (const Parameter &state : running) {
    SmallVector<Value> tensors;
    for (SlotKind slot : runningSlots)
      tensors.push_back(function.addArgument(
          RankedTensorType::get(state.shape, type), slot, state.name));
    step.setRunning(state.name, tensors);
    // What normalizes pseudo-inputs.
    step.setParameter(state.name, tensors.front());
  }
  addScalars(function, step);

  markLearned(step);
  SmallVector<Value> terms(loss.getOperands());
  if (failed(buildForward(step, terms)) || failed(buildBackward(step)))
    return failure();
  if (!gradients.empty())
    updateTogether(step, gradients, state);

  for (const Parameter &parameter : parameters)
    for (auto [slot, tensor] : llvm::zip_equal(slots, state[parameter.name]))
      function.addResult(tensor, slot, parameter.name);
  for (const Parameter &state : running)
    for (auto [slot, tensor] :
         llvm::zip_equal(runningSlots, step.getRunning(state.name)))
      function.addResult(tensor, slot, state.name);
  for (auto [i, nll] : llvm::enumerate(likelihoods))
    addOutput(function, step, step.get(nll.getResult())[0],
              getTargetName("nll", i));
  // Only evaluation computes a rate that is no term.
  for (auto [i, rate] : llvm::enumerate(rates))
    if (std::string name = getStreamName(rate.getTensorName(), i);
        description.hasTerm(name))
      addOutput(function, step, step.getTensor(rate.getResult()), name);
  addPairwise(function, step);
  for (auto [i, nll] : llvm::enumerate(likelihoods))
    addErrors(function, step, nll, i);
  addObjectives(function, step);
  addEntropies(function, step);
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeEncode() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "encode");
  addInputs(function, step);
  // A prior may depend on the label.
  addTargets(function, step);
  addWeights(function, step);
  addScalars(function, step);
  SmallVector<Value> values;
  for (auto [sample, rate] : llvm::zip_equal(samples, rates)) {
    values.push_back(sample.getDistribution());
    if (!rate.isDrawn())
      values.push_back(rate.getResult());
    if (PairwiseOp pairwise = loss.findPairwiseTerm(sample.getDistribution()))
      values.push_back(pairwise.getResult());
  }
  if (failed(buildForward(step, values)))
    return failure();

  for (auto [i, sample, rate] : llvm::enumerate(samples, rates)) {
    Value posterior = sample.getDistribution();
    auto add = [&, i = i](Value tensor, StringRef name) {
      addOutput(function, step, tensor, getStreamName(name, i));
    };
    step.setLabel(step.getLabelOf(posterior));
    step.setWord("sigma");
    // "mu" and "sigma", and then the other statistics.
    add(getModel(posterior).buildMean(step, posterior), "mu");
    if (sample.getDistribution().getType().hasDeviation())
      add(getModel(posterior).buildDeviation(step, posterior), "sigma");
    for (auto [statistic, tensor] : llvm::zip_equal(
             sample.getDistribution().getType().getStatistics(),
             getModel(posterior).getStatisticTensors(step.get(posterior))))
      if (statistic.name != "mu" && statistic.name != "sigma")
        add(tensor, statistic.name);
    // The density of a draw needs log sigma, which sigma does not give where it
    // underflows.
    if (rate.isDrawn()) {
      add(buildLogDeterminant(step, posterior), "log_det");
      continue;
    }
    ArrayRef<Value> rateTensors = step.get(rate.getResult());
    add(rateTensors[0], rate.getTensorName());
    if (rateTensors.size() > 1 && !rate.isResidual())
      add(rateTensors[1], "rate_each");
  }
  addPairwise(function, step);
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeEvaluate() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "evaluate");
  addInputs(function, step);
  addPosteriors(function, step);
  addTargets(function, step);
  addWeights(function, step);
  addScalars(function, step);
  SmallVector<Value> values;
  for (NLLOp nll : likelihoods) {
    values.push_back(nll.getResult());
    if (EntropyOp entropy = loss.findEntropyTerm(nll))
      values.push_back(entropy.getResult());
  }
  for (KLOp rate : rates)
    if (rate.isDrawn())
      values.push_back(rate.getResult());
  if (failed(buildForward(step, values)))
    return failure();

  for (auto [i, nll] : llvm::enumerate(likelihoods)) {
    step.setLabel(step.getLabelOf(nll.getResult()));
    step.setWord("prediction");
    addOutput(function, step, step.get(nll.getResult())[0],
              getTargetName("nll", i));
    addErrors(function, step, nll, i);
    Value prediction =
        getModel(nll.getLikelihood()).buildMean(step, nll.getLikelihood());
    addOutput(function, step, prediction, getTargetName("prediction", i));
  }
  addObjectives(function, step);
  addDrawnRates(function, step);
  addEntropies(function, step);
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeDraw() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "draw");
  addPosteriors(function, step);
  // The parameters of their priors.
  if (llvm::any_of(rates, [](KLOp rate) { return rate.isDrawn(); }))
    addWeights(function, step);
  addScalars(function, step);
  SmallVector<Value> values;
  for (auto [sample, rate] : llvm::zip_equal(samples, rates)) {
    values.push_back(sample.getResult());
    if (rate.isDrawn())
      values.push_back(rate.getResult());
  }
  if (failed(buildForward(step, values)))
    return failure();
  for (auto [i, sample] : llvm::enumerate(samples))
    addOutput(function, step, step.getTensor(sample.getResult()),
              getStreamName("z", i));
  addDrawnRates(function, step);
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

LogicalResult StepWriter::writeDecode() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "decode");
  // What decoders read beside samples.
  addInputs(function, step);
  for (auto [i, sample] : llvm::enumerate(samples))
    step.set(sample.getResult(),
             addRows(function, step, getStreamName("z", i),
                     sample.getDistribution().getType().getSize(), type,
                     dims::kLatents));
  addWeights(function, step);
  addScalars(function, step);
  SmallVector<Value> values;
  for (NLLOp nll : likelihoods)
    values.push_back(nll.getLikelihood());
  if (failed(buildForward(step, values)))
    return failure();

  for (auto [i, nll] : llvm::enumerate(likelihoods)) {
    StringAttr label = step.getLabelOf(nll.getLikelihood());
    step.setLabel(label ? label : builder.getStringAttr("decode"));
    step.setWord("prediction");
    addOutput(function, step, step.getTensor(nll.getLikelihood()),
              getTargetName("logits", i));
    addOutput(
        function, step,
        getModel(nll.getLikelihood()).buildMean(step, nll.getLikelihood()),
        getTargetName("prediction", i));
  }
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}

/// What these values depend on.
static llvm::SetVector<Value> findNeeded(ArrayRef<Value> values) {
  llvm::SetVector<Value> needed(values.begin(), values.end());
  for (unsigned i = 0; i < needed.size(); ++i)
    if (Operation *op = needed[i].getDefiningOp())
      needed.insert(op->operand_begin(), op->operand_end());
  return needed;
}

LogicalResult StepWriter::writeInputGradients() {
  SmallVector<Value> values;
  for (NLLOp nll : likelihoods)
    if (nll.getLikelihood().getType().getNumClasses() != 0) {
      // The cross-entropy, and not what training minimizes in its place.
      nll.removeSmoothingAttr();
      nll.removeWeightsAttr();
      values.push_back(nll.getResult());
    }
  // Tokens have no derivatives, and neither have classes that were drawn.
  llvm::SetVector<Value> needed = findNeeded(values);
  auto isVaried = [&](BlockArgument input) {
    return needed.contains(input) && !getTokenReader(input);
  };
  auto isSmooth = [](ReparameterizeOp sample) {
    return sample.getDistribution().getType().hasSmoothDraws();
  };
  if (!llvm::any_of(inputs, isVaried) || !llvm::all_of(samples, isSmooth))
    return success();
  StepBuilder step = createBuilder(StepPurpose::Perturb);
  StepFunction function(builder, model.getLoc(), "input_gradients");
  addInputs(function, step);
  addTargets(function, step);
  addWeights(function, step);
  addScalars(function, step);
  step.setGradientSink([](StringRef, Value) {});
  SmallVector<Value> scaled;
  for (BlockArgument input : inputs) {
    InputOpInterface scale = getScale(input);
    scaled.push_back(scale ? scale.getResult() : Value(input));
    if (isVaried(input))
      step.setLearned(scaled.back());
  }
  markLearned(step);
  for (Value nll : values)
    step.addFactor(nll, /*coefficient=*/{}, 1.0);
  if (failed(buildForward(step, values)) || failed(buildBackward(step)))
    return failure();
  for (auto [i, input] : llvm::enumerate(scaled)) {
    ArrayRef<Value> adjoint = step.getAdjoint(input);
    if (adjoint.empty())
      continue;
    Value gradient = adjoint.front();
    if (cast<RankedTensorType>(gradient.getType()).getRank() != 2)
      gradient = step.flatten(gradient);
    addOutput(function, step, gradient, getInputName("dx", i));
  }
  if (step.hasFailed())
    return failure();
  function.finish();
  return success();
}
