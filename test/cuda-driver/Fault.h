//===- Fault.h - An error in a kernel ---------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_FAULT_H
#define VIB_TEST_CUDADRIVER_FAULT_H

#include "test/cuda-driver/Cuda.h"

#include <stdexcept>
#include <string>

namespace vib::cuda {

/// An error of an instruction. The launch adds where it happened.
class Fault : public std::runtime_error {
public:
  /// `lane` is the lane to name in the message; -1 if there are several.
  Fault(CUresult result, int lane, const std::string &reason)
      : runtime_error(reason), result(result), lane(lane) {}

  CUresult result;
  int lane;
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_FAULT_H
