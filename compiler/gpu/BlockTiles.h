//===- BlockTiles.h - Divide a kernel among thread blocks -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All decisions about sizes on a GPU are here: the classes of a kernel's
// iteration space that are divided among thread blocks, and the contractions
// that emitBlockContraction emits.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_BLOCKTILES_H
#define VIB_COMPILER_GPU_BLOCKTILES_H

#include "compiler/gpu/BlockShape.h"
#include "compiler/gpu/MatrixContraction.h"
#include "compiler/plan/Tile.h"

namespace vib {

/// The options that the choices depend on.
struct GpuOptions {
  /// Whether f32 factors are rounded to TF32.
  bool useTF32 = false;
  /// The options of a module of the phase fused, from its vib.model.
  static GpuOptions get(mlir::ModuleOp module);
};

struct BlockTiles {
  /// The tiles of the divided classes. There is a block for each combination of
  /// them; the last class varies fastest.
  llvm::SmallVector<Tile, 3> tiles;
  int64_t blocks = 1;
  /// The contractions that emitBlockContraction emits, and their sizes.
  /// Adjacent ones with the same lhs are emitted together.
  llvm::SmallVector<MatrixContraction> contractions;
  BlockShape shape;

  const Tile *lookup(unsigned cls) const {
    const Tile *tile =
        llvm::find_if(tiles, [&](const Tile &t) { return t.cls == cls; });
    return tile == tiles.end() ? nullptr : tile;
  }
  /// The most positions of a class in a tile.
  int64_t getSize(unsigned cls, const KernelSpace &space) const {
    const Tile *tile = lookup(cls);
    return tile ? tile->size : space.getExtent(cls);
  }
  /// The number of tiles into which a class is divided.
  int64_t getNumTiles(const Tile &tile, const KernelSpace &space) const {
    return llvm::divideCeil(space.getExtent(tile.cls), tile.size);
  }
};

/// On a planned kernel: the dimensions that are divided among blocks, a list of
/// #vib.tile, and the sizes of its contractions, a #vib.block.
inline constexpr llvm::StringLiteral kTilesAttrName = "tiles";
inline constexpr llvm::StringLiteral kBlockAttrName = "block";
/// On an op of a planned kernel: a contraction with these sizes.
inline constexpr llvm::StringLiteral kStagedAttrName = "vib.staged";

/// The part of a kernel's work that its contractions are: what they have in
/// common, and the sizes that they can have.
struct ContractionProblem {
  unsigned rowClass, columnClass;
  llvm::SmallVector<unsigned, 2> outer;
  int64_t rows, columns, depth;
  unsigned results;
  OperandPrecision precision;
  OperandForm lhs, rhs;
};
/// None if the contractions do not have the same form.
std::optional<ContractionProblem>
getProblem(llvm::ArrayRef<MatrixContraction> contractions,
           const KernelSpace &space, const GpuOptions &options);

BlockTiles chooseBlockTiles(KernelOp kernel, const KernelSpace &space,
                            const GpuOptions &options);

/// The tiles that the attributes of a planned kernel record. `kernel` must be
/// planned (BlockPlanVerifier.h).
BlockTiles readBlockTiles(KernelOp kernel, const KernelSpace &space,
                          const GpuOptions &options);

} // namespace vib

#endif // VIB_COMPILER_GPU_BLOCKTILES_H
