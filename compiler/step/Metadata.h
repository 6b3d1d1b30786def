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
    "scale",    "train_step", "gradients", "encode",
    "evaluate", "draw",       "decode",    "input_gradients"};
/// Those that every model has.
inline constexpr llvm::StringLiteral kRequiredFunctionNames[] = {
    "train_step", "encode", "evaluate", "draw", "decode"};

/// What the attributes vib.model, vib.training and vib.parameters of a module
/// say about the types of its functions.
struct Metadata {
  ModelAttr model;
  /// What training keeps for each parameter.
  llvm::SmallVector<SlotKind> state;
  /// The types by the names, in the order of the model.
  llvm::MapVector<llvm::StringRef, mlir::RankedTensorType> parameters;
  /// Likewise of what training does not change, and of what it computes beside
  /// the parameters.
  llvm::MapVector<llvm::StringRef, mlir::RankedTensorType> constants, running;

  /// Whether training steps compute the running statistics of this name, of
  /// which `kind` is one of the blocks that have them.
  bool isRunning(SlotKind kind, llvm::StringRef name) const;

  /// The type of the input or output of this name; null if no model has one.
  mlir::RankedTensorType getTensorType(llvm::StringRef name) const;
  /// Whether the input or output of this name can have this type. x is rounded
  /// to bf16 if all its readers round it. What is scaled, image, consists of
  /// bytes or of numbers of the model's type.
  bool hasType(llvm::StringRef name, mlir::RankedTensorType type) const;
};

/// Reads the attributes. Reports an error if one is missing, or if they
/// contradict each other.
llvm::FailureOr<Metadata> readMetadata(mlir::ModuleOp module);

} // namespace vib

#endif // VIB_COMPILER_STEP_METADATA_H
