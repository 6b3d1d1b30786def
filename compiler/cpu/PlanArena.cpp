//===- PlanArena.cpp - The memory plan of a CPU ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A matrix that is wider than two registers is stored in panels of that width.
// The part of a weight that a register tile reads is then contiguous, a unit
// reads one stream each of weights, moments and averages, and an activation is
// written in the layout in which the next contraction reads it. Three kinds are
// stored by rows: those that the runtime reads and writes by rows, those that a
// slice cuts inside a panel, and results that are combined from partial
// results.
//
// If the rows of a matrix have a length of a large power of two, they compete
// for the same cache sets, and so do panels. Those are padded
// (choosePaddedLayout, choosePanelLayout).
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuPlanner.h"
#include "compiler/cpu/Passes.h"
#include "compiler/cpu/PlanVerifier.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_PLANARENA
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

ArrayRef<CpuPlanner::Slice> CpuPlanner::getSlices(KernelOp kernel) const {
  auto known = slices.find(kernel);
  if (known != slices.end())
    return known->second;
  SmallVector<Slice> &found = slices[kernel];
  kernel.getBody().walk([&](OffsetSizeAndStrideOpInterface slice) {
    auto extract = dyn_cast<tensor::ExtractSliceOp>(*slice);
    RankedTensorType whole =
        extract ? extract.getSourceType()
                : cast<tensor::InsertSliceOp>(*slice).getDestType();
    found.emplace_back(whole,
                       *getConstantIntValue(slice.getMixedOffsets().back()));
  });
  return found;
}

Layout CpuPlanner::chooseLayout(RankedTensorType type,
                                ArrayRef<KernelOp> kernels) const {
  if (!machine)
    return choosePaddedLayout(type);
  int64_t columns = machine->getPanel(type.getElementType());
  for (KernelOp kernel : kernels)
    for (auto [whole, offset] : getSlices(kernel))
      if (whole == type && offset % columns != 0)
        return choosePaddedLayout(type);
  return choosePanelLayout(type, columns);
}

bool CpuPlanner::canHave(RankedTensorType type, Layout chosen,
                         Layout layout) const {
  // Padding may be longer.
  if (chosen.panel != 0)
    return layout.row == chosen.row && layout.panel >= chosen.panel &&
           layout.panel % layout.row == 0 &&
           layout.panel <= kMostMemoryBytes / type.getDimSize(1);
  return layout.panel == 0 && type.getRank() >= 2 &&
         layout.row >= getRow(type) &&
         layout.row <= kMostMemoryBytes / type.getNumElements();
}

namespace {
struct PlanArena : vib::impl::PlanArenaBase<PlanArena> {
  using PlanArenaBase::PlanArenaBase;

  void runOnOperation() override {
    std::optional<Machine> machine;
    if (!isReference) {
      FailureOr<Machine> found = Machine::get(getOperation());
      if (failed(found))
        return signalPassFailure();
      machine = *found;
      auto isWrong = [&](KernelOp kernel) {
        return failed(verifyPlan(kernel, *machine));
      };
      for (auto function : getOperation().getOps<func::FuncOp>())
        if (llvm::any_of(function.getOps<KernelOp>(), isWrong))
          return signalPassFailure();
    }
    CpuPlanner planner(getOperation(), machine);
    if (failed(planner.run()))
      return signalPassFailure();
    numBuffers = planner.getNumBuffers();
    numArenaBytes = planner.getArenaBytes();
  }
};

} // namespace
