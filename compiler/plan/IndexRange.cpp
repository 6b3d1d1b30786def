//===- IndexRange.cpp - The values that an index can have -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/IndexRange.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/TypeSwitch.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/SaveAndRestore.h"
#include <limits>
#include <numeric>

using namespace mlir;
using namespace vib;

/// An address has few values. Sums of sums of themselves could have any number.
static constexpr unsigned kMostValues = 1000;
/// A value is followed through a few conditions and loops, and to a certain
/// depth, so that no chain of ops takes long.
static constexpr unsigned kMostCopies = 3, kMostNested = 200;
/// A value that a loop carries has few values, such as the stages of a buffer.
static constexpr unsigned kMostCarried = 16;
/// A condition says few things. More than these are not taken into account, so
/// that what follows from what follows ends.
static constexpr unsigned kMostFacts = 100;

using MaybeRange = std::optional<IndexRange>;

static IndexRange makeRange(int64_t min, int64_t max, int64_t step) {
  return {min, max, min == max ? 0 : step};
}

static MaybeRange getSum(IndexRange lhs, IndexRange rhs) {
  int64_t min, max;
  if (llvm::AddOverflow(lhs.min, rhs.min, min) ||
      llvm::AddOverflow(lhs.max, rhs.max, max))
    return std::nullopt;
  return makeRange(min, max, std::gcd(lhs.step, rhs.step));
}

static MaybeRange getProduct(IndexRange range, int64_t factor) {
  int64_t min, max, step;
  // Its absolute value is no int64_t.
  if (factor == std::numeric_limits<int64_t>::min() ||
      llvm::MulOverflow(range.min, factor, min) ||
      llvm::MulOverflow(range.max, factor, max) ||
      llvm::MulOverflow(range.step, factor, step))
    return std::nullopt;
  return makeRange(std::min(min, max), std::max(min, max), std::abs(step));
}

static MaybeRange getQuotient(IndexRange lhs, IndexRange rhs) {
  int64_t divisor = rhs.min;
  if (rhs.step != 0 || divisor < 1 || lhs.min < 0)
    return std::nullopt;
  bool isExact = lhs.step % divisor == 0;
  return makeRange(lhs.min / divisor, lhs.max / divisor,
                   isExact ? std::max<int64_t>(lhs.step / divisor, 1) : 1);
}

static MaybeRange getRemainder(IndexRange lhs, IndexRange rhs) {
  int64_t divisor = rhs.min;
  if (rhs.step != 0 || divisor < 1 || lhs.min < 0)
    return std::nullopt;
  if (lhs.max < divisor)
    return lhs;
  int64_t step = std::gcd(lhs.step, divisor), least = lhs.min % step;
  return makeRange(least, divisor - step + least, step);
}

static int64_t getCommonStep(IndexRange lhs, IndexRange rhs) {
  int64_t distance;
  if (llvm::SubOverflow(std::max(lhs.min, rhs.min), std::min(lhs.min, rhs.min),
                        distance))
    return 1;
  return std::gcd(std::gcd(lhs.step, rhs.step), distance);
}

static MaybeRange getMinimum(IndexRange lhs, IndexRange rhs) {
  return makeRange(std::min(lhs.min, rhs.min), std::min(lhs.max, rhs.max),
                   getCommonStep(lhs, rhs));
}

static MaybeRange getMaximum(IndexRange lhs, IndexRange rhs) {
  return makeRange(std::max(lhs.min, rhs.min), std::max(lhs.max, rhs.max),
                   getCommonStep(lhs, rhs));
}

/// lhs xor rhs. A small number changes only the position in a block whose size
/// is a power of two, and multiples of a power of two stay its multiples.
static MaybeRange getExclusiveOr(IndexRange lhs, IndexRange rhs) {
  if (lhs.min < 0 || rhs.min < 0)
    return std::nullopt;
  if (lhs.max < rhs.max)
    std::swap(lhs, rhs);
  if (rhs.max == 0)
    return lhs;
  int64_t bits = lhs.min | lhs.step | rhs.min | rhs.step, step = bits & -bits;
  int64_t block = int64_t(1) << llvm::Log2_64(rhs.max), end;
  if (llvm::MulOverflow<int64_t>(block, 2, block) ||
      llvm::AddOverflow(lhs.max / block * block, block, end))
    return std::nullopt;
  return makeRange(lhs.min / block * block, end - step, step);
}

/// A negative number is greater than all others.
static MaybeRange getUnsignedMinimum(IndexRange lhs, IndexRange rhs) {
  if (lhs.min < 0)
    std::swap(lhs, rhs);
  if (lhs.min < 0)
    return std::nullopt;
  return rhs.min < 0 ? makeRange(0, lhs.max, 1) : getMinimum(lhs, rhs);
}

static IndexRange getUnion(IndexRange lhs, IndexRange rhs) {
  return makeRange(std::min(lhs.min, rhs.min), std::max(lhs.max, rhs.max),
                   getCommonStep(lhs, rhs));
}

/// The range of the induction variable of a loop that runs at least once.
static MaybeRange getLoopRange(IndexRange begin, IndexRange end,
                               IndexRange step) {
  if (step.step != 0 || step.min < 1)
    return std::nullopt;
  int64_t stride = std::gcd(step.min, begin.step), distance = 0, next;
  if (end.max > begin.min &&
      llvm::SubOverflow(end.max - 1, begin.min, distance))
    return std::nullopt;
  int64_t last = begin.min + distance / stride * stride;
  // Where the step after the last value overflows, the loop goes on.
  if (llvm::AddOverflow(last, step.min, next))
    return std::nullopt;
  return makeRange(begin.min, last, stride);
}

/// Adds `factor` times `value` to the sum; false if a number overflows.
bool IndexRanges::addTo(Sum &sum, Value value, int64_t factor) {
  auto addProduct = [](int64_t &total, int64_t lhs, int64_t rhs) {
    int64_t product;
    return !llvm::MulOverflow(lhs, rhs, product) &&
           !llvm::AddOverflow(total, product, total);
  };
  // The least number has no negative, which a subtraction takes.
  if (++sum.numValues > kMostValues ||
      factor == std::numeric_limits<int64_t>::min())
    return false;
  APInt constant;
  if (matchPattern(value, m_ConstantInt(&constant)) &&
      constant.getSignificantBits() <= 64)
    return addProduct(sum.constant, constant.getSExtValue(), factor);
  if (auto op = value.getDefiningOp<arith::AddIOp>())
    return addTo(sum, op.getLhs(), factor) && addTo(sum, op.getRhs(), factor);
  if (auto op = value.getDefiningOp<arith::SubIOp>())
    return addTo(sum, op.getLhs(), factor) && addTo(sum, op.getRhs(), -factor);
  if (auto op = value.getDefiningOp<arith::MulIOp>();
      op && matchPattern(op.getRhs(), m_ConstantInt(&constant)) &&
      constant.getSignificantBits() <= 64) {
    int64_t product;
    return !llvm::MulOverflow(constant.getSExtValue(), factor, product) &&
           addTo(sum, op.getLhs(), product);
  }
  return addProduct(sum.terms[value], factor, 1);
}

MaybeRange IndexRanges::get(Value value) {
  auto it = known.find(value);
  if (it != known.end())
    return it->second;
  Sum sum;
  MaybeRange range;
  if (addTo(sum, value, 1)) {
    range = makeRange(sum.constant, sum.constant, 0);
    for (auto [term, factor] : sum.terms) {
      MaybeRange part = factor == 0 ? makeRange(0, 0, 0) : getTerm(term);
      part = part ? getProduct(*part, factor) : std::nullopt;
      range = part ? getSum(*range, *part) : std::nullopt;
      if (!range)
        break;
    }
  }
  known[value] = range;
  return range;
}

MaybeRange IndexRanges::getTerm(Value value) {
  if (auto it = given.find(value); it != given.end())
    return it->second;
  if (auto it = known.find(value); it != known.end())
    return it->second;
  if (numNested == kMostNested)
    return std::nullopt;
  llvm::SaveAndRestore nested(numNested, numNested + 1);
  MaybeRange range = computeTerm(value);
  known[value] = range;
  return range;
}

MaybeRange IndexRanges::computeTerm(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop)
      return std::nullopt;
    if (loop.getInductionVar() != value)
      return getCarried(argument);
    // Its index goes through negative numbers after the greatest number.
    if (loop.getUnsignedCmp())
      return std::nullopt;
    MaybeRange begin = get(loop.getLowerBound()),
               end = get(loop.getUpperBound());
    MaybeRange step = get(loop.getStep());
    return begin && end && step ? getLoopRange(*begin, *end, *step)
                                : std::nullopt;
  }
  auto combine = [&](Operation *op, auto function) -> MaybeRange {
    MaybeRange lhs = get(op->getOperand(0)), rhs = get(op->getOperand(1));
    return lhs && rhs ? function(*lhs, *rhs) : std::nullopt;
  };
  return llvm::TypeSwitch<Operation *, MaybeRange>(value.getDefiningOp())
      .Case([&](arith::DivUIOp op) { return combine(op, getQuotient); })
      .Case([&](arith::RemUIOp op) { return combine(op, getRemainder); })
      .Case([&](arith::MinSIOp op) { return combine(op, getMinimum); })
      .Case([&](arith::MaxSIOp op) { return combine(op, getMaximum); })
      .Case([&](arith::MinUIOp op) { return combine(op, getUnsignedMinimum); })
      .Case([&](arith::XOrIOp op) { return combine(op, getExclusiveOr); })
      .Case([&](arith::SelectOp op) {
        return getSelected(op.getCondition(), op.getTrueValue(),
                           op.getFalseValue());
      })
      .Default(MaybeRange());
}

IndexRanges IndexRanges::copy() const {
  IndexRanges other;
  other.given = given;
  other.orders = orders;
  other.numCopies = numCopies;
  other.numNested = numNested;
  return other;
}

MaybeRange IndexRanges::getSelected(Value condition, Value ifTrue,
                                    Value ifFalse) {
  if (numCopies == kMostCopies)
    return std::nullopt;
  llvm::SaveAndRestore copies(numCopies, numCopies + 1);
  MaybeRange lhs = assume(condition, true).get(ifTrue),
             rhs = assume(condition, false).get(ifFalse);
  return lhs && rhs ? MaybeRange(getUnion(*lhs, *rhs)) : std::nullopt;
}

/// Ranges of what a loop carries that have the values before the loop, and the
/// next values of all their values. What is known of values inside the loop is
/// known of one iteration only.
MaybeRange IndexRanges::getCarried(BlockArgument argument) {
  auto loop = cast<scf::ForOp>(argument.getOwner()->getParentOp());
  if (numCopies == kMostCopies)
    return std::nullopt;
  IndexRanges outside;
  outside.numCopies = numCopies + 1;
  outside.numNested = numNested;
  for (auto [value, range] : given)
    if (!loop.getRegion().isAncestor(value.getParentRegion()))
      outside.set(value, range);
  SmallVector<MaybeRange> ranges;
  for (Value init : loop.getInits())
    ranges.push_back(init.getType().isIndex() ? outside.get(init)
                                              : std::nullopt);
  for (unsigned i = 0; i != kMostCarried; ++i) {
    IndexRanges inside = outside.copy();
    for (auto [carried, range] :
         llvm::zip_equal(loop.getRegionIterArgs(), ranges))
      if (range)
        inside.set(carried, *range);
    bool isSame = true;
    for (auto [range, value] :
         llvm::zip_equal(ranges, loop.getYieldedValues())) {
      MaybeRange next = range ? inside.get(value) : std::nullopt;
      MaybeRange both = next ? MaybeRange(getUnion(*range, *next)) : next;
      isSame &=
          range.has_value() == both.has_value() &&
          (!range || (range->min == both->min && range->max == both->max &&
                      range->step == both->step));
      range = both;
    }
    if (isSame)
      return ranges[argument.getArgNumber() - loop.getNumInductionVars()];
  }
  return std::nullopt;
}

IndexRanges IndexRanges::assume(Value condition, bool isTrue) {
  IndexRanges ranges = copy();
  ranges.add(condition, isTrue);
  return ranges;
}

IndexRanges IndexRanges::assumeAtLeast(Value value, int64_t least) {
  IndexRanges ranges = copy();
  ranges.addAtLeast(value, least);
  return ranges;
}

void IndexRanges::add(Value condition, bool isTrue) {
  SmallVector<Value> pending{condition};
  llvm::SmallDenseSet<Value> seen;
  while (!pending.empty() && numFacts < kMostFacts) {
    Value next = pending.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    ++numFacts;
    if (auto op = next.getDefiningOp<arith::AndIOp>(); op && isTrue)
      pending.append({op.getRhs(), op.getLhs()});
    else
      addComparison(next, isTrue);
  }
}

void IndexRanges::addComparison(Value condition, bool isTrue) {
  auto op = condition.getDefiningOp<arith::CmpIOp>();
  if (!op || !op.getLhs().getType().isIndex())
    return;
  using Predicate = arith::CmpIPredicate;
  Value lhs = op.getLhs(), rhs = op.getRhs();
  Predicate predicate =
      isTrue ? op.getPredicate() : arith::invertPredicate(op.getPredicate());
  MaybeRange lhsRange = get(lhs), rhsRange = get(rhs);
  switch (predicate) {
  case Predicate::ult:
  case Predicate::ule:
  case Predicate::ugt:
  case Predicate::uge:
    // Below a number that is not negative, signed and unsigned are the same.
    if (!lhsRange || !rhsRange || lhsRange->min < 0 || rhsRange->min < 0)
      return;
    break;
  default:
    break;
  }
  switch (predicate) {
  case Predicate::slt:
  case Predicate::ult:
    return addOrder({lhs, rhs, 1});
  case Predicate::sle:
  case Predicate::ule:
    return addOrder({lhs, rhs, 0});
  case Predicate::sgt:
  case Predicate::ugt:
    return addOrder({rhs, lhs, 1});
  case Predicate::sge:
  case Predicate::uge:
    return addOrder({rhs, lhs, 0});
  case Predicate::eq:
    addOrder({lhs, rhs, 0});
    return addOrder({rhs, lhs, 0});
  case Predicate::ne:
    return;
  }
}

/// What chooses a value that is too small is not chosen.
void IndexRanges::addAtLeast(Value value, int64_t least) {
  if (numFacts == kMostFacts)
    return;
  ++numFacts;
  auto isLess = [&](Value other) {
    MaybeRange range = get(other);
    return range && range->max < least;
  };
  auto is = [&](Value other) {
    orders.push_back({value, other, 0});
    orders.push_back({other, value, 0});
    addAtLeast(other, least);
  };
  narrow(value, least, std::numeric_limits<int64_t>::max());
  if (auto op = value.getDefiningOp<arith::SelectOp>()) {
    bool isTrue = isLess(op.getFalseValue());
    if (isTrue || isLess(op.getTrueValue())) {
      add(op.getCondition(), isTrue);
      is(isTrue ? op.getTrueValue() : op.getFalseValue());
    }
  } else if (auto op = value.getDefiningOp<arith::MaxSIOp>()) {
    bool isLhs = isLess(op.getRhs());
    if (isLhs || isLess(op.getLhs()))
      is(isLhs ? op.getLhs() : op.getRhs());
  }
}

void IndexRanges::addOrder(IndexOrder order) {
  MaybeRange lesser = get(order.lesser), greater = get(order.greater);
  int64_t limit;
  if (!lesser || !greater)
    return;
  orders.push_back(order);
  if (!llvm::AddOverflow(lesser->min, order.distance, limit))
    addAtLeast(order.greater, limit);
  if (!llvm::SubOverflow(greater->max, order.distance, limit))
    narrow(order.lesser, std::numeric_limits<int64_t>::min(), limit);
}

void IndexRanges::narrow(Value value, int64_t least, int64_t most) {
  // What is known of a sum with one term is known of the term.
  Sum sum;
  if (!addTo(sum, value, 1) || sum.terms.size() != 1)
    return;
  auto [term, factor] = sum.terms.front();
  MaybeRange range = get(value), ofTerm = getTerm(term);
  int64_t extent;
  if (factor != 1 || !range || !ofTerm ||
      llvm::SubOverflow(ofTerm->max, ofTerm->min, extent))
    return;
  least = std::max(least, range->min);
  most = std::min(most, range->max);
  // No value is left where nothing is reached.
  if (least > most)
    return;
  least -= sum.constant;
  most -= sum.constant;
  int64_t step = std::max<int64_t>(range->step, 1);
  int64_t first = llvm::divideCeil(least - ofTerm->min, step) * step;
  int64_t last = (most - ofTerm->min) / step * step;
  if (first > last)
    return;
  given[term] = makeRange(ofTerm->min + first, ofTerm->min + last, step);
  known.clear();
}
