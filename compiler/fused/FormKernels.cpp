//===- FormKernels.cpp - Turn every op into a kernel ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An op is a root if it computes something: every linalg op except a fill, and
// the last op of a chain that puts a tensor together, of slices or of the
// phases of a convolution (vib-split-phases). All other ops (constants, scalar
// arithmetic, tensor.empty, fills, slices of operands) cost next to nothing.
// They are cloned into every kernel whose root needs them, so that no kernel
// exists only to provide their results.
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelParts.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/fused/Passes.h"
#include "compiler/fused/TieOutputs.h"
#include "compiler/step/Dims.h"
#include "compiler/step/WindowMap.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_FORMKERNELS
#include "compiler/fused/Passes.h.inc"
} // namespace vib

/// Whether the only user of `op` is another insert_slice into its result.
static bool isContinued(tensor::InsertSliceOp op) {
  if (!op->hasOneUse())
    return false;
  auto next = dyn_cast<tensor::InsertSliceOp>(*op->user_begin());
  return next && next.getDest() == op.getResult();
}

/// Whether the only user of `op` spreads it: it is one phase of a convolution,
/// or the phases so far.
static bool isPhase(linalg::LinalgOp op) {
  if (op->getNumResults() != 1 || !op->hasOneUse())
    return false;
  OpOperand &use = *op->use_begin();
  auto next = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!next || !isSpread(next))
    return false;
  if (next.isDpsInput(&use))
    return isContraction(op);
  auto spread = dyn_cast<linalg::GenericOp>(op.getOperation());
  return spread && isSpread(spread);
}

/// Whether `op` rounds state for contractions. Each contraction rounds it in
/// its own kernel, because no rounded copy of state is kept.
static bool isRoundingOfState(Operation *op) {
  auto loop = dyn_cast<linalg::LinalgOp>(op);
  return loop && isPrologue(loop) && getState(loop.getDpsInputs().front());
}

static bool isRoot(Operation *op) {
  if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
    return !isContinued(insert);
  if (auto loop = dyn_cast<linalg::LinalgOp>(op);
      loop && !isa<linalg::FillOp>(op))
    return !isRoundingOfState(op) && !isPhase(loop);
  // A kernel has to produce what the function returns.
  return isa<linalg::FillOp, tensor::ExtractSliceOp>(op) &&
         llvm::any_of(op->getUsers(), [](Operation *user) {
           return isa<func::ReturnOp>(user);
         });
}

/// Collects the ops that become part of the kernel of `op`, including `op`.
static void collect(Operation *op, llvm::SmallSetVector<Operation *, 8> &ops) {
  llvm::SetVector<Value> operands;
  operands.insert_range(op->getOperands());
  getUsedValuesDefinedAbove(op->getRegions(), operands);
  for (Value operand : operands) {
    Operation *producer = operand.getDefiningOp();
    if (!producer || isRoot(producer) || isa<KernelOp>(producer))
      continue;
    collect(producer, ops);
  }
  ops.insert(op);
}

/// The name of a value in the printed module: the name of its slot, else of the
/// output argument of its kernel.
static Location getNamedLoc(Value value) {
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    SlotAttr slot = getSlot(argument);
    if (!slot)
      return value.getLoc();
    SmallString<32> name = slot.getName();
    if (slot.getKind() == SlotKind::Moment1)
      name += ".m";
    else if (slot.getKind() == SlotKind::Moment2)
      name += ".v";
    else if (slot.getKind() == SlotKind::Average)
      name += ".a";
    return NameLoc::get(StringAttr::get(value.getContext(), name));
  }
  auto result = cast<OpResult>(value);
  if (auto kernel = dyn_cast<KernelOp>(result.getOwner()))
    return kernel.getOutputArgs()[result.getResultNumber()].getLoc();
  return value.getLoc();
}

/// The name that the step gives a result, null if none.
static StringAttr getNameOfStep(OpResult result) {
  auto names = result.getOwner()->getAttrOfType<ArrayAttr>(kNamesAttrName);
  return names ? cast<StringAttr>(names[result.getResultNumber()])
               : StringAttr();
}

/// Names the place of a result: by the output of the function that it is, by
/// the name that the step gives it, else by its label.
static Location getPlaceLoc(OpResult result, StringAttr label) {
  for (OpOperand &use : result.getUses())
    if (auto ret = dyn_cast<func::ReturnOp>(use.getOwner()))
      if (auto slot = ret->getParentOfType<func::FuncOp>()
                          .getResultAttrOfType<SlotAttr>(use.getOperandNumber(),
                                                         kSlotAttrName))
        return NameLoc::get(
            StringAttr::get(result.getContext(), slot.getName()));
  StringAttr name = getNameOfStep(result);
  return NameLoc::get(name ? name : label, result.getLoc());
}

using KernelOps = llvm::SmallSetVector<Operation *, 8>;

/// The outs of the kernel of `root`. A result that updates state uses the
/// memory of the state; others get a new tensor.
static SmallVector<Value> createOutputs(OpBuilder &builder, Operation *root) {
  SmallVector<Value> outputs;
  auto destination = dyn_cast<DestinationStyleOpInterface>(root);
  for (OpResult result : root->getResults()) {
    Value init =
        destination ? destination.getTiedOpOperand(result)->get() : Value();
    if (init && getState(init)) {
      outputs.push_back(init);
      continue;
    }
    auto type = cast<RankedTensorType>(result.getType());
    outputs.push_back(tensor::EmptyOp::create(
        builder, root->getLoc(), type.getShape(), type.getElementType()));
  }
  return outputs;
}

/// What the ops of a kernel read that neither they nor `outputs` are.
static SmallVector<Value> getInputs(const KernelOps &ops,
                                    ArrayRef<Value> outputs) {
  llvm::SetVector<Value> used;
  for (Operation *op : ops) {
    used.insert_range(op->getOperands());
    getUsedValuesDefinedAbove(op->getRegions(), used);
  }
  SmallVector<Value> inputs;
  for (Value value : used) {
    Operation *producer = value.getDefiningOp();
    if (!(producer && ops.contains(producer)) &&
        !llvm::is_contained(outputs, value))
      inputs.push_back(value);
  }
  return inputs;
}

/// Creates the arguments of a kernel's body, with the names of what they are.
/// Outs that are not state are not read yet.
static void addArguments(KernelOp kernel, Operation *root, StringAttr label,
                         IRMapping &mapping) {
  Region &body = kernel.getBody();
  for (Value input : kernel.getInputs())
    mapping.map(input, body.addArgument(input.getType(), getNamedLoc(input)));
  for (auto [result, output] :
       llvm::zip(root->getResults(), kernel.getOutputs())) {
    bool state = !!getState(output);
    Location loc = state ? getNamedLoc(output) : getPlaceLoc(result, label);
    Value argument = body.addArgument(output.getType(), loc);
    if (state)
      mapping.map(output, argument);
  }
}

/// Clones the ops into the kernel's body, without what only the step needs.
static void cloneOps(OpBuilder &builder, const KernelOps &ops,
                     IRMapping &mapping) {
  for (Operation *op : ops) {
    Operation *copy = builder.clone(*op, mapping);
    // A slice may become a result when its contraction is split.
    if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
      if (StringAttr name = getNameOfStep(cast<OpResult>(slice.getResult())))
        copy->setLoc(NameLoc::get(name, op->getLoc()));
    for (StringRef attr :
         {kDimsAttrName, kLabelAttrName, kWordAttrName, kNamesAttrName})
      copy->removeAttr(attr);
  }
}

/// Moves `root` and the ops that it needs into a kernel.
static void formKernel(Operation *root) {
  KernelOps ops;
  collect(root, ops);
  OpBuilder builder(root);
  SmallVector<Value> outputs = createOutputs(builder, root);
  SmallVector<Value> inputs = getInputs(ops, outputs);
  auto label = root->getAttrOfType<StringAttr>(kLabelAttrName);
  if (!label)
    label = builder.getStringAttr(root->getName().stripDialect());
  auto kernel = KernelOp::create(
      builder, root->getLoc(), root->getResultTypes(), label, inputs, outputs);

  Block *body = builder.createBlock(&kernel.getBody());
  IRMapping mapping;
  addArguments(kernel, root, label, mapping);
  builder.setInsertionPointToEnd(body);
  cloneOps(builder, ops, mapping);
  SmallVector<Value> yields;
  for (Value result : root->getResults())
    yields.push_back(mapping.lookup(result));
  YieldOp::create(builder, root->getLoc(), yields);
  setPart(kernel, root);
  root->replaceAllUsesWith(kernel.getResults());
  root->erase();
  tieOutputs(kernel);
}

namespace {
struct FormKernelsPass : public vib::impl::FormKernelsBase<FormKernelsPass> {
  void runOnOperation() override {
    for (auto function : getOperation().getOps<func::FuncOp>()) {
      if (function.isDeclaration())
        continue;
      for (BlockArgument argument : function.getArguments())
        argument.setLoc(getNamedLoc(argument));
      SmallVector<Operation *> roots;
      for (Operation &op : function.getBody().front())
        if (isRoot(&op))
          roots.push_back(&op);
      llvm::for_each(roots, formKernel);
      numKernels += roots.size();
      for (Operation &op : llvm::make_early_inc_range(
               llvm::reverse(function.getBody().front())))
        if (isOpTriviallyDead(&op))
          op.erase();
    }
  }
};
} // namespace
