//===- PartialResults.h - Results that are combined from parts --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A result that is reduced over pieces of work is combined from the partial
// results of all pieces once they are done: partial 0 op partial 1 op …, in the
// order of the pieces. Each target emits its own loops for that.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_PARTIALRESULTS_H
#define VIB_COMPILER_PLAN_PARTIALRESULTS_H

#include "compiler/fused/KernelCost.h"
#include "compiler/plan/ValuePlacement.h"

namespace vib {

/// What it costs to combine all partial results of a kernel.
KernelCost getCombinationCost(const ValuePlacement &plan);

/// Creates a view of all partial results of a combination, [piece][element].
/// `scratch` is the offset of the kernel's scratch in `arena`.
mlir::Value createPartialsView(mlir::OpBuilder &builder, mlir::Location loc,
                               const ValuePlacement &plan,
                               const Buffer &partial, mlir::Value arena,
                               int64_t scratch);

} // namespace vib

#endif // VIB_COMPILER_PLAN_PARTIALRESULTS_H
