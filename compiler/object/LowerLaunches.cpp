//===- LowerLaunches.cpp - Lower launches to runtime calls ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/KernelCost.h"
#include "compiler/object/Passes.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include <algorithm>
#include <cmath>

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_LOWERLAUNCHES
#include "compiler/object/Passes.h.inc"
} // namespace vib

/// The alignment of every block and of the arena that the runtime guarantees.
static constexpr int64_t kBaseAlignment = 64;

namespace {
struct LowerLaunches : vib::impl::LowerLaunchesBase<LowerLaunches> {
  void runOnOperation() override;

private:
  LogicalResult bindEntry(func::FuncOp entry);
  LogicalResult lower(LaunchOp launch, Value call);
  void declareRuntime();
};
} // namespace

/// The field of VibCall or VibStep to which an argument of an entry is bound;
/// null if there is none.
static StringAttr getBinding(func::FuncOp entry, unsigned index) {
  if (auto base = entry.getArgAttrOfType<StringAttr>(index, "vib.base"))
    return base;
  auto slot = entry.getArgAttrOfType<SlotAttr>(index, kSlotAttrName);
  if (slot && slot.getKind() == SlotKind::Scalar)
    return StringAttr::get(entry.getContext(), slot.getName());
  return {};
}

/// The time that one thread takes for all units of a kernel, 0 if unknown.
static int64_t estimateNanoseconds(func::FuncOp kernel) {
  auto info = kernel->getAttrOfType<KernelInfoAttr>(kKernelAttrName);
  if (!info)
    return 0;
  KernelCost cost{info.getFlops().getValueAsDouble(),
                  info.getBytes().getValueAsDouble()};
  return std::ceil(std::min(cost.getCpuSeconds() * 1e9, 1e18));
}

/// Adds the properties that the runtime guarantees for pointers to memory.
static void annotateBase(func::FuncOp function, unsigned index) {
  auto type = dyn_cast<MemRefType>(function.getArgumentTypes()[index]);
  if (!type)
    return;
  Builder builder(function.getContext());
  function.setArgAttr(index, "llvm.noalias", builder.getUnitAttr());
  function.setArgAttr(index, "llvm.nonnull", builder.getUnitAttr());
  function.setArgAttr(index, "llvm.align",
                      builder.getI64IntegerAttr(kBaseAlignment));
}

LogicalResult LowerLaunches::bindEntry(func::FuncOp entry) {
  SmallVector<Attribute> bindings;
  for (unsigned i = 0, e = entry.getNumArguments(); i != e; ++i) {
    StringAttr binding = getBinding(entry, i);
    if (!binding)
      return entry.emitOpError("expected argument ")
             << i << " to have vib.base (a block or the arena) or vib.slot (a "
             << "scalar)";
    bindings.push_back(binding);
    annotateBase(entry, i);
  }
  Builder builder(entry.getContext());
  entry->setAttr("vib.arguments", builder.getArrayAttr(bindings));
  auto pointer = LLVM::LLVMPointerType::get(entry.getContext());
  return entry.insertArgument(0, pointer, {}, entry.getLoc());
}

LogicalResult LowerLaunches::lower(LaunchOp launch, Value call) {
  ModuleOp module = getOperation();
  auto entry = launch->getParentOfType<func::FuncOp>();
  auto bindings = entry->getAttrOfType<ArrayAttr>("vib.arguments");
  SmallVector<Attribute> operands;
  for (auto [i, operand] : llvm::enumerate(launch.getOperands())) {
    auto argument = dyn_cast<BlockArgument>(operand);
    if (!argument || argument.getOwner() != &entry.front())
      return launch.emitOpError("expected operand ")
             << i << " to be an argument of its entry @" << entry.getName();
    operands.push_back(bindings[argument.getArgNumber() - 1]);
  }

  OpBuilder builder(launch);
  auto kernel = module.lookupSymbol<func::FuncOp>(launch.getCallee());
  ArrayAttr arguments = builder.getArrayAttr(operands);
  auto known = kernel->getAttrOfType<ArrayAttr>("vib.arguments");
  if (known && known != arguments)
    return launch.emitOpError("expected all launches of @")
           << kernel.getName() << " to pass the same arguments";
  kernel->setAttr("vib.arguments", arguments);
  for (unsigned i = 2, e = kernel.getNumArguments(); i != e; ++i)
    annotateBase(kernel, i);

  Location loc = launch.getLoc();
  Type pointer = LLVM::LLVMPointerType::get(&getContext());
  Type i64 = builder.getI64Type();
  std::string name = (launch.getCallee() + ".call").str();
  if (!module.lookupSymbol(name)) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointAfter(kernel);
    LLVM::LLVMFuncOp::create(
        builder, kernel.getLoc(), name,
        LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                    {pointer, i64, i64}));
  }

  // The index of the kernel among the kernels of the module is also its index
  // in VibModel::kernels.
  int64_t index = 0;
  for (auto function : module.getOps<func::FuncOp>()) {
    if (function == kernel)
      break;
    index += function->hasAttr(kKernelAttrName);
  }
  Value callee = LLVM::AddressOfOp::create(builder, loc, pointer, name);
  Value units =
      LLVM::ConstantOp::create(builder, loc, i64, launch.getUnitsAttr());
  Value nanoseconds = LLVM::ConstantOp::create(
      builder, loc, i64,
      builder.getI64IntegerAttr(estimateNanoseconds(kernel)));
  Value place = LLVM::ConstantOp::create(builder, loc, i64,
                                         builder.getI64IntegerAttr(index));
  LLVM::CallOp::create(builder, loc,
                       module.lookupSymbol<LLVM::LLVMFuncOp>("vib_launch"),
                       ValueRange{call, callee, units, nanoseconds, place});
  launch.erase();
  ++numLaunches;
  return success();
}

void LowerLaunches::declareRuntime() {
  ModuleOp module = getOperation();
  auto builder = OpBuilder::atBlockBegin(module.getBody());
  Type pointer = LLVM::LLVMPointerType::get(&getContext());
  Type i64 = builder.getI64Type();
  LLVM::LLVMFuncOp::create(
      builder, module.getLoc(), "vib_launch",
      LLVM::LLVMFunctionType::get(LLVM::LLVMVoidType::get(&getContext()),
                                  {pointer, pointer, i64, i64, i64}));
}

void LowerLaunches::runOnOperation() {
  SmallVector<func::FuncOp> entries;
  for (auto function : getOperation().getOps<func::FuncOp>())
    if (function->hasAttr("vib.entry"))
      entries.push_back(function);
  declareRuntime();
  for (func::FuncOp entry : entries) {
    if (failed(bindEntry(entry)))
      return signalPassFailure();
    WalkResult result = entry.walk([&](LaunchOp launch) {
      return WalkResult(lower(launch, entry.getArgument(0)));
    });
    if (result.wasInterrupted())
      return signalPassFailure();
  }
}
