//===- IndexSystem.cpp - What is true of indices together -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A system of linear inequalities over the values that an index depends on:
// their ranges, the bounds of loops, what quotients and minima are, and the
// conditions that hold. An inequality is true if the system has no solution
// together with its opposite, which upstream's simplex decides for rational
// numbers.
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/IndexSystem.h"
#include "mlir/Analysis/Presburger/Simplex.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace vib;
using namespace mlir::presburger;

/// An address depends on few values.
static constexpr unsigned kMostColumns = 100;

namespace {

/// A constant and multiples of columns.
struct Row {
  DynamicAPInt constant{0};
  llvm::SmallMapVector<unsigned, DynamicAPInt, 4> factors;

  void add(unsigned column, int64_t factor) { factors[column] += factor; }
};

class IndexSystem {
public:
  explicit IndexSystem(IndexRanges &ranges);

  void addTo(Row &row, Value value, int64_t factor);
  /// row >= 0
  void require(const Row &row) { rows.push_back(row); }
  bool hasSolution();

private:
  unsigned getColumn(Value value);
  /// The column of value / divisor, rounded down.
  unsigned getQuotient(Value value, int64_t divisor);
  void describe(Value value, unsigned column);
  void describeLoop(scf::ForOp loop, unsigned column);
  /// lesser + distance <= greater
  void order(Value lesser, Value greater, int64_t distance);
  bool isNonNegative(Value value) {
    std::optional<IndexRange> range = ranges.get(value);
    return range && range->min >= 0;
  }

  IndexRanges &ranges;
  llvm::DenseMap<Value, unsigned> columns;
  llvm::DenseMap<std::pair<Value, int64_t>, unsigned> quotients;
  unsigned numColumns = 0;
  SmallVector<Row> rows;
  /// Values whose columns have no inequalities yet.
  SmallVector<std::pair<Value, unsigned>> pending;
};

} // namespace

IndexSystem::IndexSystem(IndexRanges &ranges) : ranges(ranges) {
  for (const IndexOrder &fact : ranges.getOrders())
    order(fact.lesser, fact.greater, fact.distance);
}

void IndexSystem::order(Value lesser, Value greater, int64_t distance) {
  Row row;
  addTo(row, greater, 1);
  addTo(row, lesser, -1);
  row.constant -= distance;
  require(row);
}

/// Sums without a range could overflow, and are not what their terms say.
void IndexSystem::addTo(Row &row, Value value, int64_t factor) {
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)) &&
      constant.getSignificantBits() <= 64) {
    row.constant += DynamicAPInt(constant.getSExtValue()) * factor;
    return;
  }
  if (!ranges.get(value) || rows.size() > kMostColumns)
    return row.add(getColumn(value), factor);
  if (auto op = value.getDefiningOp<arith::AddIOp>()) {
    addTo(row, op.getLhs(), factor);
    return addTo(row, op.getRhs(), factor);
  }
  if (auto op = value.getDefiningOp<arith::SubIOp>()) {
    addTo(row, op.getLhs(), factor);
    return addTo(row, op.getRhs(), -factor);
  }
  int64_t product;
  if (auto op = value.getDefiningOp<arith::MulIOp>();
      op && matchPattern(op.getRhs(), m_ConstantInt(&constant)) &&
      constant.getSignificantBits() <= 32 &&
      !llvm::MulOverflow(constant.getSExtValue(), factor, product))
    return addTo(row, op.getLhs(), product);
  row.add(getColumn(value), factor);
}

unsigned IndexSystem::getColumn(Value value) {
  auto [it, isNew] = columns.insert({value, numColumns});
  if (isNew) {
    ++numColumns;
    pending.push_back({value, it->second});
  }
  return it->second;
}

/// divisor * quotient <= value <= divisor * quotient + divisor - 1
unsigned IndexSystem::getQuotient(Value value, int64_t divisor) {
  auto [it, isNew] = quotients.insert({{value, divisor}, numColumns});
  unsigned column = it->second;
  if (!isNew)
    return column;
  ++numColumns;
  Row rest;
  addTo(rest, value, 1);
  rest.add(column, -divisor);
  require(rest);
  for (auto &[_, factor] : rest.factors)
    factor = -factor;
  rest.constant = -rest.constant + (divisor - 1);
  require(rest);
  return column;
}

void IndexSystem::describeLoop(scf::ForOp loop, unsigned column) {
  Value begin = loop.getLowerBound(), end = loop.getUpperBound();
  if (loop.getUnsignedCmp() || !ranges.get(begin) || !ranges.get(end))
    return;
  Row above, below;
  above.add(column, 1);
  addTo(above, begin, -1);
  require(above);
  below.add(column, -1);
  addTo(below, end, 1);
  below.constant -= 1;
  require(below);
}

void IndexSystem::describe(Value value, unsigned column) {
  if (std::optional<IndexRange> range = ranges.get(value)) {
    Row above, below;
    above.add(column, 1);
    above.constant -= range->min;
    require(above);
    below.add(column, -1);
    below.constant += range->max;
    require(below);
  }
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (loop && loop.getInductionVar() == value)
      describeLoop(loop, column);
    return;
  }
  auto equate = [&](Row row) {
    row.add(column, -1);
    require(row);
    for (auto &[_, factor] : row.factors)
      factor = -factor;
    row.constant = -row.constant;
    require(row);
  };
  APInt divisor;
  auto isDivision = [&](Operation *op) {
    return matchPattern(op->getOperand(1), m_ConstantInt(&divisor)) &&
           divisor.isStrictlyPositive() && divisor.getSignificantBits() <= 32 &&
           isNonNegative(op->getOperand(0));
  };
  llvm::TypeSwitch<Operation *>(value.getDefiningOp())
      .Case([&](arith::DivUIOp op) {
        if (!isDivision(op))
          return;
        Row row;
        row.add(getQuotient(op.getLhs(), divisor.getSExtValue()), 1);
        equate(row);
      })
      .Case([&](arith::RemUIOp op) {
        if (!isDivision(op))
          return;
        int64_t factor = divisor.getSExtValue();
        Row row;
        row.add(getQuotient(op.getLhs(), factor), -factor);
        addTo(row, op.getLhs(), 1);
        equate(row);
      })
      .Case<arith::MinSIOp, arith::MinUIOp>([&](auto op) {
        if (isa<arith::MinUIOp>(op) &&
            !(isNonNegative(op.getLhs()) && isNonNegative(op.getRhs())))
          return;
        order(value, op.getLhs(), 0);
        order(value, op.getRhs(), 0);
      })
      .Case([&](arith::MaxSIOp op) {
        order(op.getLhs(), value, 0);
        order(op.getRhs(), value, 0);
      });
}

bool IndexSystem::hasSolution() {
  for (size_t i = 0; i != pending.size(); ++i) {
    auto [value, column] = pending[i];
    describe(value, column);
    if (numColumns > kMostColumns)
      return true;
  }
  Simplex simplex(numColumns);
  for (const Row &row : rows) {
    SmallVector<DynamicAPInt> inequality(numColumns + 1);
    for (auto &[column, factor] : row.factors)
      inequality[column] = factor;
    inequality.back() = row.constant;
    simplex.addInequality(inequality);
  }
  return !simplex.isEmpty();
}

bool vib::isAtMost(ArrayRef<Value> values, int64_t most, IndexRanges &ranges) {
  if (std::optional<IndexRange> range = ranges.get(values.front());
      values.size() == 1 && range && range->max <= most)
    return true;
  if (!llvm::all_of(values,
                    [&](Value value) { return ranges.get(value).has_value(); }))
    return false;
  IndexSystem system(ranges);
  Row above;
  for (Value value : values)
    system.addTo(above, value, 1);
  above.constant -= most;
  above.constant -= 1;
  system.require(above);
  return !system.hasSolution();
}

bool vib::isAtLeast(Value value, int64_t least, IndexRanges &ranges) {
  std::optional<IndexRange> range = ranges.get(value);
  if (!range || range->min >= least)
    return range.has_value();
  IndexSystem system(ranges);
  Row below;
  system.addTo(below, value, -1);
  below.constant += least;
  below.constant -= 1;
  system.require(below);
  return !system.hasSolution();
}
