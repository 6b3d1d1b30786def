//===- KernelPlan.cpp - Where a kernel's values are held ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/KernelPlan.h"
#include "compiler/kernels/ContractionForm.h"
#include "compiler/kernels/Memory.h"
#include "compiler/kernels/Pairs.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace vib;

/// A thread's stack holds this much of a kernel's scratch; what is more goes to
/// the arena.
static constexpr int64_t kStackBytes = 1024 * 1024;
static constexpr int64_t kLine = 64;

KernelPlan::KernelPlan(KernelOp kernel, const Machine &machine)
    : kernel(kernel), space(kernel),
      tiles(chooseTiles(kernel, space, machine)) {
  for (Value input : kernel.getInputArgs())
    if (auto type = dyn_cast<RankedTensorType>(input.getType()))
      sites[input] = getWhole(addBuffer({Buffer::Input, input, type}));
  for (Value output : kernel.getOutputArgs()) {
    unsigned buffer = addBuffer(
        {Buffer::Output, output, cast<RankedTensorType>(output.getType())});
    outputBuffers[output] = buffer;
    sites[output] = getWhole(buffer);
  }
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>())
    if (linalg::LinalgOp elementwise = vib::getInterleaved(op))
      if (!tiles.inner ||
          !llvm::is_contained(space.getReducedClasses(op), tiles.inner->cls))
        interleaved[op] = elementwise;
  foldFills();
  placeYields();
  placeResults();
  placeExtracts();
  if (machine.hasBf16)
    sharePairs();
}

bool KernelPlan::isCombined(unsigned result) const {
  Value argument = KernelOp(kernel).getOutputArgs()[result];
  return llvm::any_of(combinations, [&](const Combination &combination) {
    return buffers[combination.output].argument == argument;
  });
}

ArrayRef<Copy> KernelPlan::getCopiesBefore(Operation *op) const {
  auto it = before.find(op);
  return it == before.end() ? ArrayRef<Copy>() : it->second;
}

ArrayRef<Copy> KernelPlan::getCopiesAfter(Operation *op) const {
  auto it = after.find(op);
  return it == after.end() ? ArrayRef<Copy>() : it->second;
}

bool KernelPlan::usesClass(Operation *op, unsigned cls) const {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return llvm::is_contained(space.getLoopClasses(linalgOp), cls);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return llvm::is_contained(space.getClasses(insert.getSource()), cls);
  return llvm::any_of(op->getResults(), [&](Value result) {
    return isa<RankedTensorType>(result.getType()) &&
           llvm::is_contained(space.getClasses(result), cls);
  });
}

bool KernelPlan::isDoneOnce(Operation *op) const {
  return !usesUnit(op) && !feedsClass(op, tiles.unit->cls, space);
}

unsigned KernelPlan::addBuffer(Buffer buffer) {
  buffers.push_back(buffer);
  return buffers.size() - 1;
}

Site KernelPlan::getWhole(unsigned buffer) const {
  Site site;
  site.buffer = buffer;
  int64_t rank = buffers[buffer].type.getRank();
  site.offsets.assign(rank, 0);
  for (int64_t axis = 0; axis != rank; ++axis)
    site.axes.push_back(axis);
  return site;
}

Site KernelPlan::addScratch(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  for (auto [size, cls] : llvm::zip_equal(shape, space.getClasses(value))) {
    if (tiles.unit && tiles.unit->cls == cls)
      size = tiles.unit->size;
    else if (tiles.inner && tiles.inner->cls == cls)
      size = tiles.inner->size;
  }
  Buffer buffer{Buffer::Scratch, Value(), type.clone(shape)};
  int64_t bytes = llvm::alignTo(
      getMemoryBytes(buffer.type, choosePaddedLayout(buffer.type)), kLine);
  if (stackBytes + bytes <= kStackBytes) {
    stackBytes += bytes;
  } else {
    buffer.kind = Buffer::Spill;
    buffer.offset = scratchBytes;
    buffer.unitBytes = bytes;
    scratchBytes += bytes * tiles.units;
  }
  return getWhole(addBuffer(buffer));
}

Site KernelPlan::addPartial(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  Buffer buffer{Buffer::Partial, Value(), type};
  buffer.offset = scratchBytes;
  buffer.unitBytes = llvm::alignTo(
      type.getNumElements() * getElementBytes(type.getElementType()), kLine);
  scratchBytes += buffer.unitBytes * tiles.units;
  return getWhole(addBuffer(buffer));
}

Site KernelPlan::getSlice(const Site &whole,
                          OffsetSizeAndStrideOpInterface slice,
                          const llvm::SmallBitVector &dropped) const {
  Site part;
  part.buffer = whole.buffer;
  part.offsets = whole.offsets;
  for (auto [axis, offset] : llvm::enumerate(slice.getMixedOffsets())) {
    part.offsets[whole.axes[axis]] += *getConstantIntValue(offset);
    if (!dropped.test(axis))
      part.axes.push_back(whole.axes[axis]);
  }
  return part;
}

bool KernelPlan::isShared(Value value) const {
  Operation *op = value.getDefiningOp();
  if (tiles.units == 1 || !op || usesUnit(op))
    return false;
  return feedsClass(op, tiles.unit->cls, space);
}

/// Gives what is handed out its place, where it can be made there.
void KernelPlan::placeYields() {
  YieldOp yield = kernel.getYield();
  for (auto [value, output] :
       llvm::zip_equal(yield.getOperands(), kernel.getOutputArgs())) {
    if (value == output)
      continue;
    unsigned buffer = outputBuffers[output];
    Operation *op = value.getDefiningOp();
    auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
    if (linalgOp && tiles.unit && !sites.contains(value) &&
        llvm::is_contained(space.getReducedClasses(linalgOp),
                           tiles.unit->cls)) {
      Site partial = addPartial(value);
      combinations.push_back(
          {partial.buffer, buffer,
           getCombiner(linalgOp, cast<OpResult>(value).getResultNumber())});
      sites[value] = partial;
      continue;
    }
    if (op && !isa<tensor::ExtractSliceOp>(op) && !sites.contains(value) &&
        !isShared(value)) {
      sites[value] = getWhole(buffer);
      continue;
    }
    Operation *where = op ? op : yield.getOperation();
    (op ? after : before)[where].push_back({value, Site(), getWhole(buffer)});
  }
}

/// Places the results of all ops, from the last to the first.
void KernelPlan::placeResults() {
  Block &body = kernel.getBody().front();
  for (Operation &op : llvm::reverse(body)) {
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      if (interleaved.contains(&op) || isRoundedByReaders(linalgOp))
        continue;
      for (OpOperand &init : linalgOp.getDpsInitsMutable()) {
        Value result = linalgOp.getTiedOpResult(&init);
        if (!sites.contains(result))
          sites[result] = addScratch(result);
        Site site = sites[result];
        placeInit(&op, init.get(), site,
                  linalgOp.payloadUsesValueFromOperand(&init));
      }
    } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      if (!sites.contains(insert.getResult()))
        sites[insert.getResult()] = addScratch(insert.getResult());
      placeInsert(insert);
    }
  }
  // What is read of a tensor.empty is undefined; give it a place all the same.
  for (auto empty : body.getOps<tensor::EmptyOp>()) {
    bool read = llvm::any_of(empty->getUses(), [](OpOperand &use) {
      auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
      return !op || !op.isDpsInit(&use);
    });
    if (read && !sites.contains(empty))
      sites[empty] = addScratch(empty);
  }
}

/// The result of `op` at `site` begins as `init`.
void KernelPlan::placeInit(Operation *op, Value init, const Site &site,
                           bool read) {
  Operation *def = init.getDefiningOp();
  if (isa_and_nonnull<tensor::EmptyOp>(def))
    return;
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(def);
      fill && isFolded(fill)) {
    sites.try_emplace(init, site);
    return;
  }
  if (def && !isa<tensor::ExtractSliceOp>(def) && init.hasOneUse() &&
      !sites.contains(init)) {
    sites[init] = site;
    return;
  }
  if (!read)
    return;
  auto known = sites.find(init);
  if (known != sites.end() && known->second == site)
    return;
  before[op].push_back({init, Site(), site});
}

/// Lets the pieces of an assembled tensor be made in place.
void KernelPlan::placeInsert(tensor::InsertSliceOp insert) {
  Site whole = sites[insert.getResult()];
  Site part = getSlice(whole, insert, insert.getDroppedDims());
  placeInit(insert, insert.getDest(), whole, /*read=*/true);
  // Nothing but other pieces may be written there before.
  Value root = insert.getDest();
  while (auto before = root.getDefiningOp<tensor::InsertSliceOp>())
    root = before.getDest();
  bool blank =
      root.getDefiningOp<tensor::EmptyOp>() ||
      (outputBuffers.contains(root) && outputBuffers[root] == whole.buffer);
  Value source = insert.getSource();
  if (blank && source.getDefiningOp<linalg::LinalgOp>() &&
      !sites.contains(source) && !isShared(source)) {
    sites[source] = part;
    return;
  }
  before[insert].push_back({source, Site(), part});
}

/// A slice lies where its source lies; now all sources are known.
void KernelPlan::placeExtracts() {
  for (auto slice : kernel.getBody().front().getOps<tensor::ExtractSliceOp>())
    sites[slice.getResult()] =
        getSlice(sites[slice.getSource()], slice, slice.getDroppedDims());
  for (auto *copies : {&before, &after})
    for (auto &[op, list] : *copies)
      for (Copy &copy : list)
        copy.from = sites[copy.value];
}

/// Contractions start their registers at zero rather than read zeros, unless
/// they go on with what an earlier piece of the reduction has left.
void KernelPlan::foldFills() {
  auto startsThere = [&](OpOperand &use) {
    auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
    if (!op || !op.isDpsInit(&use) || failed(matchContraction(op)))
      return false;
    SmallVector<unsigned, 2> reduced = space.getReducedClasses(op);
    return !tiles.inner || !llvm::is_contained(reduced, tiles.inner->cls);
  };
  for (auto fill : kernel.getBody().front().getOps<linalg::FillOp>())
    if (matchPattern(fill.getInputs()[0], m_AnyZeroFloat()) &&
        llvm::all_of(fill->getUses(), startsThere))
      folded.insert(fill);
}

/// A weight gradient sums over the rows of both its operands. Each unit packs
/// its own columns of one of them; the other one, which all units read, is
/// packed before.
void KernelPlan::sharePairs() {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    FailureOr<ContractionForm> form = matchContraction(op);
    if (failed(form) || !form->row || form->m.size() != 1)
      continue;
    Value operand = op->getOperand(form->lhs);
    auto type = cast<RankedTensorType>(operand.getType());
    AffineMap map = op.getIndexingMapsArray()[form->lhs];
    if (!type.getElementType().isBF16() || !isa<BlockArgument>(operand) ||
        map.getResults().back() !=
            getAffineDimExpr(*form->row, op.getContext()))
      continue;
    unsigned cls = space.getLoopClasses(op)[form->reduction];
    if ((tiles.unit && tiles.unit->cls == cls) ||
        (tiles.inner && tiles.inner->cls == cls))
      continue;
    SharedPairs pairs{operand, type.getDimSize(0), type.getDimSize(1),
                      scratchBytes};
    scratchBytes +=
        llvm::alignTo(2 * getPairElements(pairs.depth, pairs.columns), kLine);
    sharedPairs.insert({op, pairs});
  }
}
