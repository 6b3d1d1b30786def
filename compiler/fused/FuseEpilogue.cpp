//===- FuseEpilogue.cpp - Fuse elementwise kernels --------------*- C++ -*-===//
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
#include "compiler/step/WindowMap.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_FUSEEPILOGUE
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// Whether a kernel can take an epilogue: it is elementwise, or it has one
/// contraction and otherwise only elementwise ops.
static bool takesEpilogue(KernelOp kernel) {
  return !updatesState(kernel) &&
         (isElementwise(kernel) || getContractions(kernel).size() == 1) &&
         llvm::all_of(getLoops(kernel), [](linalg::LinalgOp op) {
           return op.getNumReductionLoops() == 0 ||
                  isContraction(op);
         });
}

/// Whether `consumer` reads a result of `producer` as a whole.
static bool readsWhole(KernelOp consumer, KernelOp producer) {
  for (auto [input, argument] :
       llvm::zip(consumer.getInputs(), consumer.getInputArgs()))
    if (input.getDefiningOp() == producer &&
        llvm::any_of(argument.getUsers(), [](Operation *user) {
          return isa<linalg::LinalgOp>(user);
        }))
      return true;
  return false;
}

namespace {
struct FuseEpiloguePass : public vib::impl::FuseEpilogueBase<FuseEpiloguePass> {
  /// Fuses `consumer` into one of its producers. Returns the merged kernel, or
  /// null.
  KernelOp fuse(KernelOp consumer) {
    llvm::SmallSetVector<KernelOp, 4> producers;
    for (Value input : consumer.getInputs())
      if (auto producer = input.getDefiningOp<KernelOp>())
        if (takesEpilogue(producer))
          producers.insert(producer);
    // Try contractions first: their epilogue reads values from registers.
    SmallVector<KernelOp> order(producers.getArrayRef());
    std::partition(order.begin(), order.end(), [](KernelOp kernel) {
      return !getContractions(kernel).empty();
    });
    std::string what = describe(consumer);
    for (KernelOp producer : order) {
      std::string reason;
      FailureOr<KernelOp> merged =
          mergeKernels(producer, consumer, checkSamePositions, reason);
      if (succeeded(merged)) {
        noteFused(*merged, "epilogue", what);
        return *merged;
      }
      if (!getContractions(producer).empty() && readsWhole(consumer, producer))
        noteUnfused(consumer, "epilogue", producer, reason);
    }
    return {};
  }

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      // The merged kernel may precede its parts, so that kernels which could
      // not be fused before can be now: start again after each fusion.
      bool changed = true;
      while (changed) {
        changed = false;
        for (KernelOp kernel : getKernels(function)) {
          if (!isElementwise(kernel) || updatesState(kernel) || !fuse(kernel))
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
