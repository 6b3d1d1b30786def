//===- Passes.h - From kernels to LLVM --------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_OBJECT_PASSES_H
#define VIB_COMPILER_OBJECT_PASSES_H

#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace vib {

#define GEN_PASS_DECL
#define GEN_PASS_REGISTRATION
#include "compiler/object/Passes.h.inc"

/// Lowers the phase `kernels` to the LLVM dialect.
void buildLLVMPipeline(mlir::OpPassManager &pm);

/// Registers the passes of this folder and the pipeline `vib-to-llvm`.
void registerObjectPasses();

} // namespace vib

#endif // VIB_COMPILER_OBJECT_PASSES_H
