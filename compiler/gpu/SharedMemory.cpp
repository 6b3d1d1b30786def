//===- SharedMemory.cpp - Place scratch in shared memory ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A piece of shared memory is live from the first to the last step that
// accesses it. Pieces may overlap if they are not live in the same step. Pieces
// that cannot be spilled are placed first, then the others, both from the
// largest to the smallest, each at the lowest offset that is free. A piece that
// would end beyond the memory that every chip has is spilled to the arena.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockAccess.h"
#include "compiler/gpu/Launches.h"

using namespace mlir;
using namespace vib;

/// The alignment that copies to shared memory and matrix loads need.
static constexpr int64_t kAlignment = 16;
/// Spills of different blocks do not share a cache line.
static constexpr int64_t kLine = 128;

namespace {

/// A part of shared memory that is live in the steps `first` to `last`.
struct Piece {
  int64_t bytes, first, last;
  /// A buffer, or the staging of a step.
  std::optional<unsigned> buffer;
  BlockStep *step;
  int64_t offset = 0;
};

/// Finds the lowest offset at which `piece` does not overlap pieces of `placed`
/// that are live in the same step. These are sorted by offset.
int64_t findOffset(const Piece &piece, ArrayRef<Piece *> placed) {
  int64_t offset = 0;
  for (Piece *other : placed) {
    if (other->last < piece.first || piece.last < other->first)
      continue;
    if (offset + piece.bytes > other->offset)
      offset = std::max<int64_t>(
          offset, llvm::alignTo(other->offset + other->bytes, kAlignment));
  }
  return offset;
}

/// Collects the pieces that the steps need.
SmallVector<Piece> collectPieces(const BlockPlan &plan,
                                 MutableArrayRef<BlockStep> steps) {
  SmallVector<Piece> pieces;
  DenseMap<unsigned, size_t> known;
  // A step counts as two points in time: the staging memory of a contraction
  // has been read before the results are written, so the two may overlap.
  for (auto [i, step] : llvm::enumerate(steps)) {
    int64_t begin = 2 * i, end = begin + 1;
    if (!step.contractions.empty())
      pieces.push_back(
          {plan.getTiles().shape.getStagingBytes(step.contractions.size()),
           begin, begin, std::nullopt, &step});
    for (const BlockAccess &access : getAccesses(plan, step)) {
      const Buffer &buffer = plan.getBuffers()[access.buffer];
      if (buffer.kind != Buffer::Scratch)
        continue;
      auto [it, isNew] = known.insert({access.buffer, pieces.size()});
      if (isNew)
        pieces.push_back({getBufferBytes(buffer),
                          step.contractions.empty() ? begin : end, end,
                          access.buffer, nullptr});
      pieces[it->second].last = end;
    }
  }
  return pieces;
}

} // namespace

bool BlockPlan::canSpill(unsigned buffer) const {
  return llvm::none_of(tiles.contractions, [&](const MatrixContraction &c) {
    return getSite(linalg::LinalgOp(c.op)->getResult(0)).buffer == buffer;
  });
}

void BlockPlan::spill(Buffer &buffer) {
  buffer.kind = Buffer::Spill;
  buffer.offset = scratchBytes;
  buffer.unitBytes = llvm::alignTo(getBufferBytes(buffer), kLine);
  scratchBytes += buffer.unitBytes * tiles.blocks;
}

void BlockPlan::placeShared() {
  SmallVector<Piece> pieces = collectPieces(*this, steps);
  auto mayMove = [&](const Piece *piece) {
    return piece->buffer && canSpill(*piece->buffer);
  };
  SmallVector<Piece *> order = llvm::to_vector(
      llvm::map_range(pieces, [](Piece &piece) { return &piece; }));
  llvm::sort(order, [&](Piece *lhs, Piece *rhs) {
    return std::make_tuple(mayMove(lhs), -lhs->bytes, lhs) <
           std::make_tuple(mayMove(rhs), -rhs->bytes, rhs);
  });
  sharedOffsets.assign(buffers.size(), 0);
  SmallVector<Piece *> placed;
  for (Piece *piece : order) {
    int64_t offset = findOffset(*piece, placed);
    if (offset + piece->bytes > kMostSharedBytes && mayMove(piece)) {
      spill(buffers[*piece->buffer]);
      continue;
    }
    piece->offset = offset;
    placed.insert(llvm::upper_bound(placed, piece,
                                    [](Piece *lhs, Piece *rhs) {
                                      return lhs->offset < rhs->offset;
                                    }),
                  piece);
    sharedBytes = std::max(sharedBytes, offset + piece->bytes);
    if (piece->buffer)
      sharedOffsets[*piece->buffer] = offset;
    else
      piece->step->stagingOffset = offset;
  }
}
