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

/// On an op of a planned kernel: the dimension of a sum that the lanes of a
/// warp divide. Then each position of the op is computed by a warp, otherwise
/// by a thread.
inline constexpr llvm::StringLiteral kLanesAttrName = "vib.lanes";

/// Sets vib.lanes if there are few positions and the reduction is long: to the
/// long reduction in which most operands are contiguous.
void chooseLanes(mlir::linalg::LinalgOp op, const BlockTiles &tiles,
                 const KernelSpace &space);
/// The loop of vib.lanes; none if threads compute the positions.
std::optional<unsigned> getLaneLoop(mlir::linalg::LinalgOp op);
llvm::LogicalResult verifyLanes(mlir::linalg::LinalgOp op);

} // namespace vib

#endif // VIB_COMPILER_GPU_THREADDIVISION_H
