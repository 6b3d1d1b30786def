//===- VerifyKernels.cpp - Verify the phase kernels -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Memory.h"
#include "compiler/kernels/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_VERIFYKERNELS
#include "compiler/kernels/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct VerifyKernels : vib::impl::VerifyKernelsBase<VerifyKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(verifyModule(module)))
      return signalPassFailure();
    for (auto function : module.getOps<func::FuncOp>())
      if (!function.isExternal() && failed(verifyFunction(function)))
        return signalPassFailure();
  }

  LogicalResult verifyModule(ModuleOp module);
  LogicalResult verifyFunction(func::FuncOp function);
  LogicalResult verifyArguments(func::FuncOp function, unsigned leading);
  LogicalResult verifyOp(Operation *op, bool isKernel);
  LogicalResult verifyLaunch(LaunchOp launch);
};

LogicalResult VerifyKernels::verifyModule(ModuleOp module) {
  auto phase = module->getAttrOfType<StringAttr>(kPhaseAttrName);
  if (!phase || phase != "kernels")
    return module.emitError("expected the phase kernels but got ")
           << (phase ? phase.getValue() : StringRef("none"));
  for (StringRef name : {kParametersAttrName, kTensorsAttrName,
                         kBlockBytesAttrName, kArenaBytesAttrName})
    if (!module->hasAttr(name))
      return module.emitError("expected a memory plan, but ")
             << name << " is missing";
  return success();
}

/// Every argument after the leading ones is a block, the arena or a scalar of
/// the step. Code that kernels share takes views in place of blocks and arena.
LogicalResult VerifyKernels::verifyArguments(func::FuncOp function,
                                             unsigned leading) {
  bool isShared = function->hasAttr(kSharedAttrName);
  for (unsigned i = leading, e = function.getNumArguments(); i != e; ++i) {
    Type type = function.getArgument(i).getType();
    auto view = dyn_cast<MemRefType>(type);
    if (isShared && view && view.hasStaticShape())
      continue;
    if (function.getArgAttrOfType<StringAttr>(i, kBaseAttrName)) {
      auto memory = dyn_cast<MemRefType>(type);
      if (memory && memory.getRank() == 1 && memory.hasStaticShape() &&
          memory.getElementType().isInteger(8))
        continue;
      return function.emitError("expected argument ")
             << i << ", a block or the arena, to be a memref of a static "
             << "number of i8 but got " << type;
    }
    SlotAttr slot = getArgSlot(function, i);
    if (!slot || slot.getKind() != SlotKind::Scalar)
      return function.emitError("expected argument ")
             << i << " to have " << kBaseAttrName << " or a scalar "
             << kSlotAttrName;
  }
  return success();
}

LogicalResult VerifyKernels::verifyFunction(func::FuncOp function) {
  bool isKernel =
      function->hasAttr(kKernelAttrName) || function->hasAttr(kSharedAttrName);
  if (!isKernel && !function->hasAttr(kEntryAttrName))
    return function.emitError("expected an entry or a kernel, but found "
                              "neither ")
           << kEntryAttrName << " nor " << kKernelAttrName;
  unsigned leading = isKernel ? 2 : 0;
  if (function.getNumArguments() < leading ||
      !llvm::all_of(function.getArgumentTypes().take_front(leading),
                    llvm::IsaPred<IndexType>))
    return function.emitError("expected the first two arguments of a kernel "
                              "to be the range of its units");
  if (failed(verifyArguments(function, leading)))
    return failure();
  WalkResult result = function.getBody().walk([&](Operation *op) {
    return failed(verifyOp(op, isKernel)) ? WalkResult::interrupt()
                                          : WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult VerifyKernels::verifyOp(Operation *op, bool isKernel) {
  if (auto launch = dyn_cast<LaunchOp>(op))
    return isKernel ? op->emitError("expected launches only in entries")
                    : verifyLaunch(launch);
  if (auto call = dyn_cast<func::CallOp>(op)) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
        call, call.getCalleeAttr());
    if (!callee || !callee->hasAttr(kSharedAttrName))
      return op->emitError("expected a call of code that kernels share, but ")
             << call.getCallee() << " has no " << kSharedAttrName;
    auto caller = op->getParentOfType<func::FuncOp>();
    if (!caller->hasAttr(kKernelAttrName))
      return op->emitError("expected only kernels to call code that they "
                           "share");
  }
  if (isa<linalg::LinalgDialect, tensor::TensorDialect, VibDialect,
          bufferization::BufferizationDialect>(op->getDialect()))
    return op->emitError("expected only loops and vectors over memory, but "
                         "this op was not lowered");
  for (TypeRange types :
       {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
    if (llvm::any_of(types, llvm::IsaPred<TensorType>))
      return op->emitError("expected no op on tensors to be left");
  if (isKernel && isa<memref::AllocOp, memref::DeallocOp, memref::CopyOp>(op))
    return op->emitError("expected a kernel to use only the arena and the "
                         "stack, without allocating or copying memory");
  return success();
}

LogicalResult VerifyKernels::verifyLaunch(LaunchOp launch) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      launch, launch.getCalleeAttr());
  auto info = kernel->getAttrOfType<DictionaryAttr>(kKernelAttrName);
  if (!info)
    return launch.emitError("expected to launch a kernel, but ")
           << launch.getCallee() << " has no " << kKernelAttrName;
  auto units = info.getAs<IntegerAttr>("units");
  if (!units || units.getValue() != launch.getUnits()) {
    InFlightDiagnostic diagnostic =
        launch.emitError("expected to launch all units of the kernel but got ")
        << launch.getUnits();
    diagnostic.attachNote(kernel.getLoc())
        << "the number of units of the kernel is "
        << (units ? units.getValue().getSExtValue() : 0);
    return diagnostic;
  }
  return success();
}

} // namespace
