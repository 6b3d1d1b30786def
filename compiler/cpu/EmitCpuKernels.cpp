//===- EmitCpuKernels.cpp - Lower vib.kernel to loops and vectors ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function of the phase planned becomes an entry that launches its kernels
// in order. The work of a kernel is divided into units: tiles of one class of
// its iteration space (KernelPlan). A kernel becomes a function that computes a
// range of its units, so that threads can share them:
//
//   func @step.kernel(%begin, %end, bases, scalars) {
//     views of the blocks and the arena; scratch
//     for %unit = %begin to min(%end, number of whole units)
//       ops without the inner class, in order
//       for tiles of the inner class, and its remainder
//         ops with the inner class, in order
//     if the last, smaller unit is in the range: the same again, with its size
//   }
//
// Some ops do not have the class that is divided into units. If an op that has
// it needs their results, every unit computes them again, into scratch.
// Otherwise the first unit computes them. This file does not depend on the
// model or on the form of contractions: KernelPlan has divided the iteration
// space and placed the values, and TileEmitter emits the ops.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/Pairs.h"
#include "compiler/cpu/Passes.h"
#include "compiler/cpu/PlanVerifier.h"
#include "compiler/cpu/TileEmitter.h"
#include "compiler/fused/KernelCost.h"
#include "compiler/plan/KernelBody.h"
#include "compiler/plan/Memory.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_EMITCPUKERNELS
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

/// An op or a copy of the kernel's body; items are in the order of execution.
struct Item {
  Operation *op = nullptr;
  const Copy *copy = nullptr;
  bool usesUnit, usesInner, once;
};

class CpuKernelEmitter {
public:
  CpuKernelEmitter(KernelOp kernel, StringRef name, const Machine &machine,
                   const MemoryMap &memory)
      : kernel(kernel), name(name), machine(machine), memory(memory),
        plan(kernel), loc(kernel.getLoc()) {}

  /// Creates the functions at `builder` and their launches at `launches`, in an
  /// entry with the signature `entry`.
  LogicalResult run(OpBuilder &builder, OpBuilder &launches,
                    const Signature &entry);
  /// Adds the blocks, the arena and the scalars that the kernel uses to
  /// `signature`.
  LogicalResult collect(Signature &signature);

private:
  void collectItems();
  /// Creates views of the buffers that all units share.
  void createViews(TileEmitter &e);
  /// Creates views of the buffers of which each unit has its own.
  void createUnitViews(TileEmitter &e, Value unit);
  void emitUnits(TileEmitter &e, Value begin, Value end);
  void emitUnit(TileEmitter &e, Value unit, bool isFirst);
  void emitItems(TileEmitter &e, Value unit, bool canBeFirst, bool inner);
  void emitItem(TileEmitter &e, const Item &item);
  Value createView(OpBuilder &builder, unsigned buffer, Value unit);
  void emitCombination(OpBuilder &builder);
  /// Creates a view of the memory of pairs that all units share.
  Value createPairs(OpBuilder &builder, const SharedPairs &pairs);
  /// Emits the launch that packs these pairs before the kernel runs. A unit of
  /// it is one pair of rows.
  void emitPairs(OpBuilder &builder, OpBuilder &launches,
                 const Signature &entry, linalg::LinalgOp op,
                 const SharedPairs &pairs);
  void launch(OpBuilder &launches, const Signature &entry,
              func::FuncOp function, int64_t units, double flops, double bytes);
  FailureOr<Place> getPlace(const Buffer &buffer);

  KernelOp kernel;
  std::string name;
  const Machine &machine;
  const MemoryMap &memory;
  KernelPlan plan;
  Location loc;
  Signature signature;
  SmallVector<Item> items;
};

FailureOr<Place> CpuKernelEmitter::getPlace(const Buffer &buffer) {
  auto argument = cast<BlockArgument>(buffer.argument);
  unsigned index = argument.getArgNumber();
  if (buffer.kind == Buffer::Output)
    return memory.lookup(kernel.getResult(index - kernel.getInputs().size()));
  return memory.lookup(kernel.getOperand(index));
}

LogicalResult CpuKernelEmitter::collect(Signature &result) {
  for (const Buffer &buffer : plan.getBuffers()) {
    switch (buffer.kind) {
    case Buffer::Input:
    case Buffer::Output: {
      FailureOr<Place> place = getPlace(buffer);
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
  if (!plan.getSharedPairs().empty())
    signature.addBase(BaseKind::Arena);
  for (Value input : kernel.getInputs()) {
    if (isa<RankedTensorType>(input.getType()) ||
        input.getDefiningOp<arith::ConstantOp>())
      continue;
    auto argument = dyn_cast<BlockArgument>(input);
    SlotAttr slot = argument
                        ? getArgSlot(cast<func::FuncOp>(kernel->getParentOp()),
                                     argument.getArgNumber())
                        : SlotAttr();
    if (!slot)
      return kernel.emitError("expected its scalars to be function arguments "
                              "with a vib.slot");
    signature.addScalar(slot, input.getType());
  }
  result.addAll(signature);
  return success();
}

void CpuKernelEmitter::collectItems() {
  const TileChoice &tiles = plan.getTiles();
  auto addCopies = [&](ArrayRef<Copy> copies) {
    for (const Copy &copy : copies) {
      SmallVector<unsigned, 4> classes = plan.getSpace().getClasses(copy.value);
      auto has = [&](std::optional<Tile> tile) {
        return tile && llvm::is_contained(classes, tile->cls);
      };
      bool output = plan.getBuffers()[copy.to.buffer].kind == Buffer::Output;
      items.push_back({nullptr, &copy, !tiles.unit || has(tiles.unit),
                       has(tiles.inner),
                       tiles.unit && !has(tiles.unit) && output});
    }
  };
  for (Operation &op : kernel.getBody().front()) {
    addCopies(plan.getCopiesBefore(&op));
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (linalgOp && !plan.isFolded(&op) &&
        !plan.isDoneWithContraction(linalgOp))
      items.push_back({&op, nullptr, plan.usesUnit(&op), plan.usesInner(&op),
                       plan.isDoneOnce(&op)});
    addCopies(plan.getCopiesAfter(&op));
  }
}

Value CpuKernelEmitter::createView(OpBuilder &builder, unsigned index,
                                   Value unit) {
  const Buffer &buffer = plan.getBuffers()[index];
  if (buffer.kind == Buffer::Input || buffer.kind == Buffer::Output) {
    Place place = *getPlace(buffer);
    return vib::createView(builder, loc, signature.getBase(place.base), place,
                           buffer.type);
  }
  auto scratch = kernel->getAttrOfType<IntegerAttr>(kScratchAttrName);
  Value offset = arith::ConstantIndexOp::create(
      builder, loc, scratch.getInt() + buffer.offset);
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
}

void CpuKernelEmitter::emitItem(TileEmitter &e, const Item &item) {
  if (item.copy)
    return e.emitCopy(*item.copy);
  auto op = cast<linalg::LinalgOp>(item.op);
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

/// result = partial 0 op partial 1 op …, in the order of the units.
void CpuKernelEmitter::emitCombination(OpBuilder &builder) {
  TileEmitter e(builder, loc, plan, machine);
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    int64_t elements = partial.type.getNumElements();
    Type element = partial.type.getElementType();
    // A flat view of all partial results, [unit][element].
    int64_t bytes = getElementBytes(element);
    auto scratch = kernel->getAttrOfType<IntegerAttr>(kScratchAttrName);
    auto flat = RankedTensorType::get(
        {plan.getTiles().units, partial.unitBytes / bytes}, element);
    Place partials{BaseKind::Arena, scratch.getInt() + partial.offset,
                   getPlainLayout(flat)};
    Value from = vib::createView(
        builder, loc, signature.getBase(BaseKind::Arena), partials, flat);
    // The rows of the result may be padded, or the result may be in panels. If
    // neither holds, treat it as one row.
    Place place = *getPlace(plan.getBuffers()[combination.output]);
    int64_t row = getRow(partial.type);
    if (place.layout == getPlainLayout(partial.type))
      place.layout.row = row = elements;
    TensorRef to;
    to.memory =
        vib::createView(builder, loc, signature.getBase(place.base), place,
                        RankedTensorType::get({elements / row, row}, element));
    to.base.resize(2);
    to.axes = {0, 1};
    auto map = AffineMap::getMultiDimIdentityMap(2, builder.getContext());
    auto emit = [&](Value index, Value column, int64_t width) {
      Value start = arith::MulIOp::create(builder, loc, index, e.index(row));
      Value position = e.add(start, column);
      auto type = VectorType::get(width, element);
      Value zero = e.index(0);
      Value first = vector::LoadOp::create(builder, loc, type, from,
                                           ValueRange{zero, position});
      SmallVector<Value> sum = e.createLoop(
          1, plan.getTiles().units, 1, first,
          [&](Value unit, ValueRange carried) -> SmallVector<Value> {
            Value next = vector::LoadOp::create(builder, loc, type, from,
                                                ValueRange{unit, position});
            OperationState state(loc, combination.combiner->getName(),
                                 {carried[0], next}, {type},
                                 combination.combiner->getAttrs());
            return {builder.create(state)->getResult(0)};
          });
      e.storeVector(sum[0], to, map, {index, column});
    };
    int64_t lanes = machine.getLanes(element);
    int64_t whole = row / lanes * lanes;
    e.createLoop(0, elements / row, 1, [&](Value index) {
      e.createLoop(0, whole, lanes,
                   [&](Value column) { emit(index, column, lanes); });
      if (whole != row)
        emit(index, e.index(whole), row - whole);
    });
  }
}

Value CpuKernelEmitter::createPairs(OpBuilder &builder,
                                    const SharedPairs &pairs) {
  auto scratch = kernel->getAttrOfType<IntegerAttr>(kScratchAttrName);
  auto type = RankedTensorType::get({getPairLayout(pairs).elements},
                                    getElementTypeOrSelf(pairs.operand));
  return vib::createView(
      builder, loc, signature.getBase(BaseKind::Arena),
      {BaseKind::Arena, scratch.getInt() + pairs.offset, getPlainLayout(type)},
      type);
}

void CpuKernelEmitter::emitPairs(OpBuilder &builder, OpBuilder &launches,
                                 const Signature &entry, linalg::LinalgOp op,
                                 const SharedPairs &pairs) {
  auto parent = cast<func::FuncOp>(kernel->getParentOp());
  std::string kernelName = std::exchange(name, name + ".pairs");
  func::FuncOp function = signature.createFunction(
      builder, loc, (parent.getName() + "." + name).str(),
      SmallVector<Type>(2, builder.getIndexType()), memory);
  builder.setInsertionPoint(func::ReturnOp::create(builder, loc));
  TileEmitter e(builder, loc, plan, machine);
  unsigned buffer = plan.getSite(pairs.operand).buffer;
  e.setMemory(buffer, createView(builder, buffer, Value()));
  PairSource source{e.getRef(pairs.operand),
                    AffineMap::getMultiDimIdentityMap(2, builder.getContext()),
                    /*reduction=*/0,
                    /*column=*/1,
                    pairs.depth,
                    pairs.columns};
  Pairs to{createPairs(builder, pairs), getPairLayout(pairs)};
  SmallVector<Value> positions(2);
  int64_t whole = pairs.depth / 2, units = llvm::divideCeil(pairs.depth, 2);
  Value begin = function.getArgument(0), end = function.getArgument(1);
  Value last = e.index(whole);
  Value stop =
      whole == units ? end : arith::MinSIOp::create(builder, loc, end, last);
  auto loop = scf::ForOp::create(builder, loc, begin, stop, e.index(1));
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value k =
        arith::MulIOp::create(builder, loc, loop.getInductionVar(), e.index(2));
    packPairOfRows(e, source, to, k, /*isLast=*/false, positions);
  }
  if (whole != units) {
    Value has = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt,
                                      end, last);
    auto branch =
        scf::IfOp::create(builder, loc, has, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    packPairOfRows(e, source, to, e.index(2 * whole), /*isLast=*/true,
                   positions);
  }
  double bytes =
      2.0 * cast<RankedTensorType>(pairs.operand.getType()).getNumElements() *
      getElementBytes(getElementTypeOrSelf(pairs.operand));
  launch(launches, entry, function, units, /*flops=*/0, bytes);
  name = kernelName;
}

void CpuKernelEmitter::launch(OpBuilder &launches, const Signature &entry,
                              func::FuncOp function, int64_t units,
                              double flops, double bytes) {
  Builder builder(function.getContext());
  function.setPrivate();
  function->setAttr(
      kKernelAttrName,
      builder.getDictionaryAttr(
          {builder.getNamedAttr("name", builder.getStringAttr(name)),
           builder.getNamedAttr(
               "entry",
               builder.getStringAttr(
                   cast<func::FuncOp>(kernel->getParentOp()).getName())),
           builder.getNamedAttr("flops", builder.getF64FloatAttr(flops)),
           builder.getNamedAttr("bytes", builder.getF64FloatAttr(bytes)),
           builder.getNamedAttr("units", builder.getI64IntegerAttr(units))}));
  LaunchOp::create(launches, loc, function.getName(), units,
                   signature.getOperands(entry));
}

LogicalResult CpuKernelEmitter::run(OpBuilder &builder, OpBuilder &launches,
                                    const Signature &entry) {
  auto parent = cast<func::FuncOp>(kernel->getParentOp());
  std::string symbol = (parent.getName() + "." + name).str();
  SmallVector<Type> range(2, builder.getIndexType());

  OpBuilder::InsertionGuard guard(builder);
  func::FuncOp function =
      signature.createFunction(builder, loc, symbol, range, memory);
  TileEmitter e(builder, loc, plan, machine);
  Operation *end = func::ReturnOp::create(builder, loc);
  builder.setInsertionPoint(end);
  for (auto [input, argument] :
       llvm::zip_equal(kernel.getInputs(), kernel.getInputArgs())) {
    if (isa<RankedTensorType>(input.getType()))
      continue;
    if (Operation *constant = input.getDefiningOp())
      e.scalars.map(argument, builder.clone(*constant)->getResult(0));
    else
      e.scalars.map(argument,
                    signature.getScalar(getArgSlot(
                        parent, cast<BlockArgument>(input).getArgNumber())));
  }
  if (failed(cloneScalars(kernel, builder, e.scalars)))
    return failure();
  collectItems();
  createViews(e);
  for (auto &[op, pairs] : plan.getSharedPairs())
    e.setPairs(op, createPairs(builder, pairs));
  emitUnits(e, function.getArgument(0), function.getArgument(1));
  for (auto &[op, pairs] : plan.getSharedPairs()) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(function);
    emitPairs(builder, launches, entry, cast<linalg::LinalgOp>(op), pairs);
  }
  KernelCost cost = getKernelCost(kernel);
  launch(launches, entry, function, plan.getTiles().units, cost.flops,
         cost.bytes);
  if (plan.getCombinations().empty())
    return success();

  double partialBytes = 0;
  for (const Combination &combination : plan.getCombinations())
    partialBytes += plan.getBuffers()[combination.partial].unitBytes *
                    plan.getTiles().units;
  builder.setInsertionPointAfter(function);
  name += ".combine";
  func::FuncOp combine = signature.createFunction(
      builder, loc, symbol + ".combine", range, memory);
  end = func::ReturnOp::create(builder, loc);
  builder.setInsertionPoint(end);
  emitCombination(builder);
  launch(launches, entry, combine, 1, partialBytes / 4, partialBytes);
  return success();
}

struct EmitCpuKernels : vib::impl::EmitCpuKernelsBase<EmitCpuKernels> {
  using EmitCpuKernelsBase::EmitCpuKernelsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<Machine> machine = Machine::get(module);
    if (failed(machine))
      return signalPassFailure();
    MemoryMap memory(module);
    SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (failed(emit(function, memory, *machine)))
        return signalPassFailure();
    module->setAttr(kPhaseAttrName, StringAttr::get(&getContext(), "kernels"));
  }

  LogicalResult emit(func::FuncOp function, const MemoryMap &memory,
                     const Machine &machine);
};

LogicalResult EmitCpuKernels::emit(func::FuncOp function,
                                   const MemoryMap &memory,
                                   const Machine &machine) {
  Signature signature;
  FailureOr<SmallVector<NamedKernel>> kernels = collectKernels(function);
  if (failed(kernels))
    return failure();
  std::vector<std::unique_ptr<CpuKernelEmitter>> emitters;
  for (auto &[kernel, name] : *kernels) {
    if (failed(verifyPlan(kernel, machine)))
      return failure();
    emitters.push_back(
        std::make_unique<CpuKernelEmitter>(kernel, name, machine, memory));
    if (failed(emitters.back()->collect(signature)))
      return failure();
    ++numKernels;
  }
  if (failed(checkResults(function, memory)))
    return failure();

  OpBuilder builder(function);
  Location loc = function.getLoc();
  OpBuilder entryBuilder(function);
  func::FuncOp entry = signature.createFunction(
      entryBuilder, loc, function.getName(), TypeRange(), memory);
  entry->setAttr(kEntryAttrName, builder.getUnitAttr());
  for (std::unique_ptr<CpuKernelEmitter> &emitter : emitters) {
    builder.setInsertionPoint(function);
    if (failed(emitter->run(builder, entryBuilder, signature)))
      return failure();
  }
  func::ReturnOp::create(entryBuilder, loc);
  function.erase();
  return success();
}

} // namespace
