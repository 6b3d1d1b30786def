//===- Memory.cpp - The blocks, the arena and places in them --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

static BaseKind getBaseOf(SlotKind kind) {
  switch (kind) {
  case SlotKind::Weight:
  case SlotKind::State:
    return BaseKind::Weights;
  case SlotKind::Moment1:
    return BaseKind::Moment1;
  case SlotKind::Moment2:
    return BaseKind::Moment2;
  case SlotKind::Average:
    return BaseKind::Average;
  case SlotKind::Gradient:
    return BaseKind::Gradients;
  case SlotKind::Input:
  case SlotKind::Output:
    return BaseKind::Arena;
  case SlotKind::Scalar:
    break;
  }
  llvm_unreachable("a scalar is not in memory");
}

PlaceAttr vib::getPlaceAttr(const Place &place, RankedTensorType type) {
  auto [row, panel] = place.layout;
  bool isPlain = place.layout == getPlainLayout(type);
  return PlaceAttr::get(type.getContext(), place.base, place.offset, panel,
                        isPlain ? 0 : row);
}

Place vib::getPlace(PlaceAttr attr, RankedTensorType type) {
  Layout layout = getPlainLayout(type);
  if (attr.getRow() != 0)
    layout = {attr.getRow(), attr.getPanel()};
  return {attr.getBase(), attr.getOffset(), layout};
}

std::optional<int64_t> vib::getStaticBytes(MemRefType type) {
  if (!type.hasStaticShape() || !type.getLayout().isIdentity() ||
      !type.getElementType().isIntOrIndexOrFloat())
    return std::nullopt;
  int64_t bytes = getElementBytes(type.getElementType());
  for (int64_t size : type.getShape())
    if (llvm::MulOverflow(bytes, size, bytes))
      return std::nullopt;
  return bytes;
}

int64_t vib::getRow(RankedTensorType type) {
  return type.getRank() == 0 ? 1 : type.getShape().back();
}

MemRefType vib::getMemoryType(RankedTensorType type, Layout layout) {
  SmallVector<int64_t> shape(type.getShape());
  if (layout.panel != 0)
    shape = {(type.getDimSize(1) + layout.row - 1) / layout.row,
             layout.panel / layout.row, layout.row};
  else if (!shape.empty())
    shape.back() = layout.row;
  return MemRefType::get(shape, type.getElementType());
}

int64_t vib::getMemoryBytes(RankedTensorType type, Layout layout) {
  return getMemoryType(type, layout).getNumElements() *
         getElementBytes(type.getElementType());
}

Layout vib::getPlainLayout(RankedTensorType type) { return {getRow(type)}; }

Layout vib::choosePaddedLayout(RankedTensorType type) {
  constexpr int64_t kLine = 64, kAliasingRow = 1024;
  int64_t row = getRow(type), bytes = getElementBytes(type.getElementType());
  if (type.getRank() < 2 || (row * bytes) % kAliasingRow != 0)
    return {row};
  return {row + kLine / bytes};
}

Layout vib::choosePanelLayout(RankedTensorType type, int64_t columns) {
  if (type.getRank() != 2 || getRow(type) <= columns)
    return choosePaddedLayout(type);
  // An odd number of rows between panels spreads the parts of a row evenly over
  // the cache sets.
  return {columns, (type.getDimSize(0) | 1) * columns};
}

/// Collects the places in a list of parameters or tensors.
template <typename AttrT>
static void collectPlaces(ModuleOp module, StringRef attrName,
                          llvm::StringMap<PlaceAttr> &places) {
  auto list = module->getAttrOfType<ArrayAttr>(attrName);
  if (!list)
    return;
  for (auto entry : list.getAsRange<AttrT>())
    if (entry.getPlace())
      places[entry.getName()] = entry.getPlace();
}

MemoryMap::MemoryMap(ModuleOp module) {
  collectPlaces<ParameterAttr>(module, kParametersAttrName, parameters);
  collectPlaces<TensorAttr>(module, kTensorsAttrName, tensors);
  if (auto bytes = module->getAttrOfType<IntegerAttr>(kBlockBytesAttrName))
    blockBytes = bytes.getInt();
  if (auto bytes = module->getAttrOfType<IntegerAttr>(kArenaBytesAttrName))
    arenaBytes = bytes.getInt();
}

FailureOr<Place> MemoryMap::lookup(SlotAttr slot, RankedTensorType type) const {
  BaseKind base = getBaseOf(slot.getKind());
  PlaceAttr attr =
      (base == BaseKind::Arena ? tensors : parameters).lookup(slot.getName());
  if (!attr)
    return failure();
  // All blocks have the layout of that of the weights.
  Place place = getPlace(attr, type);
  place.base = base;
  return place;
}

FailureOr<Place> MemoryMap::lookup(Value value) const {
  if (auto kernel = value.getDefiningOp<KernelOp>()) {
    auto places = kernel->getAttrOfType<ArrayAttr>(kPlacesAttrName);
    if (!places)
      return failure();
    unsigned result = cast<OpResult>(value).getResultNumber();
    return getPlace(cast<PlaceAttr>(places[result]),
                    cast<RankedTensorType>(value.getType()));
  }
  auto argument = dyn_cast<BlockArgument>(value);
  if (!argument)
    return failure();
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  SlotAttr slot =
      function ? getArgSlot(function, argument.getArgNumber()) : SlotAttr();
  if (!slot || slot.getKind() == SlotKind::Scalar)
    return failure();
  return lookup(slot, cast<RankedTensorType>(value.getType()));
}

func::FuncOp Signature::createFunction(OpBuilder &builder, Location loc,
                                       StringRef name, TypeRange leading,
                                       const MemoryMap &memory) {
  SmallVector<Type> types(leading);
  SmallVector<DictionaryAttr> attributes(leading.size(),
                                         builder.getDictionaryAttr({}));
  for (unsigned i = 0; i < kNumBases; ++i) {
    if (!bases[i])
      continue;
    BaseKind base = static_cast<BaseKind>(i);
    types.push_back(
        MemRefType::get(memory.getBytes(base), builder.getI8Type()));
    attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr(
        kBaseAttrName, builder.getStringAttr(stringifyBaseKind(base)))));
  }
  for (auto [slot, type] : scalars) {
    types.push_back(type);
    attributes.push_back(
        builder.getDictionaryAttr(builder.getNamedAttr(kSlotAttrName, slot)));
  }
  auto function = func::FuncOp::create(
      builder, loc, name, builder.getFunctionType(types, {}), {}, attributes);
  Block *block = function.addEntryBlock();
  auto arguments = block->getArguments().drop_front(leading.size());
  for (unsigned i = 0; i < kNumBases; ++i) {
    if (!bases[i])
      continue;
    baseValues[i] = arguments.front();
    arguments = arguments.drop_front();
  }
  for (auto [entry, argument] : llvm::zip_equal(scalars, arguments))
    scalarValues[entry.first] = argument;
  builder.setInsertionPointToEnd(block);
  return function;
}

SmallVector<Value> Signature::getOperands(const Signature &caller) const {
  SmallVector<Value> operands;
  for (unsigned i = 0; i < kNumBases; ++i)
    if (bases[i])
      operands.push_back(caller.baseValues[i]);
  for (auto [slot, type] : scalars)
    operands.push_back(caller.getScalar(slot));
  return operands;
}

void Signature::addAll(const Signature &other) {
  for (unsigned i = 0; i < kNumBases; ++i)
    bases[i] |= other.bases[i];
  for (auto [slot, type] : other.scalars)
    addScalar(slot, type);
}

Value vib::createView(OpBuilder &builder, Location loc, Value base,
                      const Place &place, RankedTensorType type) {
  Value offset = arith::ConstantIndexOp::create(builder, loc, place.offset);
  return memref::ViewOp::create(builder, loc, getMemoryType(type, place.layout),
                                base, offset, ValueRange{});
}

SlotAttr vib::getArgSlot(func::FuncOp function, unsigned index) {
  return function.getArgAttrOfType<SlotAttr>(index, kSlotAttrName);
}

SlotAttr vib::getResultSlot(func::FuncOp function, unsigned index) {
  return function.getResultAttrOfType<SlotAttr>(index, kSlotAttrName);
}

LogicalResult vib::checkResults(func::FuncOp function,
                                const MemoryMap &memory) {
  Operation *terminator = function.front().getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
    FailureOr<Place> have = memory.lookup(value);
    FailureOr<Place> want = memory.lookup(
        getResultSlot(function, i), cast<RankedTensorType>(value.getType()));
    if (failed(have) || failed(want) || have->base != want->base ||
        have->offset != want->offset)
      return function.emitError("expected result ")
             << i << " to be a kernel's result that is returned only once, or "
             << "state that is returned as itself";
  }
  return success();
}
