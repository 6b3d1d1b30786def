//===- Activations.h - Create the op of an activation ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_MODEL_ACTIVATIONS_H
#define VIB_COMPILER_MODEL_ACTIVATIONS_H

#include "dialect/Vib.h"
#include "mlir/IR/Builders.h"

namespace vib {

/// The activation that a short form, such as vib.mlp, names.
mlir::Value createActivation(mlir::OpBuilder &builder, mlir::Location loc,
                             Activation kind, mlir::Value input);

} // namespace vib

#endif // VIB_COMPILER_MODEL_ACTIVATIONS_H
