//===- MergeKernels.cpp - Merge two kernels into one ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/MergeKernels.h"
#include "compiler/fused/FusionNotes.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/MergePlacement.h"
#include "compiler/fused/TieOutputs.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

namespace {

/// Builds a kernel that computes what two kernels compute, and leaves both in
/// place. A result of `first` that only `second` reads is not a result of the
/// merged kernel, unless it is state.
class Merger {
public:
  /// The merged kernel is created in front of `second`.
  Merger(KernelOp first, KernelOp second)
      : first(first), second(second), builder(second) {}

  KernelOp build();
  /// Lets the users of both kernels' results read those of the merged kernel.
  void replaceResults();

private:
  void collectOperands();
  void createKernel();
  /// Adds an argument for each value, with the name that it has in a kernel.
  void addArguments(ValueRange values);
  void cloneFirst();
  void cloneSecond();
  void cloneBody(KernelOp kernel);
  void createYield();
  bool isReadByOthers(OpResult result) {
    return llvm::any_of(result.getUsers(), [&](Operation *user) {
      return user != second.getOperation();
    });
  }
  Value getResult(Value output) {
    return merged.getResult(llvm::find(outputs, output) - outputs.begin());
  }

  KernelOp first, second, merged;
  OpBuilder builder;
  llvm::SmallSetVector<Value, 8> inputs, outputs;
  /// The outs of `second`; for state that `first` has updated, those of
  /// `first`.
  SmallVector<Value> secondOutputs;
  /// The values in the body of the merged kernel, by operands of the two, and
  /// by results of `first`.
  llvm::DenseMap<Value, Value> values;
  /// The values to yield, by outs.
  llvm::DenseMap<Value, Value> yields;
  IRMapping mapping;
};

void Merger::collectOperands() {
  for (auto [result, output] :
       llvm::zip(first->getResults(), first.getOutputs()))
    if (isReadByOthers(result) || getState(output))
      outputs.insert(output);
  inputs.insert_range(first.getInputs());
  for (Value input : second.getInputs())
    if (input.getDefiningOp() != first)
      inputs.insert(input);
  for (Value output : second.getOutputs()) {
    if (output.getDefiningOp() == first)
      output = first.getOutputs()[cast<OpResult>(output).getResultNumber()];
    secondOutputs.push_back(output);
    outputs.insert(output);
  }
}

void Merger::addArguments(ValueRange operands) {
  Block &body = merged.getBody().front();
  for (Value value : operands) {
    Location loc = value.getLoc();
    for (KernelOp kernel : {second, first})
      for (auto [operand, argument] : llvm::zip(
               kernel.getOperands(), kernel.getBody().front().getArguments()))
        if (operand == value)
          loc = argument.getLoc();
    values[value] = body.addArgument(value.getType(), loc);
  }
}

void Merger::createKernel() {
  merged = KernelOp::create(
      builder, builder.getFusedLoc({first.getLoc(), second.getLoc()}),
      TypeRange(ValueRange(outputs.getArrayRef())), first.getName(),
      inputs.getArrayRef(), outputs.getArrayRef());
  Block *body = builder.createBlock(&merged.getBody());
  addArguments(inputs.getArrayRef());
  addArguments(outputs.getArrayRef());
  builder.setInsertionPointToEnd(body);
}

void Merger::cloneBody(KernelOp kernel) {
  for (Operation &op : kernel.getBody().front().without_terminator())
    builder.clone(op, mapping);
}

void Merger::cloneFirst() {
  for (auto [operand, argument] :
       llvm::zip(first.getOperands(), first.getBody().front().getArguments())) {
    Value mapped = values.lookup(operand);
    if (!mapped) {
      auto type = cast<RankedTensorType>(operand.getType());
      mapped = tensor::EmptyOp::create(builder, argument.getLoc(),
                                       type.getShape(), type.getElementType());
    }
    mapping.map(argument, mapped);
  }
  cloneBody(first);
  for (auto [result, yielded, output] :
       llvm::zip(first.getResults(), first.getYield().getOperands(),
                 first.getOutputs()))
    values[result] = yields[output] = mapping.lookup(yielded);
}

void Merger::cloneSecond() {
  for (auto [operand, argument] :
       llvm::zip(second.getOperands(), second.getBody().front().getArguments()))
    mapping.map(argument, values.lookup(operand));
  cloneBody(second);
  for (auto [output, yielded] :
       llvm::zip(secondOutputs, second.getYield().getOperands()))
    yields[output] = mapping.lookup(yielded);
}

void Merger::createYield() {
  SmallVector<Value> operands;
  for (Value output : outputs)
    operands.push_back(yields.lookup(output));
  YieldOp::create(builder, merged.getLoc(), operands);
}

KernelOp Merger::build() {
  collectOperands();
  createKernel();
  cloneFirst();
  cloneSecond();
  createYield();
  return merged;
}

void Merger::replaceResults() {
  auto replace = [&](Value from, Value to) {
    from.replaceUsesWithIf(to, [&](OpOperand &use) {
      return use.getOwner() != second.getOperation();
    });
  };
  for (auto [result, output] :
       llvm::zip(first.getResults(), first.getOutputs()))
    if (outputs.contains(output))
      replace(result, getResult(output));
  for (auto [result, output] : llvm::zip(second.getResults(), secondOutputs))
    replace(result, getResult(output));
}

} // namespace

/// Returns an error text if one kernel reads state that the other one updates:
/// in a merged kernel, some threads could read what others have already
/// written.
static std::string checkState(KernelOp first, KernelOp second) {
  for (auto [reader, writer] : {std::pair(first, second), {second, first}})
    for (Value output : writer.getOutputs()) {
      BlockArgument state = getState(output);
      if (state && llvm::is_contained(reader.getInputs(), output))
        return ("one reads " + getSlot(state).getName() +
                ", which the other updates")
            .str();
    }
  return {};
}

std::string vib::checkSamePositions(KernelOp kernel, const KernelSpace &space) {
  std::optional<SmallVector<unsigned, 4>> positions;
  for (linalg::LinalgOp op : getLoops(kernel)) {
    if (isPrologue(op))
      continue;
    SmallVector<unsigned, 4> loops;
    SmallVector<unsigned, 2> reduced = space.getReducedClasses(op);
    for (unsigned cls : space.getLoopClasses(op))
      if (!llvm::is_contained(reduced, cls))
        loops.push_back(cls);
    llvm::sort(loops);
    if (positions && *positions != loops)
      return "it runs over different positions";
    positions = loops;
  }
  return {};
}

/// Erases a kernel, and the tensor.empty ops of its outs that nothing uses any
/// more.
static void eraseKernel(KernelOp kernel) {
  SmallVector<Value> outputs(kernel.getOutputs());
  kernel.erase();
  for (Value output : outputs)
    if (auto empty = output.getDefiningOp<tensor::EmptyOp>())
      if (empty.use_empty())
        empty.erase();
}

FailureOr<KernelOp> vib::mergeKernels(KernelOp first, KernelOp second,
                                      MergeCheck check, std::string &reason) {
  assert(first->isBeforeInBlock(second) && "expected the earlier kernel first");
  reason = checkState(first, second);
  if (!reason.empty())
    return failure();
  FailureOr<MergePlacement> placement =
      MergePlacement::find(first, second, reason);
  if (failed(placement))
    return failure();

  Merger merger(first, second);
  KernelOp merged = merger.build();
  KernelSpace space(merged);
  reason = space.isConsistent()
               ? check(merged, space)
               : "both use one tensor, but along different dimensions";
  if (!reason.empty()) {
    merged.erase();
    return failure();
  }

  // Prefer the name of a kernel that has a contraction.
  if (getContractions(first).empty() && !getContractions(second).empty())
    merged.setName(second.getName());
  mergeNotes(merged, first, second);
  mergeParts(merged, first, second);
  placement->move(merged, first);
  merger.replaceResults();
  second.erase();
  eraseKernel(first);
  tieOutputs(merged);
  return merged;
}
