//===- ContractionDot.cpp - The dot form of contractions ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"

using namespace mlir;
using namespace vib;

SmallVector<Value> ContractionEmitter::stepDotTile(Value row, int64_t count,
                                                   Value column,
                                                   int64_t countColumns,
                                                   int64_t width,
                                                   ValueRange sums) {
  SmallVector<Value> left, right, results;
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    left.push_back(e.loadVector(lhs, maps[form.lhs], positions, width));
  }
  for (int64_t j = 0; j != countColumns; ++j) {
    at(form.column, column, j);
    right.push_back(e.loadVector(rhs, maps[form.rhs], positions, width));
  }
  if (width != lanes) {
    Value zero = e.splat(builder.getZeroAttr(element), lanes);
    for (SmallVector<Value> *vectors : {&left, &right})
      for (Value &vector : *vectors)
        vector = vector::InsertStridedSliceOp::create(
            builder, loc, vector, zero, ArrayRef<int64_t>{0},
            ArrayRef<int64_t>{1});
  }
  for (int64_t i = 0; i != count; ++i)
    for (int64_t j = 0; j != countColumns; ++j)
      results.push_back(vector::FMAOp::create(builder, loc, left[i], right[j],
                                              sums[i * countColumns + j]));
  return results;
}

void ContractionEmitter::storeDotRows(Value row, int64_t count, Value column,
                                      int64_t countColumns,
                                      ArrayRef<Value> sums) {
  auto addUp = [&](Value lhs, Value rhs) -> Value {
    return arith::AddFOp::create(builder, loc, lhs, rhs);
  };
  for (int64_t first = 0; first != count * countColumns; first += lanes) {
    Value results = e.combineAll(sums.slice(first, lanes), addUp);
    for (int64_t i = 0; i != lanes; i += countColumns) {
      atRow(row, (first + i) / countColumns);
      at(form.column, column, 0);
      Value part = vector::ExtractStridedSliceOp::create(
          builder, loc, results, ArrayRef<int64_t>{i},
          ArrayRef<int64_t>{countColumns}, ArrayRef<int64_t>{1});
      if (!startsAtZero)
        part = addUp(e.loadVector(out, maps[2], positions, countColumns), part);
      e.storeVector(part, out, maps[2], positions);
    }
  }
}

void ContractionEmitter::storeDotElements(Value row, int64_t count,
                                          Value column, int64_t countColumns,
                                          ArrayRef<Value> sums) {
  auto addUp = [&](Value lhs, Value rhs) -> Value {
    return arith::AddFOp::create(builder, loc, lhs, rhs);
  };
  for (int64_t i = 0; i != count; ++i) {
    for (int64_t j = 0; j != countColumns; ++j) {
      Value sum = e.combineLanes(sums[i * countColumns + j], addUp);
      atRow(row, i);
      at(form.column, column, j);
      if (!startsAtZero)
        sum = addUp(e.loadScalar(out, maps[2], positions), sum);
      e.storeScalar(sum, out, maps[2], positions);
    }
  }
}

void ContractionEmitter::emitDotTile(Value row, int64_t count, Value column,
                                     int64_t countColumns) {
  int64_t whole = depth / lanes * lanes;
  SmallVector<Value> sums(count * countColumns,
                          e.splat(builder.getZeroAttr(element), lanes));
  sums = emitReductions(
      form.k, whole, lanes, row, count, sums, [&](ValueRange values) {
        return stepDotTile(row, count, column, countColumns, lanes, values);
      });
  if (whole != depth) {
    positions[form.reduction] = e.index(whole);
    sums = stepDotTile(row, count, column, countColumns, depth - whole, sums);
  }
  if (count * countColumns % lanes == 0 && lanes % countColumns == 0)
    storeDotRows(row, count, column, countColumns, sums);
  else
    storeDotElements(row, count, column, countColumns, sums);
}

/// The loop over rows is the inner one: the tile's columns of rhs stay in the
/// first-level cache, while a block of rows of lhs streams from the
/// second-level cache.
void ContractionEmitter::emitDot() {
  RegisterTile tile = choice.registers;
  int64_t block =
      std::max<int64_t>(1, kResidentBytes / rowBytes / tile.rows) * tile.rows;
  auto emitRows = [&](Value first, int64_t size, Value column, int64_t count) {
    int64_t whole = size / tile.rows * tile.rows;
    e.createLoop(0, whole, tile.rows, [&](Value row) {
      emitDotTile(e.add(first, row), tile.rows, column, count);
    });
    if (whole != size)
      emitDotTile(e.add(first, whole), size - whole, column, count);
  };
  auto emitBlock = [&](Value first, int64_t size) {
    int64_t whole = columns / tile.vectors * tile.vectors;
    e.createLoop(0, whole, tile.vectors, [&](Value column) {
      emitRows(first, size, column, tile.vectors);
    });
    if (whole != columns)
      emitRows(first, size, e.index(whole), columns - whole);
  };
  int64_t whole = rows / block * block;
  e.createLoop(0, whole, block, [&](Value first) { emitBlock(first, block); });
  if (whole != rows)
    emitBlock(e.index(whole), rows - whole);
}
