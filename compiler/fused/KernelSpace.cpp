//===- KernelSpace.cpp - The iteration space of a kernel --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelSpace.h"
#include "compiler/step/WindowMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SmallBitVector.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace vib;

/// Whether `op` does nothing but round each element of its input.
static bool isRounding(linalg::GenericOp op) {
  if (op.getNumDpsInputs() != 1 || op.getNumDpsInits() != 1 ||
      op.getNumReductionLoops() != 0)
    return false;
  auto maps = op.getIndexingMapsArray();
  auto round = dyn_cast<arith::TruncFOp>(op.getBody()->front());
  return maps[0] == maps[1] && round &&
         round.getIn() == op.getBody()->getArgument(0) &&
         op.getBody()->getTerminator()->getOperand(0) == round.getOut();
}

bool vib::isPrologue(linalg::LinalgOp op) {
  auto generic = dyn_cast<linalg::GenericOp>(op.getOperation());
  if (!generic || !isRounding(generic))
    return false;
  Value source = generic.getDpsInputs().front();
  if (auto slice = source.getDefiningOp<tensor::ExtractSliceOp>())
    source = slice.getSource();
  return isa<BlockArgument>(source) &&
         llvm::all_of(op->getUsers(), [](Operation *user) {
           auto reader = dyn_cast<linalg::LinalgOp>(user);
           return reader && isContraction(reader);
         });
}

unsigned KernelSpace::addNode(int64_t extent) {
  nodeExtents.push_back(extent);
  return nodeExtents.size() - 1;
}

unsigned KernelSpace::getNode(Value tensor, unsigned axis) {
  auto [it, inserted] = axisNodes.try_emplace({tensor, axis}, 0);
  if (inserted)
    it->second =
        addNode(cast<RankedTensorType>(tensor.getType()).getDimSize(axis));
  return it->second;
}

unsigned KernelSpace::getLoopNode(Operation *op, unsigned loop) {
  return loopNodes.at({op, loop});
}

void KernelSpace::join(unsigned lhs, unsigned rhs) {
  if (nodeExtents[lhs] == nodeExtents[rhs])
    joins.push_back({lhs, rhs});
  else
    fits = consistent = false;
}

void KernelSpace::addLinalgOp(linalg::LinalgOp op) {
  SmallVector<int64_t> ranges = op.getStaticLoopRanges();
  for (auto [loop, range] : llvm::enumerate(ranges))
    loopNodes[{op, loop}] = addNode(range);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    for (auto [axis, expr] : llvm::enumerate(map.getResults()))
      if (auto dim = dyn_cast<AffineDimExpr>(expr))
        join(getNode(operand.get(), axis), getLoopNode(op, dim.getPosition()));
    if (!op.isDpsInit(&operand))
      continue;
    Value result = op.getTiedOpResult(&operand);
    for (unsigned axis = 0, e = map.getNumResults(); axis != e; ++axis)
      join(getNode(operand.get(), axis), getNode(result, axis));
  }
  for (auto [loop, kind] : llvm::enumerate(op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      reducedNodes.push_back(getLoopNode(op, loop));
}

/// Joins the axes of `parts` (a slice, or the source of an insertion) with the
/// axes of `whole` that the slice takes in full.
void KernelSpace::addSlice(Value whole, RankedTensorType partType,
                           ArrayRef<Value> parts, ArrayRef<OpFoldResult> sizes,
                           const llvm::SmallBitVector &dropped, bool inMemory) {
  auto wholeType = cast<RankedTensorType>(whole.getType());
  unsigned partAxis = 0;
  for (unsigned axis = 0, e = wholeType.getRank(); axis != e; ++axis) {
    bool full = getConstantIntValue(sizes[axis]) == wholeType.getDimSize(axis);
    if (!full && !inMemory)
      slicedNodes.push_back(getNode(whole, axis));
    if (dropped.test(axis))
      continue;
    for (Value part : parts) {
      unsigned node = getNode(part, partAxis);
      if (full)
        join(node, getNode(whole, axis));
    }
    ++partAxis;
  }
}

/// Whether `value` is only written by insert_slices and then yielded, so that
/// it needs no memory besides that of the kernel's result.
static bool isAssembledInPlace(Value value) {
  return llvm::all_of(value.getUsers(), [&](Operation *user) {
    if (auto insert = dyn_cast<tensor::InsertSliceOp>(user))
      return insert.getDest() == value &&
             isAssembledInPlace(insert.getResult());
    return isa<YieldOp>(user);
  });
}

KernelSpace::KernelSpace(KernelOp kernel) : kernel(kernel) {
  Block &body = kernel.getBody().front();
  for (Operation &op : body) {
    llvm::TypeSwitch<Operation *>(&op)
        .Case([&](linalg::LinalgOp op) { addLinalgOp(op); })
        .Case([&](tensor::ExtractSliceOp op) {
          addSlice(op.getSource(), op.getType(), {op.getResult()},
                   op.getMixedSizes(), op.getDroppedDims(),
                   isa<BlockArgument>(op.getSource()));
        })
        .Case([&](tensor::InsertSliceOp op) {
          for (unsigned axis = 0, e = op.getType().getRank(); axis != e; ++axis)
            join(getNode(op.getDest(), axis), getNode(op.getResult(), axis));
          addSlice(op.getDest(), op.getSourceType(), {op.getSource()},
                   op.getMixedSizes(), op.getDroppedDims(),
                   isAssembledInPlace(op.getResult()));
        });
  }
  for (Value value : body.getArguments())
    if (auto type = dyn_cast<RankedTensorType>(value.getType()))
      for (unsigned axis = 0, e = type.getRank(); axis != e; ++axis)
        getNode(value, axis);
  for (Operation &op : body)
    for (Value value : op.getResults())
      if (auto type = dyn_cast<RankedTensorType>(value.getType()))
        for (unsigned axis = 0, e = type.getRank(); axis != e; ++axis)
          getNode(value, axis);

  // Nodes were numbered in the order of their first use. Compressing keeps that
  // order for the classes.
  classes.grow(nodeExtents.size());
  for (auto [lhs, rhs] : joins)
    classes.join(lhs, rhs);
  classes.compress();
  extents.resize(classes.getNumClasses());
  reduced.resize(classes.getNumClasses());
  sliced.resize(classes.getNumClasses());
  for (auto [node, extent] : llvm::enumerate(nodeExtents))
    extents[classes[node]] = extent;
  for (unsigned node : reducedNodes)
    reduced[classes[node]] = true;
  for (unsigned node : slicedNodes)
    sliced[classes[node]] = true;
  for (auto op : body.getOps<linalg::LinalgOp>()) {
    SmallVector<unsigned, 4> loops = getLoopClasses(op);
    llvm::sort(loops);
    if (std::adjacent_find(loops.begin(), loops.end()) != loops.end())
      consistent = false;
  }
}

unsigned KernelSpace::getClass(Value tensor, unsigned axis) const {
  return classes[axisNodes.at({tensor, axis})];
}

SmallVector<unsigned, 4> KernelSpace::getClasses(Value tensor) const {
  SmallVector<unsigned, 4> result;
  auto type = cast<RankedTensorType>(tensor.getType());
  for (unsigned axis = 0, e = type.getRank(); axis != e; ++axis)
    result.push_back(getClass(tensor, axis));
  return result;
}

SmallVector<unsigned, 4>
KernelSpace::getLoopClasses(linalg::LinalgOp op) const {
  SmallVector<unsigned, 4> result;
  for (unsigned loop = 0, e = op.getNumLoops(); loop != e; ++loop)
    result.push_back(classes[loopNodes.at({op, loop})]);
  return result;
}

SmallVector<unsigned, 2>
KernelSpace::getReducedClasses(linalg::LinalgOp op) const {
  SmallVector<unsigned, 2> result;
  for (auto [cls, kind] :
       llvm::zip(getLoopClasses(op), op.getIteratorTypesArray()))
    if (kind == utils::IteratorType::reduction)
      result.push_back(cls);
  return result;
}

SmallVector<unsigned, 4> KernelSpace::getSharedParallelClasses() const {
  SmallVector<unsigned, 4> shared;
  for (unsigned cls = 0, e = getNumClasses(); cls != e; ++cls) {
    if (reduced[cls])
      continue;
    bool everywhere = true;
    for (auto op : const_cast<KernelOp &>(kernel)
                       .getBody()
                       .front()
                       .getOps<linalg::LinalgOp>())
      everywhere &= isa<linalg::FillOp>(op) || isPrologue(op) ||
                    llvm::is_contained(getLoopClasses(op), cls);
    if (everywhere)
      shared.push_back(cls);
  }
  return shared;
}
