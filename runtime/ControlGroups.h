//===- ControlGroups.h - Where the limits of a process are ------*- C++ -*-===//
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

/// The directories of the control groups whose limits hold for this process:
/// its own group of the controller ("cpu", "memory") and those above it, of
/// either version. Not all of them need exist: a container may not see the
/// groups that it is in. `root` is where /proc and /sys are looked for.
std::vector<std::string> controlGroups(const std::string &controller,
                                       const std::string &root);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CONTROLGROUPS_H
