//===- GroupKernels.cpp - Group independent kernels -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A launch costs some microseconds, and a launch with few blocks leaves most of
// the chip idle. In their order, kernels are assigned to the first launch after
// those of all kernels that they depend on: because they read a result, or
// because one of the two writes state that the other uses. As a result, a
// weight gradient shares a launch with the input gradient of the layer before,
// and a combination of partial results shares one with the kernels that come
// next.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelQueries.h"
#include "compiler/gpu/BlockPlan.h"
#include "compiler/gpu/BlockPlanVerifier.h"
#include "compiler/gpu/Passes.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "vib-group-kernels"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_GROUPKERNELS
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

/// The launches of a kernel and of the combination of its results.
struct Placed {
  KernelOp kernel;
  int64_t launch, combine;
  SmallVector<bool> isCombined;
};

struct GroupKernels : vib::impl::GroupKernelsBase<GroupKernels> {
  void runOnOperation() override {
    GpuOptions options = GpuOptions::get(getOperation());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (failed(group(function, options)))
        return signalPassFailure();
  }

  LogicalResult group(func::FuncOp function, const GpuOptions &options);
};

/// The first launch in which `kernel` can be, as far as it depends on `other`.
int64_t getEarliest(KernelOp kernel, const Placed &other) {
  int64_t earliest = 0;
  for (Value input : kernel->getOperands())
    if (auto result = dyn_cast<OpResult>(input);
        result && result.getOwner() == other.kernel)
      earliest =
          std::max(earliest, 1 + (other.isCombined[result.getResultNumber()]
                                      ? other.combine
                                      : other.launch));
  // State that both use and at least one of them writes.
  auto touches = [](KernelOp kernel, BlockArgument state, bool writes) {
    return llvm::any_of(writes ? ValueRange(kernel.getOutputs())
                               : ValueRange(kernel->getOperands()),
                        [&](Value value) { return getState(value) == state; });
  };
  auto conflicts = [&](KernelOp writer, KernelOp toucher) {
    return llvm::any_of(writer.getOutputs(), [&](Value output) {
      BlockArgument state = getState(output);
      return state && touches(toucher, state, /*writes=*/false);
    });
  };
  KernelOp before = other.kernel;
  if (conflicts(kernel, before) || conflicts(before, kernel))
    earliest = std::max(earliest, 1 + std::max(other.launch, other.combine));
  return earliest;
}

int64_t getEarliest(KernelOp kernel, ArrayRef<Placed> done) {
  int64_t earliest = 0;
  for (const Placed &other : done)
    earliest = std::max(earliest, getEarliest(kernel, other));
  return earliest;
}

LogicalResult GroupKernels::group(func::FuncOp function,
                                  const GpuOptions &options) {
  int64_t launches = 0;
  std::vector<Placed> done;
  auto place = [&](int64_t earliest) {
    if (earliest < launches)
      ++numShared;
    else
      ++launches;
    return earliest;
  };
  Builder builder(&getContext());
  for (KernelOp kernel : getKernels(function)) {
    if (failed(verifyBlockPlan(kernel, options)))
      return failure();
    BlockPlan plan(kernel, options);
    int64_t earliest = getEarliest(kernel, done);
    Placed placed{kernel, place(earliest), -1, {}};
    kernel->setAttr(kLaunchAttrName, builder.getI64IntegerAttr(placed.launch));
    LDBG() << kernel.getName() << " runs in launch " << placed.launch << " of @"
           << function.getName();
    if (!plan.getCombinations().empty()) {
      placed.combine = place(placed.launch + 1);
      kernel->setAttr(kCombineLaunchAttrName,
                      builder.getI64IntegerAttr(placed.combine));
    }
    for (unsigned i = 0, n = kernel.getNumResults(); i != n; ++i)
      placed.isCombined.push_back(plan.isCombined(i));
    done.push_back(placed);
  }
  numLaunches += launches;
  return success();
}

} // namespace

LogicalResult vib::verifyLaunches(func::FuncOp function,
                                  const GpuOptions &options) {
  std::vector<Placed> done;
  for (KernelOp kernel : getKernels(function)) {
    BlockPlan plan(kernel, options);
    auto read = [&](StringRef name, int64_t earliest) -> FailureOr<int64_t> {
      auto number = kernel->getAttrOfType<IntegerAttr>(name);
      if (number && number.getType().isSignlessInteger(64) &&
          number.getInt() >= earliest && number.getInt() <= kMostLaunches)
        return number.getInt();
      return kernel.emitOpError("expected ")
             << name << " to be an i64 of " << earliest << " to "
             << kMostLaunches << ": what it depends on is computed before";
    };
    int64_t earliest = getEarliest(kernel, done);
    FailureOr<int64_t> launch = read(kLaunchAttrName, earliest);
    if (failed(launch))
      return failure();
    Placed placed{kernel, *launch, -1, {}};
    if (!plan.getCombinations().empty()) {
      FailureOr<int64_t> combine = read(kCombineLaunchAttrName, *launch + 1);
      if (failed(combine))
        return failure();
      placed.combine = *combine;
    } else if (kernel->hasAttr(kCombineLaunchAttrName)) {
      return kernel.emitOpError("expected no ")
             << kCombineLaunchAttrName << ": it has no partial results";
    }
    for (unsigned i = 0, n = kernel.getNumResults(); i != n; ++i)
      placed.isCombined.push_back(plan.isCombined(i));
    done.push_back(placed);
  }
  return success();
}
