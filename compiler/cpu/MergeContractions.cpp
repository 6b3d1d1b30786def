//===- MergeContractions.cpp - Merge adjacent narrow products -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The statistics of a posterior are computed by two contractions, so that a
// unit can compute the same columns of both. With few latents there is only one
// unit, and each contraction fills only a part of a register. So contractions
// of the same operand with adjacent slices of columns are merged, if together
// they have fewer columns than a register has lanes. Their results become
// slices of the merged result.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Machine.h"
#include "compiler/cpu/Passes.h"
#include "compiler/step/ZeroFill.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "vib-merge-contractions"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_MERGECONTRACTIONS
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

/// A contraction of lhs[m, k] with some columns of a matrix, which starts from
/// zero.
struct Part {
  linalg::ContractOp op;
  tensor::ExtractSliceOp columns;
  int64_t first, count;
};

FailureOr<Part> matchPart(linalg::ContractOp op) {
  MLIRContext *context = op.getContext();
  AffineExpr m, n, k;
  bindDims(context, m, n, k);
  auto inOrder = [&](AffineExpr row, AffineExpr column) {
    return AffineMap::get(3, 0, {row, column}, context);
  };
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  auto slice = op->getOperand(1).getDefiningOp<tensor::ExtractSliceOp>();
  if (maps !=
          SmallVector<AffineMap>{inOrder(m, k), inOrder(k, n), inOrder(m, n)} ||
      !getZeroFill(op) || !slice || slice.getSourceType().getRank() != 2 ||
      slice.getType().getRank() != 2 ||
      slice.getType().getElementType() !=
          getElementTypeOrSelf(op->getResult(0)))
    return failure();
  SmallVector<OpFoldResult> offsets = slice.getMixedOffsets();
  std::optional<int64_t> row = getConstantIntValue(offsets[0]);
  std::optional<int64_t> column = getConstantIntValue(offsets[1]);
  if (row != 0 || !column ||
      slice.getType().getDimSize(0) != slice.getSourceType().getDimSize(0) ||
      !llvm::all_of(slice.getMixedStrides(), isOneInteger))
    return failure();
  return Part{op, slice, *column, slice.getType().getDimSize(1)};
}

/// The contractions with the columns that follow those of `first`, without
/// gaps, in the same product.
SmallVector<Part> findNeighbours(Part first, ArrayRef<Part> parts) {
  SmallVector<Part> found = {first};
  for (Part part : parts)
    if (part.op != first.op &&
        part.op->getOperand(0) == first.op->getOperand(0) &&
        part.columns.getSource() == first.columns.getSource() &&
        part.op.getResultTypes()[0] == first.op.getResultTypes()[0] &&
        part.first == found.back().first + found.back().count)
      found.push_back(part);
  return found;
}

void merge(ArrayRef<Part> parts) {
  Part first = parts.front(), last = parts.back();
  int64_t columns = last.first + last.count - first.first;
  LDBG() << "one contraction for " << parts.size() << " with " << columns
         << " columns together";
  // The operands are arguments of the kernel or precede all these contractions.
  Operation *place = first.op;
  for (Part part : parts)
    if (part.op->isBeforeInBlock(place))
      place = part.op;
  OpBuilder builder(place);
  Location loc = first.op.getLoc();
  auto type = cast<RankedTensorType>(first.op.getResultTypes()[0]);
  int64_t rows = type.getDimSize(0),
          depth = first.columns.getType().getDimSize(0);
  auto slice = [&](Value source, int64_t column, int64_t height,
                   int64_t width) {
    auto index = [&](int64_t value) -> OpFoldResult {
      return builder.getIndexAttr(value);
    };
    return tensor::ExtractSliceOp::create(
        builder, loc, source, {index(0), index(column)},
        {index(height), index(width)}, {index(1), index(1)});
  };
  Value weight = slice(first.columns.getSource(), first.first, depth, columns);
  Value empty = tensor::EmptyOp::create(builder, loc, {rows, columns},
                                        type.getElementType());
  Value zero = arith::ConstantOp::create(
      builder, loc, builder.getZeroAttr(type.getElementType()));
  Value start = linalg::FillOp::create(builder, loc, zero, empty).getResult(0);
  auto product = linalg::ContractOp::create(
      builder, loc, empty.getType(),
      ValueRange{first.op->getOperand(0), weight}, ValueRange{start},
      first.op.getIndexingMapsAttr());
  product->setDiscardableAttrs(first.op->getDiscardableAttrDictionary());
  for (Part part : parts)
    part.op->getResult(0).replaceAllUsesWith(slice(
        product->getResult(0), part.first - first.first, rows, part.count));
  for (Part part : parts) {
    part.op.erase();
    if (part.columns->use_empty())
      part.columns.erase();
  }
}

struct MergeContractions : vib::impl::MergeContractionsBase<MergeContractions> {
  using MergeContractionsBase::MergeContractionsBase;

  void runOnOperation() override {
    FailureOr<Machine> machine = Machine::get(getOperation());
    if (failed(machine))
      return signalPassFailure();
    getOperation().walk([&](KernelOp kernel) {
      while (mergeOnce(kernel, *machine))
        ++numMerged;
    });
  }

  bool mergeOnce(KernelOp kernel, const Machine &machine) {
    SmallVector<Part> parts;
    for (auto op : kernel.getBody().front().getOps<linalg::ContractOp>())
      if (FailureOr<Part> part = matchPart(op); succeeded(part))
        parts.push_back(*part);
    llvm::stable_sort(parts,
                      [](Part lhs, Part rhs) { return lhs.first < rhs.first; });
    for (Part part : parts) {
      SmallVector<Part> group = findNeighbours(part, parts);
      int64_t lanes =
          machine.getLanes(getElementTypeOrSelf(part.op.getResultTypes()[0]));
      while (group.size() > 1 &&
             group.back().first + group.back().count - part.first >= lanes)
        group.pop_back();
      if (group.size() < 2)
        continue;
      merge(group);
      return true;
    }
    return false;
  }
};

} // namespace
