//===- GpuKernelEmitter.cpp - Emit a kernel of a launch -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/GpuKernelEmitter.h"
#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/plan/KernelBody.h"
#include "compiler/plan/StepField.h"

using namespace mlir;
using namespace vib;

FailureOr<Place> GpuKernelEmitter::getPlace(const Buffer &buffer) {
  FailureOr<Place> place = memory.lookup(plan.getTensor(buffer));
  if (failed(place))
    return kernel.emitError("expected a memory plan for the kernel's tensors: "
                            "run vib-plan-device-arena first");
  return place;
}

static Precision getPrecision(OperandPrecision precision) {
  switch (precision) {
  case OperandPrecision::F32:
    return Precision::F32;
  case OperandPrecision::TF32:
    return Precision::TF32;
  case OperandPrecision::BF16:
    return Precision::BF16;
  }
  llvm_unreachable("all precisions are covered");
}

LaunchPart GpuKernelEmitter::getPart() {
  const BlockTiles &tiles = plan.getTiles();
  KernelInfo info{name, getKernelCost(kernel), tiles.blocks};
  if (!tiles.contractions.empty())
    info.operands = getPrecision(tiles.shape.precision);
  info.parts = kernel->getAttrOfType<ArrayAttr>(kPartsAttrName);
  info.fused = kernel->getAttrOfType<ArrayAttr>(kFusedAttrName);
  info.unfused = kernel->getAttrOfType<ArrayAttr>(kUnfusedAttrName);
  return {info, plan.getSharedBytes(),
          [this](OpBuilder &builder, const LaunchValues &launch, Value block) {
            return emit(builder, launch, block);
          }};
}

/// Loads a scalar that the kernel takes from the runtime's VibStep.
FailureOr<Value> GpuKernelEmitter::loadScalar(BlockEmitter &e, Value step,
                                              SlotAttr slot, Type type) {
  std::optional<StepField> field = lookupStepField(slot.getName());
  if (!field || (field->isFloat ? !type.isF32() && !type.isF64()
                                : !type.isInteger(field->bits)))
    return kernel.emitError("expected '")
           << slot.getName()
           << "' to be a field of the runtime's VibStep and to have its type "
           << "but got " << type;
  OpBuilder &builder = e.builder;
  Type inMemory = field->isFloat ? Type(builder.getF64Type()) : type;
  Value view =
      memref::ViewOp::create(builder, loc, MemRefType::get({1}, inMemory), step,
                             e.index(field->offset), ValueRange());
  Value value =
      memref::LoadOp::create(builder, loc, view, ValueRange{e.index(0)});
  if (inMemory != type)
    value = arith::TruncFOp::create(builder, loc, type, value);
  return value;
}

/// The index of the memory of a spill for this block, or of a partial result
/// for its tiles along the reduced classes.
Value GpuKernelEmitter::getPiece(BlockEmitter &e, const Buffer &buffer,
                                 Value block, ArrayRef<Value> tiles) {
  if (buffer.kind != Buffer::Partial)
    return block;
  const BlockTiles &choice = plan.getTiles();
  Value piece = e.index(0);
  for (unsigned cls : buffer.reduced) {
    const Tile *tile = choice.lookup(cls);
    piece = arith::MulIOp::create(
        e.builder, loc, piece,
        e.index(choice.getNumTiles(*tile, plan.getSpace())));
    piece = arith::AddIOp::create(e.builder, loc, piece,
                                  tiles[tile - choice.tiles.begin()]);
  }
  return piece;
}

/// `tiles` is the position of the block, in tiles along each divided class.
FailureOr<Value> GpuKernelEmitter::createView(BlockEmitter &e, unsigned index,
                                              const LaunchValues &launch,
                                              Value block,
                                              ArrayRef<Value> tiles) {
  OpBuilder &builder = e.builder;
  const Buffer &buffer = plan.getBuffers()[index];
  if (buffer.kind == Buffer::Input || buffer.kind == Buffer::Output) {
    FailureOr<Place> place = getPlace(buffer);
    if (failed(place))
      return failure();
    return vib::createView(builder, loc, launch.bases[unsigned(place->base)],
                           *place, buffer.type);
  }
  RankedTensorType type = buffer.type;
  if (buffer.kind == Buffer::Scratch) {
    auto shared = cast<MemRefType>(launch.shared.getType());
    auto memref =
        MemRefType::get(type.getShape(), type.getElementType(),
                        MemRefLayoutAttrInterface(), shared.getMemorySpace());
    return Value(memref::ViewOp::create(builder, loc, memref, launch.shared,
                                        e.index(plan.getSharedOffset(index)),
                                        ValueRange()));
  }
  Value piece = getPiece(e, buffer, block, tiles);
  Value offset =
      arith::MulIOp::create(builder, loc, piece, e.index(buffer.unitBytes));
  offset = arith::AddIOp::create(builder, loc, offset,
                                 e.index(getScratch() + buffer.offset));
  return Value(memref::ViewOp::create(
      builder, loc, MemRefType::get(type.getShape(), type.getElementType()),
      launch.bases[unsigned(BaseKind::Arena)], offset, ValueRange()));
}

/// Divides the number of the block into its position, in tiles along each
/// divided class, and sets the tiles.
SmallVector<Value> GpuKernelEmitter::setTiles(BlockEmitter &e, Value block) {
  OpBuilder &builder = e.builder;
  const BlockTiles &choice = plan.getTiles();
  SmallVector<Value> tiles(choice.tiles.size());
  Value rest = block;
  for (unsigned i = choice.tiles.size(); i-- > 0;) {
    const Tile &tile = choice.tiles[i];
    Value count = e.index(choice.getNumTiles(tile, plan.getSpace()));
    tiles[i] =
        i == 0 ? rest : builder.createOrFold<arith::RemUIOp>(loc, rest, count);
    if (i != 0)
      rest = builder.createOrFold<arith::DivUIOp>(loc, rest, count);
    Value start =
        arith::MulIOp::create(builder, loc, tiles[i], e.index(tile.size));
    int64_t extent = plan.getSpace().getExtent(tile.cls);
    Value size;
    if (extent % tile.size != 0) {
      Value left = arith::SubIOp::create(builder, loc, e.index(extent), start);
      size = arith::MinUIOp::create(builder, loc, left, e.index(tile.size));
    }
    e.setTile(tile.cls, start, size);
  }
  return tiles;
}

void GpuKernelEmitter::emitStep(BlockEmitter &e, const LaunchValues &launch,
                                const BlockStep &step) {
  if (!step.contractions.empty())
    return emitContractions(e, launch, step);
  if (step.copy)
    return e.emitCopy(*step.copy);
  e.emitGeneric(step.op);
}

LogicalResult GpuKernelEmitter::emit(OpBuilder &builder,
                                     const LaunchValues &launch, Value block) {
  BlockEmitter e(builder, loc, plan, launch.thread);
  auto getScalar = [&](SlotAttr slot, Type type) {
    return loadScalar(e, launch.step, slot, type);
  };
  if (failed(mapScalars(kernel, builder, e.scalars, getScalar)))
    return failure();
  SmallVector<Value> tiles = setTiles(e, block);
  for (unsigned i = 0, n = plan.getBuffers().size(); i != n; ++i) {
    FailureOr<Value> view = createView(e, i, launch, block, tiles);
    if (failed(view))
      return failure();
    e.setMemory(i, *view);
  }
  for (const BlockStep &step : plan.getSteps()) {
    if (step.needsBarrier)
      gpu::BarrierOp::create(builder, loc);
    Value isFirst;
    for (unsigned tile : step.once) {
      Value is = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                       tiles[tile], e.index(0));
      isFirst =
          isFirst ? arith::AndIOp::create(builder, loc, isFirst, is).getResult()
                  : is;
    }
    OpBuilder::InsertionGuard guard(builder);
    if (isFirst) {
      auto branch =
          scf::IfOp::create(builder, loc, isFirst, /*withElseRegion=*/false);
      builder.setInsertionPointToStart(branch.thenBlock());
    }
    emitStep(e, launch, step);
  }
  return success();
}
