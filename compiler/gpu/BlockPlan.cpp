//===- BlockPlan.cpp - The steps and memory of a thread block -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockPlan.h"
#include "compiler/plan/Reductions.h"

using namespace mlir;
using namespace vib;

BlockPlan::BlockPlan(KernelOp kernel, const GpuOptions &options)
    : ValuePlacement(kernel), tiles(readBlockTiles(kernel, space, options)) {
  foldOps();
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
  OpOperand &operand = op.getDpsInitsMutable()[init];
  auto fill = operand.get().getDefiningOp<linalg::FillOp>();
  // Elements that the op does not write keep the value of the fill.
  bool isWhole = op.getMatchingIndexingMap(&operand).isProjectedPermutation();
  return fill && isWhole && !accumulatesInMemory(op) ? fill.getInputs()[0]
                                                     : Value();
}

bool BlockPlan::readsInit(linalg::LinalgOp op, OpOperand &init) const {
  unsigned index = init.getOperandNumber() - op.getNumDpsInputs();
  return op.payloadUsesValueFromOperand(&init) && !getStart(op, index);
}

/// Folds fills from which other ops start, and roundings of weights, which the
/// contractions that read them perform.
void BlockPlan::foldOps() {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    if (isPrologue(op)) {
      folded.insert(op);
      continue;
    }
    bool starts = llvm::all_of(op->getUses(), [&](OpOperand &use) {
      auto user = dyn_cast<linalg::LinalgOp>(use.getOwner());
      return user && user.isDpsInit(&use) && !readsInit(user, use);
    });
    if (isa<linalg::FillOp>(op) && starts)
      folded.insert(op);
  }
}

void BlockPlan::addCopyStep(const Copy &copy) {
  BlockStep step;
  step.copy = &copy;
  SmallVector<unsigned, 4> classes = space.getClasses(copy.value);
  for (auto [i, tile] : llvm::enumerate(tiles.tiles))
    if (buffers[copy.to.buffer].kind == Buffer::Output &&
        !llvm::is_contained(classes, tile.cls))
      step.once.push_back(i);
  steps.push_back(step);
}

void BlockPlan::addOpStep(linalg::LinalgOp op) {
  BlockStep step;
  step.op = op;
  for (auto [i, tile] : llvm::enumerate(tiles.tiles))
    if (!usesClass(op, tile.cls) && !feedsClass(op, tile.cls, space))
      step.once.push_back(i);
  steps.push_back(step);
}

void BlockPlan::collectSteps() {
  llvm::DenseSet<Operation *> done;
  auto addContractions = [&](const MatrixContraction &first) {
    // They only read memory, so they can run earlier.
    BlockStep step;
    for (const MatrixContraction &other : tiles.contractions)
      if (other.lhs == first.lhs && done.insert(other.op).second)
        step.contractions.push_back(&other);
    steps.push_back(step);
  };
  walk(
      [&](linalg::LinalgOp op) {
        if (isFolded(op) || done.contains(op))
          return;
        if (const MatrixContraction *contraction = lookupContraction(op))
          addContractions(*contraction);
        else
          addOpStep(op);
      },
      [&](const Copy &copy) { addCopyStep(copy); });
}
