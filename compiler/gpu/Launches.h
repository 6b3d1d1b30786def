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
#include "compiler/kernels/Memory.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "llvm/ADT/StringSet.h"

namespace vib {

/// What a block of every chip from sm_80 on may have of shared memory: sm_86,
/// sm_89 and sm_120 have the least.
constexpr int64_t kMostSharedBytes = 99 * 1024;

/// `symbol`, or with a number if it is taken.
std::string makeUnique(std::string symbol, llvm::StringSet<> &symbols);

/// What a launch records of a kernel.
struct KernelInfo {
  std::string name;
  KernelCost cost;
  int64_t blocks;
  /// What contractions multiply: "f32", "tf32" or "bf16".
  llvm::StringRef operands = "f32";
  /// What was fused into it, or null.
  mlir::ArrayAttr fused = {};
};
mlir::DictionaryAttr getKernelInfo(mlir::Builder &builder,
                                   llvm::StringRef entry,
                                   const KernelInfo &info);
/// Whether it is what getKernelInfo makes.
bool isKernelInfo(mlir::Attribute attr);

/// The types of what every kernel takes but `gather`: the blocks, the arena and
/// the step.
llvm::SmallVector<mlir::Type> getKernelTypes(mlir::MLIRContext *context,
                                             const MemoryMap &memory);
/// Of what `gather` takes: the data, its labels and the order of its rows, the
/// arena and the step.
llvm::SmallVector<mlir::Type> getGatherTypes(mlir::MLIRContext *context,
                                             const MemoryMap &memory);

/// States what is known of a kernel's launch, and what the runtime promises of
/// its arguments.
void markKernel(mlir::gpu::GPUFuncOp function, mlir::ArrayAttr kernels);

/// An entry of the program whose block ends with a return.
mlir::func::FuncOp createEntry(mlir::OpBuilder &builder, mlir::Location loc,
                               llvm::StringRef name, mlir::TypeRange arguments);

void createLaunch(mlir::OpBuilder &builder, mlir::gpu::GPUFuncOp function,
                  int64_t blocks, int64_t sharedBytes,
                  mlir::ValueRange arguments);

/// What a launch asks for. Of a launch that is as it must be
/// (VerifyGpuKernels).
struct LaunchSizes {
  int64_t blocks, threads, sharedBytes;
};
LaunchSizes getLaunchSizes(mlir::gpu::LaunchFuncOp launch);

/// Adds the entry `gather` and its kernel.
llvm::LogicalResult emitGather(mlir::ModuleOp module,
                               mlir::gpu::GPUModuleOp kernels,
                               llvm::StringSet<> &symbols);

} // namespace vib

#endif // VIB_COMPILER_GPU_LAUNCHES_H
