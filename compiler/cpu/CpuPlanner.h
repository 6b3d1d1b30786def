//===- CpuPlanner.h - The memory plan of a CPU ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_CPUPLANNER_H
#define VIB_COMPILER_CPU_CPUPLANNER_H

#include "compiler/cpu/KernelPlan.h"
#include "compiler/plan/ArenaPlanner.h"

namespace vib {

class CpuPlanner : public ArenaPlanner {
public:
  /// Without a machine all matrices are stored by rows, as -O0 does.
  CpuPlanner(mlir::ModuleOp module, std::optional<Machine> machine)
      : ArenaPlanner(module), machine(machine) {}

private:
  Layout chooseLayout(mlir::RankedTensorType type,
                      llvm::ArrayRef<KernelOp> kernels) const override;
  bool canHave(mlir::RankedTensorType type, Layout chosen,
               Layout layout) const override;
  std::unique_ptr<ValuePlacement> planKernel(KernelOp kernel) const override {
    return std::make_unique<KernelPlan>(kernel);
  }

  /// A slice of a matrix in a kernel: the type of the matrix, and the first
  /// column.
  using Slice = std::pair<mlir::RankedTensorType, int64_t>;
  llvm::ArrayRef<Slice> getSlices(KernelOp kernel) const;

  std::optional<Machine> machine;
  /// The slices of each kernel, because all parameters ask for those of all
  /// kernels.
  mutable llvm::DenseMap<mlir::Operation *, llvm::SmallVector<Slice>> slices;
};

} // namespace vib

#endif // VIB_COMPILER_CPU_CPUPLANNER_H
