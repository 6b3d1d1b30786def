//===- Phases.h - Runs the passes that lead to a phase ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TOOLS_VIBC_PHASES_H
#define VIB_TOOLS_VIBC_PHASES_H

#include "mlir/IR/BuiltinOps.h"
#include "tools/vibc/Settings.h"

namespace vib {

class Timing;

/// Brings a module into the state that parsing its text would give. Only the
/// order of uses differs, on which patterns may depend.
void normalizeUses(mlir::ModuleOp module);

/// Verifies the file of a phase, which users may have edited.
mlir::LogicalResult verifyPhase(Phase phase, mlir::ModuleOp module,
                                const Settings &settings);

/// Runs the passes from the phase before to `phase`. Up to the phase kernels,
/// records the phase and the options in the module, and normalizes its uses.
/// Prints errors. One that cannot be the fault of the input comes with a
/// reproducer for the vib-opt beside `toolPath`.
mlir::LogicalResult lowerTo(Phase phase, mlir::ModuleOp module,
                            Settings &settings, const Input &input,
                            llvm::StringRef toolPath, Timing &timing);

/// What --explain says about a program for the CPU. `module` is of the phase
/// fused or planned.
mlir::FailureOr<ExplainReport> explainModule(Phase phase, mlir::ModuleOp module,
                                             const Settings &settings);

} // namespace vib

#endif // VIB_TOOLS_VIBC_PHASES_H
