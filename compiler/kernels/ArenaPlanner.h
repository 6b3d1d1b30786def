//===- ArenaPlanner.h - One place for everything ----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parameters are laid out in the order of the model, once for all blocks.
// The arena begins with the inputs and outputs of all entries: one name is one
// place, whichever functions use it, since the runtime writes and reads them
// between calls. After them come the buffers that live inside of one call; the
// functions share that part, and in a function two buffers share memory unless
// both are alive at one kernel. The largest buffers are placed first, each at
// the lowest offset that is free for its lifetime.
//
// Everything is aligned to 64 bytes, and arrays that begin at equal offsets in
// their 4 KB pages compete for the same sets of a cache, so neighbours are
// staggered by five lines.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_ARENAPLANNER_H
#define VIB_COMPILER_KERNELS_ARENAPLANNER_H

#include "compiler/kernels/Memory.h"
#include "compiler/kernels/ValuePlacement.h"

namespace vib {

class ArenaPlanner {
public:
  explicit ArenaPlanner(mlir::ModuleOp module) : module(module) {}
  virtual ~ArenaPlanner() = default;

  /// Records the plan in the attributes of the module and its kernels.
  llvm::LogicalResult run();

  int64_t getNumBuffers() const { return numBuffers; }
  int64_t getArenaBytes() const { return arenaBytes; }

protected:
  /// When a kernel runs: what it reads and writes is alive from its first to
  /// its last point in time.
  struct Times {
    int64_t first, last;
  };
  /// Of the kernel with this place among those of its function.
  virtual Times getTimes(KernelOp kernel, int64_t place) const {
    return {place, place};
  }
  /// The layout of a matrix that only `kernels` read and write.
  virtual Layout chooseLayout(mlir::RankedTensorType type,
                              llvm::ArrayRef<KernelOp> kernels) const = 0;
  virtual std::unique_ptr<ValuePlacement> planKernel(KernelOp kernel) const = 0;

private:
  /// Places one thing after another.
  struct Sequence {
    int64_t end = 0;
    int64_t place(int64_t bytes);
    int64_t size() const;
  };

  void setBytes(llvm::StringRef name, int64_t bytes);
  llvm::LogicalResult planParameters();
  llvm::LogicalResult planTensors();
  /// Places what lives inside of a call of `function`.
  llvm::LogicalResult planFunction(mlir::func::FuncOp function,
                                   const MemoryMap &memory);

  mlir::ModuleOp module;
  Sequence arena;
  int64_t numBuffers = 0, arenaBytes = 0;
};

} // namespace vib

#endif // VIB_COMPILER_KERNELS_ARENAPLANNER_H
