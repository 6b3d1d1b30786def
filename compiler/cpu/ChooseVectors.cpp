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
#include "compiler/plan/Dimensions.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_CHOOSEVECTORS
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

/// Reports what the passes before this one write and the kernel lacks.
static LogicalResult verifyPlanned(KernelOp kernel) {
  if (!kernel->hasAttr(kPlacesAttrName))
    return kernel.emitOpError("expected the places of its results, which "
                              "vib-plan-arena chooses");
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>())
    if (!op->hasAttr(kLoopsAttrName) ||
        (succeeded(matchRegisterContraction(op)) &&
         !op->hasAttr(kContractionAttrName)))
      return op->emitOpError("expected the attributes that vib-choose-tiles "
                             "writes");
  return success();
}

namespace {

struct ChooseVectors : vib::impl::ChooseVectorsBase<ChooseVectors> {
  using ChooseVectorsBase::ChooseVectorsBase;

  void runOnOperation() override {
    auto module = getOperation()->getParentOfType<ModuleOp>();
    FailureOr<Machine> machine = Machine::get(module);
    if (failed(machine))
      return signalPassFailure();
    MemoryMap memory(module);
    for (KernelOp kernel : getOperation().getOps<KernelOp>()) {
      if (failed(verifyPlanned(kernel)))
        return signalPassFailure();
      choose(kernel, memory, *machine);
    }
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
      SmallVector<PackedAttr> packings;
      for (RegisterTileAttr tile :
           op->getAttrOfType<ContractionAttr>(kContractionAttrName)
               .getTiles()) {
        Packing packing =
            choosePacking(op, *form, tile, kernel, plan, memory, machine);
        if (packing != Packing::None)
          packings.push_back(PackedAttr::get(op.getContext(), tile.getRows(),
                                             tile.getColumns(), tile.getDepth(),
                                             packing));
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
