//===- BuildStep.cpp - Build the functions of the step ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function computes a part of the model: the ops that its results need, up
// to the values that it takes as arguments. A function is created with every
// argument that it could need; unused ones are removed at the end.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/ModelAttributes.h"
#include "compiler/step/Optimizers.h"
#include "compiler/step/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_BUILDSTEP
#include "compiler/step/Passes.h.inc"
} // namespace vib

namespace {

//===----------------------------------------------------------------------===//
// StepFunction
//===----------------------------------------------------------------------===//

/// A function of the step under construction.
class StepFunction {
public:
  StepFunction(OpBuilder &builder, Location loc, StringRef name)
      : builder(builder), guard(builder) {
    function = func::FuncOp::create(builder, loc, name,
                                    builder.getFunctionType({}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
  }

  Value addArgument(Type type, SlotKind kind, StringRef name) {
    argumentSlots.push_back(getSlot(kind, name));
    Location loc = NameLoc::get(builder.getStringAttr(name));
    return function.getBody().addArgument(type, loc);
  }

  void addResult(Value value, SlotKind kind, StringRef name) {
    results.push_back(value);
    resultSlots.push_back(getSlot(kind, name));
  }

  /// Returns the results, and removes ops and arguments that they do not need.
  void finish() {
    func::ReturnOp::create(builder, function.getLoc(), results);
    Block &block = function.getBody().front();
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block)))
      if (isOpTriviallyDead(&op))
        op.erase();
    for (unsigned i = block.getNumArguments(); i-- > 0;) {
      if (!block.getArgument(i).use_empty())
        continue;
      block.eraseArgument(i);
      argumentSlots.erase(argumentSlots.begin() + i);
    }
    function.setType(builder.getFunctionType(block.getArgumentTypes(),
                                             ValueRange(results).getTypes()));
    function.setAllArgAttrs(getAttributes(argumentSlots));
    function.setAllResultAttrs(getAttributes(resultSlots));
  }

private:
  /// All at once: one by one, each call would leave a list of all of them in
  /// the context.
  SmallVector<DictionaryAttr> getAttributes(ArrayRef<SlotAttr> slots) {
    return llvm::map_to_vector(slots, [&](SlotAttr slot) {
      return builder.getDictionaryAttr(
          builder.getNamedAttr(kSlotAttrName, slot));
    });
  }

  SlotAttr getSlot(SlotKind kind, StringRef name) {
    return SlotAttr::get(builder.getContext(), kind, name);
  }

  OpBuilder &builder;
  OpBuilder::InsertionGuard guard;
  func::FuncOp function;
  SmallVector<SlotAttr> argumentSlots, resultSlots;
  SmallVector<Value> results;
};

//===----------------------------------------------------------------------===//
// StepWriter
//===----------------------------------------------------------------------===//

/// Builds all functions of a model. Encoder and decoder must have been inlined.
class StepWriter {
public:
  StepWriter(OpBuilder &builder, ModelOp model, TrainOp train, FloatType type,
             int64_t batch, bool roundsOperands)
      : builder(builder), model(model), type(type), batch(batch),
        roundsOperands(roundsOperands), rule(train.getOptimizerRule()),
        averaged(train.getAverageAttr()), parameters(model.getParameters()) {
    Block &block = model.getBody().front();
    loss = *block.getOps<LossOp>().begin();
    sample = *block.getOps<ReparameterizeOp>().begin();
    nll = loss.getNll().getDefiningOp<NLLOp>();
  }

  void writeScale();
  void writeTraining(StringRef name, bool updates);
  void writeEncode();
  void writeEvaluate();
  void writeDraw();
  void writeDecode();

private:
  StepBuilder createBuilder(StepPurpose purpose) {
    return StepBuilder(builder, model.getLoc(), type, purpose, roundsOperands);
  }

  RankedTensorType getMatrixType(int64_t width, Type element) {
    return RankedTensorType::get({batch, width}, element);
  }

  /// The op that scales bytes, or null if the model takes numbers.
  ScaleOp getScale() {
    auto scales = model.getBody().getOps<ScaleOp>();
    return scales.empty() ? ScaleOp() : *scales.begin();
  }

  int64_t getInputWidth() {
    auto type = cast<RankedTensorType>(model.getInput().getType());
    int64_t width = 1;
    for (int64_t extent : type.getShape().drop_front())
      width *= extent;
    return width;
  }

  /// The element type of the result of `scale`: bf16 if all readers round it,
  /// otherwise the type of the model.
  Type getScaledType(StepBuilder &step);

  void addInput(StepFunction &function, StepBuilder &step);
  void addTarget(StepFunction &function, StepBuilder &step);
  void addPosterior(StepFunction &function, StepBuilder &step);
  void addWeights(StepFunction &function, StepBuilder &step);
  void addScalars(StepFunction &function, StepBuilder &step);
  void addRate(StepFunction &function, StepBuilder &step);

  /// Marks the values that depend on parameters.
  void markLearned(StepBuilder &step);
  /// Builds the ops that `targets` need, except those of values that have
  /// tensors already.
  void buildForward(StepBuilder &step, ValueRange targets);
  /// Builds the adjoints and gradients of the ops that have been built.
  void buildBackward(StepBuilder &step);

  OpBuilder &builder;
  ModelOp model;
  FloatType type;
  int64_t batch;
  bool roundsOperands;
  Optimizer rule;
  bool averaged;
  SmallVector<Parameter> parameters;
  LossOp loss;
  ReparameterizeOp sample;
  NLLOp nll;
};

} // namespace

//===----------------------------------------------------------------------===//
// Arguments
//===----------------------------------------------------------------------===//

Type StepWriter::getScaledType(StepBuilder &step) {
  SmallVector<Operation *> readers(getScale()->getUsers());
  while (!readers.empty()) {
    Operation *reader = readers.pop_back_val();
    if (isa<FlattenOp>(reader)) {
      llvm::append_range(readers, reader->getUsers());
      continue;
    }
    auto linear = dyn_cast<LinearOp>(reader);
    if (!linear || !step.isRounded(linear.getParameters()[0].shape))
      return type;
  }
  return builder.getBF16Type();
}

void StepWriter::addInput(StepFunction &function, StepBuilder &step) {
  Value input = model.getInput();
  Type element = type;
  if (ScaleOp scale = getScale()) {
    input = scale.getResult();
    element = getScaledType(step);
  }
  step.set(input, function.addArgument(getMatrixType(getInputWidth(), element),
                                       SlotKind::Input, "x"));
}

void StepWriter::addTarget(StepFunction &function, StepBuilder &step) {
  auto target = cast<RankedTensorType>(nll.getTarget().getType());
  SmallVector<int64_t> shape(target.getShape());
  shape.front() = batch;
  Type element = isa<FloatType>(target.getElementType())
                     ? Type(type)
                     : target.getElementType();
  step.set(nll.getTarget(),
           function.addArgument(RankedTensorType::get(shape, element),
                                SlotKind::Input, "y"));
}

void StepWriter::addPosterior(StepFunction &function, StepBuilder &step) {
  NormalType posterior = sample.getDistribution().getType();
  int64_t width = posterior.getWidth();
  Value mean =
      function.addArgument(getMatrixType(width, type), SlotKind::Input, "mu");
  Value factor =
      posterior.getCovariance() == Covariance::Full
          ? function.addArgument(getMatrixType(width * (width + 1) / 2, type),
                                 SlotKind::Input, "cholesky")
          : function.addArgument(getMatrixType(width, type), SlotKind::Input,
                                 "sigma");
  step.set(sample.getDistribution(), {mean, Value(), factor});
}

void StepWriter::addWeights(StepFunction &function, StepBuilder &step) {
  for (const Parameter &parameter : parameters)
    step.setParameter(
        parameter.name,
        function.addArgument(RankedTensorType::get(parameter.shape, type),
                             SlotKind::Weight, parameter.name));
}

void StepWriter::addScalars(StepFunction &function, StepBuilder &step) {
  auto add = [&](StringRef name, Type scalarType) {
    step.setScalar(name,
                   function.addArgument(scalarType, SlotKind::Scalar, name));
  };
  add("seed", builder.getI64Type());
  add("step", builder.getI64Type());
  for (StringRef name : {"rows", "row0", "sample"})
    add(name, builder.getI32Type());
  for (StringRef name : {"beta", "rate", "rate1", "scale2", "average", "decay"})
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

void StepWriter::buildForward(StepBuilder &step, ValueRange targets) {
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
  }
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

void StepWriter::buildBackward(StepBuilder &step) {
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
    if (op != loss && !isReached)
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
  }
  step.flush();
}

//===----------------------------------------------------------------------===//
// Functions
//===----------------------------------------------------------------------===//

void StepWriter::writeScale() {
  ScaleOp scale = getScale();
  if (!scale)
    return;
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, scale.getLoc(), "scale");
  // Signless i8, because arithmetic works on signless integers only.
  step.set(
      model.getInput(),
      function.addArgument(getMatrixType(getInputWidth(), builder.getI8Type()),
                           SlotKind::Input, "image"));
  addScalars(function, step);
  buildForward(step, scale.getResult());
  Value scaled = step.getTensor(scale.getResult());
  if (getScaledType(step) != type)
    scaled = step.round(scaled);
  function.addResult(scaled, SlotKind::Output, "x");
  function.finish();
}

void StepWriter::addRate(StepFunction &function, StepBuilder &step) {
  Value rate =
      loss.getRate() ? step.getTensor(loss.getRate()) : step.zeros(batch);
  function.addResult(rate, SlotKind::Output, "rate");
}

void StepWriter::writeTraining(StringRef name, bool updates) {
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
  buildForward(step, terms);
  buildBackward(step);

  for (const Parameter &parameter : parameters)
    for (auto [slot, tensor] : llvm::zip_equal(slots, state[parameter.name]))
      function.addResult(tensor, slot, parameter.name);
  ArrayRef<Value> likelihood = step.get(nll.getResult());
  function.addResult(likelihood[0], SlotKind::Output, "nll");
  addRate(function, step);
  function.addResult(likelihood[1], SlotKind::Output, "error");
  function.finish();
}

void StepWriter::writeEncode() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "encode");
  addInput(function, step);
  addWeights(function, step);
  addScalars(function, step);
  Value posterior = sample.getDistribution();
  SmallVector<Value> targets = {posterior};
  if (loss.getRate())
    targets.push_back(loss.getRate());
  buildForward(step, targets);
  step.setLabel(step.getLabelOf(posterior));
  step.setWord("sigma");

  function.addResult(step.get(posterior)[0], SlotKind::Output, "mu");
  function.addResult(buildDeviation(step, posterior), SlotKind::Output,
                     "sigma");
  if (sample.getDistribution().getType().getCovariance() == Covariance::Full)
    function.addResult(step.get(posterior)[2], SlotKind::Output, "cholesky");
  addRate(function, step);
  if (loss.getRate() && step.get(loss.getRate()).size() > 1)
    function.addResult(step.get(loss.getRate())[1], SlotKind::Output,
                       "rate_each");
  function.finish();
}

void StepWriter::writeEvaluate() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "evaluate");
  addInput(function, step);
  addPosterior(function, step);
  addTarget(function, step);
  addWeights(function, step);
  addScalars(function, step);
  buildForward(step, nll.getResult());
  step.setLabel(step.getLabelOf(nll.getResult()));
  step.setWord("prediction");

  function.addResult(step.get(nll.getResult())[0], SlotKind::Output, "nll");
  function.addResult(step.get(nll.getResult())[1], SlotKind::Output, "error");
  function.addResult(buildPrediction(step, nll.getLikelihood()),
                     SlotKind::Output, "prediction");
  function.finish();
}

void StepWriter::writeDraw() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "draw");
  addPosterior(function, step);
  addScalars(function, step);
  buildForward(step, sample.getResult());
  function.addResult(step.getTensor(sample.getResult()), SlotKind::Output, "z");
  function.finish();
}

/// A copy of a tensor that has a place already.
static Value copyTensor(StepBuilder &step, Value tensor) {
  return step.map({{tensor, "bk"}}, "bk",
                  [](ScalarBuilder &, ValueRange elements) -> Value {
                    return elements[0];
                  });
}

void StepWriter::writeDecode() {
  StepBuilder step = createBuilder(StepPurpose::Evaluate);
  StepFunction function(builder, model.getLoc(), "decode");
  Value z = function.addArgument(
      getMatrixType(sample.getDistribution().getType().getWidth(), type),
      SlotKind::Input, "z");
  step.set(sample.getResult(), z);
  addWeights(function, step);
  addScalars(function, step);
  buildForward(step, nll.getLikelihood());
  StringAttr label = step.getLabelOf(nll.getLikelihood());
  step.setLabel(label ? label : builder.getStringAttr("decode"));
  step.setWord("prediction");

  // The results need separate tensors, because a tensor has only one place.
  Value logits = step.getTensor(nll.getLikelihood());
  Value prediction = buildPrediction(step, nll.getLikelihood());
  if (prediction == logits)
    prediction = copyTensor(step, logits);
  if (logits == z)
    logits = copyTensor(step, z);
  function.addResult(logits, SlotKind::Output, "logits");
  function.addResult(prediction, SlotKind::Output, "prediction");
  function.finish();
}

//===----------------------------------------------------------------------===//
// The pass
//===----------------------------------------------------------------------===//

/// Moves the ops of the encoder and the decoder into the body of the model.
static void inlineParts(ModelOp model) {
  SmallVector<Operation *> parts;
  model.walk([&](Operation *op) {
    if (isa<EncoderOp, DecoderOp>(op))
      parts.push_back(op);
  });
  for (Operation *part : parts) {
    Block &body = part->getRegion(0).front();
    Operation *yield = body.getTerminator();
    part->replaceAllUsesWith(yield->getOperands());
    yield->erase();
    part->getBlock()->getOperations().splice(part->getIterator(),
                                             body.getOperations());
    part->erase();
  }
}

/// The element type of the first floating-point tensor in the model.
static FloatType getModelType(ModelOp model) {
  for (Operation &op : model.getBody().front())
    for (Type type : op.getResultTypes())
      if (auto tensor = dyn_cast<RankedTensorType>(type))
        if (auto element = dyn_cast<FloatType>(tensor.getElementType()))
          return element;
  return Float32Type::get(model.getContext());
}

/// Checks assumptions of the functions that the dialect's verifiers do not
/// check.
static LogicalResult checkModel(ModelOp model) {
  unsigned numSamples = 0;
  for (Operation &op : model.getBody().front()) {
    if (!isa<DifferentiableOpInterface>(op))
      return op.emitOpError("cannot be differentiated: expected only ops of "
                            "the vib dialect in a model");
    numSamples += isa<ReparameterizeOp>(op);
  }
  if (numSamples != 1)
    return model.emitOpError("expected one vib.reparameterize, the bottleneck, "
                             "but got ")
           << numSamples;
  return success();
}

namespace {
struct BuildStep : vib::impl::BuildStepBase<BuildStep> {
  using BuildStepBase::BuildStepBase;

  void getDependentDialects(DialectRegistry &registry) const override {
    BuildStepBase::getDependentDialects(registry);
    registerDifferentiableModels(registry);
  }

  void runOnOperation() override {
    ModuleOp module = getOperation();
    auto models = module.getOps<ModelOp>();
    auto trains = module.getOps<TrainOp>();
    if (!llvm::hasSingleElement(models) || !llvm::hasSingleElement(trains)) {
      module.emitError("expected one vib.model and one vib.train but got ")
          << std::distance(models.begin(), models.end()) << " and "
          << std::distance(trains.begin(), trains.end());
      return signalPassFailure();
    }
    ModelOp model = *models.begin();
    TrainOp train = *trains.begin();
    inlineParts(model);
    if (failed(checkModel(model)))
      return signalPassFailure();

    FloatType type = getModelType(model);
    int64_t rows = train.getBatch();
    OpBuilder builder(module.getBodyRegion());
    builder.setInsertionPointToEnd(module.getBody());
    StepWriter writer(builder, model, train, type, rows, roundOperands);
    writer.writeScale();
    writer.writeTraining("train_step", /*updates=*/true);
    if (withGradients)
      writer.writeTraining("gradients", /*updates=*/false);
    writer.writeEncode();
    writer.writeEvaluate();
    writer.writeDraw();
    writer.writeDecode();

    module->setAttr("vib.phase", builder.getStringAttr("step"));
    module->setAttr("vib.model", getModelAttribute(model, train, type, rows,
                                                   roundOperands ? "bf16"
                                                   : useTF32     ? "tf32"
                                                                 : "",
                                                   computeHash(model)));
    module->setAttr("vib.parameters", getParametersAttribute(model, train));
    numDifferentiated += model.getBody().front().getOperations().size();
    numParameters += model.getParameters().size();
    train.erase();
    model.erase();
  }
};
} // namespace
