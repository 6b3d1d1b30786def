//===- GpuKernelEmitter.h - Emit a kernel of a launch -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Emits the code of one vib.kernel for the blocks of a launch:
//
//   the scalars of the step; views of the blocks, the arena and shared memory
//   the start of the block's tile, and its size at an edge
//   the steps of BlockPlan, with barriers between them
//
// Some ops do not have a class that is divided. If an op that has it needs
// their results, every block computes them again, into scratch. Otherwise the
// blocks at the first tile of the class compute them. All control flow around a
// barrier is uniform for the block. This file does not depend on the model:
// BlockPlan has divided the iteration space and placed the values, and
// BlockEmitter emits the ops.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_GPUKERNELEMITTER_H
#define VIB_COMPILER_GPU_GPUKERNELEMITTER_H

#include "compiler/gpu/BlockContraction.h"
#include "compiler/gpu/BlockEmitter.h"
#include "compiler/gpu/Launches.h"
#include "compiler/plan/Memory.h"
#include <functional>

namespace vib {

/// The values of a launch that its kernels use.
struct LaunchValues {
  std::array<mlir::Value, kNumBases> bases;
  mlir::Value step, block, thread, shared;
};

/// A kernel within a launch.
struct LaunchPart {
  KernelInfo info;
  int64_t sharedBytes;
  /// Emits its code for the block with the given number.
  std::function<llvm::LogicalResult(mlir::OpBuilder &, const LaunchValues &,
                                    mlir::Value)>
      emit;
};

class GpuKernelEmitter {
public:
  GpuKernelEmitter(KernelOp kernel, llvm::StringRef name,
                   const GpuOptions &options, const MemoryMap &memory)
      : kernel(kernel), name(name), memory(memory), plan(kernel, options),
        loc(kernel.getLoc()) {}

  LaunchPart getPart();
  /// The kernel that combines its partial results, if it has any.
  std::optional<LaunchPart> getCombination();

private:
  llvm::LogicalResult emit(mlir::OpBuilder &builder, const LaunchValues &launch,
                           mlir::Value block);
  mlir::FailureOr<mlir::Value> loadScalar(BlockEmitter &e, mlir::Value step,
                                          SlotAttr slot, mlir::Type type);
  llvm::SmallVector<mlir::Value> setTiles(BlockEmitter &e, mlir::Value block);
  mlir::Value getPiece(BlockEmitter &e, const Buffer &buffer, mlir::Value block,
                       llvm::ArrayRef<mlir::Value> tiles);
  mlir::FailureOr<mlir::Value> createView(BlockEmitter &e, unsigned buffer,
                                          const LaunchValues &launch,
                                          mlir::Value block,
                                          llvm::ArrayRef<mlir::Value> tiles);
  void emitStep(BlockEmitter &e, const LaunchValues &launch,
                const BlockStep &step);
  // KernelContractions.cpp
  TileOperand getOperand(BlockEmitter &e, const MatrixContraction &contraction,
                         const MatrixOperand &matrix, unsigned cls);
  void emitContractions(BlockEmitter &e, const LaunchValues &launch,
                        const BlockStep &step);
  // CombineBlocks.cpp, with getCombination
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

#endif // VIB_COMPILER_GPU_GPUKERNELEMITTER_H
