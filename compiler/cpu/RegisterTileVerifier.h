//===- RegisterTileVerifier.h - Verify register tiles -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_REGISTERTILEVERIFIER_H
#define VIB_COMPILER_CPU_REGISTERTILEVERIFIER_H

#include "compiler/cpu/ContractionForm.h"

namespace vib {

/// Verifies that a contraction has a register tile that the emitter can use for
/// each of `sizes`, the extents of its loops in the units of the kernel, and no
/// others. Those of whole units come first.
llvm::LogicalResult
verifyRegisterTiles(mlir::linalg::LinalgOp op, const ContractionForm &form,
                    ContractionAttr contraction,
                    llvm::ArrayRef<llvm::SmallVector<int64_t>> sizes,
                    const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_REGISTERTILEVERIFIER_H
