//===- RegisterTileChoice.h - Choose the tile in registers ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_CPU_REGISTERTILECHOICE_H
#define VIB_COMPILER_CPU_REGISTERTILECHOICE_H

#include "compiler/cpu/Machine.h"

namespace vib {

/// The accumulators of a contraction that are in registers: `rows` x `vectors`.
struct RegisterTile {
  int64_t rows, vectors;
};
/// `grain` is what the rows of the tile must be a multiple of.
RegisterTile chooseRegisterTile(int64_t rows, int64_t columns, int64_t lanes,
                                int64_t registers, int64_t grain = 1);
/// The same for the dot form, where the lanes are terms of the sum.
RegisterTile chooseDotTile(int64_t rows, int64_t columns, int64_t depth,
                           mlir::Type element, const Machine &machine);

} // namespace vib

#endif // VIB_COMPILER_CPU_REGISTERTILECHOICE_H
