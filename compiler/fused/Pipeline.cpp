//===- Pipeline.cpp - From step to fused ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Passes.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace vib;

void vib::buildFusedPipeline(OpPassManager &pm) {
  // An image with zeros between its pixels is still one op of the step here.
  pm.addPass(createSplitPhases());
  // All passes below merge kernels, so first turn every op into one.
  pm.addPass(createFormKernels());
  // Fuse bias and activation into contractions first, because splitting the
  // statistics expects their bias in the same kernel.
  pm.addPass(createFuseEpilogue());
  pm.addPass(createFuseBottleneck());
  // Fuse gradients before rows: a sum over the batch is a reduction too, but
  // belongs to the contraction that sums over the same rows.
  pm.addPass(createFuseOptimizer());
  pm.addPass(createFuseBiasGradient());
  // Rows come last because this pass merges whole kernels: the decoder's
  // contraction with its bias, and the gradient of the sample with that of the
  // statistics.
  pm.addPass(createFuseRows());
  // Clean up within the kernels, whose number is now final.
  pm.addPass(createSimplifyKernels());
  pm.addPass(createNameKernels());
  pm.addPass(createVerifyFused());
}

void vib::registerFusedPasses() {
  registerVibFusedPasses();
  PassPipelineRegistration<>("vib-to-fused", "From the phase step to fused",
                             buildFusedPipeline);
}
