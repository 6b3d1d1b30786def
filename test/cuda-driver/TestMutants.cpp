//===- TestMutants.cpp - Kernels with mistakes ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each test takes a correct kernel and makes one mistake in its PTX, as a
// compiler might. Under every schedule, the stand-in must report the given
// error, or the result must be wrong.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/KernelRuns.h"

using namespace vib::cuda;

namespace {

class Mutants : public KernelTest {
protected:
  using Run = Outcome (KernelTest::*)(const std::string &);

  /// `texts` are the possible messages, which may depend on the schedule; empty
  /// if the result must be wrong.
  void expectCaught(Run run, const std::string &mutant,
                    const std::vector<std::string> &texts) {
    ASSERT_NE(mutant, ptx);
    for (const char *seed : {"0", "1", "2", "3"}) {
      setOption("SEED", seed);
      Outcome outcome = (this->*run)(mutant);
      bool caught = texts.empty() && outcome.wrong;
      for (const std::string &text : texts)
        caught |= outcome.said.find(text) != std::string::npos;
      EXPECT_TRUE(caught) << "seed " << seed << ": " << outcome.said;
    }
  }

  /// Replaces the first `from` after `anchor`, which is searched from the
  /// beginning of the kernel on.
  std::string change(const std::string &kernel, const std::string &anchor,
                     const std::string &from, const std::string &to) {
    size_t begin = ptx.find(".entry " + kernel);
    size_t place = ptx.find(anchor, begin);
    EXPECT_NE(place, ptx.npos) << anchor;
    return ptx.substr(0, place) +
           replacedAfter(ptx.substr(place), anchor, from, to);
  }

  const std::string ptx = readFile("Inputs/kernels.ptx");
  const std::string barrier = "bar.sync \t0;";
};

TEST_F(Mutants, BarrierBeforeReadingMissing) {
  expectCaught(&Mutants::gemmTiled, change("gemmTiled", "{", barrier, ""),
               {"race: ", "which the block has not written"});
}

TEST_F(Mutants, BarrierBeforeOverwritingMissing) {
  expectCaught(&Mutants::gemmTiled,
               change("gemmTiled", "fma.rn.f32", barrier, ""), {"race: "});
}

TEST_F(Mutants, BarrierAfterWaitMissing) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "wait_group", barrier, ""),
               {"race: ", "which the block has not written"});
}

TEST_F(Mutants, BarrierAtTheEndOfAStageMissing) {
  expectCaught(&Mutants::gemmBf16, change("gemmBf16", "mma", barrier, ""),
               {"race: "});
}

TEST_F(Mutants, WaitMissing) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "{", "cp.async.wait_group 1;", ""),
               {"a cp.async that nobody waited for has yet to deliver"});
}

TEST_F(Mutants, WaitForTooFewGroups) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "{", "wait_group 1;", "wait_group 2;"),
               {"a cp.async that nobody waited for has yet to deliver"});
}

TEST_F(Mutants, CommitMissing) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "{", "cp.async.commit_group;", ""),
               {"a cp.async that nobody waited for has yet to deliver"});
}

TEST_F(Mutants, BoundMissing) {
  expectCaught(&Mutants::vectorAdd,
               change("vectorAdd", "{", "@%p1 bra \t$L__BB0_2;", ""),
               {"0 bytes behind the allocation of 4000 bytes"});
}

TEST_F(Mutants, BoundOffByOne) {
  expectCaught(&Mutants::vectorAdd,
               change("vectorAdd", "{", "setp.ge.s32", "setp.gt.s32"),
               {"0 bytes behind the allocation of 4000 bytes"});
}

TEST_F(Mutants, EdgeNotMasked) {
  // The copies beyond the last k copy the beginning of the matrices.
  std::string mutant = change("gemmTf32", "{", "selp.b32 \t%r111, 16, 0",
                              "selp.b32 \t%r111, 16, 16");
  mutant =
      replaced(mutant, "selp.b32 \t%r114, 16, 0", "selp.b32 \t%r114, 16, 16");
  expectCaught(&Mutants::gemmTf32, mutant, {});
}

TEST_F(Mutants, MatrixTransposed) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "{", "x2.trans.shared", "x2.shared"), {});
}

TEST_F(Mutants, MatrixNotTransposed) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "{", "x4.shared", "x4.trans.shared"), {});
}

TEST_F(Mutants, OperandsSwapped) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "mma", "{%r506, %r507, %r508, %r509}",
                      "{%r506, %r508, %r507, %r509}"),
               {});
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "mma", "{%r516, %r517}", "{%r517, %r516}"),
               {});
  expectCaught(&Mutants::gemmTf32,
               change("gemmTf32", "mma", "{%r68, %r69, %r70, %r71}",
                      "{%r68, %r70, %r69, %r71}"),
               {});
}

TEST_F(Mutants, VectorAccessMisaligned) {
  expectCaught(
      &Mutants::gemmRegisters,
      change("gemmRegisters", "ld.shared.v4.f32", "[%r8];", "[%r8+4];"),
      {"is not aligned for an access of 16 bytes"});
}

TEST_F(Mutants, SharedVariableLessAligned) {
  expectCaught(
      &Mutants::gemmRegisters,
      change("gemmRegisters", "{", ".shared .align 16", ".shared .align 4"),
      {"is not aligned for an access of 16 bytes"});
}

TEST_F(Mutants, StoreMissing) {
  expectCaught(
      &Mutants::gemmTiled,
      change("gemmTiled", "$L__BB3_6:", "st.shared.f32 \t[%r7], %f61;", ""),
      {"which the block has not written"});
}

TEST_F(Mutants, BlocksWriteTheSame) {
  expectCaught(
      &Mutants::vectorAdd,
      change("vectorAdd", "{", "mov.u32 \t%r3, %ctaid.x;", "mov.u32 \t%r3, 0;"),
      {"race: "});
}

TEST_F(Mutants, OutputNotWritten) {
  expectCaught(&Mutants::vectorAdd,
               change("vectorAdd", "{", "st.global.f32 \t[%rd10], %f3;", ""),
               {});
}

TEST_F(Mutants, ReadsWhatNobodyWrote) {
  // Reads the output, which has not been written yet.
  expectCaught(&Mutants::vectorAdd,
               change("vectorAdd", "{",
                      "ld.param.u64 \t%rd2, "
                      "[vectorAdd_param_1];",
                      "ld.param.u64 \t%rd2, [vectorAdd_param_2];"),
               {"which nobody has written"});
}

TEST_F(Mutants, BarrierInADivergentBranch) {
  // Only lane 0 of each warp gets there.
  std::string mutant = replaced(ptx, "st.shared.f32 \t[%r31], %f4;",
                                "st.shared.f32 \t[%r31], %f4;\n" + barrier);
  expectCaught(&Mutants::reduceSum, mutant, {"divergence: "});
}

TEST_F(Mutants, BarrierOnlyForSomeWarps) {
  std::string mutant =
      change("reduceSum", "$L__BB1_5:", barrier,
             "setp.ne.s32 %p9, %r8, 0;\n@%p9 bra $L__BB1_10;\n" + barrier);
  expectCaught(&Mutants::reduceSum, mutant,
               {"divergence: not all threads reach the same barrier"});
}

TEST_F(Mutants, ShuffleOfTooFewLanes) {
  expectCaught(
      &Mutants::reduceSum,
      change("reduceSum", "shfl.sync.down", "%r14, %r16;", "%r14, 65535;"),
      {"the lane is not in its own mask"});
}

TEST_F(Mutants, ShuffleInADivergentBranch) {
  expectCaught(&Mutants::reduceSum,
               change("reduceSum",
                      "$L__BB1_3:", "shfl.sync.down.b32 \t%r17|%p3",
                      "setp.lt.u32 %p3, %r3, 16;\n@%p3 shfl.sync.down.b32 "
                      "\t%r17|%p3"),
               {"divergence: "});
}

TEST_F(Mutants, MultiplicationByPartOfAWarp) {
  expectCaught(&Mutants::gemmBf16,
               change("gemmBf16", "ldmatrix", "mma.sync",
                      "setp.lt.u32 %p1, %r506, 0x3F800000;\n@%p1 mma.sync"),
               {"divergence: "});
}

TEST_F(Mutants, AtomicOperationMadePlain) {
  expectCaught(&Mutants::histogram,
               change("histogram", "{",
                      "atom.shared.add.u32 \t%r19, [%r18], 1;",
                      "ld.shared.u32 %r19, [%r18]; add.u32 %r19, %r19, 1; "
                      "st.shared.u32 [%r18], %r19;"),
               {"race: "});
  expectCaught(&Mutants::histogram,
               change("histogram", "{",
                      "atom.global.add.u32 \t%r21, [%rd8], "
                      "%r20;",
                      "st.global.u32 [%rd8], %r20;"),
               {"race: "});
}

TEST_F(Mutants, SharedMemoryTooSmall) {
  expectCaught(&Mutants::histogram,
               change("histogram", "{", "local[256]", "local[252]"),
               {"4 bytes at"});
}

} // namespace
