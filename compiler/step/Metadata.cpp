//===- Metadata.cpp - What a module says of its model ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/Metadata.h"
#include "compiler/step/Optimizers.h"
#include "dialect/VibNumbers.h"

#include <cmath>

using namespace mlir;
using namespace vib;

/// Each schedule is that of a coefficient, and can follow its value.
static LogicalResult verifySchedules(ModuleOp module, ModelAttr model,
                                     TrainingAttr training) {
  SmallVector<CoefficientAttr> named = model.getNamedCoefficients();
  for (NamedAttribute entry : training.getCoefficients()) {
    auto found = llvm::find_if(named, [&](CoefficientAttr coefficient) {
      return coefficient.getName() == entry.getName();
    });
    if (found == named.end())
      return module.emitError("expected no schedule of '")
             << entry.getName().getValue() << "', because " << kModelAttrName
             << " has no such coefficient";
    if (!training.getScheduleOf(found->getName())
             .resolve(found->getValue().getValueAsDouble()))
      return module.emitError("expected 'from' or 'to' of the schedule of '")
             << found->getName() << "' to be its value in " << kModelAttrName;
  }
  return success();
}

/// The input that a parameter is computed from before training.
static FailureOr<NamedAttribute>
findInput(ModuleOp module, const Metadata &data, ParameterAttr parameter) {
  ArrayRef<NamedAttribute> inputs = data.model.getInputs();
  double input = parameter.getScale().getValueAsDouble();
  if (input >= 0 && input < double(inputs.size()) && input == std::floor(input))
    return inputs[unsigned(input)];
  return module.emitError("expected \"")
         << parameter.getName() << "\" to be "
         << (parameter.isState() ? "a statistic" : "examples")
         << " of an input from 0 to " << inputs.size() - 1 << " but got "
         << formatNumber(parameter.getScale());
}

/// Examples of an input have a row for each, with a number for each element.
static LogicalResult verifyExamples(ModuleOp module, const Metadata &data,
                                    ParameterAttr examples) {
  FailureOr<NamedAttribute> input = findInput(module, data, examples);
  if (failed(input))
    return failure();
  int64_t width = ShapedType::getNumElements(ModelAttr::getShape(*input));
  if (data.model.getNumValues(*input) == 0 &&
      examples.getType().getDimSize(1) == width)
    return success();
  return module.emitError("expected \"")
         << examples.getName() << "\", examples of the input '"
         << input->getName().getValue() << "', to have rows of " << width
         << " numbers, and the input not to consist of tokens, but got "
         << examples;
}

/// A statistic of an input has a number for each element of it, in their order.
static LogicalResult verifyStatistic(ModuleOp module, const Metadata &data,
                                     ParameterAttr statistic) {
  if (statistic.isRunning()) {
    if (statistic.getPlace() && statistic.getPlace().getRow() != 0)
      return module.emitError("expected \"")
             << statistic.getName() << "\" to be without panels, but got "
             << statistic;
    return success();
  }
  FailureOr<NamedAttribute> input = findInput(module, data, statistic);
  if (failed(input))
    return failure();
  int64_t width = ShapedType::getNumElements(ModelAttr::getShape(*input));
  RankedTensorType type = statistic.getType();
  PlaceAttr place = statistic.getPlace();
  if (type.getNumElements() != width || (place && place.getRow() != 0))
    return module.emitError("expected \"")
           << statistic.getName() << "\", a statistic of the input '"
           << input->getName().getValue() << "', to have " << width
           << " numbers, without panels, but got " << statistic;
  return success();
}

static LogicalResult readParameters(ModuleOp module, Metadata &data) {
  auto list = module->getAttrOfType<ArrayAttr>(kParametersAttrName);
  if (!list || list.empty())
    return module.emitError("expected the list of parameters, ")
           << kParametersAttrName;
  for (auto parameter : list.getAsRange<ParameterAttr>()) {
    RankedTensorType type = parameter.getType();
    if (type.getElementType() != data.model.getElementType())
      return module.emitError("expected the parameter \"")
             << parameter.getName() << "\" to have elements of the type of "
             << kModelAttrName << ", " << data.model.getElementType()
             << ", but got " << type;
    if (parameter.isState() && failed(verifyStatistic(module, data, parameter)))
      return failure();
    if (parameter.getInit() == Initialization::Examples &&
        failed(verifyExamples(module, data, parameter)))
      return failure();
    auto &entries = parameter.isRunning() ? data.running
                    : parameter.isState() ? data.constants
                                          : data.parameters;
    bool isKnown = llvm::any_of(
        ArrayRef({&data.parameters, &data.constants, &data.running}),
        [&](auto *list) { return list->contains(parameter.getName()); });
    entries.insert({parameter.getName(), type});
    if (isKnown)
      return module.emitError("two entries of ")
             << kParametersAttrName << " have the name \""
             << parameter.getName() << "\"";
  }
  return success();
}

FailureOr<Metadata> vib::readMetadata(ModuleOp module) {
  Metadata data;
  data.model = module->getAttrOfType<ModelAttr>(kModelAttrName);
  if (!data.model)
    return module.emitError("expected a description of the model, ")
           << kModelAttrName;
  auto training = module->getAttrOfType<TrainingAttr>(kTrainingAttrName);
  if (!training)
    return module.emitError("expected a description of the training, ")
           << kTrainingAttrName;
  if (failed(verifySchedules(module, data.model, training)))
    return failure();
  data.state = getStateSlots(training.getOptimizerRule(),
                             training.getAverage() != nullptr);
  if (failed(readParameters(module, data)))
    return failure();
  return data;
}

bool Metadata::isRunning(SlotKind kind, StringRef name) const {
  return (kind == SlotKind::State || kind == SlotKind::Average) &&
         running.contains(name);
}

RankedTensorType Metadata::getTensorType(StringRef name) const {
  std::optional<ModelAttr::TensorName> tensor = model.splitTensorName(name);
  if (!tensor)
    return {};
  auto [base, place] = *tensor;
  Builder builder(model.getContext());
  FloatType type = model.getElementType();
  auto getMatrix = [&](int64_t width, Type element) {
    return RankedTensorType::get({model.getBatch(), width}, element);
  };
  auto rows = RankedTensorType::get({model.getBatch()}, type);
  if (base == "image" || base == "x" || base == "dx") {
    NamedAttribute input = model.getInputs()[place];
    bool isOfTokens = model.getNumValues(input) != 0;
    if (isOfTokens && base == "dx")
      return {};
    return getMatrix(ShapedType::getNumElements(ModelAttr::getShape(input)),
                     base == "image" ? Type(builder.getI8Type())
                     : isOfTokens    ? Type(builder.getI32Type())
                                     : type);
  }
  if (llvm::is_contained({"nll", "error", "distance", "rate", "residual",
                          "drawn_rate", "log_det", "objective", "weight",
                          "entropy", "pairwise"},
                         base))
    return rows;
  if (base == "y" || base == "logits" || base == "prediction") {
    DistributionTypeInterface likelihood =
        ModelAttr::getDistribution(model.getLikelihoods()[place]);
    if (base == "y" && likelihood.getNumClasses() != 0)
      return rows.clone(builder.getI32Type());
    return getMatrix(likelihood.getSize(), type);
  }
  DistributionTypeInterface posterior =
      ModelAttr::getDistribution(model.getPosteriors()[place]);
  for (const Statistic &statistic : posterior.getStatistics())
    if (statistic.name == base)
      return getMatrix(statistic.size, type);
  if (base == "rate_each" && posterior.getRateParts() != 0)
    return getMatrix(posterior.getRateParts(), type);
  if (base == "mu" || base == "z" ||
      (base == "sigma" && posterior.hasDeviation()))
    return getMatrix(posterior.getSize(), type);
  return {};
}

bool Metadata::hasType(StringRef name, RankedTensorType type) const {
  RankedTensorType expected = getTensorType(name);
  if (!expected || type == expected)
    return expected != nullptr;
  StringRef base = name.split('.').first;
  if (base == "x" && model.getOperands() == Precision::BF16 &&
      isa<FloatType>(expected.getElementType()))
    return type == expected.clone(BFloat16Type::get(model.getContext()));
  return base == "image" && type == expected.clone(model.getElementType());
}
