//===- SimplifyKernels.cpp - Simplify kernel regions ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Elementwise ops are fused in the order of the region. The fused op takes the
// position of the consumer. Results of the producer that other ops read become
// results of the fused op. Readers between the producer and the consumer are
// moved after the fused op; if the consumer depends on one of them, the pair is
// not fused.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelSpace.h"
#include "compiler/fused/Passes.h"
#include "compiler/fused/TieOutputs.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_SIMPLIFYKERNELS
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// Whether both ops are elementwise and run over the same positions.
static bool areAlike(const KernelSpace &space, linalg::GenericOp lhs,
                     linalg::GenericOp rhs) {
  if (lhs.getNumReductionLoops() != 0 || rhs.getNumReductionLoops() != 0)
    return false;
  SmallVector<unsigned, 4> left = space.getLoopClasses(lhs);
  SmallVector<unsigned, 4> right = space.getLoopClasses(rhs);
  llvm::sort(left);
  llvm::sort(right);
  return left == right;
}

/// Moves the readers of `producer` that precede `consumer` after it. Fails if
/// the consumer depends on one of them.
static LogicalResult sinkReaders(Operation *producer, Operation *consumer) {
  SmallVector<Operation *> readers = {producer};
  for (Operation *op = producer->getNextNode(); op != consumer;
       op = op->getNextNode())
    if (llvm::any_of(op->getOperands(), [&](Value operand) {
          return llvm::is_contained(readers, operand.getDefiningOp());
        }))
      readers.push_back(op);
  ArrayRef<Operation *> between = ArrayRef(readers).drop_front();
  for (Value operand : consumer->getOperands())
    if (llvm::is_contained(between, operand.getDefiningOp()))
      return failure();
  Operation *last = consumer;
  for (Operation *op : between) {
    op->moveAfter(last);
    last = op;
  }
  return success();
}

/// Fuses one pair of elementwise ops. Returns false if there is none.
static bool fuseOnce(KernelOp kernel, IRRewriter &rewriter) {
  KernelSpace space(kernel);
  for (auto consumer : kernel.getBody().getOps<linalg::GenericOp>())
    for (OpOperand *operand : consumer.getDpsInputOperands()) {
      auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
      if (!producer || !areAlike(space, producer, consumer) ||
          !linalg::areElementwiseOpsFusable(operand) ||
          failed(sinkReaders(producer, consumer)))
        continue;
      rewriter.setInsertionPoint(consumer);
      FailureOr<linalg::ElementwiseOpFusionResult> fused =
          linalg::fuseElementwiseOps(rewriter, operand);
      if (failed(fused))
        continue;
      // If the consumer reads the producer through further operands, the next
      // rounds fuse those, and CSE then merges the duplicate computations.
      for (auto [oldValue, newValue] : fused->replacements)
        rewriter.replaceAllUsesExcept(oldValue, newValue, fused->fusedOp);
      rewriter.eraseOp(consumer);
      if (producer->use_empty())
        rewriter.eraseOp(producer);
      return true;
    }
  return false;
}

/// Gives each op of a kernel initial values of its own. If dimensions have
/// equal extents, ops along different ones may share one after CSE, and then an
/// op along both would have two loops of one dimension.
static void separateInits(KernelOp kernel, IRRewriter &rewriter) {
  SmallVector<linalg::LinalgOp> worklist(
      kernel.getBody().getOps<linalg::LinalgOp>());
  while (!worklist.empty()) {
    linalg::LinalgOp op = worklist.pop_back_val();
    for (OpOperand &init : op.getDpsInitsMutable()) {
      Operation *source = init.get().getDefiningOp();
      if (!isa_and_nonnull<tensor::EmptyOp, linalg::FillOp>(source) ||
          source->hasOneUse())
        continue;
      rewriter.setInsertionPoint(op);
      Operation *copy = rewriter.clone(*source);
      rewriter.modifyOpInPlace(op, [&] { init.set(copy->getResult(0)); });
      if (auto fill = dyn_cast<linalg::LinalgOp>(copy))
        worklist.push_back(fill);
    }
  }
}

/// Gives each tensor of several parts inserts of its own. After CSE, tensors
/// that begin with the same parts share inserts, and what is shared would be
/// copied as a whole, with the parts that are still missing.
static void separateInserts(KernelOp kernel, IRRewriter &rewriter) {
  SmallVector<tensor::InsertSliceOp> worklist(
      kernel.getBody().getOps<tensor::InsertSliceOp>());
  while (!worklist.empty()) {
    tensor::InsertSliceOp insert = worklist.pop_back_val();
    auto before = insert.getDest().getDefiningOp<tensor::InsertSliceOp>();
    if (!before || before->hasOneUse())
      continue;
    rewriter.setInsertionPoint(insert);
    auto copy = cast<tensor::InsertSliceOp>(rewriter.clone(*before));
    rewriter.modifyOpInPlace(
        insert, [&] { insert.getDestMutable().assign(copy.getResult()); });
    worklist.push_back(copy);
  }
}

namespace {
struct SimplifyKernelsPass
    : public vib::impl::SimplifyKernelsBase<SimplifyKernelsPass> {
  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    FrozenRewritePatternSet frozen(std::move(patterns));
    IRRewriter rewriter(&getContext());
    DominanceInfo dominance;
    getOperation()->walk([&](KernelOp kernel) {
      while (fuseOnce(kernel, rewriter))
        ++numFused;
      (void)applyPatternsGreedily(kernel.getBody(), frozen);
      eliminateCommonSubExpressions(rewriter, dominance, kernel);
      separateInserts(kernel, rewriter);
      if (!KernelSpace(kernel).isConsistent())
        separateInits(kernel, rewriter);
      tieOutputs(kernel);
    });
  }
};
} // namespace
