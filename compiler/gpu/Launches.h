//===- Launches.h - Kernels, entries and their launches ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_GPU_LAUNCHES_H
#define VIB_COMPILER_GPU_LAUNCHES_H

#include "compiler/fused/KernelCost.h"
#include "compiler/gpu/BlockShape.h"
#include "compiler/plan/Memory.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/ADT/StringSet.h"

namespace vib {

/// The shared memory that a block can have on every chip from sm_80 on. sm_86,
/// sm_89 and sm_120 have the least.
constexpr int64_t kMostSharedBytes = 99 * 1024;

/// `symbol`, with a number appended if it is taken.
std::string makeUnique(std::string symbol, llvm::StringSet<> &symbols);

/// The description of a kernel that a launch records.
struct KernelInfo {
  std::string name;
  KernelCost cost;
  int64_t blocks;
  /// The precision in which contractions multiply.
  Precision operands = Precision::F32;
  /// What it computes, what was fused into it and what not, for --explain; null
  /// where there is nothing to say.
  mlir::ArrayAttr parts = {}, fused = {}, unfused = {};
};
KernelInfoAttr getKernelInfo(mlir::Builder &builder, llvm::StringRef entry,
                             const KernelInfo &info);

/// The argument types of every kernel except `gather`: the blocks, the arena
/// and the step.
llvm::SmallVector<mlir::Type> getKernelTypes(mlir::MLIRContext *context,
                                             const MemoryMap &memory);
/// The argument types of `gather`: the arrays of the data, those of the inputs
/// and then those of the targets, the order of its rows, the arena and the
/// step.
llvm::SmallVector<mlir::Type> getGatherTypes(mlir::ModuleOp module,
                                             const MemoryMap &memory);

/// The alignment that the runtime guarantees for every address that it passes,
/// except that of the step, which is an element of an array.
int64_t getArgumentAlignment(mlir::gpu::GPUFuncOp function, unsigned argument);

/// Adds the properties of a kernel's launch, and what the runtime guarantees
/// about its arguments.
void markKernel(mlir::gpu::GPUFuncOp function, mlir::ArrayAttr kernels);

/// Creates an entry of the program whose body contains only a return.
mlir::func::FuncOp createEntry(mlir::OpBuilder &builder, mlir::Location loc,
                               llvm::StringRef name, mlir::TypeRange arguments);

void createLaunch(mlir::OpBuilder &builder, mlir::gpu::GPUFuncOp function,
                  int64_t blocks, int64_t sharedBytes,
                  mlir::ValueRange arguments);

/// The sizes of a launch, which must have been verified (VerifyGpuKernels).
struct LaunchSizes {
  int64_t blocks, threads, sharedBytes;
};
LaunchSizes getLaunchSizes(mlir::gpu::LaunchFuncOp launch);

/// The types of the inputs and of the targets that `gather` copies to the
/// arena; none if the module has no training data.
llvm::SmallVector<mlir::RankedTensorType>
getGatheredTypes(mlir::ModuleOp module);

/// Adds the entry `gather` and its kernel.
llvm::LogicalResult emitGather(mlir::ModuleOp module,
                               mlir::gpu::GPUModuleOp kernels,
                               llvm::StringSet<> &symbols);

} // namespace vib

#endif // VIB_COMPILER_GPU_LAUNCHES_H
