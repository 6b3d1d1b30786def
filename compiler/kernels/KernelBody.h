//===- KernelBody.h - What every emitter of kernels does --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_KERNELS_KERNELBODY_H
#define VIB_COMPILER_KERNELS_KERNELBODY_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace vib {

struct NamedKernel {
  KernelOp kernel;
  /// That of the op, with a number if another of the function has it.
  std::string name;
};

/// The kernels of a function of the phase fused, in their order; reports what
/// else is in it.
mlir::FailureOr<llvm::SmallVector<NamedKernel>>
collectKernels(mlir::func::FuncOp function);

/// Clones what the body of a kernel computes of its scalars, which `scalars`
/// maps; reports what the body may not hold.
llvm::LogicalResult cloneScalars(KernelOp kernel, mlir::OpBuilder &builder,
                                 mlir::IRMapping &scalars);

} // namespace vib

#endif // VIB_COMPILER_KERNELS_KERNELBODY_H
