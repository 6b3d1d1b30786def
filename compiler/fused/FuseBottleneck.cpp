//===- FuseBottleneck.cpp - Fuse sampling and the rate --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pass has three steps.
//
// 1. A contraction whose result is only read in slices along one axis is split
//    (SplitKernel). Each slice of the result is moved up through the
//    elementwise ops and the contraction to slices of their operands, and
//    becomes a result of its own.
// 2. The elementwise kernels and sums that read these results are fused into
//    the kernel.
// 3. Kernels that concatenate slices are fused into the kernels that compute
//    them.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/MergeKernels.h"
#include "compiler/fused/Passes.h"
#include "compiler/fused/SplitKernel.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_FUSEBOTTLENECK
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// All ops must share a loop that none of them reduces. Sums over positions of
/// the contraction's result must only be yielded; otherwise threads that divide
/// these positions would have to wait for each other within the kernel. That
/// does not matter if the weights are small enough for the kernel to work by
/// rows.
static std::string checkBottleneck(KernelOp kernel, const KernelSpace &space) {
  if (space.getSharedParallelClasses().empty())
    return "they share no dimension that none of them sums over";
  if (getSharedBytes(kernel, space) <= kMaxSharedBytes)
    return {};
  for (linalg::LinalgOp op : getLoops(kernel))
    if (op.getNumReductionLoops() != 0 &&
        !linalg::isaContractionOpInterface(op) &&
        !llvm::all_of(op->getUsers(),
                      [](Operation *user) { return isa<YieldOp>(user); }))
      return "another op reads a sum over the latents";
  return {};
}

/// Fuses the readers of `kernel` into it until no more can be fused. Returns
/// their number.
static unsigned growBottleneck(KernelOp kernel) {
  for (unsigned fused = 0;; ++fused) {
    // A reader that is refused now may be accepted once others have been fused.
    SmallVector<std::pair<KernelOp, std::string>> refused;
    KernelOp merged;
    for (KernelOp reader :
         getKernels(kernel->getParentOfType<func::FuncOp>())) {
      if (!llvm::is_contained(kernel->getUsers(), reader) ||
          updatesState(reader) ||
          !(isElementwise(reader) || isReduction(reader)))
        continue;
      std::string what = describe(reader), reason;
      FailureOr<KernelOp> result =
          mergeKernels(kernel, reader, checkBottleneck, reason);
      if (succeeded(result)) {
        merged = *result;
        noteFused(merged, "bottleneck", what);
        break;
      }
      refused.push_back({reader, reason});
    }
    if (!merged) {
      for (auto &[reader, reason] : refused)
        noteUnfused(reader, "bottleneck", kernel, reason);
      return fused;
    }
    kernel = merged;
  }
}

/// The parts must be computed by one contraction, over rows that they share.
static std::string checkAssembly(KernelOp kernel, const KernelSpace &space) {
  if (getContractions(kernel).size() > 1)
    return "the parts come from several contractions";
  if (space.getSharedParallelClasses().empty())
    return "they share no dimension that none of them sums over";
  return {};
}

/// Fuses a kernel that only concatenates slices into the kernels that compute
/// them.
static unsigned fuseAssembly(KernelOp assembly) {
  llvm::SmallSetVector<KernelOp, 4> producers;
  for (Value input : assembly.getInputs())
    if (auto producer = input.getDefiningOp<KernelOp>())
      if (!updatesState(producer))
        producers.insert(producer);
  unsigned fused = 0;
  for (KernelOp producer : llvm::reverse(producers)) {
    std::string reason;
    FailureOr<KernelOp> merged =
        mergeKernels(producer, assembly, checkAssembly, reason);
    if (succeeded(merged)) {
      assembly = *merged;
      noteFused(assembly, "bottleneck", "concatenation of slices");
      ++fused;
    } else if (fused == 0) {
      noteUnfused(assembly, "bottleneck", producer, reason);
    }
  }
  return fused;
}

/// Whether the kernel can be a bottleneck: one contraction with one result. A
/// slice of what windows write is no slice of their loops.
static bool canSplit(KernelOp kernel) {
  return getContractions(kernel).size() == 1 && !updatesState(kernel) &&
         kernel->getNumResults() == 1;
}

namespace {
struct FuseBottleneckPass
    : public vib::impl::FuseBottleneckBase<FuseBottleneckPass> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      while (splitOne(function)) {
      }
      for (KernelOp kernel : getKernels(function))
        if (getLoops(kernel).empty())
          numFused += fuseAssembly(kernel);
    }
  }

  /// Splits the first kernel that can be split, and fuses its readers into it.
  /// Other kernels may have been erased then. Returns false if there is none.
  bool splitOne(func::FuncOp function) {
    for (KernelOp kernel : getKernels(function)) {
      if (!canSplit(kernel))
        continue;
      ResultSlices slices;
      std::string reason;
      if (failed(collectSlices(kernel.getResult(0), slices, reason))) {
        if (!slices.ops.empty())
          noteUnfused(kernel, "bottleneck", kernel, reason);
        continue;
      }
      KernelOp bottleneck = splitKernel(kernel, slices);
      noteFused(bottleneck, "bottleneck",
                "split into " + Twine(slices.ops.size()) + " contractions");
      ++numSplit;
      numFused += growBottleneck(bottleneck);
      return true;
    }
    return false;
  }
};
} // namespace
