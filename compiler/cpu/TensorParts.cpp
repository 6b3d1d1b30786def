//===- TensorParts.cpp - Ops that write parts of one tensor ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/TensorParts.h"
#include "compiler/step/WindowMap.h"
#include "compiler/step/ZeroFill.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace vib;

/// Whether the op adds to each element that it writes, and does nothing else
/// with its init.
static bool addsToInit(linalg::GenericOp op) {
  if (op.getNumDpsInits() != 1 || op.getNumReductionLoops() != 0 ||
      op.hasIndexSemantics() || op->getNumResults() != 1)
    return false;
  BlockArgument init = op.getRegionOutputArgs().front();
  auto add = op.getBody()->getTerminator()->getOperand(0).getDefiningOp();
  return isa_and_nonnull<arith::AddFOp>(add) && init.hasOneUse() &&
         *init.user_begin() == add;
}

/// Whether both ops read the same operands in the same iteration space.
static bool readsSame(linalg::GenericOp a, linalg::GenericOp b) {
  return llvm::equal(a.getInputs(), b.getInputs()) &&
         a.getStaticLoopRanges() == b.getStaticLoopRanges() &&
         llvm::equal(ArrayRef(a.getIndexingMapsArray()).drop_back(),
                     ArrayRef(b.getIndexingMapsArray()).drop_back());
}

namespace {
/// The index `loop` * `factor` + `offset`.
struct Index {
  unsigned loop;
  int64_t factor, offset;
};
} // namespace

/// The indices of what the op writes; none if one is not of this form.
static std::optional<SmallVector<Index>> getIndices(linalg::GenericOp op) {
  SmallVector<Index> indices;
  for (AffineExpr expr : op.getIndexingMapsArray().back().getResults()) {
    std::optional<LinearIndex> index = getLinearIndex(expr);
    if (!index || index->terms.size() != 1)
      return std::nullopt;
    auto [loop, factor] = index->terms.front();
    indices.push_back({loop, factor, index->offset});
  }
  return indices;
}

/// Whether each element of the tensor is written by one position of one op.
static bool coverTensor(ArrayRef<linalg::GenericOp> parts) {
  linalg::GenericOp first = parts.front();
  auto type = cast<RankedTensorType>(first.getResult(0).getType());
  SmallVector<int64_t> extents = first.getStaticLoopRanges();
  llvm::SmallBitVector loops(extents.size());
  std::optional<SmallVector<Index>> expected = getIndices(first);
  int64_t positions = 1;
  if (!expected)
    return false;
  for (auto [axis, index] : llvm::enumerate(*expected)) {
    if (loops.test(index.loop) || index.factor < 1 ||
        extents[index.loop] * index.factor != type.getDimSize(axis))
      return false;
    loops.set(index.loop);
    positions *= index.factor;
  }
  if (!loops.all() || positions != static_cast<int64_t>(parts.size()))
    return false;
  SmallVector<SmallVector<int64_t>> seen;
  for (linalg::GenericOp part : parts) {
    auto indices = getIndices(part);
    if (!indices)
      return false;
    SmallVector<int64_t> offsets;
    for (auto [index, other] : llvm::zip_equal(*indices, *expected)) {
      if (index.loop != other.loop || index.factor != other.factor ||
          index.offset < 0 || index.offset >= index.factor)
        return false;
      offsets.push_back(index.offset);
    }
    if (llvm::is_contained(seen, offsets))
      return false;
    seen.push_back(std::move(offsets));
  }
  return true;
}

SmallVector<linalg::GenericOp> vib::getTensorParts(linalg::LinalgOp op) {
  SmallVector<linalg::GenericOp> parts;
  auto part = dyn_cast<linalg::GenericOp>(op.getOperation());
  while (
      part && addsToInit(part) &&
      (parts.empty() || (part->hasOneUse() && readsSame(part, parts.back()) &&
                         part->getBlock() == op->getBlock()))) {
    parts.push_back(part);
    part = part.getOutputs().front().getDefiningOp<linalg::GenericOp>();
  }
  if (parts.size() < 2)
    return {};
  std::reverse(parts.begin(), parts.end());
  linalg::FillOp fill = getZeroFill(parts.front());
  if (!fill || !fill->hasOneUse() || !coverTensor(parts))
    return {};
  return parts;
}

bool vib::isFoldedPart(linalg::LinalgOp op) {
  Operation *last = op;
  // The only reader of each op but the last starts from its result.
  auto isNext = [](Operation *user, Operation *op) {
    auto next = dyn_cast<linalg::GenericOp>(user);
    return next && next.getNumDpsInits() == 1 &&
           next.getOutputs().front() == op->getResult(0);
  };
  while (last->hasOneUse() && isNext(*last->user_begin(), last))
    last = *last->user_begin();
  if (last == op)
    return false;
  // A reader of the last op may add to its result, too.
  for (Operation *end = last; end != op;
       end = cast<linalg::GenericOp>(end).getOutputs().front().getDefiningOp())
    if (!getTensorParts(cast<linalg::LinalgOp>(end)).empty())
      return true;
  return false;
}
