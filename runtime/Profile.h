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

namespace vib::runtime {

/// FLOPs and bytes of all kernels of an entry point.
struct Work {
  double flops = 0;
  double bytes = 0;
};
Work workOf(const VibModel &model, const std::string &entry);

/// The table of `train --profile`: milliseconds a launch, share of the time,
/// and what that is in FLOPs and bytes a second, for the kernels that ran.
/// `steps` updates took `seconds`, of which the kernels explain a part.
std::string describeProfile(const VibModel &model, const ThreadPool &pool,
                            uint64_t steps, double seconds);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PROFILE_H
