//===- TestDriver.h - What the tests share ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_TESTDRIVER_H
#define VIB_TEST_CUDADRIVER_TESTDRIVER_H

#include "test/cuda-driver/Cuda.h"

#include "gtest/gtest.h"

#include <array>
#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

namespace vib::cuda {

/// Fails the test unless the call succeeds.
inline void check(CUresult result) {
  const char *name = nullptr;
  cuGetErrorName(result, &name);
  ASSERT_EQ(result, CUDA_SUCCESS) << (name ? name : "unknown error");
}

/// Reads a text file in test/cuda-driver, or with an absolute path.
std::string readFile(const std::string &name);

/// Replaces the only `from` in `text`; fails the test unless there is exactly
/// one.
std::string replaced(const std::string &text, const std::string &from,
                     const std::string &to);
/// The same for the first `from` after `anchor`.
std::string replacedAfter(const std::string &text, const std::string &anchor,
                          const std::string &from, const std::string &to);

/// A kernel `test(.u64 input, .u64 output)` around some instructions. They find
/// the addresses in %in and %out and the number of the thread in %tid, and can
/// use registers %r, %rd, %f, %fd, %rs and %p.
std::string makeKernel(const std::string &body,
                       const std::string &declarations = "");

/// A test with a context of its own.
class CudaTest : public testing::Test {
protected:
  ~CudaTest() override;

  /// Sets VIB_CUDA_<name>, which takes effect at the next `start`.
  void setOption(const std::string &name, const std::string &value);
  /// Resets the stand-in. The first use starts it implicitly.
  void start();

  CUmodule load(const std::string &ptx);
  CUresult tryLoad(const std::string &ptx, std::string &log);
  CUfunction getFunction(CUmodule module, const std::string &name);

  CUdeviceptr allocate(size_t bytes);
  template <typename T> CUdeviceptr upload(const std::vector<T> &values) {
    CUdeviceptr address = allocate(values.size() * sizeof(T));
    check(cuMemcpyHtoDAsync_v2(address, values.data(),
                               values.size() * sizeof(T), nullptr));
    return address;
  }
  template <typename T>
  std::vector<T> download(CUdeviceptr address, size_t count) {
    std::vector<T> values(count);
    check(cuMemcpyDtoHAsync_v2(values.data(), address, count * sizeof(T),
                               nullptr));
    return values;
  }

  /// Launches a kernel and waits for it.
  template <typename... Args>
  CUresult launch(CUfunction function, unsigned blocks, unsigned threads,
                  unsigned sharedBytes, Args... args) {
    return launch3(function, {blocks, 1}, {threads, 1}, sharedBytes, args...);
  }
  template <typename... Args>
  CUresult launch3(CUfunction function, std::array<unsigned, 2> blocks,
                   std::array<unsigned, 2> threads, unsigned sharedBytes,
                   Args... args) {
    void *parameters[] = {&args...};
    CUresult result = cuLaunchKernel(function, blocks[0], blocks[1], 1,
                                     threads[0], threads[1], 1, sharedBytes,
                                     nullptr, parameters, nullptr);
    return result == CUDA_SUCCESS ? cuCtxSynchronize() : result;
  }

  /// Runs makeKernel(body) with one warp on 32 inputs, or on several for each
  /// lane, and returns its outputs.
  template <typename Out, typename In>
  std::vector<Out> runBody(const std::string &body,
                           const std::vector<In> &input, size_t outputs = 32,
                           unsigned threads = 32) {
    CUmodule module = load(makeKernel(body));
    CUdeviceptr in = upload(input), out = allocate(outputs * sizeof(Out));
    EXPECT_EQ(launch(getFunction(module, "test"), 1, threads, 0, in, out),
              CUDA_SUCCESS);
    return download<Out>(out, outputs);
  }

  /// Expects the launch to fail with an error and a message that contains a
  /// text.
  template <typename... Args>
  void expectFault(CUresult expected, const std::string &text,
                   CUfunction function, unsigned blocks, unsigned threads,
                   unsigned sharedBytes, Args... args) {
    testing::internal::CaptureStderr();
    CUresult result = launch(function, blocks, threads, sharedBytes, args...);
    std::string said = testing::internal::GetCapturedStderr();
    EXPECT_EQ(result, expected) << said;
    EXPECT_NE(said.find(text), std::string::npos) << said;
  }

private:
  std::vector<std::string> options;
  bool isStarted = false;
};

inline uint32_t bitsOf(float value) {
  uint32_t bits;
  std::memcpy(&bits, &value, 4);
  return bits;
}
inline float floatOf(uint32_t bits) {
  float value;
  std::memcpy(&value, &bits, 4);
  return value;
}

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_TESTDRIVER_H
