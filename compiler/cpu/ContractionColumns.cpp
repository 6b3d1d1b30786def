//===- ContractionColumns.cpp - The columns form of contractions ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace vib;

/// Loads `width` columns of the result from the current positions on.
Value ContractionEmitter::loadOut(int64_t width) {
  if (!form.transposed)
    return e.loadVector(out, maps[2], positions, width);
  SmallVector<Value> elements;
  Value column = positions[form.column];
  for (int64_t i = 0; i != width; ++i) {
    at(form.column, column, i);
    elements.push_back(e.loadScalar(out, maps[2], positions));
  }
  return vector::FromElementsOp::create(
      builder, loc, VectorType::get(width, element), elements);
}

SmallVector<Value> ContractionEmitter::startTile(Value row, int64_t count,
                                                 Value column,
                                                 ArrayRef<int64_t> widths) {
  SmallVector<Value> accumulators;
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    for (auto [v, width] : llvm::enumerate(widths)) {
      at(form.column, column, v * lanes);
      int64_t held = usesPairs() ? lanes : width;
      Value zero = e.splat(builder.getZeroAttr(element), held);
      if (startsAtZero) {
        accumulators.push_back(zero);
        continue;
      }
      Value value = loadOut(width);
      if (held != width)
        value = vector::InsertStridedSliceOp::create(builder, loc, value, zero,
                                                     ArrayRef<int64_t>{0},
                                                     ArrayRef<int64_t>{1});
      accumulators.push_back(value);
    }
  }
  return accumulators;
}

SmallVector<Value> ContractionEmitter::stepTile(Value row, int64_t count,
                                                Value column,
                                                ArrayRef<int64_t> widths,
                                                ValueRange values) {
  if (rhsPairs)
    return stepTileOfPairs(row, count, column, widths, values);
  SmallVector<Value> vectors, results;
  for (auto [v, width] : llvm::enumerate(widths)) {
    at(form.column, column, v * lanes);
    auto load = [&](int64_t elements) {
      return e.loadVector(rhs, maps[form.rhs], positions, elements);
    };
    vectors.push_back(usesPairs() ? load(2 * lanes)
                                  : roundAndExtend(load(width)));
  }
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    Value factor = usesPairs()
                       ? loadPair(e, lhs, maps[form.lhs], positions,
                                  /*isLast=*/false)
                       : extend(e.loadScalar(lhs, maps[form.lhs], positions));
    for (auto [v, vector] : llvm::enumerate(vectors))
      results.push_back(
          multiplyAdd(factor, vector, values[i * widths.size() + v]));
  }
  return results;
}

Value ContractionEmitter::multiplyAdd(Value factor, Value vector, Value sum) {
  if (usesPairs())
    return x86vector::DotBF16Op::create(builder, loc, sum, factor, vector);
  factor = vector::BroadcastOp::create(builder, loc, vector.getType(), factor);
  return vector::FMAOp::create(builder, loc, factor, vector, sum);
}

SmallVector<Value> ContractionEmitter::stepTileOfPairs(Value row, int64_t count,
                                                       Value column,
                                                       ArrayRef<int64_t> widths,
                                                       ValueRange values,
                                                       bool isLast) {
  Value k = positions[form.reduction];
  SmallVector<Value> vectors, results;
  for (int64_t v = 0, n = widths.size(); v != n; ++v)
    vectors.push_back(loadPairs(e, *rhsPairs, k, e.add(column, v * lanes)));
  // The shared pairs of lhs are indexed by rows of the whole tensor.
  Value first;
  if (lhsPairs && form.row)
    first = e.getStart(e.plan.getSpace().getLoopClasses(op)[*form.row]);
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    Value factor = lhsPairs
                       ? loadPair(e, *lhsPairs, k, e.add(first, row), i)
                       : loadPair(e, lhs, maps[form.lhs], positions, isLast);
    for (auto [v, vector] : llvm::enumerate(vectors))
      results.push_back(
          multiplyAdd(factor, vector, values[i * widths.size() + v]));
  }
  return results;
}

/// The next unit packs the following panel of the weight, or its own rows of
/// all panels. That memory is in the last-level cache or in main memory. Each
/// step of each register tile prefetches an equal share of it.
void ContractionEmitter::emitPrefetchOfNext(Value row, int64_t count) {
  int64_t panel = rhs.getPanel(), tiles = llvm::divideCeil(rows, count);
  Value k = positions[form.reduction];
  SmallVector<Value> next(positions);
  next[form.column] = e.index(columns);
  if (form.row)
    next[*form.row] = Value();
  // The elements to prefetch per row of the result and per step.
  bool isPanel = form.contiguous == ContractionForm::Columns;
  int64_t perRow = (isPanel ? depth : columns) * panel / rows;
  int64_t perStep = llvm::divideCeil(isPanel ? panel : columns, tiles);
  if (isPanel)
    next[form.reduction] = e.index(0);
  SmallVector<Value> indices =
      e.getIndices(rhs, e.getPositions(maps[form.rhs], next));
  int64_t panelRows = cast<MemRefType>(rhs.memory.getType()).getDimSize(1);
  Value first =
      e.multiply(e.add(e.multiply(indices[0], panelRows), indices[1]), panel);
  Value offset = e.add(e.multiply(row, perRow),
                       e.multiply(isPanel ? k : indices[2], perStep));
  memref::PrefetchOp::create(builder, loc, flatRhs, e.add(first, offset),
                             /*isWrite=*/false, /*localityHint=*/2,
                             /*isDataCache=*/true);
}

SmallVector<Value> ContractionEmitter::reduceTile(Value row, int64_t count,
                                                  Value column,
                                                  ArrayRef<int64_t> widths,
                                                  ValueRange values,
                                                  bool packs) {
  if (!rhsPairs)
    return emitReductions(form.k, depth, 1, row, count, values,
                          [&](ValueRange values) {
                            return stepTile(row, count, column, widths, values);
                          });
  auto step = [&](Value k, ValueRange values, bool isLast) {
    if (packs) {
      SmallVector<Value> before(positions);
      packPairOfRows(e, *unpacked, *rhsPairs, k, isLast, positions);
      positions = before;
    }
    positions[form.reduction] = k;
    if (flatRhs && !isLast)
      emitPrefetchOfNext(row, count);
    return stepTileOfPairs(row, count, column, widths, values, isLast);
  };
  // When pairs are loaded from lhs itself, a last odd element is loaded alone,
  // because the next one would be outside of the operand.
  int64_t whole = depth / 2 * 2;
  SmallVector<Value> results = e.createPanelLoop(
      lhsPairs ? llvm::alignTo(depth, 2) : whole, 2,
      lhsPairs ? 0 : lhs.getPanel(), values,
      [&](Value k, ValueRange values) {
        return step(k, values, /*isLast=*/false);
      },
      [&](Value start) {
        if (streamsRows)
          emitPrefetchOfRows(row, count, start);
      });
  if (lhsPairs || whole == depth)
    return results;
  return step(e.index(whole), results, /*isLast=*/true);
}

void ContractionEmitter::storeTile(Value row, int64_t count, Value column,
                                   ArrayRef<int64_t> widths,
                                   ValueRange values) {
  if (form.transposed)
    return storeTransposed(row, count, column, widths, values);
  unsigned last = maps[2].getNumResults() - 1;
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    for (int64_t v = 0, n = widths.size(); v != n; ++v) {
      at(form.column, column, v * lanes);
      Value value = values[i * n + v];
      if (usesPairs() && widths[v] != lanes)
        value = vector::ExtractStridedSliceOp::create(
            builder, loc, value, ArrayRef<int64_t>{0},
            ArrayRef<int64_t>{widths[v]}, ArrayRef<int64_t>{1});
      if (epilogue)
        e.emitVector(epilogue, last, widths[v],
                     e.getPositions(maps[2], positions),
                     op->getResult(0).use_begin()->getOperandNumber(), value);
      else
        e.storeVector(value, out, maps[2], positions);
    }
  }
}

void ContractionEmitter::storeTransposed(Value row, int64_t count, Value column,
                                         ArrayRef<int64_t> widths,
                                         ValueRange values) {
  atRow(row, 0);
  for (int64_t v = 0, n = widths.size(); v != n; ++v) {
    SmallVector<Value> accumulators;
    for (int64_t i = 0; i != count; ++i)
      accumulators.push_back(values[i * n + v]);
    for (auto [i, vector] : llvm::enumerate(e.transpose(accumulators))) {
      at(form.column, column, v * lanes + i);
      e.storeVector(vector, out, maps[2], positions);
    }
  }
}

void ContractionEmitter::emitColumnsTile(Value row, int64_t count, Value column,
                                         ArrayRef<int64_t> widths, bool packs) {
  SmallVector<Value> accumulators = startTile(row, count, column, widths);
  accumulators = reduceTile(row, count, column, widths, accumulators, packs);
  storeTile(row, count, column, widths, accumulators);
}

void ContractionEmitter::emitColumns() {
  RegisterTile tile = choice.registers;
  if (interleaved) {
    this->tile.memory = e.createStack(
        RankedTensorType::get({tile.rows, tile.vectors * lanes}, element));
    this->tile.base.resize(2);
    this->tile.axes = {0, 1};
  }
  auto emitRows = [&](Value column, ArrayRef<int64_t> widths) {
    if (interleaved)
      return emitInterleavedRows(tile.rows, column, widths);
    int64_t first = unpacked ? std::min(tile.rows, rows) : 0;
    if (first != 0)
      emitColumnsTile(e.index(0), first, column, widths, /*packs=*/true);
    int64_t whole = std::max(first, rows / tile.rows * tile.rows);
    e.createLoop(first, whole, tile.rows, [&](Value row) {
      emitColumnsTile(row, tile.rows, column, widths);
    });
    if (whole != rows)
      emitColumnsTile(e.index(whole), rows - whole, column, widths);
  };
  int64_t step = tile.vectors * lanes, whole = columns / step * step;
  e.createLoop(0, whole, step, [&](Value column) {
    emitRows(column, SmallVector<int64_t>(tile.vectors, lanes));
  });
  if (whole == columns)
    return;
  SmallVector<int64_t> widths((columns - whole) / lanes, lanes);
  if (columns % lanes != 0)
    widths.push_back(columns % lanes);
  emitRows(e.index(whole), widths);
}
