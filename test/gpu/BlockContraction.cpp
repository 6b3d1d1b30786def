//===- BlockContraction.cpp - Contractions run on a device ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if the contraction of a thread block does not compute the product, for
// any form, precision and shape, including edges and several results.
//
// For f32, the bits are compared with a loop of fma in the order of the
// reduction. On tensor cores the order is unknown, so the operands are chosen
// such that every sum is exact in f32: those on one side are small integers;
// those on the other side must first be rounded to few bits, and half of them
// are ties.
//
//===----------------------------------------------------------------------===//

#include "ContractionKernel.h"
#include "Device.h"
#include "llvm/ADT/bit.h"
#include "gtest/gtest.h"
#include <cmath>
#include <random>

using namespace vib;

namespace {

constexpr OperandPrecision kF32 = OperandPrecision::F32;
constexpr OperandPrecision kTf32 = OperandPrecision::TF32;
constexpr OperandPrecision kBf16 = OperandPrecision::BF16;

/// The number of fraction bits that a precision drops.
unsigned getDropped(OperandPrecision precision) {
  switch (precision) {
  case kF32:
    return 0;
  case kTf32:
    return 13;
  case kBf16:
    return 16;
  }
  llvm_unreachable("covered switch");
}

/// A factor as it is multiplied: tf32 rounds ties away from zero, bf16 to even.
float round(float value, OperandPrecision precision) {
  unsigned dropped = getDropped(precision);
  if (dropped == 0)
    return value;
  auto bits = llvm::bit_cast<uint32_t>(value);
  uint32_t half = 1u << (dropped - 1);
  if (precision == kBf16)
    half += (bits >> dropped & 1) - 1;
  bits = (bits + half) >> dropped << dropped;
  return llvm::bit_cast<float>(bits);
}

/// An operand; element (i, k) is at i * depth + k.
struct Matrix {
  std::vector<float> elements;
  int64_t extent, depth;

  float get(int64_t i, int64_t k) const { return elements[i * depth + k]; }
};

class Contractions : public testing::TestWithParam<Contraction> {
protected:
  void SetUp() override { ASSERT_NE(device, nullptr) << "no CUDA driver"; }
  static void SetUpTestSuite() {
    device = Device::open().release();
    context = new mlir::MLIRContext;
    loadKernelDialects(*context);
  }
  static void TearDownTestSuite() {
    delete device;
    delete context;
  }

  /// Arbitrary values for f32; otherwise exact values, or values from 1 to 2
  /// that have to be rounded.
  Matrix makeMatrix(int64_t extent, bool isRounded) {
    const Contraction &c = GetParam();
    Matrix matrix{std::vector<float>(extent * c.k), extent, c.k};
    for (float &element : matrix.elements) {
      uint32_t bits = random();
      unsigned dropped = getDropped(c.precision);
      if (c.precision == kF32)
        element = std::ldexp(float(int32_t(bits)), -31);
      else if (!isRounded)
        element = float(int(bits % 4) - 1);
      else if (bits & 1)
        element = llvm::bit_cast<float>(0x3f800000 |
                                        (bits >> 9 >> dropped << dropped) |
                                        1u << (dropped - 1));
      else
        element = llvm::bit_cast<float>(0x3f800000 | bits >> 9);
    }
    return matrix;
  }

  /// The bytes of an operand in memory.
  static std::vector<char> pack(const Matrix &matrix, OperandForm form) {
    std::vector<char> bytes(matrix.elements.size() * form.getBytes());
    for (int64_t i = 0; i != matrix.extent; ++i)
      for (int64_t k = 0; k != matrix.depth; ++k) {
        int64_t place =
            form.reductionFirst ? k * matrix.extent + i : i * matrix.depth + k;
        auto bits = llvm::bit_cast<uint32_t>(matrix.get(i, k));
        if (form.isBf16)
          bits >>= 16;
        memcpy(&bytes[place * form.getBytes()], &bits, form.getBytes());
      }
    return bytes;
  }

  void check(bool roundsLhs) {
    const Contraction &c = GetParam();
    Matrix lhs = makeMatrix(c.m, roundsLhs);
    Matrix rhs = makeMatrix(c.results * c.n, !roundsLhs);
    // An operand that is bf16 in memory has been rounded.
    auto roundAll = [](Matrix &matrix, OperandForm form) {
      for (float &element : matrix.elements)
        if (form.isBf16)
          element = round(element, kBf16);
    };
    roundAll(lhs, c.lhs);
    roundAll(rhs, c.rhs);
    std::vector<char> lhsBytes = pack(lhs, c.lhs), rhsBytes = pack(rhs, c.rhs);
    std::vector<float> out(c.results * c.m * c.n, NAN);

    ContractionKernel kernel = buildKernel(*context, c);
    std::string ptx = makePtx(kernel);
    ASSERT_FALSE(ptx.empty());
    std::string error =
        device->run(ptx,
                    {unsigned(kernel.blocks), unsigned(kernel.threads),
                     unsigned(kernel.sharedBytes)},
                    {{lhsBytes.data(), lhsBytes.size()},
                     {rhsBytes.data(), rhsBytes.size()},
                     {out.data(), out.size() * sizeof(float)}});
    ASSERT_EQ(error, "");
    for (unsigned result = 0; result != c.results; ++result)
      for (int64_t i = 0; i != c.m; ++i)
        for (int64_t j = 0; j != c.n; ++j) {
          float sum = 0;
          for (int64_t k = 0; k != c.k; ++k)
            sum =
                std::fma(round(lhs.get(i, k), c.precision),
                         round(rhs.get(result * c.n + j, k), c.precision), sum);
          ASSERT_EQ(out[(result * c.m + i) * c.n + j], sum)
              << "result " << result << " at (" << i << ", " << j << ")";
        }
  }

  static Device *device;
  static mlir::MLIRContext *context;
  std::mt19937 random;
};

Device *Contractions::device;
mlir::MLIRContext *Contractions::context;

std::string getName(const testing::TestParamInfo<Contraction> &info) {
  const Contraction &c = info.param;
  auto getForm = [](OperandForm form) {
    return std::string(form.reductionFirst ? "K" : "") +
           (form.isBf16 ? "Bf16" : "F32");
  };
  const char *precision = c.precision == kF32    ? "F32"
                          : c.precision == kTf32 ? "Tf32"
                                                 : "Bf16";
  return std::string(precision) + "_" + getForm(c.lhs) + "_" + getForm(c.rhs) +
         "_" + std::to_string(c.m) + "x" + std::to_string(c.n) + "x" +
         std::to_string(c.k) + "_" + std::to_string(c.results) +
         (c.warps[2] ? "_" + std::to_string(c.warps[0]) + "x" +
                           std::to_string(c.warps[1]) + "x" +
                           std::to_string(c.warps[2])
                     : "");
}

constexpr OperandForm kPlain{false, false}, kNarrow{false, true};

TEST_P(Contractions, Equal) {
  check(/*roundsLhs=*/true);
  if (GetParam().precision != kF32)
    check(/*roundsLhs=*/false);
}

/// The contractions of a step in one precision. Each operand is f32 in memory
/// or, if given, bf16.
std::vector<Contraction> makeContractions(OperandPrecision precision,
                                          OperandForm x, OperandForm y) {
  return {
      // Forward, an input gradient and a weight gradient of a batch of 100.
      {100, 64, 72, 1, precision, {false, x.isBf16}, {true, y.isBf16}},
      {100, 72, 64, 1, precision, {false, x.isBf16}, {false, y.isBf16}},
      {72, 64, 100, 1, precision, {true, x.isBf16}, {true, y.isBf16}},
      // All sizes are odd. Rows of three different lengths are copied in pieces
      // of 4, 8 (for f32) and 16 bytes.
      {7, 37, 1001, 1, precision, {false, x.isBf16}, {true, y.isBf16}},
      {5, 10, 66, 1, precision, {false, x.isBf16}, {false, y.isBf16}},
      {41, 36, 33, 1, precision, {true, x.isBf16}, {true, y.isBf16}},
      {1, 3, 5, 1, precision, {true, x.isBf16}, {false, y.isBf16}},
      // Two results with the same lhs.
      {20, 24, 40, 2, precision, {false, x.isBf16}, {true, y.isBf16}},
      {33, 9, 48, 2, precision, {false, x.isBf16}, {false, y.isBf16}},
  };
}

/// The tiles that are chosen for sizes too large to run here, on slightly more
/// than one tile each.
std::vector<Contraction> makeLargeTiles() {
  return {
      {70, 130, 200, 1, kF32, {false, false}, {true, false}, {32, 64, 2}},
      {130, 70, 200, 1, kF32, {true, false}, {false, false}, {32, 64, 4}},
      {90, 66, 200, 1, kF32, {true, false}, {true, false}, {20, 64, 4}},
      {30, 70, 200, 2, kF32, {false, false}, {true, false}, {28, 16, 1}},
      {70, 130, 200, 1, kTf32, {false, false}, {true, false}, {32, 64, 2}},
      {130, 70, 200, 1, kTf32, {true, false}, {false, false}, {32, 64, 4}},
      {100, 66, 200, 1, kTf32, {true, false}, {true, false}, {48, 32, 2}},
      {130, 70, 200, 1, kBf16, {false, true}, {true, true}, {112, 16, 1}},
      {130, 70, 200, 1, kBf16, {true, true}, {false, true}, {112, 16, 1}},
      {130, 70, 200, 1, kBf16, {true, true}, {true, false}, {48, 32, 2}},
      {130, 70, 200, 2, kBf16, {false, true}, {false, true}, {32, 32, 2}},
  };
}

INSTANTIATE_TEST_SUITE_P(LargeTiles, Contractions,
                         testing::ValuesIn(makeLargeTiles()), getName);
INSTANTIATE_TEST_SUITE_P(F32, Contractions,
                         testing::ValuesIn(makeContractions(kF32, kPlain,
                                                            kPlain)),
                         getName);
INSTANTIATE_TEST_SUITE_P(Tf32, Contractions,
                         testing::ValuesIn(makeContractions(kTf32, kPlain,
                                                            kPlain)),
                         getName);
INSTANTIATE_TEST_SUITE_P(Bf16, Contractions,
                         testing::ValuesIn(makeContractions(kBf16, kNarrow,
                                                            kNarrow)),
                         getName);
INSTANTIATE_TEST_SUITE_P(Bf16OfF32, Contractions,
                         testing::ValuesIn(makeContractions(kBf16, kPlain,
                                                            kPlain)),
                         getName);
INSTANTIATE_TEST_SUITE_P(Bf16Mixed, Contractions,
                         testing::ValuesIn(makeContractions(kBf16, kNarrow,
                                                            kPlain)),
                         getName);

} // namespace
