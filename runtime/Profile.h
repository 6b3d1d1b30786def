//===- Profile.h - The time spent in each kernel ----------------*- C++ -*-===//
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
/// FLOPs and bytes of the kernels of a launch.
Work workOf(const VibModel &model, const VibLaunch &launch);

/// The highest FLOPs and bytes per second that were observed on this machine. A
/// single measurement may be too low, because another process or a change of
/// the processor's clock slowed it down. Therefore the limits are measured
/// several times while the kernels are timed, and the kernels' own speed counts
/// as an observation, too.
struct Limits {
  double flops = 0;
  double bytes = 0; ///< In memory of the size of the model's blocks and arena.

  /// Raises each value to that of `other` if it is larger.
  void raise(const Limits &other);
  /// Raises the FLOPs to those that kernels have reached. It does not raise the
  /// bytes, because the data of a small kernel may be in a faster cache.
  void raise(const VibModel &model,
             const std::vector<ThreadPool::KernelTime> &times);
};
Limits measureLimits(ThreadPool &pool, const VibModel &model);

/// A lower bound of the seconds that a launch of the kernel takes with these
/// limits. It is at most `seconds`, the measured time.
double boundOf(const VibKernel &kernel, const Limits &limits, double seconds);

/// The table of `train --profile` and `bench` for the kernels that ran: the
/// time of a run and its lower bound, the share of the total time, and FLOPs
/// and bytes per second. `meaning` is a sentence that explains the times.
std::string describeProfile(const VibModel &model,
                            const std::vector<ThreadPool::KernelTime> &times,
                            const Limits &limits, const std::string &meaning);

/// Compares the kernels of train_step with the `seconds` that `steps` updates
/// took.
std::string describeSteps(const VibModel &model,
                          const std::vector<ThreadPool::KernelTime> &times,
                          uint64_t steps, double seconds);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROFILE_H
