//===- Fusion.h - Queries and merging for the passes ------------*- C++ -*-===//
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

/// Attributes of a kernel, arrays of strings, that --explain prints: what was
/// fused into it, and what was not fused and why.
inline constexpr llvm::StringLiteral kFusedAttrName = "vib.fused";
inline constexpr llvm::StringLiteral kUnfusedAttrName = "vib.unfused";

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

/// The argument of the function of which `value` is a version, if that is state
/// (a weight, a moment or an average); otherwise null.
mlir::BlockArgument getState(mlir::Value value);
/// The slot of a function's argument; null if it has none.
SlotAttr getSlot(mlir::BlockArgument argument);
/// Whether the kernel updates a weight, a moment or an average.
bool updatesState(KernelOp kernel);
/// The linalg ops of a kernel except fills.
llvm::SmallVector<mlir::linalg::LinalgOp> getLoops(KernelOp kernel);
/// The contractions of a kernel.
llvm::SmallVector<mlir::linalg::LinalgOp> getContractions(KernelOp kernel);
/// Whether the kernel has loops and none of them reduces.
bool isElementwise(KernelOp kernel);
/// Whether the kernel has a loop that reduces but no contraction.
bool isReduction(KernelOp kernel);
/// Whether there is a vib.noise in `op`.
bool drawsNoise(mlir::Operation *op);
/// The size of a tensor in bytes.
int64_t getBytes(mlir::Type type);
/// The bytes of the kernel's ins and outs that have none of the classes which
/// all ops share without reducing them. A kernel that works by rows reads these
/// tensors again for each block of rows.
int64_t getSharedBytes(KernelOp kernel, const KernelSpace &space);
/// The limit of getSharedBytes for a kernel by rows: half a common L2 cache.
inline constexpr int64_t kMaxSharedBytes = 256 * 1024;
/// What a kernel computes: in the user's words if it has parts (KernelParts.h),
/// else by its operations: "contraction", "exp, log1p", "reduction of mulf".
std::string describe(KernelOp kernel);
/// The kernels of a function in order.
llvm::SmallVector<KernelOp> getKernels(mlir::func::FuncOp function);

//===----------------------------------------------------------------------===//
// Transformations
//===----------------------------------------------------------------------===//

/// Lets every yielded tensor be computed in its `outs` instead of in a
/// tensor.empty, and removes all other uses of the `outs`.
void tieOutputs(KernelOp kernel);

/// Returns an empty string if the merged kernel is allowed, else the reason why
/// not.
using MergeCheck =
    llvm::function_ref<std::string(KernelOp, const KernelSpace &)>;

/// A check for mergeKernels: all ops run over the same positions, apart from
/// the loops that they reduce.
std::string checkSamePositions(KernelOp kernel, const KernelSpace &space);

/// Merges two kernels of a block, of which `first` is the earlier one. This
/// succeeds if `check` accepts the result and no other kernel has to run
/// between the two. Kernels between them are moved, but never across a kernel
/// that they depend on or that depends on them. On failure nothing has changed
/// and `reason` says why.
mlir::FailureOr<KernelOp> mergeKernels(KernelOp first, KernelOp second,
                                       MergeCheck check, std::string &reason);

/// Records that `what` was fused into a kernel, and emits a remark.
void noteFused(KernelOp kernel, llvm::StringRef pass, const llvm::Twine &what);
/// Records that a kernel was not fused into another one, and why; emits a
/// remark. The record disappears if the kernel is fused into another one later.
void noteUnfused(KernelOp kernel, llvm::StringRef pass, KernelOp into,
                 llvm::StringRef why);

} // namespace vib

#endif // VIB_COMPILER_FUSED_FUSION_H
