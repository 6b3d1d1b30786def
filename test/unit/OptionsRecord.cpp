//===- OptionsRecord.cpp - What a phase's file says of its making ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if an option is lost between the file of a phase and the next run.
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Options.h"
#include "mlir/IR/MLIRContext.h"
#include "gtest/gtest.h"

using namespace vib;

static CompileOptions makeOptions() {
  CompileOptions options;
  options.level = 3;
  options.precision = "f64";
  options.batch = 17;
  options.gradients = true;
  options.cpu = "znver4";
  options.features = "+avx2,-sse4a";
  return options;
}

static void expectEqual(const CompileOptions &a, const CompileOptions &b) {
  EXPECT_EQ(a.getCommandLine(), b.getCommandLine());
  EXPECT_EQ(a.features, b.features);
}

/// The options after they were an attribute of a module.
static CompileOptions convert(const CompileOptions &options) {
  mlir::MLIRContext context;
  context.loadDialect<VibDialect>();
  return CompileOptions::fromAttribute(options.getAttribute(&context));
}

TEST(OptionsRecord, CommandLineNamesAll) {
  EXPECT_EQ(makeOptions().getCommandLine(),
            "-O3 --precision=f64 --batch=17 --cpu=znver4 --gradients");
}

TEST(OptionsRecord, Text) {
  std::string name;
  auto options =
      CompileOptions::fromRecord(makeOptions().getRecord("toynet"), name);
  ASSERT_TRUE(options);
  EXPECT_EQ(name, "toynet");
  expectEqual(*options, makeOptions());
}

TEST(OptionsRecord, OfAGpu) {
  CompileOptions made = makeOptions();
  made.precision = "tf32";
  made.gradients = false;
  made.arch = "sm_90";
  made.cubin = true;
  EXPECT_EQ(made.getCommandLine(),
            "-O3 --precision=tf32 --batch=17 --target=cuda --arch=sm_90 "
            "--cubin");
  std::string name;
  auto text = CompileOptions::fromRecord(made.getRecord("toynet"), name);
  ASSERT_TRUE(text);
  expectEqual(*text, made);
  expectEqual(convert(made), made);
}

TEST(OptionsRecord, NameOfSeveralWords) {
  std::string name;
  auto options =
      CompileOptions::fromRecord(makeOptions().getRecord("a = b, c"), name);
  ASSERT_TRUE(options);
  EXPECT_EQ(name, "a = b, c");
  expectEqual(*options, makeOptions());
}

TEST(OptionsRecord, ForeignText) {
  std::string name;
  EXPECT_FALSE(CompileOptions::fromRecord("", name));
  EXPECT_FALSE(CompileOptions::fromRecord("gcc 12", name));
  EXPECT_FALSE(CompileOptions::fromRecord("vib level=high", name));
  EXPECT_FALSE(CompileOptions::fromRecord("vib colour=red", name));
}

TEST(OptionsRecord, Attribute) {
  expectEqual(convert(makeOptions()), makeOptions());
}
