//===- KernelRuns.h - Run the kernels in Inputs -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function runs a kernel on inputs for which the result is known exactly:
// small integers, whose products and sums are exact in every precision. So any
// order of summation is correct, and any difference is an error.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_KERNELRUNS_H
#define VIB_TEST_CUDADRIVER_KERNELRUNS_H

#include "test/cuda-driver/TestDriver.h"

namespace vib::cuda {

struct Outcome {
  CUresult result = CUDA_SUCCESS;
  std::string said; ///< The output on stderr.
  size_t wrong = 0; ///< The number of wrong elements.

  bool isRight() const { return result == CUDA_SUCCESS && wrong == 0; }
};

class KernelTest : public CudaTest {
public:
  // Each loads a text and runs the kernel in it that has the function's name.
  Outcome vectorAdd(const std::string &ptx);
  Outcome reduceSum(const std::string &ptx);
  Outcome histogram(const std::string &ptx);
  Outcome gemmTiled(const std::string &ptx);
  Outcome gemmRegisters(const std::string &ptx);
  Outcome gemmBf16(const std::string &ptx);
  Outcome gemmTf32(const std::string &ptx);

private:
  template <typename T, typename... Args>
  Outcome run(CUfunction function, std::array<unsigned, 2> blocks,
              std::array<unsigned, 2> threads, unsigned sharedBytes,
              CUdeviceptr output, const std::vector<T> &expected, Args... args);
  template <typename T>
  Outcome gemm(const std::string &ptx, const std::string &name, int m, int n,
               int k, std::array<unsigned, 2> tile,
               std::array<unsigned, 2> threads, unsigned sharedBytes);
};

// The elements of A, of B and of their product.
int elementA(int row, int k);
int elementB(int k, int column);
float elementC(int row, int column, int depth);

uint16_t toBf16(int value);
uint16_t toF16(int value);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_KERNELRUNS_H
