//===- Dims.h - The names of dimensions -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// In the step, dimensions are told apart by their names, never by their number
// or by the rank of a tensor. A name stands for what a dimension is in the
// model; an op may read a tensor under other names, for example the `features`
// of its input as `inputs`, because the loops of an op have distinct names.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_DIMS_H
#define VIB_COMPILER_STEP_DIMS_H

#include "mlir/Support/LLVM.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringRef.h"

namespace vib {

/// The attribute of an op of the step that names the dimensions of its loops.
inline constexpr llvm::StringLiteral kDimsAttrName = "vib.dims";

/// Names of dimensions, in their order. They are literals, or belong to the
/// context.
using Dims = llvm::SmallVector<llvm::StringRef, 4>;

namespace dims {
/// The examples of a batch, and the samples that a training step draws of each.
inline constexpr llvm::StringLiteral kRows = "rows";
inline constexpr llvm::StringLiteral kSamples = "samples";
/// The examples of the batch again, with which each of them is compared.
inline constexpr llvm::StringLiteral kOthers = "others";
/// What an example consists of.
inline constexpr llvm::StringLiteral kPositions = "positions";
inline constexpr llvm::StringLiteral kHeight = "height";
inline constexpr llvm::StringLiteral kWidth = "width";
inline constexpr llvm::StringLiteral kChannels = "channels";
inline constexpr llvm::StringLiteral kFeatures = "features";
/// Groups of channels that a convolution keeps apart, or categorical variables.
inline constexpr llvm::StringLiteral kGroups = "groups";
/// The features that a layer reads.
inline constexpr llvm::StringLiteral kInputs = "inputs";
/// The classes of a categorical variable, or of a label that chooses a prior.
inline constexpr llvm::StringLiteral kClasses = "classes";
/// The components of a mixture.
inline constexpr llvm::StringLiteral kComponents = "components";
/// The latents of a posterior, and the entries of a lower triangle.
inline constexpr llvm::StringLiteral kLatents = "latents";
inline constexpr llvm::StringLiteral kEntries = "entries";
} // namespace dims

} // namespace vib

#endif // VIB_COMPILER_STEP_DIMS_H
