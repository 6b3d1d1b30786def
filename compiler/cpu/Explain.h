//===- Explain.h - A table of the kernels -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_EXPLAIN_H
#define VIB_COMPILER_CPU_EXPLAIN_H

#include "compiler/cpu/TileChoice.h"
#include "compiler/plan/ExplainReport.h"
#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// Tells, for each function of a module in the phase fused whose memory
/// vib-plan-arena has planned for `machine`, of its kernels: what each computes
/// and moves, the least cycles for that, how it is divided, what was fused into
/// it, and which fusions were not done and why.
mlir::FailureOr<ExplainReport> explain(mlir::ModuleOp module,
                                       const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_EXPLAIN_H
