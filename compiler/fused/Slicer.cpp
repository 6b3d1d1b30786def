//===- Slicer.cpp - Compute a slice of a value of a kernel ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Slicer.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

std::optional<Slice> vib::getSlice(tensor::ExtractSliceOp op) {
  std::optional<Slice> slice;
  auto type = op.getSourceType();
  if (!op.hasUnitStride() || op.getType().getRank() != type.getRank() ||
      llvm::any_of(op.getStaticOffsets(), ShapedType::isDynamic))
    return std::nullopt;
  for (unsigned axis = 0, e = type.getRank(); axis != e; ++axis) {
    int64_t size = op.getStaticSizes()[axis];
    if (size == type.getDimSize(axis))
      continue;
    if (slice)
      return std::nullopt;
    slice = Slice{axis, op.getStaticOffsets()[axis], size};
  }
  return slice;
}

bool vib::canSlice(Value value, unsigned axis) {
  llvm::SmallSetVector<std::pair<Value, unsigned>, 8> axes;
  axes.insert({value, axis});
  for (size_t i = 0; i != axes.size(); ++i) {
    auto [tensor, sliced] = axes[i];
    auto op = tensor.getDefiningOp<linalg::LinalgOp>();
    if (!op)
      continue;
    AffineMap map = op.getIndexingMapMatchingResult(cast<OpResult>(tensor));
    auto loop = dyn_cast<AffineDimExpr>(map.getResult(sliced));
    if (!loop)
      return false;
    for (OpOperand &operand : op->getOpOperands())
      for (auto [index, expr] :
           llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
        if (expr == loop)
          axes.insert({operand.get(), index});
        else if (expr.isFunctionOfDim(loop.getPosition()))
          return false;
      }
  }
  return true;
}

static RankedTensorType getType(Value value, Slice slice) {
  auto type = cast<RankedTensorType>(value.getType());
  SmallVector<int64_t> shape(type.getShape());
  shape[slice.axis] = slice.size;
  return RankedTensorType::get(shape, type.getElementType());
}

static bool isOutput(Value value) {
  auto argument = dyn_cast<BlockArgument>(value);
  auto kernel = cast<KernelOp>(value.getParentBlock()->getParentOp());
  return argument && argument.getArgNumber() >= kernel.getInputs().size();
}

Value Slicer::get(Value value, Slice slice) {
  if (auto op = value.getDefiningOp<linalg::LinalgOp>())
    return get(op, cast<OpResult>(value), slice);
  RankedTensorType type = getType(value, slice);
  if (value.getDefiningOp<tensor::EmptyOp>() || isOutput(value))
    return tensor::EmptyOp::create(builder, value.getLoc(), type.getShape(),
                                   type.getElementType());
  return extract(value, slice);
}

Value Slicer::extract(Value value, Slice slice) {
  SmallVector<OpFoldResult> offsets, sizes, strides;
  for (int64_t size : cast<RankedTensorType>(value.getType()).getShape()) {
    offsets.push_back(builder.getIndexAttr(0));
    sizes.push_back(builder.getIndexAttr(size));
    strides.push_back(builder.getIndexAttr(1));
  }
  offsets[slice.axis] = builder.getIndexAttr(slice.offset);
  sizes[slice.axis] = builder.getIndexAttr(slice.size);
  return tensor::ExtractSliceOp::create(builder, value.getLoc(), value, offsets,
                                        sizes, strides);
}

/// Lets linalg.index along `loop`, which counts from the start of the slice,
/// count from the start of the whole again.
static void shiftIndices(OpBuilder &builder, Operation *sliced, unsigned loop,
                         int64_t offset) {
  if (offset == 0)
    return;
  sliced->walk([&](linalg::IndexOp index) {
    if (index.getDim() != loop)
      return;
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfter(index);
    Value start =
        arith::ConstantIndexOp::create(builder, index.getLoc(), offset);
    auto sum = arith::AddIOp::create(builder, index.getLoc(), index, start);
    index.getResult().replaceAllUsesExcept(sum, sum);
  });
}

Value Slicer::get(linalg::LinalgOp op, OpResult result, Slice slice) {
  AffineMap map = op.getIndexingMapMatchingResult(result);
  unsigned loop = map.getDimPosition(slice.axis);
  SmallVector<Value> operands;
  SmallVector<Type> types;
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    if (isa<RankedTensorType>(value.getType()))
      for (auto [axis, expr] :
           llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
        if (expr == builder.getAffineDimExpr(loop)) {
          value = get(value,
                      {static_cast<unsigned>(axis), slice.offset, slice.size});
          break;
        }
    operands.push_back(value);
    if (op.isDpsInit(&operand))
      types.push_back(value.getType());
  }
  Operation *sliced = mlir::clone(builder, op, types, operands);
  shiftIndices(builder, sliced, loop, slice.offset);
  return sliced->getResult(result.getResultNumber());
}
