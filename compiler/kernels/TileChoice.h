//===- TileChoice.h - How a kernel is cut -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All decisions about sizes are here: the class of a kernel's iteration space
// that is divided among threads, the class that is cut once more so that
// intermediate results stay in cache, and the register tile of a contraction.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_TILECHOICE_H
#define VIB_COMPILER_KERNELS_TILECHOICE_H

#include "compiler/kernels/ValuePlacement.h"

namespace vib {

/// What the choices depend on.
struct Machine {
  unsigned vectorBits;
  /// Whether it has AVX512_BF16.
  bool hasBf16;
  /// The number of vector registers of the machine.
  unsigned getRegisters() const { return vectorBits >= 512 ? 32 : 16; }
  /// How many elements of `type`, at least 32 bits wide, fill a register.
  int64_t getLanes(mlir::Type type) const;
  /// The columns of a panel: two registers, the width that leaves a register
  /// tile the most rows for its loads.
  int64_t getPanel(mlir::Type type) const { return 2 * getLanes(type); }
};

/// One class of the kernel's space, cut into pieces of `size`; the last piece
/// may be smaller.
struct Tile {
  unsigned cls;
  int64_t size;
};

struct TileChoice {
  /// Units of work. Without it the kernel is one unit.
  std::optional<Tile> unit;
  /// The loop inside of a unit.
  std::optional<Tile> inner;
  /// How many units there are.
  int64_t units = 1;
};

/// Whether a kernel has enough work for two threads.
bool isDivided(KernelOp kernel);

TileChoice chooseTiles(KernelOp kernel, const KernelSpace &space,
                       const Machine &machine);

/// The registers of a contraction: `rows` times `vectors` accumulators.
struct RegisterTile {
  int64_t rows, vectors;
};
RegisterTile chooseRegisterTile(int64_t rows, int64_t columns, int64_t lanes,
                                int64_t registers);
/// The same for the form that sums along vectors.
RegisterTile chooseDotTile(int64_t rows, int64_t columns, int64_t depth,
                           mlir::Type element, const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_TILECHOICE_H
