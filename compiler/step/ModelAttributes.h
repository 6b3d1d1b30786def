//===- ModelAttributes.h - Describe a model for later phases ----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_MODELATTRIBUTES_H
#define VIB_COMPILER_STEP_MODELATTRIBUTES_H

#include "dialect/Vib.h"

namespace vib {

/// The attribute `vib.model`: the fields of the runtime's VibModel that the
/// model and its training determine, with the names that they have there.
/// `operands` is the type to which wide contractions round their operands;
/// empty means `type`.
mlir::DictionaryAttr getModelAttribute(ModelOp model, TrainOp train,
                                       mlir::FloatType type, int64_t batch,
                                       llvm::StringRef operands,
                                       llvm::StringRef hash);

/// The attribute `vib.parameters`: one dictionary for each parameter, with the
/// fields of the runtime's VibParameter except its offset.
mlir::ArrayAttr getParametersAttribute(ModelOp model, TrainOp train);

/// A digest of what the model computes. It ignores locations, and also the
/// batch size and beta, which do not change the meaning of the weights. Encoder
/// and decoder must have been inlined.
std::string computeHash(ModelOp model);

} // namespace vib

#endif // VIB_COMPILER_STEP_MODELATTRIBUTES_H
