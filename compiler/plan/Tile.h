//===- Tile.h - A part of a dimension of a kernel ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_TILE_H
#define VIB_COMPILER_PLAN_TILE_H

#include <cstdint>

namespace vib {

/// One class of the kernel's iteration space, divided into tiles of `size`
/// positions; the last tile may be smaller.
struct Tile {
  unsigned cls;
  int64_t size;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_TILE_H
