//===- RegisterTileChoice.cpp - Choose the tile in registers --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/RegisterTileChoice.h"
#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

/// The part of a first-level cache of 32 KiB that is left for the columns which
/// a tile of the dot form keeps there.
static constexpr int64_t kHeldColumnBytes = 24 * 1024;

/// Every step of the reduction needs `rows` broadcasts and `vectors` loads for
/// rows * vectors multiply-adds. A core does two of each in a cycle, and eight
/// accumulators hide the latency. The tile is chosen by the cycles of the whole
/// rows x columns block, including its remainders.
RegisterTile vib::chooseRegisterTile(int64_t rows, int64_t columns,
                                     int64_t lanes, int64_t registers,
                                     int64_t grain) {
  int64_t vectors = llvm::divideCeil(columns, lanes);
  auto getCycles = [](int64_t rows, int64_t vectors) -> double {
    if (rows == 0 || vectors == 0)
      return 0;
    double multiplyAdds = rows * vectors;
    return std::max({multiplyAdds / 2, (rows + vectors) / 2.0, 4.0});
  };
  RegisterTile best = {grain, 1};
  double bestCycles = std::numeric_limits<double>::infinity();
  for (int64_t v = 1; v <= std::min<int64_t>(vectors, 6); ++v) {
    for (int64_t r = grain; r <= rows; r += grain) {
      if (r * v + v + 1 > registers)
        break;
      int64_t fullRows = rows / r, fullVectors = vectors / v;
      int64_t restRows = rows % r, restVectors = vectors % v;
      double cycles = fullRows * fullVectors * getCycles(r, v) +
                      fullRows * getCycles(r, restVectors) +
                      fullVectors * getCycles(restRows, v) +
                      getCycles(restRows, restVectors);
      // Among equals, prefer the tile with fewer pieces of code, then the
      // larger.
      cycles *= 1.0 + 0.01 * ((restRows != 0) + (restVectors != 0));
      cycles += 1e-3 * fullRows * fullVectors;
      if (cycles < bestCycles) {
        bestCycles = cycles;
        best = {r, v};
      }
    }
  }
  return best;
}

/// Rows are streamed, so a tile has few rows and many columns: two rows, loaded
/// once, meet eight columns (four if there are 16 registers). If that many
/// columns do not fit in the first-level cache beside the rows, twice as many
/// rows meet half as many columns. There are then as many accumulators as
/// lanes, which are added up together.
RegisterTile vib::chooseDotTile(int64_t rows, int64_t columns, int64_t depth,
                                Type element, const Machine &machine) {
  int64_t atOnce = 2, held = machine.getRegisters() / 4;
  if (held * depth * getElementBytes(element) > kHeldColumnBytes) {
    atOnce *= 2;
    held /= 2;
  }
  return {std::min(rows, atOnce), std::min(columns, held)};
}
