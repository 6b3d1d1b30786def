//===- KernelCost.h - The cost of a kernel ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_KERNELCOST_H
#define VIB_COMPILER_FUSED_KERNELCOST_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

/// The work of one run of a kernel. A floating-point operation counts as one, a
/// multiply-add as two, and a math function or a random number as one. The
/// tensors of ins and outs are moved once each, except that state is both read
/// and written.
struct KernelCost {
  double flops = 0;
  double bytes = 0;

  /// A rough estimate of the time that one CPU thread takes if its data is in
  /// the cache of another thread.
  double getCpuSeconds() const;
};

KernelCost getKernelCost(KernelOp kernel);

/// The instructions of a CPU that compute a loop, for one lane of its vectors.
/// Loads, stores and the loop itself are not counted.
double countInstructions(mlir::linalg::LinalgOp op);

/// A kernel is divided among threads only if each gets at least this much work.
/// The runtime asks for more where starting a thread costs more (ThreadPool.h).
inline constexpr double kSecondsOfThread = 4e-6;

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELCOST_H
