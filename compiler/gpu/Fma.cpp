//===- Fma.cpp - Products of tiles on CUDA cores --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A warp is 4 x 8 threads. A thread computes a micro tile of the result, which
// consists of groups of up to four adjacent elements in either direction. The
// groups of the threads are interleaved: with groups of w, thread t of T has
//
//   w t, … w t + w - 1,   w (t + T), … w (t + T) + w - 1,   …
//
// Every sum is one chain of fma in the order of the reduction, so its bits do
// not depend on the shape.
//
// For four steps of the reduction, four adjacent elements are read at a time:
//
//   reduction first   The rows of the piece are steps. The T threads read one
//                     group each, and these are adjacent: no bank conflicts.
//   otherwise         The rows of the piece are positions along the result. A
//                     thread reads four steps from each of its rows. The T rows
//                     that are read at a time are a group apart. The units of
//                     four in group t have the order t mod T, and T is at most
//                     eight, so they are in different banks.
//
// Shared memory serves 16 bytes for eight lanes at a time. These lanes have the
// same position along the rows and eight positions along the columns. They read
// lhs at a single address, and rhs at eight addresses that are free of
// conflicts as described above. So are the eight groups in a row of the result
// that they write at the end.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockArithmetic.h"
#include <numeric>

using namespace mlir;
using namespace vib;

/// Shared memory is read in vectors of four elements.
static constexpr int64_t kVector = 4;
/// The number of steps of the reduction that are unrolled.
static constexpr int64_t kSteps = 8;

namespace {

/// The micro tile in one direction.
struct Side {
  /// The number of threads in the warp, of elements of a thread, and of
  /// elements in a group.
  int64_t threads, count, group;
  /// The start of the thread's first group, and the thread's number.
  Value begin, thread;

  /// The position of element `i`, relative to `begin`.
  int64_t getPosition(int64_t i) const {
    return i / group * group * threads + i % group;
  }
};

class FmaArithmetic : public BlockArithmetic {
public:
  FmaArithmetic(const IndexBuilder &index, const BlockShape &shape,
                unsigned results, Value thread)
      : BlockArithmetic(index, shape, results, thread),
        rows(makeSide(shape.warpRows, 4, index.div(lane, 8), warpRow)),
        columns(
            makeSide(shape.warpColumns, 8, index.rem(lane, 8), warpColumn)) {}

  TileLayout getLayout(OperandForm form, bool isLhs) const override;
  SmallVector<Value> multiply(const StagedOperand &lhs,
                              ArrayRef<StagedOperand> rhs, Value stage,
                              Value depth,
                              ValueRange accumulators) const override;
  void store(ValueRange accumulators, ValueRange memories) const override;

private:
  Side makeSide(int64_t extent, int64_t threads, Value thread,
                Value begin) const;
  /// The thread's elements at kVector steps from `k` on, as [step][element].
  SmallVector<SmallVector<Value>> load(const StagedOperand &operand,
                                       const Side &side, Value stage,
                                       Value k) const;

  Side rows, columns;
};

} // namespace

Side FmaArithmetic::makeSide(int64_t extent, int64_t threads, Value thread,
                             Value begin) const {
  int64_t count = extent / threads;
  int64_t group = std::gcd(count, kVector);
  return {threads, count, group, index.add(begin, index.mul(thread, group)),
          thread};
}

TileLayout FmaArithmetic::getLayout(OperandForm form, bool isLhs) const {
  TileLayout layout = getPlainLayout(form, isLhs);
  if (form.reductionFirst)
    return layout;
  const Side &side = isLhs ? rows : columns;
  layout.unit = kVector;
  layout.rowsPerOrder = side.group;
  layout.orders = side.threads;
  return layout;
}

SmallVector<SmallVector<Value>>
FmaArithmetic::load(const StagedOperand &operand, const Side &side, Value stage,
                    Value k) const {
  const TileLayout &layout = operand.getLayout();
  SmallVector<SmallVector<Value>> elements(kVector);
  Value firstRow = index.mul(stage, layout.rows);
  if (operand.isReductionFirst()) {
    firstRow = index.add(firstRow, k);
    for (int64_t step = 0; step != kVector; ++step) {
      Value row = index.add(firstRow, step);
      for (int64_t i = 0; i != side.count; i += side.group) {
        Value column = index.add(side.begin, side.getPosition(i));
        Value vector = loadVector(operand.getMemory(), row, column, side.group);
        for (int64_t j = 0; j != side.group; ++j)
          elements[step].push_back(
              vector::ExtractOp::create(builder, loc, vector, j));
      }
    }
    return elements;
  }
  // A warp's part begins at a multiple of the rows in one group of all threads,
  // so the mask depends only on the thread.
  Value mask = index.mul(side.thread, layout.unit);
  Value column = index.exclusiveOr(k, mask);
  firstRow = index.add(firstRow, side.begin);
  for (int64_t i = 0; i != side.count; ++i) {
    Value row = index.add(firstRow, side.getPosition(i));
    Value vector = loadVector(operand.getMemory(), row, column, kVector);
    for (int64_t step = 0; step != kVector; ++step)
      elements[step].push_back(
          vector::ExtractOp::create(builder, loc, vector, step));
  }
  return elements;
}

SmallVector<Value> FmaArithmetic::multiply(const StagedOperand &lhs,
                                           ArrayRef<StagedOperand> rhs,
                                           Value stage, Value depth,
                                           ValueRange accumulators) const {
  auto loop = scf::ForOp::create(builder, loc, index.constant(0), depth,
                                 index.constant(kSteps), accumulators);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> sums(loop.getRegionIterArgs());
  for (int64_t first = 0; first != kSteps; first += kVector) {
    Value k = index.add(loop.getInductionVar(), first);
    SmallVector<SmallVector<Value>> lhsElements = load(lhs, rows, stage, k);
    SmallVector<SmallVector<SmallVector<Value>>> rhsElements;
    for (const StagedOperand &operand : rhs)
      rhsElements.push_back(load(operand, columns, stage, k));
    for (int64_t step = 0; step != kVector; ++step) {
      auto *sum = sums.begin();
      for (auto &elements : rhsElements)
        for (Value left : lhsElements[step])
          for (Value right : elements[step]) {
            *sum = math::FmaOp::create(builder, loc, left, right, *sum);
            ++sum;
          }
    }
  }
  scf::YieldOp::create(builder, loc, sums);
  return llvm::to_vector_of<Value>(loop.getResults());
}

void FmaArithmetic::store(ValueRange accumulators, ValueRange memories) const {
  auto type = VectorType::get(columns.group, builder.getF32Type());
  for (Value memory : memories)
    for (int64_t i = 0; i != rows.count; ++i) {
      Value row = index.add(rows.begin, rows.getPosition(i));
      for (int64_t j = 0; j != columns.count; j += columns.group) {
        Value column = index.add(columns.begin, columns.getPosition(j));
        Value vector = vector::FromElementsOp::create(
            builder, loc, type, accumulators.take_front(columns.group));
        accumulators = accumulators.drop_front(columns.group);
        vector::StoreOp::create(builder, loc, vector, memory,
                                ValueRange{row, column}, /*nontemporal=*/false,
                                llvm::Align(4 * columns.group));
      }
    }
}

std::unique_ptr<BlockArithmetic>
vib::createFmaArithmetic(const IndexBuilder &index, const BlockShape &shape,
                         unsigned results, Value thread) {
  return std::make_unique<FmaArithmetic>(index, shape, results, thread);
}
