//===- Outline.h - The phase fused on one screen ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_OUTLINE_H
#define VIB_COMPILER_FUSED_OUTLINE_H

#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

namespace vib {

/// Prints the kernels of each function of a module in the phase fused: what
/// each computes from what, and what it writes.
void printOutline(mlir::ModuleOp module, unsigned width, llvm::raw_ostream &os);

} // namespace vib

#endif // VIB_COMPILER_FUSED_OUTLINE_H
