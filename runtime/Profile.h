//===- Profile.h - Where the time of the kernels goes -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PROFILE_H
#define VIB_RUNTIME_PROFILE_H

#include "runtime/Abi.h"
#include "runtime/ThreadPool.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vib::runtime {

/// FLOPs and bytes of all kernels of an entry point.
struct Work {
  double flops = 0;
  double bytes = 0;
};
Work workOf(const VibModel &model, const std::string &entry);
/// Those of the kernels of a launch.
Work workOf(const VibModel &model, const VibLaunch &launch);

/// What the machine does at most, a second.
struct Limits {
  double flops;
  double bytes; ///< Where the model's weights, moments and arena lie.
};
Limits measureLimits(ThreadPool &pool, const VibModel &model);

/// The seconds that a kernel takes at least.
double boundOf(const VibKernel &kernel, const Limits &limits);

/// The table of `train --profile` and `bench`: milliseconds a launch beside the
/// least it could take, share of the time, and what that is in FLOPs and bytes
/// a second, for the kernels that ran. `steps` updates took `seconds`, of which
/// the kernels explain a part; 0 steps say nothing of that.
std::string describeProfile(const VibModel &model,
                            const std::vector<ThreadPool::KernelTime> &times,
                            const Limits &limits, uint64_t steps,
                            double seconds);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROFILE_H
