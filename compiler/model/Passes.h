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

/// What a user may say of a model from outside of its file.
struct ModelOptions : mlir::PassPipelineOptions<ModelOptions> {
  Option<int64_t> batch{
      *this, "batch",
      llvm::cl::desc("Rows of a batch; 0 takes what vib.train states"),
      llvm::cl::init(0)};
  Option<std::string> precision{
      *this, "precision",
      llvm::cl::desc("f32 or f64; the model's own by default"),
      llvm::cl::init("")};
};

/// What the user wrote -> checked, of static shapes and one precision.
void buildModelPipeline(mlir::OpPassManager &pm, const ModelOptions &options);

/// Registers the passes of this folder and `vib-model`.
void registerModelPasses();

#define GEN_PASS_REGISTRATION
#include "compiler/model/Passes.h.inc"

} // namespace vib

#endif // VIB_COMPILER_MODEL_PASSES_H
