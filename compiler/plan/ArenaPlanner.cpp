//===- ArenaPlanner.cpp - Lay out the blocks and the arena ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/ArenaPlanner.h"
#include "dialect/Vib.h"

using namespace mlir;
using namespace vib;

namespace {

/// Arrays smaller than this are not staggered.
constexpr int64_t kStaggered = 1024;
/// A model has less of both. With these bounds no sum overflows.
constexpr int64_t kMostElements = INT64_C(1) << 40;

/// Whether a tensor has so many elements that their bytes cannot be added.
bool isTooLarge(Type type) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || !tensor.hasStaticShape())
    return false;
  int64_t elements = 1;
  for (int64_t size : tensor.getShape())
    if (llvm::MulOverflow(elements, size, elements) || elements > kMostElements)
      return true;
  return false;
}

} // namespace

int64_t ArenaPlanner::Sequence::place(int64_t bytes) {
  int64_t offset = llvm::alignTo(end, kMemoryAlignment);
  end = std::min(offset + bytes, 2 * kMostMemoryBytes);
  if (bytes >= kStaggered)
    end += kStagger;
  return offset;
}

int64_t ArenaPlanner::Sequence::size() const {
  return llvm::alignTo(end, kMemoryAlignment);
}

/// A file of a phase that was edited can have types of any size.
LogicalResult ArenaPlanner::checkSizes() {
  auto check = [](Operation *op, TypeRange types) -> LogicalResult {
    auto large = llvm::find_if(types, isTooLarge);
    if (large == types.end())
      return success();
    return op->emitError("expected tensors of at most ")
           << kMostElements << " elements but got " << *large;
  };
  WalkResult result = module.walk([&](Operation *op) {
    if (failed(check(op, op->getResultTypes())))
      return WalkResult::interrupt();
    for (Region &region : op->getRegions())
      for (Block &block : region)
        if (failed(check(op, block.getArgumentTypes())))
          return WalkResult::interrupt();
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ArenaPlanner::checkSum(Operation *op, StringRef what,
                                     int64_t bytes) {
  if (bytes <= kMostMemoryBytes)
    return success();
  return op->emitError("expected ") << what << " to take at most "
                                    << kMostMemoryBytes << " bytes together";
}

LogicalResult ArenaPlanner::run() {
  if (failed(checkSizes()) || failed(planParameters()) || failed(planTensors()))
    return failure();
  MemoryMap memory(module);
  arenaBytes = arena.size();
  for (auto function : module.getOps<func::FuncOp>())
    if (failed(planFunction(function, memory)))
      return failure();
  setBytes(kArenaBytesAttrName, arenaBytes);
  return success();
}

SmallVector<KernelOp> ArenaPlanner::getKernels() {
  SmallVector<KernelOp> kernels;
  module.walk([&](KernelOp kernel) { kernels.push_back(kernel); });
  return kernels;
}

void ArenaPlanner::setBytes(StringRef name, int64_t bytes) {
  module->setAttr(name, Builder(module.getContext()).getI64IntegerAttr(bytes));
}

/// Adds a place to each entry of vib.parameters.
LogicalResult ArenaPlanner::planParameters() {
  auto parameters = module->getAttrOfType<ArrayAttr>(kParametersAttrName);
  if (!parameters)
    return module.emitError("expected a module of the phase step or fused, "
                            "but ")
           << kParametersAttrName << " is missing";
  SmallVector<KernelOp> kernels = getKernels();
  Sequence block;
  SmallVector<Attribute> placed;
  for (auto parameter : parameters.getAsRange<ParameterAttr>()) {
    RankedTensorType type = parameter.getType();
    if (isTooLarge(type))
      return module.emitError("expected parameters of at most ")
             << kMostElements << " elements but got " << parameter;
    // The runtime reads and writes row-major parameters, without padding.
    Layout layout = chooseLayout(type, kernels);
    if (layout.panel == 0)
      layout = getPlainLayout(type);
    Place place{BaseKind::Weights, block.place(getMemoryBytes(type, layout)),
                layout};
    if (failed(checkSum(module, "the parameters", block.size())))
      return failure();
    placed.push_back(parameter.withPlace(getPlaceAttr(place, type)));
  }
  module->setAttr(kParametersAttrName,
                  ArrayAttr::get(module.getContext(), placed));
  setBytes(kBlockBytesAttrName, block.size());
  return success();
}

/// Places the inputs and outputs of all functions.
LogicalResult ArenaPlanner::planTensors() {
  Builder builder(module.getContext());
  llvm::MapVector<StringAttr, RankedTensorType> tensors;
  auto add = [&](func::FuncOp function, SlotAttr slot, Type type) {
    if (!slot)
      return LogicalResult(
          function.emitError("expected every argument and result to have a ")
          << kSlotAttrName);
    if (slot.getKind() != SlotKind::Input && slot.getKind() != SlotKind::Output)
      return success();
    auto name = builder.getStringAttr(slot.getName());
    auto tensorType = dyn_cast<RankedTensorType>(type);
    if (!tensorType || !tensorType.hasStaticShape())
      return LogicalResult(function.emitError("expected ")
                           << name << " to be a tensor with a static shape but "
                           << "got " << type);
    auto [it, inserted] = tensors.insert({name, tensorType});
    if (!inserted && it->second != tensorType)
      return LogicalResult(function.emitError("expected ")
                           << name << " to have one type everywhere but got "
                           << tensorType << " and " << it->second);
    return success();
  };
  for (auto function : module.getOps<func::FuncOp>()) {
    for (auto [i, type] : llvm::enumerate(function.getArgumentTypes()))
      if (failed(add(function, getArgSlot(function, i), type)))
        return failure();
    for (auto [i, type] : llvm::enumerate(function.getResultTypes()))
      if (failed(add(function, getResultSlot(function, i), type)))
        return failure();
  }
  // Only other entries read the results of `scale`.
  llvm::SmallDenseSet<StringAttr> internal;
  if (auto scale = module.lookupSymbol<func::FuncOp>("scale"))
    for (unsigned i = 0, e = scale.getNumResults(); i != e; ++i)
      internal.insert(builder.getStringAttr(getResultSlot(scale, i).getName()));
  SmallVector<KernelOp> kernels = getKernels();
  SmallVector<Attribute> placed;
  for (auto [name, type] : tensors) {
    Layout layout = getPlainLayout(type);
    bool isInternal = internal.contains(name);
    if (isInternal)
      if (Layout chosen = chooseLayout(type, kernels); chosen.panel != 0)
        layout = chosen;
    Place place{BaseKind::Arena, arena.place(getMemoryBytes(type, layout)),
                layout};
    if (failed(checkSum(module, "the inputs and outputs", arena.size())))
      return failure();
    auto tensor = TensorAttr::getChecked(
        [&] { return module.emitError(); }, module.getContext(),
        name.getValue(), type, isInternal, getPlaceAttr(place, type));
    if (!tensor)
      return failure();
    placed.push_back(tensor);
  }
  module->setAttr(kTensorsAttrName, builder.getArrayAttr(placed));
  return success();
}
