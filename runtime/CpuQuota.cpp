//===- CpuQuota.cpp - How much of the processors may be used --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A limit applies to a group and all groups below it, so the smallest limit on
// the path from the process's group to the root is the effective one. Version 2
// of control groups has "QUOTA PERIOD" or "max PERIOD" in cpu.max. Version 1
// has the two numbers in two files of the controller `cpu`, and a quota of -1
// means no limit.
//
//===----------------------------------------------------------------------===//

#include "runtime/CpuQuota.h"
#include "runtime/ControlGroups.h"

#include <algorithm>
#include <fstream>

namespace vib::runtime {

namespace {

/// The limit of one group.
std::optional<double> readQuota(const std::string &directory) {
  double quota = 0, period = 0;
  std::ifstream limit(directory + "/cpu.max");
  if (!limit) {
    limit.open(directory + "/cpu.cfs_quota_us");
    std::ifstream periodFile(directory + "/cpu.cfs_period_us");
    if (limit >> quota && periodFile >> period && quota > 0 && period > 0)
      return quota / period;
    return std::nullopt;
  }
  // "max" is not a number, so reading it fails.
  if (limit >> quota >> period && quota > 0 && period > 0)
    return quota / period;
  return std::nullopt;
}

} // namespace

std::optional<double> cpuQuota(const std::string &root) {
  std::optional<double> least;
  for (const std::string &directory : controlGroups("cpu", root))
    if (std::optional<double> quota = readQuota(directory))
      least = std::min(least.value_or(*quota), *quota);
  return least;
}

} // namespace vib::runtime
