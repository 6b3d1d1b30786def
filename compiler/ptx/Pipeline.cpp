//===- Pipeline.cpp - Lower GPU kernels to NVVM ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Memory.h"
#include "compiler/ptx/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassOptions.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildNvvmPipeline(OpPassManager &pm, unsigned indexBits) {
  OpPassManager &kernels = pm.nest<gpu::GPUModuleOp>();
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createConvertVectorToSCFPass());
  kernels.addPass(createSCFToControlFlowPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createLowerBlocks({indexBits}));
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(createCSEPass());
  kernels.addPass(createReconcileUnrealizedCastsPass());
}

unsigned vib::getIndexBits(ModuleOp module) {
  MemoryMap memory(module);
  int64_t most = std::max(memory.getBytes(BaseKind::Weights),
                          memory.getBytes(BaseKind::Arena));
  return most > std::numeric_limits<int32_t>::max() ? 64 : 32;
}

namespace {
struct NvvmOptions : PassPipelineOptions<NvvmOptions> {
  Option<unsigned> indexBits{*this, "index-bits",
                             llvm::cl::desc("The bits of an index: 32 or 64"),
                             llvm::cl::init(32)};
};
} // namespace

void vib::registerPtxPasses() {
  registerVibPtxPasses();
  PassPipelineRegistration<NvvmOptions>(
      "vib-to-nvvm", "Lower the kernels of a GPU to the dialects llvm and nvvm",
      [](OpPassManager &pm, const NvvmOptions &options) {
        buildNvvmPipeline(pm, options.indexBits);
      });
}
