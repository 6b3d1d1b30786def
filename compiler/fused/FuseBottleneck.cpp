//===- FuseBottleneck.cpp - Fuse sampling and the rate ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The pass has three steps.
//
// 1. A contraction whose result is only read in slices along one axis is split.
//    Each slice of the result is moved up through the elementwise ops and the
//    contraction to slices of their operands, and becomes a result of its own.
// 2. The elementwise kernels and sums that read these results are fused into
// the
//    kernel.
// 3. Kernels that concatenate slices are fused into the kernels that compute
//    them.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Fusion.h"
#include "compiler/fused/KernelParts.h"
#include "compiler/fused/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/SetVector.h"
#include <map>

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_FUSEBOTTLENECK
#include "compiler/fused/Passes.h.inc"
} // namespace vib

//===----------------------------------------------------------------------===//
// Splitting
//===----------------------------------------------------------------------===//

namespace {
/// The positions [offset, offset + size) of one axis, and all positions of the
/// other axes.
struct Slice {
  unsigned axis;
  int64_t offset, size;
};

/// Computes a slice of a kernel's value from slices of the values that it is
/// computed from.
class Slicer {
public:
  Slicer(OpBuilder &builder) : builder(builder) {}

  Value get(Value value, Slice slice) {
    if (auto op = value.getDefiningOp<linalg::LinalgOp>())
      return get(op, cast<OpResult>(value), slice);
    RankedTensorType type = getType(value, slice);
    if (value.getDefiningOp<tensor::EmptyOp>() || isOutput(value))
      return tensor::EmptyOp::create(builder, value.getLoc(), type.getShape(),
                                     type.getElementType());
    SmallVector<OpFoldResult> offsets, sizes, strides;
    for (int64_t size : cast<RankedTensorType>(value.getType()).getShape()) {
      offsets.push_back(builder.getIndexAttr(0));
      sizes.push_back(builder.getIndexAttr(size));
      strides.push_back(builder.getIndexAttr(1));
    }
    offsets[slice.axis] = builder.getIndexAttr(slice.offset);
    sizes[slice.axis] = builder.getIndexAttr(slice.size);
    return tensor::ExtractSliceOp::create(builder, value.getLoc(), value,
                                          offsets, sizes, strides);
  }

private:
  static RankedTensorType getType(Value value, Slice slice) {
    auto type = cast<RankedTensorType>(value.getType());
    SmallVector<int64_t> shape(type.getShape());
    shape[slice.axis] = slice.size;
    return RankedTensorType::get(shape, type.getElementType());
  }

  static bool isOutput(Value value) {
    auto argument = dyn_cast<BlockArgument>(value);
    auto kernel = cast<KernelOp>(value.getParentBlock()->getParentOp());
    return argument && argument.getArgNumber() >= kernel.getInputs().size();
  }

  Value get(linalg::LinalgOp op, OpResult result, Slice slice) {
    AffineMap map = op.getIndexingMapMatchingResult(result);
    unsigned loop = map.getDimPosition(slice.axis);
    SmallVector<Value> operands;
    SmallVector<Type> types;
    for (OpOperand &operand : op->getOpOperands()) {
      Value value = operand.get();
      if (isa<RankedTensorType>(value.getType()))
        for (auto [axis, expr] :
             llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults()))
          if (expr == builder.getAffineDimExpr(loop)) {
            value = get(
                value, {static_cast<unsigned>(axis), slice.offset, slice.size});
            break;
          }
      operands.push_back(value);
      if (op.isDpsInit(&operand))
        types.push_back(value.getType());
    }
    Operation *sliced = mlir::clone(builder, op, types, operands);
    // linalg.index now counts from the start of the slice.
    sliced->walk([&](linalg::IndexOp index) {
      if (index.getDim() != loop || slice.offset == 0)
        return;
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointAfter(index);
      Value offset =
          arith::ConstantIndexOp::create(builder, index.getLoc(), slice.offset);
      auto sum = arith::AddIOp::create(builder, index.getLoc(), index, offset);
      index.getResult().replaceAllUsesExcept(sum, sum);
    });
    return sliced->getResult(result.getResultNumber());
  }

  OpBuilder &builder;
};
} // namespace

/// The slice that `op` takes, if it takes a part of exactly one axis.
static std::optional<Slice> getSlice(tensor::ExtractSliceOp op) {
  std::optional<Slice> slice;
  auto type = op.getSourceType();
  if (!op.hasUnitStride() || op.getType().getRank() != type.getRank() ||
      llvm::any_of(op.getStaticOffsets(), ShapedType::isDynamic))
    return std::nullopt;
  for (unsigned axis = 0, e = type.getRank(); axis != e; ++axis) {
    int64_t size = op.getStaticSizes()[axis];
    if (size == type.getDimSize(axis))
      continue;
    if (slice)
      return std::nullopt;
    slice = Slice{axis, op.getStaticOffsets()[axis], size};
  }
  return slice;
}

/// The slices that other kernels read of `result`, with the ops that take them.
/// Collecting them fails if there is any other use.
using SliceMap = llvm::MapVector<std::pair<int64_t, int64_t>,
                                 SmallVector<tensor::ExtractSliceOp>>;

static LogicalResult collectSlices(Value result, unsigned &axis,
                                   SliceMap &slices, std::string &reason) {
  std::optional<unsigned> slicedAxis;
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
      if (!slice || (slicedAxis && *slicedAxis != slice->axis)) {
        reason =
            ("'" + kernel.getName() + "' reads more than slices of one axis")
                .str();
        return failure();
      }
      slicedAxis = slice->axis;
      slices[{slice->offset, slice->size}].push_back(extract);
    }
  }
  if (!slicedAxis)
    return failure();
  axis = *slicedAxis;
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

/// Splits a kernel with one contraction by the slices that are read of its
/// result. The new kernel has one result for each slice.
static KernelOp split(KernelOp kernel, unsigned axis, SliceMap &slices) {
  OpBuilder builder(kernel);
  Value yielded = kernel.getYield().getOperand(0);
  auto type = cast<RankedTensorType>(yielded.getType());
  SmallVector<Value> outputs;
  for (auto &[range, ops] : slices) {
    SmallVector<int64_t> shape(type.getShape());
    shape[axis] = range.second;
    outputs.push_back(tensor::EmptyOp::create(builder, kernel.getLoc(), shape,
                                              type.getElementType()));
  }
  auto result =
      KernelOp::create(builder, kernel.getLoc(), TypeRange(ValueRange(outputs)),
                       kernel.getName(), kernel.getInputs(), outputs);
  result->setDiscardableAttrs(kernel->getDiscardableAttrDictionary());
  result.getBody().takeBody(kernel.getBody());
  Block &body = result.getBody().front();
  unsigned numInputs = result.getInputs().size();
  Location outputLoc = body.getArgument(numInputs).getLoc();
  for (auto [output, entry] : llvm::zip(outputs, slices)) {
    Location loc = entry.second.front().getLoc();
    body.addArgument(output.getType(), isa<NameLoc>(loc) ? loc : outputLoc);
  }

  YieldOp yield = result.getYield();
  builder.setInsertionPoint(yield);
  Slicer slicer(builder);
  SmallVector<Value> parts;
  for (auto &[range, ops] : slices)
    parts.push_back(slicer.get(yielded, {axis, range.first, range.second}));
  yield->setOperands(parts);
  for (Operation &op : llvm::make_early_inc_range(llvm::reverse(body)))
    if (isOpTriviallyDead(&op))
      op.erase();
  body.eraseArgument(numInputs);

  // The readers get the parts instead of the whole.
  for (auto [part, entry, argument] :
       llvm::zip(result.getResults(), slices, result.getOutputArgs()))
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
  kernel.erase();
  tieOutputs(result);
  std::map<int64_t, StringRef> names;
  for (auto [entry, argument] : llvm::zip(slices, result.getOutputArgs()))
    names[entry.first.first] = getValueName(argument);
  splitPart(result, llvm::to_vector(llvm::make_second_range(names)));
  return result;
}

//===----------------------------------------------------------------------===//
// Growing
//===----------------------------------------------------------------------===//

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
static unsigned grow(KernelOp kernel) {
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

namespace {
struct FuseBottleneckPass
    : public vib::impl::FuseBottleneckBase<FuseBottleneckPass> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      for (KernelOp kernel : getKernels(function)) {
        if (getContractions(kernel).size() != 1 || updatesState(kernel) ||
            kernel->getNumResults() != 1)
          continue;
        unsigned axis = 0;
        SliceMap slices;
        std::string reason;
        if (failed(collectSlices(kernel.getResult(0), axis, slices, reason))) {
          if (!slices.empty())
            noteUnfused(kernel, "bottleneck", kernel, reason);
          continue;
        }
        KernelOp bottleneck = split(kernel, axis, slices);
        noteFused(bottleneck, "bottleneck",
                  "split into " + Twine(slices.size()) + " contractions");
        ++numSplit;
        numFused += grow(bottleneck);
        // The other kernels in the list may have been erased, so start again.
        runOnOperation();
        return;
      }
      for (KernelOp kernel : getKernels(function))
        if (getLoops(kernel).empty())
          numFused += fuseAssembly(kernel);
    }
  }
};
} // namespace
