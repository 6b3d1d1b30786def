//===- SlotVerifier.h - Arguments and results of the step -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_SLOTVERIFIER_H
#define VIB_COMPILER_STEP_SLOTVERIFIER_H

#include "compiler/step/Metadata.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

namespace vib {

bool isStateSlot(SlotKind kind);

/// Verifies that every argument and result of a function of the phases step and
/// fused has a slot, and the type that the metadata give that slot.
llvm::LogicalResult verifySlots(mlir::func::FuncOp function,
                                const Metadata &data);

/// Verifies that the module has the functions that the runtime calls, and that
/// they return all that it reads.
llvm::LogicalResult verifyFunctions(mlir::ModuleOp module,
                                    const Metadata &data);

} // namespace vib

#endif // VIB_COMPILER_STEP_SLOTVERIFIER_H
