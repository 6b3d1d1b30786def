//===- Pipeline.cpp - The pipelines to the phase kernels ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Passes.h"
#include "mlir/Dialect/Bufferization/Pipelines/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildPlanPipeline(OpPassManager &pm, const KernelsOptions &options) {
  // Before places are given, as they change the shapes of what gets them; and
  // narrow contractions are merged while rows are still rows.
  pm.addPass(createMergeContractions({options.vectorBits}));
  pm.addPass(createTransposeNarrow({options.vectorBits}));
  pm.addPass(
      createPlanArena(PlanArenaOptions{options.vectorBits, options.hasBf16}));
}

void vib::buildKernelsPipeline(OpPassManager &pm,
                               const KernelsOptions &options) {
  // Where things lie must be known before code is emitted: every address in a
  // kernel is a base and a constant.
  buildPlanPipeline(pm, options);
  pm.addPass(createEmitCpuKernels(
      EmitCpuKernelsOptions{options.vectorBits, options.hasBf16}));
  // The bodies are vectors now, and the noise is expanded to as many lanes.
  pm.addPass(createExpandNoise());
  pm.addPass(createExpandRounding({options.hasBf16}));
  // Before the functions of f32 are approximated the addresses and what does
  // not vary are folded, so that less is expanded.
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createLoopInvariantCodeMotionPass());
  pm.addPass(createApproximateMath());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createVerifyKernels());
}

void vib::buildReferencePipeline(OpPassManager &pm) {
  // The entries' signatures need the layout of memory, and bufferization needs
  // the entries' tensors to be tied to it.
  pm.addPass(createPlanArena(PlanArenaOptions{/*vectorBits=*/0}));
  pm.addPass(createBindSlots());
  // Nothing is fused and nothing shared: what upstream's bufferization copies
  // to be safe is copied.
  pm.addPass(bufferization::createEmptyTensorToAllocTensorPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  pm.addPass(createLowerCopies());
  pm.addPass(createConvertLinalgToLoopsPass());
  pm.addPass(createExpandNoise());
  pm.addPass(createExpandRounding());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Last, so that it sees the final uses of each buffer.
  bufferization::BufferDeallocationPipelineOptions deallocation;
  bufferization::buildBufferDeallocationPipeline(pm, deallocation);
  pm.addPass(createVerifyKernels());
}

void vib::registerKernelsPipelines() {
  PassPipelineRegistration<KernelsOptions> kernels(
      "vib-to-kernels", "fused -> kernels: loops and vectors over one arena",
      [](OpPassManager &pm, const KernelsOptions &options) {
        buildKernelsPipeline(pm, options);
      });
  PassPipelineRegistration<> reference(
      "vib-to-reference",
      "step -> kernels by plain upstream passes, unfused and scalar (-O0)",
      [](OpPassManager &pm) { buildReferencePipeline(pm); });
}
