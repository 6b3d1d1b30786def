//===- BuildStep.cpp - Build the step of a model --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/ModelAttributes.h"
#include "compiler/step/Passes.h"
#include "compiler/step/StepWriter.h"
#include "dialect/VibModelVerifier.h"
#include "dialect/VibNumbers.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_BUILDSTEP
#include "compiler/step/Passes.h.inc"
} // namespace vib

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
  for (Operation &op : model.getBody().front()) {
    if (!isa<DifferentiableOpInterface>(op))
      return op.emitOpError("cannot be differentiated: expected only ops of "
                            "the vib dialect in a model");
    for (Type type : op.getResultTypes())
      if (isa<DistributionTypeInterface>(type) &&
          !isa<DistributionModelInterface>(type))
        return op.emitOpError("cannot be computed: ")
               << type << " does not implement DistributionModelInterface";
  }
  return success();
}

/// Adds the rate of each posterior, which programs report, to a model that does
/// not compute it. Its prior is the standard normal, or the uniform one of
/// classes.
static void addRates(ModelOp model) {
  for (ReparameterizeOp sample : getSamples(model)) {
    if (findRate(sample))
      continue;
    OpBuilder builder(model.getContext());
    builder.setInsertionPointAfter(sample);
    DistributionTypeInterface posterior = sample.getDistribution().getType();
    Attribute prior;
    if (!posterior.hasDivergence(prior))
      prior = StandardNormalAttr::get(model.getContext(), posterior);
    KLOp::create(builder, sample.getLoc(), NatsType::get(model.getContext()),
                 sample.getDistribution(), /*given=*/ValueRange(), prior);
  }
}

/// Lets a VampPrior read a copy of its encoder behind pseudo-inputs, of which
/// there are as many as components. Layers of one name are one layer, so the
/// copy has the parameters of the encoder.
static void copyEncoder(PriorOp prior) {
  OpBuilder builder(prior);
  int64_t count = *prior.getComponents();
  auto withCount = [&](Type type) -> Type {
    auto tensor = dyn_cast<RankedTensorType>(type);
    if (!tensor)
      return type;
    SmallVector<int64_t> shape(tensor.getShape());
    shape.front() = count;
    return tensor.clone(shape);
  };
  Value input = prior.getInput();
  IRMapping copies;
  copies.map(input, PseudoInputsOp::create(builder, prior.getLoc(),
                                           withCount(input.getType()),
                                           prior.getNameAttr())
                        .getResult());
  auto isInput = [&](Operation *op) { return op == input.getDefiningOp(); };
  SetVector<Operation *> encoder =
      collectSources(prior.getEncoded().getDefiningOp(), isInput);
  encoder.remove_if(isInput);
  for (Operation &op : *prior->getBlock()) {
    if (!encoder.contains(&op))
      continue;
    // Nothing is dropped there.
    if (auto dropout = dyn_cast<DropoutOp>(op)) {
      copies.map(dropout.getResult(), copies.lookup(dropout.getInput()));
      continue;
    }
    // A batch has the statistics of the examples, and these do not.
    if (auto norm = dyn_cast<BatchNormOp>(op)) {
      Value h = copies.lookup(norm.getInput());
      copies.map(norm.getResult(),
                 RunningNormOp::create(builder, norm.getLoc(), h.getType(), h,
                                       norm.getNameAttr(), norm.getEpsAttr())
                     .getResult());
      continue;
    }
    for (Value result : builder.clone(op, copies)->getResults())
      result.setType(withCount(result.getType()));
  }
  prior.getGivenMutable().assign(copies.lookup(prior.getEncoded()));
}

/// Applies a ReLU after the maximum of its windows. Both orders yield the same
/// numbers and gradients: a window whose maximum is not above 0 passes no
/// gradient, and in others the maximum is the same element. The ReLU and its
/// derivative then have one element for each window, and the backward pass does
/// not read what the ReLU computed.
static int64_t poolBeforeReLU(ModelOp model) {
  int64_t moved = 0;
  for (auto pool :
       llvm::make_early_inc_range(model.getBody().getOps<MaxPoolOp>())) {
    auto relu = pool.getInput().getDefiningOp<ReLUOp>();
    if (!relu || !relu->hasOneUse())
      continue;
    pool.getInputMutable().assign(relu.getInput());
    pool.getResult().replaceAllUsesWith(relu.getResult());
    relu.getInputMutable().assign(pool.getResult());
    relu.getResult().setType(pool.getType());
    relu->moveAfter(pool);
    ++moved;
  }
  return moved;
}

/// Reports a factor that the model's type rounds to 0 or to infinity.
static LogicalResult checkFactor(Operation *op, FloatType type,
                                 const Twine &what, double number) {
  if (type.isF64() || (number >= std::numeric_limits<float>::min() &&
                       number <= std::numeric_limits<float>::max()))
    return success();
  return op->emitOpError("expected ")
         << what << " to be between 1.2e-38 and 3.4e38, as the normal numbers "
         << "of f32 are, but got "
         << formatNumber(Builder(op->getContext()).getF64FloatAttr(number));
}

static LogicalResult checkFactors(ModelOp model, TrainOp train,
                                  FloatType type) {
  if (train.getClipAttr() &&
      failed(checkFactor(train, type, "the limit of 'clip'",
                         train.getClipRule().limit)))
    return failure();
  WalkResult result = model.getBody().walk([&](Operation *op) -> WalkResult {
    if (auto concrete = dyn_cast<ConcreteOp>(op))
      return checkFactor(
          op, type, "the temperature",
          concrete.getTemperature().getValue().getValueAsDouble());
    if (auto laplace = dyn_cast<LaplaceOp>(op))
      return checkFactor(op, type, "the scale",
                         laplace.getNoise().convertToDouble());
    auto nll = dyn_cast<NLLOp>(op);
    if (!nll)
      return success();
    ArrayRef<double> weights = nll.getWeights().value_or(ArrayRef<double>());
    for (double weight : weights)
      if (failed(checkFactor(op, type, "the weight of a class", weight)))
        return failure();
    return success();
  });
  return failure(result.wasInterrupted());
}

/// Reports a learning rate, or an end of a schedule, beyond the model's type.
static LogicalResult checkNumbers(TrainOp train, FloatType type) {
  Builder builder(train.getContext());
  auto check = [&](const Twine &what, double number) -> LogicalResult {
    if (type.isF64() || number <= std::numeric_limits<float>::max())
      return success();
    return train.emitOpError("expected ")
           << what << " to be at most 3.4e38, the largest number of f32, but "
           << "got " << formatNumber(builder.getF64FloatAttr(number));
  };
  auto checkEnds = [&](const Twine &what, Attribute attribute) {
    Schedule schedule = cast<ScheduleAttrInterface>(attribute).getSchedule();
    return failure(failed(check(what, schedule.from.value)) ||
                   failed(check(what, schedule.to.value)));
  };
  if (failed(check("the learning rate", train.getOptimizerRule().rate)) ||
      failed(
          checkEnds("the schedule of the learning rate", train.getSchedule())))
    return failure();
  for (NamedAttribute coefficient : train.getCoefficients())
    if (failed(checkEnds("the schedule of '" +
                             coefficient.getName().getValue() + "'",
                         coefficient.getValue())))
      return failure();
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
    // Before the model is changed, because the hash is that of the user's
    // model.
    if (failed(checkNumbers(train, type)) ||
        failed(checkFactors(model, train, type)) ||
        failed(setMetadata(model, train, type)))
      return signalPassFailure();
    for (auto prior : model.getBody().getOps<PriorOp>())
      if (prior.getInput())
        copyEncoder(prior);
    addRates(model);
    numPooledFirst += poolBeforeReLU(model);
    if (failed(writeFunctions(model, train, type)))
      return signalPassFailure();
    numDifferentiated += model.getBody().front().getOperations().size();
    numParameters += model.getParameters().size();
    train.erase();
    model.erase();
  }

  LogicalResult writeFunctions(ModelOp model, TrainOp train, FloatType type) {
    OpBuilder builder = OpBuilder::atBlockEnd(getOperation().getBody());
    StepWriter writer(builder, model, train, type,
                      getOperation()->getAttrOfType<ModelAttr>(kModelAttrName),
                      roundOperands);
    return failure(
        failed(writer.writeScale()) ||
        failed(writer.writeTraining("train_step", /*updates=*/true)) ||
        (withGradients &&
         failed(writer.writeTraining("gradients", /*updates=*/false))) ||
        failed(writer.writeEncode()) || failed(writer.writeEvaluate()) ||
        failed(writer.writeDraw()) || failed(writer.writeDecode()) ||
        (withGradients && failed(writer.writeInputGradients())));
  }

  LogicalResult setMetadata(ModelOp model, TrainOp train, FloatType type) {
    std::optional<Precision> operands;
    if (roundOperands || useTF32)
      operands = roundOperands ? Precision::BF16 : Precision::TF32;
    ModelAttr description =
        getModelAttribute(model, type, train.getBatch(), operands);
    ArrayAttr parameters = getParametersAttribute(model, train, type);
    if (!description || !parameters)
      return failure();
    ModuleOp module = getOperation();
    module->setAttr(kPhaseAttrName, StringAttr::get(&getContext(), "step"));
    module->setAttr(kModelAttrName, description);
    module->setAttr(kTrainingAttrName,
                    getTrainingAttribute(train, description));
    module->setAttr(kParametersAttrName, parameters);
    return success();
  }
};
} // namespace
