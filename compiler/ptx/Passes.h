//===- Passes.h - From kernels of a GPU to NVVM -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PTX_PASSES_H
#define VIB_COMPILER_PTX_PASSES_H

#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace vib {

#define GEN_PASS_DECL
#include "compiler/ptx/Passes.h.inc"

/// Lowers the gpu.module of the phase kernels to the dialects llvm and nvvm,
/// with `indexBits` bits for each index.
void buildNvvmPipeline(mlir::OpPassManager &pm, unsigned indexBits);

/// The bits that an index needs: 32, unless a block or the arena is too large
/// for them.
unsigned getIndexBits(mlir::ModuleOp kernels);

/// Registers the pass and the pipeline `vib-to-nvvm`.
void registerPtxPasses();

#define GEN_PASS_REGISTRATION
#include "compiler/ptx/Passes.h.inc"

} // namespace vib

#endif // VIB_COMPILER_PTX_PASSES_H
