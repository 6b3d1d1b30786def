//===- Passes.h - Passes of the phase model ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_MODEL_PASSES_H
#define VIB_COMPILER_MODEL_PASSES_H

#include "dialect/Vib.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace vib {

#define GEN_PASS_DECL
#include "compiler/model/Passes.h.inc"

/// The options that override what the model's file says.
struct ModelOptions : mlir::PassPipelineOptions<ModelOptions> {
  Option<int64_t> batch{
      *this, "batch",
      llvm::cl::desc("Rows of a batch; 0 takes that of vib.train"),
      llvm::cl::init(0)};
  Option<std::string> precision{
      *this, "precision",
      llvm::cl::desc("f64, f32, bf16 or tf32; by default that of the model"),
      llvm::cl::init("")};
};

/// The user's file -> checked, with static shapes and one precision.
void buildModelPipeline(mlir::OpPassManager &pm, const ModelOptions &options);

/// Registers the passes of this folder and the pipeline `vib-model`.
void registerModelPasses();

#define GEN_PASS_REGISTRATION
#include "compiler/model/Passes.h.inc"

} // namespace vib

#endif // VIB_COMPILER_MODEL_PASSES_H
