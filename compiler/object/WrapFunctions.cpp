//===- WrapFunctions.cpp - Adapt functions to runtime/Abi.h ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Passes.h"
#include "compiler/plan/Memory.h"
#include "compiler/plan/StepField.h"
#include "dialect/Vib.h"
#include "runtime/Abi.h"
#include "llvm/ADT/StringSwitch.h"
#include <cstddef>

using namespace mlir;
using namespace vib;

namespace vib {
#define GEN_PASS_DEF_WRAPFUNCTIONS
#include "compiler/object/Passes.h.inc"
} // namespace vib

namespace {
struct WrapFunctions : vib::impl::WrapFunctionsBase<WrapFunctions> {
  void runOnOperation() override;
};
} // namespace

/// The field of VibCall with this name: its offset, and its width, or 0 for
/// pointers.
static std::optional<StepField> lookupField(StringRef name, bool isScalar) {
  if (isScalar) {
    std::optional<StepField> field = lookupStepField(name);
    if (field)
      field->offset += offsetof(VibCall, step);
    return field;
  }
  auto base = [](int64_t offset) { return StepField{offset, 0, false}; };
  return llvm::StringSwitch<std::optional<StepField>>(name)
      .Case("weights", base(offsetof(VibCall, weights)))
      .Case("moment1", base(offsetof(VibCall, moment1)))
      .Case("moment2", base(offsetof(VibCall, moment2)))
      .Case("average", base(offsetof(VibCall, average)))
      .Case("gradients", base(offsetof(VibCall, gradients)))
      .Case("arena", base(offsetof(VibCall, arena)))
      .Default(std::nullopt);
}

/// Loads the field `name` of the VibCall at `call` as a value of `type`.
static FailureOr<Value> loadField(OpBuilder &builder, LLVM::LLVMFuncOp function,
                                  Value call, StringRef name, Type type) {
  Location loc = function.getLoc();
  bool isScalar = !isa<LLVM::LLVMPointerType>(type);
  std::optional<StepField> field = lookupField(name, isScalar);
  if (!field)
    return function.emitOpError("'")
           << name << "' is not a field of the runtime's VibCall";
  Type pointer = call.getType();
  Type memory = field->bits == 0 ? pointer
                : field->isFloat ? Type(builder.getF64Type())
                                 : builder.getIntegerType(field->bits);
  Value address = LLVM::GEPOp::create(
      builder, loc, pointer, builder.getI8Type(), call,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(field->offset)});
  Value value = LLVM::LoadOp::create(builder, loc, memory, address);
  if (memory == type)
    return value;
  if (field->isFloat && type.isF32())
    return Value(LLVM::FPTruncOp::create(builder, loc, type, value));
  return function.emitOpError("takes '")
         << name << "' as " << type << ", but it is " << memory
         << " in the runtime's VibCall";
}

/// Fills the body of `wrapper`. Its first argument is the VibCall; the others
/// are passed to `function` unchanged.
static LogicalResult fillWrapper(LLVM::LLVMFuncOp wrapper,
                                 LLVM::LLVMFuncOp function, bool passesCall) {
  auto bindings = function->getAttrOfType<ArrayAttr>("vib.arguments");
  OpBuilder creator(wrapper.getContext());
  Block *block = wrapper.addEntryBlock(creator);
  auto builder = OpBuilder::atBlockEnd(block);
  Value call = block->getArgument(0);
  SmallVector<Value> operands(block->getArguments().drop_front(!passesCall));
  ArrayRef<Type> types =
      function.getArgumentTypes().drop_front(operands.size());
  for (auto [binding, type] : llvm::zip_equal(bindings, types)) {
    FailureOr<Value> value = loadField(
        builder, function, call, cast<StringAttr>(binding).getValue(), type);
    if (failed(value))
      return failure();
    operands.push_back(*value);
  }
  LLVM::CallOp::create(builder, function.getLoc(), function, operands);
  LLVM::ReturnOp::create(builder, function.getLoc(), ValueRange());
  return success();
}

/// Whether `kernel` only calls code that kernels share.
static bool callsShared(LLVM::LLVMFuncOp kernel) {
  return llvm::any_of(kernel.getOps<LLVM::CallOp>(), [&](LLVM::CallOp call) {
    auto callee = SymbolTable::lookupNearestSymbolFrom<LLVM::LLVMFuncOp>(
        call, call.getCalleeAttr());
    return callee && callee->hasAttr(kSharedAttrName);
  });
}

void WrapFunctions::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<LLVM::LLVMFuncOp> functions(module.getOps<LLVM::LLVMFuncOp>());
  for (LLVM::LLVMFuncOp function : functions) {
    if (function.isExternal())
      continue;
    function.setLinkage(LLVM::Linkage::Internal);
    function.setNoUnwind(true);
    // The translation to LLVM IR would warn about these attributes, which have
    // served their purpose.
    for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i) {
      function.removeArgAttr(i, "vib.base");
      function.removeArgAttr(i, kSlotAttrName);
    }
    // Kernels share it to be compiled once.
    if (function->hasAttr(kSharedAttrName))
      function.setNoInline(true);
    if (!function->hasAttr("vib.arguments"))
      continue;
    std::string name = (function.getName() + ".call").str();
    bool isEntry = function->hasAttr("vib.entry");
    LLVM::LLVMFuncOp wrapper = module.lookupSymbol<LLVM::LLVMFuncOp>(name);
    if (isEntry) {
      OpBuilder builder(&getContext());
      builder.setInsertionPointAfter(function);
      wrapper = LLVM::LLVMFuncOp::create(
          builder, function.getLoc(), name,
          LLVM::LLVMFunctionType::get(
              LLVM::LLVMVoidType::get(&getContext()),
              {LLVM::LLVMPointerType::get(&getContext())}));
      // The descriptor refers to it, and is created after the translation.
      wrapper.setLinkage(LLVM::Linkage::External);
    } else {
      function.setNoInline(!callsShared(function));
      wrapper.setLinkage(LLVM::Linkage::Internal);
    }
    wrapper.setNoUnwind(true);
    if (failed(fillWrapper(wrapper, function, /*passesCall=*/isEntry)))
      return signalPassFailure();
  }
}
