//===- Retype.h - Change the types of a model's values ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_MODEL_RETYPE_H
#define VIB_COMPILER_MODEL_RETYPE_H

#include "dialect/Vib.h"

namespace vib {

/// Replaces the type of every tensor of the model by what `convert` returns for
/// it. The types of a model's ops follow from one another, so changing all of
/// them in the same way keeps the model valid.
void retype(
    ModelOp model,
    llvm::function_ref<mlir::RankedTensorType(mlir::RankedTensorType)> convert);

} // namespace vib

#endif // VIB_COMPILER_MODEL_RETYPE_H
