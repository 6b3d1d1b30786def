//===- Dimensions.h - The names of the dimensions of a kernel ---*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The dimensions of a kernel are the classes of its iteration space
// (KernelSpace) over which some op has a loop. KernelSpace numbers the classes,
// but a number changes when an op is added. In a planned kernel they therefore
// have names: the attribute `vib.loops` of an op names its loops.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_DIMENSIONS_H
#define VIB_COMPILER_PLAN_DIMENSIONS_H

#include "compiler/fused/KernelSpace.h"
#include "compiler/plan/Tile.h"

namespace vib {

/// On a linalg op of a planned kernel: the names of its loops.
inline constexpr llvm::StringLiteral kLoopsAttrName = "vib.loops";

/// The names of the classes of a kernel, in their order; empty for a class that
/// is no loop's. They belong to the context.
using DimensionNames = llvm::SmallVector<llvm::StringRef>;

/// Names the loops of the ops of a kernel. The names follow the first op that
/// has the dimension: `k` is reduced, `n` is the last parallel loop, `m` the
/// one before it, and `b` any other. A number follows a name that is taken.
DimensionNames setDimensions(KernelOp kernel, const KernelSpace &space);

/// The names in a planned kernel. Reports a name that is missing, stands for
/// two classes, or is not the only one of its class.
mlir::FailureOr<DimensionNames> getDimensions(KernelOp kernel,
                                              const KernelSpace &space);

/// The class with the name in `tile`, among the `names` of all classes. Reports
/// a dimension that the kernel does not have; `where` follows it in the
/// message.
mlir::FailureOr<Tile> lookupTile(KernelOp kernel,
                                 llvm::ArrayRef<llvm::StringRef> names,
                                 TileAttr tile, const llvm::Twine &where = "");

/// The tile that the attribute `name` of a planned kernel records; none if
/// there is no such attribute. Reports a dimension that is not among `names`.
mlir::FailureOr<std::optional<Tile>>
getTile(KernelOp kernel, llvm::ArrayRef<llvm::StringRef> names,
        llvm::StringRef name);

} // namespace vib

#endif // VIB_COMPILER_PLAN_DIMENSIONS_H
