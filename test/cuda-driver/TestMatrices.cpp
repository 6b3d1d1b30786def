//===- TestMatrices.cpp - ldmatrix, mma and cp.async ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The positions of the elements are defined here independently, as in the text
// of the PTX ISA: for element i of a lane's fragment, its row and its column.
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/TestDriver.h"

#include <cmath>
#include <random>

using namespace vib::cuda;

namespace {

struct Place {
  int row, column;
};

// "groupID = %laneid >> 2; threadID_in_group = %laneid % 4".

Place placeA16(int lane, int i) { // .m16n8k16
  bool lower = !((0 <= i && i < 2) || (4 <= i && i < 6));
  return {(lane >> 2) + (lower ? 8 : 0),
          (lane % 4) * 2 + (i & 1) + (i < 4 ? 0 : 8)};
}
Place placeB16(int lane, int i) {
  return {(lane % 4) * 2 + (i & 1) + (i < 2 ? 0 : 8), lane >> 2};
}
Place placeA8(int lane, int i) { // .m16n8k8 of 16 bits
  return {(lane >> 2) + (i < 2 ? 0 : 8), (lane % 4) * 2 + (i & 1)};
}
Place placeB8(int lane, int i) { return {(lane % 4) * 2 + i, lane >> 2}; }
Place placeATf32(int lane, int i) { // .m16n8k8 of .tf32
  return {(lane >> 2) + (i == 0 || i == 2 ? 0 : 8),
          (lane % 4) + (i < 2 ? 0 : 4)};
}
Place placeBTf32(int lane, int i) {
  return {(lane % 4) + (i == 0 ? 0 : 4), lane >> 2};
}
Place placeA4(int lane, int i) { // .m16n8k4 of .tf32
  return {(lane >> 2) + (i == 0 ? 0 : 8), lane % 4};
}
Place placeB4(int lane, int) { return {lane % 4, lane >> 2}; }
Place placeC(int lane, int i) {
  return {(lane >> 2) + (i < 2 ? 0 : 8), (lane % 4) * 2 + (i & 1)};
}

using PlaceOf = Place (*)(int lane, int i);

struct Shape {
  std::string instruction;
  int depth;
  int elementsA, elementsB; ///< For each lane.
  int perRegister;
  PlaceOf placeA, placeB;
  float (*load)(uint32_t bits);   ///< The value of an element.
  uint32_t (*store)(float value); ///< The bits of an element.
};

float fromBf16(uint32_t bits) { return floatOf(bits << 16); }
uint32_t storeBf16(float value) { return bitsOf(value) >> 16; }

float fromF16(uint32_t bits) {
  int exponent = bits >> 10 & 31;
  float fraction = (bits & 1023) / 1024.0f;
  float magnitude = exponent ? std::ldexp(1 + fraction, exponent - 15)
                             : std::ldexp(fraction, -14);
  return bits & 0x8000 ? -magnitude : magnitude;
}
/// Truncates; for normal numbers only.
uint32_t storeF16(float value) {
  uint32_t bits = bitsOf(value);
  int exponent = int(bits >> 23 & 255) - 127 + 15;
  return (bits >> 16 & 0x8000) | (exponent << 10) | (bits >> 13 & 1023);
}

float fromTf32(uint32_t bits) { return floatOf(bits & 0xFFFFE000); }
uint32_t storeTf32(float value) { return bitsOf(value); }

class Matrices : public CudaTest {
protected:
  void expectProduct(const Shape &shape) {
    std::mt19937 generator(3);
    auto random = [&] {
      float value = int(generator() % 2000) - 1000;
      return std::ldexp(value == 0 ? 1 : value, int(generator() % 8) - 10);
    };
    int registersA = shape.elementsA / shape.perRegister,
        registersB = shape.elementsB / shape.perRegister;
    int bits = 32 / shape.perRegister;
    std::vector<std::vector<double>> a(16, std::vector<double>(shape.depth)),
        b(shape.depth, std::vector<double>(8)), c(16, std::vector<double>(8));
    // Each lane has 4 words of A, 2 of B, 4 of C, and 2 to fill up 12.
    std::vector<uint32_t> input(32 * 12);
    for (int lane = 0; lane != 32; ++lane) {
      uint32_t *words = &input[12 * lane];
      for (int i = 0; i != shape.elementsA; ++i) {
        uint32_t element = shape.store(random());
        Place place = shape.placeA(lane, i);
        a[place.row][place.column] = shape.load(element);
        words[i / shape.perRegister] |=
            element << (bits * (i % shape.perRegister)) % 32;
      }
      for (int i = 0; i != shape.elementsB; ++i) {
        uint32_t element = shape.store(random());
        Place place = shape.placeB(lane, i);
        b[place.row][place.column] = shape.load(element);
        words[4 + i / shape.perRegister] |=
            element << (bits * (i % shape.perRegister)) % 32;
      }
      for (int i = 0; i != 4; ++i) {
        float element = random();
        Place place = placeC(lane, i);
        c[place.row][place.column] = element;
        words[6 + i] = bitsOf(element);
      }
    }
    auto vector = [](int first, int count) {
      std::string text = "{";
      for (int i = 0; i != count; ++i)
        text += (i ? ", %r" : "%r") + std::to_string(first + i);
      return text + "}";
    };
    std::vector<float> output = runBody<float>(
        R"(
      mad.wide.u32 %rd1, %tid, 48, %in;
      ld.global.v4.b32 {%r1, %r2, %r3, %r4}, [%rd1];
      ld.global.v4.b32 {%r5, %r6, %r7, %r8}, [%rd1+16];
      ld.global.v4.b32 {%r9, %r10, _, _}, [%rd1+32];
      )" + shape.instruction +
            " {%r20, %r21, %r22, %r23}, " + vector(1, registersA) + ", " +
            vector(5, registersB) + R"(, {%r7, %r8, %r9, %r10};
      mad.wide.u32 %rd1, %tid, 16, %out;
      st.global.v4.b32 [%rd1], {%r20, %r21, %r22, %r23};)",
        input, 128);
    for (int lane = 0; lane != 32; ++lane) {
      for (int i = 0; i != 4; ++i) {
        Place place = placeC(lane, i);
        double sum = c[place.row][place.column], size = std::fabs(sum);
        for (int k = 0; k != shape.depth; ++k) {
          sum += a[place.row][k] * b[k][place.column];
          size += std::fabs(a[place.row][k] * b[k][place.column]);
        }
        EXPECT_NEAR(output[4 * lane + i], sum, 1e-6 * size)
            << shape.instruction << " lane " << lane << " element " << i;
      }
    }
  }
};

TEST_F(Matrices, MultiplyBf16) {
  expectProduct({"mma.sync.aligned.m16n8k16.row.col.f32.bf16.bf16.f32", 16, 8,
                 4, 2, placeA16, placeB16, fromBf16, storeBf16});
  expectProduct({"mma.sync.aligned.m16n8k8.row.col.f32.bf16.bf16.f32", 8, 4, 2,
                 2, placeA8, placeB8, fromBf16, storeBf16});
}

TEST_F(Matrices, MultiplyF16) {
  expectProduct({"mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", 16, 8, 4,
                 2, placeA16, placeB16, fromF16, storeF16});
  expectProduct({"mma.sync.aligned.m16n8k8.row.col.f32.f16.f16.f32", 8, 4, 2, 2,
                 placeA8, placeB8, fromF16, storeF16});
}

TEST_F(Matrices, MultiplyTf32) {
  expectProduct({"mma.sync.aligned.m16n8k8.row.col.f32.tf32.tf32.f32", 8, 4, 2,
                 1, placeATf32, placeBTf32, fromTf32, storeTf32});
  expectProduct({"mma.sync.aligned.m16n8k4.row.col.f32.tf32.tf32.f32", 4, 2, 1,
                 1, placeA4, placeB4, fromTf32, storeTf32});
}

/// Loads 8 x 8 matrices whose elements are 100 matrix + 10 row + column.
class LoadMatrices : public Matrices {
protected:
  std::vector<uint16_t> loadMatrices(const std::string &modifiers, int count) {
    std::vector<uint16_t> input;
    for (int i = 0; i != 256; ++i)
      input.push_back(100 * (i / 64) + 10 * (i / 8 % 8) + i % 8);
    std::string registers;
    for (int i = 0; i != 4; ++i)
      if (i < count)
        registers += (i ? ", %r" : "%r") + std::to_string(1 + i);
    CUmodule module = load(makeKernel(R"(
      mov.b32 %r1, 0; mov.b32 %r2, 0; mov.b32 %r3, 0; mov.b32 %r4, 0;
      mov.u32 %r10, shared;
      mad.lo.u32 %r11, %tid, 16, %r10;
      mad.wide.u32 %rd1, %tid, 16, %in;
      ld.global.v4.b32 {%r12, %r13, %r14, %r15}, [%rd1];
      st.shared.v4.b32 [%r11], {%r12, %r13, %r14, %r15};
      bar.sync 0;
      ldmatrix.sync.aligned.m8n8.)" + modifiers +
                                          " {" + registers +
                                          R"(}, [%r11];
      mad.wide.u32 %rd1, %tid, 16, %out;
      st.global.v4.b32 [%rd1], {%r1, %r2, %r3, %r4};)",
                                      ".shared .align 16 .b8 shared[512];"));
    CUdeviceptr in = upload(input), out = allocate(512);
    check(launch(getFunction(module, "test"), 1, 32, 0, in, out));
    return download<uint16_t>(out, 256);
  }
};

TEST_F(LoadMatrices, Rows) {
  for (int count : {1, 2, 4}) {
    std::vector<uint16_t> output =
        loadMatrices("x" + std::to_string(count) + ".shared.b16", count);
    for (int lane = 0; lane != 32; ++lane)
      for (int matrix = 0; matrix != 4; ++matrix)
        for (int half = 0; half != 2; ++half)
          EXPECT_EQ(output[8 * lane + 2 * matrix + half],
                    matrix < count
                        ? 100 * matrix + 10 * (lane / 4) + 2 * (lane % 4) + half
                        : 0);
  }
}

TEST_F(LoadMatrices, Columns) {
  std::vector<uint16_t> output = loadMatrices("x4.trans.shared.b16", 4);
  for (int lane = 0; lane != 32; ++lane)
    for (int matrix = 0; matrix != 4; ++matrix)
      for (int half = 0; half != 2; ++half)
        EXPECT_EQ(output[8 * lane + 2 * matrix + half],
                  100 * matrix + 10 * (2 * (lane % 4) + half) + lane / 4);
}

TEST_F(LoadMatrices, IncompleteWarp) {
  CUmodule module = load(makeKernel(R"(
      mov.u32 %r10, shared;
      ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%r1}, [%r10];)",
                                    ".shared .align 16 .b8 shared[128];"));
  CUdeviceptr none = 0;
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "divergence: needs the lanes",
              getFunction(module, "test"), 1, 31, 0, none, none);
}

/// A cp.async of 16 bytes for each lane, which reads some of them; then
/// `between`.
class AsyncCopies : public Matrices {
protected:
  CUfunction makeCopy(const std::string &between) {
    return getFunction(load(makeKernel(R"(
      mov.u32 %r10, shared;
      mad.lo.u32 %r11, %tid, 16, %r10;
      mad.wide.u32 %rd1, %tid, 16, %in;
      and.b32 %r12, %tid, 1;
      shl.b32 %r12, %r12, 3;
      cp.async.ca.shared.global [%r11], [%rd1], 16, %r12;
      cp.async.commit_group;
      )" + between + R"(
      ld.shared.v4.b32 {%r1, %r2, %r3, %r4}, [%r11];
      mad.wide.u32 %rd2, %tid, 16, %out;
      st.global.v4.b32 [%rd2], {%r1, %r2, %r3, %r4};)",
                                       ".shared .align 512 .b8 shared[512];")),
                       "test");
  }

  CUdeviceptr makeInput() {
    std::vector<uint32_t> input;
    for (uint32_t i = 0; i != 128; ++i)
      input.push_back(i + 1);
    return upload(input);
  }
};

TEST_F(AsyncCopies, FillWithZeros) {
  CUfunction copy = makeCopy("cp.async.wait_group 0;");
  CUdeviceptr in = makeInput(), out = allocate(512);
  check(launch(copy, 1, 32, 0, in, out));
  std::vector<uint32_t> output = download<uint32_t>(out, 128);
  for (uint32_t i = 0; i != 128; ++i)
    EXPECT_EQ(output[i], i / 4 % 2 && i % 4 < 2 ? i + 1 : 0);
}

TEST_F(AsyncCopies, MayNotBeReadBeforeTheyAreAwaited) {
  CUfunction copy = makeCopy("bar.sync 0;");
  CUdeviceptr in = makeInput(), out = allocate(512);
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "has yet to deliver", copy, 1, 32, 0,
              in, out);
}

TEST_F(AsyncCopies, MayNotBeOverwrittenBeforeTheyAreAwaited) {
  CUfunction copy = makeCopy("st.shared.b32 [%r11], %r12;");
  CUdeviceptr in = makeInput(), out = allocate(512);
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "has yet to deliver", copy, 1, 32, 0,
              in, out);
}

TEST_F(AsyncCopies, AreSeenByOthersAfterABarrierOnly) {
  CUfunction copy = makeCopy("cp.async.wait_all; xor.b32 %r11, %r11, 256;");
  CUdeviceptr in = makeInput(), out = allocate(512);
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "race: ", copy, 1, 32, 0, in, out);
}

TEST_F(AsyncCopies, ReadTheirSourceLate) {
  // The source is overwritten after the copy has started. That is a race, which
  // is only noticed if the copy is late.
  CUfunction copy = makeCopy("mov.b32 %r13, 77; add.u64 %rd1, %rd1, 0; "
                             "bar.warp.sync -1; st.global.b32 [%rd1], %r13; "
                             "cp.async.wait_all;");
  CUdeviceptr in = makeInput(), out = allocate(512);
  check(launch(copy, 1, 32, 0, in, out));
  EXPECT_EQ(download<uint32_t>(out, 128)[4], 77u);
}

TEST_F(AsyncCopies, AreChecked) {
  CUfunction copy = makeCopy("cp.async.wait_all;");
  CUdeviceptr in = allocate(512), out = allocate(512);
  expectFault(CUDA_ERROR_LAUNCH_FAILED, "which nobody has written", copy, 1, 32,
              0, in, out);
  start();
  copy = makeCopy("cp.async.wait_all;");
  in = makeInput() + 4;
  out = allocate(512);
  expectFault(CUDA_ERROR_MISALIGNED_ADDRESS, "is not aligned", copy, 1, 32, 0,
              in, out);
}

} // namespace
