//===- FuseOptimizer.cpp - Fuse updates into gradients ----------*- C++ -*-===//
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
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_FUSEOPTIMIZER
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// A description of the state that a kernel updates: "weight, moment1, moment2
/// of encode.0.weight".
static std::string describeState(KernelOp kernel) {
  std::string text;
  llvm::raw_string_ostream os(text);
  StringRef name;
  llvm::interleaveComma(kernel.getOutputs(), os, [&](Value output) {
    SlotAttr slot = getSlot(getState(output));
    name = slot.getName();
    os << stringifySlotKind(slot.getKind());
  });
  os << " of " << name;
  return text;
}

namespace {
struct FuseOptimizerPass
    : public vib::impl::FuseOptimizerBase<FuseOptimizerPass> {
  /// Fuses `update` into a kernel that it reads. Returns the merged kernel, or
  /// null.
  KernelOp fuse(KernelOp update) {
    llvm::SmallSetVector<KernelOp, 4> found;
    for (Value operand : update.getOperands())
      if (auto kernel = operand.getDefiningOp<KernelOp>())
        found.insert(kernel);
    // If a parameter is used several times, its gradient is a sum, and only the
    // kernel that computes the last part can also compute the sum.
    SmallVector<KernelOp> gradients = found.takeVector();
    llvm::sort(gradients,
               [](KernelOp a, KernelOp b) { return b->isBeforeInBlock(a); });
    std::string what = describeState(update);
    for (KernelOp gradient : gradients) {
      std::string reason = "the gradient has another reader";
      bool onlyReader =
          llvm::all_of(gradient->getUsers(), [&](Operation *user) {
            return user == update.getOperation() ||
                   (isa<func::ReturnOp>(user) && updatesState(gradient));
          });
      if (onlyReader) {
        FailureOr<KernelOp> merged =
            mergeKernels(gradient, update, checkSamePositions, reason);
        if (succeeded(merged)) {
          noteFused(*merged, "optimizer", what);
          return *merged;
        }
      }
      noteUnfused(update, "optimizer", gradient, reason);
    }
    return {};
  }

  /// Whether all that the kernel computes is new state, from a gradient.
  static bool isUpdate(KernelOp kernel) {
    return isElementwise(kernel) && updatesState(kernel) &&
           !updatesStatistics(kernel) &&
           llvm::all_of(kernel.getOutputs(),
                        [](Value output) { return !!getState(output); });
  }

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      for (KernelOp kernel : getKernels(function)) {
        // A sum of gradients is fused first, and then what it adds up.
        while (isUpdate(kernel) && (kernel = fuse(kernel)))
          ++numFused;
      }
    }
  }
};
} // namespace
