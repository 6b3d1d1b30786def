//===- AssemblyParts.cpp - Assembly that is emitted in parts --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if the parts in which code is generated can be seen in the assembly: in
// the numbers of labels, in sections, in symbols, or in the order.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Codegen.h"
#include "compiler/object/Parts.h"
#include "compiler/object/Target.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace vib;

/// A function with a loop, constants in memory, a call of the function before
/// it, and more instructions than the smallest part.
static void addFunction(raw_ostream &os, unsigned index) {
  os << "define internal fastcc void @f" << index << "(ptr %p, i64 %n) {\n"
     << "entry:\n  br label %loop\nloop:\n"
     << "  %i = phi i64 [ 0, %entry ], [ %next, %loop ]\n"
     << "  %a = getelementptr float, ptr %p, i64 %i\n"
     << "  %x0 = load float, ptr %a\n";
  for (unsigned i = 0; i < 600; ++i)
    os << "  %x" << i + 1 << " = fmul float %x" << i << ", " << i + index
       << ".0\n";
  os << "  store float %x600, ptr %a\n  %next = add i64 %i, 1\n"
     << "  %more = icmp ult i64 %next, %n\n"
     << "  br i1 %more, label %loop, label %exit\nexit:\n";
  if (index > 0)
    os << "  call fastcc void @f" << index - 1 << "(ptr %p, i64 %n)\n";
  os << "  ret void\n}\n\n";
}

static std::string makeModule(StringRef end) {
  std::string text;
  raw_string_ostream os(text);
  os << "source_filename = \"model\"\n"
     << "target triple = \"x86_64-unknown-linux-gnu\"\n"
     << "@0 = private constant [2 x i8] c\"a\\00\"\n"
     << "@table = constant [2 x ptr] [ptr @0, ptr @f3]\n\n";
  for (unsigned i = 0; i < 5; ++i)
    addFunction(os, i);
  os << end;
  return text;
}

static std::string emitWhole(Module &module, const TargetInfo &target) {
  SmallString<0> text;
  raw_svector_ostream os(text);
  target.machine->Options.MCOptions.AsmVerbose = false;
  legacy::PassManager passes;
  target.machine->addPassesToEmitFile(passes, os, nullptr,
                                      CodeGenFileType::AssemblyFile);
  passes.run(module);
  return text.str().str();
}

static std::unique_ptr<Module> parse(StringRef text, LLVMContext &context) {
  return cantFail(parseLLVMIR(MemoryBufferRef(text, "model"), context));
}

static void expectEqual(StringRef text, mlir::MLIRContext &threads) {
  TargetInfo target = createTarget("x86-64-v3", "", 2);
  LLVMContext context;
  std::string whole = emitWhole(*parse(text, context), target);
  EXPECT_EQ(whole, emitAssembly(*parse(text, context), target,
                                /*verbose=*/false, &threads));
}

TEST(AssemblyParts, AreThoseOfTheWholeModule) {
  std::string text = makeModule("");
  LLVMContext context;
  std::unique_ptr<Module> module = parse(text, context);
  ASSERT_TRUE(isDivisible(*module));
  ASSERT_EQ(Parts(*module, Division::ByOrder).size(), 5u);
  // All functions call each other.
  ASSERT_EQ(Parts(*module, Division::ByCalls).size(), 1u);
  mlir::MLIRContext threads;
  expectEqual(text, threads);
  threads.disableMultithreading();
  expectEqual(text, threads);
}

/// Its label is private to the assembly of one part.
TEST(AssemblyParts, AreOneIfAFunctionUsesAVariable) {
  std::string text = makeModule("define ptr @g() {\n  ret ptr @0\n}\n");
  LLVMContext context;
  EXPECT_FALSE(isDivisible(*parse(text, context)));
  mlir::MLIRContext threads;
  expectEqual(text, threads);
}
