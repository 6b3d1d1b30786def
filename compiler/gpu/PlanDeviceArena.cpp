//===- PlanDeviceArena.cpp - The memory plan of a GPU ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockPlanVerifier.h"
#include "compiler/gpu/GpuPlanner.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_PLANDEVICEARENA
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct PlanDeviceArena : vib::impl::PlanDeviceArenaBase<PlanDeviceArena> {
  void runOnOperation() override {
    GpuOptions options = GpuOptions::get(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      for (KernelOp kernel : function.getOps<KernelOp>())
        if (failed(verifyBlockPlan(kernel, options)))
          return signalPassFailure();
    GpuPlanner planner(getOperation());
    if (failed(planner.run()))
      return signalPassFailure();
    numBuffers = planner.getNumBuffers();
    numArenaBytes = planner.getArenaBytes();
  }
};

} // namespace
