//===- DistributionModelInterface.h - Distributions -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_DISTRIBUTIONMODELINTERFACE_H
#define VIB_COMPILER_STEP_DISTRIBUTIONMODELINTERFACE_H

#include "compiler/step/StepBuilder.h"
#include "dialect/Vib.h"

#include "compiler/step/DistributionModelInterface.h.inc"

namespace vib {

/// The implementation of the type of `distribution`, which
/// `vib-build-step` has checked to exist.
inline DistributionModelInterface getModel(mlir::Value distribution) {
  return llvm::cast<DistributionModelInterface>(distribution.getType());
}

/// The negative logarithm of a normal density with a given standard deviation.
void buildNormalLogDensity(StepBuilder &step, NLLOp nll);
void pullNormalLogDensity(StepBuilder &step, NLLOp nll);

/// The divergence of a normal posterior from a normal prior.
void buildNormalDivergence(StepBuilder &step, KLOp kl);
void pullNormalDivergence(StepBuilder &step, KLOp kl);

/// The same from a mixture, at a sample of the posterior.
void buildDrawnDivergence(StepBuilder &step, KLOp kl);
void pullDrawnDivergence(StepBuilder &step, KLOp kl);

/// The estimate of a rate from the pairs of rows of normal posteriors.
void buildNormalPairwise(StepBuilder &step, PairwiseOp pairwise);
void pullNormalPairwise(StepBuilder &step, PairwiseOp pairwise);

/// The logarithm of the determinant of a normal posterior's Cholesky factor,
/// one number for each row.
mlir::Value buildLogDeterminant(StepBuilder &step, mlir::Value posterior);

} // namespace vib

#endif // VIB_COMPILER_STEP_DISTRIBUTIONMODELINTERFACE_H
