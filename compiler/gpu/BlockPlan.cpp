//===- BlockPlan.cpp - The steps and memory of a thread block -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockPlan.h"

using namespace mlir;
using namespace vib;

bool vib::accumulatesInMemory(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  for (OpOperand &init : op.getDpsInitsMutable())
    for (auto [loop, kind] : llvm::enumerate(kinds))
      if (kind == utils::IteratorType::reduction &&
          op.getMatchingIndexingMap(&init).isFunctionOfDim(loop))
        return true;
  return false;
}

BlockPlan::BlockPlan(KernelOp kernel, const GpuOptions &options)
    : ValuePlacement(kernel), tiles(readBlockTiles(kernel, space, options)) {
  elide();
  place();
  collectSteps();
  placeShared();
  placeBarriers();
}

const MatrixContraction *BlockPlan::lookupContraction(Operation *op) const {
  const MatrixContraction *found =
      llvm::find_if(tiles.contractions, [&](const MatrixContraction &c) {
        return linalg::LinalgOp(c.op).getOperation() == op;
      });
  return found == tiles.contractions.end() ? nullptr : found;
}

int64_t BlockPlan::getNumPartials(ArrayRef<unsigned> reduced) const {
  int64_t count = 1;
  for (unsigned cls : reduced)
    count *= tiles.getNumTiles(*tiles.lookup(cls), space);
  return count;
}

Buffer BlockPlan::createScratch(Value value, RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  Type element = type.getElementType();
  if (isOwnScratch(value)) {
    // A contraction writes whole tiles.
    shape[shape.size() - 2] = tiles.shape.rows;
    shape.back() = tiles.shape.getResultStride();
  } else if (shape.size() > 1 && shape.back() % 32 == 0 &&
             element.getIntOrFloatBitWidth() == 32) {
    // Otherwise, rows of a multiple of 32 words would all begin in the same
    // bank.
    shape.back() += 8;
  }
  return {Buffer::Scratch, Value(), type.clone(shape)};
}

Value BlockPlan::getStart(linalg::LinalgOp op, unsigned init) const {
  auto fill = op.getDpsInits()[init].getDefiningOp<linalg::FillOp>();
  return fill && !accumulatesInMemory(op) ? fill.getInputs()[0] : Value();
}

bool BlockPlan::readsInit(linalg::LinalgOp op, OpOperand &init) const {
  unsigned index = init.getOperandNumber() - op.getNumDpsInputs();
  return op.payloadUsesValueFromOperand(&init) && !getStart(op, index);
}

/// Elides fills from which other ops start, and roundings of weights, which the
/// contractions that read them perform.
void BlockPlan::elide() {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    if (isPrologue(op)) {
      elided.insert(op);
      continue;
    }
    bool starts = llvm::all_of(op->getUses(), [&](OpOperand &use) {
      auto user = dyn_cast<linalg::LinalgOp>(use.getOwner());
      return user && user.isDpsInit(&use) && !readsInit(user, use);
    });
    if (isa<linalg::FillOp>(op) && starts)
      elided.insert(op);
  }
}

void BlockPlan::collectSteps() {
  auto addCopies = [&](ArrayRef<Copy> copies) {
    for (const Copy &copy : copies) {
      BlockStep step;
      step.copy = &copy;
      SmallVector<unsigned, 4> classes = space.getClasses(copy.value);
      for (auto [i, tile] : llvm::enumerate(tiles.tiles))
        if (buffers[copy.to.buffer].kind == Buffer::Output &&
            !llvm::is_contained(classes, tile.cls))
          step.once.push_back(i);
      steps.push_back(step);
    }
  };
  llvm::DenseSet<Operation *> done;
  for (Operation &op : kernel.getBody().front()) {
    addCopies(getCopiesBefore(&op));
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (linalgOp && !isElided(linalgOp) && !done.contains(&op)) {
      BlockStep step;
      if (const MatrixContraction *contraction = lookupContraction(&op)) {
        // They only read memory, so they can run earlier.
        for (const MatrixContraction &other : tiles.contractions)
          if (!done.contains(other.op) && other.lhs == contraction->lhs) {
            step.contractions.push_back(&other);
            done.insert(other.op);
          }
      } else {
        step.op = linalgOp;
        for (auto [i, tile] : llvm::enumerate(tiles.tiles))
          if (!usesClass(&op, tile.cls) && !feedsClass(&op, tile.cls, space))
            step.once.push_back(i);
      }
      steps.push_back(step);
    }
    addCopies(getCopiesAfter(&op));
  }
}
