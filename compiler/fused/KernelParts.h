//===- KernelParts.h - What a kernel computes, in words ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An op of the step says which layer it belongs to (vib.label) and what a user
// calls what it computes (vib.word). Its kernel keeps both as a part; a kernel
// into which others are fused has their parts too, in the order of its region:
//
//   vib.parts = ["encode.0: contract(x, encode.0.weight)", "encode.0: bias",
//                "encode.0: relu"]
//
// The ops in the region do not keep them, because they would keep apart what is
// computed twice. Parts are for people: --explain and --outline print them, and
// remarks name kernels by them.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_KERNELPARTS_H
#define VIB_COMPILER_FUSED_KERNELPARTS_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

inline constexpr llvm::StringLiteral kPartsAttrName = "vib.parts";

/// The parts that belong to one layer in one direction.
struct LayerWork {
  llvm::StringRef layer;
  /// "forward", "input gradient" or "weight gradient".
  llvm::StringRef pass;
  llvm::SmallVector<llvm::StringRef> words;
};

/// The name of a value in the text, empty if it has none.
llvm::StringRef getValueName(mlir::Value value);

/// Gives the kernel of `root`, an op of the step, its part; none if the op has
/// no word.
void setPart(KernelOp kernel, mlir::Operation *root);
/// Gives `kernel` the parts of two kernels that were fused into it.
void mergeParts(KernelOp kernel, KernelOp first, KernelOp second);
/// Says of the contraction of `kernel` that its columns are computed in pieces,
/// which `names` names.
void splitPart(KernelOp kernel, llvm::ArrayRef<llvm::StringRef> names);

/// What `parts` say of each layer, in their order; `parts` may be null.
llvm::SmallVector<LayerWork> getLayerWork(mlir::ArrayAttr parts);
/// All words of a kernel in one line; empty if it has no parts.
std::string joinWords(KernelOp kernel);

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELPARTS_H
