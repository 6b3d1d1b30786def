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
//   1. The code of each kernel is detached. The views of the blocks and the
//      arena stay behind, and become arguments of the code.
//   2. Codes are grouped by their arguments and their operations.
//   3. The code of a group becomes a function, which the kernels of the group
//      call. A code without a match returns to its kernel, so that LLVM sees
//      constant places there.
//
// A view that overlaps no other view of its kernel is a noalias argument.
// Kernels share code only if they agree in that: LLVM then knows at least as
// much about the shared code as it knew about each kernel.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/ConstantView.h"
#include "compiler/kernels/Memory.h"
#include "compiler/kernels/Passes.h"
#include "llvm/ADT/Hashing.h"
#include "llvm/Support/Debug.h"
#include <numeric>

#define DEBUG_TYPE "vib-share-kernels"

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_SHAREKERNELS
#include "compiler/kernels/Passes.h.inc"
} // namespace vib

namespace {

/// The code of a kernel, detached from it.
struct KernelCode {
  func::FuncOp kernel;
  /// The arguments of the kernel and the views that the code uses, in the order
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

/// A constant place that stays in the code would make it differ from others.
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

/// Detaches the code of `kernel`; none if it cannot be shared.
static std::optional<KernelCode> detachCode(func::FuncOp kernel) {
  std::optional<SmallVector<ConstantView>> views = collectViews(kernel);
  if (!views)
    return std::nullopt;
  KernelCode code{kernel, {}, {}, std::make_unique<Region>()};
  for (auto [i, argument] : llvm::enumerate(kernel.getArguments())) {
    if (isa<MemRefType>(argument.getType()))
      continue;
    code.operands.push_back(argument);
    code.attributes.push_back(kernel.getArgAttrDict(i));
  }
  for (ConstantView view : *views) {
    code.operands.push_back(view.op);
    code.attributes.push_back(getViewAttributes(view, *views));
  }

  Block &outer = kernel.front(), &inner = code.region->emplaceBlock();
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
  for (Value operand : code.operands) {
    BlockArgument argument =
        inner.addArgument(operand.getType(), operand.getLoc());
    operand.replaceUsesWithIf(argument, [&](OpOperand &use) {
      return code.region->isAncestor(use.getOwner()->getParentRegion());
    });
  }
  return code;
}

static void restoreCode(KernelCode &code) {
  Block &outer = code.kernel.front(), &inner = code.region->front();
  for (auto [argument, operand] :
       llvm::zip_equal(inner.getArguments(), code.operands))
    argument.replaceAllUsesWith(operand);
  outer.getOperations().splice(outer.end(), inner.getOperations());
}

static llvm::hash_code hashCode(KernelCode &code) {
  llvm::hash_code hash = llvm::hash_combine_range(code.attributes);
  code.region->walk([&](Operation *op) {
    hash =
        llvm::hash_combine(hash, OperationEquivalence::computeHash(
                                     op, OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::ignoreHashValue,
                                     OperationEquivalence::IgnoreLocations));
  });
  return hash;
}

static bool areEqual(KernelCode &a, KernelCode &b) {
  return a.attributes == b.attributes &&
         a.region->getArgumentTypes() == b.region->getArgumentTypes() &&
         OperationEquivalence::isRegionEquivalentTo(
             a.region.get(), b.region.get(),
             OperationEquivalence::IgnoreLocations);
}

/// Creates the function that the kernels of `group` call.
static func::FuncOp createShared(ArrayRef<KernelCode *> group) {
  KernelCode &code = *group.front();
  OpBuilder builder(code.kernel);
  auto type =
      builder.getFunctionType(code.region->getArgumentTypes(), TypeRange());
  auto shared =
      func::FuncOp::create(builder, code.kernel.getLoc(),
                           (code.kernel.getName() + ".shared").str(), type);
  shared.setPrivate();
  shared->setAttr(kSharedAttrName, builder.getUnitAttr());
  shared.getBody().takeBody(*code.region);
  shared.setAllArgAttrs(code.attributes);
  return shared;
}

static void callShared(KernelCode &code, func::FuncOp shared) {
  auto builder = OpBuilder::atBlockEnd(&code.kernel.front());
  Location loc = code.kernel.getLoc();
  func::CallOp::create(builder, loc, shared, code.operands);
  func::ReturnOp::create(builder, loc);
}

void ShareKernels::runOnOperation() {
  SmallVector<KernelCode> codes;
  for (auto function : getOperation().getOps<func::FuncOp>()) {
    if (!function->hasAttr(kKernelAttrName))
      continue;
    if (std::optional<KernelCode> code = detachCode(function))
      codes.push_back(std::move(*code));
  }

  SmallVector<SmallVector<KernelCode *>> groups;
  llvm::DenseMap<llvm::hash_code, SmallVector<unsigned>> candidates;
  for (KernelCode &code : codes) {
    SmallVector<unsigned> &sameHash = candidates[hashCode(code)];
    auto group = llvm::find_if(sameHash, [&](unsigned candidate) {
      return areEqual(*groups[candidate].front(), code);
    });
    if (group != sameHash.end()) {
      groups[*group].push_back(&code);
      continue;
    }
    sameHash.push_back(groups.size());
    groups.push_back({&code});
  }

  for (ArrayRef<KernelCode *> group : groups) {
    if (group.size() == 1) {
      restoreCode(*group.front());
      continue;
    }
    func::FuncOp shared = createShared(group);
    LLVM_DEBUG(llvm::dbgs() << group.size() << " kernels share @"
                            << shared.getName() << "\n");
    ++numShared;
    numKernels += group.size();
    for (KernelCode *code : group)
      callShared(*code, shared);
  }
}
