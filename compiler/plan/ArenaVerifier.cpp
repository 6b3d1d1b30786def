//===- ArenaVerifier.cpp - Verify the places in the arena -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A memory plan that a user has edited may use a byte for two tensors at the
// same time. This file computes the live ranges of all buffers again, as
// ArenaPlanner does, and compares the places that are recorded.
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/ArenaPlanner.h"

using namespace mlir;
using namespace vib;

namespace {

/// Bytes of the arena that are in use while the kernels `first` to `last` run.
struct LiveBytes {
  KernelOp kernel;
  std::string what;
  int64_t begin, end, first, last;
};

} // namespace

/// The bytes of the arena between `begin` and `end` that a function uses.
class vib::ArenaRanges {
public:
  ArenaRanges(int64_t begin, int64_t end) : begin(begin), end(end) {}
  /// Reports a range that is outside, or that overlaps another one that is live
  /// at the same time.
  LogicalResult add(LiveBytes range);

private:
  int64_t begin, end;
  SmallVector<LiveBytes> ranges;
};

static LogicalResult verifyAttributes(KernelOp kernel) {
  auto places = kernel->getAttrOfType<ArrayAttr>(kPlacesAttrName);
  if (!places || places.size() != kernel.getNumResults() ||
      !llvm::all_of(places, llvm::IsaPred<PlaceAttr>))
    return kernel.emitOpError("expected ")
           << kPlacesAttrName << " to be a list of a #vib.place for each of "
           << "its " << kernel.getNumResults() << " results";
  Attribute scratch = kernel->getAttr(kScratchAttrName);
  auto offset = dyn_cast_or_null<IntegerAttr>(scratch);
  if (scratch && (!offset || !offset.getType().isSignlessInteger(64) ||
                  offset.getInt() < 0 || offset.getInt() > kMostMemoryBytes))
    return kernel.emitOpError("expected ")
           << kScratchAttrName << " to be an offset in the arena but got "
           << scratch;
  return success();
}

/// Verifies the layout of a tensor, which `what` names in the message.
LogicalResult ArenaPlanner::verifyLayout(Operation *op, const Twine &what,
                                         RankedTensorType type, Layout chosen,
                                         Layout layout) const {
  if (layout == chosen || canHave(type, chosen, layout))
    return success();
  InFlightDiagnostic diagnostic = op->emitError("expected ")
                                  << what << ", a " << type << ", ";
  if (chosen.panel != 0)
    diagnostic << "in panels of " << chosen.row << " columns, at least "
               << chosen.panel << " elements apart";
  else
    diagnostic << "by rows of " << chosen.row << " elements";
  return diagnostic << ", but got row = " << layout.row
                    << " and panel = " << layout.panel;
}

LogicalResult ArenaPlanner::verifySlots(const MemoryMap &memory) {
  SmallVector<KernelOp> kernels = getKernels();

  for (auto function : module.getOps<func::FuncOp>()) {
    auto verify = [&](SlotAttr slot, Type type) -> LogicalResult {
      auto tensor = dyn_cast<RankedTensorType>(type);
      if (!slot || !tensor || slot.getKind() == SlotKind::Scalar)
        return success();
      FailureOr<Place> place = memory.lookup(slot, tensor);
      if (failed(place))
        return function.emitError("expected a place for ") << slot;
      // Only parameters and tensors that the runtime does not read can be in
      // panels (verifyPlaces).
      if (place->layout.panel == 0)
        return success();
      return verifyLayout(function, "\"" + slot.getName() + "\"", tensor,
                          chooseLayout(tensor, kernels), place->layout);
    };
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
      if (failed(verify(getArgSlot(function, i), type)))
        return failure();
    for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
      if (failed(verify(getResultSlot(function, i), type)))
        return failure();
  }
  return success();
}

LogicalResult ArenaRanges::add(LiveBytes range) {
  if (range.begin % kMemoryAlignment != 0 || range.begin < begin ||
      range.end > end)
    return range.kernel.emitOpError("expected ")
           << range.what << ", of " << range.end - range.begin
           << " bytes, at a multiple of " << kMemoryAlignment
           << " between the bytes " << begin << " and " << end
           << " of the arena, but it begins at " << range.begin;
  for (LiveBytes &other : ranges) {
    if (range.end <= other.begin || other.end <= range.begin ||
        range.last < other.first || other.last < range.first)
      continue;
    InFlightDiagnostic diagnostic =
        range.kernel.emitOpError("puts ")
        << range.what << " at the bytes " << range.begin << " to " << range.end
        << " of the arena, where " << other.what << " still is";
    diagnostic.attachNote(other.kernel.getLoc())
        << "'" << other.kernel.getName() << "' puts it at the bytes "
        << other.begin << " to " << other.end;
    return diagnostic;
  }
  ranges.push_back(std::move(range));
  return success();
}

LogicalResult ArenaPlanner::verifyResult(OpResult result,
                                         const ValuePlacement &plan,
                                         const KernelTimes &times,
                                         const MemoryMap &memory,
                                         ArenaRanges &ranges) {
  auto kernel = cast<KernelOp>(result.getOwner());
  auto function = cast<func::FuncOp>(kernel->getParentOp());
  auto type = cast<RankedTensorType>(result.getType());
  Place place = *memory.lookup(result);
  std::string what = "result " + std::to_string(result.getResultNumber());
  if (FailureOr<Place> fixed = lookupFixed(function, result, memory);
      succeeded(fixed)) {
    if (place.base == fixed->base && place.offset == fixed->offset &&
        place.layout == fixed->layout)
      return success();
    return kernel.emitOpError("expected ")
           << what << " at " << getPlaceAttr(*fixed, type)
           << ", where its slot is";
  }
  if (place.base != BaseKind::Arena)
    return kernel.emitOpError("expected ") << what << " in the arena";
  Layout chosen = getBufferLayout(result, plan);
  if (failed(verifyLayout(kernel, what, type, chosen, place.layout)))
    return failure();
  int64_t size = getMemoryBytes(type, place.layout);
  return ranges.add({kernel, what, place.offset, place.offset + size,
                     times.lookup(kernel).first, getLastUse(result, times)});
}

LogicalResult ArenaPlanner::verifyScratch(KernelOp kernel,
                                          const ValuePlacement &plan, Times own,
                                          ArenaRanges &ranges) {
  int64_t bytes = plan.getScratchBytes();
  auto scratch = kernel->getAttrOfType<IntegerAttr>(kScratchAttrName);
  if (bool(scratch) != (bytes != 0))
    return kernel.emitOpError("expected ")
           << (scratch ? "no " : "") << kScratchAttrName << ": its units need "
           << bytes << " bytes in the arena";
  if (!scratch)
    return success();
  return ranges.add({kernel, "scratch", scratch.getInt(),
                     scratch.getInt() + bytes, own.first, own.last});
}

LogicalResult ArenaPlanner::verifyFunction(func::FuncOp function,
                                           const MemoryMap &memory,
                                           int64_t begin) {
  SmallVector<KernelOp> kernels(function.getOps<KernelOp>());
  KernelTimes times;
  for (auto [i, kernel] : llvm::enumerate(kernels)) {
    if (failed(verifyAttributes(kernel)))
      return failure();
    times[kernel] = getTimes(kernel, i);
  }
  ArenaRanges ranges(begin, memory.getBytes(BaseKind::Arena));
  for (KernelOp kernel : kernels) {
    std::unique_ptr<ValuePlacement> plan = planKernel(kernel);
    for (OpResult result : kernel->getResults())
      if (failed(verifyResult(result, *plan, times, memory, ranges)))
        return failure();
    if (failed(verifyScratch(kernel, *plan, times.lookup(kernel), ranges)))
      return failure();
  }
  return success();
}

LogicalResult ArenaPlanner::verify() {
  // A module without vib.model is a part of one, as in tests of passes, whose
  // tables verifyPlaces does not verify.
  if (!module->hasAttr(kModelAttrName))
    return success();
  MemoryMap memory(module);
  if (failed(verifySlots(memory)))
    return failure();
  // The tensors of all functions come first.
  int64_t begin = 0;
  for (auto tensor : module->getAttrOfType<ArrayAttr>(kTensorsAttrName)
                         .getAsRange<TensorAttr>())
    begin = std::max(begin, tensor.getPlace().getOffset() +
                                *tensor.getPlace().getBytes(tensor.getType()));
  for (auto function : module.getOps<func::FuncOp>())
    if (failed(verifyFunction(function, memory, begin)))
      return failure();
  return success();
}
