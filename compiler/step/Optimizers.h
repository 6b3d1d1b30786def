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

/// Maps an element of a gradient to its limited value, in the body of an
/// update.
using LimitFunction =
    llvm::function_ref<mlir::Value(ScalarBuilder &, mlir::Value)>;

/// Builds the new values of `state`, in the order of `getStateSlots`, in one
/// loop in destination-passing style. Numbers that change from step to step are
/// scalar arguments of the function.
llvm::SmallVector<mlir::Value>
buildUpdate(StepBuilder &step, const Optimizer &rule, bool averaged,
            mlir::Value gradient, mlir::ValueRange state, LimitFunction limit);

/// Limits the elements of a gradient to [-limit, limit].
mlir::Value clipValue(ScalarBuilder &scalars, mlir::Value gradient,
                      double limit);

/// The complete gradient of a parameter, and the label of the ops that read it.
struct Gradient {
  std::string parameter;
  mlir::StringAttr label;
  mlir::Value tensor;
};

/// Builds the factor min(1, limit / (norm + 1e-6)), a tensor without
/// dimensions, of the norm of all gradients.
mlir::Value buildNormFactor(StepBuilder &step, double limit,
                            llvm::ArrayRef<Gradient> gradients);

} // namespace vib

#endif // VIB_COMPILER_STEP_OPTIMIZERS_H
