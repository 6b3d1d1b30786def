//===- EmitCpuKernels.cpp - Lower vib.kernel to loops and vectors ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function of the phase planned becomes an entry that launches its kernels
// in order. A kernel becomes a function of its own, and one more if it has
// partial results to combine or pairs to pack (CpuKernelEmitter).
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuKernelEmitter.h"
#include "compiler/cpu/Passes.h"
#include "compiler/cpu/PlanVerifier.h"
#include "compiler/plan/KernelBody.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_EMITCPUKERNELS
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct EmitCpuKernels : vib::impl::EmitCpuKernelsBase<EmitCpuKernels> {
  using EmitCpuKernelsBase::EmitCpuKernelsBase;

  void runOnOperation() override {
    ModuleOp module = getOperation();
    FailureOr<Machine> machine = Machine::get(module);
    if (failed(machine))
      return signalPassFailure();
    MemoryMap memory(module);
    SmallVector<func::FuncOp> functions(module.getOps<func::FuncOp>());
    for (func::FuncOp function : functions)
      if (failed(emit(function, memory, *machine)))
        return signalPassFailure();
    module->setAttr(kPhaseAttrName, StringAttr::get(&getContext(), "kernels"));
  }

  LogicalResult emit(func::FuncOp function, const MemoryMap &memory,
                     const Machine &machine);
};

LogicalResult EmitCpuKernels::emit(func::FuncOp function,
                                   const MemoryMap &memory,
                                   const Machine &machine) {
  Signature signature;
  FailureOr<SmallVector<NamedKernel>> kernels = collectKernels(function);
  if (failed(kernels))
    return failure();
  std::vector<std::unique_ptr<CpuKernelEmitter>> emitters;
  for (auto &[kernel, name] : *kernels) {
    if (failed(verifyPlan(kernel, machine)) ||
        failed(verifyVectors(kernel, machine, memory)))
      return failure();
    emitters.push_back(
        std::make_unique<CpuKernelEmitter>(kernel, name, machine, memory));
    if (failed(emitters.back()->collect(signature)))
      return failure();
    ++numKernels;
  }
  if (failed(checkResults(function, memory)))
    return failure();

  OpBuilder builder(function);
  Location loc = function.getLoc();
  OpBuilder entryBuilder(function);
  func::FuncOp entry = signature.createFunction(
      entryBuilder, loc, function.getName(), TypeRange(), memory);
  entry->setAttr(kEntryAttrName, builder.getUnitAttr());
  for (std::unique_ptr<CpuKernelEmitter> &emitter : emitters) {
    builder.setInsertionPoint(function);
    if (failed(emitter->run(builder, entryBuilder, signature)))
      return failure();
  }
  func::ReturnOp::create(entryBuilder, loc);
  function.erase();
  return success();
}

} // namespace
