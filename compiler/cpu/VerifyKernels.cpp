//===- VerifyKernels.cpp - Verify the phase kernels -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/Passes.h"
#include "compiler/plan/AccessVerifier.h"
#include "compiler/plan/ConstantView.h"
#include "compiler/plan/Memory.h"
#include "compiler/plan/PlaceVerifier.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/IR/Matchers.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_VERIFYKERNELS
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct VerifyKernels : vib::impl::VerifyKernelsBase<VerifyKernels> {
  void runOnOperation() override {
    ModuleOp module = getOperation();
    if (failed(verifyModule(module)))
      return signalPassFailure();
    if (module
            .walk(
                [&](func::CallOp call) { return WalkResult(verifyCall(call)); })
            .wasInterrupted())
      return signalPassFailure();
    for (Operation &op : *module.getBody()) {
      auto function = dyn_cast<func::FuncOp>(op);
      if (!function || !function.getBody().hasOneBlock()) {
        op.emitError("expected only functions of one block in the phase "
                     "kernels");
        return signalPassFailure();
      }
      if (failed(verifyFunction(function)))
        return signalPassFailure();
    }
  }

  LogicalResult verifyModule(ModuleOp module);
  LogicalResult verifyFunction(func::FuncOp function);
  LogicalResult verifyArguments(func::FuncOp function, unsigned leading);
  LogicalResult verifyBase(func::FuncOp function, unsigned argument,
                           StringRef base);
  LogicalResult verifyBlocks(func::FuncOp entry);
  LogicalResult verifyOp(Operation *op, bool isKernel);
  LogicalResult verifyArithmetic(Operation *op);
  LogicalResult verifyAllocation(memref::AllocOp alloc);
  LogicalResult verifyLaunch(LaunchOp launch);
  LogicalResult verifyCall(func::CallOp call);
  LogicalResult verifyViews(func::CallOp call, func::FuncOp callee);

  std::optional<MemoryMap> memory;
  /// The most units of the kernels that call a function.
  llvm::DenseMap<Operation *, int64_t> sharedUnits;
};

LogicalResult VerifyKernels::verifyModule(ModuleOp module) {
  auto phase = module->getAttrOfType<StringAttr>(kPhaseAttrName);
  if (!phase || phase != "kernels")
    return module.emitError("expected the phase kernels but got ")
           << (phase ? phase.getValue() : StringRef("none"));
  if (failed(verifyPlaces(module)) || failed(verifyEntries(module, {})))
    return failure();
  memory.emplace(module);
  return success();
}

/// A block or the arena, of the size that the memory plan gives it.
LogicalResult VerifyKernels::verifyBase(func::FuncOp function,
                                        unsigned argument, StringRef base) {
  std::optional<BaseKind> kind = symbolizeBaseKind(base);
  if (!kind)
    return function.emitError("expected ")
           << kBaseAttrName << " of argument " << argument
           << " to be a block or the arena but got '" << base << "'";
  auto expected = MemRefType::get(memory->getBytes(*kind),
                                  IntegerType::get(&getContext(), 8));
  Type type = function.getArgument(argument).getType();
  if (type != expected)
    return function.emitError("expected argument ")
           << argument << ", '" << base << "', to have the type " << expected
           << " but got " << type;
  return success();
}

/// Every argument after the leading ones is a block, the arena or a scalar of
/// the step. Code that kernels share takes views in place of blocks and arena.
LogicalResult VerifyKernels::verifyArguments(func::FuncOp function,
                                             unsigned leading) {
  bool isShared = function->hasAttr(kSharedAttrName);
  llvm::SmallDenseSet<StringAttr> bases;
  for (unsigned i = leading, e = function.getNumArguments(); i != e; ++i) {
    auto view = dyn_cast<MemRefType>(function.getArgument(i).getType());
    if (isShared && view && view.hasStaticShape())
      continue;
    if (auto base = function.getArgAttrOfType<StringAttr>(i, kBaseAttrName)) {
      if (failed(verifyBase(function, i, base)))
        return failure();
      if (!bases.insert(base).second)
        return function.emitError("takes '") << base.getValue() << "' twice";
      continue;
    }
    SlotAttr slot = getArgSlot(function, i);
    if (!slot || slot.getKind() != SlotKind::Scalar)
      return function.emitError("expected argument ")
             << i << " to have " << kBaseAttrName << " or a scalar "
             << kSlotAttrName;
    if (!function.getArgument(i).getType().isIntOrFloat())
      return function.emitError("expected argument ")
             << i << ", a scalar, to be a number";
  }
  return success();
}

/// The blocks that the runtime gives an entry. Moments and the average are
/// those that the optimizer and the settings have.
static SmallVector<BaseKind> getBlocks(StringRef entry, TrainingAttr training) {
  SmallVector<BaseKind> blocks = {BaseKind::Weights};
  if (entry == "gradients")
    blocks.push_back(BaseKind::Gradients);
  if (entry != "train_step")
    return blocks;
  BaseKind moments[] = {BaseKind::Moment1, BaseKind::Moment2};
  llvm::append_range(blocks, ArrayRef(moments).take_front(
                                 training.getOptimizerRule().getNumMoments()));
  if (training.getAverage())
    blocks.push_back(BaseKind::Average);
  return blocks;
}

/// An entry must not take a block that it is not given, and a training step
/// must update all that it has.
LogicalResult VerifyKernels::verifyBlocks(func::FuncOp entry) {
  auto training =
      entry->getParentOfType<ModuleOp>()->getAttrOfType<TrainingAttr>(
          kTrainingAttrName);
  if (!training)
    return success();
  SmallVector<BaseKind> blocks = getBlocks(entry.getName(), training), found;
  for (unsigned i = 0, e = entry.getNumArguments(); i != e; ++i) {
    auto base = entry.getArgAttrOfType<StringAttr>(i, kBaseAttrName);
    if (!base || base == stringifyBaseKind(BaseKind::Arena))
      continue;
    found.push_back(*symbolizeBaseKind(base.getValue()));
    if (!llvm::is_contained(blocks, found.back()))
      return entry.emitError("takes '")
             << base.getValue() << "', which this entry does not have with "
             << kTrainingAttrName;
  }
  if (entry.getName() != "train_step")
    return success();
  for (BaseKind block : blocks)
    if (!llvm::is_contained(found, block))
      return entry.emitError("expected the training step to update '")
             << stringifyBaseKind(block) << "', which " << kTrainingAttrName
             << " has";
  return success();
}

static int64_t getUnits(func::FuncOp kernel) {
  return kernel->getAttrOfType<KernelInfoAttr>(kKernelAttrName).getUnits();
}

LogicalResult VerifyKernels::verifyFunction(func::FuncOp function) {
  bool isShared = function->hasAttr(kSharedAttrName);
  bool isKernel = function->hasAttr(kKernelAttrName) || isShared;
  if (!isKernel && !function->hasAttr(kEntryAttrName))
    return function.emitError("expected an entry or a kernel, but found "
                              "neither ")
           << kEntryAttrName << " nor " << kKernelAttrName;
  if (llvm::count_if(
          ArrayRef<StringRef>{kEntryAttrName, kKernelAttrName, kSharedAttrName},
          [&](StringRef name) { return function->hasAttr(name); }) > 1)
    return function.emitError("expected only one of ")
           << kEntryAttrName << ", " << kKernelAttrName << " and "
           << kSharedAttrName;
  if (function.getNumResults() != 0)
    return function.emitError("expected no results");
  unsigned leading = isKernel ? 2 : 0;
  if (function.getNumArguments() < leading ||
      !llvm::all_of(function.getArgumentTypes().take_front(leading),
                    llvm::IsaPred<IndexType>))
    return function.emitError("expected the first two arguments of a kernel "
                              "to be the range of its units");
  if (failed(verifyArguments(function, leading)) ||
      (!isKernel && failed(verifyBlocks(function))))
    return failure();
  WalkResult result = function.getBody().walk([&](Operation *op) {
    return failed(verifyOp(op, isKernel)) ? WalkResult::interrupt()
                                          : WalkResult::advance();
  });
  if (result.wasInterrupted())
    return failure();
  IndexRanges ranges;
  if (isKernel) {
    int64_t units =
        isShared ? sharedUnits.lookup(function) : getUnits(function);
    for (unsigned i = 0; i != leading; ++i)
      ranges.set(function.getArgument(i), {0, units, 1});
  }
  return AccessVerifier().verify(function.getBody(), ranges);
}

/// An integer division by zero would stop the program.
static bool canTrap(Operation *op) {
  if (isa<arith::DivSIOp, arith::RemSIOp, arith::CeilDivSIOp,
          arith::FloorDivSIOp, arith::CeilDivUIOp>(op))
    return true;
  return isa<arith::DivUIOp, arith::RemUIOp>(op) &&
         !matchPattern(op->getOperand(1), m_NonZero());
}

/// What computes numbers and vectors has no effects on memory and no regions.
LogicalResult VerifyKernels::verifyArithmetic(Operation *op) {
  if (op->getNumRegions() != 0 || !isMemoryEffectFree(op))
    return op->emitError("expected only vector.load and vector.store to read "
                         "and write vectors");
  if (canTrap(op))
    return op->emitError("expected an integer to be divided only as an "
                         "unsigned number, by a constant other than 0");
  for (TypeRange types :
       {TypeRange(op->getOperandTypes()), TypeRange(op->getResultTypes())})
    for (Type type : types) {
      Type element = getElementTypeOrSelf(type);
      if (isa<MemRefType>(type) ||
          !(element.isIndex() || element.isBF16() || element.isF32() ||
            element.isF64() ||
            (element.isSignlessInteger() &&
             llvm::is_contained({1u, 8u, 16u, 32u, 64u},
                                element.getIntOrFloatBitWidth()))))
        return op->emitError("expected numbers and vectors of i1, i8, i16, "
                             "i32, i64, index, bf16, f32 or f64 but got ")
               << type;
    }
  auto extract = dyn_cast<vector::ExtractOp>(op);
  auto insert = dyn_cast<vector::InsertOp>(op);
  if ((extract && extract.hasDynamicPosition()) ||
      (insert && insert.hasDynamicPosition()))
    return op->emitError("expected a lane that is a number");
  return success();
}

/// Memory of an entry of -O0 is freed once, after its last use.
LogicalResult VerifyKernels::verifyAllocation(memref::AllocOp alloc) {
  if (!alloc.getType().hasStaticShape())
    return alloc.emitError("expected memory with a static size but got ")
           << alloc.getType();
  SmallVector<Value> aliases{alloc.getResult()};
  Operation *dealloc = nullptr;
  for (size_t i = 0; i != aliases.size(); ++i)
    for (Operation *user : aliases[i].getUsers()) {
      if (isa<ViewLikeOpInterface>(user))
        llvm::append_range(aliases, user->getResults());
      if (!isa<memref::DeallocOp>(user))
        continue;
      if (dealloc || i != 0 || user->getBlock() != alloc->getBlock())
        return user->emitError("expected memory to be freed once, where it is "
                               "allocated");
      dealloc = user;
    }
  if (!dealloc)
    return alloc.emitError("expected this memory to be freed");
  for (Value alias : aliases)
    for (Operation *user : alias.getUsers())
      if (Operation *inBlock = alloc->getBlock()->findAncestorOpInBlock(*user);
          inBlock != dealloc && !inBlock->isBeforeInBlock(dealloc))
        return user->emitError("uses memory after it has been freed");
  return success();
}

LogicalResult VerifyKernels::verifyOp(Operation *op, bool isKernel) {
  if (auto launch = dyn_cast<LaunchOp>(op))
    return isKernel ? op->emitError("expected launches only in entries")
                    : verifyLaunch(launch);
  if (isa<scf::ForOp, scf::IfOp>(op) &&
      llvm::any_of(op->getResultTypes(), llvm::IsaPred<BaseMemRefType>))
    return op->emitError("expected only numbers and vectors as results");
  if (isa<vector::LoadOp, vector::StoreOp, memref::LoadOp, memref::StoreOp,
          memref::PrefetchOp, memref::ViewOp, memref::AllocaOp,
          memref::CollapseShapeOp, memref::SubViewOp, scf::ForOp, scf::IfOp,
          scf::YieldOp, func::CallOp, func::ReturnOp>(op))
    return success();
  if (isa<memref::AllocOp, memref::DeallocOp, memref::CopyOp>(op)) {
    if (isKernel)
      return op->emitError("expected a kernel to use only the arena and the "
                           "stack, without allocating or copying memory");
    auto dealloc = dyn_cast<memref::DeallocOp>(op);
    if (dealloc && !dealloc.getMemref().getDefiningOp<memref::AllocOp>())
      return op->emitError("expected an entry to free only memory that it has "
                           "allocated");
    auto alloc = dyn_cast<memref::AllocOp>(op);
    return alloc ? verifyAllocation(alloc) : success();
  }
  if (!isa<arith::ArithDialect, math::MathDialect, vector::VectorDialect,
           x86vector::X86VectorDialect>(op->getDialect()))
    return op->emitError("expected only loops and vectors over memory, but "
                         "this op was not lowered");
  return verifyArithmetic(op);
}

/// A kernel calls the code that it shares for the units that it is called for.
LogicalResult VerifyKernels::verifyCall(func::CallOp call) {
  auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      call, call.getCalleeAttr());
  if (!callee || !callee->hasAttr(kSharedAttrName))
    return call.emitError("expected a call of code that kernels share, but ")
           << call.getCallee() << " has no " << kSharedAttrName;
  auto caller = call->getParentOfType<func::FuncOp>();
  if (!caller || !caller->hasAttr(kKernelAttrName))
    return call.emitError("expected only kernels to call code that they share");
  if (call.getNumOperands() < 2 || caller.getNumArguments() < 2 ||
      call.getOperands().take_front(2) !=
          ValueRange(caller.getArguments().take_front(2)))
    return call.emitError("expected the first two operands to be the range of "
                          "the kernel's units");
  int64_t &most = sharedUnits[callee];
  most = std::max(most, getUnits(caller));
  return verifyViews(call, callee);
}

/// What LLVM is told of the views that a call passes must be true.
LogicalResult VerifyKernels::verifyViews(func::CallOp call,
                                         func::FuncOp callee) {
  llvm::MapVector<unsigned, ConstantView> views;
  for (auto [i, operand] : llvm::enumerate(call.getOperands())) {
    if (!isa<MemRefType>(operand.getType()))
      continue;
    auto op = operand.getDefiningOp<memref::ViewOp>();
    std::optional<ConstantView> view =
        op ? ConstantView::match(op) : std::nullopt;
    if (!view)
      return call.emitError("expected operand ")
             << i << " to be a view at a constant place";
    views.insert({unsigned(i), *view});
  }
  for (auto &[i, view] : views) {
    auto alignment = callee.getArgAttrOfType<IntegerAttr>(
        i, LLVM::LLVMDialect::getAlignAttrName());
    if (alignment &&
        (alignment.getInt() < 1 || kMemoryAlignment % alignment.getInt() != 0 ||
         view.offset % alignment.getInt() != 0))
      return call.emitError("passes a view at byte ")
             << view.offset << ", but argument " << i << " of "
             << call.getCallee() << " has an alignment of "
             << alignment.getInt();
    if (!callee.getArgAttr(i, LLVM::LLVMDialect::getNoAliasAttrName()))
      continue;
    for (auto &[j, other] : views)
      if (i != j && view.overlaps(other))
        return call.emitError("passes overlapping views, but argument ")
               << i << " of " << call.getCallee() << " is llvm.noalias";
  }
  return success();
}

LogicalResult VerifyKernels::verifyLaunch(LaunchOp launch) {
  auto kernel = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(
      launch, launch.getCalleeAttr());
  if (!kernel->hasAttr(kKernelAttrName))
    return launch.emitError("expected to launch a kernel, but ")
           << launch.getCallee() << " has no " << kKernelAttrName;
  int64_t units = getUnits(kernel);
  if (units != static_cast<int64_t>(launch.getUnits())) {
    InFlightDiagnostic diagnostic =
        launch.emitError("expected to launch all units of the kernel but got ")
        << launch.getUnits();
    diagnostic.attachNote(kernel.getLoc())
        << "the number of units of the kernel is " << units;
    return diagnostic;
  }
  auto entry = launch->getParentOfType<func::FuncOp>();
  for (auto [i, operand] : llvm::enumerate(launch.getOperands())) {
    auto argument = dyn_cast<BlockArgument>(operand);
    auto isSame = [&, taken = i + 2](StringRef name) {
      return entry.getArgAttr(argument.getArgNumber(), name) ==
             kernel.getArgAttr(taken, name);
    };
    if (!argument || argument.getOwner() != &entry.front() ||
        !isSame(kBaseAttrName) || !isSame(kSlotAttrName))
      return launch.emitError("expected operand ")
             << i << " to be the argument of the entry that the kernel takes";
  }
  return success();
}

} // namespace
