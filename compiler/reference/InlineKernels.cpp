//===- InlineKernels.cpp - Turn kernels back into plain ops ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/reference/Passes.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/IRMapping.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_INLINEKERNELS
#include "compiler/reference/Passes.h.inc"
} // namespace vib

using namespace vib;

/// The ops of the body take the operands of the kernel. What it yields takes
/// the place of its results.
static void inlineKernel(KernelOp kernel) {
  IRMapping values;
  values.map(kernel.getBody().getArguments(), kernel.getOperands());
  OpBuilder builder(kernel);
  for (Operation &op : kernel.getBody().front().without_terminator())
    builder.clone(op, values);
  for (auto [result, yielded] :
       llvm::zip_equal(kernel.getResults(), kernel.getYield().getOperands()))
    result.replaceAllUsesWith(values.lookupOrDefault(yielded));
  kernel.erase();
}

namespace {
struct InlineKernels : vib::impl::InlineKernelsBase<InlineKernels> {
  void runOnOperation() override {
    auto kernels = llvm::to_vector(getOperation().getOps<KernelOp>());
    numInlined += kernels.size();
    llvm::for_each(kernels, inlineKernel);
  }
};
} // namespace
