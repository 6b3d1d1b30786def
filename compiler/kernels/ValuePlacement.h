//===- ValuePlacement.h - Where a kernel's values are held ------*- C++ -*-===//
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
//   - a result reduced over pieces of work (units of a CPU, thread blocks of a
//     GPU) is a partial result of each piece,
//   - the rest is scratch of the size of a tile.
//
// How the space is cut, and where scratch lies, is the target's: KernelPlan for
// a CPU, BlockPlan for a GPU.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_VALUEPLACEMENT_H
#define VIB_COMPILER_KERNELS_VALUEPLACEMENT_H

#include "compiler/fused/KernelSpace.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace vib {

/// Memory that a kernel works on.
struct Buffer {
  enum Kind {
    Input,   ///< an `ins` of the kernel, or its tied state
    Output,  ///< an `outs`
    Scratch, ///< a tile on the stack, or in shared memory
    Spill,   ///< a tile in the arena, one for each piece of work
    Partial  ///< a whole tensor in the arena, one for each piece of work
  } kind;
  /// The argument of the kernel's region, for inputs and outputs.
  mlir::Value argument;
  /// What the buffer holds: a whole tensor, or a tile for scratch.
  mlir::RankedTensorType type;
  /// Of spills and partials: the offset from the kernel's scratch in the arena,
  /// and the distance from one piece of work to the next.
  int64_t offset = 0, unitBytes = 0;
  /// Of partials: the divided classes that the result is reduced over.
  llvm::SmallVector<unsigned, 2> reduced = {};
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

/// A result to be combined from its partials when all pieces are done.
struct Combination {
  unsigned partial, output;
  mlir::Operation *combiner;
};

/// Whether what `op` computes is needed, at last, by an op of the kernel with a
/// loop over the class. If not, and if it has none itself, it can be done once
/// for all pieces of the class.
bool feedsClass(mlir::Operation *op, unsigned cls, const KernelSpace &space);

/// The combiner of a result that `op` reduces (`arith.addf`, …), or null if it
/// is not one associative operation with a neutral element.
mlir::Operation *getCombiner(mlir::linalg::LinalgOp op, unsigned resultIndex);
/// The neutral element of a combiner.
mlir::TypedAttr getNeutralElement(mlir::Operation *combiner);

class ValuePlacement {
public:
  virtual ~ValuePlacement() = default;

  const KernelSpace &getSpace() const { return space; }
  llvm::ArrayRef<Buffer> getBuffers() const { return buffers; }
  llvm::ArrayRef<Combination> getCombinations() const { return combinations; }
  /// Whether a result of the kernel is combined from partial ones.
  bool isCombined(unsigned result) const;
  /// Whether a tensor is in memory.
  bool hasSite(mlir::Value tensor) const { return sites.contains(tensor); }
  const Site &getSite(mlir::Value tensor) const {
    return sites.find(tensor)->second;
  }
  /// The copies to be made before (to initialize) and after an op.
  llvm::ArrayRef<Copy> getCopiesBefore(mlir::Operation *op) const;
  llvm::ArrayRef<Copy> getCopiesAfter(mlir::Operation *op) const;
  /// Whether an op has a loop over the class.
  bool usesClass(mlir::Operation *op, unsigned cls) const;
  /// The bytes in the arena that the kernel needs while it runs.
  int64_t getScratchBytes() const { return scratchBytes; }

protected:
  explicit ValuePlacement(KernelOp kernel) : kernel(kernel), space(kernel) {}

  /// Places all values. For the constructor of the target's plan, once it can
  /// answer the questions below.
  void place();

  /// The size of a tile's part of the class.
  virtual int64_t getTileSize(unsigned cls) const = 0;
  /// Whether the class is divided among pieces of work.
  virtual bool isDivided(unsigned cls) const = 0;
  /// The buffer of a value's tile, of this type: scratch, or a spill.
  virtual Buffer createScratch(mlir::Value value,
                               mlir::RankedTensorType type) = 0;
  /// Whether a value must have scratch of its own.
  virtual bool isOwnScratch(mlir::Value value) const { return false; }
  /// How many partial results there are of one reduced over these classes.
  virtual int64_t getNumPartials(llvm::ArrayRef<unsigned> reduced) const = 0;
  /// Whether the results of `op` are written to memory.
  virtual bool isInMemory(mlir::linalg::LinalgOp op) const = 0;
  /// Whether `op` reads what its init is to start from.
  virtual bool readsInit(mlir::linalg::LinalgOp op,
                         mlir::OpOperand &init) const {
    return op.payloadUsesValueFromOperand(&init);
  }

  KernelOp kernel;
  KernelSpace space;
  llvm::SmallVector<Buffer> buffers;
  int64_t scratchBytes = 0;

private:
  unsigned addBuffer(Buffer buffer);
  /// A new scratch buffer for a value.
  Site addScratch(mlir::Value value);
  Site addPartial(mlir::Value value, llvm::ArrayRef<unsigned> reduced);
  Site getWhole(unsigned buffer) const;
  Site getSlice(const Site &whole, mlir::OffsetSizeAndStrideOpInterface,
                const llvm::SmallBitVector &dropped) const;
  /// Whether the value cannot be made where it is handed out: pieces of work
  /// could write it while others read it.
  bool isShared(mlir::Value value) const;
  void placeYields();
  void placeResults();
  void placeInit(mlir::Operation *op, mlir::Value init, const Site &site,
                 bool read);
  void placeInsert(mlir::tensor::InsertSliceOp insert);
  void placeExtracts();

  llvm::DenseMap<mlir::Value, unsigned> outputBuffers;
  llvm::DenseMap<mlir::Value, Site> sites;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<Copy>> before, after;
  llvm::SmallVector<Combination> combinations;
};

} // namespace vib

#endif // VIB_COMPILER_KERNELS_VALUEPLACEMENT_H
