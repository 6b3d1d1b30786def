//===- SplitKernel.h - Split a contraction by slices of it ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_SPLITKERNEL_H
#define VIB_COMPILER_FUSED_SPLITKERNEL_H

#include "compiler/fused/Slicer.h"
#include "dialect/Vib.h"
#include "llvm/ADT/MapVector.h"

namespace vib {

/// The slices that other kernels read of a kernel's result.
struct ResultSlices {
  /// All of them are along this axis.
  unsigned axis = 0;
  /// The ops that take the slices, by offset and size.
  llvm::MapVector<std::pair<int64_t, int64_t>,
                  llvm::SmallVector<mlir::tensor::ExtractSliceOp>>
      ops;
};

/// Collects the slices that other kernels read of `result` into `slices`. Fails
/// if there is any other use, and sets `reason` if some slices were found.
llvm::LogicalResult collectSlices(mlir::Value result, ResultSlices &slices,
                                  std::string &reason);

/// Splits a kernel with one contraction by the slices that are read of its
/// result. The new kernel has one result for each slice.
KernelOp splitKernel(KernelOp kernel, const ResultSlices &slices);

} // namespace vib

#endif // VIB_COMPILER_FUSED_SPLITKERNEL_H
