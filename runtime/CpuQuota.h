//===- CpuQuota.h - How much of the processors may be used ------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CPUQUOTA_H
#define VIB_RUNTIME_CPUQUOTA_H

#include <optional>
#include <string>

namespace vib::runtime {

/// The processor time per second that the control groups of this process allow,
/// in processors (1.5: one and a half), or nothing if they set no limit. A
/// container started with `--cpus=1.5` may run on every processor, but is
/// paused when it has used that much time. `root` is the directory that
/// contains /proc and /sys.
std::optional<double> cpuQuota(const std::string &root = "");

} // namespace vib::runtime

#endif // VIB_RUNTIME_CPUQUOTA_H
