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

/// The most that the machine was seen to do in a second. No measurement is the
/// limit itself: another process, or the clock of the processor, may slow down
/// a measurement and leave the kernels alone. So limits are measured more than
/// once, beside the kernels, and what a kernel reaches counts as well.
struct Limits {
  double flops = 0;
  double bytes = 0; ///< Where the model's weights, moments and arena lie.

  /// Takes the larger of each.
  void raise(const Limits &other);
  /// Takes the FLOPs that kernels have reached. Not the bytes: those of a small
  /// kernel come from a nearer cache than the model's.
  void raise(const VibModel &model,
             const std::vector<ThreadPool::KernelTime> &times);
};
Limits measureLimits(ThreadPool &pool, const VibModel &model);

/// The seconds that a kernel takes at least, by these limits; it took
/// `seconds`, which is no less than that.
double boundOf(const VibKernel &kernel, const Limits &limits, double seconds);

/// The table of `train --profile` and `bench`, for the kernels that ran:
/// milliseconds a launch beside the least that it could take, the share of the
/// time, and FLOPs and bytes a second. `steps` updates took `seconds`, of which
/// the kernels explain a part; with 0 steps nothing is said of that.
std::string describeProfile(const VibModel &model,
                            const std::vector<ThreadPool::KernelTime> &times,
                            const Limits &limits, uint64_t steps,
                            double seconds);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROFILE_H
