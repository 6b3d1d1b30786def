//===- OperandMemory.h - How an operand lies in memory -------- -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_OPERANDMEMORY_H
#define VIB_COMPILER_CPU_OPERANDMEMORY_H

#include "compiler/cpu/KernelPlan.h"
#include "compiler/plan/Memory.h"

namespace vib {

/// The memory of a tensor in a planned kernel, as a tile sees it.
struct OperandMemory {
  mlir::MemRefType type;
  /// For each axis of the tensor: the corresponding axis in memory.
  llvm::SmallVector<unsigned, 4> axes;
  /// The axes in memory along which every tile begins at 0.
  llvm::SmallVector<bool, 4> isWhole;
  /// Whether a matrix is in panels.
  bool isInPanels() const { return type.getRank() > int64_t(isWhole.size()); }
};

/// None if the tensor is not in memory.
std::optional<OperandMemory> getOperandMemory(mlir::Value tensor,
                                              KernelOp kernel,
                                              const KernelPlan &plan,
                                              const MemoryMap &memory);

} // namespace vib

#endif // VIB_COMPILER_CPU_OPERANDMEMORY_H
