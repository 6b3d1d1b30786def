//===- TieOutputs.cpp - Compute results in their outs ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/TieOutputs.h"
#include "compiler/fused/KernelQueries.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

/// The operand that determines the memory of a value: the init of the op that
/// computes the value, or that of the fill or the first insert_slice before it.
static OpOperand *getPlace(Value value) {
  OpOperand *place = nullptr;
  while (Operation *op = value.getDefiningOp()) {
    unsigned number = cast<OpResult>(value).getResultNumber();
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
      place = &insert.getDestMutable();
    else if (auto fill = dyn_cast<linalg::FillOp>(op))
      place = fill.getDpsInitOperand(0);
    else if (auto loop = dyn_cast<linalg::LinalgOp>(op); loop && !place)
      place = loop.getDpsInitOperand(number);
    else
      return place;
    value = place->get();
    // A fill with other users cannot be computed in this place, so clone it.
    if (auto fill = value.getDefiningOp<linalg::FillOp>();
        fill && !value.hasOneUse()) {
      OpBuilder builder(fill);
      value = cast<linalg::FillOp>(builder.clone(*fill)).getResult(0);
      place->set(value);
    }
    if (value.getDefiningOp<tensor::InsertSliceOp>() && !value.hasOneUse())
      return place;
  }
  return place;
}

void vib::tieOutputs(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  OpBuilder builder(&body, body.begin());
  for (auto [output, argument] :
       llvm::zip(kernel.getOutputs(), kernel.getOutputArgs())) {
    if (getState(output) || argument.use_empty())
      continue;
    auto type = cast<RankedTensorType>(argument.getType());
    argument.replaceAllUsesWith(tensor::EmptyOp::create(
        builder, argument.getLoc(), type.getShape(), type.getElementType()));
  }
  for (auto [output, argument, yielded] :
       llvm::zip(kernel.getOutputs(), kernel.getOutputArgs(),
                 kernel.getYield().getOperands())) {
    if (getState(output) || !argument.use_empty())
      continue;
    OpOperand *place = getPlace(yielded);
    if (place && place->get().getType() == argument.getType() &&
        place->get().getDefiningOp<tensor::EmptyOp>())
      place->set(argument);
  }
  for (auto empty : llvm::make_early_inc_range(body.getOps<tensor::EmptyOp>()))
    if (empty.use_empty())
      empty.erase();
}
