//===- Noise.h - The noise of samples ---------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_NOISE_H
#define VIB_COMPILER_STEP_NOISE_H

#include "compiler/step/StepBuilder.h"
#include "dialect/Vib.h"

namespace vib {

/// Builds the noise of an element of a sample, in a loop over rows and possibly
/// samples. In evaluation it is 0 for the mean, and otherwise it is drawn for
/// the purpose `evaluate`.
mlir::Value buildNoise(StepBuilder &step, ScalarBuilder &scalars,
                       ReparameterizeOp sample, mlir::Value element,
                       NoisePurpose train, NoisePurpose evaluate);

/// Whether evaluation asks for the mean in place of a draw.
mlir::Value isMeanWanted(StepBuilder &step, ScalarBuilder &scalars);

} // namespace vib

#endif // VIB_COMPILER_STEP_NOISE_H
