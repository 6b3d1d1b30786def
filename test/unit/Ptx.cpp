//===- Ptx.cpp - What PTX of ours never has, and how much fits ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if vibc would accept PTX whose results depend on the assembler or that
// needs other files, or if --explain counts more or fewer blocks on a
// multiprocessor than fit.
//
//===----------------------------------------------------------------------===//

#include "compiler/ptx/EmitPtx.h"
#include "gtest/gtest.h"

using namespace vib;

static std::string getFault(llvm::StringRef line) {
  return toString(verifyPtx(("// a comment\n\t" + line + "\n").str()));
}

TEST(Ptx, TakesOurs) {
  for (const char *line :
       {"add.rn.f32 \t%r1, %r2, %r3;", "fma.rn.f32 \t%r1, %r2, %r3, %r4;",
        "@%p1 bra \t$L__BB0_2;", "add.s32 \t%r1, %r2, %r3;",
        "mul.wide.u32 \t%rd1, %r1, 4;", "div.rn.f32 \t%r1, %r2, %r3;",
        "sqrt.rn.f32 \t%r1, %r2;", "max.NaN.f32 \t%r1, %r2, %r3;",
        ".extern .shared .align 16 .b8 __dynamic_shmem__0[];",
        ".visible .entry k(", "ld.global.b32 \t%r1, [%rd1];"})
    EXPECT_EQ(getFault(line), "") << line;
}

TEST(Ptx, RefusesWhatItMust) {
  EXPECT_EQ(getFault("add.f32 \t%r1, %r2, %r3;"),
            "line 2, 'add.f32 \t%r1, %r2, %r3;': the assembler may fuse it "
            "into an fma");
  for (const char *line :
       {"@%p1 mul.f32 \t%r1, %r2, %r3;", "sub.f64 \t%rd1, %rd2, %rd3;",
        "mul.ftz.f32 \t%r1, %r2, %r3;", "add.rn.ftz.f32 \t%r1, %r2, %r3;",
        "div.approx.f32 \t%r1, %r2, %r3;", "sqrt.approx.f32 \t%r1, %r2;",
        "atom.global.add.f32 \t%r1, [%rd1], %r2;",
        "red.global.add.f32 \t[%rd1], %r2;", ".func (.param .b32 r) f(",
        ".visible .func f(", "call.uni (retval0), __nv_expf, (param0);",
        ".local .align 4 .b8 __local_depot0[8];", "ld.local.b32 \t%r1, [%rd1];",
        ".extern .func (.param .b32 r) __nv_expf",
        ".extern .global .align 4 .b8 x[];"})
    EXPECT_NE(getFault(line), "") << line;
}

TEST(GpuArch, CountsResidentBlocks) {
  const GpuArch &a100 = **resolveArch("sm_80");
  EXPECT_EQ(a100.capability, 80u);
  // Limited by threads, by blocks, by shared memory and by registers.
  EXPECT_EQ(getResidentBlocks(a100, 128, 0, 0), 16u);
  EXPECT_EQ(getResidentBlocks(a100, 32, 0, 0), 32u);
  EXPECT_EQ(getResidentBlocks(a100, 128, 36 * 1024, 0), 4u);
  EXPECT_EQ(getResidentBlocks(a100, 128, 0, 128), 4u);
  EXPECT_EQ(getResidentBlocks(**resolveArch("sm_120"), 128, 99 * 1024, 0), 1u);
  EXPECT_EQ(toString(resolveArch("sm_70").takeError()),
            "found 'sm_70', expected sm_80, sm_86, sm_89, sm_90, sm_100 or "
            "sm_120");
}
