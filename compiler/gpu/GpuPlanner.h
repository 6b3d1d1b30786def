//===- GpuPlanner.h - The memory plan of a GPU ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_GPUPLANNER_H
#define VIB_COMPILER_GPU_GPUPLANNER_H

#include "compiler/gpu/BlockPlan.h"
#include "compiler/gpu/Passes.h"
#include "compiler/plan/ArenaPlanner.h"

namespace vib {

class GpuPlanner : public ArenaPlanner {
public:
  explicit GpuPlanner(mlir::ModuleOp module)
      : ArenaPlanner(module), options(GpuOptions::get(module)) {}

private:
  Times getTimes(KernelOp kernel, int64_t place) const override {
    auto launch = kernel->getAttrOfType<mlir::IntegerAttr>(kLaunchAttrName);
    auto combine =
        kernel->getAttrOfType<mlir::IntegerAttr>(kCombineLaunchAttrName);
    if (!launch)
      return {place, place};
    return {launch.getInt(), combine ? combine.getInt() : launch.getInt()};
  }
  Layout chooseLayout(mlir::RankedTensorType type,
                      llvm::ArrayRef<KernelOp> kernels) const override {
    return getPlainLayout(type);
  }
  std::unique_ptr<ValuePlacement> planKernel(KernelOp kernel) const override {
    return std::make_unique<BlockPlan>(kernel, options);
  }

  GpuOptions options;
};

} // namespace vib

#endif // VIB_COMPILER_GPU_GPUPLANNER_H
