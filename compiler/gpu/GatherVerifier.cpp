//===- GatherVerifier.cpp - Gather reads only rows of the data ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockAccessVerifier.h"
#include "compiler/gpu/Launches.h"
#include "compiler/plan/StepField.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace vib;

/// Whether a value is a field of the step.
static bool isField(Value value, StringRef name, BlockArgument step) {
  auto load = value.getDefiningOp<memref::LoadOp>();
  auto view = load ? load.getMemRef().getDefiningOp<memref::ViewOp>()
                   : memref::ViewOp();
  return view && view.getSource() == step &&
         view.getType().getElementType().isInteger(32) &&
         getConstantIntValue(view.getByteShift()) ==
             lookupStepField(name)->offset;
}

/// Whether an op runs only for rows of the batch, which `number` counts.
static bool isForRows(Operation *op, Value number, BlockArgument step) {
  for (Operation *inner = op; auto branch = inner->getParentOfType<scf::IfOp>();
       inner = branch) {
    auto compare = branch.getCondition().getDefiningOp<arith::CmpIOp>();
    if (compare && compare.getPredicate() == arith::CmpIPredicate::slt &&
        compare.getLhs() == number && isField(compare.getRhs(), "rows", step) &&
        branch.getThenRegion().isAncestor(op->getParentRegion()))
      return true;
  }
  return false;
}

/// row0 + number, the place of a row of the batch in the order of the rows.
static bool isPlaceInOrder(Operation *load, Value index, BlockArgument step) {
  auto extend = index.getDefiningOp<arith::ExtUIOp>();
  auto add =
      extend ? extend.getIn().getDefiningOp<arith::AddIOp>() : arith::AddIOp();
  if (!add)
    return false;
  Value row0 = add.getLhs(), number = add.getRhs();
  if (!isField(row0, "row0", step))
    std::swap(row0, number);
  auto cast = number.getDefiningOp<arith::IndexCastUIOp>();
  return isField(row0, "row0", step) && cast &&
         cast.getIn().getDefiningOp<gpu::BlockIdOp>() &&
         isForRows(load, number, step);
}

/// The number of a row that the order gives, or 0, which every data set has.
static bool isRowNumber(Value value, BlockArgument order) {
  auto extend = value.getDefiningOp<arith::ExtUIOp>();
  auto branch =
      extend ? extend.getIn().getDefiningOp<scf::IfOp>() : scf::IfOp();
  if (!branch)
    return false;
  unsigned result = cast<OpResult>(extend.getIn()).getResultNumber();
  auto load =
      branch.thenYield().getOperand(result).getDefiningOp<LLVM::LoadOp>();
  auto address =
      load ? load.getAddr().getDefiningOp<LLVM::GEPOp>() : LLVM::GEPOp();
  return address && address.getBase() == order &&
         matchPattern(branch.elseYield().getOperand(result), m_Zero());
}

/// The index of a word in a row, and how many words the row has, in `index`.
static bool isInRow(Value index, int64_t words, BlockArgument order,
                    IndexRanges &ranges) {
  auto add = index.getDefiningOp<arith::AddIOp>();
  if (!add)
    return false;
  auto isRow = [&](Value value) {
    auto product = value.getDefiningOp<arith::MulIOp>();
    APInt factor;
    if (product && matchPattern(product.getRhs(), m_ConstantInt(&factor)))
      return factor == words && isRowNumber(product.getLhs(), order);
    return words == 1 && isRowNumber(value, order);
  };
  Value column = isRow(add.getLhs()) ? add.getRhs() : add.getLhs();
  if (!isRow(column == add.getRhs() ? add.getLhs() : add.getRhs()))
    return false;
  auto cast = column.getDefiningOp<arith::IndexCastUIOp>();
  std::optional<IndexRange> range =
      cast ? ranges.get(cast.getIn()) : std::nullopt;
  return range && range->min >= 0 && range->max < words;
}

LogicalResult vib::verifyGatheredAccess(Operation *op, IndexRanges &ranges) {
  auto load = cast<LLVM::LoadOp>(op);
  auto kernel = load->getParentOfType<gpu::GPUFuncOp>();
  auto address = load.getAddr().getDefiningOp<LLVM::GEPOp>();
  auto base =
      address ? dyn_cast<BlockArgument>(address.getBase()) : BlockArgument();
  if (!base || base.getOwner() != &kernel.getBody().front() ||
      address.getDynamicIndices().size() != 1 ||
      address.getRawConstantIndices().size() != 1 ||
      address.getElemType() != load.getType())
    return op->emitError("expected to read an element of an argument");
  Value index = address.getDynamicIndices().front();
  // The last arguments are the order, the arena and the step. Those before are
  // the inputs and the targets.
  unsigned numArguments = kernel.getNumArguments();
  BlockArgument order = kernel.getArgument(numArguments - 3),
                step = kernel.getArgument(numArguments - 1);
  if (base == order) {
    if (load.getType().isInteger(32) && isPlaceInOrder(load, index, step))
      return success();
    return op->emitError("expected to read the order of the rows at row0 and "
                         "the number of the block, if that is below rows");
  }
  SmallVector<RankedTensorType> types =
      getGatheredTypes(kernel->getParentOfType<ModuleOp>());
  if (base.getArgNumber() >= types.size() || !load.getType().isIntOrFloat())
    return op->emitError("expected to read the inputs, the targets or the "
                         "order of the rows");
  RankedTensorType type = types[base.getArgNumber()];
  int64_t bytes = type.getNumElements() / type.getDimSize(0) *
                  getElementBytes(type.getElementType());
  int64_t word = getElementBytes(load.getType());
  if (bytes % word == 0 && isInRow(index, bytes / word, order, ranges))
    return success();
  return op->emitError("expected to read within a row of ")
         << bytes << " bytes, whose number the order of the rows gives";
}
