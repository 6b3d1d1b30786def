//===- DivisibleClasses.cpp - Which classes can be divided ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/DivisibleClasses.h"
#include "compiler/plan/Reductions.h"
#include "compiler/plan/ValuePlacement.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace vib;

/// Whether some op has computed what the slice is inserted into, such as the
/// zeros of a border: one unit would overwrite the slices of the others.
static bool isIntoComputed(tensor::InsertSliceOp insert) {
  Value whole = insert.getDest();
  while (auto before = whole.getDefiningOp<tensor::InsertSliceOp>())
    whole = before.getDest();
  Operation *op = whole.getDefiningOp();
  return op && !isa<tensor::EmptyOp>(op);
}

static bool isOnlyHandedOut(Value value) {
  return llvm::all_of(value.getUsers(),
                      [](Operation *user) { return isa<YieldOp>(user); });
}

DivisibleClasses::DivisibleClasses(KernelOp kernel, const KernelSpace &space)
    : body(kernel.getBody().front()), space(space),
      ops(body.getOps<linalg::LinalgOp>()) {
  findIllegal();
}

void DivisibleClasses::findIllegal() {
  illegal.resize(space.getNumClasses());
  auto addPart = [&](Value whole, Value part, ArrayRef<OpFoldResult> sizes,
                     const llvm::SmallBitVector &dropped, bool markWhole,
                     bool markPart) {
    auto type = cast<RankedTensorType>(whole.getType());
    unsigned partAxis = 0;
    for (unsigned axis = 0, e = type.getRank(); axis != e; ++axis) {
      bool full = getConstantIntValue(sizes[axis]) == type.getDimSize(axis);
      if (!full && markWhole)
        illegal.set(space.getClass(whole, axis));
      if (dropped.test(axis))
        continue;
      if (!full && markPart)
        illegal.set(space.getClass(part, partAxis));
      ++partAxis;
    }
  };
  for (Operation &op : body) {
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op)) {
      bool computed = !isa<BlockArgument>(slice.getSource());
      addPart(slice.getSource(), slice.getResult(), slice.getMixedSizes(),
              slice.getDroppedDims(), computed, computed);
    } else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op)) {
      bool assembled = true;
      for (unsigned axis = 0, e = insert.getType().getRank(); axis != e; ++axis)
        assembled &= !space.isSliced(space.getClass(insert.getResult(), axis));
      addPart(insert.getResult(), insert.getSource(), insert.getMixedSizes(),
              insert.getDroppedDims(), true,
              !assembled || isIntoComputed(insert));
    } else if (auto linalgOp = dyn_cast<linalg::LinalgOp>(op)) {
      for (OpOperand &operand : linalgOp->getOpOperands()) {
        if (!isa<RankedTensorType>(operand.get().getType()))
          continue;
        AffineMap map = linalgOp.getMatchingIndexingMap(&operand);
        for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
          if (isa<AffineDimExpr>(expr))
            continue;
          illegal.set(space.getClass(operand.get(), axis));
          // Positions that are written together must be in one unit.
          if (!linalgOp.isDpsInit(&operand))
            continue;
          for (auto [loop, cls] :
               llvm::enumerate(space.getLoopClasses(linalgOp)))
            if (expr.isFunctionOfDim(loop))
              illegal.set(cls);
        }
      }
    }
  }
}

bool DivisibleClasses::isLegal(unsigned cls, bool asUnit) const {
  if (space.getExtent(cls) < 2 || !space.isConsistent() ||
      space.isSliced(cls) || illegal.test(cls))
    return false;
  for (linalg::LinalgOp op : ops) {
    if (!llvm::is_contained(space.getReducedClasses(op), cls))
      continue;
    for (OpResult result : op->getResults()) {
      // A result that is yielded twice would have to be copied before it is
      // complete.
      if (!isOnlyHandedOut(result) || result.hasNUsesOrMore(2))
        return false;
      if (!asUnit)
        continue;
      // Every unit starts its partial result from the neutral element.
      Operation *combiner = getCombiner(op, result.getResultNumber());
      auto fill = op.getDpsInits()[result.getResultNumber()]
                      .getDefiningOp<linalg::FillOp>();
      TypedAttr start;
      if (!combiner || !fill || !fill->hasOneUse() ||
          !matchPattern(fill.getInputs()[0], m_Constant(&start)))
        return false;
      TypedAttr neutral = getNeutralElement(combiner);
      auto real = dyn_cast<FloatAttr>(start);
      bool zero = real && real.getValue().isZero() &&
                  cast<FloatAttr>(neutral).getValue().isZero();
      if (start != neutral && !zero)
        return false;
    }
  }
  return true;
}
