//===- FunctionBuffers.cpp - Place the buffers of a function --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/ArenaPlanner.h"

using namespace mlir;
using namespace vib;

FailureOr<Place> ArenaPlanner::lookupFixed(func::FuncOp function,
                                           OpResult result,
                                           const MemoryMap &memory) const {
  auto kernel = cast<KernelOp>(result.getOwner());
  Value output = kernel.getOutputs()[result.getResultNumber()];
  if (FailureOr<Place> state = memory.lookup(output); succeeded(state))
    return state;
  for (OpOperand &use : result.getUses())
    if (use.getOwner() == function.front().getTerminator())
      return memory.lookup(getResultSlot(function, use.getOperandNumber()),
                           cast<RankedTensorType>(result.getType()));
  return failure();
}

int64_t ArenaPlanner::getLastUse(OpResult result, const KernelTimes &times) {
  int64_t last = times.lookup(result.getOwner()).last;
  for (Operation *user : result.getUsers())
    last = std::max(last, times.lookup(user).last);
  return last;
}

Layout ArenaPlanner::getBufferLayout(OpResult result,
                                     const ValuePlacement &plan) const {
  auto type = cast<RankedTensorType>(result.getType());
  if (plan.isCombined(result.getResultNumber()))
    return getPlainLayout(type);
  SmallVector<KernelOp> users = {cast<KernelOp>(result.getOwner())};
  for (Operation *user : result.getUsers())
    users.push_back(cast<KernelOp>(user));
  return chooseLayout(type, users);
}

/// The buffers of the kernels' results and then those of their scratch. Sets
/// the places of results that are not in a buffer.
SmallVector<LiveBuffer>
ArenaPlanner::collectBuffers(func::FuncOp function,
                             MutableArrayRef<KernelPlaces> kernels,
                             const MemoryMap &memory) {
  KernelTimes times;
  std::vector<std::unique_ptr<ValuePlacement>> plans;
  for (auto [i, entry] : llvm::enumerate(kernels)) {
    times[entry.kernel] = getTimes(entry.kernel, i);
    plans.push_back(planKernel(entry.kernel));
  }
  // Results that are not state, inputs or outputs need a buffer.
  SmallVector<LiveBuffer> buffers;
  for (auto [entry, plan] : llvm::zip_equal(kernels, plans)) {
    entry.places.resize(entry.kernel.getNumResults());
    for (auto [result, place] :
         llvm::zip_equal(entry.kernel->getResults(), entry.places)) {
      if (FailureOr<Place> fixed = lookupFixed(function, result, memory);
          succeeded(fixed)) {
        place = *fixed;
        continue;
      }
      auto type = cast<RankedTensorType>(result.getType());
      place = {BaseKind::Arena, 0, getBufferLayout(result, *plan)};
      buffers.push_back({getMemoryBytes(type, place.layout),
                         times[entry.kernel].first, getLastUse(result, times),
                         entry.kernel, &place});
    }
  }
  // The scratch of a kernel is live only while it runs.
  for (auto [entry, plan] : llvm::zip_equal(kernels, plans)) {
    Times own = times[entry.kernel];
    if (int64_t bytes = plan->getScratchBytes())
      buffers.push_back({bytes, own.first, own.last, entry.kernel});
  }
  return buffers;
}

/// Places the buffers that are live only during a call of `function`.
LogicalResult ArenaPlanner::planFunction(func::FuncOp function,
                                         const MemoryMap &memory) {
  SmallVector<KernelPlaces> kernels;
  for (auto kernel : function.getOps<KernelOp>())
    kernels.push_back({kernel, {}});
  SmallVector<LiveBuffer> buffers = collectBuffers(function, kernels, memory);
  int64_t sum = arena.size();
  for (const LiveBuffer &buffer : buffers)
    sum = std::min(sum + buffer.bytes + kStagger + kMemoryAlignment,
                   2 * kMostMemoryBytes);
  if (failed(checkSum(function, "the buffers of @" + function.getName().str(),
                      sum)))
    return failure();
  int64_t end = placeBuffers(buffers, arena.size());
  numBuffers += buffers.size();
  arenaBytes =
      std::max<int64_t>(arenaBytes, llvm::alignTo(end, kMemoryAlignment));

  Builder builder(module.getContext());
  for (LiveBuffer &buffer : buffers) {
    if (buffer.place)
      buffer.place->offset = buffer.offset;
    else
      buffer.kernel->setAttr(kScratchAttrName,
                             builder.getI64IntegerAttr(buffer.offset));
  }
  for (KernelPlaces &entry : kernels) {
    SmallVector<Attribute> places;
    for (auto [place, type] :
         llvm::zip_equal(entry.places, entry.kernel->getResultTypes()))
      places.push_back(getPlaceAttr(place, cast<RankedTensorType>(type)));
    entry.kernel->setAttr(kPlacesAttrName, builder.getArrayAttr(places));
  }
  return success();
}
