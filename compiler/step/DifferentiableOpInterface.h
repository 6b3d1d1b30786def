//===- DifferentiableOpInterface.h - Ops with a gradient --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_DIFFERENTIABLEOPINTERFACE_H
#define VIB_COMPILER_STEP_DIFFERENTIABLEOPINTERFACE_H

#include "compiler/step/StepBuilder.h"
#include "mlir/IR/OpDefinition.h"

#include "compiler/step/DifferentiableOpInterface.h.inc"

namespace vib {

/// Attach the implementations of the interface to the dialect's ops.
void registerLayerModels(mlir::MLIRContext *context);
void registerTokenModels(mlir::MLIRContext *context);
void registerWindowModels(mlir::MLIRContext *context);
void registerPoolModels(mlir::MLIRContext *context);
void registerShapeModels(mlir::MLIRContext *context);
void registerNormModels(mlir::MLIRContext *context);
void registerActivationModels(mlir::MLIRContext *context);
void registerDistributionModels(mlir::MLIRContext *context);
void registerPriorModels(mlir::MLIRContext *context);

/// The same for each distribution: for its type, and for the op that makes it.
void registerBernoulliDistribution(mlir::MLIRContext *context);
void registerCategoricalDistribution(mlir::MLIRContext *context);
void registerConcreteDistribution(mlir::MLIRContext *context);
void registerLaplaceDistribution(mlir::MLIRContext *context);
void registerNormalDistribution(mlir::MLIRContext *context);

/// Attaches all of them when the dialect is loaded.
void registerDifferentiableModels(mlir::DialectRegistry &registry);

} // namespace vib

#endif // VIB_COMPILER_STEP_DIFFERENTIABLEOPINTERFACE_H
