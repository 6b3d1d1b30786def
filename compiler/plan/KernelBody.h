//===- KernelBody.h - Helpers of all emitters of kernels --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_PLAN_KERNELBODY_H
#define VIB_COMPILER_PLAN_KERNELBODY_H

#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

namespace vib {

struct NamedKernel {
  KernelOp kernel;
  /// The name of the op, with a number appended if an earlier kernel of the
  /// function has the same name.
  std::string name;
};

/// The kernels of a function of the phase fused, in order. Reports an error if
/// the function contains other ops.
mlir::FailureOr<llvm::SmallVector<NamedKernel>>
collectKernels(mlir::func::FuncOp function);

/// Clones the ops of a kernel's body that compute scalars; `scalars` maps the
/// body's values to the clones. Reports an error for ops that a body must not
/// contain.
llvm::LogicalResult cloneScalars(KernelOp kernel, mlir::OpBuilder &builder,
                                 mlir::IRMapping &scalars);

} // namespace vib

#endif // VIB_COMPILER_PLAN_KERNELBODY_H
