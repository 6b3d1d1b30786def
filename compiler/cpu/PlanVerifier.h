//===- PlanVerifier.h - Verify the plan of a kernel -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_PLANVERIFIER_H
#define VIB_COMPILER_CPU_PLANVERIFIER_H

#include "compiler/cpu/Machine.h"
#include "compiler/plan/Memory.h"

namespace vib {

/// Verifies that the attributes of a kernel and its ops are a plan that
/// KernelPlan can read and the emitter can follow on `machine`.
llvm::LogicalResult verifyPlan(KernelOp kernel, const Machine &machine);

/// Verifies what the plan says of packing and vectors, which depends on the
/// places of tensors.
llvm::LogicalResult verifyVectors(KernelOp kernel, const Machine &machine,
                                  const MemoryMap &memory);

} // namespace vib

#endif // VIB_COMPILER_CPU_PLANVERIFIER_H
