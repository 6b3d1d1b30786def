//===- EmitGpuKernels.cpp - vib.kernel to thread blocks -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function of the phase fused becomes an entry of launches, and each
// launch a gpu.func of the kernels that share it:
//
//   gpu.func @step_kernel(blocks, arena, %step) {
//     %block, %thread
//     if %block < blocks of the first kernel
//       scalars of the step; views of the blocks, the arena and shared memory
//       where the block's tile begins, and how large it is at an edge
//       the steps of BlockPlan, with barriers between them
//     else the next kernel, …
//   }
//
// An op without a divided class, which ops with it need, is done by each block,
// on scratch; if none needs it, by the blocks at the class's first tile. All
// control flow around a barrier is that of the whole block. Nothing here knows
// a model: BlockPlan has cut the space and placed the values, BlockEmitter
// emits the ops.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Fusion.h"
#include "compiler/fused/KernelCost.h"
#include "compiler/gpu/BlockEmitter.h"
#include "compiler/gpu/Launches.h"
#include "compiler/gpu/Passes.h"
#include "compiler/kernels/Memory.h"
#include "compiler/kernels/StepField.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/NVGPU/IR/NVGPUDialect.h"
#include "runtime/Abi.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_EMITGPUKERNELS
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

/// What a launch knows of itself, as values of its function.
struct LaunchValues {
  std::array<Value, kNumBases> bases;
  Value step, block, thread, shared;
  int64_t threads;
};

/// What a kernel of a launch takes.
struct Part {
  KernelInfo info;
  int64_t threads, sharedBytes;
  /// Emits it for the block of that number.
  std::function<LogicalResult(OpBuilder &, const LaunchValues &, Value)> emit;
};

class KernelEmitter {
public:
  KernelEmitter(KernelOp kernel, StringRef name, const GpuOptions &options,
                const MemoryMap &memory)
      : kernel(kernel), name(name), memory(memory), plan(kernel, options),
        loc(kernel.getLoc()) {}

  Part getPart();
  /// What combines its partial results, if it has any.
  std::optional<Part> getCombination();

private:
  LogicalResult emit(OpBuilder &builder, const LaunchValues &launch,
                     Value block);
  LogicalResult mapScalars(BlockEmitter &e, const LaunchValues &launch);
  LogicalResult createViews(BlockEmitter &e, const LaunchValues &launch,
                            Value block, ArrayRef<Value> tiles);
  void emitStep(BlockEmitter &e, const LaunchValues &launch,
                const BlockStep &step);
  vib::BlockOperand getOperand(BlockEmitter &e,
                               const BlockContraction &contraction,
                               const MatrixOperand &matrix, unsigned cls);
  void emitContractions(BlockEmitter &e, const LaunchValues &launch,
                        const BlockStep &step);
  LogicalResult emitCombination(OpBuilder &builder, const LaunchValues &launch,
                                Value block, int64_t blocks);
  FailureOr<Place> getPlace(const Buffer &buffer);
  int64_t getScratch() {
    return kernel->getAttrOfType<IntegerAttr>(kScratchAttrName).getInt();
  }

  KernelOp kernel;
  std::string name;
  const MemoryMap &memory;
  BlockPlan plan;
  Location loc;
};

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
  return {info, tiles.threads, plan.getSharedBytes(),
          [this](OpBuilder &builder, const LaunchValues &launch, Value block) {
            return emit(builder, launch, block);
          }};
}

std::optional<Part> KernelEmitter::getCombination() {
  if (plan.getCombinations().empty())
    return std::nullopt;
  constexpr int64_t kPerBlock = 128;
  int64_t most = 0;
  KernelCost cost;
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    int64_t count = 1;
    for (unsigned cls : partial.reduced)
      count *= plan.getTiles().getNumTiles(*plan.getTiles().lookup(cls),
                                           plan.getSpace());
    most = std::max(most, partial.type.getNumElements());
    cost.bytes += partial.unitBytes * count;
  }
  cost.flops = cost.bytes / 4;
  int64_t blocks = llvm::divideCeil(most, kPerBlock);
  return Part{{name + ".combine", cost, blocks},
              /*threads=*/0,
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
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (isa<linalg::LinalgOp, tensor::EmptyOp, tensor::ExtractSliceOp,
            tensor::InsertSliceOp>(op))
      continue;
    if (llvm::any_of(op.getResultTypes(), llvm::IsaPred<ShapedType>))
      return op.emitError("a kernel's body may hold linalg ops, slices and "
                          "scalars, but no ")
             << op.getName();
    builder.clone(op, e.scalars);
  }
  return success();
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
vib::BlockOperand KernelEmitter::getOperand(BlockEmitter &e,
                                            const BlockContraction &contraction,
                                            const MatrixOperand &matrix,
                                            unsigned cls) {
  OpBuilder &builder = e.builder;
  const KernelSpace &space = plan.getSpace();
  unsigned buffer = plan.getSite(matrix.argument).buffer;
  Place place = *getPlace(plan.getBuffers()[buffer]);
  Type element = getElementTypeOrSelf(matrix.argument);
  int64_t rows = matrix.rows;
  vib::BlockOperand operand;
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
  const BlockContraction &first = *step.contractions.front();
  vib::BlockOperand lhs = getOperand(e, first, first.lhs, first.rowClass);
  SmallVector<vib::BlockOperand> rhs;
  SmallVector<Value> results;
  Attribute space = cast<MemRefType>(launch.shared.getType()).getMemorySpace();
  auto createShared = [&](ArrayRef<int64_t> sizes, Type element,
                          int64_t offset) -> Value {
    auto type =
        MemRefType::get(sizes, element, MemRefLayoutAttrInterface(), space);
    return memref::ViewOp::create(builder, loc, type, launch.shared,
                                  e.index(offset), ValueRange());
  };
  for (const BlockContraction *contraction : step.contractions) {
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
  BlockEmitter e(builder, loc, plan, launch.thread, launch.threads);
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
  BlockEmitter e(builder, loc, plan, launch.thread, launch.threads);
  Value first =
      arith::MulIOp::create(builder, loc, block, e.index(launch.threads));
  first = arith::AddIOp::create(builder, loc, first, launch.thread);
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    FailureOr<Place> place = getPlace(plan.getBuffers()[combination.output]);
    if (failed(place))
      return failure();
    int64_t count = 1;
    for (unsigned cls : partial.reduced)
      count *= plan.getTiles().getNumTiles(*plan.getTiles().lookup(cls),
                                           plan.getSpace());
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
                                   e.index(blocks * launch.threads));
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

/// A name that PTX takes as it is.
std::string getSymbol(StringRef entry, ArrayRef<Part> parts) {
  std::string symbol = entry.str();
  for (const Part &part : parts)
    symbol += "_" + part.info.name;
  for (char &c : symbol)
    if (!llvm::isAlnum(c))
      c = '_';
  return symbol;
}

struct EmitGpuKernels : vib::impl::EmitGpuKernelsBase<EmitGpuKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    MemoryMap memory(module);
    OpBuilder builder(&getContext());
    builder.setInsertionPointToStart(module.getBody());
    module->setAttr(gpu::GPUDialect::getContainerModuleAttrName(),
                    builder.getUnitAttr());
    kernels = gpu::GPUModuleOp::create(builder, module.getLoc(), "kernels");
    if (failed(emitGather(module, kernels, symbols)))
      return signalPassFailure();
    SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (function.getName() != "gather" && failed(emit(function, memory)))
        return signalPassFailure();
    module->setAttr(kPhaseAttrName, StringAttr::get(&getContext(), "kernels"));
  }

  LogicalResult emit(func::FuncOp function, const MemoryMap &memory);
  LogicalResult emitLaunch(func::FuncOp entry, ArrayRef<Part> parts,
                           OpBuilder &launches, const MemoryMap &memory);
  LogicalResult checkResults(func::FuncOp function, const MemoryMap &memory);

  gpu::GPUModuleOp kernels;
  llvm::StringSet<> symbols;
};

/// The types of what every kernel takes.
SmallVector<Type> getArgumentTypes(MLIRContext *context,
                                   const MemoryMap &memory) {
  SmallVector<Type> types;
  Type byte = IntegerType::get(context, 8);
  for (unsigned base = 0; base != kNumBases; ++base)
    types.push_back(MemRefType::get(memory.getBytes(BaseKind(base)), byte));
  types.push_back(MemRefType::get(sizeof(VibStep), byte));
  return types;
}

/// Names the arguments in print.
void nameArguments(Block &block) {
  MLIRContext *context = block.getParentOp()->getContext();
  for (BlockArgument argument : block.getArguments()) {
    unsigned i = argument.getArgNumber();
    argument.setLoc(NameLoc::get(StringAttr::get(
        context, i < kNumBases ? getBaseName(BaseKind(i)) : "step")));
  }
}

LogicalResult EmitGpuKernels::emitLaunch(func::FuncOp entry,
                                         ArrayRef<Part> parts,
                                         OpBuilder &launches,
                                         const MemoryMap &memory) {
  Location loc = entry.getLoc();
  OpBuilder builder(&getContext());
  builder.setInsertionPointToEnd(kernels.getBody());
  std::string symbol = makeUnique(getSymbol(entry.getName(), parts), symbols);
  int64_t blocks = 0, shared = 0, threads = 0;
  SmallVector<Attribute> infos;
  for (const Part &part : parts) {
    blocks += part.info.blocks;
    shared = std::max(shared, part.sharedBytes);
    threads = std::max(threads, part.threads);
    infos.push_back(getKernelInfo(builder, entry.getName(), part.info));
  }
  if (threads == 0)
    threads = 128;

  SmallVector<Type> types = getArgumentTypes(&getContext(), memory);
  auto function = gpu::GPUFuncOp::create(builder, loc, symbol,
                                         builder.getFunctionType(types, {}));
  markKernel(function, threads, builder.getArrayAttr(infos));
  nameArguments(function.getBody().front());
  builder.setInsertionPointToStart(&function.getBody().front());
  LaunchValues values;
  for (unsigned i = 0; i != kNumBases; ++i)
    values.bases[i] = function.getArgument(i);
  values.step = function.getArgument(kNumBases);
  values.threads = threads;
  values.thread = gpu::ThreadIdOp::create(builder, loc, gpu::Dimension::x);
  values.block = gpu::BlockIdOp::create(builder, loc, gpu::Dimension::x);
  if (shared != 0)
    values.shared = gpu::DynamicSharedMemoryOp::create(
        builder, loc,
        MemRefType::get({ShapedType::kDynamic}, builder.getI8Type(),
                        MemRefLayoutAttrInterface(),
                        gpu::AddressSpaceAttr::get(
                            &getContext(), gpu::AddressSpace::Workgroup)));
  Operation *end = gpu::ReturnOp::create(builder, loc);
  builder.setInsertionPoint(end);
  int64_t first = 0;
  for (auto [i, part] : llvm::enumerate(parts)) {
    Value block = values.block;
    auto index = [&](int64_t value) {
      return arith::ConstantIndexOp::create(builder, loc, value);
    };
    if (first != 0)
      block = arith::SubIOp::create(builder, loc, block, index(first));
    if (i + 1 == parts.size()) {
      if (failed(part.emit(builder, values, block)))
        return failure();
      continue;
    }
    first += part.info.blocks;
    Value isMine = arith::CmpIOp::create(
        builder, loc, arith::CmpIPredicate::ult, values.block, index(first));
    auto branch =
        scf::IfOp::create(builder, loc, isMine, /*withElseRegion=*/true);
    builder.setInsertionPointToStart(branch.thenBlock());
    if (failed(part.emit(builder, values, block)))
      return failure();
    builder.setInsertionPointToStart(branch.elseBlock());
  }
  numKernels += parts.size();
  createLaunch(launches, function, blocks, threads, shared,
               entry.getArguments());
  return success();
}

/// What is returned must already be where the runtime looks for it.
LogicalResult EmitGpuKernels::checkResults(func::FuncOp function,
                                           const MemoryMap &memory) {
  Operation *terminator = function.front().getTerminator();
  for (auto [i, value] : llvm::enumerate(terminator->getOperands())) {
    FailureOr<Place> have = memory.lookup(value);
    FailureOr<Place> want = memory.lookup(
        getResultSlot(function, i), cast<RankedTensorType>(value.getType()));
    if (failed(have) || failed(want) || have->base != want->base ||
        have->offset != want->offset)
      return function.emitError("expected result ")
             << i << " to be the only one that a kernel's result is returned "
             << "as, or state returned as itself";
  }
  return success();
}

LogicalResult EmitGpuKernels::emit(func::FuncOp function,
                                   const MemoryMap &memory) {
  GpuOptions options = GpuOptions::get(getOperation());
  if (failed(checkResults(function, memory)))
    return failure();
  std::vector<std::unique_ptr<KernelEmitter>> emitters;
  std::map<int64_t, SmallVector<Part>> launches;
  llvm::StringMap<unsigned> names;
  Operation *terminator = function.front().getTerminator();
  for (Operation &op : function.front()) {
    auto kernel = dyn_cast<KernelOp>(op);
    if (!kernel) {
      if (isa<tensor::EmptyOp, arith::ConstantOp>(op) || &op == terminator)
        continue;
      return op.emitError("expected only kernels in a function of the phase "
                          "fused, but found ")
             << op.getName();
    }
    std::string name = kernel.getName().str();
    if (unsigned count = names[kernel.getName()]++)
      name += "." + std::to_string(count);
    auto launch = kernel->getAttrOfType<IntegerAttr>(kLaunchAttrName);
    auto combine = kernel->getAttrOfType<IntegerAttr>(kCombineLaunchAttrName);
    emitters.push_back(
        std::make_unique<KernelEmitter>(kernel, name, options, memory));
    std::optional<Part> combination = emitters.back()->getCombination();
    if (!launch || (combination && !combine))
      return kernel.emitError("expected it to have the number of its launch: "
                              "run vib-group-kernels before");
    launches[launch.getInt()].push_back(emitters.back()->getPart());
    if (combination)
      launches[combine.getInt()].push_back(*combination);
  }

  OpBuilder builder(function);
  auto entry = createEntry(builder, function.getLoc(), function.getName(),
                           getArgumentTypes(&getContext(), memory));
  nameArguments(entry.front());
  OpBuilder inEntry = OpBuilder::atBlockTerminator(&entry.front());
  for (auto &[number, parts] : launches)
    if (failed(emitLaunch(entry, parts, inEntry, memory)))
      return failure();
  function.erase();
  return success();
}

} // namespace
