//===- KernelRuns.cpp - Run the kernels in Inputs -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/KernelRuns.h"

#include <cmath>

using namespace vib::cuda;

int vib::cuda::elementA(int row, int k) { return (3 * row + 5 * k) % 7 - 3; }
int vib::cuda::elementB(int k, int column) {
  return (2 * k + 3 * column + k * column % 3) % 5 - 2;
}

float vib::cuda::elementC(int row, int column, int depth) {
  int sum = 0;
  for (int k = 0; k != depth; ++k)
    sum += elementA(row, k) * elementB(k, column);
  return sum;
}

uint16_t vib::cuda::toBf16(int value) { return bitsOf(float(value)) >> 16; }

uint16_t vib::cuda::toF16(int value) {
  int magnitude = std::abs(value), exponent = 0;
  if (value == 0)
    return 0;
  while (magnitude >> (exponent + 1))
    ++exponent;
  uint16_t fraction = (magnitude << (10 - exponent)) & 0x3FF;
  return (value < 0 ? 0x8000 : 0) | (15 + exponent) << 10 | fraction;
}

namespace {

template <typename T> T fromInt(int value) { return static_cast<T>(value); }
template <> uint16_t fromInt(int value) { return toBf16(value); }

} // namespace

template <typename T, typename... Args>
Outcome KernelTest::run(CUfunction function, std::array<unsigned, 2> blocks,
                        std::array<unsigned, 2> threads, unsigned sharedBytes,
                        CUdeviceptr output, const std::vector<T> &expected,
                        Args... args) {
  Outcome outcome;
  testing::internal::CaptureStderr();
  outcome.result = launch3(function, blocks, threads, sharedBytes, args...);
  outcome.said = testing::internal::GetCapturedStderr();
  if (outcome.result != CUDA_SUCCESS)
    return outcome;
  std::vector<T> values = download<T>(output, expected.size());
  for (size_t i = 0; i != expected.size(); ++i)
    outcome.wrong += !(values[i] == expected[i]);
  return outcome;
}

Outcome KernelTest::vectorAdd(const std::string &ptx) {
  start();
  int n = 1000;
  std::vector<float> a, b, expected;
  for (int i = 0; i != n; ++i) {
    a.push_back(i % 37);
    b.push_back(100 * (i % 11));
    expected.push_back(i % 37 + 100 * (i % 11));
  }
  CUdeviceptr pa = upload(a), pb = upload(b), out = allocate(4 * n);
  return run(getFunction(load(ptx), "vectorAdd"), {8, 1}, {128, 1}, 0, out,
             expected, pa, pb, out, n);
}

Outcome KernelTest::reduceSum(const std::string &ptx) {
  start();
  int n = 1500, blocks = 3, threads = 256;
  std::vector<float> input, expected(blocks);
  for (int i = 0; i != n; ++i) {
    input.push_back(i % 37 - 11);
    expected[i / threads % blocks] += i % 37 - 11;
  }
  CUdeviceptr in = upload(input), out = allocate(4 * blocks);
  return run(getFunction(load(ptx), "reduceSum"), {unsigned(blocks), 1},
             {unsigned(threads), 1}, 0, out, expected, in, out, n);
}

Outcome KernelTest::histogram(const std::string &ptx) {
  start();
  int n = 1000;
  std::vector<uint32_t> input, expected(64);
  for (int i = 0; i != n; ++i) {
    input.push_back(i * i);
    ++expected[i * i % 64];
  }
  CUdeviceptr in = upload(input), out = upload(std::vector<uint32_t>(64));
  return run(getFunction(load(ptx), "histogram"), {3, 1}, {128, 1}, 0, out,
             expected, in, out, n);
}

template <typename T>
Outcome KernelTest::gemm(const std::string &ptx, const std::string &name, int m,
                         int n, int k, std::array<unsigned, 2> tile,
                         std::array<unsigned, 2> threads,
                         unsigned sharedBytes) {
  start();
  std::vector<T> a, b;
  for (int i = 0; i != m * k; ++i)
    a.push_back(fromInt<T>(elementA(i / k, i % k)));
  for (int i = 0; i != k * n; ++i)
    b.push_back(fromInt<T>(elementB(i / n, i % n)));
  std::vector<float> expected;
  for (int i = 0; i != m * n; ++i)
    expected.push_back(elementC(i / n, i % n, k));
  CUdeviceptr pa = upload(a), pb = upload(b), out = allocate(4 * m * n);
  return run(getFunction(load(ptx), name),
             {(n + tile[0] - 1) / tile[0], (m + tile[1] - 1) / tile[1]},
             threads, sharedBytes, out, expected, pa, pb, out, m, n, k);
}

// Shapes that no tile divides, if the kernel allows them.

Outcome KernelTest::gemmTiled(const std::string &ptx) {
  return gemm<float>(ptx, "gemmTiled", 37, 50, 45, {16, 16}, {16, 16}, 0);
}

Outcome KernelTest::gemmRegisters(const std::string &ptx) {
  return gemm<float>(ptx, "gemmRegisters", 128, 64, 48, {64, 64}, {256, 1}, 0);
}

Outcome KernelTest::gemmBf16(const std::string &ptx) {
  return gemm<uint16_t>(ptx, "gemmBf16", 70, 88, 72, {64, 64}, {128, 1},
                        2 * 2 * (64 * 40 + 32 * 72));
}

Outcome KernelTest::gemmTf32(const std::string &ptx) {
  return gemm<float>(ptx, "gemmTf32", 41, 36, 28, {32, 32}, {128, 1}, 0);
}
