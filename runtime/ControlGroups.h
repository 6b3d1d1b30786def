//===- ControlGroups.h - The control groups of a process --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CONTROLGROUPS_H
#define VIB_RUNTIME_CONTROLGROUPS_H

#include <string>
#include <vector>

namespace vib::runtime {

/// The directories of the control groups whose limits apply to this process:
/// its own group of the controller ("cpu", "memory") and those above it, in
/// version 1 or 2. Some of them may not exist, because a container may not see
/// all of its groups. `root` is the directory that contains /proc and /sys.
std::vector<std::string> controlGroups(const std::string &controller,
                                       const std::string &root);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CONTROLGROUPS_H
