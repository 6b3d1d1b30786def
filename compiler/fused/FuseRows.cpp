//===- FuseRows.cpp - Fuse decoder and loss row by row ----------*- C++ -*-===//
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
#define GEN_PASS_DEF_FUSEROWS
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// Whether `kernel` reads a weight that `rows` does not read, as the backward
/// pass of the layer before the decoder does.
static bool hasNewWeight(KernelOp kernel, KernelOp rows) {
  return llvm::any_of(kernel.getInputs(), [&](Value input) {
    return isa<BlockArgument>(input) && getState(input) &&
           !llvm::is_contained(rows.getInputs(), input);
  });
}

/// The name for a kernel with the layers `lhs` and `rhs`: their common part,
/// for example `decode` for `decode.0` and `decode.2`.
static StringRef getCommonName(StringRef lhs, StringRef rhs) {
  if (lhs == rhs)
    return lhs;
  StringRef family = lhs.rsplit('.').first;
  return family == rhs || family == rhs.rsplit('.').first ? family : lhs;
}

namespace {
struct FuseRowsPass : public vib::impl::FuseRowsBase<FuseRowsPass> {
  using FuseRowsBase::FuseRowsBase;

  /// Whether `kernel`, a neighbour of `rows`, belongs to another part of the
  /// model. A decoder begins after the noise. Its backward pass ends where a
  /// weight is needed that its forward pass has not read.
  bool isBeyond(KernelOp kernel, KernelOp rows) {
    if (getContractions(kernel).empty())
      return false;
    if (kernel->isBeforeInBlock(rows))
      return drawsNoise(kernel) || drawsNoise(rows);
    return hasNewWeight(kernel, rows);
  }

  /// All ops must have the rows, and the tensors without rows must be small.
  std::string checkRows(KernelOp kernel, const KernelSpace &space) {
    SmallVector<unsigned, 4> rows = space.getSharedParallelClasses();
    if (rows.empty())
      return "they share no dimension that none of them sums over";
    int64_t bytes = getSharedBytes(kernel, space);
    if (bytes > maxWeightBytes)
      return "each block of rows would read " + std::to_string(bytes) +
             " bytes of weights, more than " + std::to_string(maxWeightBytes);
    return {};
  }

  /// Fuses one neighbour into `rows`. Returns the merged kernel, or null.
  KernelOp growOnce(KernelOp rows) {
    llvm::SmallSetVector<KernelOp, 8> neighbours;
    for (Value input : rows.getInputs())
      if (auto producer = input.getDefiningOp<KernelOp>())
        neighbours.insert(producer);
    for (Operation *user : rows->getUsers())
      if (auto consumer = dyn_cast<KernelOp>(user))
        neighbours.insert(consumer);
    SmallVector<std::pair<KernelOp, std::string>> refused;
    for (KernelOp neighbour : neighbours) {
      if (updatesState(neighbour) || isBeyond(neighbour, rows))
        continue;
      bool earlier = neighbour->isBeforeInBlock(rows);
      std::string what = describe(neighbour), reason;
      StringRef name = rows.getName();
      if (earlier && !getContractions(neighbour).empty())
        name = getCommonName(name, neighbour.getName());
      FailureOr<KernelOp> merged = mergeKernels(
          earlier ? neighbour : rows, earlier ? rows : neighbour,
          [&](KernelOp kernel, const KernelSpace &space) {
            return checkRows(kernel, space);
          },
          reason);
      if (succeeded(merged)) {
        merged->setName(name);
        noteFused(*merged, "rows", what);
        ++numFused;
        return *merged;
      }
      refused.push_back({neighbour, reason});
    }
    for (auto &[neighbour, reason] : refused)
      noteUnfused(neighbour, "rows", rows, reason);
    return {};
  }

  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      llvm::DenseSet<Operation *> done;
      while (true) {
        SmallVector<KernelOp> kernels = getKernels(function);
        auto *seed = llvm::find_if(kernels, [&](KernelOp kernel) {
          return isReduction(kernel) && !updatesState(kernel) &&
                 !done.contains(kernel);
        });
        if (seed == kernels.end())
          break;
        KernelOp rows = *seed;
        while (KernelOp grown = growOnce(rows))
          rows = grown;
        done.insert(rows);
      }
    }
  }
};
} // namespace
