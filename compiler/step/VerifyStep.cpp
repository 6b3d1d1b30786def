//===- VerifyStep.cpp - Verify the phase step -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/LoopVerifier.h"
#include "compiler/step/Passes.h"
#include "compiler/step/SlotVerifier.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_VERIFYSTEP
#include "compiler/step/Passes.h.inc"
} // namespace vib

static LogicalResult verifyStep(ModuleOp module) {
  auto phase = module->getAttrOfType<StringAttr>(kPhaseAttrName);
  if (!phase || phase != "step") {
    InFlightDiagnostic diagnostic =
        module.emitError("expected a module of the phase step but got ");
    return phase ? diagnostic << "the phase " << phase
                 : diagnostic << "no " << kPhaseAttrName;
  }
  FailureOr<Metadata> data = readMetadata(module);
  if (failed(data))
    return failure();
  for (Operation &op : *module.getBody()) {
    auto function = dyn_cast<func::FuncOp>(op);
    if (!function)
      return op.emitOpError("expected only functions in the phase step");
    if (!function.getBody().hasOneBlock())
      return function.emitOpError("expected a body of one block");
    if (failed(verifySlots(function, *data)) ||
        failed(verifyLoops(function.getBody().front(),
                           [](BlockArgument) { return false; })))
      return failure();
  }
  return verifyFunctions(module, *data);
}

namespace {
struct VerifyStep : vib::impl::VerifyStepBase<VerifyStep> {
  void runOnOperation() override {
    if (failed(verifyStep(getOperation())))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
