//===- ArenaPlanner.h - Lay out the blocks and the arena --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The parameters are laid out in the order of the model. All blocks (weights,
// moments, average, gradients) share this layout.
//
// The arena begins with the inputs and outputs of all entries. A name has the
// same place in every function that uses it, because the runtime writes and
// reads these tensors between calls. After them come the buffers that are live
// only during a call. All functions share this part of the arena. Within a
// function, two buffers share memory unless their live ranges, counted in
// kernels, overlap. The largest buffers are placed first, each at the lowest
// offset that is free over its live range.
//
// Everything is aligned to 64 bytes. Arrays that begin at the same offset
// within their 4 KB pages compete for the same cache sets, so neighbours are
// staggered by five cache lines.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_ARENAPLANNER_H
#define VIB_COMPILER_PLAN_ARENAPLANNER_H

#include "compiler/plan/BufferPlacement.h"
#include "compiler/plan/ValuePlacement.h"

namespace vib {

class ArenaRanges;

class ArenaPlanner {
public:
  explicit ArenaPlanner(mlir::ModuleOp module) : module(module) {}
  virtual ~ArenaPlanner() = default;

  /// Verifies that no tensor is so large that its size could overflow.
  llvm::LogicalResult checkSizes();
  /// Records the plan in the attributes of the module and its kernels.
  llvm::LogicalResult run();
  /// Verifies a plan that these attributes record (ArenaVerifier.cpp).
  /// checkSizes and verifyPlaces must have accepted the module.
  llvm::LogicalResult verify();

  int64_t getNumBuffers() const { return numBuffers; }
  int64_t getArenaBytes() const { return arenaBytes; }

protected:
  /// The first and the last point in time at which a kernel may run. The
  /// tensors that it reads and writes are live throughout.
  struct Times {
    int64_t first, last;
  };
  /// The times of the kernel at index `place` among those of its function.
  virtual Times getTimes(KernelOp kernel, int64_t place) const {
    return {place, place};
  }
  /// The layout of a matrix that only `kernels` read and write.
  virtual Layout chooseLayout(mlir::RankedTensorType type,
                              llvm::ArrayRef<KernelOp> kernels) const = 0;
  /// Whether a tensor for which chooseLayout chooses `chosen` can have `layout`
  /// instead.
  virtual bool canHave(mlir::RankedTensorType type, Layout chosen,
                       Layout layout) const {
    return false;
  }
  virtual std::unique_ptr<ValuePlacement> planKernel(KernelOp kernel) const = 0;

private:
  /// Places tensors one after another.
  struct Sequence {
    int64_t end = 0;
    int64_t place(int64_t bytes);
    int64_t size() const;
  };

  /// Reports at `op` that so many bytes are too many for `what`.
  static llvm::LogicalResult checkSum(mlir::Operation *op, llvm::StringRef what,
                                      int64_t bytes);
  /// The kernels of all functions.
  llvm::SmallVector<KernelOp> getKernels();
  void setBytes(llvm::StringRef name, int64_t bytes);
  llvm::LogicalResult planParameters();
  llvm::LogicalResult planTensors();
  /// The place of a result that is state, an input or an output; failure if it
  /// is in a buffer of its function.
  mlir::FailureOr<Place> lookupFixed(mlir::func::FuncOp function,
                                     mlir::OpResult result,
                                     const MemoryMap &memory) const;
  using KernelTimes = llvm::DenseMap<mlir::Operation *, Times>;
  /// The last point in time at which a kernel writes or reads a result.
  static int64_t getLastUse(mlir::OpResult result, const KernelTimes &times);
  /// The layout of a result in a buffer of its function.
  Layout getBufferLayout(mlir::OpResult result,
                         const ValuePlacement &plan) const;
  llvm::LogicalResult verifyLayout(mlir::Operation *op, const llvm::Twine &what,
                                   mlir::RankedTensorType type, Layout chosen,
                                   Layout layout) const;
  llvm::LogicalResult verifySlots(const MemoryMap &memory);
  llvm::LogicalResult verifyResult(mlir::OpResult result,
                                   const ValuePlacement &plan,
                                   const KernelTimes &times,
                                   const MemoryMap &memory,
                                   ArenaRanges &ranges);
  llvm::LogicalResult verifyScratch(KernelOp kernel, const ValuePlacement &plan,
                                    Times own, ArenaRanges &ranges);
  llvm::LogicalResult verifyFunction(mlir::func::FuncOp function,
                                     const MemoryMap &memory, int64_t begin);
  /// The places of a kernel's results.
  struct KernelPlaces {
    KernelOp kernel;
    llvm::SmallVector<Place> places;
  };
  // FunctionBuffers.cpp
  llvm::SmallVector<LiveBuffer>
  collectBuffers(mlir::func::FuncOp function,
                 llvm::MutableArrayRef<KernelPlaces> kernels,
                 const MemoryMap &memory);
  llvm::LogicalResult planFunction(mlir::func::FuncOp function,
                                   const MemoryMap &memory);

  mlir::ModuleOp module;
  Sequence arena;
  int64_t numBuffers = 0, arenaBytes = 0;
};

} // namespace vib

#endif // VIB_COMPILER_PLAN_ARENAPLANNER_H
