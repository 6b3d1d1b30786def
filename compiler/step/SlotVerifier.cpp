//===- SlotVerifier.cpp - Arguments and results of the step ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/SlotVerifier.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace vib;

bool vib::isStateSlot(SlotKind kind) {
  return kind == SlotKind::Weight || kind == SlotKind::Moment1 ||
         kind == SlotKind::Moment2 || kind == SlotKind::Average;
}

//===----------------------------------------------------------------------===//
// One function
//===----------------------------------------------------------------------===//

namespace {
class SlotVerifier {
public:
  SlotVerifier(func::FuncOp function, const Metadata &data)
      : function(function), data(data) {}

  LogicalResult verify(const Twine &what, Type type, Attribute attribute,
                       llvm::StringSet<> &seen);

private:
  LogicalResult verifyScalar(const Twine &what, Type type, StringRef name);
  LogicalResult verifyTensor(const Twine &what, RankedTensorType type,
                             StringRef name);
  LogicalResult verifyParameter(const Twine &what, RankedTensorType type,
                                SlotAttr slot);

  func::FuncOp function;
  const Metadata &data;
};
} // namespace

/// A field of the runtime's VibStep.
LogicalResult SlotVerifier::verifyScalar(const Twine &what, Type type,
                                         StringRef name) {
  if (!type.isIntOrFloat())
    return function.emitOpError("expected ")
           << what << ", a scalar, to be a number but got " << type;
  Builder builder(type.getContext());
  std::optional<unsigned> coefficient = getCoefficientPlace(name);
  bool isCoefficient =
      coefficient && *coefficient < data.model.getNamedCoefficients().size();
  Type expected =
      llvm::StringSwitch<Type>(name)
          .Cases({"seed", "step"}, builder.getI64Type())
          .Cases({"rows", "first_row", "total_rows", "sample"},
                 builder.getI32Type())
          .Cases({"rate", "rate1", "scale2", "average", "decay"},
                 data.model.getElementType())
          .Default(isCoefficient ? data.model.getElementType() : Type());
  if (!expected)
    return function.emitOpError("expected ")
           << what << ", a scalar, to be a value of a step, but none has the "
           << "name \"" << name << "\"";
  if (type != expected)
    return function.emitOpError("expected ")
           << what << ", the scalar \"" << name << "\", to be an " << expected
           << " but got " << type;
  return success();
}

/// An input or an output. Where all readers round x to bf16, it is bf16.
LogicalResult SlotVerifier::verifyTensor(const Twine &what,
                                         RankedTensorType type,
                                         StringRef name) {
  RankedTensorType expected = data.getTensorType(name);
  if (!expected)
    return function.emitOpError("expected the slot of ")
           << what << " to name a tensor of the runtime, but none has the name "
           << "\"" << name << "\"";
  if (!data.hasType(name, type))
    return function.emitOpError("expected ")
           << what << ", \"" << name << "\", to be a " << expected << " by "
           << "vib.model but got " << type;
  return success();
}

LogicalResult SlotVerifier::verifyParameter(const Twine &what,
                                            RankedTensorType type,
                                            SlotAttr slot) {
  const auto &entries = data.isRunning(slot.getKind(), slot.getName())
                            ? data.running
                        : slot.getKind() == SlotKind::State ? data.constants
                                                            : data.parameters;
  auto parameter = entries.find(slot.getName());
  if (parameter == entries.end())
    return function.emitOpError("expected the slot of ")
           << what << " to name a "
           << (slot.getKind() == SlotKind::State ? "statistic" : "parameter")
           << ", but vib.parameters has no \"" << slot.getName() << "\"";
  if (type != parameter->second)
    return function.emitOpError("expected ")
           << what << " to have the type of the parameter \"" << slot.getName()
           << "\", " << parameter->second << ", but got " << type;
  if (isStateSlot(slot.getKind()) &&
      !llvm::is_contained(data.state, slot.getKind()))
    return function.emitOpError("found the slot ")
           << slot << ", but the optimizer and the average of "
           << kTrainingAttrName << " do not have it";
  return success();
}

LogicalResult SlotVerifier::verify(const Twine &what, Type type,
                                   Attribute attribute,
                                   llvm::StringSet<> &seen) {
  auto slot = dyn_cast_or_null<SlotAttr>(attribute);
  if (!slot)
    return function.emitOpError("expected ")
           << what << " to have a slot (" << kSlotAttrName << ")";
  std::string key =
      (stringifySlotKind(slot.getKind()) + " " + slot.getName()).str();
  if (!seen.insert(key).second)
    return function.emitOpError("has the slot ") << slot << " twice";
  if (slot.getKind() == SlotKind::Scalar)
    return verifyScalar(what, type, slot.getName());
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return function.emitOpError("expected ")
           << what << " to be a tensor with a static shape but got " << type;
  if (isStateSlot(slot.getKind()) || slot.getKind() == SlotKind::Gradient ||
      slot.getKind() == SlotKind::State)
    return verifyParameter(what, tensor, slot);
  return verifyTensor(what, tensor, slot.getName());
}

/// All state that a function takes, it returns.
static LogicalResult verifyState(func::FuncOp function) {
  llvm::DenseSet<Attribute> returned;
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    returned.insert(function.getResultAttr(i, kSlotAttrName));
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto slot = cast<SlotAttr>(function.getArgAttr(i, kSlotAttrName));
    bool isChanged =
        isStateSlot(slot.getKind()) || slot.getKind() == SlotKind::State;
    if (isChanged && !returned.contains(slot))
      return function.emitOpError("takes the state ")
             << slot << " but does not return it";
  }
  return success();
}

LogicalResult vib::verifySlots(func::FuncOp function, const Metadata &data) {
  if (!llvm::is_contained(kFunctionNames, function.getName()))
    return function.emitOpError("is not a function of the step");
  SlotVerifier verifier(function, data);
  llvm::StringSet<> arguments, results;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (failed(verifier.verify("argument " + Twine(i), type,
                               function.getArgAttr(i, kSlotAttrName),
                               arguments)))
      return failure();
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (failed(verifier.verify("result " + Twine(i), type,
                               function.getResultAttr(i, kSlotAttrName),
                               results)))
      return failure();
  return function.getName() == "train_step" ? verifyState(function) : success();
}

//===----------------------------------------------------------------------===//
// All functions
//===----------------------------------------------------------------------===//

/// The slots that a function must return, and no others but those of
/// `optional`.
static LogicalResult verifyResults(func::FuncOp function,
                                   ArrayRef<SlotAttr> required,
                                   ArrayRef<StringLiteral> optional) {
  llvm::SmallDenseSet<Attribute> found;
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    found.insert(function.getResultAttr(i, kSlotAttrName));
  for (SlotAttr slot : required)
    if (!found.erase(slot))
      return function.emitOpError("expected to return ") << slot;
  for (unsigned i = 0; i < function.getNumResults(); ++i) {
    auto slot = cast<SlotAttr>(function.getResultAttr(i, kSlotAttrName));
    StringRef base = slot.getName().split('.').first;
    if (found.contains(slot) && !(slot.getKind() == SlotKind::Output &&
                                  llvm::is_contained(optional, base)))
      return function.emitOpError("returns ")
             << slot << ", which the runtime does not read";
  }
  return success();
}

LogicalResult vib::verifyFunctions(ModuleOp module, const Metadata &data) {
  for (StringRef name : kRequiredFunctionNames)
    if (!module.lookupSymbol<func::FuncOp>(name))
      return module.emitError("expected a function @") << name;
  for (auto function : module.getOps<func::FuncOp>()) {
    StringRef name = function.getName();
    SmallVector<SlotAttr> required;
    auto add = [&](SlotKind kind, StringRef slot) {
      required.push_back(SlotAttr::get(module.getContext(), kind, slot));
    };
    for (StringRef parameter : llvm::make_first_range(data.parameters)) {
      if (name == "gradients")
        add(SlotKind::Gradient, parameter);
      if (name == "train_step")
        for (SlotKind kind : data.state)
          add(kind, parameter);
    }
    if (name == "train_step")
      for (StringRef state : llvm::make_first_range(data.running))
        for (SlotKind kind : {SlotKind::State, SlotKind::Average})
          if (kind == SlotKind::State || llvm::is_contained(data.state, kind))
            add(kind, state);
    bool isTraining = name == "train_step" || name == "gradients";
    auto addAll = [&](ArrayRef<NamedAttribute> list, StringRef bases) {
      if (bases.empty())
        return;
      for (unsigned i = 0; i < list.size(); ++i)
        for (StringRef base : llvm::split(bases, ' '))
          add(SlotKind::Output, ModelAttr::getTensorName(base, list, i));
    };
    addAll(data.model.getLikelihoods(),
           llvm::StringSwitch<StringRef>(name)
               .Cases({"train_step", "gradients"}, "nll")
               .Case("evaluate", "nll prediction")
               .Case("decode", "logits prediction")
               .Default(""));
    ArrayRef<NamedAttribute> targets = data.model.getLikelihoods();
    for (unsigned i = 0; i < targets.size(); ++i)
      if (isTraining || name == "evaluate")
        for (StringRef error :
             ModelAttr::getDistribution(targets[i]).getErrors())
          add(SlotKind::Output, ModelAttr::getTensorName(error, targets, i));
    addAll(data.model.getPosteriors(), llvm::StringSwitch<StringRef>(name)
                                           .Case("encode", "mu")
                                           .Case("draw", "z")
                                           .Default(""));
    for (StringRef term : data.model.getTerms().getAsValueRange<StringAttr>())
      if (SlotAttr slot =
              SlotAttr::get(module.getContext(), SlotKind::Output, term);
          (isTraining ||
           name == llvm::StringSwitch<StringRef>(term.split('.').first)
                       .Cases({"objective", "entropy"}, "evaluate")
                       .Case("pairwise", "encode")
                       .Default("")) &&
          !llvm::is_contained(required, slot))
        required.push_back(slot);
    // The program draws from the statistics, and splits a rate over independent
    // latents. A rate that is drawn is computed with the draw.
    ArrayRef<NamedAttribute> posteriors = data.model.getPosteriors();
    for (unsigned i = 0; i < posteriors.size(); ++i)
      if (StringRef rate = data.model.getRateName(i);
          rate == "drawn_rate" && (name == "evaluate" || name == "draw"))
        add(SlotKind::Output, ModelAttr::getTensorName(rate, posteriors, i));
    for (unsigned i = 0; name == "encode" && i < posteriors.size(); ++i) {
      DistributionTypeInterface posterior =
          ModelAttr::getDistribution(posteriors[i]);
      auto addTensor = [&](StringRef tensor) {
        add(SlotKind::Output, ModelAttr::getTensorName(tensor, posteriors, i));
      };
      StringRef rate = data.model.getRateName(i);
      addTensor(rate == "drawn_rate" ? "log_det" : rate);
      if (posterior.getRateParts() != 0 && rate == "rate")
        addTensor("rate_each");
      if (posterior.hasDeviation())
        addTensor("sigma");
      for (const Statistic &statistic : posterior.getStatistics())
        if (statistic.name != "mu" && statistic.name != "sigma")
          addTensor(statistic.name);
    }
    // A rate that is no term may be computed, too, and weights of labels need
    // not be.
    static constexpr StringLiteral kOfTraining[] = {"weight", "rate"};
    // Of the inputs on which the class depends.
    static constexpr StringLiteral kOfInputs[] = {"dx"};
    ArrayRef<StringLiteral> optional;
    if (isTraining)
      optional = kOfTraining;
    else if (name == "evaluate")
      optional = ArrayRef(kOfTraining).take_front();
    else if (name == "input_gradients")
      optional = kOfInputs;
    // What it takes, it scales.
    for (unsigned i = 0; name == "scale" && i < function.getNumArguments(); ++i)
      if (auto slot = cast<SlotAttr>(function.getArgAttr(i, kSlotAttrName));
          slot.getName().starts_with("image"))
        add(SlotKind::Output, ("x" + slot.getName().drop_front(5)).str());
    if (failed(verifyResults(function, required, optional)))
      return failure();
  }
  return success();
}
