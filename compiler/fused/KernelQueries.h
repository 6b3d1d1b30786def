//===- KernelQueries.h - What a kernel contains -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_KERNELQUERIES_H
#define VIB_COMPILER_FUSED_KERNELQUERIES_H

#include "compiler/fused/KernelSpace.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace vib {

/// The argument of the function of which `value` is a version, if that is state
/// (a weight, a moment, an average or a statistic); otherwise null.
mlir::BlockArgument getState(mlir::Value value);
/// The slot of a function's argument; null if it has none.
SlotAttr getSlot(mlir::BlockArgument argument);
/// Whether the kernel updates a weight, a moment or an average.
bool updatesState(KernelOp kernel);
/// Whether the kernel updates running statistics.
bool updatesStatistics(KernelOp kernel);
/// The linalg ops of a kernel except fills.
llvm::SmallVector<mlir::linalg::LinalgOp> getLoops(KernelOp kernel);
/// The contractions of a kernel.
llvm::SmallVector<mlir::linalg::LinalgOp> getContractions(KernelOp kernel);
/// Whether the kernel has loops and none of them reduces.
bool isElementwise(KernelOp kernel);
/// Whether the kernel has a loop that reduces but no contraction.
bool isReduction(KernelOp kernel);
/// The number of times that the body of an op runs.
int64_t getPoints(mlir::linalg::LinalgOp op);
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
/// The kernels of a function in order.
llvm::SmallVector<KernelOp> getKernels(mlir::func::FuncOp function);

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELQUERIES_H
