//===- SetBatch.cpp - Make the batch of a model static ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Passes.h"
#include "compiler/model/Retype.h"
#include "dialect/VibVerify.h"

namespace vib {
#define GEN_PASS_DEF_SETBATCH
#include "compiler/model/Passes.h.inc"
} // namespace vib

using namespace mlir;
using namespace vib;

namespace {

struct SetBatch : vib::impl::SetBatchBase<SetBatch> {
  using SetBatchBase::SetBatchBase;

  void runOnOperation() override {
    for (auto train : getOperation().getOps<TrainOp>())
      if (failed(set(train)))
        return signalPassFailure();
  }

  LogicalResult set(TrainOp train) {
    if (batch < 0 || batch > kMostRows)
      return train.emitOpError("expected a batch of 1 to ")
             << kMostRows << " rows but got " << batch.getValue();
    auto model = SymbolTable::lookupNearestSymbolFrom<ModelOp>(
        train, train.getModelAttr());
    if (batch && failed(verifyPairs(train, model, batch, "--batch")))
      return failure();
    if (batch)
      train.setBatch(batch);
    int64_t rows = train.getBatch();
    // All arguments have the same batch.
    BlockArgument first = model.getBody().getArgument(0);
    auto input = cast<RankedTensorType>(first.getType());
    if (!input.isDynamicDim(0) && input.getDimSize(0) != rows) {
      InFlightDiagnostic diagnostic = train.emitOpError("expected a batch of ")
                                      << input.getDimSize(0)
                                      << ", as the model's input has, but got "
                                      << rows;
      diagnostic.attachNote(first.getLoc())
          << "write this batch as '?', so that vib.train and --batch set it";
      return diagnostic;
    }
    retype(model, [&](RankedTensorType type) {
      SmallVector<int64_t> shape(type.getShape());
      shape.front() = rows;
      return type.clone(shape);
    });
    return success();
  }
};

} // namespace
