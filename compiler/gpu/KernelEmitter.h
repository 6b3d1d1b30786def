//===- KernelEmitter.h - The code of a kernel in a launch -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits what the blocks of a launch do of one vib.kernel:
//
//   scalars of the step; views of the blocks, the arena and shared memory
//   where the block's tile begins, and how large it is at an edge
//   the steps of BlockPlan, with barriers between them
//
// An op without a divided class, which ops with it need, is done by each block,
// on scratch; if none needs it, by the blocks at the class's first tile. All
// control flow around a barrier is that of the whole block. Nothing here knows
// a model: BlockPlan has cut the space and placed the values, BlockEmitter
// emits the ops.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_KERNELEMITTER_H
#define VIB_COMPILER_GPU_KERNELEMITTER_H

#include "compiler/gpu/BlockContraction.h"
#include "compiler/gpu/BlockEmitter.h"
#include "compiler/gpu/Launches.h"
#include "compiler/kernels/Memory.h"
#include <functional>

namespace vib {

/// What a launch knows of itself, as values of its function.
struct LaunchValues {
  std::array<mlir::Value, kNumBases> bases;
  mlir::Value step, block, thread, shared;
};

/// What a kernel of a launch takes.
struct Part {
  KernelInfo info;
  int64_t sharedBytes;
  /// Emits it for the block of that number.
  std::function<llvm::LogicalResult(mlir::OpBuilder &, const LaunchValues &,
                                    mlir::Value)>
      emit;
};

class KernelEmitter {
public:
  KernelEmitter(KernelOp kernel, llvm::StringRef name,
                const GpuOptions &options, const MemoryMap &memory)
      : kernel(kernel), name(name), memory(memory), plan(kernel, options),
        loc(kernel.getLoc()) {}

  Part getPart();
  /// What combines its partial results, if it has any.
  std::optional<Part> getCombination();

private:
  llvm::LogicalResult emit(mlir::OpBuilder &builder, const LaunchValues &launch,
                           mlir::Value block);
  llvm::LogicalResult mapScalars(BlockEmitter &e, const LaunchValues &launch);
  llvm::LogicalResult createViews(BlockEmitter &e, const LaunchValues &launch,
                                  mlir::Value block,
                                  llvm::ArrayRef<mlir::Value> tiles);
  void emitStep(BlockEmitter &e, const LaunchValues &launch,
                const BlockStep &step);
  // KernelContractions.cpp
  TileOperand getOperand(BlockEmitter &e, const MatrixContraction &contraction,
                         const MatrixOperand &matrix, unsigned cls);
  void emitContractions(BlockEmitter &e, const LaunchValues &launch,
                        const BlockStep &step);
  // PartialResults.cpp, with getCombination
  llvm::LogicalResult emitCombination(mlir::OpBuilder &builder,
                                      const LaunchValues &launch,
                                      mlir::Value block, int64_t blocks);
  mlir::FailureOr<Place> getPlace(const Buffer &buffer);
  int64_t getScratch() {
    return kernel->getAttrOfType<mlir::IntegerAttr>(kScratchAttrName).getInt();
  }

  KernelOp kernel;
  std::string name;
  const MemoryMap &memory;
  BlockPlan plan;
  mlir::Location loc;
};

} // namespace vib

#endif // VIB_COMPILER_GPU_KERNELEMITTER_H
