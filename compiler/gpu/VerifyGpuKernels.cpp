//===- VerifyGpuKernels.cpp - Verify the kernels of a GPU -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockAccessVerifier.h"
#include "compiler/gpu/Launches.h"
#include "compiler/gpu/Passes.h"
#include "compiler/plan/ConstantView.h"
#include "compiler/plan/Memory.h"
#include "compiler/plan/PlaceVerifier.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_VERIFYGPUKERNELS
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

/// The most threads that a block can have on any chip.
static constexpr int64_t kMostThreads = 1024;

namespace {

struct VerifyGpuKernels : vib::impl::VerifyGpuKernelsBase<VerifyGpuKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(verifyModule(module)))
      return signalPassFailure();
    MemoryMap memory(module);
    kernelTypes = getKernelTypes(&getContext(), memory);
    gatherTypes = getGatherTypes(module, memory);
    for (Operation &op : *module.getBody())
      if (failed(verifyTopLevel(&op)))
        return signalPassFailure();
    WalkResult result = module.walk([&](gpu::GPUFuncOp kernel) {
      return WalkResult(verifyKernel(kernel));
    });
    if (result.wasInterrupted())
      return signalPassFailure();
  }

  LogicalResult verifyModule(ModuleOp module);
  LogicalResult verifyTopLevel(Operation *op);
  LogicalResult verifyEntry(func::FuncOp function);
  LogicalResult verifyLaunch(gpu::LaunchFuncOp launch);
  LogicalResult verifySizes(gpu::LaunchFuncOp launch, gpu::GPUFuncOp kernel);
  LogicalResult verifyShared(gpu::LaunchFuncOp launch, gpu::GPUFuncOp kernel);
  LogicalResult verifyKernel(gpu::GPUFuncOp kernel);
  LogicalResult verifyOp(Operation *op);

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

/// The table of launches and the PTX have no place for anything else.
LogicalResult VerifyGpuKernels::verifyTopLevel(Operation *op) {
  if (auto function = dyn_cast<func::FuncOp>(op))
    return verifyEntry(function);
  auto kernels = dyn_cast<gpu::GPUModuleOp>(op);
  if (!kernels)
    return op->emitError("expected only entries and modules of kernels in the "
                         "phase kernels");
  for (Operation &kernel : *kernels.getBody())
    if (!isa<gpu::GPUFuncOp>(kernel))
      return kernel.emitError("expected only kernels in a module of kernels");
  return success();
}

LogicalResult VerifyGpuKernels::verifyEntry(func::FuncOp function) {
  if (!function->hasAttr(kEntryAttrName))
    return function.emitError("expected an entry, but ")
           << kEntryAttrName << " is missing";
  if (!function.getBody().hasOneBlock())
    return function.emitError("expected an entry to have a body of one block");
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
  if (!kernel || !kernel->hasAttr(kKernelsAttrName))
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
  if (*threads < 1 || *threads > kMostThreads || *threads % kWarpThreads != 0)
    return launch.emitError("expected whole warps of ")
           << kWarpThreads << " threads, at most " << kMostThreads
           << " threads, but got " << *threads;
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
      if (view->offset < 0) {
        user->emitError("expected a view within shared memory, but it starts "
                        "at byte ")
            << view->offset;
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
  if (kernel.getNumWorkgroupAttributions() != 0 ||
      kernel.getNumPrivateAttributions() != 0)
    return kernel.emitError("expected a kernel to use only the arena and "
                            "dynamic shared memory");
  if (!kernel.getKnownBlockSizeAttr())
    return kernel.emitError("expected a kernel to have a known block size");
  for (unsigned i = 0, n = kernel.getNumArguments(); i != n; ++i) {
    for (NamedAttribute attr : function_interface_impl::getArgAttrs(kernel, i))
      if (attr.getName() != LLVM::LLVMDialect::getAlignAttrName() &&
          attr.getName() != LLVM::LLVMDialect::getNoAliasAttrName())
        return kernel.emitError("expected argument ")
               << i << " to have only the attributes "
               << LLVM::LLVMDialect::getAlignAttrName() << " and "
               << LLVM::LLVMDialect::getNoAliasAttrName() << " but got "
               << attr.getName();
    auto alignment = kernel.getArgAttrOfType<IntegerAttr>(
        i, LLVM::LLVMDialect::getAlignAttrName());
    if (alignment && alignment.getInt() != getArgumentAlignment(kernel, i))
      return kernel.emitError("expected argument ")
             << i << " to have the alignment that the runtime guarantees, "
             << getArgumentAlignment(kernel, i) << ", but got "
             << alignment.getInt();
  }
  WalkResult result = kernel.getBody().walk(
      [&](Operation *op) { return WalkResult(verifyOp(op)); });
  if (result.wasInterrupted())
    return failure();
  return verifyBlockAccesses(kernel,
                             std::max<int64_t>(numBlocks.lookup(kernel), 1));
}

LogicalResult VerifyGpuKernels::verifyOp(Operation *op) {
  if (isa<memref::AtomicRMWOp, memref::GenericAtomicRMWOp, LLVM::AtomicRMWOp>(
          op))
    return op->emitError("expected no atomic operation, because results must "
                         "not depend on the order of blocks");
  if (isa<memref::AllocOp, memref::AllocaOp>(op))
    return op->emitError("expected a kernel to use only the arena and shared "
                         "memory, without allocating memory");
  if (isa<memref::LoadOp, memref::StoreOp, memref::ViewOp, vector::LoadOp,
          vector::StoreOp, nvgpu::DeviceAsyncCopyOp, nvgpu::LdMatrixOp,
          scf::ForOp, scf::IfOp, scf::YieldOp, gpu::BlockIdOp, gpu::ThreadIdOp,
          gpu::BarrierOp, gpu::DynamicSharedMemoryOp, gpu::ReturnOp,
          LLVM::LoadOp, LLVM::GEPOp, LLVM::BitcastOp, LLVM::ExtractValueOp,
          NVVM::CpAsyncCommitGroupOp, NVVM::CpAsyncWaitGroupOp, NVVM::MmaOp,
          NVVM::ShflOp, NVVM::ConvertFloatToTF32Op,
          NVVM::ConvertF32x2ToBF16x2Op>(op)) {
    if (llvm::any_of(op->getResultTypes(), llvm::IsaPred<MemRefType>) &&
        !isa<memref::ViewOp, gpu::DynamicSharedMemoryOp>(op))
      return op->emitError("expected only numbers and vectors as results");
    return success();
  }
  if (!isa<arith::ArithDialect, math::MathDialect, vector::VectorDialect>(
          op->getDialect()))
    return op->emitError("expected only loops over memory, but this op was not "
                         "lowered");
  if (op->getNumRegions() != 0 || !isMemoryEffectFree(op))
    return op->emitError("expected only loads and stores to read and write "
                         "memory");
  return success();
}

} // namespace
