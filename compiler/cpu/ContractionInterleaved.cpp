//===- ContractionInterleaved.cpp - Emit an op between multiply-adds ------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// While a tile is reduced, the interleaved op runs on the tile before it: one
// of its vectors after every few steps of the reduction. The divisions and the
// memory traffic of the op then overlap with multiply-adds:
//
//   accumulate tile 0
//   for each further tile t
//     for each vector of a tile: a few steps of tile t, one vector of t - 1
//     the remaining steps of tile t
//   the vectors of the last tile
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"

using namespace mlir;
using namespace vib;

/// Up to this many steps of the reduction are unrolled between two vectors of
/// an interleaved op; more become a loop.
static constexpr int64_t kMaxUnrolled = 8;

void ContractionEmitter::emitInterleaved(Value row, Value step, Value column,
                                         int64_t v, int64_t width) {
  Value zero = e.index(0);
  auto minus = [&](Value value) {
    return builder.createOrFold<arith::SubIOp>(loc, zero, value);
  };
  TensorRef source = tile;
  source.base = {minus(row), minus(column)};
  unsigned operand = op->getResult(0).use_begin()->getOperandNumber();
  e.emitVector(interleaved, /*loop=*/1, width,
               {e.add(row, step), e.add(column, v * lanes)}, operand, source);
}

void ContractionEmitter::emitInterleavedTile(Value row, int64_t count,
                                             Value column,
                                             ArrayRef<int64_t> widths) {
  e.createLoop(0, count, 1, [&](Value step) {
    for (auto [v, width] : llvm::enumerate(widths))
      emitInterleaved(row, step, column, v, width);
  });
}

void ContractionEmitter::emitStoredTile(Value row, int64_t count, Value column,
                                        ArrayRef<int64_t> widths) {
  SmallVector<Value> values = startTile(row, count, column, widths);
  values = reduceTile(row, count, column, widths, values);
  storeToTile(count, widths, values);
}

void ContractionEmitter::storeToTile(int64_t count, ArrayRef<int64_t> widths,
                                     ValueRange values) {
  TensorRef saved = std::exchange(out, tile);
  storeTile(e.index(0), count, e.index(0), widths, values);
  out = saved;
}

SmallVector<Value> ContractionEmitter::stepTileAt(Value step, Value row,
                                                  int64_t count, Value column,
                                                  ArrayRef<int64_t> widths,
                                                  ValueRange values) {
  positions[form.reduction] = builder.createOrFold<arith::MulIOp>(
      loc, step, e.index(getInterleavedStride()));
  return stepTile(row, count, column, widths, values);
}

void ContractionEmitter::emitBetweenSteps(Value row, int64_t count,
                                          Value column,
                                          ArrayRef<int64_t> widths) {
  int64_t vectors = widths.size(), steps = getInterleavedSteps(count, vectors);
  Value before = e.add(row, -count);
  SmallVector<Value> values = startTile(row, count, column, widths);
  auto step = [&](Value index, ValueRange values) {
    return stepTileAt(index, row, count, column, widths, values);
  };
  auto emitSteps = [&](Value first, int64_t offset, SmallVector<Value> values) {
    if (steps <= kMaxUnrolled) {
      for (int64_t s = 0; s != steps; ++s)
        values = step(e.add(first, offset + s), values);
      return values;
    }
    return e.createLoop(0, steps, 1, values, [&](Value s, ValueRange values) {
      return step(e.add(e.add(first, offset), s), values);
    });
  };
  values = e.createLoop(0, count, 1, values, [&](Value i, ValueRange carried) {
    SmallVector<Value> values(carried);
    Value first =
        arith::MulIOp::create(builder, loc, i, e.index(vectors * steps));
    for (int64_t v = 0; v != vectors; ++v) {
      values = emitSteps(first, v * steps, values);
      emitInterleaved(before, i, column, v, widths[v]);
      e.emitPrefetch(interleaved,
                     {e.add(e.add(row, count), i), e.add(column, v * lanes)});
    }
    return values;
  });
  int64_t all = llvm::divideCeil(depth, getInterleavedStride());
  values = e.createLoop(steps * count * vectors, all, 1, values, step);
  storeToTile(count, widths, values);
}

void ContractionEmitter::emitInterleavedRows(int64_t tileRows, Value column,
                                             ArrayRef<int64_t> widths) {
  int64_t whole = rows / tileRows * tileRows;
  if (getInterleavedSteps(tileRows, widths.size()) == 0) {
    e.createLoop(0, whole, tileRows, [&](Value row) {
      emitStoredTile(row, tileRows, column, widths);
      emitInterleavedTile(row, tileRows, column, widths);
    });
  } else if (whole != 0) {
    emitStoredTile(e.index(0), tileRows, column, widths);
    e.createLoop(tileRows, whole, tileRows, [&](Value row) {
      emitBetweenSteps(row, tileRows, column, widths);
    });
    emitInterleavedTile(e.index(whole - tileRows), tileRows, column, widths);
  }
  if (whole == rows)
    return;
  emitStoredTile(e.index(whole), rows - whole, column, widths);
  emitInterleavedTile(e.index(whole), rows - whole, column, widths);
}
