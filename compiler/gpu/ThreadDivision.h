//===- ThreadDivision.h - Divide an op among threads ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_THREADDIVISION_H
#define VIB_COMPILER_GPU_THREADDIVISION_H

#include "compiler/gpu/BlockPlan.h"

namespace vib {

/// The loops of an op whose positions are divided among threads. Neighbouring
/// threads have neighbouring positions of the last one.
llvm::SmallVector<unsigned> getPositionLoops(mlir::linalg::LinalgOp op);

/// The reduction that the lanes of a warp divide: among the long ones, the one
/// in which most operands are contiguous.
std::optional<unsigned> getLaneLoop(mlir::linalg::LinalgOp op);

/// Whether each position of an op is computed by a warp, whose lanes divide the
/// reduction. That is so if there are few positions and the reduction is long.
bool isByWarps(const BlockPlan &plan, mlir::linalg::LinalgOp op);

} // namespace vib

#endif // VIB_COMPILER_GPU_THREADDIVISION_H
