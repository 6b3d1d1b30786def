//===- KernelQueries.cpp - What a kernel contains -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelQueries.h"
#include "compiler/step/WindowMap.h"

using namespace mlir;
using namespace vib;

SlotAttr vib::getSlot(BlockArgument argument) {
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!function)
    return {};
  return function.getArgAttrOfType<SlotAttr>(argument.getArgNumber(),
                                             kSlotAttrName);
}

BlockArgument vib::getState(Value value) {
  while (auto result = dyn_cast<OpResult>(value)) {
    auto kernel = dyn_cast<KernelOp>(result.getOwner());
    if (!kernel)
      return {};
    value = kernel.getOutputs()[result.getResultNumber()];
  }
  auto argument = cast<BlockArgument>(value);
  SlotAttr slot = getSlot(argument);
  if (!slot)
    return {};
  switch (slot.getKind()) {
  case SlotKind::Weight:
  case SlotKind::Moment1:
  case SlotKind::Moment2:
  case SlotKind::Average:
  case SlotKind::State:
    return argument;
  default:
    return {};
  }
}

bool vib::updatesState(KernelOp kernel) {
  return llvm::any_of(kernel.getOutputs(),
                      [](Value output) { return !!getState(output); });
}

bool vib::updatesStatistics(KernelOp kernel) {
  return llvm::any_of(kernel.getOutputs(), [](Value output) {
    BlockArgument state = getState(output);
    return state && getSlot(state).getKind() == SlotKind::State;
  });
}

SmallVector<linalg::LinalgOp> vib::getLoops(KernelOp kernel) {
  SmallVector<linalg::LinalgOp> loops;
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>())
    if (!isa<linalg::FillOp>(op))
      loops.push_back(op);
  return loops;
}

SmallVector<linalg::LinalgOp> vib::getContractions(KernelOp kernel) {
  SmallVector<linalg::LinalgOp> contractions;
  for (linalg::LinalgOp op : getLoops(kernel))
    if (isContraction(op))
      contractions.push_back(op);
  return contractions;
}

bool vib::isElementwise(KernelOp kernel) {
  SmallVector<linalg::LinalgOp> loops = getLoops(kernel);
  return !loops.empty() && llvm::all_of(loops, [](linalg::LinalgOp op) {
    return op.getNumReductionLoops() == 0;
  });
}

bool vib::isReduction(KernelOp kernel) {
  return getContractions(kernel).empty() &&
         llvm::any_of(getLoops(kernel), [](linalg::LinalgOp op) {
           return op.getNumReductionLoops() != 0;
         });
}

int64_t vib::getPoints(linalg::LinalgOp op) {
  int64_t points = 1;
  for (int64_t extent : op.getStaticLoopRanges())
    points *= extent;
  return points;
}

bool vib::drawsNoise(Operation *op) {
  return op->walk([](NoiseOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

int64_t vib::getBytes(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return tensor.getNumElements() * getBytes(tensor.getElementType());
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

int64_t vib::getSharedBytes(KernelOp kernel, const KernelSpace &space) {
  SmallVector<unsigned, 4> rows = space.getSharedParallelClasses();
  int64_t bytes = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    if (!isa<RankedTensorType>(argument.getType()))
      continue;
    if (llvm::none_of(space.getClasses(argument), [&](unsigned cls) {
          return llvm::is_contained(rows, cls);
        }))
      bytes += getBytes(argument.getType());
  }
  return bytes;
}

SmallVector<KernelOp> vib::getKernels(func::FuncOp function) {
  return llvm::to_vector(function.getBody().front().getOps<KernelOp>());
}
