//===- Pipeline.cpp - The pipeline to GPU kernels -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/expand/Passes.h"
#include "compiler/gpu/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildGpuPlannedPipeline(OpPassManager &pm) {
  // Partial results need a launch of their own, and tiles determine where there
  // are any. Launches determine which tensors are live at the same time.
  pm.addNestedPass<func::FuncOp>(createChooseBlockTiles());
  pm.addPass(createGroupKernels());
  pm.addPass(createPlanDeviceArena());
  pm.addPass(createVerifyGpuPlanned());
}

void vib::buildGpuKernelsPipeline(OpPassManager &pm) {
  pm.addPass(createEmitGpuKernels());
  // Lanes are threads, so noise and f32 functions are expanded as for the CPU's
  // vectors, but on scalars.
  pm.addPass(createExpandNoise());
  pm.addPass(createExpandRounding());
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createLoopInvariantCodeMotionPass());
  pm.addPass(createApproximateMath(ApproximateMathOptions{/*scalars=*/true}));
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
  pm.addPass(createVerifyGpuKernels());
}

void vib::registerGpuPipelines() {
  PassPipelineRegistration<>(
      "vib-to-gpu-planned",
      "fused -> planned for a GPU: sizes, launches and places in attributes",
      [](OpPassManager &pm) { buildGpuPlannedPipeline(pm); });
  PassPipelineRegistration<>(
      "vib-to-gpu-kernels",
      "planned -> kernels of a GPU: one gpu.func per launch, one arena",
      [](OpPassManager &pm) { buildGpuKernelsPipeline(pm); });
}
