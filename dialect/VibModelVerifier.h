//===- VibModelVerifier.h - The rules for a whole model ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBMODELVERIFIER_H
#define VIB_DIALECT_VIBMODELVERIFIER_H

#include "dialect/Vib.h"
#include "llvm/ADT/SetVector.h"

namespace vib {

/// All ops that `root` is computed from, and itself. Goes no further at those
/// for which `isEnd` holds.
llvm::SetVector<mlir::Operation *> collectSources(
    mlir::Operation *root, llvm::function_ref<bool(mlir::Operation *)> isEnd =
                               [](mlir::Operation *) { return false; });

/// Verifies that the network is a chain: encoders, one reparameterization of
/// each posterior, likelihoods that depend only on the samples, and rates of
/// the same posteriors.
llvm::LogicalResult verifyChain(ModelOp model, LossOp loss);

/// Verifies that no count of bytes or operations overflows.
llvm::LogicalResult verifySizes(ModelOp model);

} // namespace vib

#endif // VIB_DIALECT_VIBMODELVERIFIER_H
