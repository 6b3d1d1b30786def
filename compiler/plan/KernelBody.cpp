//===- KernelBody.cpp - Helpers of all emitters of kernels ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/KernelBody.h"
#include "compiler/plan/Memory.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

FailureOr<SmallVector<NamedKernel>> vib::collectKernels(func::FuncOp function) {
  SmallVector<NamedKernel> kernels;
  llvm::StringMap<unsigned> names;
  for (Operation &op : function.front().without_terminator()) {
    auto kernel = dyn_cast<KernelOp>(op);
    if (!kernel) {
      if (isa<tensor::EmptyOp, arith::ConstantOp>(op))
        continue;
      return op.emitError("expected only kernels in a function of the phase "
                          "fused, but found ")
             << op.getName();
    }
    std::string name = kernel.getName().str();
    if (unsigned count = names[kernel.getName()]++)
      name += "." + std::to_string(count);
    kernels.push_back({kernel, std::move(name)});
  }
  return kernels;
}

FailureOr<SlotAttr> vib::getScalarSlot(KernelOp kernel, Value input) {
  if (input.getDefiningOp<arith::ConstantOp>())
    return SlotAttr();
  auto argument = dyn_cast<BlockArgument>(input);
  auto function = cast<func::FuncOp>(kernel->getParentOp());
  if (SlotAttr slot =
          argument ? getArgSlot(function, argument.getArgNumber()) : SlotAttr())
    return slot;
  return kernel.emitError("expected its scalars to be function arguments with "
                          "a vib.slot");
}

LogicalResult
vib::mapScalars(KernelOp kernel, OpBuilder &builder, IRMapping &scalars,
                function_ref<FailureOr<Value>(SlotAttr, Type)> getScalar) {
  for (auto [input, argument] :
       llvm::zip_equal(kernel.getInputs(), kernel.getInputArgs())) {
    if (isa<RankedTensorType>(input.getType()))
      continue;
    FailureOr<SlotAttr> slot = getScalarSlot(kernel, input);
    if (failed(slot))
      return failure();
    if (!*slot) {
      scalars.map(argument,
                  builder.clone(*input.getDefiningOp())->getResult(0));
      continue;
    }
    FailureOr<Value> value = getScalar(*slot, input.getType());
    if (failed(value))
      return failure();
    scalars.map(argument, *value);
  }
  for (Operation &op : kernel.getBody().front().without_terminator()) {
    if (isa<linalg::LinalgOp, tensor::EmptyOp, tensor::ExtractSliceOp,
            tensor::InsertSliceOp>(op))
      continue;
    if (llvm::any_of(op.getResultTypes(), llvm::IsaPred<ShapedType>))
      return op.emitError("expected a kernel's body to contain only linalg "
                          "ops, slices and scalar ops, but found ")
             << op.getName();
    builder.clone(op, scalars);
  }
  return success();
}
