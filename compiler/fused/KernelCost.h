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

  /// About what it takes one thread of a CPU, whose data have to come from
  /// another processor's cache.
  double getSeconds() const;
};

KernelCost getKernelCost(KernelOp kernel);

/// The work that pays for waking a thread, which costs a quarter of it.
inline constexpr double kSecondsOfThread = 2e-6;

} // namespace vib

#endif // VIB_COMPILER_FUSED_KERNELCOST_H
