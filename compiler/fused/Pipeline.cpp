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
}

void vib::registerFusedPasses() {
  registerVibFusedPasses();
  PassPipelineRegistration<>("vib-to-fused", "From the phase step to fused",
                             buildFusedPipeline);
}
