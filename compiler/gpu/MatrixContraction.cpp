//===- MatrixContraction.cpp - Contractions of matrices -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/MatrixContraction.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/ZeroFill.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace vib;

/// The size of a copy to shared memory.
static constexpr int64_t kCopyBytes = 16;

/// Matches `operand` as a matrix: one side is the class `position` of the
/// result, after the classes `outer` if it has them, and the other side
/// consists of all reductions.
static std::optional<MatrixOperand>
matchOperand(linalg::LinalgOp op, const KernelSpace &space, unsigned operand,
             ArrayRef<unsigned> outer, unsigned position) {
  Value value = op->getOperand(operand);
  // If the operand is only a rounded weight, the contraction rounds it.
  if (auto prologue = value.getDefiningOp<linalg::LinalgOp>();
      prologue && isPrologue(prologue))
    value = prologue->getOperand(0);
  auto slice = value.getDefiningOp<tensor::ExtractSliceOp>();
  auto argument = dyn_cast<BlockArgument>(slice ? slice.getSource() : value);
  if (!argument)
    return std::nullopt;
  auto type = cast<RankedTensorType>(argument.getType());
  Type element = type.getElementType();
  if (type.getRank() < 2 || !(element.isF32() || element.isBF16()))
    return std::nullopt;
  MatrixOperand matrix;
  matrix.argument = argument;
  matrix.columns = type.getShape().back();
  matrix.rows = type.getNumElements() / matrix.columns;
  if (slice) {
    if (type.getRank() != 2 || slice.getType().getRank() != 2)
      return std::nullopt;
    SmallVector<OpFoldResult> offsets = slice.getMixedOffsets();
    std::optional<int64_t> row = getConstantIntValue(offsets[0]);
    std::optional<int64_t> column = getConstantIntValue(offsets[1]);
    if (!row || !column)
      return std::nullopt;
    matrix.row = *row;
    matrix.column = *column;
  }

  // The classes of the operand's axes must be: outer ones, then one side of the
  // matrix, then the other.
  AffineMap map = op.getIndexingMapsArray()[operand];
  if (!map.isProjectedPermutation() || map.getNumResults() != type.getRank())
    return std::nullopt;
  SmallVector<unsigned, 4> loops = space.getLoopClasses(op), axes;
  for (unsigned axis = 0, e = map.getNumResults(); axis != e; ++axis)
    axes.push_back(loops[map.getDimPosition(axis)]);
  SmallVector<unsigned, 2> reduced = space.getReducedClasses(op);
  if (axes.back() == position) {
    matrix.reductionFirst = true;
    // All other axes are reductions, in the order of the loops, so that both
    // operands have them in the same order. A slice must begin at a multiple of
    // the size of a copy.
    int64_t begin = matrix.row * matrix.columns * getElementBytes(element);
    if (ArrayRef(axes).drop_back() != ArrayRef(reduced) ||
        begin % kCopyBytes != 0)
      return std::nullopt;
    return matrix;
  }
  if (reduced.size() != 1 || axes.back() != reduced[0] || matrix.column != 0 ||
      axes[axes.size() - 2] != position || ArrayRef(axes).drop_back(2) != outer)
    return std::nullopt;
  return matrix;
}

std::optional<MatrixContraction>
vib::matchMatrixContraction(linalg::LinalgOp op, const KernelSpace &space) {
  if (!linalg::isaContractionOpInterface(op))
    return std::nullopt;
  auto type = cast<RankedTensorType>(op->getResult(0).getType());
  if (type.getRank() < 2 || !type.getElementType().isF32() || !getZeroFill(op))
    return std::nullopt;
  AffineMap map = op.getIndexingMapsArray()[2];
  if (!map.isProjectedPermutation())
    return std::nullopt;
  SmallVector<unsigned, 4> loops = space.getLoopClasses(op), axes;
  for (unsigned axis = 0, e = map.getNumResults(); axis != e; ++axis)
    axes.push_back(loops[map.getDimPosition(axis)]);
  MatrixContraction contraction;
  contraction.op = op;
  contraction.columnClass = axes.pop_back_val();
  contraction.rowClass = axes.pop_back_val();
  contraction.outer.assign(axes.begin(), axes.end());
  contraction.depth = 1;
  for (unsigned cls : space.getReducedClasses(op))
    contraction.depth *= space.getExtent(cls);
  // Either operand may have the rows. Outer axes belong to the rows.
  for (unsigned left : {0u, 1u}) {
    std::optional<MatrixOperand> lhs =
        matchOperand(op, space, left, contraction.outer, contraction.rowClass);
    std::optional<MatrixOperand> rhs =
        matchOperand(op, space, 1 - left, {}, contraction.columnClass);
    if (!lhs || !rhs)
      continue;
    if (!contraction.outer.empty() && lhs->reductionFirst)
      continue;
    contraction.lhs = *lhs;
    contraction.rhs = *rhs;
    return contraction;
  }
  return std::nullopt;
}
