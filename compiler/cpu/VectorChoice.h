//===- VectorChoice.h - The vectors of an elementwise op ------ -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_VECTORCHOICE_H
#define VIB_COMPILER_CPU_VECTORCHOICE_H

#include "compiler/cpu/OperandMemory.h"

namespace vib {

/// On an op of a planned kernel that is no contraction: for each size of its
/// tiles that is emitted on vectors, their loop and their width.
inline constexpr llvm::StringLiteral kVectorsAttrName = "vib.vectors";

struct VectorChoice {
  /// The extents of the op's loops in a tile.
  llvm::SmallVector<int64_t> sizes;
  unsigned loop;
  int64_t lanes;
  /// Whether rows without a gap between them are one long row.
  bool isFlat = false;
};

/// Whether the op has code of its own, which is no register tile of a
/// contraction.
bool isEmittedAlone(mlir::linalg::LinalgOp op, const KernelPlan &plan);

/// None if the op is emitted on scalars.
std::optional<VectorChoice>
chooseVector(mlir::linalg::LinalgOp op, llvm::ArrayRef<int64_t> sizes,
             KernelOp kernel, const KernelPlan &plan, const MemoryMap &memory,
             const Machine &machine);
void setVectors(mlir::linalg::LinalgOp op,
                llvm::ArrayRef<VectorChoice> choices);
/// Reports an error if the attribute does not have the form that setVectors
/// writes.
mlir::FailureOr<llvm::SmallVector<VectorChoice>>
getVectors(mlir::linalg::LinalgOp op);

llvm::LogicalResult verifyVectors(mlir::linalg::LinalgOp op, KernelOp kernel,
                                  const KernelPlan &plan,
                                  const MemoryMap &memory,
                                  const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_VECTORCHOICE_H
