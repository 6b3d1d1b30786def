//===- BlockAccess.cpp - The memory accesses of a block's steps -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockAccess.h"
#include "compiler/gpu/ThreadDivision.h"
#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

int64_t vib::getBufferBytes(const Buffer &buffer) {
  return getMemoryBytes(buffer.type, getPlainLayout(buffer.type));
}

SmallVector<BlockAccess> vib::getAccesses(const BlockPlan &plan,
                                          const BlockStep &step) {
  const KernelSpace &space = plan.getSpace();
  SmallVector<BlockAccess> accesses;
  if (step.copy) {
    SmallVector<unsigned, 4> classes = space.getClasses(step.copy->value);
    accesses.push_back(
        {step.copy->from.buffer, false, step.copy->from, classes});
    accesses.push_back({step.copy->to.buffer, true, step.copy->to, classes});
    return accesses;
  }
  for (const MatrixContraction *contraction : step.contractions) {
    for (BlockArgument argument :
         {contraction->lhs.argument, contraction->rhs.argument})
      accesses.push_back(
          {plan.getSite(argument).buffer, false, plan.getSite(argument), {}});
    const Site &site =
        plan.getSite(linalg::LinalgOp(contraction->op)->getResult(0));
    accesses.push_back({site.buffer, true, site, {}});
  }
  if (!step.op)
    return accesses;
  linalg::LinalgOp op = step.op;
  SmallVector<unsigned, 4> loops = space.getLoopClasses(op), positions;
  if (!getLaneLoop(op))
    for (unsigned loop : getPositionLoops(op))
      positions.push_back(loops[loop]);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool isOwn = !positions.empty() && map.isProjectedPermutation();
    for (unsigned loop : getPositionLoops(op))
      isOwn &= map.isFunctionOfDim(loop);
    auto add = [&](Value value, bool isWrite) {
      if (!plan.hasSite(value))
        return;
      const Site &site = plan.getSite(value);
      accesses.push_back({site.buffer, isWrite, site,
                          isOwn ? positions : SmallVector<unsigned, 4>()});
    };
    if (op.isDpsInit(&operand)) {
      Value result = op.getTiedOpResult(&operand);
      add(result, /*isWrite=*/true);
      continue;
    }
    Value value = operand.get();
    if (auto prologue = value.getDefiningOp<linalg::LinalgOp>();
        prologue && plan.isFolded(prologue))
      value = prologue->getOperand(0);
    add(value, /*isWrite=*/false);
  }
  return accesses;
}
