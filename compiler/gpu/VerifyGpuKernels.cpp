//===- VerifyGpuKernels.cpp - What must hold in a GPU's kernels -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/Passes.h"
#include "compiler/kernels/Memory.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_VERIFYGPUKERNELS
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct VerifyGpuKernels : vib::impl::VerifyGpuKernelsBase<VerifyGpuKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(verifyModule(module)))
      return signalPassFailure();
    for (auto function : module.getOps<func::FuncOp>())
      if (failed(verifyEntry(function)))
        return signalPassFailure();
    WalkResult result = module.walk([&](gpu::GPUFuncOp kernel) {
      return WalkResult(verifyKernel(kernel));
    });
    if (result.wasInterrupted())
      return signalPassFailure();
  }

  LogicalResult verifyModule(ModuleOp module);
  LogicalResult verifyEntry(func::FuncOp function);
  LogicalResult verifyLaunch(gpu::LaunchFuncOp launch);
  LogicalResult verifyKernel(gpu::GPUFuncOp kernel);
};

LogicalResult VerifyGpuKernels::verifyModule(ModuleOp module) {
  auto phase = module->getAttrOfType<StringAttr>(kPhaseAttrName);
  if (!phase || phase != "kernels")
    return module.emitError("expected the phase kernels but got ")
           << (phase ? phase.getValue() : StringRef("none"));
  for (StringRef name : {kParametersAttrName, kTensorsAttrName,
                         kBlockBytesAttrName, kArenaBytesAttrName})
    if (!module->hasAttr(name))
      return module.emitError("expected the plan of memory, but ")
             << name << " is missing";
  return success();
}

LogicalResult VerifyGpuKernels::verifyEntry(func::FuncOp function) {
  if (!function->hasAttr(kEntryAttrName))
    return function.emitError("expected an entry, but ")
           << kEntryAttrName << " is missing";
  for (Operation &op : function.front().without_terminator()) {
    if (auto launch = dyn_cast<gpu::LaunchFuncOp>(op)) {
      if (failed(verifyLaunch(launch)))
        return failure();
    } else if (!isa<arith::ConstantOp>(op)) {
      return op.emitError("expected an entry to hold launches only");
    }
  }
  return success();
}

LogicalResult VerifyGpuKernels::verifyLaunch(gpu::LaunchFuncOp launch) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<gpu::GPUFuncOp>(
      launch, launch.getKernel());
  if (!kernel || !kernel->hasAttr(kKernelsAttrName))
    return launch.emitError("expected to launch a kernel, but ")
           << launch.getKernel() << " has no " << kKernelsAttrName;
  for (Value size : {launch.getGridSizeX(), launch.getBlockSizeX()})
    if (!matchPattern(size, m_Constant()))
      return launch.emitError("expected constant sizes");
  IntegerAttr threads;
  matchPattern(launch.getBlockSizeX(), m_Constant(&threads));
  auto known = kernel.getKnownBlockSizeAttr();
  if (!known || known[0] != threads.getInt()) {
    InFlightDiagnostic diagnostic = launch.emitError("launches blocks of ")
                                    << threads.getInt() << " threads";
    diagnostic.attachNote(kernel.getLoc())
        << "the kernel was made for " << (known ? known[0] : 0);
    return diagnostic;
  }
  return success();
}

LogicalResult VerifyGpuKernels::verifyKernel(gpu::GPUFuncOp kernel) {
  WalkResult result = kernel.getBody().walk([&](Operation *op) {
    if (isa<linalg::LinalgDialect, tensor::TensorDialect, VibDialect>(
            op->getDialect())) {
      op->emitError("expected loops over memory, but this is left");
      return WalkResult::interrupt();
    }
    if (isa<memref::AtomicRMWOp, memref::GenericAtomicRMWOp, LLVM::AtomicRMWOp>(
            op)) {
      op->emitError("expected no atomic operation: the bits must not depend on "
                    "the order of blocks");
      return WalkResult::interrupt();
    }
    if (isa<memref::AllocOp, memref::AllocaOp>(op)) {
      op->emitError("expected a kernel to work on the arena and its shared "
                    "memory, but it allocates");
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace
