//===- PlaceVerifier.h - Verify the places of the memory plan ---*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_PLACEVERIFIER_H
#define VIB_COMPILER_PLAN_PLACEVERIFIER_H

#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// Verifies that parameters lie in their block and tensors in the arena,
/// without overlap, and have the types that vib.model gives them. The runtime
/// reads and writes there. A module without vib.model is a part of one, as in
/// tests of passes; only its sizes are verified.
llvm::LogicalResult verifyPlaces(mlir::ModuleOp module);

/// Verifies that the module has the entries that the runtime calls, of which
/// `extra` are those of a target.
llvm::LogicalResult verifyEntries(mlir::ModuleOp module,
                                  llvm::ArrayRef<llvm::StringRef> extra);

} // namespace vib

#endif // VIB_COMPILER_PLAN_PLACEVERIFIER_H
