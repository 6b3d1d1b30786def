//===- WindowMap.cpp - Maps that read windows -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/WindowMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include <map>

using namespace mlir;
using namespace vib;

/// Adds `factor` times `expr`; false if it is not linear, or overflows.
static bool addTerms(AffineExpr expr, int64_t factor,
                     std::map<unsigned, int64_t> &terms, int64_t &offset) {
  int64_t product;
  if (auto constant = dyn_cast<AffineConstantExpr>(expr))
    return !llvm::MulOverflow(factor, constant.getValue(), product) &&
           !llvm::AddOverflow(offset, product, offset);
  if (auto dim = dyn_cast<AffineDimExpr>(expr)) {
    int64_t &term = terms[dim.getPosition()];
    return !llvm::AddOverflow(term, factor, term);
  }
  auto binary = dyn_cast<AffineBinaryOpExpr>(expr);
  if (!binary)
    return false;
  if (binary.getKind() == AffineExprKind::Add)
    return addTerms(binary.getLHS(), factor, terms, offset) &&
           addTerms(binary.getRHS(), factor, terms, offset);
  auto constant = dyn_cast<AffineConstantExpr>(binary.getRHS());
  return binary.getKind() == AffineExprKind::Mul && constant &&
         !llvm::MulOverflow(factor, constant.getValue(), product) &&
         addTerms(binary.getLHS(), product, terms, offset);
}

std::optional<LinearIndex> vib::getLinearIndex(AffineExpr expr) {
  std::map<unsigned, int64_t> terms;
  LinearIndex index;
  if (!addTerms(expr, 1, terms, index.offset))
    return std::nullopt;
  index.terms.assign(terms.begin(), terms.end());
  return index;
}

bool vib::isWindowMap(AffineMap map) {
  llvm::SmallBitVector seen(map.getNumDims());
  for (AffineExpr expr : map.getResults()) {
    std::optional<LinearIndex> index = getLinearIndex(expr);
    if (!index || index->terms.empty())
      return false;
    for (auto [loop, factor] : index->terms) {
      if (factor == 0 || seen.test(loop))
        return false;
      seen.set(loop);
    }
  }
  return map.getNumSymbols() == 0;
}

/// The number of indices if no two positions have the same one: as in a number
/// with digits, a factor is larger than what smaller factors add up to.
static std::optional<int64_t> countDigits(const LinearIndex &index,
                                          ArrayRef<int64_t> extents) {
  SmallVector<std::pair<int64_t, int64_t>> digits;
  for (auto [loop, factor] : index.terms)
    if (extents[loop] > 1)
      digits.push_back({std::abs(factor), extents[loop]});
  llvm::sort(digits);
  int64_t span = 1;
  for (auto [factor, extent] : digits) {
    if (factor < span)
      return std::nullopt;
    span += factor * (extent - 1);
  }
  return span;
}

bool vib::isInjective(AffineMap map, ArrayRef<int64_t> extents) {
  return isWindowMap(map) && llvm::all_of(map.getResults(), [&](AffineExpr e) {
           return countDigits(*getLinearIndex(e), extents).has_value();
         });
}

bool vib::isBijective(AffineMap map, ArrayRef<int64_t> extents,
                      ArrayRef<int64_t> shape) {
  if (!isInjective(map, extents))
    return false;
  for (auto [expr, size] : llvm::zip_equal(map.getResults(), shape)) {
    int64_t positions = 1;
    LinearIndex index = *getLinearIndex(expr);
    for (auto [loop, factor] : index.terms)
      positions *= extents[loop];
    if (positions != size)
      return false;
  }
  return true;
}

bool vib::hasWindow(linalg::LinalgOp op) {
  return llvm::any_of(op.getIndexingMapsArray(), [](AffineMap map) {
    return !map.isProjectedPermutation();
  });
}

/// Whether the value is an argument of the body of a loop, or it extended.
static bool isElement(Value value, Value argument) {
  if (auto extended = value.getDefiningOp<arith::ExtFOp>())
    value = extended.getIn();
  return value == argument;
}

/// Whether the body adds the product of the two elements that are read, which
/// may be extended, to the one that is written.
static bool sumsProducts(linalg::GenericOp op) {
  Block &body = *op.getBody();
  auto add = body.getTerminator()->getOperand(0).getDefiningOp<arith::AddFOp>();
  if (!add || add.getLhs() != body.getArgument(2))
    return false;
  auto product = add.getRhs().getDefiningOp<arith::MulFOp>();
  return product && isElement(product.getLhs(), body.getArgument(0)) &&
         isElement(product.getRhs(), body.getArgument(1));
}

bool vib::isContraction(linalg::LinalgOp op) {
  if (linalg::isaContractionOpInterface(op))
    return true;
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic || generic.getNumDpsInputs() != 2 ||
      generic.getNumDpsInits() != 1 || generic.getNumReductionLoops() == 0 ||
      !hasWindow(op))
    return false;
  SmallVector<AffineMap> maps = generic.getIndexingMapsArray();
  return llvm::all_of(maps, isWindowMap) && maps[2].isProjectedPermutation() &&
         sumsProducts(generic);
}

bool vib::isSpread(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() != 0)
    return false;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (!maps[0].isIdentity() || maps[1].isProjectedPermutation() ||
      !isWindowMap(maps[1]))
    return false;
  for (auto [loop, expr] : llvm::enumerate(maps[1].getResults())) {
    LinearIndex index = *getLinearIndex(expr);
    if (index.terms.size() != 1 || index.terms.front().first != loop ||
        index.terms.front().second < 1)
      return false;
  }
  // Elements of bf16 are extended, and their sum is truncated.
  Block &body = *op.getBody();
  Value sum = body.getTerminator()->getOperand(0);
  if (auto truncated = sum.getDefiningOp<arith::TruncFOp>())
    sum = truncated.getIn();
  auto add = sum.getDefiningOp<arith::AddFOp>();
  return add && isElement(add.getLhs(), body.getArgument(1)) &&
         isElement(add.getRhs(), body.getArgument(0));
}
