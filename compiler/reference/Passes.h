//===- Passes.h - From the phase step to kernels for -O0 --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_REFERENCE_PASSES_H
#define VIB_COMPILER_REFERENCE_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace vib {

#define GEN_PASS_DECL
#include "compiler/reference/Passes.h.inc"

/// step -> kernels by upstream passes only, scalar and unfused: the reference
/// that all optimized code is tested against.
void buildReferencePipeline(mlir::OpPassManager &pm);

/// Registers the pipeline `vib-to-reference`.
void registerReferencePipelines();

#define GEN_PASS_REGISTRATION
#include "compiler/reference/Passes.h.inc"

} // namespace vib

#endif // VIB_COMPILER_REFERENCE_PASSES_H
