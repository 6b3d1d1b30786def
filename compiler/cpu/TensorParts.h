//===- TensorParts.h - Ops that write parts of one tensor -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The gradient of a pooling begins with zeros, and one op for each tap adds to
// the elements that the tap reads:
//
//   %0 = fill 0
//   %1 = %0[2 h, 2 w]     += select(%tap[h, w] == 0, %dy[h, w], 0)
//   %2 = %1[2 h, 2 w + 1] += select(%tap[h, w] == 1, %dy[h, w], 0)
//   …
//
// If the windows do not overlap and cover the tensor, every element is written
// by one of the ops. The last op then computes what all of them compute, in one
// pass that reads the operands once and writes each element once. The fill and
// the other ops are folded.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_TENSORPARTS_H
#define VIB_COMPILER_CPU_TENSORPARTS_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

/// The ops that write the parts of a tensor, in order, if `op` is the last of
/// them. Otherwise empty.
llvm::SmallVector<mlir::linalg::GenericOp>
getTensorParts(mlir::linalg::LinalgOp op);

/// Whether `op` is folded into the last of such ops: one of the others, or the
/// fill from which they start.
bool isFoldedPart(mlir::linalg::LinalgOp op);

} // namespace vib

#endif // VIB_COMPILER_CPU_TENSORPARTS_H
