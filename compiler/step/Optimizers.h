//===- Optimizers.h - Updates of parameters ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_OPTIMIZERS_H
#define VIB_COMPILER_STEP_OPTIMIZERS_H

#include "compiler/step/StepBuilder.h"
#include "dialect/Vib.h"

namespace vib {

/// The tensors that training keeps for each parameter, in the order of the
/// function's arguments: the weight, the moments of the optimizer, and the
/// average if there is one.
llvm::SmallVector<SlotKind> getStateSlots(const Optimizer &rule, bool averaged);

/// Builds the new values of `state`, in the order of `getStateSlots`, in one
/// loop in destination-passing style. Numbers that change from step to step are
/// scalar arguments of the function.
llvm::SmallVector<mlir::Value> buildUpdate(StepBuilder &step,
                                           const Optimizer &rule, bool averaged,
                                           mlir::Value gradient,
                                           mlir::ValueRange state);

} // namespace vib

#endif // VIB_COMPILER_STEP_OPTIMIZERS_H
