//===- Passes.h - From fused to kernels of a GPU ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_PASSES_H
#define VIB_COMPILER_GPU_PASSES_H

#include "mlir/Pass/Pass.h"
#include "mlir/Pass/PassManager.h"

namespace vib {

/// On a vib.kernel: the number of its launch, and of the launch that combines
/// its partial results.
inline constexpr llvm::StringLiteral kLaunchAttrName = "launch";
inline constexpr llvm::StringLiteral kCombineLaunchAttrName = "combine_launch";

#define GEN_PASS_DECL
#include "compiler/gpu/Passes.h.inc"

/// fused -> planned for a GPU.
void buildGpuPlannedPipeline(mlir::OpPassManager &pm);

/// planned -> kernels for a GPU.
void buildGpuKernelsPipeline(mlir::OpPassManager &pm);

/// Registers the pipelines `vib-to-gpu-planned` and `vib-to-gpu-kernels`.
void registerGpuPipelines();

#define GEN_PASS_REGISTRATION
#include "compiler/gpu/Passes.h.inc"

} // namespace vib

#endif // VIB_COMPILER_GPU_PASSES_H
