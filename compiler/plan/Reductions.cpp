//===- Reductions.cpp - How an op reduces ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/Reductions.h"
#include "mlir/Analysis/SliceAnalysis.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace vib;

bool vib::isReductionLoop(linalg::LinalgOp op, unsigned loop) {
  return op.getIteratorTypesArray()[loop] == utils::IteratorType::reduction;
}

bool vib::accumulatesInMemory(linalg::LinalgOp op) {
  SmallVector<unsigned> reductions;
  op.getReductionDims(reductions);
  return llvm::any_of(op.getDpsInitsMutable(), [&](OpOperand &init) {
    AffineMap map = op.getMatchingIndexingMap(&init);
    return llvm::any_of(
        reductions, [&](unsigned loop) { return map.isFunctionOfDim(loop); });
  });
}

Operation *vib::getCombiner(linalg::LinalgOp op, unsigned resultIndex) {
  SmallVector<Operation *> combiners;
  if (!matchReduction(op.getRegionOutputArgs(), resultIndex, combiners) ||
      combiners.size() != 1 || !getNeutralElement(combiners.front()))
    return nullptr;
  return combiners.front();
}

TypedAttr vib::getNeutralElement(Operation *combiner) {
  std::optional<TypedAttr> element = arith::getNeutralElement(combiner);
  return element ? *element : TypedAttr();
}

Value vib::combine(OpBuilder &builder, Location loc, Operation *combiner,
                   Value lhs, Value rhs) {
  OperationState state(loc, combiner->getName(), {lhs, rhs}, {lhs.getType()},
                       combiner->getAttrs());
  return builder.create(state)->getResult(0);
}
