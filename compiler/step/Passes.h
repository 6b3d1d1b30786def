//===- Passes.h - Passes of the phase step ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_PASSES_H
#define VIB_COMPILER_STEP_PASSES_H

#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassOptions.h"

namespace vib {

#define GEN_PASS_DECL
#include "compiler/step/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "compiler/step/Passes.h.inc"

struct StepOptions : mlir::PassPipelineOptions<StepOptions> {
  Option<int64_t> batch{
      *this, "batch",
      llvm::cl::desc("Rows of a batch; 0 takes that of vib.train"),
      llvm::cl::init(0)};
  Option<std::string> precision{
      *this, "precision",
      llvm::cl::desc("f64, f32, bf16 or tf32; by default that of the model"),
      llvm::cl::init("")};
  Option<bool> withGradients{*this, "with-gradients",
                             llvm::cl::desc("Build @gradients as well"),
                             llvm::cl::init(false)};
};

/// Lowers the phase model to the phase step.
void buildStepPipeline(mlir::OpPassManager &manager,
                       const StepOptions &options);

/// Registers the passes and the pipeline `vib-to-step`.
void registerStepPhase();

} // namespace vib

#endif // VIB_COMPILER_STEP_PASSES_H
