//===- StepWriter.cpp - The arguments and ops of the functions ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/StepWriter.h"
#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

KLOp vib::findRate(ReparameterizeOp sample) {
  auto model = sample->getParentOfType<ModelOp>();
  auto loss = *model.getBody().getOps<LossOp>().begin();
  SmallVector<KLOp> rates = loss.getRateTerms();
  llvm::append_range(rates, model.getBody().getOps<KLOp>());
  for (KLOp rate : rates)
    if (rate.getPosterior() == sample.getDistribution())
      return rate;
  return {};
}

StepWriter::StepWriter(OpBuilder &builder, ModelOp model, TrainOp train,
                       FloatType type, ModelAttr description,
                       bool roundsOperands)
    : builder(builder), model(model), type(type), description(description),
      roundsOperands(roundsOperands), rule(train.getOptimizerRule()),
      clip(train.getClipRule()), averaged(train.getAverageAttr()),
      parameters(model.getParameters()),
      loss(*model.getBody().getOps<LossOp>().begin()),
      inputs(model.getInputs()), samples(getSamples(model)),
      likelihoods(getLikelihoodTerms(loss)),
      rates(llvm::map_to_vector(samples, findRate)) {}

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

InputOpInterface StepWriter::getScale(BlockArgument input) {
  for (auto scale : model.getBody().getOps<InputOpInterface>())
    if (scale.getInput() == input)
      return scale;
  return {};
}

int64_t StepWriter::getInputWidth(unsigned place) {
  return ShapedType::getNumElements(
      ModelAttr::getShape(description.getInputs()[place]));
}

Type StepWriter::getScaledType(StepBuilder &step, InputOpInterface scale) {
  if (llvm::any_of(likelihoods, [&](NLLOp nll) {
        return nll.getTargetArgument() == scale.getInput();
      }))
    return type;
  SmallVector<Operation *> readers(scale.getResult().getUsers());
  while (!readers.empty()) {
    Operation *reader = readers.pop_back_val();
    if (isa<FlattenOp>(reader)) {
      llvm::append_range(readers, reader->getUsers());
      continue;
    }
    auto linear = dyn_cast<LinearOp>(reader);
    // What is not read as it lies in memory is rounded where it is copied.
    if (!linear || linear.getInput().getType().getRank() != 2 ||
        !step.isRounded(linear.getParameters()[0].shape))
      return type;
  }
  return builder.getBF16Type();
}

Value StepWriter::addRows(StepFunction &function, StepBuilder &step,
                          StringRef name, int64_t width, Type element,
                          StringRef dim) {
  Value tensor = function.addArgument(getMatrixType(width, element),
                                      SlotKind::Input, name);
  step.setDims(tensor, {dims::kRows, dim});
  return tensor;
}

void StepWriter::addInputs(StepFunction &function, StepBuilder &step) {
  for (auto [i, argument] : llvm::enumerate(inputs)) {
    Value input = argument;
    Type element = type;
    if (InputOpInterface scale = getScale(argument)) {
      input = scale.getResult();
      element = getScaledType(step, scale);
    } else if (getTokenReader(argument)) {
      element = builder.getI32Type();
    }
    step.set(input, addRows(function, step, getInputName("x", i),
                            getInputWidth(i), element, dims::kFeatures));
  }
}

void StepWriter::addTargets(StepFunction &function, StepBuilder &step) {
  for (auto [i, nll] : llvm::enumerate(likelihoods)) {
    if (nll.isReconstruction()) {
      Value input = nll.getTargetArgument();
      if (InputOpInterface scale = getScale(nll.getTargetArgument()))
        input = scale.getResult();
      if (input != nll.getTarget())
        step.set(nll.getTarget(), step.getTensor(input));
      continue;
    }
    auto target = cast<RankedTensorType>(nll.getTarget().getType());
    SmallVector<int64_t> shape(target.getShape());
    shape.front() = description.getBatch();
    Type element = isa<FloatType>(target.getElementType())
                       ? Type(type)
                       : target.getElementType();
    Value tensor = function.addArgument(RankedTensorType::get(shape, element),
                                        SlotKind::Input, getTargetName("y", i));
    step.setDims(tensor,
                 ArrayRef<StringRef>{dims::kRows, dims::kFeatures}.take_front(
                     shape.size()));
    step.set(nll.getTarget(), tensor);
  }
}

void StepWriter::addPosteriors(StepFunction &function, StepBuilder &step) {
  for (auto [i, sample] : llvm::enumerate(samples)) {
    Value posterior = sample.getDistribution();
    SmallVector<Value> statistics;
    for (const Statistic &statistic :
         sample.getDistribution().getType().getStatistics())
      statistics.push_back(addRows(function, step,
                                   getStreamName(statistic.name, i),
                                   statistic.size, type, dims::kFeatures));
    SmallVector<Value> tensors =
        getModel(posterior).fromStatistics(step, statistics);
    if (rates[i].isDrawn()) {
      tensors.push_back(function.addArgument(
          RankedTensorType::get(description.getBatch(), type), SlotKind::Input,
          getStreamName("log_det", i)));
      step.setDims(tensors.back(), {dims::kRows});
    }
    step.set(posterior, tensors);
  }
}

void StepWriter::addWeights(StepFunction &function, StepBuilder &step) {
  for (const Parameter &parameter : parameters)
    step.setParameter(
        parameter.name,
        function.addArgument(RankedTensorType::get(parameter.shape, type),
                             SlotKind::Weight, parameter.name));
  for (const Parameter &state : getRunningState(model))
    step.setParameter(state.name, function.addArgument(
                                      RankedTensorType::get(state.shape, type),
                                      SlotKind::State, state.name));
}

void StepWriter::addScalars(StepFunction &function, StepBuilder &step) {
  auto add = [&](StringRef name, Type scalarType) {
    step.setScalar(name,
                   function.addArgument(scalarType, SlotKind::Scalar, name));
  };
  add("seed", builder.getI64Type());
  add("step", builder.getI64Type());
  for (StringRef name : {"rows", "first_row", "total_rows", "sample"})
    add(name, builder.getI32Type());
  for (auto [i, factor] : llvm::enumerate(loss.getNamedCoefficients()))
    step.setCoefficient(factor.getName(),
                        function.addArgument(type, SlotKind::Scalar,
                                             getCoefficientSlotName(i),
                                             factor.getName()));
  for (StringRef name : {"rate", "rate1", "scale2", "average", "decay"})
    add(name, type);
}

//===----------------------------------------------------------------------===//
// Forward and backward
//===----------------------------------------------------------------------===//

void StepWriter::markLearned(StepBuilder &step) {
  for (Operation &op : model.getBody().front()) {
    auto parameterized = dyn_cast<ParameterizedOpInterface>(op);
    if ((parameterized && !parameterized.getParameters().empty()) ||
        llvm::any_of(op.getOperands(),
                     [&](Value value) { return step.isLearned(value); }))
      for (Value result : op.getResults())
        step.setLearned(result);
  }
}

/// The first label that `getLabel` returns for `values`; null if there is none.
static StringAttr findLabel(ValueRange values,
                            llvm::function_ref<StringAttr(Value)> getLabel) {
  for (Value value : values)
    if (StringAttr label = getLabel(value))
      return label;
  return {};
}

/// Sorts the ops by the length of the longest chain of ops before them, so that
/// ops that read the same values, such as the sample and the rate, are
/// adjacent.
static SmallVector<Operation *>
getByDepth(const llvm::SetVector<Operation *> &ops) {
  SmallVector<Operation *> sorted(ops.begin(), ops.end());
  llvm::sort(sorted,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  llvm::DenseMap<Operation *, unsigned> depths;
  for (Operation *op : sorted) {
    unsigned &depth = depths[op] = 0;
    for (Value operand : op->getOperands())
      depth = std::max(depth, depths.lookup(operand.getDefiningOp()) + 1);
  }
  llvm::stable_sort(sorted, [&](Operation *a, Operation *b) {
    return depths[a] < depths[b];
  });
  return sorted;
}

LogicalResult StepWriter::buildForward(StepBuilder &step, ValueRange targets) {
  llvm::SetVector<Operation *> needed;
  SmallVector<Value> worklist(targets);
  while (!worklist.empty()) {
    Value value = worklist.pop_back_val();
    Operation *op = value.getDefiningOp();
    if (!step.has(value) && needed.insert(op))
      llvm::append_range(worklist, op->getOperands());
  }
  for (Operation *op : getByDepth(needed)) {
    StringAttr label = findLabel(op->getOperands(), [&](Value operand) {
      return step.getLabelOf(operand);
    });
    step.setLabel(label ? label
                        : builder.getStringAttr(op->getName().stripDialect()));
    step.setWord(op->getName().stripDialect());
    step.setLoc(op->getLoc());
    cast<DifferentiableOpInterface>(op).buildForward(step);
    if (step.hasFailed())
      return failure();
    for (Value result : op->getResults())
      if (!step.has(result))
        return op->emitOpError("has built no tensors for its result in the "
                               "step");
  }
  return success();
}

/// Appends `op` to `order`, after all ops that use its results.
static void visitUsersFirst(Operation *op,
                            llvm::SetVector<Operation *> &order) {
  if (order.contains(op))
    return;
  SmallVector<Operation *> users(op->getUsers());
  llvm::sort(users,
             [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
  for (Operation *user : users)
    visitUsersFirst(user, order);
  order.insert(op);
}

LogicalResult StepWriter::buildBackward(StepBuilder &step) {
  for (auto op : model.getBody().getOps<ParameterizedOpInterface>())
    for (const Parameter &parameter : op.getParameters())
      step.addUse(parameter.name);
  llvm::SetVector<Operation *> order;
  for (Operation &op : model.getBody().front())
    visitUsersFirst(&op, order);
  for (Operation *op : order) {
    bool isReached = llvm::any_of(op->getResults(), [&](Value result) {
      return step.isLearned(result) &&
             (step.isInLoss(result) || !step.getAdjoint(result).empty());
    });
    bool isStart = op == loss && step.isTraining();
    if (!isStart && !isReached)
      continue;
    auto getAdjointLabel = [&](Value value) {
      return step.getAdjointLabelOf(value);
    };
    auto getForwardLabel = [&](Value value) { return step.getLabelOf(value); };
    StringAttr label = findLabel(op->getResults(), getAdjointLabel);
    if (!label)
      label = findLabel(op->getOperands(), getAdjointLabel);
    if (!label)
      label = findLabel(op->getResults(), getForwardLabel);
    step.setLabel(label);
    step.setWord(op->getName().stripDialect() + "'");
    step.setLoc(op->getLoc());
    cast<DifferentiableOpInterface>(op).buildBackward(step);
    if (step.hasFailed())
      return failure();
  }
  step.flush();
  return failure(step.hasFailed());
}
