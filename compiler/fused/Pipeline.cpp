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
  // All that follows merges kernels: first every op is one.
  pm.addPass(createFormKernels());
  // Bias and activation go with their contraction before anything looks for a
  // contraction: the statistics are split after their bias is in.
  pm.addPass(createFuseEpilogue());
  pm.addPass(createFuseBottleneck());
  // Gradients before rows: a sum over rows is a reduction too, but belongs to
  // the contraction that has the same rows to sum over.
  pm.addPass(createFuseOptimizer());
  pm.addPass(createFuseBiasGradient());
  // Rows last, as it takes whole kernels: the decoder's contraction with its
  // bias, the gradient of the sample with that of the statistics.
  pm.addPass(createFuseRows());
  // Within the kernels that now stand.
  pm.addPass(createSimplifyKernels());
  pm.addPass(createNameKernels());
  pm.addPass(createVerifyFused());
}

void vib::registerFusedPasses() {
  registerVibFusedPasses();
  PassPipelineRegistration<>("vib-to-fused", "From the phase step to fused",
                             buildFusedPipeline);
}
