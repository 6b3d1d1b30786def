//===- ValuePlacement.cpp - Assign memory to a kernel's values ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/ValuePlacement.h"
#include "compiler/plan/Memory.h"
#include "compiler/plan/Reductions.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace vib;

/// No two pieces of work share a cache line.
static constexpr int64_t kLine = 64;

bool vib::feedsClass(Operation *op, unsigned cls, const KernelSpace &space) {
  llvm::SmallSetVector<Operation *, 8> users(op->user_begin(), op->user_end());
  for (unsigned i = 0; i != users.size(); ++i) {
    auto user = dyn_cast<linalg::LinalgOp>(users[i]);
    if (user && llvm::is_contained(space.getLoopClasses(user), cls))
      return true;
    users.insert(users[i]->user_begin(), users[i]->user_end());
  }
  return false;
}

void ValuePlacement::place() {
  for (Value input : kernel.getInputArgs())
    if (auto type = dyn_cast<RankedTensorType>(input.getType()))
      sites[input] = getWhole(addBuffer({Buffer::Input, input, type}));
  for (Value output : kernel.getOutputArgs()) {
    unsigned buffer = addBuffer(
        {Buffer::Output, output, cast<RankedTensorType>(output.getType())});
    outputBuffers[output] = buffer;
    sites[output] = getWhole(buffer);
  }
  placeYields();
  placeResults();
  placeExtracts();
}

bool ValuePlacement::isCombined(unsigned result) const {
  Value argument = KernelOp(kernel).getOutputArgs()[result];
  return llvm::any_of(combinations, [&](const Combination &combination) {
    return buffers[combination.output].argument == argument;
  });
}

ArrayRef<Copy> ValuePlacement::getCopiesBefore(Operation *op) const {
  auto it = before.find(op);
  return it == before.end() ? ArrayRef<Copy>() : it->second;
}

ArrayRef<Copy> ValuePlacement::getCopiesAfter(Operation *op) const {
  auto it = after.find(op);
  return it == after.end() ? ArrayRef<Copy>() : it->second;
}

void ValuePlacement::walk(function_ref<void(linalg::LinalgOp)> visitOp,
                          function_ref<void(const Copy &)> visitCopy) const {
  for (Operation &op : KernelOp(kernel).getBody().front()) {
    llvm::for_each(getCopiesBefore(&op), visitCopy);
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
      visitOp(linalgOp);
    llvm::for_each(getCopiesAfter(&op), visitCopy);
  }
}

Value ValuePlacement::getTensor(const Buffer &buffer) const {
  unsigned index = cast<BlockArgument>(buffer.argument).getArgNumber();
  KernelOp op(kernel);
  return buffer.kind == Buffer::Output
             ? Value(op->getResult(index - op.getInputs().size()))
             : op->getOperand(index);
}

bool ValuePlacement::usesClass(Operation *op, unsigned cls) const {
  if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op))
    return llvm::is_contained(space.getLoopClasses(linalgOp), cls);
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return llvm::is_contained(space.getClasses(insert.getSource()), cls);
  return llvm::any_of(op->getResults(), [&](Value result) {
    return isa<RankedTensorType>(result.getType()) &&
           llvm::is_contained(space.getClasses(result), cls);
  });
}

void ValuePlacement::addScratchBytes(int64_t bytes, int64_t count) {
  int64_t product;
  if (llvm::MulOverflow(bytes, count, product))
    product = kMostMemoryBytes;
  scratchBytes += std::min(product, kMostMemoryBytes);
}

unsigned ValuePlacement::addBuffer(Buffer buffer) {
  buffers.push_back(buffer);
  return buffers.size() - 1;
}

Site ValuePlacement::getWhole(unsigned buffer) const {
  Site site;
  site.buffer = buffer;
  int64_t rank = buffers[buffer].type.getRank();
  site.offsets.assign(rank, 0);
  for (int64_t axis = 0; axis != rank; ++axis)
    site.axes.push_back(axis);
  return site;
}

Site ValuePlacement::addScratch(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape;
  for (unsigned cls : space.getClasses(value))
    shape.push_back(getTileSize(cls));
  return getWhole(addBuffer(createScratch(value, type.clone(shape))));
}

Site ValuePlacement::addPartial(Value value, ArrayRef<unsigned> reduced) {
  auto type = cast<RankedTensorType>(value.getType());
  Buffer buffer{Buffer::Partial, Value(), type};
  buffer.reduced.assign(reduced.begin(), reduced.end());
  buffer.offset = scratchBytes;
  buffer.unitBytes = llvm::alignTo(
      type.getNumElements() * getElementBytes(type.getElementType()), kLine);
  addScratchBytes(buffer.unitBytes, getNumPartials(reduced));
  return getWhole(addBuffer(buffer));
}

Site ValuePlacement::getSlice(const Site &whole,
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

bool ValuePlacement::isShared(Value value) const {
  Operation *op = value.getDefiningOp();
  if (!op)
    return false;
  if (isOwnScratch(value))
    return true;
  for (unsigned cls = 0, e = space.getNumClasses(); cls != e; ++cls)
    if (isDivided(cls) && !usesClass(op, cls) && feedsClass(op, cls, space))
      return true;
  return false;
}

/// Lets values that are yielded be computed in the memory of their outputs, if
/// possible.
void ValuePlacement::placeYields() {
  YieldOp yield = kernel.getYield();
  for (auto [value, output] :
       llvm::zip_equal(yield.getOperands(), kernel.getOutputArgs())) {
    if (value == output)
      continue;
    unsigned buffer = outputBuffers[output];
    Operation *op = value.getDefiningOp();
    auto linalgOp = dyn_cast_or_null<linalg::LinalgOp>(op);
    SmallVector<unsigned, 2> divided;
    if (linalgOp && !sites.contains(value))
      llvm::copy_if(space.getReducedClasses(linalgOp),
                    std::back_inserter(divided),
                    [&](unsigned cls) { return isDivided(cls); });
    if (!divided.empty()) {
      Site partial = addPartial(value, divided);
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

/// Places the results of all ops, from the last op to the first.
void ValuePlacement::placeResults() {
  Block &body = kernel.getBody().front();
  for (Operation &op : llvm::reverse(body)) {
    if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      if (!isInMemory(linalgOp))
        continue;
      for (OpOperand &init : linalgOp.getDpsInitsMutable()) {
        Value result = linalgOp.getTiedOpResult(&init);
        if (!sites.contains(result))
          sites[result] = addScratch(result);
        Site site = sites[result];
        placeInit(&op, init.get(), site, readsInit(linalgOp, init));
      }
    } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      if (!sites.contains(insert.getResult()))
        sites[insert.getResult()] = addScratch(insert.getResult());
      placeInsert(insert);
    }
  }
  // Reading a tensor.empty gives an undefined value, but needs memory.
  for (auto empty : body.getOps<tensor::EmptyOp>()) {
    bool read = llvm::any_of(empty->getUses(), [](OpOperand &use) {
      auto op = dyn_cast<linalg::LinalgOp>(use.getOwner());
      return !op || !op.isDpsInit(&use);
    });
    if (read && !sites.contains(empty))
      sites[empty] = addScratch(empty);
  }
}

/// Places `init`, from which the result of `op` at `site` starts.
void ValuePlacement::placeInit(Operation *op, Value init, const Site &site,
                               bool read) {
  Operation *def = init.getDefiningOp();
  if (isa_and_nonnull<tensor::EmptyOp>(def))
    return;
  if (auto fill = dyn_cast_or_null<linalg::FillOp>(def);
      fill && !isInMemory(fill))
    return;
  if (def && !isa<tensor::ExtractSliceOp>(def) && init.hasOneUse() &&
      !sites.contains(init) && !isOwnScratch(init)) {
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

/// Lets the parts of an assembled tensor be computed in place.
void ValuePlacement::placeInsert(tensor::InsertSliceOp insert) {
  Site whole = sites[insert.getResult()];
  Site part = getSlice(whole, insert, insert.getDroppedDims());
  placeInit(insert, insert.getDest(), whole, /*read=*/true);
  // Only other parts may have been written there before. SimplifyKernels gives
  // each tensor inserts of its own; a shared one is copied as a whole.
  Value root = insert.getDest();
  bool isCopied = false;
  while (auto before = root.getDefiningOp<tensor::InsertSliceOp>()) {
    isCopied |= !root.hasOneUse();
    root = before.getDest();
  }
  bool blank =
      !isCopied &&
      (root.getDefiningOp<tensor::EmptyOp>() ||
       (outputBuffers.contains(root) && outputBuffers[root] == whole.buffer));
  Value source = insert.getSource();
  if (blank && source.getDefiningOp<linalg::LinalgOp>() &&
      !sites.contains(source) && !isShared(source)) {
    sites[source] = part;
    return;
  }
  before[insert].push_back({source, Site(), part});
}

/// A slice is a part of the memory of its source, which is known by now.
void ValuePlacement::placeExtracts() {
  for (auto slice : kernel.getBody().front().getOps<tensor::ExtractSliceOp>())
    sites[slice.getResult()] =
        getSlice(sites[slice.getSource()], slice, slice.getDroppedDims());
  for (auto *copies : {&before, &after})
    for (auto &[op, list] : *copies)
      for (Copy &copy : list)
        copy.from = sites[copy.value];
}
