//===- KernelCost.h - What a kernel costs -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_KERNELCOST_H
#define VIB_COMPILER_FUSED_KERNELCOST_H

#include "dialect/Vib.h"

namespace vib {

/// What one run of a kernel computes and moves. An operation of floating point
/// counts as one, a multiply-add as two, a function of math and a draw of noise
/// as one. Every tensor of ins and outs is moved once; state twice, as it is
/// read and written.
struct KernelCost {
  double flops = 0;
  double bytes = 0;

  /// Roughly what it takes one thread of a CPU that finds its data in the cache
  /// of another one.
  double getCpuSeconds() const;
};

KernelCost getKernelCost(KernelOp kernel);

/// The work that pays for a thread's part in a launch: that costs a quarter of
/// a microsecond where processors share a cache, one or more where they do not,
/// and then what the kernel reads and writes moves between them.
inline constexpr double kSecondsOfThread = 4e-6;

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELCOST_H
