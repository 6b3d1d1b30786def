//===- ThreadDivision.cpp - Divide an op among threads --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/ThreadDivision.h"
#include "compiler/plan/Dimensions.h"
#include "compiler/plan/Reductions.h"

using namespace mlir;
using namespace vib;

/// A reduction with fewer steps is left to one thread.
static constexpr int64_t kLongReduction = 64;

SmallVector<unsigned> vib::getPositionLoops(linalg::LinalgOp op) {
  SmallVector<unsigned> loops;
  for (unsigned loop = 0, n = op.getNumLoops(); loop != n; ++loop)
    if (!isReductionLoop(op, loop))
      loops.push_back(loop);
  // Results are contiguous along their last axis.
  AffineMap map = op.getMatchingIndexingMap(&op.getDpsInitsMutable()[0]);
  if (map.getNumResults() == 0)
    return loops;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  auto it = last ? llvm::find(loops, last.getPosition()) : loops.end();
  if (it != loops.end())
    std::rotate(it, it + 1, loops.end());
  return loops;
}

static std::optional<unsigned> chooseLongReduction(linalg::LinalgOp op) {
  std::optional<unsigned> best;
  int64_t bestScore = -1;
  for (auto [loop, range] : llvm::enumerate(op.getStaticLoopRanges())) {
    if (!isReductionLoop(op, loop) || range < kLongReduction)
      continue;
    int64_t score = 0;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      AffineMap map = op.getMatchingIndexingMap(operand);
      score +=
          map.getNumResults() > 0 &&
          map.getResults().back() == getAffineDimExpr(loop, op.getContext());
    }
    if (score > bestScore) {
      bestScore = score;
      best = loop;
    }
  }
  return best;
}

/// Whether each result is combined from those of the lanes.
static bool combinesLanes(linalg::LinalgOp op) {
  if (accumulatesInMemory(op))
    return false;
  for (unsigned i = 0, n = op->getNumResults(); i != n; ++i) {
    Type type = getElementTypeOrSelf(op->getResult(i));
    if (!getCombiner(op, i) || !(type.isF32() || type.isInteger(32)))
      return false;
  }
  return true;
}

void vib::chooseLanes(linalg::LinalgOp op, const BlockTiles &tiles,
                      const KernelSpace &space) {
  std::optional<unsigned> loop = chooseLongReduction(op);
  if (!loop || !combinesLanes(op))
    return;
  SmallVector<unsigned, 4> classes = space.getLoopClasses(op);
  int64_t positions = 1;
  for (unsigned position : getPositionLoops(op))
    positions *= tiles.getSize(classes[position], space);
  if (positions < kBlockThreads)
    op->setAttr(kLanesAttrName,
                op->getAttrOfType<ArrayAttr>(kLoopsAttrName)[*loop]);
}

std::optional<unsigned> vib::getLaneLoop(linalg::LinalgOp op) {
  Attribute name = op->getAttr(kLanesAttrName);
  auto names = op->getAttrOfType<ArrayAttr>(kLoopsAttrName);
  for (unsigned loop = 0, n = op.getNumLoops(); name && loop != n; ++loop)
    if (names[loop] == name && isReductionLoop(op, loop))
      return loop;
  return std::nullopt;
}

LogicalResult vib::verifyLanes(linalg::LinalgOp op) {
  Attribute name = op->getAttr(kLanesAttrName);
  if (!name)
    return success();
  auto fail = [&] {
    return op->emitOpError("cannot divide ")
           << name << " among the lanes of a warp: ";
  };
  if (op->hasAttr(kStagedAttrName))
    return fail() << "it is a contraction with " << kStagedAttrName;
  if (!getLaneLoop(op))
    return fail() << "it is not a dimension over which the op sums";
  if (!combinesLanes(op))
    return fail() << "its results are not sums, products, minima or maxima of "
                     "f32 or i32 that are written once";
  return success();
}
