//===- KernelPlan.cpp - The tiles and memory of a CPU kernel --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/KernelPlan.h"
#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/Pairs.h"
#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

/// A thread's stack holds up to this much of a kernel's scratch; the rest goes
/// to the arena.
static constexpr int64_t kStackBytes = 1024 * 1024;
static constexpr int64_t kLine = 64;

KernelPlan::KernelPlan(KernelOp kernel, const Machine &machine)
    : ValuePlacement(kernel), tiles(chooseTiles(kernel, space, machine)) {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    if (tiles.inner &&
        llvm::is_contained(space.getReducedClasses(op), tiles.inner->cls))
      continue;
    if (linalg::LinalgOp elementwise = vib::getInterleaved(op))
      interleaved[op] = elementwise;
    else if (linalg::LinalgOp elementwise = vib::getEpilogue(op, machine))
      epilogues[op] = elementwise;
  }
  foldFills();
  place();
  sharePairs(machine);
}

bool KernelPlan::isDoneOnce(Operation *op) const {
  return !usesUnit(op) && !feedsClass(op, tiles.unit->cls, space);
}

bool KernelPlan::isDivided(unsigned cls) const {
  return tiles.unit && tiles.unit->cls == cls;
}

int64_t KernelPlan::getTileSize(unsigned cls) const {
  if (isDivided(cls))
    return tiles.unit->size;
  if (tiles.inner && tiles.inner->cls == cls)
    return tiles.inner->size;
  return space.getExtent(cls);
}

SmallVector<int64_t> KernelPlan::getTileSizes(linalg::LinalgOp op) const {
  return llvm::map_to_vector(space.getLoopClasses(op),
                             [&](unsigned cls) { return getTileSize(cls); });
}

bool KernelPlan::isDoneWithContraction(linalg::LinalgOp op) const {
  auto isIt = [&](auto &pair) { return pair.second == op; };
  return llvm::any_of(interleaved, isIt) || llvm::any_of(epilogues, isIt);
}

Buffer KernelPlan::createScratch(Value value, RankedTensorType type) {
  Buffer buffer{Buffer::Scratch, Value(), type};
  int64_t bytes =
      llvm::alignTo(getMemoryBytes(type, choosePaddedLayout(type)), kLine);
  if (stackBytes + bytes <= kStackBytes) {
    stackBytes += bytes;
    return buffer;
  }
  buffer.kind = Buffer::Spill;
  buffer.offset = scratchBytes;
  buffer.unitBytes = bytes;
  scratchBytes += bytes * tiles.units;
  return buffer;
}

int64_t KernelPlan::getNumPartials(ArrayRef<unsigned> reduced) const {
  return tiles.units;
}

bool KernelPlan::isInMemory(linalg::LinalgOp op) const {
  auto fill = dyn_cast<linalg::FillOp>(op.getOperation());
  return !interleaved.contains(op) && !epilogues.contains(op) &&
         !isRoundedByReaders(op) && !(fill && isFolded(fill));
}

/// Contractions start with zeros in registers rather than load zeros, unless
/// they continue what an earlier tile of the reduction has accumulated.
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

/// A weight gradient sums over the rows of both operands. Each unit packs its
/// own columns of one operand. All units read the other one, so it is packed
/// before the kernel runs.
void KernelPlan::sharePairs(const Machine &machine) {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    FailureOr<ContractionForm> form = matchContraction(op);
    if (failed(form) || !hasSharedPairs(op, *form, machine))
      continue;
    unsigned cls = space.getLoopClasses(op)[form->reduction];
    if ((tiles.unit && tiles.unit->cls == cls) ||
        (tiles.inner && tiles.inner->cls == cls))
      continue;
    SmallVector<int64_t> extents = getTileSizes(op);
    RegisterTile tile = chooseContractionTile(op, *form, extents,
                                              interleaved.contains(op), machine)
                            .registers;
    Value operand = op->getOperand(form->lhs);
    auto type = cast<RankedTensorType>(operand.getType());
    int64_t depth = type.getDimSize(0), columns = type.getDimSize(1);
    int64_t rows = extents[*form->row];
    bool isWhole = rows == columns || rows % tile.rows == 0;
    int64_t block = isWhole ? tile.rows : columns;
    SharedPairs pairs{operand, depth, columns, tile, block, scratchBytes};
    scratchBytes += llvm::alignTo(2 * getPairLayout(pairs).elements, kLine);
    sharedPairs.insert({op, pairs});
  }
}
