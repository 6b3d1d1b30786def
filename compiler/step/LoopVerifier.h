//===- LoopVerifier.h - What steps and kernels consist of -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_LOOPVERIFIER_H
#define VIB_COMPILER_STEP_LOOPVERIFIER_H

#include "dialect/Vib.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace vib {

/// Verifies the ops of a block that computes tensors: the body of a function of
/// the phase step, or that of a kernel of the phase fused. They are loops
/// (linalg ops), slices, empty tensors and scalar constants, and no element is
/// read that nothing has written. `isUndefined` says which arguments of the
/// block have no elements yet.
llvm::LogicalResult
verifyLoops(mlir::Block &block,
            llvm::function_ref<bool(mlir::BlockArgument)> isUndefined);

} // namespace vib

#endif // VIB_COMPILER_STEP_LOOPVERIFIER_H
