//===- TileChoice.h - Choose the tiles of a kernel --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All decisions about sizes are here: the class of a kernel's iteration space
// that is divided into units of work for threads, the class that an inner loop
// divides so that intermediate results stay in cache, and the register tile of
// a contraction.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_TILECHOICE_H
#define VIB_COMPILER_CPU_TILECHOICE_H

#include "compiler/plan/ValuePlacement.h"

namespace vib {

/// The properties of the target CPU that the choices depend on.
struct Machine {
  unsigned vectorBits;
  /// Whether the CPU has AVX512_BF16.
  bool hasBf16;
  /// The number of vector registers of the machine.
  unsigned getRegisters() const { return vectorBits >= 512 ? 32 : 16; }
  /// The number of elements of `type` in a register; narrow types count as 32
  /// bits.
  int64_t getLanes(mlir::Type type) const;
  /// The columns of a panel: two registers, the width that gives a register
  /// tile the most multiply-adds for its loads.
  int64_t getPanel(mlir::Type type) const { return 2 * getLanes(type); }
};

/// One class of the kernel's iteration space, divided into tiles of `size`
/// positions; the last tile may be smaller.
struct Tile {
  unsigned cls;
  int64_t size;
};

struct TileChoice {
  /// The tiles that are the units of work. If empty, the kernel is one unit.
  std::optional<Tile> unit;
  /// The tiles of the loop inside a unit, if there is one.
  std::optional<Tile> inner;
  /// The number of units.
  int64_t units = 1;
};

/// Whether a kernel has enough work for two threads.
bool isDivided(KernelOp kernel);

TileChoice chooseTiles(KernelOp kernel, const KernelSpace &space,
                       const Machine &machine);

/// The accumulators of a contraction that are in registers: `rows` x `vectors`.
struct RegisterTile {
  int64_t rows, vectors;
};
RegisterTile chooseRegisterTile(int64_t rows, int64_t columns, int64_t lanes,
                                int64_t registers);
/// The same for the dot form, where the lanes are terms of the sum.
RegisterTile chooseDotTile(int64_t rows, int64_t columns, int64_t depth,
                           mlir::Type element, const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_TILECHOICE_H
