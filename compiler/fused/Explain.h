//===- Explain.h - A table of the kernels -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_EXPLAIN_H
#define VIB_COMPILER_FUSED_EXPLAIN_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace vib {

/// Prints, for each function of a module in the phase fused, its kernels with
/// what they compute and move, what bounds them, what was fused into each, and
/// which fusions were not done and why.
void explain(mlir::ModuleOp module, llvm::raw_ostream &os);

} // namespace vib

#endif // VIB_COMPILER_FUSED_EXPLAIN_H
