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

/// The slot of a scalar that a kernel takes; null for a constant. Fails with an
/// error if the scalar is neither.
mlir::FailureOr<SlotAttr> getScalarSlot(KernelOp kernel, mlir::Value input);

/// Maps the scalars of a kernel to values of the function under construction:
/// constants and ops of the kernel's body that compute scalars are cloned, and
/// `getScalar` returns the value of a slot.
llvm::LogicalResult mapScalars(
    KernelOp kernel, mlir::OpBuilder &builder, mlir::IRMapping &scalars,
    llvm::function_ref<mlir::FailureOr<mlir::Value>(SlotAttr, mlir::Type)>
        getScalar);

} // namespace vib

#endif // VIB_COMPILER_PLAN_KERNELBODY_H
