//===- FuseBiasGradient.cpp - Fuse sums into contractions -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/MergeKernels.h"
#include "compiler/fused/Passes.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_FUSEBIASGRADIENT
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// The sums reduce exactly the classes that the contraction reduces, and no
/// loop is over a class that the contraction does not have.
static std::string checkSums(KernelOp kernel, const KernelSpace &space) {
  SmallVector<linalg::LinalgOp> contractions = getContractions(kernel);
  SmallVector<unsigned, 4> all = space.getLoopClasses(contractions.front());
  SmallVector<unsigned, 2> reduced =
      space.getReducedClasses(contractions.front());
  llvm::sort(reduced);
  for (linalg::LinalgOp op : getLoops(kernel)) {
    SmallVector<unsigned, 2> others = space.getReducedClasses(op);
    llvm::sort(others);
    if (!others.empty() && others != reduced)
      return "it does not sum over the positions of the contraction";
    for (unsigned cls : space.getLoopClasses(op))
      if (!llvm::is_contained(all, cls))
        return "its result has positions that the contraction lacks";
  }
  return {};
}

namespace {
struct FuseBiasGradientPass
    : public vib::impl::FuseBiasGradientBase<FuseBiasGradientPass> {
  /// Fuses a kernel that sums over rows into a contraction that reads the same
  /// tensor.
  bool fuse(KernelOp sums) {
    for (Value input : sums.getInputs()) {
      if (!isa<RankedTensorType>(input.getType()))
        continue;
      for (Operation *user : input.getUsers()) {
        auto kernel = dyn_cast<KernelOp>(user);
        if (!kernel || kernel == sums || getContractions(kernel).size() != 1)
          continue;
        KernelOp first = kernel->isBeforeInBlock(sums) ? kernel : sums;
        KernelOp second = first == kernel ? sums : kernel;
        std::string reason;
        FailureOr<KernelOp> merged =
            mergeKernels(first, second, checkSums, reason);
        if (succeeded(merged)) {
          noteFused(*merged, "bias-gradient", "the sum over rows");
          return true;
        }
        if (updatesState(sums) && updatesState(kernel))
          noteUnfused(sums, "bias-gradient", kernel, reason);
      }
    }
    return false;
  }

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      bool changed = true;
      while (changed) {
        changed = false;
        for (KernelOp kernel : getKernels(function)) {
          if (!isReduction(kernel) || !fuse(kernel))
            continue;
          ++numFused;
          changed = true;
          break;
        }
      }
    }
  }
};
} // namespace
