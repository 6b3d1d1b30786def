//===- ChooseVectors.cpp - Choose vectors and packing ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/PackingChoice.h"
#include "compiler/cpu/Passes.h"
#include "compiler/cpu/VectorChoice.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_CHOOSEVECTORS
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct ChooseVectors : vib::impl::ChooseVectorsBase<ChooseVectors> {
  using ChooseVectorsBase::ChooseVectorsBase;

  void runOnOperation() override {
    auto module = getOperation()->getParentOfType<ModuleOp>();
    FailureOr<Machine> machine = Machine::get(module);
    if (failed(machine))
      return signalPassFailure();
    MemoryMap memory(module);
    for (KernelOp kernel : getOperation().getOps<KernelOp>())
      choose(kernel, memory, *machine);
  }

  void choose(KernelOp kernel, const MemoryMap &memory, const Machine &machine);
};

} // namespace

void ChooseVectors::choose(KernelOp kernel, const MemoryMap &memory,
                           const Machine &machine) {
  KernelPlan plan(kernel);
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    FailureOr<ContractionForm> form = matchRegisterContraction(op);
    if (succeeded(form)) {
      SmallVector<PackingChoice> packings;
      for (RegisterTileAttr tile :
           op->getAttrOfType<ContractionAttr>(kContractionAttrName)
               .getTiles()) {
        Packing packing =
            choosePacking(op, *form, tile, kernel, plan, memory, machine);
        if (packing != Packing::None)
          packings.push_back(
              {tile.getRows(), tile.getColumns(), tile.getDepth(), packing});
      }
      numPacked += packings.size();
      if (!packings.empty())
        setPackings(op, packings);
      continue;
    }
    if (!isEmittedAlone(op, plan))
      continue;
    SmallVector<VectorChoice> vectors;
    for (const SmallVector<int64_t> &sizes :
         getExtents(op, plan.getSpace(), plan.getTiles()))
      if (std::optional<VectorChoice> choice =
              chooseVector(op, sizes, kernel, plan, memory, machine))
        vectors.push_back(*choice);
    numVectors += vectors.size();
    if (!vectors.empty())
      setVectors(op, vectors);
  }
}
