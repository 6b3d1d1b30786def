//===- CheckModel.cpp - Check a file as a whole -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Passes.h"

namespace vib {
#define GEN_PASS_DEF_CHECKMODEL
#include "compiler/model/Passes.h.inc"
} // namespace vib

using namespace mlir;
using namespace vib;

/// Checks that there is at most one op of the kind. Reports a second one, with
/// a note at the first.
template <typename OpT>
static LogicalResult verifyAtMostOne(ModuleOp module, StringRef what) {
  OpT first;
  for (auto op : module.getOps<OpT>()) {
    if (!first) {
      first = op;
      continue;
    }
    InFlightDiagnostic diagnostic =
        op.emitOpError("expected a file to contain one ")
        << what << " but got a second one";
    diagnostic.attachNote(first.getLoc()) << "the first one is here";
    return diagnostic;
  }
  return success();
}

namespace {

struct CheckModel : vib::impl::CheckModelBase<CheckModel> {
  void runOnOperation() override {
    if (failed(check(getOperation())))
      signalPassFailure();
  }

  LogicalResult check(ModuleOp module) {
    auto models = module.getOps<ModelOp>();
    if (models.empty())
      return emitError(module.getLoc(), "expected a 'vib.model' but got none");
    if (failed(verifyAtMostOne<ModelOp>(module, "vib.model")) ||
        failed(verifyAtMostOne<TrainOp>(module, "vib.train")))
      return failure();
    ModelOp model = *models.begin();
    if (module.getOps<TrainOp>().empty())
      return emitError(model.getLoc(), "expected a 'vib.train' for the model @")
             << model.getSymName() << " but got none";
    for (Operation &op : module.getOps())
      if (!isa<ModelOp, TrainOp>(op))
        return op.emitError("expected a file to contain only a vib.model and "
                            "its vib.train but got '")
               << op.getName() << "'";
    return success();
  }
};

} // namespace
