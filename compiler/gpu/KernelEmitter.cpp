//===- KernelEmitter.cpp - The code of a kernel in a launch ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/KernelEmitter.h"
#include "compiler/fused/Fusion.h"
#include "compiler/kernels/KernelBody.h"
#include "compiler/kernels/StepField.h"

using namespace mlir;
using namespace vib;

FailureOr<Place> KernelEmitter::getPlace(const Buffer &buffer) {
  auto argument = cast<BlockArgument>(buffer.argument);
  unsigned index = argument.getArgNumber();
  FailureOr<Place> place =
      buffer.kind == Buffer::Output
          ? memory.lookup(kernel.getResult(index - kernel.getInputs().size()))
          : memory.lookup(kernel.getOperand(index));
  if (failed(place))
    return kernel.emitError("expected its tensors to have places: run "
                            "vib-plan-device-arena before");
  return place;
}

Part KernelEmitter::getPart() {
  const BlockTiles &tiles = plan.getTiles();
  KernelInfo info{name, getKernelCost(kernel), tiles.blocks};
  if (!tiles.contractions.empty())
    info.operands = tiles.shape.precision == OperandPrecision::BF16   ? "bf16"
                    : tiles.shape.precision == OperandPrecision::TF32 ? "tf32"
                                                                      : "f32";
  info.fused = kernel->getAttrOfType<ArrayAttr>(kFusedAttrName);
  return {info, plan.getSharedBytes(),
          [this](OpBuilder &builder, const LaunchValues &launch, Value block) {
            return emit(builder, launch, block);
          }};
}

std::optional<Part> KernelEmitter::getCombination() {
  if (plan.getCombinations().empty())
    return std::nullopt;
  int64_t most = 0;
  KernelCost cost;
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    most = std::max(most, partial.type.getNumElements());
    cost.bytes += partial.unitBytes * plan.getNumPartials(partial.reduced);
  }
  cost.flops = cost.bytes / 4;
  int64_t blocks = llvm::divideCeil(most, kBlockThreads);
  return Part{{name + ".combine", cost, blocks},
              /*sharedBytes=*/0,
              [this, blocks](OpBuilder &builder, const LaunchValues &launch,
                             Value block) {
                return emitCombination(builder, launch, block, blocks);
              }};
}

/// Loads the scalars that the kernel takes, and computes what its body does
/// with them.
LogicalResult KernelEmitter::mapScalars(BlockEmitter &e,
                                        const LaunchValues &launch) {
  OpBuilder &builder = e.builder;
  auto parent = cast<func::FuncOp>(kernel->getParentOp());
  for (auto [input, argument] :
       llvm::zip_equal(kernel.getInputs(), kernel.getInputArgs())) {
    if (isa<RankedTensorType>(input.getType()))
      continue;
    if (auto constant = input.getDefiningOp<arith::ConstantOp>()) {
      e.scalars.map(argument, builder.clone(*constant)->getResult(0));
      continue;
    }
    auto operand = dyn_cast<BlockArgument>(input);
    SlotAttr slot =
        operand ? getArgSlot(parent, operand.getArgNumber()) : SlotAttr();
    if (!slot)
      return kernel.emitError("expected its scalars to be arguments of the "
                              "function, with a vib.slot");
    std::optional<StepField> field = lookupStepField(slot.getName());
    Type type = input.getType();
    if (!field || (field->isFloat ? !type.isF32() && !type.isF64()
                                  : !type.isInteger(field->bits)))
      return kernel.emitError("'")
             << slot.getName()
             << "' is not a field of the runtime's VibStep, or not of the type "
             << type;
    Type inMemory = field->isFloat ? Type(builder.getF64Type()) : type;
    Value view = memref::ViewOp::create(
        builder, loc, MemRefType::get({1}, inMemory), launch.step,
        e.index(field->offset), ValueRange());
    Value value =
        memref::LoadOp::create(builder, loc, view, ValueRange{e.index(0)});
    if (inMemory != type)
      value = arith::TruncFOp::create(builder, loc, type, value);
    e.scalars.map(argument, value);
  }
  return cloneScalars(kernel, builder, e.scalars);
}

/// `tiles` are the block's positions among the tiles.
LogicalResult KernelEmitter::createViews(BlockEmitter &e,
                                         const LaunchValues &launch,
                                         Value block, ArrayRef<Value> tiles) {
  OpBuilder &builder = e.builder;
  const BlockTiles &choice = plan.getTiles();
  for (auto [index, buffer] : llvm::enumerate(plan.getBuffers())) {
    if (buffer.kind == Buffer::Input || buffer.kind == Buffer::Output) {
      FailureOr<Place> place = getPlace(buffer);
      if (failed(place))
        return failure();
      e.setMemory(index,
                  createView(builder, loc, launch.bases[unsigned(place->base)],
                             *place, buffer.type));
      continue;
    }
    RankedTensorType type = buffer.type;
    auto memref = MemRefType::get(type.getShape(), type.getElementType());
    if (buffer.kind == Buffer::Scratch) {
      e.setMemory(
          index,
          memref::ViewOp::create(
              builder, loc,
              MemRefType::get(
                  type.getShape(), type.getElementType(),
                  MemRefLayoutAttrInterface(),
                  cast<MemRefType>(launch.shared.getType()).getMemorySpace()),
              launch.shared, e.index(plan.getSharedOffset(index)),
              ValueRange()));
      continue;
    }
    // The piece of the block, or of its tiles along what is reduced.
    Value piece = block;
    if (buffer.kind == Buffer::Partial) {
      piece = e.index(0);
      for (unsigned cls : buffer.reduced) {
        const Tile *tile = choice.lookup(cls);
        piece = arith::MulIOp::create(
            builder, loc, piece,
            e.index(choice.getNumTiles(*tile, plan.getSpace())));
        piece = arith::AddIOp::create(builder, loc, piece,
                                      tiles[tile - choice.tiles.begin()]);
      }
    }
    Value offset =
        arith::MulIOp::create(builder, loc, piece, e.index(buffer.unitBytes));
    offset = arith::AddIOp::create(builder, loc, offset,
                                   e.index(getScratch() + buffer.offset));
    e.setMemory(index,
                memref::ViewOp::create(builder, loc, memref,
                                       launch.bases[unsigned(BaseKind::Arena)],
                                       offset, ValueRange()));
  }
  return success();
}

/// An operand of a contraction whose side along the result is `cls`.
TileOperand KernelEmitter::getOperand(BlockEmitter &e,
                                      const MatrixContraction &contraction,
                                      const MatrixOperand &matrix,
                                      unsigned cls) {
  OpBuilder &builder = e.builder;
  const KernelSpace &space = plan.getSpace();
  unsigned buffer = plan.getSite(matrix.argument).buffer;
  Place place = *getPlace(plan.getBuffers()[buffer]);
  Type element = getElementTypeOrSelf(matrix.argument);
  int64_t rows = matrix.rows;
  TileOperand operand;
  operand.reductionFirst = matrix.reductionFirst;
  if (matrix.reductionFirst) {
    place.offset += matrix.row * matrix.columns * getElementBytes(element);
    rows -= matrix.row;
  }
  place.layout = {matrix.columns};
  auto view =
      cast<memref::ViewOp>(e.getMemory(buffer).getDefiningOp<memref::ViewOp>());
  operand.memory =
      createView(builder, loc, view.getSource(), place,
                 RankedTensorType::get({rows, matrix.columns}, element));
  // Where the tile begins along the side of the result.
  int64_t first = matrix.reductionFirst ? matrix.column : matrix.row;
  const Tile *tile = plan.getTiles().lookup(cls);
  operand.start = e.add(first ? e.index(first) : Value(), e.getStart(cls));
  int64_t multiple = std::gcd(first, tile ? tile->size : 0);
  operand.extent = first + space.getExtent(cls);
  bool isOuter = cls == contraction.rowClass && !contraction.outer.empty();
  if (isOuter) {
    // The outer axes, in which the block has one position, and the rows are
    // one axis of the matrix.
    Value position;
    for (unsigned outer : contraction.outer) {
      if (position)
        position = arith::MulIOp::create(builder, loc, position,
                                         e.index(space.getExtent(outer)));
      position = e.add(position, e.getStart(outer));
    }
    int64_t extent = space.getExtent(cls);
    if (position)
      position = arith::MulIOp::create(builder, loc, position, e.index(extent));
    operand.start = e.add(position, operand.start);
    multiple = std::gcd(multiple, extent);
    operand.extent = matrix.rows;
  }
  if (!operand.start)
    operand.start = e.index(0);
  // 0 is a multiple of everything.
  operand.startMultiple = multiple ? multiple : int64_t(1) << 20;
  return operand;
}

void KernelEmitter::emitContractions(BlockEmitter &e,
                                     const LaunchValues &launch,
                                     const BlockStep &step) {
  OpBuilder &builder = e.builder;
  const BlockShape &shape = plan.getTiles().shape;
  const MatrixContraction &first = *step.contractions.front();
  TileOperand lhs = getOperand(e, first, first.lhs, first.rowClass);
  SmallVector<TileOperand> rhs;
  SmallVector<Value> results;
  Attribute space = cast<MemRefType>(launch.shared.getType()).getMemorySpace();
  auto createShared = [&](ArrayRef<int64_t> sizes, Type element,
                          int64_t offset) -> Value {
    auto type =
        MemRefType::get(sizes, element, MemRefLayoutAttrInterface(), space);
    return memref::ViewOp::create(builder, loc, type, launch.shared,
                                  e.index(offset), ValueRange());
  };
  for (const MatrixContraction *contraction : step.contractions) {
    rhs.push_back(getOperand(e, *contraction, contraction->rhs,
                             contraction->columnClass));
    unsigned buffer = plan.getSite(contraction->op->getResult(0)).buffer;
    RankedTensorType type = plan.getBuffers()[buffer].type;
    results.push_back(createShared(type.getShape().take_back(2),
                                   type.getElementType(),
                                   plan.getSharedOffset(buffer)));
  }
  Value staging = createShared({shape.getStagingBytes(rhs.size())},
                               builder.getI8Type(), step.stagingOffset);
  emitBlockContraction(builder, loc, shape, lhs, rhs, first.depth, e.thread,
                       staging, results);
}

void KernelEmitter::emitStep(BlockEmitter &e, const LaunchValues &launch,
                             const BlockStep &step) {
  if (!step.contractions.empty())
    return emitContractions(e, launch, step);
  if (step.copy)
    return e.emitCopy(*step.copy);
  e.emitGeneric(step.op);
}

LogicalResult KernelEmitter::emit(OpBuilder &builder,
                                  const LaunchValues &launch, Value block) {
  BlockEmitter e(builder, loc, plan, launch.thread);
  if (failed(mapScalars(e, launch)))
    return failure();
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
  if (failed(createViews(e, launch, block, tiles)))
    return failure();
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

/// result = partial 0 op partial 1 op …, in the order of the tiles.
LogicalResult KernelEmitter::emitCombination(OpBuilder &builder,
                                             const LaunchValues &launch,
                                             Value block, int64_t blocks) {
  BlockEmitter e(builder, loc, plan, launch.thread);
  Value first =
      arith::MulIOp::create(builder, loc, block, e.index(kBlockThreads));
  first = arith::AddIOp::create(builder, loc, first, launch.thread);
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    FailureOr<Place> place = getPlace(plan.getBuffers()[combination.output]);
    if (failed(place))
      return failure();
    int64_t count = plan.getNumPartials(partial.reduced);
    // Flat views, [tile][element] of all partials.
    int64_t elements = partial.type.getNumElements();
    Type element = partial.type.getElementType();
    auto flat = RankedTensorType::get(
        {count, partial.unitBytes / getElementBytes(element)}, element);
    Value from = createView(
        builder, loc, launch.bases[unsigned(BaseKind::Arena)],
        {BaseKind::Arena, getScratch() + partial.offset, getPlainLayout(flat)},
        flat);
    auto result = RankedTensorType::get({elements}, element);
    place->layout = getPlainLayout(result);
    Value to = createView(builder, loc, launch.bases[unsigned(place->base)],
                          *place, result);
    auto loop = scf::ForOp::create(builder, loc, first, e.index(elements),
                                   e.index(blocks * kBlockThreads));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value position = loop.getInductionVar();
    Value sum = memref::LoadOp::create(builder, loc, from,
                                       ValueRange{e.index(0), position});
    auto inner = scf::ForOp::create(builder, loc, e.index(1), e.index(count),
                                    e.index(1), sum);
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(inner.getBody());
      Value next = memref::LoadOp::create(
          builder, loc, from, ValueRange{inner.getInductionVar(), position});
      OperationState state(loc, combination.combiner->getName(),
                           {inner.getRegionIterArg(0), next}, {element},
                           combination.combiner->getAttrs());
      scf::YieldOp::create(builder, loc, builder.create(state)->getResults());
    }
    memref::StoreOp::create(builder, loc, inner.getResult(0), to, position);
  }
  return success();
}
