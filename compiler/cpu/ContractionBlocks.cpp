//===- ContractionBlocks.cpp - Sums over images, block by block -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The weight gradient of a convolution sums over images, lines and pixels.
// Every tap of the kernel and every register tile of it reads both operands. So
// the sum is computed in blocks that fit in the first-level cache, of some
// images or of some lines of one image: all tiles read one block before any
// reads the next one, and are stored in between.
//
// The next block is in the last-level cache or in main memory. At each line,
// each tile prefetches an equal share of it. The next block follows this one in
// memory, so a share is counted in pixels, across the ends of lines.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/WindowMap.h"

using namespace mlir;
using namespace vib;

/// The most prefetches of a tile at a line. A kernel of few tiles would have so
/// many that its multiply-adds do not hide them.
static constexpr int64_t kMostPrefetches = 16;

void ContractionEmitter::emitLines(function_ref<void()> body) {
  int64_t lines = choice.block.lines;
  if (lines == 0)
    return emitOuter(body);
  auto emitPart = [&](Value line) {
    firstLine = line;
    emitOuter(body);
  };
  int64_t start = 0;
  if (startsAtZero) {
    emitPart(e.index(0));
    startsAtZero = false;
    start = lines;
  }
  e.createLoop(start, extents[*form.line], lines, emitPart);
}

void ContractionEmitter::emitBlocks(function_ref<void()> body) {
  if (!form.block)
    return emitOuter(body);
  auto emitBlock = [&](Value start, int64_t count) {
    block = count;
    blockStart = start;
    if (!blockCopies.empty())
      emitBlockCopies(start, count);
    emitLines(body);
  };
  int64_t extent = extents[*form.block];
  int64_t images = choice.block.images;
  int64_t size = images ? std::min(images, extent) : extent;
  int64_t whole = extent / size * size;
  emitBlock(e.index(0), size);
  // The other blocks add to what the first one has stored.
  startsAtZero = false;
  e.createLoop(size, whole, size, [&](Value start) { emitBlock(start, size); });
  if (whole != extent)
    emitBlock(e.index(whole), extent - whole);
}

void ContractionEmitter::emitPrefetchOfOperand(const TensorRef &ref,
                                               unsigned operand, Value slot,
                                               int64_t slots) {
  AffineMap map = maps[operand];
  if (map.getNumResults() != 4)
    return;
  auto type = cast<RankedTensorType>(op->getOperand(operand).getType());
  auto channel = dyn_cast<AffineDimExpr>(map.getResults().back());
  std::optional<LinearIndex> line = getLinearIndex(map.getResult(1)),
                             pixel = getLinearIndex(map.getResult(2));
  if (!channel || !line || !pixel)
    return;
  // Of the loops of a line of pixels, one counts pixels.
  const auto *counter =
      llvm::find_if(pixel->terms, [](auto &term) { return term.second == 1; });
  if (counter == pixel->terms.end())
    return;
  int64_t bytes =
      extents[channel.getPosition()] * getElementBytes(type.getElementType());
  int64_t perPixel = llvm::divideCeil(bytes, kCacheLine);
  int64_t pixels = std::max<int64_t>(1, kCacheLine / bytes);

  SmallVector<Value> next(positions);
  // The lines of the operand in a block.
  int64_t lines = block * type.getDimSize(1);
  if (firstLine) {
    // Those behind the last line that this block reads.
    for (auto [loop, factor] : line->terms) {
      if (loop == form.line)
        lines = choice.block.lines * factor;
      next[loop] = loop == form.line ? e.add(firstLine, choice.block.lines)
                                     : e.index(extents[loop] - 1);
    }
  } else {
    next[*form.block] = e.add(blockStart, block);
    for (auto [loop, factor] : line->terms)
      next[loop] = e.index(0);
  }
  for (auto [loop, factor] : pixel->terms)
    next[loop] = e.index(0);
  int64_t all = llvm::divideCeil(lines * type.getDimSize(2), pixels) * perPixel;
  int64_t share =
      std::min<int64_t>(llvm::divideCeil(all, slots), kMostPrefetches);
  Value first = e.multiply(slot, share);
  for (int64_t i = 0; i != share; ++i) {
    Value at = e.add(first, i);
    Value index =
        builder.createOrFold<arith::DivUIOp>(loc, at, e.index(perPixel));
    Value part =
        builder.createOrFold<arith::RemUIOp>(loc, at, e.index(perPixel));
    next[counter->first] = e.multiply(index, pixels);
    next[channel.getPosition()] =
        e.multiply(part, kCacheLine / getElementBytes(type.getElementType()));
    e.emitPrefetch(ref, map, next);
  }
}

void ContractionEmitter::emitPrefetchOfBlock(Value row, int64_t count,
                                             Value line) {
  if (choice.block.images == 0 || windows != Packing::None)
    return;
  Value slot = builder.createOrFold<arith::DivUIOp>(loc, row, e.index(count));
  int64_t slots = llvm::divideCeil(rows, count);
  auto extend = [&](Value position, int64_t extent) {
    slot = e.add(e.multiply(slot, extent), position);
    slots *= extent;
  };
  for (unsigned loop : getOuterLoops())
    extend(positions[loop], extents[loop]);
  extend(line, choice.block.lines ? choice.block.lines : extents[*form.line]);
  emitPrefetchOfOperand(lhs, form.lhs, slot, slots);
  emitPrefetchOfOperand(rhs, form.rhs, slot, slots);
}
