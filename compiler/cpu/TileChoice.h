//===- TileChoice.h - Choose the tiles of a kernel --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Chooses the class of a kernel's iteration space that is divided into units of
// work for threads, and the class that an inner loop divides so that
// intermediate results stay in cache.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_TILECHOICE_H
#define VIB_COMPILER_CPU_TILECHOICE_H

#include "compiler/cpu/Machine.h"
#include "compiler/plan/Tile.h"
#include "compiler/plan/ValuePlacement.h"

namespace vib {

struct TileChoice {
  /// The tiles that are the units of work. If empty, the kernel is one unit.
  std::optional<Tile> unit;
  /// The tiles of the loop inside a unit, if there is one.
  std::optional<Tile> inner;
  /// The number of units.
  int64_t units = 1;

  bool divides(unsigned cls) const {
    return (unit && unit->cls == cls) || (inner && inner->cls == cls);
  }
  /// Whether the inner loop divides the sum of an op, so that its result is in
  /// memory from one tile to the next.
  bool cutsSum(mlir::linalg::LinalgOp op, const KernelSpace &space) const {
    return inner && llvm::is_contained(space.getReducedClasses(op), inner->cls);
  }
};

/// Whether a kernel has enough work for two threads.
bool isDivided(KernelOp kernel);

TileChoice chooseTiles(KernelOp kernel, const KernelSpace &space,
                       const Machine &machine);

/// The size of a tile of the class must be a multiple of this, so that no tile
/// ends inside a panel of a matrix in memory.
int64_t getGrain(KernelOp kernel, const KernelSpace &space, unsigned cls,
                 const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_TILECHOICE_H
