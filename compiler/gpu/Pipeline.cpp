//===- Pipeline.cpp - The pipeline to the kernels of a GPU ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/Passes.h"
#include "compiler/kernels/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

void vib::buildGpuKernelsPipeline(OpPassManager &pm) {
  // What runs together is alive together, and where things lie must be known
  // before code is emitted.
  pm.addPass(createGroupKernels());
  pm.addPass(createPlanDeviceArena());
  pm.addPass(createEmitGpuKernels());
  // A thread is a lane: the noise and the functions of f32 are those of the
  // CPU's vectors, on scalars.
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
      "vib-to-gpu-kernels",
      "fused -> kernels of a GPU: one gpu.func a launch, over one arena",
      [](OpPassManager &pm) { buildGpuKernelsPipeline(pm); });
}
