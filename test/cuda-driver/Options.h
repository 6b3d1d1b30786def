//===- Options.h - Options from the environment -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_OPTIONS_H
#define VIB_TEST_CUDADRIVER_OPTIONS_H

#include "test/cuda-driver/Cuda.h"

#include <string>

namespace vib::cuda {

/// The README explains each variable.
struct Options {
  uint64_t seed = 0;
  int devices = 1;
  int capability = 80;
  size_t memory = size_t(16) << 30;
  int driverVersion = 13000;
  std::string failing; ///< The entry point that fails; empty for none.
  uint64_t failingCall = 1;
  CUresult failure = CUDA_ERROR_UNKNOWN;
  std::string statistics; ///< The file; empty for none.

  /// Reads the variables VIB_CUDA_*. Throws std::invalid_argument.
  static Options fromEnvironment();
};

/// The most shared memory that a block can request.
uint32_t maxSharedBytes(int capability);
/// The newest PTX that a driver version supports: 80 for PTX 8.0.
unsigned newestPtx(int driverVersion);

const char *nameOf(CUresult result);
const char *descriptionOf(CUresult result);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_OPTIONS_H
