//===- Grid.h - Run a launch ------------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_GRID_H
#define VIB_TEST_CUDADRIVER_GRID_H

#include "test/cuda-driver/Block.h"
#include "test/cuda-driver/Fault.h"

namespace vib::cuda {

/// The instructions that a launch has executed.
struct LaunchCost {
  uint64_t blocks = 0;
  uint64_t instructions = 0;       ///< Executed by warps.
  uint64_t threadInstructions = 0; ///< Executed by active lanes.
};

/// Runs the blocks one after the other, in a random order determined by the
/// seed, or in their own order for 0. Throws a Fault that says where it
/// happened.
LaunchCost runLaunch(const Launch &launch, DeviceMemory &memory,
                     uint64_t launchNumber, uint64_t seed);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_GRID_H
