//===- PartialResults.cpp - Results that are combined from parts ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/PartialResults.h"
#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

KernelCost vib::getCombinationCost(const ValuePlacement &plan) {
  KernelCost cost;
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    cost.bytes += partial.unitBytes * plan.getNumPartials(partial.reduced);
  }
  cost.flops = cost.bytes / 4;
  return cost;
}

Value vib::createPartialsView(OpBuilder &builder, Location loc,
                              const ValuePlacement &plan, const Buffer &partial,
                              Value arena, int64_t scratch) {
  Type element = partial.type.getElementType();
  auto type =
      RankedTensorType::get({plan.getNumPartials(partial.reduced),
                             partial.unitBytes / getElementBytes(element)},
                            element);
  Place place{BaseKind::Arena, scratch + partial.offset, getPlainLayout(type)};
  return createView(builder, loc, arena, place, type);
}
