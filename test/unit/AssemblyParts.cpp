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

namespace {
/// What the functions of a test have.
struct Shape {
  bool hasConstants = true;
  bool hasJumpTable = false;
  bool isCold = false;
};
} // namespace

/// A function with a loop, a call of the function before it, and more
/// instructions than the smallest part.
static void addFunction(raw_ostream &os, unsigned index, Shape shape) {
  os << "define internal fastcc void @f" << index << "(ptr %p, i64 %n) "
     << (shape.isCold ? "cold " : "") << "{\n"
     << "entry:\n  br label %loop\nloop:\n"
     << "  %i = phi i64 [ 0, %entry ], [ %next, %loop ]\n"
     << "  %a = getelementptr float, ptr %p, i64 %i\n"
     << "  %x0 = load float, ptr %a\n";
  for (unsigned i = 0; i < 600; ++i) {
    os << "  %x" << i + 1 << " = fmul float %x" << i << ", ";
    if (shape.hasConstants)
      os << i + index << ".0\n";
    else
      os << "%x0\n";
  }
  os << "  store float %x600, ptr %a\n  %next = add i64 %i, 1\n"
     << "  %more = icmp ult i64 %next, %n\n"
     << "  br i1 %more, label %loop, label %exit\nexit:\n";
  if (index > 0)
    os << "  call fastcc void @f" << index - 1 << "(ptr %p, i64 %n)\n";
  if (shape.hasJumpTable) {
    os << "  switch i64 %n, label %end [\n";
    for (unsigned i = 0; i < 5; ++i)
      os << "    i64 " << i << ", label %case" << i << "\n";
    os << "  ]\n";
    for (unsigned i = 0; i < 5; ++i)
      os << "case" << i << ":\n  call void @act" << i
         << "(ptr %p)\n  br label %end\n";
    os << "end:\n";
  }
  os << "  ret void\n}\n\n";
}

static std::string makeModule(ArrayRef<Shape> shapes, StringRef end = "") {
  std::string text;
  raw_string_ostream os(text);
  os << "source_filename = \"model\"\n"
     << "target triple = \"x86_64-unknown-linux-gnu\"\n"
     << "@0 = private constant [2 x i8] c\"a\\00\"\n"
     << "@table = constant [2 x ptr] [ptr @0, ptr @f1]\n\n";
  for (unsigned i = 0; i < 5; ++i)
    os << "declare void @act" << i << "(ptr)\n";
  for (auto [index, shape] : enumerate(shapes))
    addFunction(os, index, shape);
  os << end;
  return text;
}

static std::string emitWhole(Module &module, const TargetInfo &target,
                             bool verbose) {
  SmallString<0> text;
  raw_svector_ostream os(text);
  target.machine->Options.MCOptions.AsmVerbose = verbose;
  legacy::PassManager passes;
  target.machine->addPassesToEmitFile(passes, os, nullptr,
                                      CodeGenFileType::AssemblyFile);
  passes.run(module);
  return text.str().str();
}

static TargetInfo makeTarget() { return createTarget("x86-64-v3", "", 2); }

static std::unique_ptr<Module> parse(StringRef text, LLVMContext &context) {
  std::unique_ptr<Module> module =
      cantFail(parseLLVMIR(MemoryBufferRef(text, "model"), context));
  module->setDataLayout(makeTarget().machine->createDataLayout());
  return module;
}

static void expectEqual(StringRef text, mlir::MLIRContext &threads,
                        bool verbose = false) {
  TargetInfo target = makeTarget();
  LLVMContext context;
  std::string whole = emitWhole(*parse(text, context), target, verbose);
  EXPECT_EQ(whole,
            emitAssembly(*parse(text, context), target, verbose, &threads));
}

/// Expects one part for each of the functions.
static void expectParts(StringRef text, size_t count) {
  LLVMContext context;
  std::unique_ptr<Module> module = parse(text, context);
  ASSERT_TRUE(isDivisible(*module));
  EXPECT_EQ(Parts(*module, Division::ByOrder).size(), count);
  // All functions call each other.
  EXPECT_EQ(Parts(*module, Division::ByCalls).size(), 1u);
}

TEST(AssemblyParts, AreThoseOfTheWholeModule) {
  std::string text = makeModule(SmallVector<Shape>(5));
  expectParts(text, 5);
  mlir::MLIRContext threads;
  expectEqual(text, threads, /*verbose=*/true);
  threads.disableMultithreading();
  expectEqual(text, threads);
}

/// Each part starts in a section and ends in one. All pairs of an end and a
/// start occur, with the variables as the last start.
TEST(AssemblyParts, StartInTheirSections) {
  Shape plain{/*hasConstants=*/false}, constants;
  Shape table{false, /*hasJumpTable=*/true}, both{true, true};
  Shape cold{false, false, /*isCold=*/true};
  const SmallVector<Shape> modules[] = {{plain, plain, constants, table, plain,
                                         cold, cold, constants, cold, table,
                                         table, both, cold, plain},
                                        {plain, table},
                                        {plain, cold}};
  mlir::MLIRContext threads;
  for (ArrayRef<Shape> shapes : modules) {
    std::string text = makeModule(shapes);
    expectParts(text, shapes.size());
    expectEqual(text, threads);
  }
  Shape two[] = {table, plain};
  LLVMContext context;
  std::string assembly =
      emitAssembly(*parse(makeModule(two), context), makeTarget(),
                   /*verbose=*/false, &threads);
  StringRef before = StringRef(assembly).split("\nf1:").first;
  EXPECT_NE(before.find(".LJTI0_0:"), StringRef::npos);
  EXPECT_GT(before.rfind("\t.text\n"), before.rfind("\t.section\t.rodata"));
}

/// Each of these makes LLVM emit something that the parts would miss or repeat.
TEST(AssemblyParts, AreOneIfFunctionsAreNotSelfContained) {
  const StringRef ends[] = {
      // The label of a variable is private to the assembly of one part.
      "define ptr @g() {\n  ret ptr @0\n}\n",
      "define void @g() section \"x\" {\n  ret void\n}\n",
      "define private void @g() {\n  ret void\n}\n",
      "declare hidden void @h()\n"
      "define void @g() {\n  call void @h()\n  ret void\n}\n",
      "declare extern_weak void @h()\n"
      "define void @g() {\n  call void @h()\n  ret void\n}\n",
      "declare i32 @__gxx_personality_v0(...)\n"
      "define void @g() personality ptr @__gxx_personality_v0 {\n"
      "  invoke void @act0(ptr null) to label %end unwind label %pad\n"
      "end:\n  ret void\n"
      "pad:\n  %e = landingpad { ptr, i32 } cleanup\n"
      "  resume { ptr, i32 } %e\n}\n",
      "define void @g(ptr %t, ptr %v) {\n"
      "  call void @llvm.init.trampoline(ptr %t, ptr @h, ptr %v)\n"
      "  ret void\n}\n"
      "declare void @h(ptr nest)\n"
      "declare void @llvm.init.trampoline(ptr, ptr, ptr)\n",
      "define void @g() {\n"
      "  call void (i64, i32, ...) @llvm.experimental.stackmap(i64 1, i32 0)\n"
      "  ret void\n}\n"
      "declare void @llvm.experimental.stackmap(i64, i32, ...)\n",
      "define void @g() {\n"
      "  call void asm sideeffect \".section x\\0A.Lx${:uid}:\", \"\"()\n"
      "  ret void\n}\n",
      "define void @g() \"patchable-function-entry\"=\"2\" {\n  ret void\n}\n",
      "!llvm.module.flags = !{!0}\n"
      "!0 = !{i32 8, !\"cf-protection-branch\", i32 1}\n",
      "!llvm.ident = !{!0}\n!0 = !{!\"clang\"}\n",
      "define void @g() !dbg !4 {\n  ret void, !dbg !5\n}\n"
      "!llvm.dbg.cu = !{!0}\n!llvm.module.flags = !{!2}\n"
      "!0 = distinct !DICompileUnit(language: DW_LANG_C, file: !1,"
      " emissionKind: FullDebug)\n"
      "!1 = !DIFile(filename: \"a.c\", directory: \"/\")\n"
      "!2 = !{i32 2, !\"Debug Info Version\", i32 3}\n"
      "!3 = !DISubroutineType(types: !{})\n"
      "!4 = distinct !DISubprogram(name: \"g\", file: !1, line: 1, type: !3,"
      " spFlags: DISPFlagDefinition, unit: !0)\n"
      "!5 = !DILocation(line: 1, scope: !4)\n",
  };
  for (StringRef end : ends) {
    LLVMContext context;
    EXPECT_FALSE(
        isDivisible(*parse(makeModule(SmallVector<Shape>(2), end), context)))
        << end.str();
  }
  mlir::MLIRContext threads;
  expectEqual(makeModule(SmallVector<Shape>(2), ends[0]), threads);
}

/// Metadata that vibc writes.
TEST(AssemblyParts, AreSeveralWithTheUsualFlags) {
  expectParts(makeModule(SmallVector<Shape>(2),
                         "!llvm.module.flags = !{!0, !1}\n"
                         "!0 = !{i32 2, !\"Debug Info Version\", i32 3}\n"
                         "!1 = !{i32 8, !\"PIC Level\", i32 2}\n"),
              2);
}
