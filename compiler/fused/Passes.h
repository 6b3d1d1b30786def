//===- Passes.h - Passes of the phase fused ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_PASSES_H
#define VIB_COMPILER_FUSED_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassOptions.h"

namespace vib {
#define GEN_PASS_DECL
#include "compiler/fused/Passes.h.inc"
#define GEN_PASS_REGISTRATION
#include "compiler/fused/Passes.h.inc"

/// Lowers the phase step to the phase fused.
void buildFusedPipeline(mlir::OpPassManager &pm);
/// Registers the passes, and the pipeline as vib-to-fused.
void registerFusedPasses();
} // namespace vib

#endif // VIB_COMPILER_FUSED_PASSES_H
