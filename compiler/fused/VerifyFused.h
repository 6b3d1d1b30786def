//===- VerifyFused.h - Verify the rules of the phase fused ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_VERIFYFUSED_H
#define VIB_COMPILER_FUSED_VERIFYFUSED_H

#include "mlir/IR/BuiltinOps.h"

namespace vib {

/// Verifies the rules of the phase fused, which hold in the phase planned too.
llvm::LogicalResult verifyFused(mlir::ModuleOp module);

} // namespace vib

#endif // VIB_COMPILER_FUSED_VERIFYFUSED_H
