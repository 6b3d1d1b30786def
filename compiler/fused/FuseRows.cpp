//===- FuseRows.cpp - A decoder and its loss, row by row  --------*- C++
//-*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Fusion.h"
#include "compiler/fused/Passes.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_FUSEROWS
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// The bytes of the kernel's ins and outs that have none of `rows` as an axis:
/// each block of rows reads them again.
static int64_t getSharedBytes(KernelOp kernel, const KernelSpace &space,
                              ArrayRef<unsigned> rows) {
  int64_t bytes = 0;
  for (BlockArgument argument : kernel.getBody().getArguments()) {
    if (!isa<RankedTensorType>(argument.getType()))
      continue;
    if (llvm::none_of(space.getClasses(argument), [&](unsigned cls) {
          return llvm::is_contained(rows, cls);
        }))
      bytes += getBytes(argument.getType());
  }
  return bytes;
}

/// Whether `kernel` contracts with something that the rows neither hold nor
/// compute, as the backward pass of the layer before does.
static bool hasNewWeight(KernelOp kernel, KernelOp rows) {
  return llvm::any_of(kernel.getInputs(), [&](Value input) {
    return isa<BlockArgument>(input) && getState(input) &&
           !llvm::is_contained(rows.getInputs(), input);
  });
}

namespace {
struct FuseRowsPass : public vib::impl::FuseRowsBase<FuseRowsPass> {
  using FuseRowsBase::FuseRowsBase;

  /// Whether `kernel`, which feeds or reads `rows`, belongs to another part of
  /// the model: a decoder begins after the noise, and its backward pass ends
  /// where a weight is needed that its forward pass has not read.
  bool isBeyond(KernelOp kernel, KernelOp rows) {
    if (getContractions(kernel).empty())
      return false;
    if (kernel->isBeforeInBlock(rows))
      return drawsNoise(kernel) || drawsNoise(rows);
    return hasNewWeight(kernel, rows);
  }

  /// Every op has the rows, and what has no rows is small.
  std::string checkRows(KernelOp kernel, const KernelSpace &space) {
    SmallVector<unsigned, 4> rows = space.getSharedParallelClasses();
    if (rows.empty())
      return "no loop is common to all ops without being reduced";
    int64_t bytes = getSharedBytes(kernel, space, rows);
    if (bytes > maxWeightBytes)
      return "each block of rows would read " + std::to_string(bytes) +
             " bytes of weights, more than " + std::to_string(maxWeightBytes);
    return {};
  }

  /// Fuses one neighbour into `rows`; returns what it has become.
  KernelOp growOnce(KernelOp rows) {
    llvm::SmallSetVector<KernelOp, 8> neighbours;
    for (Value input : rows.getInputs())
      if (auto producer = input.getDefiningOp<KernelOp>())
        neighbours.insert(producer);
    for (Operation *user : rows->getUsers())
      if (auto consumer = dyn_cast<KernelOp>(user))
        neighbours.insert(consumer);
    for (KernelOp neighbour : neighbours) {
      if (updatesState(neighbour) || isBeyond(neighbour, rows))
        continue;
      bool earlier = neighbour->isBeforeInBlock(rows);
      std::string what = describe(neighbour);
      std::string reason;
      FailureOr<KernelOp> merged = mergeKernels(
          earlier ? neighbour : rows, earlier ? rows : neighbour,
          [&](KernelOp kernel, const KernelSpace &space) {
            return checkRows(kernel, space);
          },
          reason);
      if (succeeded(merged)) {
        noteFused(*merged, "rows", what);
        ++numFused;
        return *merged;
      }
      noteUnfused(neighbour, "rows", rows, reason);
    }
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
        StringAttr name = rows.getNameAttr();
        while (KernelOp grown = growOnce(rows))
          rows = grown;
        rows.setNameAttr(name);
        done.insert(rows);
      }
    }
  }
};
} // namespace
