//===- PackingChoice.h - What a contraction packs ------------- -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_PACKINGCHOICE_H
#define VIB_COMPILER_CPU_PACKINGCHOICE_H

#include "compiler/cpu/OperandMemory.h"

namespace vib {

/// On a contraction of a planned kernel: the sizes for which its right operand
/// is packed on the stack of a thread.
inline constexpr llvm::StringLiteral kPackedAttrName = "vib.packed";

Packing choosePacking(mlir::linalg::LinalgOp op, const ContractionForm &form,
                      RegisterTileAttr tile, KernelOp kernel,
                      const KernelPlan &plan, const MemoryMap &memory,
                      const Machine &machine);
void setPackings(mlir::linalg::LinalgOp op, llvm::ArrayRef<PackedAttr> choices);
/// Reports an error if the attribute does not have the form that setPackings
/// writes.
mlir::FailureOr<llvm::SmallVector<PackedAttr>>
getPackings(mlir::linalg::LinalgOp op);

/// The bytes of the stack that the packed operands of a contraction take.
int64_t getStackBytes(mlir::linalg::LinalgOp op,
                      llvm::ArrayRef<PackedAttr> choices);

llvm::LogicalResult verifyPackings(mlir::linalg::LinalgOp op,
                                   const ContractionForm &form,
                                   const KernelPlan &plan,
                                   const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_PACKINGCHOICE_H
