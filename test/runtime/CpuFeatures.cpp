//===- CpuFeatures.cpp - Whether this CPU can run the program -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CpuFeatures.h"
#include "test/runtime/Samples.h"

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

#if defined(__x86_64__)
TEST(CpuFeatures, AgreesWithTheCompilersTable) {
  auto check = [](const char *name, bool there) {
    EXPECT_EQ(missingFeatures(name).empty(), there) << name;
  };
  check("sse2", __builtin_cpu_supports("sse2"));
  check("sse4.2", __builtin_cpu_supports("sse4.2"));
  check("popcnt", __builtin_cpu_supports("popcnt"));
  check("avx", __builtin_cpu_supports("avx"));
  check("avx2", __builtin_cpu_supports("avx2"));
  check("fma", __builtin_cpu_supports("fma"));
  check("bmi", __builtin_cpu_supports("bmi"));
  check("bmi2", __builtin_cpu_supports("bmi2"));
  check("gfni", __builtin_cpu_supports("gfni"));
  check("fma4", __builtin_cpu_supports("fma4"));
  check("xop", __builtin_cpu_supports("xop"));
  check("avx512f", __builtin_cpu_supports("avx512f"));
  check("avx512dq", __builtin_cpu_supports("avx512dq"));
  check("avx512bw", __builtin_cpu_supports("avx512bw"));
  check("avx512vl", __builtin_cpu_supports("avx512vl"));
  check("avx512cd", __builtin_cpu_supports("avx512cd"));
  check("avx512ifma", __builtin_cpu_supports("avx512ifma"));
  check("avx512vbmi", __builtin_cpu_supports("avx512vbmi"));
  check("avx512vbmi2", __builtin_cpu_supports("avx512vbmi2"));
  check("avx512vnni", __builtin_cpu_supports("avx512vnni"));
  check("avx512bitalg", __builtin_cpu_supports("avx512bitalg"));
  check("avx512vpopcntdq", __builtin_cpu_supports("avx512vpopcntdq"));
  check("avx512bf16", __builtin_cpu_supports("avx512bf16"));
  check("vpclmulqdq", __builtin_cpu_supports("vpclmulqdq"));
}

TEST(CpuFeatures, LacksAreNamed) {
  // No CPU has both of them: one was AMD's until 2015, the other is Intel's.
  TestModel test(true, Target::Classes, 3);
  test.model.features = "sse2,xop,amx-fp16";
  EXPECT_ERROR(checkCpu(test.model), "this CPU lacks ");
}
#endif

TEST(CpuFeatures, ListsAreReadAsLlvmWritesThem) {
  EXPECT_TRUE(missingFeatures("").empty());
  EXPECT_TRUE(missingFeatures("+sse2,,-xop,sse").empty());
  EXPECT_TRUE(missingFeatures("a-name-of-the-future").empty());
}

} // namespace
