//===- BlockAccessVerifier.h - No thread leaves its memory ---- -*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKACCESSVERIFIER_H
#define VIB_COMPILER_GPU_BLOCKACCESSVERIFIER_H

#include "compiler/plan/AccessVerifier.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"

namespace vib {

/// Verifies what the threads of the blocks 0, …, blocks - 1 of a kernel read
/// and write, in global and in shared memory.
llvm::LogicalResult verifyBlockAccesses(mlir::gpu::GPUFuncOp kernel,
                                        int64_t blocks);

/// Verifies that `gather` reads whole rows of the data set, in the order that
/// the runtime gives. How many rows there are is known only at run time.
llvm::LogicalResult verifyGatheredAccess(mlir::Operation *load,
                                         IndexRanges &ranges);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKACCESSVERIFIER_H
