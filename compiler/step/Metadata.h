//===- Metadata.h - What a module says of its model -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_METADATA_H
#define VIB_COMPILER_STEP_METADATA_H

#include "dialect/Vib.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"

namespace vib {

/// The functions of the phases step and fused, which become the entries that
/// the runtime calls.
inline constexpr llvm::StringLiteral kFunctionNames[] = {
    "scale", "train_step", "gradients", "encode", "evaluate", "draw", "decode"};
/// Those that every model has.
inline constexpr llvm::StringLiteral kRequiredFunctionNames[] = {
    "train_step", "encode", "evaluate", "draw", "decode"};

/// What the attributes vib.model and vib.parameters of a module say about the
/// types of its functions.
struct Metadata {
  mlir::Type type;
  bool roundsOperands = false, isCategorical = false;
  int64_t batch = 0, latents = 0, outputs = 0;
  /// The numbers of an example.
  int64_t inputs = 1;
  llvm::SmallVector<SlotKind> state;
  /// The shapes by the names, in the order of the model.
  llvm::MapVector<llvm::StringRef, llvm::SmallVector<int64_t>> parameters;

  /// The type of the input or output of this name; null if no model has one.
  mlir::RankedTensorType getTensorType(llvm::StringRef name) const;
};

/// Reads the attributes. Reports an error if a field is missing, unknown, of
/// another type, or beyond what vib.train and the other ops of a model accept.
llvm::FailureOr<Metadata> readMetadata(mlir::ModuleOp module);

} // namespace vib

#endif // VIB_COMPILER_STEP_METADATA_H
