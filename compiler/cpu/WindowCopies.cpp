//===- WindowCopies.cpp - Copies of bf16 operands of windows --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/WindowCopies.h"
#include "compiler/cpu/TileEmitter.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/WindowMap.h"

using namespace mlir;
using namespace vib;

RankedTensorType WindowCopy::getType() const {
  Builder builder(op->getContext());
  SmallVector<int64_t> shape(sizes.begin(), sizes.end());
  if (packing != Packing::Pairs)
    return RankedTensorType::get(shape, builder.getF32Type());
  // Registers of pairs are loaded whole.
  shape.back() = 2 * llvm::alignTo(shape.back(), kPairColumns);
  return RankedTensorType::get(shape, builder.getBF16Type());
}

/// The operand, or the source of a weight that is rounded when it is read.
static Value getSourceOf(linalg::LinalgOp op, unsigned operand) {
  Value value = op->getOperand(operand);
  auto rounding = value.getDefiningOp<linalg::LinalgOp>();
  return rounding && isPrologue(rounding) ? rounding.getDpsInputs().front()
                                          : value;
}

Value WindowCopy::getSource() const { return getSourceOf(op, operand); }

/// The axis of an operand that the loop, and no other, indexes.
static std::optional<unsigned> getAxis(AffineMap map, unsigned loop) {
  for (auto [axis, expr] : llvm::enumerate(map.getResults()))
    if (auto dim = dyn_cast<AffineDimExpr>(expr);
        dim && dim.getPosition() == loop)
      return axis;
  return std::nullopt;
}

/// Whether the positions that a tile reads begin at the first ones of its
/// loops.
static bool isAscending(AffineMap map) {
  return llvm::all_of(map.getResults(), [](AffineExpr expr) {
    std::optional<LinearIndex> index = getLinearIndex(expr);
    return index && index->offset == 0 &&
           llvm::all_of(index->terms,
                        [](auto &term) { return term.second > 0; });
  });
}

/// Whether the tensor is memory that no unit writes, so that a copy of it can
/// be made before the kernel runs.
static bool isInput(Value value) {
  if (auto slice = value.getDefiningOp<tensor::ExtractSliceOp>())
    value = slice.getSource();
  auto argument = dyn_cast<BlockArgument>(value);
  return argument &&
         llvm::is_contained(
             cast<KernelOp>(argument.getOwner()->getParentOp()).getInputArgs(),
             argument);
}

std::string vib::findCopyProblem(linalg::LinalgOp op,
                                 const ContractionForm &form, Packing packing,
                                 const KernelSpace &space,
                                 const TileChoice &tiles,
                                 const Machine &machine) {
  if (packing == Packing::None)
    return "";
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap lhs = maps[form.lhs];
  if (!hasWindow(op) || llvm::any_of(op.getDpsInputs(), [](Value input) {
        return !getElementTypeOrSelf(input).isBF16();
      }))
    return "only windows of bf16 are copied";
  if (!isAscending(lhs))
    return "an operand is read backwards";
  bool inPairs = packing == Packing::Pairs;
  if (inPairs && !machine.hasBf16)
    return "the machine has no pairs";
  if (form.block)
    return inPairs && !isa<AffineDimExpr>(lhs.getResults().back())
               ? "its left operand has no row of channels"
               : "";
  if (!isInput(getSourceOf(op, form.rhs)))
    return "its right operand is not an input of the kernel";
  if (tiles.divides(space.getLoopClasses(op)[form.reduction]))
    return "the sum is divided";
  if (inPairs && (!isContiguous(lhs, form.reduction) ||
                  op.getStaticLoopRanges()[form.reduction] % 2 != 0))
    return "its left operand has no pairs of channels";
  return "";
}

Packing vib::chooseWindowCopies(linalg::LinalgOp op,
                                const ContractionForm &form,
                                const KernelSpace &space,
                                const TileChoice &tiles,
                                const Machine &machine) {
  for (Packing packing : {Packing::Pairs, Packing::Rows})
    if (findCopyProblem(op, form, packing, space, tiles, machine).empty())
      return packing;
  return Packing::None;
}

/// A copy of what a tile whose loops have these extents reads of an operand.
static WindowCopy getCopy(linalg::LinalgOp op, unsigned operand,
                          Packing packing, ArrayRef<int64_t> extents) {
  WindowCopy copy{op, operand, packing, {}, std::nullopt, /*isShared=*/false};
  for (AffineExpr expr : op.getIndexingMapsArray()[operand].getResults()) {
    int64_t size = 1;
    for (auto [loop, factor] : getLinearIndex(expr)->terms)
      size += factor * (extents[loop] - 1);
    copy.sizes.push_back(size);
  }
  return copy;
}

SmallVector<WindowCopy> vib::getWindowCopies(linalg::LinalgOp op,
                                             const ContractionForm &form,
                                             Packing packing,
                                             ArrayRef<int64_t> extents,
                                             int64_t block) {
  SmallVector<WindowCopy> copies;
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  if (form.block) {
    for (unsigned operand : {form.lhs, form.rhs}) {
      WindowCopy copy = getCopy(op, operand, packing, extents);
      copy.axis = getAxis(maps[operand], *form.block);
      copy.sizes[*copy.axis] = llvm::divideCeil(block, copy.getStride());
      copies.push_back(copy);
    }
    return copies;
  }
  WindowCopy weight = getCopy(op, form.rhs, packing, op.getStaticLoopRanges());
  weight.isShared = true;
  if (packing == Packing::Pairs) {
    weight.axis = getAxis(maps[form.rhs], form.reduction);
    weight.sizes[*weight.axis] /= weight.getStride();
  } else {
    copies.push_back(getCopy(op, form.lhs, packing, extents));
  }
  copies.push_back(weight);
  return copies;
}

void vib::emitCopiedRow(TileEmitter &e, const WindowCopy &copy,
                        const TensorRef &source, Value memory,
                        ArrayRef<Value> positions, Value start, bool isLast) {
  OpBuilder &builder = e.builder;
  bool inPairs = copy.packing == Packing::Pairs;
  auto identity = AffineMap::getMultiDimIdentityMap(copy.sizes.size(),
                                                    builder.getContext());
  SmallVector<Value> from(positions), to(positions);
  if (copy.axis) {
    Value first = e.multiply(positions[*copy.axis], copy.getStride());
    from[*copy.axis] = e.add(start, first);
  }
  auto convert = [&](Value value, bool isNarrow) -> Value {
    auto type = cast<VectorType>(value.getType());
    Type element =
        isNarrow ? Type(builder.getBF16Type()) : Type(builder.getF32Type());
    if (type.getElementType() == element)
      return value;
    if (isNarrow)
      return arith::TruncFOp::create(builder, e.loc, type.clone(element),
                                     value);
    return arith::ExtFOp::create(builder, e.loc, type.clone(element), value);
  };
  auto load = [&](Value column, int64_t width) {
    from.back() = column;
    Value value = e.loadVector(source, identity, from, width);
    return convert(convert(value, /*isNarrow=*/true), inPairs);
  };
  auto copyColumns = [&](Value column, int64_t width) {
    Value value = load(column, width);
    if (inPairs) {
      Value second;
      if (isLast) {
        second = e.splat(builder.getZeroAttr(builder.getBF16Type()), width);
      } else {
        Value first = from[*copy.axis];
        from[*copy.axis] = e.add(first, 1);
        second = load(column, width);
        from[*copy.axis] = first;
      }
      value = vector::InterleaveOp::create(builder, e.loc, value, second);
    }
    to.back() = e.multiply(column, inPairs ? 2 : 1);
    vector::StoreOp::create(builder, e.loc, value, memory, to);
  };
  int64_t lanes = e.machine.getLanes(builder.getF32Type());
  int64_t columns = copy.sizes.back(), whole = columns / lanes * lanes;
  e.createLoop(0, whole, lanes,
               [&](Value column) { copyColumns(column, lanes); });
  if (whole != columns)
    copyColumns(e.index(whole), columns - whole);
}
