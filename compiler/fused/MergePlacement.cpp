//===- MergePlacement.cpp - Where two kernels can run as one --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/MergePlacement.h"
#include "compiler/fused/KernelQueries.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

/// Whether `later` has to run after `earlier`.
static bool dependsOn(KernelOp later, KernelOp earlier) {
  for (Value operand : later.getOperands())
    if (operand.getDefiningOp() == earlier)
      return true;
  for (Value output : later.getOutputs())
    if (getState(output) && llvm::is_contained(earlier.getOperands(), output))
      return true;
  return false;
}

FailureOr<MergePlacement> MergePlacement::find(KernelOp first, KernelOp second,
                                               std::string &reason) {
  SmallVector<KernelOp> between;
  for (Operation *op = first->getNextNode(); op != second;
       op = op->getNextNode())
    if (auto kernel = dyn_cast<KernelOp>(op))
      between.push_back(kernel);

  SmallVector<KernelOp> after = {first};
  for (KernelOp kernel : between)
    if (llvm::any_of(after, [&](KernelOp k) { return dependsOn(kernel, k); }))
      after.push_back(kernel);
  SmallVector<KernelOp> before = {second};
  for (KernelOp kernel : llvm::reverse(between))
    if (llvm::any_of(before, [&](KernelOp k) { return dependsOn(k, kernel); }))
      before.push_back(kernel);
  for (KernelOp kernel : before)
    if (llvm::is_contained(after, kernel)) {
      reason = ("'" + kernel.getName() + "' has to run between them").str();
      return failure();
    }
  MergePlacement placement;
  placement.atSecond = after.size() == 1;
  placement.before.assign(before.rbegin(), std::prev(before.rend()));
  return placement;
}

/// Moves a kernel, with the tensor.empty ops of its outs, in front of `op`.
static void moveBefore(KernelOp kernel, Operation *op) {
  for (Value output : kernel.getOutputs())
    if (auto empty = output.getDefiningOp<tensor::EmptyOp>())
      empty->moveBefore(op);
  kernel->moveBefore(op);
}

void MergePlacement::move(KernelOp merged, KernelOp first) const {
  if (atSecond)
    return;
  for (KernelOp kernel : before)
    moveBefore(kernel, first);
  moveBefore(merged, first);
}
