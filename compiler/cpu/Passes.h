//===- Passes.h - From fused to kernels of a CPU ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_PASSES_H
#define VIB_COMPILER_CPU_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"

namespace vib {

#define GEN_PASS_DECL
#include "compiler/cpu/Passes.h.inc"

/// The properties of the target CPU that the emitter depends on.
struct KernelsOptions : mlir::PassPipelineOptions<KernelsOptions> {
  Option<unsigned> vectorBits{
      *this, "vector-bits",
      llvm::cl::desc("Width of a vector register: 128, 256 or 512"),
      llvm::cl::init(512)};
  Option<bool> hasBf16{*this, "bf16",
                       llvm::cl::desc("Whether the CPU has AVX512_BF16"),
                       llvm::cl::init(false)};
};

/// fused -> planned: decides the shapes and places of all tensors and all sizes
/// before any code is emitted.
void buildPlannedPipeline(mlir::OpPassManager &pm,
                          const KernelsOptions &options);

/// planned -> kernels for a CPU.
void buildKernelsPipeline(mlir::OpPassManager &pm,
                          const KernelsOptions &options);

/// Registers the pipelines `vib-to-planned` and `vib-to-kernels`.
void registerCpuPipelines();

#define GEN_PASS_REGISTRATION
#include "compiler/cpu/Passes.h.inc"

} // namespace vib

#endif // VIB_COMPILER_CPU_PASSES_H
