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
#include <limits>
#include <numeric>

using namespace mlir;
using namespace vib;

/// An address has few values. Sums of sums of themselves could have any number.
static constexpr unsigned kMostValues = 1000;

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
      constant.getSignificantBits() <= 32 &&
      !llvm::MulOverflow(constant.getSExtValue(), factor, factor))
    return addTo(sum, op.getLhs(), factor);
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
  auto it = known.find(value);
  if (it != known.end())
    return it->second;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    auto loop = dyn_cast<scf::ForOp>(argument.getOwner()->getParentOp());
    if (!loop || loop.getInductionVar() != value)
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
      .Default(MaybeRange());
}
