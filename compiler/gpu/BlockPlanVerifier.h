//===- BlockPlanVerifier.h - Verify the plan of a kernel --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKPLANVERIFIER_H
#define VIB_COMPILER_GPU_BLOCKPLANVERIFIER_H

#include "compiler/gpu/BlockTiles.h"

namespace vib {

/// Verifies that the attributes of a kernel and its ops are a plan that
/// BlockPlan can read and the emitter can follow.
llvm::LogicalResult verifyBlockPlan(KernelOp kernel, const GpuOptions &options);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKPLANVERIFIER_H
