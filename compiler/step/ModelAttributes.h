//===- ModelAttributes.h - What later phases know of a model ----*- C++ -*-===//
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
/// model and its training state, by their names there. `operands` is what wide
/// contractions read theirs as, empty for `type`.
mlir::DictionaryAttr getModelAttribute(ModelOp model, TrainOp train,
                                       mlir::FloatType type, int64_t batch,
                                       llvm::StringRef operands,
                                       llvm::StringRef hash);

/// The attribute `vib.parameters`: one dictionary a parameter, as the
/// runtime's VibParameter but for its offset.
mlir::ArrayAttr getParametersAttribute(ModelOp model, TrainOp train);

/// A digest of what is computed: the model without locations and without what
/// does not change the meaning of its weights, the batch and beta. The regions
/// of encoder and decoder must have been inlined.
std::string computeHash(ModelOp model);

} // namespace vib

#endif // VIB_COMPILER_STEP_MODELATTRIBUTES_H
