//===- Pipeline.cpp - Lower a model to its step -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Passes.h"
#include "compiler/step/Passes.h"

#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;
using namespace vib;

void vib::buildStepPipeline(OpPassManager &manager,
                            const StepOptions &options) {
  // A model printed by `--emit=model` has been through this pipeline already;
  // running it again changes nothing.
  ModelOptions model;
  model.batch = options.batch;
  model.precision = options.precision;
  buildModelPipeline(manager, model);
  BuildStepOptions build;
  build.withGradients = options.withGradients;
  build.roundOperands = options.precision == "bf16";
  build.useTF32 = options.precision == "tf32";
  manager.addPass(createBuildStep(build));
  // Verify at the end of the phase. There is no canonicalization before,
  // because it would move constants out of the bodies of loops and merge ops
  // that fusion needs as separate ops.
  manager.addPass(createVerifyStep());
}

void vib::registerStepPhase() {
  registerStepPasses();
  PassPipelineRegistration<StepOptions>(
      "vib-to-step", "From the phase model to the phase step",
      buildStepPipeline);
}
