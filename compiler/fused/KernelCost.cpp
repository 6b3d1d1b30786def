//===- KernelCost.cpp - The cost of a kernel --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelCost.h"
#include "compiler/fused/KernelQueries.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"

using namespace mlir;
using namespace vib;

/// The number of operations of one iteration.
static int64_t countFlops(linalg::LinalgOp op) {
  int64_t flops = 0;
  for (Operation &inner : *op.getBlock()) {
    if (isa<math::FmaOp>(inner))
      flops += 2;
    else if (isa<NoiseOp>(inner) || isa<math::MathDialect>(inner.getDialect()))
      ++flops;
    else if (isa<arith::AddFOp, arith::SubFOp, arith::MulFOp, arith::DivFOp,
                 arith::MaximumFOp, arith::MinimumFOp, arith::MaxNumFOp,
                 arith::MinNumFOp>(inner))
      ++flops;
  }
  return flops;
}

double KernelCost::getCpuSeconds() const {
  constexpr double kFlopsPerSecond = 100e9, kBytesPerSecond = 20e9;
  return std::max(flops / kFlopsPerSecond, bytes / kBytesPerSecond);
}

KernelCost vib::getKernelCost(KernelOp kernel) {
  KernelCost cost;
  for (linalg::LinalgOp op : getLoops(kernel)) {
    double positions = 1;
    for (int64_t range : op.getStaticLoopRanges())
      positions *= range;
    cost.flops += positions * countFlops(op);
  }
  for (Value input : kernel.getInputs())
    if (isa<RankedTensorType>(input.getType()))
      cost.bytes += getBytes(input.getType());
  for (Value output : kernel.getOutputs())
    cost.bytes += getBytes(output.getType()) * (getState(output) ? 2 : 1);
  return cost;
}
