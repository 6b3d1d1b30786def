//===- TestKernels.cpp - Kernels compiled by nvcc and MLIR ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/KernelRuns.h"

#include <cmath>

using namespace vib::cuda;

namespace {

/// The parameter is the seed of the schedule.
class Kernels : public KernelTest, public testing::WithParamInterface<int> {
protected:
  Kernels() { setOption("SEED", std::to_string(GetParam())); }

  void expectRight(const Outcome &outcome) {
    EXPECT_EQ(outcome.result, CUDA_SUCCESS) << outcome.said;
    EXPECT_EQ(outcome.wrong, 0u);
  }

  const std::string ptx = readFile("Inputs/kernels.ptx");
};

INSTANTIATE_TEST_SUITE_P(Seeds, Kernels, testing::Values(0, 1, 2, 3));

TEST_P(Kernels, VectorAdd) { expectRight(vectorAdd(ptx)); }
TEST_P(Kernels, ReductionByShuffles) { expectRight(reduceSum(ptx)); }
TEST_P(Kernels, HistogramByAtomics) { expectRight(histogram(ptx)); }
TEST_P(Kernels, GemmInSharedTiles) { expectRight(gemmTiled(ptx)); }
TEST_P(Kernels, GemmInRegisters) { expectRight(gemmRegisters(ptx)); }
TEST_P(Kernels, GemmOfBf16) { expectRight(gemmBf16(ptx)); }
TEST_P(Kernels, GemmOfTf32) { expectRight(gemmTf32(ptx)); }

TEST_P(Kernels, MathFunctions) {
  int n = 200;
  std::vector<float> input;
  for (int i = 0; i != n; ++i)
    input.push_back((i - 100) * 0.07f);
  CUfunction function = getFunction(load(ptx), "mathFunctions");
  CUdeviceptr in = upload(input), out = allocate(8 * n * 4);
  check(launch(function, 4, 64, 0, in, out, n));
  std::vector<float> output = download<float>(out, 8 * n);
  for (int i = 0; i != n; ++i) {
    double x = input[i];
    double expected[] = {std::exp(x),
                         std::log(std::fabs(input[i]) + 0.5f),
                         std::tanh(x),
                         std::erf(x),
                         std::sin(x),
                         1 / (1 + x * x),
                         std::sqrt(std::fabs(x)),
                         std::exp(x)};
    for (int k = 0; k != 8; ++k)
      EXPECT_NEAR(output[k * n + i], expected[k],
                  3e-7 * std::fabs(expected[k]) + 2e-7)
          << "function " << k << " of " << x;
  }
}

TEST_P(Kernels, LocalArraysAndSwitches) {
  int n = 64;
  std::vector<int32_t> input;
  for (int i = 0; i != n; ++i)
    input.push_back(i * 7919 % 1000);
  CUfunction function = getFunction(load(ptx), "localArray");
  CUdeviceptr in = upload(input), out = allocate(4 * n);
  check(launch(function, 2, 32, 0, in, out, n));
  std::vector<int32_t> output = download<int32_t>(out, n);
  for (int i = 0; i != n; ++i) {
    uint32_t stack[16], sum = 0;
    for (int k = 0; k != 16; ++k)
      stack[k] = k * k;
    for (int k = 0; k != n; ++k) {
      uint32_t v = input[(i + k) % n];
      switch (v & 7) {
      case 0:
        sum += stack[v & 15];
        break;
      case 1:
        stack[(v >> 3) & 15] = sum;
        break;
      case 2:
        sum ^= v;
        break;
      case 3:
        sum = sum * 3 + 1;
        break;
      case 4:
        sum -= stack[(sum >> 2) & 15];
        break;
      case 5:
        sum = __builtin_popcount(sum) + k;
        break;
      default:
        sum += v;
      }
    }
    EXPECT_EQ(uint32_t(output[i]), sum) << i;
  }
}

//===----------------------------------------------------------------------===//
// From MLIR
//===----------------------------------------------------------------------===//

/// A memref as arguments of a kernel: the pointer twice, offset, sizes,
/// strides.
struct Matrix {
  CUdeviceptr allocated, aligned;
  int64_t offset = 0, sizes[2], strides[2];

  Matrix(CUdeviceptr address, int64_t rows, int64_t columns)
      : allocated(address), aligned(address), sizes{rows, columns},
        strides{columns, 1} {}

  void addTo(std::vector<void *> &arguments) {
    for (void *argument :
         {static_cast<void *>(&allocated), static_cast<void *>(&aligned),
          static_cast<void *>(&offset), static_cast<void *>(&sizes[0]),
          static_cast<void *>(&sizes[1]), static_cast<void *>(&strides[0]),
          static_cast<void *>(&strides[1])})
      arguments.push_back(argument);
  }
};

class MlirKernels : public Kernels {
protected:
  /// The PTX that mlir.mlir has just generated, or else the stored PTX.
  static std::string text() {
    const char *made = std::getenv("VIB_MLIR_PTX");
    return readFile(made ? made : "Inputs/mlir.ptx");
  }

  CUresult launchOn(CUfunction function, std::vector<void *> &arguments,
                    unsigned blocks, unsigned threads) {
    CUresult result = cuLaunchKernel(function, blocks, 1, 1, threads, 1, 1, 0,
                                     nullptr, arguments.data(), nullptr);
    return result == CUDA_SUCCESS ? cuCtxSynchronize() : result;
  }

  /// Multiplies 16 x depth by depth x 8, and counts the wrong elements.
  template <typename T>
  Outcome multiply(const std::string &ptx, const std::string &name, int depth,
                   T (*convert)(int)) {
    start();
    std::vector<T> a, b;
    for (int i = 0; i != 16 * depth; ++i)
      a.push_back(convert(elementA(i / depth, i % depth)));
    for (int i = 0; i != depth * 8; ++i)
      b.push_back(convert(elementB(i / 8, i % 8)));
    CUdeviceptr out = allocate(16 * 8 * 4);
    Matrix ma(upload(a), 16, depth), mb(upload(b), depth, 8), mc(out, 16, 8);
    std::vector<void *> arguments;
    ma.addTo(arguments);
    mb.addTo(arguments);
    mc.addTo(arguments);
    CUfunction function = getFunction(load(ptx), name);
    Outcome outcome;
    testing::internal::CaptureStderr();
    outcome.result = launchOn(function, arguments, 1, 32);
    outcome.said = testing::internal::GetCapturedStderr();
    if (outcome.result != CUDA_SUCCESS)
      return outcome;
    std::vector<float> c = download<float>(out, 16 * 8);
    for (int i = 0; i != 16 * 8; ++i)
      outcome.wrong += c[i] != elementC(i / 8, i % 8, depth);
    return outcome;
  }
};

INSTANTIATE_TEST_SUITE_P(Seeds, MlirKernels, testing::Values(0, 5));

TEST_P(MlirKernels, CopyLoadAndMultiplyF16) {
  expectRight(multiply<uint16_t>(text(), "matmul_f16", 16, toF16));
}

TEST_P(MlirKernels, MultiplyTf32) {
  expectRight(multiply<float>(text(), "matmul_tf32", 8,
                              [](int v) { return float(v); }));
}

TEST_P(MlirKernels, FaultsAreCaught) {
  auto run = [&](const std::string &from, const std::string &to) {
    return multiply<uint16_t>(replaced(text(), from, to), "matmul_f16", 16,
                              toF16);
  };
  Outcome noWait = run("cp.async.wait_group \t0;", "");
  EXPECT_NE(noWait.said.find("has yet to deliver"), std::string::npos);
  Outcome noBarrier = run("bar.sync \t0;", "");
  EXPECT_NE(noBarrier.said.find("race: reads"), std::string::npos);
  EXPECT_GT(run("x2.trans.shared", "x2.shared").wrong, 0u);
  EXPECT_GT(run("x4.shared", "x4.trans.shared").wrong, 0u);
}

TEST_P(MlirKernels, VectorsAndShuffles) {
  int threads = 64, blocks = 2, n = threads * blocks;
  std::vector<float> x, y;
  for (int i = 0; i != 4 * n; ++i) {
    x.push_back(i % 9 - 4);
    y.push_back(i % 5);
  }
  float a = 3;
  CUdeviceptr px = upload(x), py = upload(y), sums = allocate(4 * n);
  int64_t zero = 0, one = 1, size = 4 * n, size4 = n;
  std::vector<void *> arguments = {&a,    &px,   &px,    &zero, &size, &one,
                                   &py,   &py,   &zero,  &size, &one,  &sums,
                                   &sums, &zero, &size4, &one};
  check(
      launchOn(getFunction(load(text()), "axpy"), arguments, blocks, threads));
  std::vector<float> result = download<float>(py, 4 * n);
  std::vector<float> total = download<float>(sums, n);
  for (int warp = 0; warp != n / 32; ++warp) {
    float sum = 0;
    for (int i = 128 * warp; i != 128 * (warp + 1); ++i) {
      EXPECT_EQ(result[i], a * x[i] + y[i]);
      sum += a * x[i] + y[i];
    }
    for (int lane = 0; lane != 32; ++lane)
      EXPECT_EQ(total[32 * warp + lane], sum);
  }
}

} // namespace
