//===- VerifyGpuPlanned.cpp - Verify the phase planned of a GPU -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/VerifyFused.h"
#include "compiler/gpu/BlockPlanVerifier.h"
#include "compiler/gpu/GpuPlanner.h"
#include "compiler/gpu/Passes.h"
#include "compiler/plan/PlaceVerifier.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_VERIFYGPUPLANNED
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {
struct VerifyGpuPlanned : vib::impl::VerifyGpuPlannedBase<VerifyGpuPlanned> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    GpuPlanner planner(module);
    if (failed(verifyFused(module)) || failed(planner.checkSizes()) ||
        failed(verifyPlaces(module)))
      return signalPassFailure();
    GpuOptions options = GpuOptions::get(module);
    for (auto function : module.getOps<func::FuncOp>()) {
      for (KernelOp kernel : function.getOps<KernelOp>())
        if (failed(verifyBlockPlan(kernel, options)))
          return signalPassFailure();
      if (failed(verifyLaunches(function, options)))
        return signalPassFailure();
    }
    if (failed(planner.verify()))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
