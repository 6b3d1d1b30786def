//===- CpuKernelEmitter.cpp - Emit the functions of a kernel --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuKernelEmitter.h"
#include "compiler/plan/KernelBody.h"
#include "compiler/plan/PartialResults.h"

using namespace mlir;
using namespace vib;

LogicalResult CpuKernelEmitter::collect(Signature &entry) {
  for (const Buffer &buffer : plan.getBuffers()) {
    switch (buffer.kind) {
    case Buffer::Input:
    case Buffer::Output: {
      FailureOr<Place> place = memory.lookup(plan.getTensor(buffer));
      if (failed(place))
        return kernel.emitError("expected a memory plan for the kernel's ")
               << "tensors: run vib-to-planned first";
      signature.addBase(place->base);
      break;
    }
    case Buffer::Partial:
    case Buffer::Spill:
      signature.addBase(BaseKind::Arena);
      break;
    case Buffer::Scratch:
      break;
    }
  }
  if (!plan.getSharedPairs().empty() || !plan.getWindowCopies().empty())
    signature.addBase(BaseKind::Arena);
  for (Value input : kernel.getInputs()) {
    if (isa<RankedTensorType>(input.getType()))
      continue;
    FailureOr<SlotAttr> slot = getScalarSlot(kernel, input);
    if (failed(slot))
      return failure();
    if (*slot)
      signature.addScalar(*slot, input.getType());
  }
  entry.addAll(signature);
  return success();
}

void CpuKernelEmitter::collectItems() {
  const TileChoice &tiles = plan.getTiles();
  plan.walk(
      [&](linalg::LinalgOp op) {
        if (!plan.isFolded(op) && !plan.isDoneWithContraction(op))
          items.push_back({op, nullptr, plan.usesUnit(op), plan.usesInner(op),
                           plan.isDoneOnce(op)});
      },
      [&](const Copy &copy) {
        SmallVector<unsigned, 4> classes =
            plan.getSpace().getClasses(copy.value);
        auto has = [&](std::optional<Tile> tile) {
          return tile && llvm::is_contained(classes, tile->cls);
        };
        bool output = plan.getBuffers()[copy.to.buffer].kind == Buffer::Output;
        items.push_back({nullptr, &copy, !tiles.unit || has(tiles.unit),
                         has(tiles.inner),
                         tiles.unit && !has(tiles.unit) && output});
      });
}

Value CpuKernelEmitter::createView(OpBuilder &builder, unsigned index,
                                   Value unit) {
  const Buffer &buffer = plan.getBuffers()[index];
  if (buffer.kind == Buffer::Input || buffer.kind == Buffer::Output) {
    Place place = getPlace(buffer);
    return vib::createView(builder, loc, signature.getBase(place.base), place,
                           buffer.type);
  }
  Value offset = arith::ConstantIndexOp::create(builder, loc,
                                                getScratch() + buffer.offset);
  Value distance =
      arith::ConstantIndexOp::create(builder, loc, buffer.unitBytes);
  distance = arith::MulIOp::create(builder, loc, unit, distance);
  offset = arith::AddIOp::create(builder, loc, offset, distance);
  Layout layout = buffer.isTile() ? choosePaddedLayout(buffer.type)
                                  : getPlainLayout(buffer.type);
  return memref::ViewOp::create(
      builder, loc, getMemoryType(buffer.type, layout),
      signature.getBase(BaseKind::Arena), offset, ValueRange{});
}

void CpuKernelEmitter::createViews(TileEmitter &e) {
  for (auto [index, buffer] : llvm::enumerate(plan.getBuffers())) {
    if (buffer.kind == Buffer::Scratch)
      e.setMemory(index, e.createStack(buffer.type));
    else if (buffer.kind == Buffer::Input || buffer.kind == Buffer::Output)
      e.setMemory(index, createView(e.builder, index, Value()));
  }
}

void CpuKernelEmitter::createUnitViews(TileEmitter &e, Value unit) {
  for (auto [index, buffer] : llvm::enumerate(plan.getBuffers()))
    if (buffer.kind == Buffer::Spill || buffer.kind == Buffer::Partial)
      e.setMemory(index, createView(e.builder, index, unit));
  for (const WindowCopy &copy : plan.getWindowCopies())
    if (!copy.isShared)
      e.setCopy(copy, createCopy(e.builder, copy, unit));
}

void CpuKernelEmitter::emitItem(TileEmitter &e, const Item &item) {
  if (item.copy)
    return e.emitCopy(*item.copy);
  linalg::LinalgOp op = item.op;
  e.loc = op.getLoc();
  if (failed(matchRegisterContraction(op)))
    return e.emitGeneric(op);
  auto fill = op.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  e.emitContraction(op, fill && plan.isFolded(fill));
}

/// Emits the items of one level. Those that run once are emitted for the first
/// unit.
void CpuKernelEmitter::emitItems(TileEmitter &e, Value unit, bool canBeFirst,
                                 bool inner) {
  for (const Item &item : items) {
    if (item.usesInner != inner)
      continue;
    if (!item.once) {
      emitItem(e, item);
      continue;
    }
    if (!canBeFirst)
      continue;
    Value zero = e.index(0);
    Value first = arith::CmpIOp::create(e.builder, loc,
                                        arith::CmpIPredicate::eq, unit, zero);
    auto branch = scf::IfOp::create(e.builder, loc, first,
                                    /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(e.builder);
    e.builder.setInsertionPointToStart(branch.thenBlock());
    emitItem(e, item);
  }
}

void CpuKernelEmitter::emitUnit(TileEmitter &e, Value unit, bool canBeFirst) {
  createUnitViews(e, unit);
  emitItems(e, unit, canBeFirst, /*inner=*/false);
  const TileChoice &tiles = plan.getTiles();
  if (!tiles.inner)
    return;
  int64_t extent = plan.getSpace().getExtent(tiles.inner->cls);
  int64_t whole = extent / tiles.inner->size * tiles.inner->size;
  e.createLoop(0, whole, tiles.inner->size, [&](Value start) {
    e.setTile(tiles.inner->cls, start, tiles.inner->size);
    emitItems(e, unit, canBeFirst, /*inner=*/true);
  });
  if (whole == extent)
    return;
  e.setTile(tiles.inner->cls, e.index(whole), extent - whole);
  emitItems(e, unit, canBeFirst, /*inner=*/true);
}

void CpuKernelEmitter::emitUnits(TileEmitter &e, Value begin, Value end) {
  const TileChoice &tiles = plan.getTiles();
  if (!tiles.unit)
    return emitUnit(e, e.index(0), /*canBeFirst=*/true);
  int64_t extent = plan.getSpace().getExtent(tiles.unit->cls);
  int64_t whole = extent / tiles.unit->size, rest = extent % tiles.unit->size;
  OpBuilder &builder = e.builder;
  Value last = e.index(whole), one = e.index(1);
  Value stop = rest ? arith::MinSIOp::create(builder, loc, end, last) : end;
  auto loop = scf::ForOp::create(builder, loc, begin, stop, one);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value unit = loop.getInductionVar();
    Value start =
        arith::MulIOp::create(builder, loc, unit, e.index(tiles.unit->size));
    e.setTile(tiles.unit->cls, start, tiles.unit->size);
    emitUnit(e, unit, /*canBeFirst=*/true);
  }
  if (rest == 0)
    return;
  Value has =
      arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt, end, last);
  auto branch = scf::IfOp::create(builder, loc, has, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  e.setTile(tiles.unit->cls, e.index(whole * tiles.unit->size), rest);
  emitUnit(e, last, /*canBeFirst=*/whole == 0);
}

func::FuncOp CpuKernelEmitter::createFunction(OpBuilder &builder,
                                              StringRef suffix) {
  auto parent = cast<func::FuncOp>(kernel->getParentOp());
  func::FuncOp function = signature.createFunction(
      builder, loc, (parent.getName() + "." + name + suffix).str(),
      SmallVector<Type>(2, builder.getIndexType()), memory);
  Operation *end = func::ReturnOp::create(builder, loc);
  builder.setInsertionPoint(end);
  return function;
}

void CpuKernelEmitter::launch(OpBuilder &launches, const Signature &entry,
                              func::FuncOp function, StringRef suffix,
                              int64_t units, KernelCost cost) {
  Builder builder(function.getContext());
  function.setPrivate();
  function->setAttr(
      kKernelAttrName,
      KernelInfoAttr::get(function.getContext(), (name + suffix).str(),
                          cast<func::FuncOp>(kernel->getParentOp()).getName(),
                          units, builder.getF64FloatAttr(cost.flops),
                          builder.getF64FloatAttr(cost.bytes), Precision::F32,
                          ArrayAttr(), ArrayAttr(), ArrayAttr()));
  LaunchOp::create(launches, loc, function.getName(), units,
                   signature.getOperands(entry));
}

LogicalResult CpuKernelEmitter::run(OpBuilder &builder, OpBuilder &launches,
                                    const Signature &entry) {
  OpBuilder::InsertionGuard guard(builder);
  func::FuncOp function = createFunction(builder, "");
  TileEmitter e(builder, loc, plan, machine);
  auto getScalar = [&](SlotAttr slot, Type) {
    return FailureOr<Value>(signature.getScalar(slot));
  };
  if (failed(mapScalars(kernel, builder, e.scalars, getScalar)))
    return failure();
  collectItems();
  createViews(e);
  for (auto &[op, pairs] : plan.getSharedPairs())
    e.setPairs(op, createPairs(builder, pairs));
  for (const WindowCopy &copy : plan.getWindowCopies())
    if (copy.isShared)
      e.setCopy(copy, createCopy(builder, copy, Value()));
  emitUnits(e, function.getArgument(0), function.getArgument(1));
  for (auto &[op, pairs] : plan.getSharedPairs()) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(function);
    emitPairs(builder, launches, entry, pairs);
  }
  unsigned numCopies = 0;
  for (const WindowCopy &copy : plan.getWindowCopies()) {
    if (!copy.isShared)
      continue;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(function);
    emitSharedCopy(builder, launches, entry, copy, numCopies++);
  }
  launch(launches, entry, function, "", plan.getTiles().units,
         getKernelCost(kernel));
  if (plan.getCombinations().empty())
    return success();

  builder.setInsertionPointAfter(function);
  func::FuncOp combine = createFunction(builder, ".combine");
  emitCombinations(builder);
  launch(launches, entry, combine, ".combine", 1, getCombinationCost(plan));
  return success();
}
