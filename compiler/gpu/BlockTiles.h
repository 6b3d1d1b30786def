//===- BlockTiles.h - How a kernel is cut for thread blocks -----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All decisions about sizes on a GPU are here: the classes of a kernel's
// iteration space that are divided among thread blocks, and which contractions
// go by emitBlockContraction.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKTILES_H
#define VIB_COMPILER_GPU_BLOCKTILES_H

#include "compiler/gpu/BlockShape.h"
#include "compiler/gpu/MatrixContraction.h"
#include "compiler/kernels/TileChoice.h"

namespace vib {

/// What the choices depend on.
struct GpuOptions {
  /// Factors of f32 are rounded to TF32.
  bool useTF32 = false;
  /// As the model of a module of the phase fused says.
  static GpuOptions get(mlir::ModuleOp module);
};

struct BlockTiles {
  /// The divided classes; the blocks are their product, the last one fastest.
  llvm::SmallVector<Tile, 3> tiles;
  int64_t blocks = 1;
  /// The contractions by emitBlockContraction, and their sizes. Those that
  /// follow each other with one lhs are made together.
  llvm::SmallVector<MatrixContraction> contractions;
  BlockShape shape;

  const Tile *lookup(unsigned cls) const {
    const Tile *tile =
        llvm::find_if(tiles, [&](const Tile &t) { return t.cls == cls; });
    return tile == tiles.end() ? nullptr : tile;
  }
  /// The most positions that a tile has of a class.
  int64_t getSize(unsigned cls, const KernelSpace &space) const {
    const Tile *tile = lookup(cls);
    return tile ? tile->size : space.getExtent(cls);
  }
  /// How many tiles a class is cut into.
  int64_t getNumTiles(const Tile &tile, const KernelSpace &space) const {
    return llvm::divideCeil(space.getExtent(tile.cls), tile.size);
  }
};

BlockTiles chooseBlockTiles(KernelOp kernel, const KernelSpace &space,
                            const GpuOptions &options);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKTILES_H
