//===- Pipeline.cpp - The pipeline of the reference -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Passes.h"
#include "compiler/expand/Passes.h"
#include "compiler/reference/Passes.h"
#include "mlir/Conversion/AffineToStandard/AffineToStandard.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildReferencePipeline(OpPassManager &pm) {
  // The input is of the phase step, or an edited file of the phase fused.
  pm.addNestedPass<func::FuncOp>(createInlineKernels());
  // BindSlots needs the memory plan, and bufferization needs tensors that are
  // bound to memory.
  pm.addPass(createPlanArena(PlanArenaOptions{/*isReference=*/true}));
  pm.addPass(createBindSlots());
  // Nothing is fused and no buffer is reused: every copy that upstream's
  // bufferization makes to be safe is kept.
  pm.addPass(bufferization::createEmptyTensorToAllocTensorPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  pm.addPass(createLowerCopies());
  pm.addPass(createConvertLinalgToLoopsPass());
  // Windows are indexed by affine maps.
  pm.addPass(createLowerAffinePass());
  pm.addPass(createExpandNoise());
  pm.addPass(createExpandRounding());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Deallocation comes last because it needs the final uses of each buffer.
  bufferization::BufferDeallocationPipelineOptions deallocation;
  bufferization::buildBufferDeallocationPipeline(pm, deallocation);
  pm.addPass(createVerifyKernels());
}

void vib::registerReferencePipelines() {
  PassPipelineRegistration<> reference(
      "vib-to-reference",
      "step -> kernels by plain upstream passes, unfused and scalar (-O0)",
      [](OpPassManager &pm) { buildReferencePipeline(pm); });
}
