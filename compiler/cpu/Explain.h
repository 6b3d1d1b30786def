//===- Explain.h - A table of the kernels -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_EXPLAIN_H
#define VIB_COMPILER_CPU_EXPLAIN_H

#include "compiler/plan/ExplainReport.h"
#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// Describes the kernels of each function of a planned module: what each kernel
/// computes and moves, the least cycles for that, how it is divided, what was
/// fused into it, and which fusions were not done and why.
mlir::FailureOr<ExplainReport> explain(mlir::ModuleOp module);

} // namespace vib

#endif // VIB_COMPILER_CPU_EXPLAIN_H
