//===- OperandMemory.cpp - How an operand lies in memory ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/OperandMemory.h"

using namespace mlir;
using namespace vib;

static Layout getLayout(const Buffer &buffer, KernelOp kernel,
                        const MemoryMap &memory) {
  if (buffer.isTile())
    return choosePaddedLayout(buffer.type);
  if (buffer.kind == Buffer::Partial)
    return getPlainLayout(buffer.type);
  unsigned index = cast<BlockArgument>(buffer.argument).getArgNumber();
  FailureOr<Place> place =
      buffer.kind == Buffer::Output
          ? memory.lookup(kernel.getResult(index - kernel.getInputs().size()))
          : memory.lookup(kernel.getOperand(index));
  return succeeded(place) ? place->layout : getPlainLayout(buffer.type);
}

std::optional<OperandMemory> vib::getOperandMemory(Value tensor,
                                                   KernelOp kernel,
                                                   const KernelPlan &plan,
                                                   const MemoryMap &memory) {
  if (!isa<RankedTensorType>(tensor.getType()) || !plan.hasSite(tensor))
    return std::nullopt;
  const Site &site = plan.getSite(tensor);
  const Buffer &buffer = plan.getBuffers()[site.buffer];
  OperandMemory result;
  result.type = getMemoryType(buffer.type, getLayout(buffer, kernel, memory));
  result.axes.assign(site.axes.begin(), site.axes.end());
  for (int64_t offset : site.offsets)
    result.isWhole.push_back(offset == 0);
  if (!buffer.isTile())
    for (auto [axis, cls] :
         llvm::zip_equal(site.axes, plan.getSpace().getClasses(tensor)))
      if (plan.getTiles().divides(cls))
        result.isWhole[axis] = false;
  return result;
}
