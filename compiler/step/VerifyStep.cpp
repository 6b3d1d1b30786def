//===- VerifyStep.cpp - Verify the phase step -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/LoopVerifier.h"
#include "compiler/step/Passes.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_VERIFYSTEP
#include "compiler/step/Passes.h.inc"
} // namespace vib

static constexpr StringLiteral kFunctions[] = {
    "scale", "train_step", "gradients", "encode", "evaluate", "draw", "decode"};
static constexpr StringLiteral kRequired[] = {"train_step", "encode",
                                              "evaluate", "draw", "decode"};

static bool isState(SlotKind kind) {
  return kind == SlotKind::Weight || kind == SlotKind::Moment1 ||
         kind == SlotKind::Moment2 || kind == SlotKind::Average;
}

namespace {

/// Verifies a module. Stops and reports an error at the first violation.
class StepVerifier {
public:
  explicit StepVerifier(ModuleOp module) : module(module) {}

  LogicalResult verify();

private:
  LogicalResult readParameters();
  LogicalResult verify(func::FuncOp function);
  LogicalResult verifySlot(func::FuncOp function, const Twine &what, Type type,
                           Attribute attribute, llvm::StringSet<> &seen);
  LogicalResult verifyState(func::FuncOp function);

  ModuleOp module;
  llvm::StringMap<SmallVector<int64_t>> parameters;
};

} // namespace

LogicalResult StepVerifier::verify() {
  auto phase = module->getAttrOfType<StringAttr>("vib.phase");
  if (!phase || phase != "step") {
    InFlightDiagnostic diagnostic =
        module.emitError("expected a module of the phase step but got ");
    return phase ? diagnostic << "the phase " << phase
                 : diagnostic << "no vib.phase";
  }
  if (!module->getAttrOfType<DictionaryAttr>("vib.model"))
    return module.emitError("expected a description of the model, vib.model");
  if (failed(readParameters()))
    return failure();
  for (StringRef name : kRequired)
    if (!module.lookupSymbol<func::FuncOp>(name))
      return module.emitError("expected a function @") << name;
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function)
      return op.emitOpError("expected only functions in the phase step");
    if (failed(verify(function)))
      return failure();
  }
  return success();
}

LogicalResult StepVerifier::readParameters() {
  auto entries = module->getAttrOfType<ArrayAttr>("vib.parameters");
  if (!entries)
    return module.emitError("expected the list of parameters, vib.parameters");
  for (auto [i, entry] : llvm::enumerate(entries)) {
    auto fields = dyn_cast<DictionaryAttr>(entry);
    auto name = fields ? fields.getAs<StringAttr>("name") : StringAttr();
    auto shape =
        fields ? fields.getAs<DenseI64ArrayAttr>("shape") : DenseI64ArrayAttr();
    if (!name || !shape)
      return module.emitError("expected entry ")
             << i << " of vib.parameters to have a name and a shape";
    SmallVector<int64_t> extents(shape.asArrayRef());
    if (llvm::any_of(extents, [](int64_t extent) { return extent < 1; }))
      return module.emitError("expected the shape of the parameter ")
             << name << " to consist of positive integers but got " << shape;
    if (!parameters.try_emplace(name, extents).second)
      return module.emitError("two entries of vib.parameters have the name ")
             << name;
  }
  return success();
}

LogicalResult StepVerifier::verify(func::FuncOp function) {
  if (!llvm::is_contained(kFunctions, function.getName()))
    return function.emitOpError("is not a function of the phase step");
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("expected a body of one block");
  llvm::StringSet<> arguments, results;
  for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
    if (failed(verifySlot(function, "argument " + Twine(i), type,
                          function.getArgAttr(i, kSlotAttrName), arguments)))
      return failure();
  for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
    if (failed(verifySlot(function, "result " + Twine(i), type,
                          function.getResultAttr(i, kSlotAttrName), results)))
      return failure();
  if (function.getName() == "train_step" && failed(verifyState(function)))
    return failure();
  return verifyLoops(function.getBody().front(),
                     [](BlockArgument) { return false; });
}

LogicalResult StepVerifier::verifySlot(func::FuncOp function, const Twine &what,
                                       Type type, Attribute attribute,
                                       llvm::StringSet<> &seen) {
  auto slot = dyn_cast_or_null<SlotAttr>(attribute);
  if (!slot)
    return function.emitOpError("expected ")
           << what << " to have a slot (" << kSlotAttrName << ")";
  std::string key =
      (stringifySlotKind(slot.getKind()) + " " + slot.getName()).str();
  if (!seen.insert(key).second)
    return function.emitOpError("has the slot ") << slot << " twice";
  if (slot.getKind() == SlotKind::Scalar) {
    if (!type.isIntOrFloat())
      return function.emitOpError("expected ")
             << what << ", a scalar, to be a number but got " << type;
    return success();
  }
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return function.emitOpError("expected ")
           << what << " to be a tensor with a static shape but got " << type;
  if (!isState(slot.getKind()) && slot.getKind() != SlotKind::Gradient)
    return success();
  auto parameter = parameters.find(slot.getName());
  if (parameter == parameters.end())
    return function.emitOpError("expected the slot of ")
           << what << " to name a parameter, but vib.parameters has no \""
           << slot.getName() << "\"";
  if (tensor.getShape() != ArrayRef(parameter->second)) {
    InFlightDiagnostic diagnostic = function.emitOpError("expected ");
    diagnostic << what << " to have the shape of the parameter \""
               << slot.getName() << "\", [";
    llvm::interleaveComma(parameter->second, diagnostic);
    return diagnostic << "], but got " << tensor;
  }
  return success();
}

/// Checks that @train_step returns all state that it takes.
LogicalResult StepVerifier::verifyState(func::FuncOp function) {
  llvm::DenseSet<Attribute> returned;
  for (unsigned i = 0; i < function.getNumResults(); ++i)
    returned.insert(function.getResultAttr(i, kSlotAttrName));
  for (unsigned i = 0; i < function.getNumArguments(); ++i) {
    auto slot = cast<SlotAttr>(function.getArgAttr(i, kSlotAttrName));
    if (isState(slot.getKind()) && !returned.contains(slot))
      return function.emitOpError("takes the state ")
             << slot << " but does not return it";
  }
  return success();
}

namespace {
struct VerifyStep : vib::impl::VerifyStepBase<VerifyStep> {
  void runOnOperation() override {
    if (failed(StepVerifier(getOperation()).verify()))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
