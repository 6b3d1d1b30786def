//===- VerifyGpuKernels.cpp - Verify the kernels of a GPU -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/Launches.h"
#include "compiler/gpu/Passes.h"
#include "compiler/plan/AccessVerifier.h"
#include "compiler/plan/ConstantView.h"
#include "compiler/plan/Memory.h"
#include "compiler/plan/PlaceVerifier.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

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
    MemoryMap memory(module);
    kernelTypes = getKernelTypes(&getContext(), memory);
    gatherTypes = getGatherTypes(&getContext(), memory);
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
  LogicalResult verifySizes(gpu::LaunchFuncOp launch, gpu::GPUFuncOp kernel);
  LogicalResult verifyShared(gpu::LaunchFuncOp launch, gpu::GPUFuncOp kernel);
  LogicalResult verifyKernel(gpu::GPUFuncOp kernel);

  SmallVector<Type> kernelTypes, gatherTypes;
  /// The most blocks of the launches of a kernel.
  llvm::DenseMap<Operation *, int64_t> numBlocks;
};

LogicalResult VerifyGpuKernels::verifyModule(ModuleOp module) {
  auto phase = module->getAttrOfType<StringAttr>(kPhaseAttrName);
  if (!phase || phase != "kernels")
    return module.emitError("expected the phase kernels but got ")
           << (phase ? phase.getValue() : StringRef("none"));
  if (failed(verifyPlaces(module)))
    return failure();
  return verifyEntries(module, {"gather"});
}

LogicalResult VerifyGpuKernels::verifyEntry(func::FuncOp function) {
  if (!function->hasAttr(kEntryAttrName))
    return function.emitError("expected an entry, but ")
           << kEntryAttrName << " is missing";
  if (function.isExternal())
    return function.emitError("expected an entry to have a body");
  ArrayRef<Type> types =
      function.getName() == "gather" ? gatherTypes : kernelTypes;
  if (function.getArgumentTypes() != types)
    return function.emitError("expected the entry to take ")
           << types << " but got " << function.getArgumentTypes();
  for (Operation &op : function.front().without_terminator()) {
    if (auto launch = dyn_cast<gpu::LaunchFuncOp>(op)) {
      if (failed(verifyLaunch(launch)))
        return failure();
    } else if (!isa<arith::ConstantOp>(op)) {
      return op.emitError("expected an entry to contain only launches");
    }
  }
  return success();
}

LogicalResult VerifyGpuKernels::verifyLaunch(gpu::LaunchFuncOp launch) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<gpu::GPUFuncOp>(
      launch, launch.getKernel());
  auto infos =
      kernel ? kernel->getAttrOfType<ArrayAttr>(kKernelsAttrName) : ArrayAttr();
  if (!infos || !llvm::all_of(infos, isKernelInfo))
    return launch.emitError("expected to launch a kernel, but ")
           << launch.getKernel() << " has no " << kKernelsAttrName
           << " that describes it";
  auto entry = launch->getParentOfType<func::FuncOp>();
  if (!llvm::equal(launch.getKernelOperands(), entry.getArguments()))
    return launch.emitError("expected the launch to pass the arguments of its "
                            "entry");
  if (failed(verifySizes(launch, kernel)))
    return failure();
  return verifyShared(launch, kernel);
}

LogicalResult VerifyGpuKernels::verifySizes(gpu::LaunchFuncOp launch,
                                            gpu::GPUFuncOp kernel) {
  gpu::KernelDim3 grid = launch.getGridSizeOperandValues();
  gpu::KernelDim3 block = launch.getBlockSizeOperandValues();
  std::optional<int64_t> blocks = getConstantIntValue(grid.x);
  std::optional<int64_t> threads = getConstantIntValue(block.x);
  if (!blocks || !threads)
    return launch.emitError("expected constant sizes");
  for (Value size : {grid.y, grid.z, block.y, block.z})
    if (!isConstantIntValue(size, 1))
      return launch.emitError("expected blocks and threads along x only");
  if (*blocks < 1 || *blocks > std::numeric_limits<int32_t>::max())
    return launch.emitError("expected 1 to 2^31 - 1 blocks but got ")
           << *blocks;
  int64_t &most = numBlocks[kernel];
  most = std::max(most, *blocks);
  auto known = kernel.getKnownBlockSizeAttr();
  if (!known ||
      known.asArrayRef() != ArrayRef<int32_t>{int32_t(*threads), 1, 1}) {
    InFlightDiagnostic diagnostic = launch.emitError("launches blocks of ")
                                    << *threads << " threads";
    diagnostic.attachNote(kernel.getLoc())
        << "the kernel was compiled for " << (known ? known[0] : 0);
    return diagnostic;
  }
  return success();
}

LogicalResult VerifyGpuKernels::verifyShared(gpu::LaunchFuncOp launch,
                                             gpu::GPUFuncOp kernel) {
  std::optional<int64_t> bytes = 0;
  if (Value size = launch.getDynamicSharedMemorySize())
    bytes = getConstantIntValue(size);
  if (!bytes)
    return launch.emitError("expected a constant size of shared memory");
  if (*bytes < 0 || *bytes > kMostSharedBytes)
    return launch.emitError("expected 0 to ")
           << kMostSharedBytes << " bytes of shared memory but got " << *bytes;
  WalkResult result = kernel.walk([&](gpu::DynamicSharedMemoryOp shared) {
    if (*bytes == 0) {
      launch.emitError("expected shared memory for ")
          << launch.getKernel() << ", which uses it";
      return WalkResult::interrupt();
    }
    for (Operation *user : shared->getUsers()) {
      auto op = dyn_cast<memref::ViewOp>(user);
      std::optional<ConstantView> view =
          op ? ConstantView::match(op) : std::nullopt;
      if (!view) {
        user->emitError("expected a view of shared memory with a static shape, "
                        "at a constant offset");
        return WalkResult::interrupt();
      }
      if (view->end > *bytes) {
        InFlightDiagnostic diagnostic =
            launch.emitError("expected at least ")
            << view->end << " bytes of shared memory but got " << *bytes;
        diagnostic.attachNote(user->getLoc()) << "the kernel uses them here";
        return WalkResult::interrupt();
      }
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult VerifyGpuKernels::verifyKernel(gpu::GPUFuncOp kernel) {
  ArrayRef<Type> types = kernel.getArgumentTypes();
  if (types != ArrayRef(kernelTypes) && types != ArrayRef(gatherTypes))
    return kernel.emitError("expected a kernel to take the blocks, the arena "
                            "and the step, or the arguments of gather, but "
                            "got ")
           << types;
  for (unsigned i = 0, n = kernel.getNumArguments(); i != n; ++i) {
    auto alignment = kernel.getArgAttrOfType<IntegerAttr>(
        i, LLVM::LLVMDialect::getAlignAttrName());
    if (alignment && alignment.getInt() != getArgumentAlignment(kernel, i))
      return kernel.emitError("expected argument ")
             << i << " to have the alignment that the runtime guarantees, "
             << getArgumentAlignment(kernel, i) << ", but got "
             << alignment.getInt();
  }
  IndexRanges ranges;
  kernel.walk([&](gpu::BlockIdOp id) {
    ranges.set(id, {0, std::max<int64_t>(numBlocks.lookup(kernel), 1) - 1, 1});
  });
  kernel.walk(
      [&](gpu::ThreadIdOp id) { ranges.set(id, {0, kBlockThreads - 1, 1}); });
  WalkResult result = kernel.getBody().walk([&](Operation *op) {
    // Shared memory is verified with each launch, which gives its size.
    auto view = dyn_cast<memref::ViewOp>(op);
    if (view && !view.getSource().getDefiningOp<gpu::DynamicSharedMemoryOp>() &&
        failed(verifyView(view, ranges)))
      return WalkResult::interrupt();
    if (isa<linalg::LinalgDialect, tensor::TensorDialect, VibDialect>(
            op->getDialect())) {
      op->emitError("expected only loops over memory, but this op was not "
                    "lowered");
      return WalkResult::interrupt();
    }
    if (isa<memref::AtomicRMWOp, memref::GenericAtomicRMWOp, LLVM::AtomicRMWOp>(
            op)) {
      op->emitError("expected no atomic operation, because results must not "
                    "depend on the order of blocks");
      return WalkResult::interrupt();
    }
    if (isa<memref::AllocOp, memref::AllocaOp>(op)) {
      op->emitError("expected a kernel to use only the arena and shared "
                    "memory, without allocating memory");
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

} // namespace
