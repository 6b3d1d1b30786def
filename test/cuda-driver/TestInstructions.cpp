//===- TestInstructions.cpp - Instructions on special values --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The expected results are derived by hand from the PTX ISA, or computed by the
// host in a different way than in the stand-in.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/TestDriver.h"

#include <cfenv>
#include <cmath>
#include <limits>
#include <random>

using namespace vib::cuda;

namespace {

constexpr uint32_t nan32 = 0x7FFFFFFF;
constexpr float inf = std::numeric_limits<float>::infinity();
constexpr float tiny = 1e-40f; // Denormal.

class Instructions : public CudaTest {
protected:
  /// Expects d = op a, b, c on words of 32 bits. A row has up to three operands
  /// and the expected result; there is one row for each lane.
  using Row = std::array<uint32_t, 4>;
  void expectWords(const std::string &instruction, std::vector<Row> rows) {
    size_t count = rows.size();
    ASSERT_LE(count, 32u);
    rows.resize(32, rows[0]);
    std::vector<uint32_t> input;
    for (const Row &row : rows)
      input.insert(input.end(), row.begin(), row.begin() + 3);
    std::vector<uint32_t> output = runBody<uint32_t>(R"(
      mad.wide.u32 %rd1, %tid, 12, %in;
      ld.global.b32 %r1, [%rd1];
      ld.global.b32 %r2, [%rd1+4];
      ld.global.b32 %r3, [%rd1+8];
      mov.b32 %r4, 0;
      )" + instruction + R"(
      mad.wide.u32 %rd1, %tid, 4, %out;
      st.global.b32 [%rd1], %r4;)",
                                                     input);
    for (size_t i = 0; i != count; ++i)
      EXPECT_EQ(output[i], rows[i][3])
          << instruction << " row " << i << std::hex << ": " << rows[i][0]
          << ", " << rows[i][1] << ", " << rows[i][2] << " gives " << output[i];
  }
  /// The same for floats, which are compared by their bits.
  void expectFloats(const std::string &instruction,
                    const std::vector<std::array<float, 4>> &rows) {
    std::vector<Row> words;
    for (auto &row : rows)
      words.push_back({bitsOf(row[0]), bitsOf(row[1]), bitsOf(row[2]),
                       row[3] == row[3] ? bitsOf(row[3]) : nan32});
    expectWords(instruction, words);
  }
};

TEST_F(Instructions, IntegerArithmetic) {
  expectWords("mul.lo.s32 %r4, %r1, %r2;",
              {{0xFFFFFFFF, 2, 0, 0xFFFFFFFE}, {0x10001, 0x10001, 0, 0x20001}});
  expectWords(
      "mul.hi.u32 %r4, %r1, %r2;",
      {{0xFFFFFFFF, 0xFFFFFFFF, 0, 0xFFFFFFFE}, {1 << 16, 1 << 16, 0, 1}});
  expectWords("mul.hi.s32 %r4, %r1, %r2;",
              {{0xFFFFFFFF, 0xFFFFFFFF, 0, 0}, {0x80000000, 2, 0, 0xFFFFFFFF}});
  expectWords("mad.hi.s32 %r4, %r1, %r2, %r3;",
              {{0x80000000, 4, 5, 3}, {0x40000000, 8, 1, 3}});
  expectWords("mad.lo.u32 %r4, %r1, %r2, %r3;", {{7, 6, 1, 43}});
  expectWords("div.s32 %r4, %r1, %r2;",
              {{uint32_t(-7), 2, 0, uint32_t(-3)},
               {0x80000000, 0xFFFFFFFF, 0, 0x80000000}});
  expectWords("rem.s32 %r4, %r1, %r2;",
              {{uint32_t(-7), 2, 0, uint32_t(-1)}, {0x80000000, ~0u, 0, 0}});
  expectWords("div.u32 %r4, %r1, %r2;", {{0xFFFFFFFF, 10, 0, 429496729}});
  expectWords("abs.s32 %r4, %r1;",
              {{uint32_t(-7), 0, 0, 7}, {0x80000000, 0, 0, 0x80000000}});
  expectWords("min.s32 %r4, %r1, %r2;", {{~0u, 1, 0, ~0u}});
  expectWords("min.u32 %r4, %r1, %r2;", {{~0u, 1, 0, 1}});
  expectWords("max.s32 %r4, %r1, %r2;", {{~0u, 1, 0, 1}});
  expectWords("sad.s32 %r4, %r1, %r2, %r3;", {{~0u, 4, 10, 15}});
  expectWords("add.sat.s32 %r4, %r1, %r2;", {{0x7FFFFFFF, 1, 0, 0x7FFFFFFF},
                                             {0x80000000, ~0u, 0, 0x80000000}});
}

TEST_F(Instructions, CarriesPassBetweenWords) {
  // {r2, r1} + {r3, r3}, the upper word.
  expectWords("add.cc.u32 %r5, %r1, %r3; addc.u32 %r4, %r2, %r3;",
              {{0xFFFFFFFF, 5, 1, 7}, {0xFFFFFFFE, 5, 1, 6}});
  expectWords("sub.cc.u32 %r5, %r1, %r3; subc.u32 %r4, %r2, %r3;",
              {{0, 5, 1, 3}, {1, 5, 1, 4}});
}

TEST_F(Instructions, ShiftsAreClamped) {
  expectWords("shl.b32 %r4, %r1, %r2;",
              {{1, 31, 0, 0x80000000}, {1, 32, 0, 0}, {1, 0x100, 0, 0}});
  expectWords(
      "shr.u32 %r4, %r1, %r2;",
      {{0x80000000, 31, 0, 1}, {0x80000000, 32, 0, 0}, {~0u, ~0u, 0, 0}});
  expectWords(
      "shr.s32 %r4, %r1, %r2;",
      {{0x80000000, 31, 0, ~0u}, {0x80000000, 77, 0, ~0u}, {4, 99, 0, 0}});
  expectWords("shf.l.wrap.b32 %r4, %r1, %r2, %r3;",
              {{0x12345678, 0x9ABCDEF0, 8, 0xBCDEF012},
               {0x12345678, 0x9ABCDEF0, 32, 0x9ABCDEF0}});
  expectWords("shf.r.wrap.b32 %r4, %r1, %r2, %r3;",
              {{0x12345678, 0x9ABCDEF0, 8, 0xF0123456},
               {0x12345678, 0x9ABCDEF0, 40, 0xF0123456}});
  expectWords("shf.r.clamp.b32 %r4, %r1, %r2, %r3;",
              {{0x12345678, 0x9ABCDEF0, 40, 0x9ABCDEF0}});
  expectWords("shf.l.clamp.b32 %r4, %r1, %r2, %r3;",
              {{0x12345678, 0x9ABCDEF0, 32, 0x12345678}});
}

TEST_F(Instructions, Bits) {
  expectWords("popc.b32 %r4, %r1;", {{0xF0F00001, 0, 0, 9}});
  expectWords("clz.b32 %r4, %r1;", {{0, 0, 0, 32}, {1, 0, 0, 31}});
  expectWords("bfind.u32 %r4, %r1;", {{0, 0, 0, ~0u}, {0x8000, 0, 0, 15}});
  expectWords("bfind.s32 %r4, %r1;",
              {{~0u, 0, 0, ~0u}, {0xFFFF7FFF, 0, 0, 15}});
  expectWords("bfind.shiftamt.u32 %r4, %r1;", {{0x8000, 0, 0, 16}});
  expectWords("brev.b32 %r4, %r1;",
              {{0x80000001, 0, 0, 0x80000001}, {0x1, 0, 0, 0x80000000}});
  expectWords("bfe.u32 %r4, %r1, %r2, %r3;", {{0xABCD1234, 8, 8, 0x12},
                                              {0xABCD1234, 28, 8, 0xA},
                                              {0xABCD1234, 40, 8, 0},
                                              {0xABCD1234, 4, 0, 0}});
  expectWords("bfe.s32 %r4, %r1, %r2, %r3;", {{0xABCD1234, 8, 8, 0x12},
                                              {0xABCD9234, 8, 8, 0xFFFFFF92},
                                              {0xABCD1234, 28, 8, 0xFFFFFFFA},
                                              {0x80000000, 40, 8, ~0u},
                                              {0xABCD1234, 0, 32, 0xABCD1234}});
  expectWords(
      "bfi.b32 %r4, %r1, %r2, 8, %r3;",
      {{0xFFFF, 0, 8, 0xFF00}, {0xFFFF, ~0u, 0, ~0u}, {0, ~0u, 99, 0xFF}});
  // (a & b) | c
  expectWords("lop3.b32 %r4, %r1, %r2, %r3, 0xEA;",
              {{0xFF00FF00, 0x0FF00FF0, 0x1, 0x0F000F01}});
  expectWords("prmt.b32 %r4, %r1, %r2, %r3;",
              {{0x33221100, 0x77665544, 0x7531, 0x77553311},
               {0x33221100, 0x77665584, 0x000C, 0x000000FF},
               {0x33221100, 0x77665544, 0xC123, 0x00112233}});
}

TEST_F(Instructions, FloatsAreRoundedOnce) {
  std::mt19937 generator(7);
  std::vector<std::array<float, 4>> fma, add, div, root;
  for (int i = 0; i != 32; ++i) {
    float a = std::ldexp(float(int(generator())), int(generator() % 40) - 50);
    float b = std::ldexp(float(int(generator())), int(generator() % 40) - 50);
    // The terms nearly cancel, so that a second rounding would be noticed.
    float c = -a * b + std::ldexp(1.0f, int(generator() % 8) - 60);
    // A product has at most 106 bits; the host adds with 64 bits of fraction.
    long double exact = static_cast<long double>(a) * b + c;
    fma.push_back({a, b, c, static_cast<float>(exact)});
    add.push_back({a, b, 0, static_cast<float>(double(a) + double(b))});
    div.push_back({a, b, 0, static_cast<float>(double(a) / double(b))});
    float positive = std::fabs(a);
    root.push_back(
        {positive, 0, 0, static_cast<float>(std::sqrt(double(positive)))});
  }
  expectFloats("fma.rn.f32 %r4, %r1, %r2, %r3;", fma);
  expectFloats("add.rn.f32 %r4, %r1, %r2;", add);
  expectFloats("div.rn.f32 %r4, %r1, %r2;", div);
  expectFloats("sqrt.rn.f32 %r4, %r1;", root);
  expectFloats("fma.rn.f32 %r4, %r1, %r2, %r3;",
               {{1 + 0x1p-12f, 1 + 0x1p-12f, -1 - 0x1p-11f, 0x1p-24f}});
}

TEST_F(Instructions, DirectedRounding) {
  float next = std::nextafter(1.0f, 2.0f);
  expectFloats("add.rp.f32 %r4, %r1, %r2;",
               {{1, 0x1p-40f, 0, next}, {-1, -0x1p-40f, 0, -1}});
  expectFloats("add.rm.f32 %r4, %r1, %r2;",
               {{1, 0x1p-40f, 0, 1}, {-1, -0x1p-40f, 0, -next}});
  expectFloats("add.rz.f32 %r4, %r1, %r2;",
               {{1, 0x1p-40f, 0, 1}, {-1, -0x1p-40f, 0, -1}});
  expectFloats("fma.rp.f32 %r4, %r1, %r2, %r3;", {{1, 1, 0x1p-40f, next}});
  expectFloats("add.f32 %r4, %r1, %r2;", {{1, 0x1p-40f, 0, 1}});
}

TEST_F(Instructions, NansInfinitiesAndZeros) {
  expectWords("add.f32 %r4, %r1, %r2;", {{bitsOf(inf), bitsOf(-inf), 0, nan32},
                                         {0xFFC12345, bitsOf(1), 0, nan32}});
  expectFloats("div.rn.f32 %r4, %r1, %r2;",
               {{1, 0, 0, inf}, {-1, 0, 0, -inf}, {0, 0, 0, NAN}});
  expectFloats("sqrt.rn.f32 %r4, %r1;",
               {{-1, 0, 0, NAN}, {-0.0f, 0, 0, -0.0f}});
  expectFloats("min.f32 %r4, %r1, %r2;", {{0.0f, -0.0f, 0, -0.0f},
                                          {-0.0f, 0.0f, 0, -0.0f},
                                          {NAN, 1, 0, 1},
                                          {1, NAN, 0, 1},
                                          {NAN, NAN, 0, NAN}});
  expectFloats("max.f32 %r4, %r1, %r2;", {{0.0f, -0.0f, 0, 0.0f},
                                          {-0.0f, 0.0f, 0, 0.0f},
                                          {NAN, 1, 0, 1},
                                          {-inf, NAN, 0, -inf},
                                          {2, 3, 0, 3}});
  expectFloats("max.NaN.f32 %r4, %r1, %r2;", {{NAN, 1, 0, NAN}, {2, 1, 0, 2}});
  expectFloats(
      "fma.rn.sat.f32 %r4, %r1, %r2, %r3;",
      {{2, 3, 4, 1}, {-2, 3, 0, 0}, {NAN, 1, 1, 0}, {.5f, .5f, 0, .25f}});
  expectFloats("copysign.f32 %r4, %r1, %r2;", {{-1, 3, 0, -3}, {0, -2, 0, 2}});
}

TEST_F(Instructions, DenormalsAreKeptUnlessFlushed) {
  expectFloats("add.f32 %r4, %r1, %r2;", {{tiny, tiny, 0, tiny + tiny}});
  expectFloats("add.ftz.f32 %r4, %r1, %r2;",
               {{tiny, tiny, 0, 0}, {-tiny, -0.0f, 0, -0.0f}});
  expectFloats("mul.rn.f32 %r4, %r1, %r2;", {{1e-20f, 1e-20f, 0, tiny}});
  expectFloats("mul.rn.ftz.f32 %r4, %r1, %r2;", {{-1e-20f, 1e-20f, 0, -0.0f}});
  expectFloats("neg.ftz.f32 %r4, %r1;", {{tiny, 0, 0, -0.0f}});
  expectFloats("neg.f32 %r4, %r1;", {{tiny, 0, 0, -tiny}});
  expectFloats("abs.f32 %r4, %r1;", {{-tiny, 0, 0, tiny}});
}

TEST_F(Instructions, ConversionsToIntegers) {
  auto bits = [](float value) { return bitsOf(value); };
  expectWords("cvt.rni.s32.f32 %r4, %r1;", {{bits(2.5f), 0, 0, 2},
                                            {bits(3.5f), 0, 0, 4},
                                            {bits(-2.5f), 0, 0, uint32_t(-2)},
                                            {bits(NAN), 0, 0, 0},
                                            {bits(3e9f), 0, 0, 0x7FFFFFFF},
                                            {bits(-3e9f), 0, 0, 0x80000000}});
  expectWords("cvt.rzi.s32.f32 %r4, %r1;",
              {{bits(2.9f), 0, 0, 2}, {bits(-2.9f), 0, 0, uint32_t(-2)}});
  expectWords("cvt.rmi.s32.f32 %r4, %r1;", {{bits(-2.1f), 0, 0, uint32_t(-3)}});
  expectWords("cvt.rpi.s32.f32 %r4, %r1;", {{bits(2.1f), 0, 0, 3}});
  expectWords("cvt.rzi.u32.f32 %r4, %r1;", {{bits(-5.0f), 0, 0, 0},
                                            {bits(5e9f), 0, 0, ~0u},
                                            {bits(4e9f), 0, 0, 4000000000u}});
  expectWords("cvt.rzi.s64.f32 %rd3, %r1; cvt.u32.u64 %r4, %rd3;",
              {{bits(-5.5f), 0, 0, uint32_t(-5)}});
  expectWords("cvt.rzi.u16.f32 %rs1, %r1; cvt.u32.u16 %r4, %rs1;",
              {{bits(1e6f), 0, 0, 0xFFFF}});
  expectWords(
      "cvt.rzi.s8.f32 %r4, %r1;",
      {{bits(1000.0f), 0, 0, 127}, {bits(-1000.0f), 0, 0, uint32_t(-128)}});
  expectWords("cvt.rni.f32.f32 %r4, %r1;", {{bits(-2.5f), 0, 0, bits(-2)}});
}

TEST_F(Instructions, ConversionsBetweenIntegers) {
  expectWords("cvt.u32.u8 %r4, %r1;", {{0x12345678, 0, 0, 0x78}});
  expectWords("cvt.s32.s8 %r4, %r1;", {{0x123456F8, 0, 0, 0xFFFFFFF8}});
  expectWords("cvt.u16.u32 %rs1, %r1; cvt.s32.s16 %r4, %rs1;",
              {{0x1234F678, 0, 0, 0xFFFFF678}});
  expectWords("cvt.sat.s8.s32 %r4, %r1;",
              {{1000, 0, 0, 127}, {uint32_t(-1000), 0, 0, uint32_t(-128)}});
  expectWords("cvt.sat.u8.s32 %r4, %r1;",
              {{1000, 0, 0, 255}, {uint32_t(-1), 0, 0, 0}});
  expectWords("cvt.s64.s32 %rd3, %r1; shr.s64 %rd3, %rd3, 32; "
              "cvt.u32.u64 %r4, %rd3;",
              {{0x80000000, 0, 0, ~0u}, {1, 0, 0, 0}});
}

TEST_F(Instructions, ConversionsToFloats) {
  // 2^24 + 1 is between two floats.
  uint32_t odd = (1 << 24) + 1;
  expectWords("cvt.rn.f32.u32 %r4, %r1;",
              {{odd, 0, 0, bitsOf(0x1p24f)}, {~0u, 0, 0, bitsOf(0x1p32f)}});
  expectWords("cvt.rp.f32.s32 %r4, %r1;", {{odd, 0, 0, bitsOf(0x1p24f + 2)},
                                           {-odd, 0, 0, bitsOf(-0x1p24f)}});
  expectWords("cvt.rz.f32.u32 %r4, %r1;", {{~0u, 0, 0, bitsOf(4294967040.0f)}});
  expectWords(
      "cvt.f64.f32 %fd1, %r1; add.rn.f64 %fd1, %fd1, 0d3E10000000000000;"
      "cvt.rn.f32.f64 %r4, %fd1;",
      {{bitsOf(1), 0, 0, bitsOf(1)}});
  expectWords(
      "cvt.f64.f32 %fd1, %r1; add.rn.f64 %fd1, %fd1, 0d3E10000000000000;"
      "cvt.rp.f32.f64 %r4, %fd1;",
      {{bitsOf(1), 0, 0, bitsOf(std::nextafter(1.0f, 2.0f))}});
}

TEST_F(Instructions, NarrowFloats) {
  // {upper, lower}: halves round to even, larger fractions up; NaN is
  // canonical.
  expectWords("cvt.rn.bf16x2.f32 %r4, %r1, %r2;",
              {{0x3F808000, 0x3F818000, 0, 0x3F803F82},
               {0x3F808001, 0xBF800000, 0, 0x3F81BF80},
               {0x7FC12345, 0x7F7FFFFF, 0, 0x7FFF7F80}});
  expectWords("cvt.rz.bf16x2.f32 %r4, %r1, %r2;",
              {{0x3F80FFFF, 0x7F7FFFFF, 0, 0x3F807F7F}});
  expectWords("cvt.rn.relu.bf16x2.f32 %r4, %r1, %r2;",
              {{bitsOf(-2), bitsOf(2), 0, 0x00004000}});
  expectWords("cvt.rn.f16.f32 %rs1, %r1; cvt.u32.u16 %r4, %rs1;",
              {{bitsOf(1), 0, 0, 0x3C00},
               {bitsOf(65519), 0, 0, 0x7BFF},
               {bitsOf(65520), 0, 0, 0x7C00},
               {bitsOf(0x1p-24f), 0, 0, 1},
               {bitsOf(0x1p-25f), 0, 0, 0},
               {bitsOf(0x1.8p-25f), 0, 0, 1},
               {bitsOf(-0x1.ffep-15f), 0, 0, 0x8400}});
  expectWords("cvt.u16.u32 %rs1, %r1; cvt.f32.f16 %r4, %rs1;",
              {{0x3C01, 0, 0, bitsOf(1 + 0x1p-10f)},
               {0x8001, 0, 0, bitsOf(-0x1p-24f)},
               {0x7C00, 0, 0, bitsOf(inf)}});
  expectWords("cvt.rna.tf32.f32 %r4, %r1;", {{0x3F801000, 0, 0, 0x3F802000},
                                             {0x3F800FFF, 0, 0, 0x3F800000},
                                             {0xBF803000, 0, 0, 0xBF804000},
                                             {bitsOf(inf), 0, 0, bitsOf(inf)}});
}

TEST_F(Instructions, HalfPrecisionIsRoundedOnce) {
  // 1 + 2^-8 is half way between two bf16 numbers, so the addend decides.
  expectWords("fma.rn.bf16x2 %r4, %r1, %r2, %r3;",
              {{0x3F803F80, 0x3F803F80, 0x3B803B80, 0x3F803F80},
               {0x3F813F80, 0x3F803F80, 0x3B803B81, 0x3F823F81}});
  expectWords("fma.rn.f16x2 %r4, %r1, %r2, %r3;",
              {{0x3C003C01, 0x3C003C00, 0x10001000, 0x3C003C02},
               {0x3C00BC00, 0x3C003C00, 0x10010000, 0x3C01BC00}});
}

TEST_F(Instructions, ApproximationsAreWithinTheirBounds) {
  for (auto [instruction, function] :
       std::vector<std::pair<std::string, double (*)(double)>>{
           {"ex2.approx.f32", [](double x) { return std::exp2(x); }},
           {"lg2.approx.f32", [](double x) { return std::log2(x); }},
           {"rcp.approx.f32", [](double x) { return 1 / x; }},
           {"rsqrt.approx.f32", [](double x) { return 1 / std::sqrt(x); }},
           {"tanh.approx.f32", [](double x) { return std::tanh(x); }}}) {
    std::vector<float> input;
    for (int i = 0; i != 32; ++i)
      input.push_back(0.1f + i * 0.37f);
    std::vector<float> output = runBody<float>(R"(
      mad.wide.u32 %rd1, %tid, 4, %in;
      ld.global.b32 %f1, [%rd1];
      )" + instruction + R"( %f2, %f1;
      mad.wide.u32 %rd1, %tid, 4, %out;
      st.global.b32 [%rd1], %f2;)",
                                               input);
    for (int i = 0; i != 32; ++i)
      EXPECT_NEAR(output[i], function(input[i]),
                  1e-7 * std::fabs(function(input[i])) + 1e-7)
          << instruction << " of " << input[i];
  }
}

TEST_F(Instructions, Comparisons) {
  auto set = [](const std::string &comparison) {
    return "setp." + comparison + " %p1, %r1, %r2; selp.b32 %r4, 1, 2, %p1;";
  };
  uint32_t nan = bitsOf(NAN), one = bitsOf(1);
  expectWords(set("lt.s32"), {{~0u, 1, 0, 1}});
  expectWords(set("lt.u32"), {{~0u, 1, 0, 2}});
  expectWords(set("hs.u32"), {{~0u, 1, 0, 1}});
  expectWords(set("ne.f32"), {{nan, one, 0, 2}, {one, 0, 0, 1}});
  expectWords(set("neu.f32"), {{nan, one, 0, 1}, {one, one, 0, 2}});
  expectWords(set("equ.f32"), {{nan, nan, 0, 1}, {0x80000000, 0, 0, 1}});
  expectWords(set("geu.f32"), {{nan, one, 0, 1}, {0, one, 0, 2}});
  expectWords(set("num.f32"), {{nan, one, 0, 2}, {one, one, 0, 1}});
  expectWords(set("nan.f32"), {{nan, one, 0, 1}});
  expectWords(set("lt.ftz.f32"), {{0, bitsOf(tiny), 0, 2}});
  expectWords(
      "setp.ne.u32 %p2, %r3, 0; setp.lt.and.s32 %p1|%p3, %r1, %r2, !%p2;"
      "selp.b32 %r5, 1, 0, %p1; selp.b32 %r4, 2, 0, %p3;"
      "add.u32 %r4, %r4, %r5;",
      {{0, 1, 0, 1}, {1, 0, 0, 2}, {0, 1, 1, 0}, {1, 0, 1, 0}});
}

TEST_F(Instructions, GuardsAndBranches) {
  // A loop whose number of iterations and step depend on the lane.
  std::vector<uint32_t> rows;
  for (uint32_t i = 0; i != 32; ++i)
    rows.push_back(i * 7 % 13);
  std::vector<uint32_t> output = runBody<uint32_t>(R"(
      mad.wide.u32 %rd1, %tid, 4, %in;
      ld.global.b32 %r1, [%rd1];
      mov.u32 %r2, 0;
      mov.u32 %r3, 0;
    $again:
      setp.ge.u32 %p1, %r3, %r1;
      @%p1 bra $done;
      and.b32 %r4, %r3, 1;
      setp.eq.u32 %p2, %r4, 0;
      @%p2 bra $even;
      add.u32 %r2, %r2, 100;
      bra.uni $next;
    $even:
      add.u32 %r2, %r2, 1;
    $next:
      add.u32 %r3, %r3, 1;
      bra.uni $again;
    $done:
      @!%p2 add.u32 %r2, %r2, 10000;
      // This fails unless all lanes have converged.
      bar.sync 0;
      mad.wide.u32 %rd1, %tid, 4, %out;
      st.global.b32 [%rd1], %r2;)",
                                                   rows);
  for (uint32_t i = 0; i != 32; ++i) {
    uint32_t n = rows[i];
    uint32_t expected = n / 2 * 100 + (n + 1) / 2;
    // Without an iteration, the predicate is uninitialized and can have any
    // value.
    if (n) {
      EXPECT_EQ(output[i], expected + (n % 2 == 0 ? 10000 : 0)) << i;
    }
  }
}

TEST_F(Instructions, IndexedBranches) {
  std::vector<uint32_t> input;
  for (uint32_t i = 0; i != 32; ++i)
    input.push_back(i % 3);
  std::vector<uint32_t> output = runBody<uint32_t>(R"(
      mad.wide.u32 %rd1, %tid, 4, %in;
      ld.global.b32 %r1, [%rd1];
    $table: .branchtargets $a, $b, $c;
      brx.idx %r1, $table;
    $a: mov.u32 %r2, 10; bra $end;
    $b: mov.u32 %r2, 20; bra $end;
    $c: mov.u32 %r2, 30;
    $end:
      bar.warp.sync 0xFFFFFFFF;
      mad.wide.u32 %rd1, %tid, 4, %out;
      st.global.b32 [%rd1], %r2;)",
                                                   input);
  for (uint32_t i = 0; i != 32; ++i)
    EXPECT_EQ(output[i], 10 * (i % 3 + 1));
}

TEST_F(Instructions, VectorsAndParts) {
  std::vector<uint32_t> input;
  for (uint32_t i = 0; i != 128; ++i)
    input.push_back(i * 0x01010101u);
  std::vector<uint32_t> output = runBody<uint32_t>(R"(
      mad.wide.u32 %rd1, %tid, 16, %in;
      ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];
      mov.b64 %rd2, {%r1, %r2};
      mov.b64 {%r5, _}, %rd2;
      mov.b32 {%rs1, %rs2}, %r3;
      mov.b32 %r6, {%rs2, %rs1};
      mad.wide.u32 %rd1, %tid, 16, %out;
      st.global.v2.b32 [%rd1], {%r5, %r6};
      st.global.v2.b16 [%rd1+8], {%rs1, %rs2};
      st.global.b8 [%rd1+12], %r4;
      st.global.b8 [%rd1+13], 7;
      st.global.b16 [%rd1+14], %rs1;)",
                                                   input, 128);
  for (uint32_t i = 0; i != 32; ++i) {
    EXPECT_EQ(output[4 * i], input[4 * i]);
    EXPECT_EQ(output[4 * i + 1], input[4 * i + 2]);
    EXPECT_EQ(output[4 * i + 2], input[4 * i + 2]);
    uint32_t third = input[4 * i + 2], fourth = input[4 * i + 3];
    EXPECT_EQ(output[4 * i + 3],
              (fourth & 0xFF) | 0x700 | (third & 0xFFFF) << 16);
  }
}

TEST_F(Instructions, ShufflesFollowTheirSegments) {
  std::vector<uint32_t> input;
  for (uint32_t i = 0; i != 32; ++i)
    input.push_back(100 + i);
  auto run = [&](const std::string &mode, int b, int c) {
    return runBody<uint32_t>(R"(
      mad.wide.u32 %rd1, %tid, 4, %in;
      ld.global.b32 %r1, [%rd1];
      shfl.sync.)" + mode + ".b32 %r2|%p1, %r1, " +
                                 std::to_string(b) + ", " + std::to_string(c) +
                                 R"(, 0xFFFFFFFF;
      selp.b32 %r3, 1000, 0, %p1;
      add.u32 %r2, %r2, %r3;
      mad.wide.u32 %rd1, %tid, 4, %out;
      st.global.b32 [%rd1], %r2;)",
                             input);
  };
  // Segments of 8 lanes: c contains the clamp, and above it the bits of the
  // segment.
  int segment = 0x1800, clamp = 7;
  std::vector<uint32_t> up = run("up", 2, segment),
                        down = run("down", 3, segment | clamp),
                        butterfly = run("bfly", 5, segment | clamp),
                        index = run("idx", 6, segment | clamp);
  for (uint32_t i = 0; i != 32; ++i) {
    uint32_t base = i & ~7u, inner = i & 7;
    EXPECT_EQ(up[i], inner < 2 ? 100 + i : 1100 + i - 2);
    EXPECT_EQ(down[i], inner > 4 ? 100 + i : 1100 + i + 3);
    EXPECT_EQ(butterfly[i], 1100 + base + (inner ^ 5));
    EXPECT_EQ(index[i], 1100 + base + 6);
  }
}

TEST_F(Instructions, VotesAndReductions) {
  std::vector<uint32_t> input;
  for (uint32_t i = 0; i != 32; ++i)
    input.push_back(i % 5);
  std::vector<uint32_t> output = runBody<uint32_t>(R"(
      mad.wide.u32 %rd1, %tid, 4, %in;
      ld.global.b32 %r1, [%rd1];
      setp.eq.u32 %p1, %r1, 2;
      vote.sync.ballot.b32 %r2, %p1, 0xFFFFFFFF;
      vote.sync.any.pred %p2, %p1, 0xFFFFFFFF;
      selp.b32 %r3, 1, 0, %p2;
      redux.sync.add.u32 %r4, %r1, 0xFFFFFFFF;
      setp.ne.u32 %p3, %tid, 0;
      @%p3 bra $end;
      st.global.v4.b32 [%out], {%r2, %r3, %r4, 0};
    $end:)",
                                                   input, 4);
  uint32_t ballot = 0, sum = 0;
  for (uint32_t i = 0; i != 32; ++i) {
    ballot |= uint32_t(i % 5 == 2) << i;
    sum += i % 5;
  }
  EXPECT_EQ(output, (std::vector<uint32_t>{ballot, 1, sum, 0}));
}

TEST_F(Instructions, DoublePrecision) {
  std::vector<double> input;
  for (int i = 0; i != 32; ++i)
    input.push_back(0.1 * (i + 1));
  std::vector<double> output = runBody<double>(R"(
      mad.wide.u32 %rd1, %tid, 8, %in;
      ld.global.b64 %fd1, [%rd1];
      fma.rn.f64 %fd2, %fd1, %fd1, 0d3FF0000000000000;
      sqrt.rn.f64 %fd2, %fd2;
      div.rn.f64 %fd2, 0d3FF0000000000000, %fd2;
      mad.wide.u32 %rd1, %tid, 8, %out;
      st.global.b64 [%rd1], %fd2;)",
                                               input);
  for (int i = 0; i != 32; ++i)
    EXPECT_EQ(output[i], 1 / std::sqrt(std::fma(input[i], input[i], 1.0)));
}

TEST_F(Instructions, GenericAddresses) {
  std::vector<uint32_t> input(32, 5);
  CUmodule module = load(makeKernel(R"(
      mov.u32 %r1, shared;
      mad.lo.u32 %r1, %tid, 4, %r1;
      cvt.u64.u32 %rd2, %r1;
      cvta.shared.u64 %rd2, %rd2;
      st.b32 [%rd2], %tid;
      ld.shared.b32 %r2, [%r1];
      mad.wide.u32 %rd1, %tid, 4, %out;
      cvta.to.global.u64 %rd1, %rd1;
      isspacep.shared %p1, %rd2;
      selp.b32 %r3, 100, 0, %p1;
      add.u32 %r2, %r2, %r3;
      st.b32 [%rd1], %r2;)",
                                    ".shared .align 4 .b8 shared[128];"));
  CUdeviceptr in = upload(input), out = allocate(128);
  check(launch(getFunction(module, "test"), 1, 32, 0, in, out));
  std::vector<uint32_t> output = download<uint32_t>(out, 32);
  for (uint32_t i = 0; i != 32; ++i)
    EXPECT_EQ(output[i], 100 + i);
}

} // namespace
