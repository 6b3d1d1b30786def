//===- PlanDeviceArena.cpp - The memory plan of a GPU ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockPlan.h"
#include "compiler/gpu/Passes.h"
#include "compiler/plan/ArenaPlanner.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_PLANDEVICEARENA
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

class GpuPlanner : public ArenaPlanner {
public:
  explicit GpuPlanner(ModuleOp module)
      : ArenaPlanner(module), options(GpuOptions::get(module)) {}

private:
  Times getTimes(KernelOp kernel, int64_t place) const override {
    auto launch = kernel->getAttrOfType<IntegerAttr>(kLaunchAttrName);
    auto combine = kernel->getAttrOfType<IntegerAttr>(kCombineLaunchAttrName);
    if (!launch)
      return {place, place};
    return {launch.getInt(), combine ? combine.getInt() : launch.getInt()};
  }
  Layout chooseLayout(RankedTensorType type,
                      ArrayRef<KernelOp> kernels) const override {
    return getPlainLayout(type);
  }
  std::unique_ptr<ValuePlacement> planKernel(KernelOp kernel) const override {
    return std::make_unique<BlockPlan>(kernel, options);
  }

  GpuOptions options;
};

struct PlanDeviceArena : vib::impl::PlanDeviceArenaBase<PlanDeviceArena> {
  void runOnOperation() override {
    GpuPlanner planner(getOperation());
    if (failed(planner.run()))
      return signalPassFailure();
    numBuffers = planner.getNumBuffers();
    numArenaBytes = planner.getArenaBytes();
  }
};

} // namespace
