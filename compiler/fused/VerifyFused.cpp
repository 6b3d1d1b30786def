//===- VerifyFused.cpp - Verify the phase fused -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Fusion.h"
#include "compiler/fused/Passes.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_VERIFYFUSED
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// Functions contain only kernels, the buffers of their outs, and a return.
static LogicalResult verifyOps(func::FuncOp function) {
  if (!function.getBody().hasOneBlock())
    return function.emitOpError("expected one block");
  for (Operation &op : function.getBody().front()) {
    if (!isa<KernelOp, tensor::EmptyOp, func::ReturnOp>(op))
      return op.emitOpError("expected only kernels and the tensor.empty "
                            "ops of their outs in the phase fused");
    if (auto kernel = dyn_cast<KernelOp>(op))
      for (Value output : kernel.getOutputs())
        if (!getState(output) && !output.getDefiningOp<tensor::EmptyOp>())
          return kernel.emitOpError("expected each of its outs to be state or "
                                    "a tensor.empty");
  }
  return success();
}

/// State is updated in place: nothing may use the old value of a tensor after
/// the kernel that updates it.
static LogicalResult verifyState(func::FuncOp function) {
  llvm::DenseMap<Value, KernelOp> updates;
  for (Operation &op : function.getBody().front()) {
    for (Value operand : op.getOperands()) {
      auto update = updates.find(operand);
      if (update == updates.end())
        continue;
      auto name = getSlot(getState(operand)).getName();
      auto diag = op.emitOpError("reads ")
                  << name << " after its update; expected it to run earlier or "
                  << "to read the updated value";
      diag.attachNote(update->second.getLoc())
          << "'" << update->second.getName() << "' updates " << name
          << " in place here";
      return diag;
    }
    auto kernel = dyn_cast<KernelOp>(op);
    if (!kernel)
      continue;
    for (Value output : kernel.getOutputs()) {
      if (!getState(output))
        continue;
      if (llvm::is_contained(kernel.getInputs(), output))
        return kernel.emitOpError("reads and updates ")
               << getSlot(getState(output)).getName()
               << "; expected its outs to be read through their arguments only";
      updates[output] = kernel;
    }
  }
  return success();
}

/// If a contraction's result is used to update state, it is a gradient, and the
/// update must happen in the same kernel.
static LogicalResult verifyGradients(func::FuncOp function) {
  for (KernelOp kernel : getKernels(function)) {
    if (!updatesState(kernel))
      continue;
    for (Value input : kernel.getInputs()) {
      auto gradient = input.getDefiningOp<KernelOp>();
      if (!gradient || getContractions(gradient).empty() ||
          !getContractions(kernel).empty())
        continue;
      auto diag = kernel.emitOpError("updates ")
                  << getSlot(getState(kernel.getOutputs().front())).getName()
                  << " from a gradient in memory; expected the kernel that "
                     "computes the gradient to update it";
      diag.attachNote(gradient.getLoc()) << "the gradient is computed here";
      return diag;
    }
  }
  return success();
}

namespace {
struct VerifyFusedPass : public vib::impl::VerifyFusedBase<VerifyFusedPass> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isDeclaration() &&
          (failed(verifyOps(function)) || failed(verifyState(function)) ||
           failed(verifyGradients(function))))
        return signalPassFailure();
    markAllAnalysesPreserved();
  }
};
} // namespace
