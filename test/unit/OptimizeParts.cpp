//===- OptimizeParts.cpp - Passes that run on parts -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if the parts on which LLVM's passes run can be seen in the result: in
// the code of functions, in their linkage, or in their order.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Codegen.h"
#include "compiler/object/Parts.h"
#include "compiler/object/Target.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Verifier.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace vib;

/// A function with more instructions than the smallest part. `calls` come
/// first.
static void addFunction(raw_ostream &os, StringRef signature, StringRef calls) {
  os << "define " << signature << " {\n"
     << calls << "  %x0 = load float, ptr %p\n";
  for (unsigned i = 0; i < 600; ++i)
    os << "  %x" << i + 1 << " = fmul float %x" << i << ", " << i + 2 << ".0\n";
  os << "  store float %x600, ptr %p\n  ret void\n}\n\n";
}

/// @launch takes the address of a function. So @callback is declared in a part
/// before the one that defines it, and @both also in a part after it.
static std::string makeModule() {
  std::string text;
  raw_string_ostream os(text);
  addFunction(os, "void @first(ptr %p)",
              "  call void @launch(ptr @callback, ptr %p)\n");
  os << "declare void @launch(ptr, ptr)\n";
  addFunction(os, "internal void @callback(ptr %p)",
              "  call fastcc void @helper(ptr %p)\n");
  addFunction(os, "internal fastcc void @helper(ptr %p) noinline", "");
  addFunction(os, "void @second(ptr %p)", "  call void @both(ptr %p)\n");
  addFunction(os, "internal void @both(ptr %p) noinline", "");
  addFunction(os, "internal void @unused(ptr %p)", "");
  addFunction(os, "void @third(ptr %p)",
              "  call void @launch(ptr @both, ptr %p)\n");
  return text;
}

static std::unique_ptr<Module> parse(LLVMContext &context) {
  std::string text = makeModule();
  return cantFail(parseLLVMIR(MemoryBufferRef(text, "model"), context));
}

static void runOptimize(Module &module, unsigned level,
                        mlir::MLIRContext &threads) {
  CompileOptions options;
  options.level = level;
  optimize(module, options, createTarget("x86-64-v3", "", level), &threads);
  EXPECT_FALSE(verifyModule(module, &errs()));
}

TEST(OptimizeParts, AreSeveral) {
  LLVMContext context;
  std::unique_ptr<Module> module = parse(context);
  ASSERT_TRUE(isDivisible(*module));
  // @callback and @helper are one part, and so are @second and @both.
  EXPECT_EQ(Parts(*module, Division::ByCalls).size(), 5u);
}

TEST(OptimizeParts, KeepLinkageAndOrder) {
  mlir::MLIRContext threads;
  for (unsigned level : {0, 2, 3}) {
    LLVMContext context;
    std::unique_ptr<Module> module = parse(context);
    runOptimize(*module, level, threads);
    std::string functions;
    for (const Function &function : *module) {
      functions += function.isDeclaration()     ? "declare "
                   : function.hasLocalLinkage() ? "internal "
                                                : "external ";
      functions += function.getName().str() + "\n";
    }
    EXPECT_EQ(functions, "external first\n"
                         "declare launch\n"
                         "internal callback\n"
                         "internal helper\n"
                         "external second\n"
                         "internal both\n"
                         "external third\n");
  }
}

TEST(OptimizeParts, DoNotDependOnThreads) {
  mlir::MLIRContext threads, one;
  one.disableMultithreading();
  for (unsigned level : {0, 2, 3}) {
    LLVMContext context;
    std::unique_ptr<Module> parallel = parse(context), serial = parse(context);
    runOptimize(*parallel, level, threads);
    runOptimize(*serial, level, one);
    EXPECT_EQ(printLLVMIR(*parallel), printLLVMIR(*serial));
  }
}

/// A module with a variable is not divided.
TEST(OptimizeParts, GiveTheCodeOfTheWholeModule) {
  mlir::MLIRContext threads;
  for (unsigned level : {0, 2, 3}) {
    LLVMContext context;
    std::unique_ptr<Module> parts = parse(context), whole = parse(context);
    whole->getOrInsertGlobal("variable", Type::getInt8Ty(context));
    runOptimize(*parts, level, threads);
    runOptimize(*whole, level, threads);
    // LLVM's passes may have removed it.
    if (GlobalVariable *variable = whole->getNamedGlobal("variable"))
      variable->eraseFromParent();
    EXPECT_EQ(printLLVMIR(*parts), printLLVMIR(*whole)) << "-O" << level;
  }
}
