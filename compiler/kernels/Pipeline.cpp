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

void vib::buildReferencePipeline(OpPassManager &pm) {
  // The entries' signatures need the layout of memory, and bufferization needs
  // the entries' tensors to be tied to it.
  pm.addPass(createPlanArena());
  pm.addPass(createBindSlots());
  // Nothing is fused and nothing shared: what upstream's bufferization copies
  // to be safe is copied.
  pm.addPass(bufferization::createEmptyTensorToAllocTensorPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  pm.addPass(createLowerCopies());
  pm.addPass(createConvertLinalgToLoopsPass());
  pm.addPass(createExpandNoise());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  // Last, so that it sees the final uses of each buffer.
  bufferization::BufferDeallocationPipelineOptions deallocation;
  bufferization::buildBufferDeallocationPipeline(pm, deallocation);
}

void vib::registerKernelsPipelines() {
  PassPipelineRegistration<> reference(
      "vib-to-reference",
      "step -> kernels by plain upstream passes, unfused and scalar (-O0)",
      [](OpPassManager &pm) { buildReferencePipeline(pm); });
}
