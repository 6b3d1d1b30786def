//===- ValuePlacement.h - Assign memory to a kernel's values ----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Assigns memory to every tensor value of a kernel, so that the kernel's ops
// can be emitted one after another for a tile:
//
//   - The ins and outs are in the blocks and the arena.
//   - A value that is yielded is written directly to its output. Working
//     backwards from the yield, the result of an op takes the place of its use,
//     through inits and slices.
//   - A result that is reduced over pieces of work becomes one partial result
//     for each piece.
//   - All other values are in scratch memory of the size of a tile.
//
// A piece of work is a unit on a CPU and a thread block on a GPU. How the
// iteration space is divided, and where scratch memory is, depends on the
// target: KernelPlan for a CPU, BlockPlan for a GPU.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_VALUEPLACEMENT_H
#define VIB_COMPILER_PLAN_VALUEPLACEMENT_H

#include "compiler/fused/KernelSpace.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace vib {

/// Memory that a kernel uses.
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
  /// The type of what the buffer holds: a whole tensor, or a tile of one.
  mlir::RankedTensorType type;
  /// For spills and partials: the offset from the kernel's scratch in the
  /// arena, and the distance from one piece of work to the next.
  int64_t offset = 0, unitBytes = 0;
  /// For partials: the divided classes over which the result is reduced.
  llvm::SmallVector<unsigned, 2> reduced = {};
  /// Whether positions in the buffer are relative to the start of the tile.
  bool isTile() const { return kind == Scratch || kind == Spill; }
};

/// Where a tensor value is in a buffer: axis i of the value is axis axes[i] of
/// the buffer, and position 0 along buffer axis j is at offsets[j].
struct Site {
  unsigned buffer = ~0u;
  llvm::SmallVector<int64_t, 4> offsets;
  llvm::SmallVector<unsigned, 4> axes;
  bool operator==(const Site &other) const {
    return buffer == other.buffer && offsets == other.offsets &&
           axes == other.axes;
  }
};

/// A copy that is made before or after an op.
struct Copy {
  mlir::Value value;
  Site from, to;
};

/// A result that is combined from partial results once all pieces are done.
struct Combination {
  unsigned partial, output;
  mlir::Operation *combiner;
};

/// Whether an op with a loop over the class needs, directly or not, what `op`
/// computes. If not, and if `op` has no such loop itself, `op` can run once for
/// all pieces of the class.
bool feedsClass(mlir::Operation *op, unsigned cls, const KernelSpace &space);

class ValuePlacement {
public:
  virtual ~ValuePlacement() = default;

  const KernelSpace &getSpace() const { return space; }
  llvm::ArrayRef<Buffer> getBuffers() const { return buffers; }
  llvm::ArrayRef<Combination> getCombinations() const { return combinations; }
  /// Whether a result of the kernel is combined from partial results.
  bool isCombined(unsigned result) const;
  /// Whether a tensor has a place in memory.
  bool hasSite(mlir::Value tensor) const { return sites.contains(tensor); }
  const Site &getSite(mlir::Value tensor) const {
    return sites.find(tensor)->second;
  }
  /// The copies to make before an op, to initialize its result, and after it.
  llvm::ArrayRef<Copy> getCopiesBefore(mlir::Operation *op) const;
  llvm::ArrayRef<Copy> getCopiesAfter(mlir::Operation *op) const;
  /// Visits the linalg ops of the kernel and the copies before and after them,
  /// in the order in which they run.
  void walk(llvm::function_ref<void(mlir::linalg::LinalgOp)> visitOp,
            llvm::function_ref<void(const Copy &)> visitCopy) const;
  /// The operand or result of the kernel that an input or output is.
  mlir::Value getTensor(const Buffer &buffer) const;
  /// The number of partial results of a value that is reduced over these
  /// classes.
  virtual int64_t getNumPartials(llvm::ArrayRef<unsigned> reduced) const = 0;
  /// Whether an op has a loop over the class.
  bool usesClass(mlir::Operation *op, unsigned cls) const;
  /// The bytes that the kernel needs in the arena while it runs.
  int64_t getScratchBytes() const { return scratchBytes; }

protected:
  explicit ValuePlacement(KernelOp kernel) : kernel(kernel), space(kernel) {}

  /// Places all values. The constructor of the target's plan calls this as soon
  /// as the virtual functions below can answer.
  void place();

  /// The number of positions of the class in a tile.
  virtual int64_t getTileSize(unsigned cls) const = 0;
  /// Whether the class is divided among pieces of work.
  virtual bool isDivided(unsigned cls) const = 0;
  /// The buffer of a tile of a value, which has this type: scratch, or a spill.
  virtual Buffer createScratch(mlir::Value value,
                               mlir::RankedTensorType type) = 0;
  /// Whether a value needs scratch of its own.
  virtual bool isOwnScratch(mlir::Value value) const { return false; }
  /// Whether the results of `op` are written to memory.
  virtual bool isInMemory(mlir::linalg::LinalgOp op) const = 0;
  /// Whether `op` reads its init.
  virtual bool readsInit(mlir::linalg::LinalgOp op,
                         mlir::OpOperand &init) const {
    return op.payloadUsesValueFromOperand(&init);
  }

  /// Adds `count` times `bytes` to scratchBytes. More than any arena can have
  /// counts as that much, so that the sum does not overflow.
  void addScratchBytes(int64_t bytes, int64_t count);

  KernelOp kernel;
  KernelSpace space;
  llvm::SmallVector<Buffer> buffers;
  int64_t scratchBytes = 0;

private:
  unsigned addBuffer(Buffer buffer);
  /// Adds a scratch buffer for a value.
  Site addScratch(mlir::Value value);
  Site addPartial(mlir::Value value, llvm::ArrayRef<unsigned> reduced);
  Site getWhole(unsigned buffer) const;
  Site getSlice(const Site &whole, mlir::OffsetSizeAndStrideOpInterface,
                const llvm::SmallBitVector &dropped) const;
  /// Whether the value cannot be computed in the memory of an output, because
  /// pieces of work could write it while others read it.
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

#endif // VIB_COMPILER_PLAN_VALUEPLACEMENT_H
