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
#include "llvm/ADT/TypeSwitch.h"

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

/// The instructions that LLVM makes of an operation on vectors of f32 for
/// AVX-512, counted in its assembly.
static int64_t getNumInstructions(Operation &op) {
  return llvm::TypeSwitch<Operation *, int64_t>(&op)
      // A contraction multiplies and adds in one instruction.
      .Case([](arith::MulFOp mul) {
        return mul->hasOneUse() && isa<arith::AddFOp>(*mul->user_begin()) ? 0
                                                                          : 1;
      })
      .Case<NoiseOp>([](auto) { return 250; })
      .Case<math::ExpOp>([](auto) { return 27; })
      .Case<math::LogOp>([](auto) { return 39; })
      .Case<math::Log1pOp>([](auto) { return 47; })
      .Case<math::TanhOp>([](auto) { return 21; })
      .Case<math::ErfOp>([](auto) { return 55; })
      .Case<math::SqrtOp, arith::DivFOp>([](auto) { return 8; })
      .Case<arith::ConstantOp, arith::IndexCastOp, linalg::IndexOp,
            linalg::YieldOp>([](auto) { return 0; })
      .Default([](Operation *) { return 1; });
}

/// The number of iterations of a loop nest.
static double countPositions(linalg::LinalgOp op) {
  double positions = 1;
  for (int64_t range : op.getStaticLoopRanges())
    positions *= range;
  return positions;
}

double vib::countInstructions(linalg::LinalgOp op) {
  double instructions = 0;
  for (Operation &inner : *op.getBlock())
    instructions += getNumInstructions(inner);
  return countPositions(op) * instructions;
}

double KernelCost::getCpuSeconds() const {
  constexpr double kFlopsPerSecond = 100e9, kBytesPerSecond = 20e9;
  return std::max(flops / kFlopsPerSecond, bytes / kBytesPerSecond);
}

KernelCost vib::getKernelCost(KernelOp kernel) {
  KernelCost cost;
  for (linalg::LinalgOp op : getLoops(kernel))
    cost.flops += countPositions(op) * countFlops(op);
  for (Value input : kernel.getInputs())
    if (isa<RankedTensorType>(input.getType()))
      cost.bytes += getBytes(input.getType());
  for (Value output : kernel.getOutputs())
    cost.bytes += getBytes(output.getType()) * (getState(output) ? 2 : 1);
  return cost;
}
