//===- MockModel.h - A model written by hand --------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What vibc generates, in C++ and small: 4 inputs -> linear -> mu, rho of 2
// latents -> linear -> 3 classes (uint8 images of 2 x 2, Adam, average, f64) or
// 1 target (floats, SGD with momentum, no average, f32). The program around it
// can be tested without the compiler. For a GPU there are the same functions in
// the form of kernels, which the fake driver (FakeCuda.cpp) knows by name.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_RUNTIME_MOCKMODEL_H
#define VIB_TEST_RUNTIME_MOCKMODEL_H

#include "runtime/Abi.h"

#include <cstddef>
#include <vector>

namespace vib::runtime::test {

const VibModel &mockClassifier();
const VibModel &mockRegression();
/// The classifier with a loss that has no rate.
const VibModel &mockUnrated();
const VibModel &mockGpuClassifier();
const VibModel &mockGpuRegression();

struct MockKernel {
  const char *name;
  size_t arguments;
  /// As cuLaunchKernel has them: pointers to the arguments.
  void (*run)(void **arguments);
};
std::vector<MockKernel> mockKernels();

} // namespace vib::runtime::test

#endif // VIB_TEST_RUNTIME_MOCKMODEL_H
