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

/// The attribute `vib.model`, or null if it is beyond what the attribute
/// allows, which is reported. `operands` is the type to which wide contractions
/// round their operands; none means `type`. Encoder and decoder must have been
/// inlined.
ModelAttr getModelAttribute(ModelOp model, mlir::FloatType type, int64_t batch,
                            std::optional<Precision> operands);

/// The attribute `vib.training` of the model.
TrainingAttr getTrainingAttribute(TrainOp train, ModelAttr model);

/// The attribute `vib.parameters`: a #vib.parameter for each parameter, without
/// a place. Null if a parameter is too large, which is reported.
mlir::ArrayAttr getParametersAttribute(ModelOp model, TrainOp train,
                                       mlir::FloatType type);

} // namespace vib

#endif // VIB_COMPILER_STEP_MODELATTRIBUTES_H
