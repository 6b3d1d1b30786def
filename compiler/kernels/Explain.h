//===- Explain.h - A table of the kernels -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_EXPLAIN_H
#define VIB_COMPILER_KERNELS_EXPLAIN_H

#include "compiler/kernels/TileChoice.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace vib {

/// Prints, for each function of a module in the phase fused whose memory
/// vib-plan-arena has planned for `machine`, its kernels with what they compute
/// and move, the least cycles that this takes, how they are cut, what was fused
/// into each, and which fusions were not done and why.
mlir::LogicalResult explain(mlir::ModuleOp module, const Machine &machine,
                            llvm::raw_ostream &os);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_EXPLAIN_H
