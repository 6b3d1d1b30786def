//===- VibVerify.h - Checks that several verifiers use ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBVERIFY_H
#define VIB_DIALECT_VIBVERIFY_H

#include "dialect/Vib.h"

namespace vib {

/// Checks that `type`, which the message calls `what`, is [batch, width] of f32
/// or f64 where the width is known.
mlir::LogicalResult verifyRows(mlir::Operation *op, mlir::Type type,
                               llvm::StringRef what);

/// Checks that `type` is [batch, …, width] of f32 or f64, where all dimensions
/// but the batch are known.
mlir::LogicalResult verifyFeatures(mlir::Operation *op, mlir::Type type,
                                   llvm::StringRef what);

/// The product of the sizes but the batch; none if it is no int64_t.
std::optional<int64_t> countElements(mlir::RankedTensorType type);

/// A parameter's shape as files have it.
llvm::SmallVector<int64_t, 2> getFileShape(const Parameter &parameter);

/// Whether `value` is an image that a layer with windows, or vib.reshape with
/// `channels_first`, computed, or that other layers computed from such an
/// image.
bool isFeatureMap(mlir::Value value);

/// Checks that the two have the same batch, '?' or a number.
mlir::LogicalResult verifySameBatch(mlir::Operation *op,
                                    mlir::RankedTensorType input,
                                    mlir::RankedTensorType result);

/// Notes that a model writes '?' for its batch, if one of two different batches
/// is '?'.
void noteBatch(mlir::InFlightDiagnostic &diagnostic, mlir::Location loc,
               mlir::RankedTensorType lhs, mlir::RankedTensorType rhs);

/// Checks that the two have the same batch and the same element type.
mlir::LogicalResult verifySameRows(mlir::Operation *op,
                                   mlir::RankedTensorType input,
                                   mlir::RankedTensorType result);

/// Checks the types of a model's arguments, which are at `locations`. The model
/// is at `loc`.
mlir::LogicalResult
verifyModelArguments(mlir::Location loc,
                     llvm::ArrayRef<mlir::Location> locations,
                     llvm::ArrayRef<mlir::Type> types);

/// Checks that vib.pairwise, if the model has it, can compare the rows of a
/// batch, which the message calls `what`.
mlir::LogicalResult verifyPairs(TrainOp train, ModelOp model, int64_t batch,
                                llvm::StringRef what);

/// Checks the rules for a model as a whole.
mlir::LogicalResult verifyModel(ModelOp model);

} // namespace vib

#endif // VIB_DIALECT_VIBVERIFY_H
