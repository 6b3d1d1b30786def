//===- DifferentiableOpInterface.cpp - Ops with a gradient ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "mlir/IR/DialectRegistry.h"

#include "compiler/step/DifferentiableOpInterface.cpp.inc"
#include "compiler/step/DistributionModelInterface.cpp.inc"

void vib::registerDifferentiableModels(mlir::DialectRegistry &registry) {
  registry.addExtension(+[](mlir::MLIRContext *context, VibDialect *) {
    registerLayerModels(context);
    registerTokenModels(context);
    registerWindowModels(context);
    registerPoolModels(context);
    registerShapeModels(context);
    registerNormModels(context);
    registerActivationModels(context);
    registerDistributionModels(context);
    registerPriorModels(context);
    registerBernoulliDistribution(context);
    registerCategoricalDistribution(context);
    registerConcreteDistribution(context);
    registerLaplaceDistribution(context);
    registerNormalDistribution(context);
  });
}
