//===- MergeKernels.h - Merge two kernels into one --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_MERGEKERNELS_H
#define VIB_COMPILER_FUSED_MERGEKERNELS_H

#include "compiler/fused/KernelSpace.h"

namespace vib {

/// Returns an empty string if the merged kernel is allowed, else the reason why
/// not.
using MergeCheck =
    llvm::function_ref<std::string(KernelOp, const KernelSpace &)>;

/// A check for mergeKernels: all ops run over the same positions, apart from
/// the loops that they reduce.
std::string checkSamePositions(KernelOp kernel, const KernelSpace &space);

/// Merges two kernels of a block, of which `first` is the earlier one. This
/// succeeds if `check` accepts the result and no other kernel has to run
/// between the two. Kernels between them are moved, but never across a kernel
/// that they depend on or that depends on them. On failure nothing has changed
/// and `reason` says why.
mlir::FailureOr<KernelOp> mergeKernels(KernelOp first, KernelOp second,
                                       MergeCheck check, std::string &reason);

} // namespace vib

#endif // VIB_COMPILER_FUSED_MERGEKERNELS_H
