//===- FusionNotes.h - What was fused, and what was not and why -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_FUSIONNOTES_H
#define VIB_COMPILER_FUSED_FUSIONNOTES_H

#include "dialect/Vib.h"

namespace vib {

/// Attributes of a kernel, arrays of strings, that --explain prints: what was
/// fused into it, and what was not fused and why.
inline constexpr llvm::StringLiteral kFusedAttrName = "vib.fused";
inline constexpr llvm::StringLiteral kUnfusedAttrName = "vib.unfused";

/// What a kernel computes: in the user's words if it has parts (KernelParts.h),
/// else by its operations: "contraction", "exp, log1p", "reduction of mulf".
std::string describe(KernelOp kernel);

/// Records that `what` was fused into a kernel, and emits a remark.
void noteFused(KernelOp kernel, llvm::StringRef pass, const llvm::Twine &what);
/// Records that a kernel was not fused into another one, and why; emits a
/// remark. The record disappears if the kernel is fused into another one later.
void noteUnfused(KernelOp kernel, llvm::StringRef pass, KernelOp into,
                 llvm::StringRef why);
/// Gives a merged kernel the records of the two kernels that it replaces. What
/// was not fused into `second` is dropped, because it may be fused now.
void mergeNotes(KernelOp merged, KernelOp first, KernelOp second);

} // namespace vib

#endif // VIB_COMPILER_FUSED_FUSIONNOTES_H
