//===- SetMachine.cpp - Record the CPU that kernels are planned for -------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Machine.h"
#include "compiler/cpu/Passes.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_SETMACHINE
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

FailureOr<Machine> Machine::get(ModuleOp module) {
  auto cpu = module->getAttrOfType<CpuAttr>(kMachineAttrName);
  if (!cpu)
    return module.emitError("expected ")
           << kMachineAttrName
           << " to be a #vib.cpu: run vib-set-machine first";
  return Machine{unsigned(cpu.getVectorBits()), cpu.getBf16()};
}

int64_t Machine::getLanes(Type type) const {
  unsigned bits = type.isIndex() ? 64 : type.getIntOrFloatBitWidth();
  return vectorBits / std::max(bits, 32u);
}

namespace {
struct SetMachine : vib::impl::SetMachineBase<SetMachine> {
  using SetMachineBase::SetMachineBase;

  void runOnOperation() override {
    Location loc = getOperation().getLoc();
    int64_t bits = vectorBits;
    bool bf16 = hasBf16;
    auto cpu = CpuAttr::getChecked([&] { return emitError(loc); },
                                   &getContext(), bits, bf16);
    if (!cpu)
      return signalPassFailure();
    getOperation()->setAttr(kMachineAttrName, cpu);
  }
};
} // namespace
