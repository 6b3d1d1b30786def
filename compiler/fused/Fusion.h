//===- Fusion.h - What all fusion passes share ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_FUSION_H
#define VIB_COMPILER_FUSED_FUSION_H

#include "compiler/fused/KernelSpace.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace vib {

/// What was fused into a kernel, and what was not and why: arrays of strings,
/// which --explain prints.
inline constexpr llvm::StringLiteral kFusedAttrName = "vib.fused";
inline constexpr llvm::StringLiteral kUnfusedAttrName = "vib.unfused";

//===----------------------------------------------------------------------===//
// Questions
//===----------------------------------------------------------------------===//

/// The argument of the function that `value` is a version of, if that is state
/// (a weight, a moment or an average), else null.
mlir::BlockArgument getState(mlir::Value value);
/// The slot of a function's argument, null if it has none.
SlotAttr getSlot(mlir::BlockArgument argument);
/// Whether the kernel updates a weight, a moment or an average.
bool updatesState(KernelOp kernel);
/// The linalg ops of a kernel but its fills.
llvm::SmallVector<mlir::linalg::LinalgOp> getLoops(KernelOp kernel);
/// The contractions of a kernel.
llvm::SmallVector<mlir::linalg::LinalgOp> getContractions(KernelOp kernel);
/// Whether all ops of the kernel are loops without a reduction.
bool isElementwise(KernelOp kernel);
/// Whether the kernel has loops, of which one reduces, and no contraction.
bool isReduction(KernelOp kernel);
/// Whether `op` has a vib.noise in it.
bool drawsNoise(mlir::Operation *op);
/// The sum of bytes of a tensor.
int64_t getBytes(mlir::Type type);
/// The bytes of the kernel's ins and outs that have no axis of a class which
/// all its ops share and none reduces: a kernel that works by rows reads them
/// again for each block of rows.
int64_t getSharedBytes(KernelOp kernel, const KernelSpace &space);
/// How many of them a kernel by rows may have; half a common L2 cache.
inline constexpr int64_t kMaxSharedBytes = 256 * 1024;
/// What a kernel computes, in a few words: "contraction", "exp, log1p",
/// "reduction of mulf".
std::string describe(KernelOp kernel);
/// The kernels of a function in order.
llvm::SmallVector<KernelOp> getKernels(mlir::func::FuncOp function);

//===----------------------------------------------------------------------===//
// Changes
//===----------------------------------------------------------------------===//

/// Makes every yielded tensor be computed in the place of its `outs` where it
/// would be computed in a tensor.empty, and uses no `outs` for another purpose.
void tieOutputs(KernelOp kernel);

/// Whether the merged kernel may be: an empty string, or why not.
using MergeCheck =
    llvm::function_ref<std::string(KernelOp, const KernelSpace &)>;

/// A check for mergeKernels: all ops run over the same positions, those that a
/// reduction sums over aside.
std::string checkSamePositions(KernelOp kernel, const KernelSpace &space);

/// Merges two kernels of a block, of which `first` is the earlier, into one if
/// `check` agrees and if no kernel between them must run between them. Kernels
/// between them are moved, never past what they read or what reads them, nor
/// past an update of the state that they read. On failure nothing has changed
/// and `reason` says why.
mlir::FailureOr<KernelOp> mergeKernels(KernelOp first, KernelOp second,
                                       MergeCheck check, std::string &reason);

/// Records that `what` was fused into a kernel, and emits it as a remark.
void noteFused(KernelOp kernel, llvm::StringRef pass, const llvm::Twine &what);
/// Records that a kernel was not fused into another and why, and emits it. The
/// record goes once the kernel is fused into one after all.
void noteUnfused(KernelOp kernel, llvm::StringRef pass, KernelOp into,
                 llvm::StringRef why);

} // namespace vib

#endif // VIB_COMPILER_FUSED_FUSION_H
