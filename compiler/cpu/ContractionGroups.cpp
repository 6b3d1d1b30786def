//===- ContractionGroups.cpp - The groups form of contractions ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The result has fewer columns than a register has lanes, a power of two.
// Several terms of the sum therefore share a register: with g terms at a time,
// lane c g + j holds term j of column c. For two columns and g = 2,
//
//   rhs   two rows, permuted           k0c0 k1c0 k0c1 k1c1
//   lhs   two elements of a row, twice k0   k1   k0   k1
//
// so g steps of the reduction take one multiply-add for each row. A tile has as
// many rows as there are lanes. At the end the groups of all rows are added up
// together; each level of the tree combines two vectors into one,
//
//   a0 a1 | a2 a3, b0 b1 | b2 b3  ->  a0+a1 b0+b1 | a2+a3 b2+b3
//
// Then blocks of g rows, one for each column, are transposed, because the
// result is contiguous in the rows.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"

using namespace mlir;
using namespace vib;

/// Adds up the groups of as many vectors as a group has lanes. Lane i of a
/// group of the result is the sum of the same group of vector i.
static Value addGroups(TileEmitter &e, SmallVector<Value> level) {
  int64_t size = level.size();
  int64_t lanes = cast<VectorType>(level[0].getType()).getDimSize(0);
  auto add = [&](Value lhs, Value rhs) -> Value {
    return arith::AddFOp::create(e.builder, e.loc, lhs, rhs);
  };
  for (int64_t half = size / 2; half != 0; half /= 2) {
    SmallVector<int64_t> lower;
    for (int64_t group = 0; group != lanes; group += size)
      for (int64_t vector : {0, 1})
        for (int64_t start = 0; start != size; start += 2 * half)
          for (int64_t i = 0; i != half; ++i)
            lower.push_back(vector * lanes + group + start + i);
    level = e.combineHalves(level, lower, half, add);
  }
  return level[0];
}

/// Transposes blocks: block i of vector j becomes block j of vector i. There
/// are as many blocks in a vector as there are vectors.
static void transposeBlocks(TileEmitter &e, MutableArrayRef<Value> vectors) {
  int64_t count = vectors.size();
  int64_t lanes = cast<VectorType>(vectors[0].getType()).getDimSize(0);
  int64_t size = lanes / count;
  for (int64_t distance = 1; distance != count; distance *= 2) {
    SmallVector<int64_t> lower, upper;
    for (int64_t block = 0; block != count; ++block)
      for (int64_t i = 0; i != size; ++i) {
        bool second = block & distance;
        lower.push_back(second ? lanes + (block - distance) * size + i
                               : block * size + i);
        upper.push_back(second ? lanes + block * size + i
                               : (block + distance) * size + i);
      }
    for (int64_t i = 0; i != count; ++i) {
      if (i & distance)
        continue;
      Value first = vectors[i], second = vectors[i + distance];
      vectors[i] =
          vector::ShuffleOp::create(e.builder, e.loc, first, second, lower);
      vectors[i + distance] =
          vector::ShuffleOp::create(e.builder, e.loc, first, second, upper);
    }
  }
}

/// Loads the rows of rhs from the current position of the reduction on,
/// permuted.
Value ContractionEmitter::loadGroupedColumns() {
  Value first = positions[form.reduction];
  SmallVector<Value> level;
  for (int64_t j = 0; j != choice.terms; ++j) {
    at(form.reduction, first, j);
    level.push_back(e.loadVector(rhs, maps[form.rhs], positions, columns));
  }
  positions[form.reduction] = first;
  for (int64_t width = columns; level.size() != 1; width *= 2) {
    auto all = llvm::to_vector(llvm::seq<int64_t>(0, 2 * width));
    for (size_t i = 0; i != level.size() / 2; ++i)
      level[i] = vector::ShuffleOp::create(builder, loc, level[2 * i],
                                           level[2 * i + 1], all);
    level.resize(level.size() / 2);
  }
  SmallVector<int64_t> mask;
  for (int64_t c = 0; c != columns; ++c)
    for (int64_t j = 0; j != choice.terms; ++j)
      mask.push_back(j * columns + c);
  return vector::ShuffleOp::create(builder, loc, level[0], level[0], mask);
}

void ContractionEmitter::emitGroupsTile(Value row) {
  SmallVector<int64_t> repeated;
  for (int64_t lane = 0; lane != lanes; ++lane)
    repeated.push_back(lane % choice.terms);
  Value zero = e.splat(builder.getZeroAttr(element), lanes);
  SmallVector<Value> sums = emitReductions(
      form.k, depth, choice.terms, row, lanes, SmallVector<Value>(lanes, zero),
      [&](ValueRange values) {
        at(form.column, e.index(0), 0);
        Value right = loadGroupedColumns();
        SmallVector<Value> results;
        for (auto [i, value] : llvm::enumerate(values)) {
          atRow(row, i);
          Value left =
              e.loadVector(lhs, maps[form.lhs], positions, choice.terms);
          left = vector::ShuffleOp::create(builder, loc, left, left, repeated);
          results.push_back(
              vector::FMAOp::create(builder, loc, left, right, value));
        }
        return results;
      });
  SmallVector<Value> vectors;
  for (int64_t first = 0; first != lanes; first += choice.terms)
    vectors.push_back(addGroups(
        e, llvm::to_vector(ArrayRef(sums).slice(first, choice.terms))));
  transposeBlocks(e, vectors);
  atRow(row, 0);
  for (auto [column, vector] : llvm::enumerate(vectors)) {
    at(form.column, e.index(0), column);
    if (!startsAtZero)
      vector = arith::AddFOp::create(
          builder, loc, e.loadVector(out, maps[2], positions, lanes), vector);
    e.storeVector(vector, out, maps[2], positions);
  }
}

void ContractionEmitter::emitGroups() {
  int64_t whole = rows / lanes * lanes;
  e.createLoop(0, whole, lanes, [&](Value row) { emitGroupsTile(row); });
  if (whole != rows)
    emitColumnsTile(e.index(whole), rows - whole, e.index(0), {columns});
}
