//===- VerifyFused.cpp - Verify the phase fused -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/VerifyFused.h"
#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/KernelSpace.h"
#include "compiler/fused/Passes.h"
#include "compiler/step/LoopVerifier.h"
#include "compiler/step/SlotVerifier.h"
#include "compiler/step/WindowMap.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_VERIFYFUSED
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// Functions contain only kernels, the buffers of their outs, and a return.
static LogicalResult verifyOps(func::FuncOp function) {
  for (Operation &op : function.getBody().front()) {
    if (!isa<KernelOp, tensor::EmptyOp, func::ReturnOp>(op))
      return op.emitOpError("expected only kernels and the tensor.empty "
                            "ops of their outs in the phase fused");
    if (auto kernel = dyn_cast<KernelOp>(op))
      for (Value output : kernel.getOutputs())
        if (!getState(output) && !output.getDefiningOp<tensor::EmptyOp>())
          return kernel.emitOpError("expected each of its outs to be state or "
                                    "a tensor.empty");
    if (auto empty = dyn_cast<tensor::EmptyOp>(op);
        empty && !empty.getType().hasStaticShape())
      return empty.emitOpError("expected a static shape");
  }
  return success();
}

/// A state tensor among the outs may be updated by one op, which is the only
/// one that reads it. Units of the kernel run at the same time, so another op
/// might read the new value.
static LogicalResult verifyUpdate(KernelOp kernel, BlockArgument state,
                                  Value yielded) {
  for (OpOperand &use : state.getUses()) {
    Operation *user = use.getOwner();
    if (isa<YieldOp>(user) && yielded == state)
      continue;
    auto loop = dyn_cast<linalg::LinalgOp>(user);
    if (!loop || yielded.getDefiningOp() != user)
      return user->emitOpError("reads state that another op of its kernel "
                               "updates; expected the update to read it");
    OpOperand *init =
        loop.getDpsInitOperand(cast<OpResult>(yielded).getResultNumber());
    if (init->get() != state ||
        loop.getMatchingIndexingMap(&use) != loop.getMatchingIndexingMap(init))
      return user->emitOpError("expected an update to read and write the same "
                               "element");
  }
  return success();
}

static LogicalResult verifyKernel(KernelOp kernel) {
  if (kernel.getName().empty())
    return kernel.emitOpError("expected a name");
  for (StringRef name : {kPartsAttrName, kFusedAttrName, kUnfusedAttrName})
    if (Attribute notes = kernel->getAttr(name))
      if (!isa<ArrayAttr>(notes) ||
          !llvm::all_of(cast<ArrayAttr>(notes), llvm::IsaPred<StringAttr>))
        return kernel.emitOpError("expected ")
               << name << " to be a list of strings";
  Block &body = kernel.getBody().front();
  auto isUndefined = [&](BlockArgument argument) {
    unsigned number = argument.getArgNumber();
    return number >= kernel.getInputs().size() &&
           !getState(kernel.getOperand(number));
  };
  if (failed(verifyLoops(body, isUndefined)))
    return failure();
  if (!KernelSpace(kernel).hasOneExtent())
    return kernel.emitOpError("expected the loops and axes that its ops share "
                              "to have one extent");
  for (auto [output, argument, yielded] :
       llvm::zip_equal(kernel.getOutputs(), kernel.getOutputArgs(),
                       kernel.getYield().getOperands()))
    if (getState(output) && failed(verifyUpdate(kernel, argument, yielded)))
      return failure();
  return success();
}

/// State is updated in place: nothing may use the old value of a tensor after
/// the kernel that updates it.
static LogicalResult verifyState(func::FuncOp function) {
  llvm::DenseMap<Value, KernelOp> updates;
  for (Operation &op : function.getBody().front()) {
    for (Value operand : op.getOperands()) {
      auto update = updates.find(operand);
      if (update == updates.end())
        continue;
      auto name = getSlot(getState(operand)).getName();
      auto diag = op.emitOpError("reads ")
                  << name << " after its update; expected it to run earlier or "
                  << "to read the updated value";
      diag.attachNote(update->second.getLoc())
          << "'" << update->second.getName() << "' updates " << name
          << " in place here";
      return diag;
    }
    auto kernel = dyn_cast<KernelOp>(op);
    if (!kernel)
      continue;
    for (Value output : kernel.getOutputs()) {
      if (!getState(output))
        continue;
      if (updates.lookup(output) == kernel)
        return kernel.emitOpError("has ")
               << getSlot(getState(output)).getName() << " twice in its outs";
      if (llvm::is_contained(kernel.getInputs(), output))
        return kernel.emitOpError("reads and updates ")
               << getSlot(getState(output)).getName()
               << "; expected its outs to be read through their arguments only";
      updates[output] = kernel;
    }
  }
  return success();
}

/// The names of kernels become those of functions.
static LogicalResult verifyKernels(func::FuncOp function) {
  llvm::StringMap<KernelOp> names;
  for (KernelOp kernel : getKernels(function)) {
    auto [it, inserted] = names.try_emplace(kernel.getName(), kernel);
    if (!inserted) {
      InFlightDiagnostic diagnostic =
          kernel.emitOpError("has the name of another kernel of @")
          << function.getName();
      diagnostic.attachNote(it->second.getLoc()) << "the other kernel is here";
      return diagnostic;
    }
    if (failed(verifyKernel(kernel)))
      return failure();
  }
  return success();
}

/// Whether `result` is a sum in `kernel` that is no contraction, as the
/// gradient of a normalization's weight is.
static bool isPlainSum(KernelOp kernel, Value result) {
  unsigned number = cast<OpResult>(result).getResultNumber();
  auto op =
      kernel.getYield().getOperand(number).getDefiningOp<linalg::LinalgOp>();
  return op && op.getNumReductionLoops() != 0 && !isContraction(op);
}

/// Whether the training limits the norm of all gradients, which are therefore
/// complete before the first update.
static bool limitsNorm(ModuleOp module) {
  auto training = module->getAttrOfType<TrainingAttr>(kTrainingAttrName);
  return training && training.getClipRule().kind == ClipKind::GlobalNorm;
}

/// Whether a kernel updates pseudo-inputs. The kernel of their gradient reads
/// the weight of the first layer. The one that updates this weight may read the
/// pseudo-inputs, so that neither can come first and update what it computes.
static bool updatesExamples(KernelOp kernel) {
  auto parameters =
      kernel->getParentOfType<ModuleOp>()->getAttrOfType<ArrayAttr>(
          kParametersAttrName);
  StringRef name = getSlot(getState(kernel.getOutputs().front())).getName();
  return parameters &&
         llvm::any_of(parameters.getAsRange<ParameterAttr>(),
                      [&](ParameterAttr parameter) {
                        return parameter.getName() == name &&
                               parameter.getInit() == Initialization::Examples;
                      });
}

/// If a contraction's result is used to update state, it is a gradient, and the
/// update must happen in the same kernel. A kernel that sums, as over rows,
/// computes a gradient itself.
static LogicalResult verifyGradients(func::FuncOp function) {
  if (limitsNorm(function->getParentOfType<ModuleOp>()))
    return success();
  for (KernelOp kernel : getKernels(function)) {
    if (!updatesState(kernel) || updatesStatistics(kernel) ||
        !isElementwise(kernel) || updatesExamples(kernel))
      continue;
    for (Value input : kernel.getInputs()) {
      auto gradient = input.getDefiningOp<KernelOp>();
      // The gradient of a kernel is brought into the order of files first.
      if (!gradient || isPlainSum(gradient, input) ||
          llvm::all_of(getContractions(gradient), hasWindow))
        continue;
      auto diag = kernel.emitOpError("updates ")
                  << getSlot(getState(kernel.getOutputs().front())).getName()
                  << " from a gradient in memory; expected the kernel that "
                     "computes the gradient to update it";
      diag.attachNote(gradient.getLoc()) << "the gradient is computed here";
      return diag;
    }
  }
  return success();
}

/// A function returns state that it has updated, and other results of kernels,
/// each once: a result has one place.
static LogicalResult verifyReturn(func::FuncOp function) {
  llvm::SmallDenseSet<Value> returned;
  Operation *terminator = function.getBody().front().getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
    auto slot = function.getResultAttrOfType<SlotAttr>(i, kSlotAttrName);
    BlockArgument state = getState(value);
    if (state
            ? getSlot(state) == slot
            : value.getDefiningOp<KernelOp>() && !isStateSlot(slot.getKind()) &&
                  returned.insert(value).second)
      continue;
    return terminator->emitOpError("expected operand ")
           << i << " to be " << slot << ", as the function says: state that is "
           << "returned as itself, or a kernel's result that is returned once";
  }
  return success();
}

/// A module without vib.model is a part of one, as in tests of passes.
static LogicalResult verifyModule(ModuleOp module) {
  if (!module->hasAttr(kModelAttrName))
    return success();
  FailureOr<Metadata> data = readMetadata(module);
  if (failed(data))
    return failure();
  for (auto function : module.getOps<func::FuncOp>())
    if (failed(verifySlots(function, *data)) || failed(verifyReturn(function)))
      return failure();
  return verifyFunctions(module, *data);
}

LogicalResult vib::verifyFused(ModuleOp module) {
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function || !function.getBody().hasOneBlock())
      return op.emitOpError("expected only functions of one block in the phase "
                            "fused");
    if (failed(verifyOps(function)) || failed(verifyState(function)) ||
        failed(verifyKernels(function)) || failed(verifyGradients(function)))
      return failure();
  }
  return verifyModule(module);
}

namespace {
struct VerifyFusedPass : public vib::impl::VerifyFusedBase<VerifyFusedPass> {
  void runOnOperation() override {
    if (failed(verifyFused(getOperation())))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
