//===- BlockBarriers.cpp - Place the barriers of a block ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every step of a block divides its positions among the threads independently.
// So a barrier is needed before a step that accesses memory which other threads
// have accessed since the last barrier, if either access is a write. No barrier
// is needed if both steps run over the same positions in the same order,
// because the same thread then accesses an element in both.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelQueries.h"
#include "compiler/gpu/BlockAccess.h"

using namespace mlir;
using namespace vib;

void BlockPlan::placeBarriers() {
  // Inputs and outputs that are versions of the same state share memory.
  auto getIdentity = [&](unsigned buffer) -> Value {
    auto argument = dyn_cast_or_null<BlockArgument>(buffers[buffer].argument);
    if (!argument)
      return Value();
    Value operand = kernel->getOperand(argument.getArgNumber());
    if (BlockArgument state = getState(operand))
      return state;
    return argument;
  };
  auto overlap = [&](const BlockAccess &lhs, const BlockAccess &rhs) {
    const Buffer &left = buffers[lhs.buffer], &right = buffers[rhs.buffer];
    if (lhs.buffer == rhs.buffer)
      return true;
    if (left.kind == Buffer::Scratch && right.kind == Buffer::Scratch) {
      int64_t begin = sharedOffsets[lhs.buffer];
      int64_t otherBegin = sharedOffsets[rhs.buffer];
      return begin < otherBegin + getBufferBytes(right) &&
             otherBegin < begin + getBufferBytes(left);
    }
    Value identity = getIdentity(lhs.buffer);
    return identity && identity == getIdentity(rhs.buffer);
  };
  auto conflict = [&](const BlockAccess &lhs, const BlockAccess &rhs) {
    if (!(lhs.isWrite || rhs.isWrite) || !overlap(lhs, rhs))
      return false;
    bool sameThread = !lhs.positions.empty() &&
                      lhs.positions == rhs.positions && lhs.site == rhs.site;
    return !sameThread;
  };
  SmallVector<BlockAccess> pending;
  bool touchedShared = false;
  for (BlockStep &step : steps) {
    SmallVector<BlockAccess> accesses = getAccesses(*this, step);
    // The staging memory may overlap any scratch buffer.
    step.needsBarrier =
        (!step.contractions.empty() && touchedShared) ||
        llvm::any_of(accesses, [&](const BlockAccess &access) {
          return llvm::any_of(pending, [&](const BlockAccess &other) {
            return conflict(access, other);
          });
        });
    if (step.needsBarrier) {
      pending.clear();
      touchedShared = false;
    }
    // A contraction ends with a barrier, after which its results are visible.
    if (!step.contractions.empty())
      pending.clear();
    else
      pending.append(accesses);
    touchedShared |= llvm::any_of(accesses, [&](const BlockAccess &access) {
      return buffers[access.buffer].kind == Buffer::Scratch;
    });
  }
}
