//===- SplitKernel.cpp - Split a contraction by slices of it --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/SplitKernel.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/TieOutputs.h"
#include "llvm/ADT/SetVector.h"
#include <map>

using namespace mlir;
using namespace vib;

LogicalResult vib::collectSlices(Value result, ResultSlices &slices,
                                 std::string &reason) {
  std::optional<unsigned> axis;
  for (OpOperand &use : result.getUses()) {
    auto kernel = dyn_cast<KernelOp>(use.getOwner());
    if (!kernel) {
      reason = "the function returns the whole result";
      return failure();
    }
    BlockArgument argument =
        kernel.getBody().getArgument(use.getOperandNumber());
    for (Operation *user : argument.getUsers()) {
      auto extract = dyn_cast<tensor::ExtractSliceOp>(user);
      std::optional<Slice> slice =
          extract ? getSlice(extract) : std::optional<Slice>();
      if (!slice || (axis && *axis != slice->axis)) {
        reason =
            ("'" + kernel.getName() + "' reads more than slices of one axis")
                .str();
        return failure();
      }
      axis = slice->axis;
      slices.ops[{slice->offset, slice->size}].push_back(extract);
    }
  }
  if (!axis)
    return failure();
  // Slices that overlap, as those of the phases of a convolution do, would be
  // computed several times.
  auto sorted = llvm::to_vector(llvm::make_first_range(slices.ops));
  llvm::sort(sorted);
  for (auto [slice, next] : llvm::zip(sorted, llvm::drop_begin(sorted)))
    if (next.first < slice.first + slice.second) {
      reason = "its readers take slices that overlap";
      return failure();
    }
  auto split = result.getDefiningOp<KernelOp>();
  Value whole =
      split.getYield().getOperand(cast<OpResult>(result).getResultNumber());
  if (!canSlice(whole, *axis)) {
    reason = ("'" + split.getName() +
              "' computes or reads elements along the sliced axis through a "
              "window")
                 .str();
    return failure();
  }
  slices.axis = *axis;
  return success();
}

/// The argument of `kernel` for `value`; a new one if `value` is not an input.
static BlockArgument addInput(KernelOp kernel, Value value, Location loc) {
  for (auto [input, argument] :
       llvm::zip(kernel.getInputs(), kernel.getInputArgs()))
    if (input == value)
      return argument;
  BlockArgument argument = kernel.getBody().insertArgument(
      kernel.getInputs().size(), value.getType(), loc);
  kernel.getInputsMutable().append(value);
  return argument;
}

/// Removes the input `value`, whose argument has no uses.
static void removeInput(KernelOp kernel, Value value) {
  for (auto [index, input] : llvm::enumerate(kernel.getInputs()))
    if (input == value) {
      kernel.getBody().eraseArgument(index);
      kernel.getInputsMutable().erase(index);
      return;
    }
}

/// Removes a kernel that yields its input unchanged, as a kernel that only took
/// a slice now does. Its result is replaced by the input, which takes over the
/// name of the output argument.
static void foldCopy(KernelOp kernel) {
  if (kernel.getInputs().size() != 1 || kernel->getNumResults() != 1 ||
      kernel.getYield().getOperand(0) != kernel.getInputArgs().front())
    return;
  auto part = cast<OpResult>(kernel.getInputs().front());
  auto producer = cast<KernelOp>(part.getOwner());
  producer.getOutputArgs()[part.getResultNumber()].setLoc(
      kernel.getOutputArgs().front().getLoc());
  kernel.getResult(0).replaceAllUsesWith(part);
  Value output = kernel.getOutputs().front();
  kernel.erase();
  if (output.use_empty())
    output.getDefiningOp()->erase();
}

/// Creates the kernel with a result for each slice. It takes over the body of
/// `kernel`, in which arguments for these results follow the one of the whole.
static KernelOp createSplit(KernelOp kernel, const ResultSlices &slices) {
  OpBuilder builder(kernel);
  auto type = cast<RankedTensorType>(kernel.getResult(0).getType());
  SmallVector<Value> outputs;
  for (auto &[range, ops] : slices.ops) {
    SmallVector<int64_t> shape(type.getShape());
    shape[slices.axis] = range.second;
    outputs.push_back(tensor::EmptyOp::create(builder, kernel.getLoc(), shape,
                                              type.getElementType()));
  }
  auto result =
      KernelOp::create(builder, kernel.getLoc(), TypeRange(ValueRange(outputs)),
                       kernel.getName(), kernel.getInputs(), outputs);
  result->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
  result.getBody().takeBody(kernel.getBody());
  Block &body = result.getBody().front();
  Location outputLoc = body.getArguments().back().getLoc();
  for (auto [output, entry] : llvm::zip(outputs, slices.ops)) {
    tensor::ExtractSliceOp first = entry.second.front();
    Location loc = first.getLoc();
    body.addArgument(output.getType(), isa<NameLoc>(loc) ? loc : outputLoc);
  }
  return result;
}

/// Yields the slices in place of the whole, and erases what only the whole
/// needed.
static void yieldSlices(KernelOp kernel, const ResultSlices &slices) {
  YieldOp yield = kernel.getYield();
  Value whole = yield.getOperand(0);
  OpBuilder builder(yield);
  Slicer slicer(builder);
  SmallVector<Value> parts;
  for (auto &[range, ops] : slices.ops)
    parts.push_back(
        slicer.get(whole, {slices.axis, range.first, range.second}));
  yield->setOperands(parts);
  Block &body = kernel.getBody().front();
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  body.eraseArgument(kernel.getInputs().size());
}

/// Lets the readers of `kernel` read the results of `parts`, which replaces it.
static void replaceReads(KernelOp kernel, KernelOp parts,
                         const ResultSlices &slices) {
  for (auto [part, entry, argument] :
       llvm::zip(parts.getResults(), slices.ops, parts.getOutputArgs()))
    for (tensor::ExtractSliceOp extract : entry.second) {
      auto reader = cast<KernelOp>(extract->getParentOp());
      extract.replaceAllUsesWith(addInput(reader, part, argument.getLoc()));
      extract.erase();
    }
  llvm::SmallSetVector<KernelOp, 4> readers;
  for (Operation *user : kernel->getUsers())
    readers.insert(cast<KernelOp>(user));
  for (KernelOp reader : readers) {
    removeInput(reader, kernel.getResult(0));
    foldCopy(reader);
  }
}

/// The names of the results, in the order of their slices.
static SmallVector<StringRef> getNames(KernelOp kernel,
                                       const ResultSlices &slices) {
  std::map<int64_t, StringRef> names;
  for (auto [entry, argument] : llvm::zip(slices.ops, kernel.getOutputArgs()))
    names[entry.first.first] = getValueName(argument);
  return llvm::to_vector(llvm::make_second_range(names));
}

KernelOp vib::splitKernel(KernelOp kernel, const ResultSlices &slices) {
  KernelOp result = createSplit(kernel, slices);
  yieldSlices(result, slices);
  replaceReads(kernel, result, slices);
  kernel.erase();
  tieOutputs(result);
  splitPart(result, getNames(result, slices));
  return result;
}
