//===- ShareKernels.cpp - Emit equal kernels once -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Layers of the same shape have kernels that differ only in where their tensors
// are, and so have the forward passes of train_step, encode and evaluate. LLVM
// compiles the code of such kernels once:
//
//   1. The body of each kernel is detached. The views of the blocks and the
//      arena stay behind, and become arguments of the body.
//   2. Bodies are grouped by their arguments and their operations.
//   3. The body of a group becomes a function, which the kernels of the group
//      call. A body without a match returns to its kernel, so that LLVM sees
//      constant places there.
//
// A view that overlaps no other view of its kernel is a noalias argument.
// Kernels share a body only if they agree in that: LLVM then knows at least as
// much about the shared body as it knew about each kernel.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Passes.h"
#include "compiler/plan/ConstantView.h"
#include "compiler/plan/Memory.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/Support/DebugLog.h"
#include <numeric>

#define DEBUG_TYPE "vib-share-kernels"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_SHAREKERNELS
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

namespace {

/// The body of a kernel, detached from it.
struct DetachedBody {
  func::FuncOp kernel;
  /// The arguments of the kernel and the views that the body uses, in the order
  /// of the arguments of `region`.
  SmallVector<Value> operands;
  /// The attributes of these arguments.
  SmallVector<DictionaryAttr> attributes;
  std::unique_ptr<Region> region;
};

struct ShareKernels : vib::impl::ShareKernelsBase<ShareKernels> {
  void runOnOperation() override;
};

} // namespace

/// A constant place that stays in the body would make it differ from others.
static void eraseIfUnused(Operation *constant) {
  if (constant->use_empty())
    constant->erase();
}

/// The views of a kernel, each place once. None if the kernel addresses memory
/// in another way, for example its part of the scratch, which depends on the
/// unit.
static std::optional<SmallVector<ConstantView>>
collectViews(func::FuncOp kernel) {
  SmallVector<ConstantView> views;
  for (BlockArgument argument : kernel.getArguments()) {
    if (!isa<MemRefType>(argument.getType()))
      continue;
    for (Operation *user : argument.getUsers()) {
      auto view = dyn_cast<memref::ViewOp>(user);
      std::optional<ConstantView> match =
          view ? ConstantView::match(view) : std::nullopt;
      if (!match || view->getBlock() != &kernel.front())
        return std::nullopt;
      views.push_back(*match);
    }
  }
  llvm::sort(views, [](ConstantView a, ConstantView b) {
    return a.op->isBeforeInBlock(b.op);
  });
  SmallVector<ConstantView> places;
  for (ConstantView &view : views) {
    auto known = llvm::find_if(
        places, [&](ConstantView other) { return view.isSameAs(other); });
    if (known == places.end()) {
      places.push_back(view);
      continue;
    }
    Operation *constant = view.op.getByteShift().getDefiningOp();
    view.op.replaceAllUsesWith(known->op.getResult());
    view.op.erase();
    eraseIfUnused(constant);
  }
  return places;
}

/// What LLVM may assume of the argument that replaces `view`.
static DictionaryAttr getViewAttributes(ConstantView view,
                                        ArrayRef<ConstantView> views) {
  Builder builder(view.op.getContext());
  NamedAttrList attributes;
  attributes.set("llvm.align", builder.getI64IntegerAttr(
                                   std::gcd(view.offset, kMemoryAlignment)));
  attributes.set("llvm.nonnull", builder.getUnitAttr());
  bool isAlone = llvm::none_of(views, [&](ConstantView other) {
    return view.op != other.op && view.overlaps(other);
  });
  if (isAlone)
    attributes.set("llvm.noalias", builder.getUnitAttr());
  return attributes.getDictionary(builder.getContext());
}

/// Detaches the body of `kernel`; none if it cannot be shared.
static std::optional<DetachedBody> detachBody(func::FuncOp kernel) {
  std::optional<SmallVector<ConstantView>> views = collectViews(kernel);
  if (!views)
    return std::nullopt;
  DetachedBody body{kernel, {}, {}, std::make_unique<Region>()};
  for (auto [i, argument] : llvm::enumerate(kernel.getArguments())) {
    if (isa<MemRefType>(argument.getType()))
      continue;
    body.operands.push_back(argument);
    body.attributes.push_back(kernel.getArgAttrDict(i));
  }
  for (ConstantView view : *views) {
    body.operands.push_back(view.op);
    body.attributes.push_back(getViewAttributes(view, *views));
  }

  Block &outer = kernel.front(), &inner = body.region->emplaceBlock();
  inner.getOperations().splice(inner.end(), outer.getOperations());
  // The views return, with constants of their own.
  auto builder = OpBuilder::atBlockEnd(&outer);
  for (ConstantView view : *views) {
    view.op->moveBefore(&outer, outer.end());
    Operation *constant = view.op.getByteShift().getDefiningOp();
    builder.setInsertionPoint(view.op);
    view.op.getByteShiftMutable().assign(
        builder.clone(*constant)->getResult(0));
    eraseIfUnused(constant);
  }
  for (Value operand : body.operands) {
    BlockArgument argument =
        inner.addArgument(operand.getType(), operand.getLoc());
    operand.replaceUsesWithIf(argument, [&](OpOperand &use) {
      return body.region->isAncestor(use.getOwner()->getParentRegion());
    });
  }
  return body;
}

static void restoreBody(DetachedBody &body) {
  Block &outer = body.kernel.front(), &inner = body.region->front();
  for (auto [argument, operand] :
       llvm::zip_equal(inner.getArguments(), body.operands))
    argument.replaceAllUsesWith(operand);
  outer.getOperations().splice(outer.end(), inner.getOperations());
}

static llvm::hash_code hashBody(DetachedBody &body) {
  llvm::hash_code hash = llvm::hash_combine_range(body.attributes);
  body.region->walk([&](Operation *op) {
    hash =
        llvm::hash_combine(hash, OperationEquivalence::computeHash(
                                     op, OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::IgnoreLocations));
  });
  return hash;
}

static bool areEqual(DetachedBody &a, DetachedBody &b) {
  return a.attributes == b.attributes &&
         a.region->getArgumentTypes() == b.region->getArgumentTypes() &&
         OperationEquivalence::isRegionEquivalentTo(
             a.region.get(), b.region.get(),
             OperationEquivalence::IgnoreLocations);
}

/// Creates the function that the kernels of `group` call.
static func::FuncOp createShared(ArrayRef<DetachedBody *> group) {
  DetachedBody &body = *group.front();
  OpBuilder builder(body.kernel);
  auto type =
      builder.getFunctionType(body.region->getArgumentTypes(), TypeRange());
  auto shared =
      func::FuncOp::create(builder, body.kernel.getLoc(),
                           (body.kernel.getName() + ".shared").str(), type);
  shared.setPrivate();
  shared->setAttr(kSharedAttrName, builder.getUnitAttr());
  shared.getBody().takeBody(*body.region);
  shared.setAllArgAttrs(body.attributes);
  return shared;
}

static void callShared(DetachedBody &body, func::FuncOp shared) {
  auto builder = OpBuilder::atBlockEnd(&body.kernel.front());
  Location loc = body.kernel.getLoc();
  func::CallOp::create(builder, loc, shared, body.operands);
  func::ReturnOp::create(builder, loc);
}

void ShareKernels::runOnOperation() {
  SmallVector<DetachedBody> bodies;
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    if (!function->hasAttr(kKernelAttrName))
      continue;
    if (std::optional<DetachedBody> body = detachBody(function))
      bodies.push_back(std::move(*body));
  }

  SmallVector<SmallVector<DetachedBody *>> groups;
  llvm::DenseMap<llvm::hash_code, SmallVector<unsigned>> candidates;
  for (DetachedBody &body : bodies) {
    SmallVector<unsigned> &sameHash = candidates[hashBody(body)];
    auto group = llvm::find_if(sameHash, [&](unsigned candidate) {
      return areEqual(*groups[candidate].front(), body);
    });
    if (group != sameHash.end()) {
      groups[*group].push_back(&body);
      continue;
    }
    sameHash.push_back(groups.size());
    groups.push_back({&body});
  }

  for (ArrayRef<DetachedBody *> group : groups) {
    if (group.size() == 1) {
      restoreBody(*group.front());
      continue;
    }
    func::FuncOp shared = createShared(group);
    LDBG() << group.size() << " kernels share @" << shared.getName();
    ++numShared;
    numKernels += group.size();
    for (DetachedBody *body : group)
      callShared(*body, shared);
  }
}
