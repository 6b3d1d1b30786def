//===- KernelPlan.h - Where a kernel's values are held ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Assigns memory to every tensor value of a kernel, so that its ops can be
// emitted one after another for a tile:
//
//   - ins and outs are in the blocks and the arena,
//   - what is handed out is written to its place at once: from the yield
//     backwards, an op's result takes the place of its use, through the init of
//     the op before and through slices,
//   - a result reduced over the units is a partial result of each unit,
//   - the rest is scratch of the size of a tile, on the stack as long as it is
//     small.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_KERNELPLAN_H
#define VIB_COMPILER_KERNELS_KERNELPLAN_H

#include "compiler/kernels/TileChoice.h"

namespace vib {

/// Memory that a kernel works on.
struct Buffer {
  enum Kind {
    Input,   ///< an `ins` of the kernel, or its tied state
    Output,  ///< an `outs`
    Scratch, ///< a tile on the stack
    Spill,   ///< a tile in the arena, one for each unit
    Partial  ///< a whole tensor in the arena, one for each unit
  } kind;
  /// The argument of the kernel's region, for inputs and outputs.
  mlir::Value argument;
  /// What the buffer holds: a whole tensor, or a tile for scratch.
  mlir::RankedTensorType type;
  /// Of spills and partials: the offset from the kernel's scratch in the arena,
  /// and the distance from one unit to the next.
  int64_t offset = 0, unitBytes = 0;
  /// Whether positions in the buffer count from the start of the tile.
  bool isTile() const { return kind == Scratch || kind == Spill; }
};

/// Where a tensor value lies in a buffer: its axis i is the buffer's axis
/// axes[i], and position 0 of buffer axis j is at offsets[j].
struct Site {
  unsigned buffer = ~0u;
  llvm::SmallVector<int64_t, 4> offsets;
  llvm::SmallVector<unsigned, 4> axes;
  bool operator==(const Site &other) const {
    return buffer == other.buffer && offsets == other.offsets &&
           axes == other.axes;
  }
};

/// A copy to be made right after an op.
struct Copy {
  mlir::Value value;
  Site from, to;
};

/// A result to be combined from its partials when all units are done.
struct Combination {
  unsigned partial, output;
  mlir::Operation *combiner;
};

/// An operand of a contraction that is packed into pairs (Pairs.h) before the
/// kernel runs, once for all units, at `offset` from its scratch in the arena.
struct SharedPairs {
  mlir::Value operand;
  int64_t depth, columns, offset;
};

class KernelPlan {
public:
  KernelPlan(KernelOp kernel, const Machine &machine);

  const KernelSpace &getSpace() const { return space; }
  const TileChoice &getTiles() const { return tiles; }
  llvm::ArrayRef<Buffer> getBuffers() const { return buffers; }
  llvm::ArrayRef<Combination> getCombinations() const { return combinations; }
  /// Whether a result of the kernel is combined from partial ones.
  bool isCombined(unsigned result) const;
  /// Whether a tensor is in memory: the result of a contraction that another
  /// op is interleaved with is not.
  bool hasSite(mlir::Value tensor) const { return sites.contains(tensor); }
  const Site &getSite(mlir::Value tensor) const {
    return sites.find(tensor)->second;
  }
  /// The copies to be made before (to initialize) and after an op.
  llvm::ArrayRef<Copy> getCopiesBefore(mlir::Operation *op) const;
  llvm::ArrayRef<Copy> getCopiesAfter(mlir::Operation *op) const;
  /// Whether `fill` is left to the contraction that accumulates onto it.
  bool isFolded(mlir::linalg::FillOp fill) const {
    return folded.contains(fill);
  }
  /// The op that is emitted together with a contraction, or null.
  mlir::linalg::LinalgOp
  getInterleaved(mlir::linalg::LinalgOp contraction) const {
    return interleaved.lookup(contraction);
  }
  /// Whether `op` is emitted together with a contraction.
  bool isInterleaved(mlir::linalg::LinalgOp op) const {
    return llvm::any_of(interleaved,
                        [&](auto &pair) { return pair.second == op; });
  }
  /// The operands that are packed for all units, by contraction.
  const llvm::MapVector<mlir::Operation *, SharedPairs> &
  getSharedPairs() const {
    return sharedPairs;
  }
  /// Whether an op has a loop over the class.
  bool usesClass(mlir::Operation *op, unsigned cls) const;
  bool usesUnit(mlir::Operation *op) const {
    return !tiles.unit || usesClass(op, tiles.unit->cls);
  }
  bool usesInner(mlir::Operation *op) const {
    return tiles.inner && usesClass(op, tiles.inner->cls);
  }
  /// Whether `op` has no loop over the units, nor anything that needs its
  /// results: it is then done once, by the first unit.
  bool isDoneOnce(mlir::Operation *op) const;
  /// The bytes in the arena that the kernel needs while it runs.
  int64_t getScratchBytes() const { return scratchBytes; }

private:
  unsigned addBuffer(Buffer buffer);
  /// A new scratch buffer for a value.
  Site addScratch(mlir::Value value);
  Site addPartial(mlir::Value value);
  Site getWhole(unsigned buffer) const;
  Site getSlice(const Site &whole, mlir::OffsetSizeAndStrideOpInterface,
                const llvm::SmallBitVector &dropped) const;
  /// Whether units could write the value while others read it.
  bool isShared(mlir::Value value) const;
  void placeYields();
  void placeResults();
  void placeInit(mlir::Operation *op, mlir::Value init, const Site &site,
                 bool read);
  void placeInsert(mlir::tensor::InsertSliceOp insert);
  void placeExtracts();
  void foldFills();
  void sharePairs();

  KernelOp kernel;
  KernelSpace space;
  TileChoice tiles;
  llvm::SmallVector<Buffer> buffers;
  llvm::DenseMap<mlir::Value, unsigned> outputBuffers;
  llvm::DenseMap<mlir::Value, Site> sites;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<Copy>> before, after;
  llvm::SmallVector<Combination> combinations;
  llvm::DenseSet<mlir::Operation *> folded;
  llvm::DenseMap<mlir::Operation *, mlir::linalg::LinalgOp> interleaved;
  llvm::MapVector<mlir::Operation *, SharedPairs> sharedPairs;
  int64_t scratchBytes = 0, stackBytes = 0;
};

} // namespace vib

#endif // VIB_COMPILER_KERNELS_KERNELPLAN_H
