//===- VerifyPlanned.cpp - Verify the phase planned of a CPU --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuPlanner.h"
#include "compiler/cpu/Passes.h"
#include "compiler/cpu/PlanVerifier.h"
#include "compiler/fused/VerifyFused.h"
#include "compiler/plan/PlaceVerifier.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_VERIFYPLANNED
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {
struct VerifyPlanned : vib::impl::VerifyPlannedBase<VerifyPlanned> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<Machine> machine = Machine::get(module);
    if (failed(machine) || failed(verifyFused(module)))
      return signalPassFailure();
    CpuPlanner planner(module, *machine);
    if (failed(planner.checkSizes()) || failed(verifyPlaces(module)))
      return signalPassFailure();
    auto verifyKernels = [&](auto verify) -> LogicalResult {
      for (auto function : module.getOps<func::FuncOp>())
        for (KernelOp kernel : function.getOps<KernelOp>())
          if (failed(verify(kernel)))
            return failure();
      return success();
    };
    if (failed(verifyKernels(
            [&](KernelOp kernel) { return verifyPlan(kernel, *machine); })) ||
        failed(planner.verify()))
      return signalPassFailure();
    MemoryMap memory(module);
    if (failed(verifyKernels([&](KernelOp kernel) {
          return verifyVectors(kernel, *machine, memory);
        })))
      return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
