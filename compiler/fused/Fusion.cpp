//===- Fusion.cpp - Queries and merging for the passes ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Merging two kernels moves at least one of them past the kernels in between,
// so each of those must be able to run either before or after the merged
// kernel. A kernel depends on an earlier one if it reads a result of it, or if
// it updates state that the earlier one reads. Let
//
//   after  = the kernels in between that depend on the first kernel,
//   before = the kernels in between on which the second kernel depends
//
// (both transitively). The two kernels can be merged if no kernel is in both
// sets. The merged kernel is placed where the second one was if `after` is
// empty. Otherwise it is placed where the first one was, and the kernels in
// `before` are moved in front of it.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/Fusion.h"
#include "compiler/fused/KernelParts.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/Remarks.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// Queries
//===----------------------------------------------------------------------===//

SlotAttr vib::getSlot(BlockArgument argument) {
  auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp());
  if (!function)
    return {};
  return function.getArgAttrOfType<SlotAttr>(argument.getArgNumber(),
                                             kSlotAttrName);
}

BlockArgument vib::getState(Value value) {
  while (auto result = dyn_cast<OpResult>(value)) {
    auto kernel = dyn_cast<KernelOp>(result.getOwner());
    if (!kernel)
      return {};
    value = kernel.getOutputs()[result.getResultNumber()];
  }
  auto argument = cast<BlockArgument>(value);
  SlotAttr slot = getSlot(argument);
  if (!slot)
    return {};
  switch (slot.getKind()) {
  case SlotKind::Weight:
  case SlotKind::Moment1:
  case SlotKind::Moment2:
  case SlotKind::Average:
    return argument;
  default:
    return {};
  }
}

bool vib::updatesState(KernelOp kernel) {
  return llvm::any_of(kernel.getOutputs(),
                      [](Value output) { return !!getState(output); });
}

SmallVector<linalg::LinalgOp> vib::getLoops(KernelOp kernel) {
  SmallVector<linalg::LinalgOp> loops;
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>())
    if (!isa<linalg::FillOp>(op))
      loops.push_back(op);
  return loops;
}

SmallVector<linalg::LinalgOp> vib::getContractions(KernelOp kernel) {
  SmallVector<linalg::LinalgOp> contractions;
  for (linalg::LinalgOp op : getLoops(kernel))
    if (linalg::isaContractionOpInterface(op))
      contractions.push_back(op);
  return contractions;
}

bool vib::isElementwise(KernelOp kernel) {
  SmallVector<linalg::LinalgOp> loops = getLoops(kernel);
  return !loops.empty() && llvm::all_of(loops, [](linalg::LinalgOp op) {
    return op.getNumReductionLoops() == 0;
  });
}

bool vib::isReduction(KernelOp kernel) {
  return getContractions(kernel).empty() &&
         llvm::any_of(getLoops(kernel), [](linalg::LinalgOp op) {
           return op.getNumReductionLoops() != 0;
         });
}

bool vib::drawsNoise(Operation *op) {
  return op->walk([](NoiseOp) { return WalkResult::interrupt(); })
      .wasInterrupted();
}

int64_t vib::getBytes(Type type) {
  if (auto tensor = dyn_cast<RankedTensorType>(type))
    return tensor.getNumElements() * getBytes(tensor.getElementType());
  return llvm::divideCeil(type.getIntOrFloatBitWidth(), 8);
}

int64_t vib::getSharedBytes(KernelOp kernel, const KernelSpace &space) {
  SmallVector<unsigned, 4> rows = space.getSharedParallelClasses();
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

std::string vib::describe(KernelOp kernel) {
  if (std::string words = joinWords(kernel); !words.empty())
    return words;
  SmallVector<linalg::LinalgOp> loops = getLoops(kernel);
  if (loops.empty())
    return "concatenation of slices";
  if (!getContractions(kernel).empty())
    return "contraction";
  llvm::SmallSetVector<StringRef, 8> names;
  for (linalg::LinalgOp loop : loops)
    for (Operation &op : *loop.getBlock())
      if (isa<math::MathDialect, arith::ArithDialect>(op.getDialect())
              ? !isa<arith::ConstantOp, arith::IndexCastOp, arith::CmpFOp,
                     arith::CmpIOp, arith::NegFOp, math::AbsFOp>(op)
              : isa<NoiseOp>(op))
        names.insert(op.getName().stripDialect());
  std::string text = isReduction(kernel) ? "reduction of " : "";
  constexpr size_t kMaxNames = 4;
  llvm::raw_string_ostream os(text);
  llvm::interleave(names.getArrayRef().take_front(kMaxNames), os, ", ");
  if (names.size() > kMaxNames)
    os << ", ...";
  return text;
}

SmallVector<KernelOp> vib::getKernels(func::FuncOp function) {
  return llvm::to_vector(function.getBody().front().getOps<KernelOp>());
}

//===----------------------------------------------------------------------===//
// Notes
//===----------------------------------------------------------------------===//

/// Adds a note. Returns false if the kernel already has it.
static bool addNote(KernelOp kernel, StringRef attr, const Twine &text) {
  Builder builder(kernel.getContext());
  SmallVector<Attribute> notes;
  if (auto old = kernel->getAttrOfType<ArrayAttr>(attr))
    llvm::append_range(notes, old);
  StringAttr note = builder.getStringAttr(text);
  if (llvm::is_contained(notes, note))
    return false;
  notes.push_back(note);
  kernel->setAttr(attr, builder.getArrayAttr(notes));
  return true;
}

void vib::noteFused(KernelOp kernel, StringRef pass, const Twine &what) {
  addNote(kernel, kFusedAttrName, pass + ": " + what);
  remark::passed(kernel.getLoc(),
                 remark::RemarkOpts::name(pass).category("vib"))
      << ("fused into '" + kernel.getName() + "': " + what).str();
}

/// " of decode.0 and decode.noise": the layers of a kernel, if it has any.
static std::string describeLayers(KernelOp kernel) {
  llvm::SmallSetVector<StringRef, 4> layers;
  for (const LayerWork &work :
       getLayerWork(kernel->getAttrOfType<ArrayAttr>(kPartsAttrName)))
    layers.insert(work.layer);
  return layers.empty() ? ""
                        : " of " + llvm::join(layers.getArrayRef(), " and ");
}

void vib::noteUnfused(KernelOp kernel, StringRef pass, KernelOp into,
                      StringRef why) {
  std::string what = describe(kernel);
  std::string note = kernel == into ? "not split by columns: "
                                    : "not fused with " + describe(into) +
                                          describeLayers(into) + ": ";
  if (addNote(kernel, kUnfusedAttrName, pass + ": " + note + why))
    remark::missed(kernel.getLoc(),
                   remark::RemarkOpts::name(pass).category("vib"))
        << ("not fused into '" + into.getName() + "': " + what + ", because " +
            why)
               .str();
}

//===----------------------------------------------------------------------===//
// Outputs
//===----------------------------------------------------------------------===//

/// The operand that determines the memory of a value: the init of the op that
/// computes the value, or that of the fill or the first insert_slice before it.
static OpOperand *getPlace(Value value) {
  OpOperand *place = nullptr;
  while (Operation *op = value.getDefiningOp()) {
    unsigned number = cast<OpResult>(value).getResultNumber();
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
      place = &insert.getDestMutable();
    else if (auto fill = dyn_cast<linalg::FillOp>(op))
      place = fill.getDpsInitOperand(0);
    else if (auto loop = dyn_cast<linalg::LinalgOp>(op); loop && !place)
      place = loop.getDpsInitOperand(number);
    else
      return place;
    value = place->get();
    // A fill with other users cannot be computed in this place, so clone it.
    if (auto fill = value.getDefiningOp<linalg::FillOp>();
        fill && !value.hasOneUse()) {
      OpBuilder builder(fill);
      value = cast<linalg::FillOp>(builder.clone(*fill)).getResult(0);
      place->set(value);
    }
    if (value.getDefiningOp<tensor::InsertSliceOp>() && !value.hasOneUse())
      return place;
  }
  return place;
}

void vib::tieOutputs(KernelOp kernel) {
  Block &body = kernel.getBody().front();
  OpBuilder builder(&body, body.begin());
  for (auto [output, argument] :
       llvm::zip(kernel.getOutputs(), kernel.getOutputArgs())) {
    if (getState(output) || argument.use_empty())
      continue;
    auto type = cast<RankedTensorType>(argument.getType());
    argument.replaceAllUsesWith(tensor::EmptyOp::create(
        builder, argument.getLoc(), type.getShape(), type.getElementType()));
  }
  for (auto [output, argument, yielded] :
       llvm::zip(kernel.getOutputs(), kernel.getOutputArgs(),
                 kernel.getYield().getOperands())) {
    if (getState(output) || !argument.use_empty())
      continue;
    OpOperand *place = getPlace(yielded);
    if (place && place->get().getType() == argument.getType() &&
        place->get().getDefiningOp<tensor::EmptyOp>())
      place->set(argument);
  }
  for (auto empty : llvm::make_early_inc_range(body.getOps<tensor::EmptyOp>()))
    if (empty.use_empty())
      empty.erase();
}

//===----------------------------------------------------------------------===//
// Merging
//===----------------------------------------------------------------------===//

/// Whether `later` has to run after `earlier`.
static bool dependsOn(KernelOp later, KernelOp earlier) {
  for (Value operand : later.getOperands())
    if (operand.getDefiningOp() == earlier)
      return true;
  for (Value output : later.getOutputs())
    if (getState(output) && llvm::is_contained(earlier.getOperands(), output))
      return true;
  return false;
}

namespace {
/// The position of the merged kernel, and the kernels to move in front of it.
struct Placement {
  SmallVector<KernelOp> before;
  bool atSecond;
};
} // namespace

static FailureOr<Placement> findPlacement(KernelOp first, KernelOp second,
                                          std::string &reason) {
  SmallVector<KernelOp> between;
  for (Operation *op = first->getNextNode(); op != second;
       op = op->getNextNode())
    if (auto kernel = dyn_cast<KernelOp>(op))
      between.push_back(kernel);

  SmallVector<KernelOp> after = {first};
  for (KernelOp kernel : between)
    if (llvm::any_of(after, [&](KernelOp k) { return dependsOn(kernel, k); }))
      after.push_back(kernel);
  SmallVector<KernelOp> before = {second};
  for (KernelOp kernel : llvm::reverse(between))
    if (llvm::any_of(before, [&](KernelOp k) { return dependsOn(k, kernel); }))
      before.push_back(kernel);
  for (KernelOp kernel : before)
    if (llvm::is_contained(after, kernel)) {
      reason = ("'" + kernel.getName() + "' has to run between them").str();
      return failure();
    }
  Placement placement;
  placement.atSecond = after.size() == 1;
  placement.before.assign(before.rbegin(), std::prev(before.rend()));
  return placement;
}

/// Moves a kernel, with the tensor.empty ops of its outs, in front of `op`.
static void moveBefore(KernelOp kernel, Operation *op) {
  for (Value output : kernel.getOutputs())
    if (auto empty = output.getDefiningOp<tensor::EmptyOp>())
      empty->moveBefore(op);
  kernel->moveBefore(op);
}

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

/// Builds the merged kernel in front of `second` and leaves both kernels in
/// place. A result of `first` that only `second` reads is not a result of the
/// merged kernel, unless it is state.
static KernelOp buildMerged(KernelOp first, KernelOp second,
                            SmallVectorImpl<Value> &replaced) {
  OpBuilder builder(second);
  llvm::SmallSetVector<Value, 8> inputs, outputs;
  SmallVector<bool> kept;
  for (auto [result, output] :
       llvm::zip(first.getResults(), first.getOutputs())) {
    kept.push_back(llvm::any_of(result.getUsers(), [&](Operation *user) {
      return user != second.getOperation();
    }));
    if (kept.back() || getState(output))
      outputs.insert(output);
  }
  inputs.insert_range(first.getInputs());
  for (Value input : second.getInputs())
    if (input.getDefiningOp() != first)
      inputs.insert(input);
  // The second kernel may update state that the first one has updated.
  SmallVector<Value> secondOutputs;
  for (Value output : second.getOutputs()) {
    if (output.getDefiningOp() == first)
      output = first.getOutputs()[cast<OpResult>(output).getResultNumber()];
    secondOutputs.push_back(output);
    outputs.insert(output);
  }

  auto merged = KernelOp::create(
      builder, builder.getFusedLoc({first.getLoc(), second.getLoc()}),
      TypeRange(ValueRange(outputs.getArrayRef())), first.getName(),
      inputs.getArrayRef(), outputs.getArrayRef());
  Block *body = builder.createBlock(&merged.getBody());
  llvm::DenseMap<Value, Value> arguments;
  auto addArguments = [&](ValueRange values) {
    for (Value value : values) {
      Location loc = value.getLoc();
      for (KernelOp kernel : {second, first})
        for (auto [operand, argument] : llvm::zip(
                 kernel.getOperands(), kernel.getBody().front().getArguments()))
          if (operand == value)
            loc = argument.getLoc();
      arguments[value] = body->addArgument(value.getType(), loc);
    }
  };
  addArguments(inputs.getArrayRef());
  addArguments(outputs.getArrayRef());

  builder.setInsertionPointToEnd(body);
  IRMapping mapping;
  for (auto [operand, argument] :
       llvm::zip(first.getOperands(), first.getBody().front().getArguments())) {
    Value mapped = arguments.lookup(operand);
    if (!mapped) {
      auto type = cast<RankedTensorType>(operand.getType());
      mapped = tensor::EmptyOp::create(builder, argument.getLoc(),
                                       type.getShape(), type.getElementType());
    }
    mapping.map(argument, mapped);
  }
  for (Operation &op : first.getBody().front().without_terminator())
    builder.clone(op, mapping);
  llvm::DenseMap<Value, Value> newValues;
  for (auto [result, yielded, output] :
       llvm::zip(first.getResults(), first.getYield().getOperands(),
                 first.getOutputs())) {
    newValues[output] = mapping.lookup(yielded);
    arguments[result] = mapping.lookup(yielded);
  }
  for (auto [operand, argument] :
       llvm::zip(second.getOperands(), second.getBody().front().getArguments()))
    mapping.map(argument, arguments.lookup(operand));
  for (Operation &op : second.getBody().front().without_terminator())
    builder.clone(op, mapping);
  for (auto [output, yielded] :
       llvm::zip(secondOutputs, second.getYield().getOperands()))
    newValues[output] = mapping.lookup(yielded);
  SmallVector<Value> yields;
  for (Value output : outputs)
    yields.push_back(newValues.lookup(output));
  YieldOp::create(builder, merged.getLoc(), yields);

  auto findResult = [&](Value output) -> Value {
    return merged.getResult(llvm::find(outputs, output) - outputs.begin());
  };
  for (auto [output, keep] : llvm::zip(first.getOutputs(), kept))
    replaced.push_back(keep || getState(output) ? findResult(output) : Value());
  for (Value output : secondOutputs)
    replaced.push_back(findResult(output));
  return merged;
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

FailureOr<KernelOp> vib::mergeKernels(KernelOp first, KernelOp second,
                                      MergeCheck check, std::string &reason) {
  assert(first->isBeforeInBlock(second) && "expected the earlier kernel first");
  reason = checkState(first, second);
  if (!reason.empty())
    return failure();
  FailureOr<Placement> placement = findPlacement(first, second, reason);
  if (failed(placement))
    return failure();

  SmallVector<Value> replaced;
  KernelOp merged = buildMerged(first, second, replaced);
  KernelSpace space(merged);
  reason = space.isConsistent()
               ? check(merged, space)
               : "two loops of one op would become the same loop";
  if (!reason.empty()) {
    merged.erase();
    return failure();
  }

  // Prefer the name of a kernel that has a contraction.
  if (getContractions(first).empty() && !getContractions(second).empty())
    merged.setName(second.getName());
  for (KernelOp kernel : {first, second})
    if (auto notes = kernel->getAttrOfType<ArrayAttr>(kFusedAttrName))
      for (Attribute note : notes)
        addNote(merged, kFusedAttrName, cast<StringAttr>(note).getValue());
  mergeParts(merged, first, second);
  if (Attribute notes = first->getAttr(kUnfusedAttrName))
    merged->setAttr(kUnfusedAttrName, notes);

  if (!placement->atSecond) {
    for (KernelOp kernel : placement->before)
      moveBefore(kernel, first);
    moveBefore(merged, first);
  }
  SmallVector<Value> oldResults(first.getResults());
  llvm::append_range(oldResults, second.getResults());
  for (auto [oldResult, newResult] : llvm::zip(oldResults, replaced))
    if (newResult)
      oldResult.replaceUsesWithIf(newResult, [&](OpOperand &use) {
        return use.getOwner() != second.getOperation();
      });
  SmallVector<Value> outputs(first.getOutputs());
  second.erase();
  first.erase();
  for (Value output : outputs)
    if (auto empty = output.getDefiningOp<tensor::EmptyOp>())
      if (empty.use_empty())
        empty.erase();
  tieOutputs(merged);
  return merged;
}
