//===- WrapFunctions.cpp - The signatures of runtime/Abi.h ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Passes.h"
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
/// Where a field lies in VibCall, and how wide it is: 0 for pointers.
struct Field {
  int64_t offset = -1;
  unsigned bits = 0;
  bool isFloat = false;
};

struct WrapFunctions : vib::impl::WrapFunctionsBase<WrapFunctions> {
  void runOnOperation() override;
};
} // namespace

static Field lookupField(StringRef name) {
  auto base = [](int64_t offset) { return Field{offset, 0, false}; };
  auto integer = [](int64_t offset, unsigned bits) {
    return Field{static_cast<int64_t>(offsetof(VibCall, step)) + offset, bits,
                 false};
  };
  auto real = [](int64_t offset) {
    return Field{static_cast<int64_t>(offsetof(VibCall, step)) + offset, 64,
                 true};
  };
  return llvm::StringSwitch<Field>(name)
      .Case("weights", base(offsetof(VibCall, weights)))
      .Case("moment1", base(offsetof(VibCall, moment1)))
      .Case("moment2", base(offsetof(VibCall, moment2)))
      .Case("average", base(offsetof(VibCall, average)))
      .Case("gradients", base(offsetof(VibCall, gradients)))
      .Case("arena", base(offsetof(VibCall, arena)))
      .Case("seed", integer(offsetof(VibStep, seed), 64))
      .Case("step", integer(offsetof(VibStep, step), 64))
      .Case("rows", integer(offsetof(VibStep, rows), 32))
      .Case("row0", integer(offsetof(VibStep, row0), 32))
      .Case("sample", integer(offsetof(VibStep, sample), 32))
      .Case("beta", real(offsetof(VibStep, beta)))
      .Case("rate", real(offsetof(VibStep, rate)))
      .Case("rate1", real(offsetof(VibStep, rate1)))
      .Case("scale2", real(offsetof(VibStep, scale2)))
      // The base "average" holds tensors; the scalar of that name is the
      // coefficient of the running average.
      .Case("scalar average", real(offsetof(VibStep, average)))
      .Case("decay", real(offsetof(VibStep, decay)))
      .Default(Field());
}

/// Loads the field of the VibCall at `call` that an argument of `type` names.
static FailureOr<Value> loadField(OpBuilder &builder, LLVM::LLVMFuncOp function,
                                  Value call, StringRef name, Type type) {
  Location loc = function.getLoc();
  bool isScalar = !isa<LLVM::LLVMPointerType>(type);
  Field field =
      lookupField(isScalar && name == "average" ? "scalar average" : name);
  if (field.offset < 0)
    return function.emitOpError("'")
           << name << "' is not a field of the runtime's VibCall";
  Type pointer = call.getType();
  Type memory = field.bits == 0 ? pointer
                : field.isFloat ? Type(builder.getF64Type())
                                : builder.getIntegerType(field.bits);
  Value address = LLVM::GEPOp::create(
      builder, loc, pointer, builder.getI8Type(), call,
      ArrayRef<LLVM::GEPArg>{static_cast<int32_t>(field.offset)});
  Value value = LLVM::LoadOp::create(builder, loc, memory, address);
  if (memory == type)
    return value;
  if (field.isFloat && type.isF32())
    return Value(LLVM::FPTruncOp::create(builder, loc, type, value));
  return function.emitOpError("takes '")
         << name << "' as " << type << ", but it is " << memory
         << " in the runtime's VibCall";
}

/// Fills the body of `wrapper`, whose first argument is the VibCall and whose
/// others `function` takes as they are.
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

void WrapFunctions::runOnOperation() {
  ModuleOp module = getOperation();
  SmallVector<LLVM::LLVMFuncOp> functions(module.getOps<LLVM::LLVMFuncOp>());
  for (LLVM::LLVMFuncOp function : functions) {
    if (function.isExternal())
      continue;
    function.setLinkage(LLVM::Linkage::Internal);
    function.setNoUnwind(true);
    // What has told its tale would be a warning of the translation.
    for (unsigned i = 0, e = function.getNumArguments(); i != e; ++i) {
      function.removeArgAttr(i, "vib.base");
      function.removeArgAttr(i, kSlotAttrName);
    }
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
      // Referred to by the descriptor, which is written after translation.
      wrapper.setLinkage(LLVM::Linkage::External);
    } else {
      function.setNoInline(true);
      wrapper.setLinkage(LLVM::Linkage::Internal);
    }
    wrapper.setNoUnwind(true);
    if (failed(fillWrapper(wrapper, function, /*passesCall=*/isEntry)))
      return signalPassFailure();
  }
}
