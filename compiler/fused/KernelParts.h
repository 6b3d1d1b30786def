//===- KernelParts.h - Describing what a kernel computes --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An op of the step has the name of its layer (vib.label) and a word for what
// it computes (vib.word). Both become a part of its kernel. A kernel into which
// others were fused also has their parts, in the order of its region:
//
//   vib.parts = ["encode.0: contract(x, encode.0.weight)", "encode.0: bias",
//                "encode.0: relu"]
//
// The ops in the region lose these attributes, because different attributes
// would prevent the elimination of common subexpressions. Parts are only
// printed: by --explain, by --outline, and in remarks.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_KERNELPARTS_H
#define VIB_COMPILER_FUSED_KERNELPARTS_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

inline constexpr llvm::StringLiteral kPartsAttrName = "vib.parts";

/// The parts of a kernel that belong to one pass of one layer.
struct LayerWork {
  llvm::StringRef layer;
  /// "forward", "input gradient" or "weight gradient".
  llvm::StringRef pass;
  llvm::SmallVector<llvm::StringRef> words;
};

/// The name of a value for messages; empty if it has none.
llvm::StringRef getValueName(mlir::Value value);

/// Sets the part of the kernel that computes `root`, an op of the step. Does
/// nothing if the op has no word.
void setPart(KernelOp kernel, mlir::Operation *root);
/// Sets the parts of `kernel` to those of the two kernels fused into it.
void mergeParts(KernelOp kernel, KernelOp first, KernelOp second);
/// Adds to the part of the kernel's contraction that its columns are computed
/// in pieces with these names.
void splitPart(KernelOp kernel, llvm::ArrayRef<llvm::StringRef> names);

/// Groups `parts`, which may be null, by layer and pass, in their order.
llvm::SmallVector<LayerWork> getLayerWork(mlir::ArrayAttr parts);
/// All words of a kernel on one line; empty if it has no parts.
std::string joinWords(KernelOp kernel);

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELPARTS_H
