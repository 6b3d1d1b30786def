//===- Pairs.cpp - Pack bf16 operands in pairs ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// If the columns are contiguous, two rows are interleaved. If the reduction is
// contiguous, the pairs exist already but in the wrong order: blocks of 16
// columns by 16 pairs are transposed in registers, as 32-bit words, by
// interleaving row i with row i + 8 four times. The remainders outside of these
// blocks are copied one element at a time.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Pairs.h"

using namespace mlir;
using namespace vib;

static constexpr int64_t kLanes = kPairColumns;

static VectorType getRegister(OpBuilder &builder) {
  return VectorType::get(2 * kLanes, builder.getBF16Type());
}

static Type getElement(const TensorRef &ref) {
  return cast<MemRefType>(ref.memory.getType()).getElementType();
}

PairLayout vib::getPairLayout(int64_t depth, int64_t columns) {
  constexpr int64_t kAliasing = 512; // elements: 1 KiB
  int64_t row = llvm::alignTo(columns, kLanes);
  if (2 * row % kAliasing == 0)
    row += kLanes;
  int64_t even = llvm::alignTo(depth, 2);
  return {row, /*column=*/2, columns, even * row};
}

PairLayout vib::getPairLayout(const SharedPairs &pairs) {
  if (pairs.block == pairs.columns)
    return getPairLayout(pairs.depth, pairs.columns);
  int64_t depth = llvm::alignTo(pairs.depth, 2);
  int64_t columns = llvm::alignTo(pairs.columns, pairs.block);
  return {/*row=*/pairs.block, /*column=*/depth, pairs.block, depth * columns};
}

/// The index of the pair in row k, which is even, and column `start` + `step`.
static Value getPlace(TileEmitter &e, const Pairs &pairs, Value k, Value start,
                      int64_t step = 0) {
  Value row = e.multiply(k, pairs.layout.row);
  Value column = e.multiply(start, pairs.layout.column);
  return e.add(e.add(row, column), 2 * step);
}

/// Rounds a value that is not yet bf16.
static Value round(TileEmitter &e, Value value) {
  Type narrow = e.builder.getBF16Type();
  if (getElementTypeOrSelf(value) == narrow)
    return value;
  if (auto type = dyn_cast<VectorType>(value.getType()))
    narrow = type.clone(narrow);
  return arith::TruncFOp::create(e.builder, e.loc, narrow, value);
}

void vib::packPairOfRows(TileEmitter &e, const PairSource &source,
                         const Pairs &pairs, Value k, bool isLast,
                         MutableArrayRef<Value> positions) {
  auto load = [&](Value row, Value column, int64_t width) {
    positions[source.reduction] = row;
    positions[source.column] = column;
    return round(e, e.loadVector(source.ref, source.map, positions, width));
  };
  OpBuilder &builder = e.builder;
  auto store = [&](Value part, Value column) {
    vector::StoreOp::create(builder, e.loc, part, pairs.memory,
                            getPlace(e, pairs, k, column));
  };
  auto pack = [&](Value column, int64_t width) {
    Value first = load(k, column, width);
    Value second =
        isLast ? e.splat(builder.getZeroAttr(builder.getBF16Type()), width)
               : load(e.add(k, 1), column, width);
    Value both = vector::InterleaveOp::create(builder, e.loc, first, second);
    int64_t block = pairs.layout.block;
    if (width <= block)
      return store(both, column);
    // LLVM splits vectors of bf16 through memory, but vectors of words in
    // registers.
    auto words = VectorType::get(width, builder.getI32Type());
    both = vector::BitCastOp::create(builder, e.loc, words, both);
    for (int64_t i = 0; i < width; i += block) {
      int64_t columns = std::min(block, width - i);
      Value part = vector::ExtractStridedSliceOp::create(
          builder, e.loc, both, ArrayRef<int64_t>{i},
          ArrayRef<int64_t>{columns}, ArrayRef<int64_t>{1});
      auto type = VectorType::get(2 * columns, builder.getBF16Type());
      store(vector::BitCastOp::create(builder, e.loc, type, part),
            e.add(column, i));
    }
  };
  int64_t whole = source.columns / kLanes * kLanes;
  // A panel is a few registers wide. Unrolled, their loads overlap.
  constexpr int64_t kUnrolled = 4 * kLanes;
  if (whole <= kUnrolled)
    for (int64_t column = 0; column != whole; column += kLanes)
      pack(e.index(column), kLanes);
  else
    e.createLoop(0, whole, kLanes, [&](Value column) { pack(column, kLanes); });
  if (whole != source.columns)
    pack(e.index(whole), source.columns - whole);
}

/// Packs the block of 16 columns from `column` and 32 rows from `k`,
/// transposed.
static void packBlock(TileEmitter &e, const PairSource &source,
                      const Pairs &pairs, Value k, Value column,
                      MutableArrayRef<Value> positions) {
  OpBuilder &builder = e.builder;
  auto words = VectorType::get(kLanes, builder.getI32Type());
  SmallVector<Value> rows;
  for (int64_t i = 0; i != kLanes; ++i) {
    positions[source.column] = e.add(column, i);
    auto load = [&](Value position, int64_t width) {
      positions[source.reduction] = position;
      return round(e, e.loadVector(source.ref, source.map, positions, width));
    };
    Value row;
    if (getElement(source.ref).isBF16()) {
      row = load(k, 2 * kLanes);
    } else {
      Value low = load(k, kLanes), high = load(e.add(k, kLanes), kLanes);
      SmallVector<int64_t> order(2 * kLanes);
      std::iota(order.begin(), order.end(), 0);
      row = vector::ShuffleOp::create(builder, e.loc, low, high, order);
    }
    rows.push_back(vector::BitCastOp::create(builder, e.loc, words, row));
  }
  for (int64_t blocks = 1; blocks != kLanes; blocks *= 2) {
    SmallVector<Value> next;
    for (int64_t i = 0; i != kLanes / 2; ++i)
      for (int64_t half : {0, 8}) {
        SmallVector<int64_t> order;
        for (int64_t j = half; j != half + 8; ++j)
          order.append({j, kLanes + j});
        next.push_back(vector::ShuffleOp::create(builder, e.loc, rows[i],
                                                 rows[i + kLanes / 2], order));
      }
    rows = next;
  }
  for (int64_t i = 0; i != kLanes; ++i)
    vector::StoreOp::create(builder, e.loc,
                            vector::BitCastOp::create(
                                builder, e.loc, getRegister(builder), rows[i]),
                            pairs.memory,
                            getPlace(e, pairs, e.add(k, 2 * i), column));
}

/// Packs the rows from `firstRow` and the columns from `firstColumn`, one
/// element at a time.
static void packElements(TileEmitter &e, const PairSource &source,
                         const Pairs &pairs, int64_t firstRow,
                         int64_t firstColumn,
                         MutableArrayRef<Value> positions) {
  auto store = [&](Value value, Value k, Value column, int64_t half) {
    memref::StoreOp::create(e.builder, e.loc, value, pairs.memory,
                            e.add(getPlace(e, pairs, k, column), half));
  };
  e.createLoop(firstColumn, source.columns, 1, [&](Value column) {
    auto copy = [&](Value k, int64_t half) {
      positions[source.column] = column;
      positions[source.reduction] = e.add(k, half);
      store(round(e, e.loadScalar(source.ref, source.map, positions)), k,
            column, half);
    };
    int64_t whole = source.depth / 2 * 2;
    e.createLoop(firstRow, whole, 2, [&](Value k) {
      copy(k, 0);
      copy(k, 1);
    });
    if (whole == source.depth)
      return;
    copy(e.index(whole), 0);
    Value zero = arith::ConstantOp::create(
        e.builder, e.loc, e.builder.getZeroAttr(e.builder.getBF16Type()));
    store(zero, e.index(whole), column, 1);
  });
}

void vib::packPairs(TileEmitter &e, const PairSource &source,
                    const Pairs &pairs, MutableArrayRef<Value> positions) {
  auto last = dyn_cast<AffineDimExpr>(source.map.getResults().back());
  if (last && last.getPosition() == source.column) {
    int64_t whole = source.depth / 2 * 2;
    e.createLoop(0, whole, 2, [&](Value k) {
      packPairOfRows(e, source, pairs, k, /*isLast=*/false, positions);
    });
    if (whole != source.depth)
      packPairOfRows(e, source, pairs, e.index(whole), /*isLast=*/true,
                     positions);
    return;
  }
  int64_t panel = source.ref.getPanel(), rows = 0, columns = 0;
  if (last && last.getPosition() == source.reduction &&
      panel % (2 * kLanes) == 0) {
    rows = source.depth / (2 * kLanes) * 2 * kLanes;
    columns = source.columns / kLanes * kLanes;
  }
  if (rows == 0 || columns == 0) {
    packElements(e, source, pairs, 0, 0, positions);
    return;
  }
  e.createLoop(0, columns, kLanes, [&](Value column) {
    e.createPanelLoop(rows, 2 * kLanes, panel, ValueRange(),
                      [&](Value k, ValueRange) {
                        packBlock(e, source, pairs, k, column, positions);
                        return SmallVector<Value>();
                      });
  });
  if (columns != source.columns)
    packElements(e, source, pairs, 0, columns, positions);
  if (rows != source.depth) {
    PairSource rest = source;
    rest.columns = columns;
    packElements(e, rest, pairs, rows, 0, positions);
  }
}

Value vib::loadPairs(TileEmitter &e, const Pairs &pairs, Value k,
                     Value column) {
  return vector::LoadOp::create(e.builder, e.loc, getRegister(e.builder),
                                pairs.memory, getPlace(e, pairs, k, column));
}

/// Broadcasts a word to all lanes, as pairs.
static Value broadcast(TileEmitter &e, Value word) {
  auto words = VectorType::get(kLanes, e.builder.getI32Type());
  Value all = vector::BroadcastOp::create(e.builder, e.loc, words, word);
  return vector::BitCastOp::create(e.builder, e.loc, getRegister(e.builder),
                                   all);
}

static Value broadcastPair(TileEmitter &e, Value memory, ValueRange indices) {
  auto pairType = VectorType::get(2, e.builder.getBF16Type());
  auto wordType = VectorType::get(1, e.builder.getI32Type());
  Value pair =
      vector::LoadOp::create(e.builder, e.loc, pairType, memory, indices);
  Value word = vector::BitCastOp::create(e.builder, e.loc, wordType, pair);
  return broadcast(e, vector::ExtractOp::create(e.builder, e.loc, word, 0));
}

Value vib::loadPair(TileEmitter &e, const Pairs &pairs, Value k, Value start,
                    int64_t step) {
  return broadcastPair(e, pairs.memory, getPlace(e, pairs, k, start, step));
}

Value vib::loadPair(TileEmitter &e, const TensorRef &ref, AffineMap map,
                    ArrayRef<Value> positions, bool isLast) {
  if (!isLast)
    return broadcastPair(
        e, ref.memory,
        e.getIndices(ref, e.getPositions(map, positions)));
  Value one = e.loadScalar(ref, map, positions);
  Value bits =
      arith::BitcastOp::create(e.builder, e.loc, e.builder.getI16Type(), one);
  return broadcast(e, arith::ExtUIOp::create(e.builder, e.loc,
                                             e.builder.getI32Type(), bits));
}
