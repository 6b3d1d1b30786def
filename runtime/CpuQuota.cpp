//===- CpuQuota.cpp - How much of the processors may be used --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A limit holds for a group and all groups below it, so the least one on the
// way from the process's group to the root counts. Version 2 of control groups
// has "QUOTA PERIOD" or "max PERIOD" in cpu.max; version 1 has the two numbers
// in two files of the controller `cpu`, with a quota of -1 for no limit.
//
//===----------------------------------------------------------------------===//

#include "runtime/CpuQuota.h"

#include <algorithm>
#include <fstream>
#include <sstream>
#include <vector>

namespace vib::runtime {

namespace {

/// Where a hierarchy is mounted, and this process's group in it.
struct Group {
  std::string mount;
  std::string path; ///< "/a/b"; "/" is the root.
};

/// The words of a comma-separated list.
std::vector<std::string> splitList(const std::string &text) {
  std::vector<std::string> words;
  std::stringstream stream(text);
  for (std::string word; std::getline(stream, word, ',');)
    words.push_back(word);
  return words;
}

/// Lines are "NUMBER:CONTROLLERS:PATH"; version 2 has no controllers there.
std::vector<Group> findGroups(const std::string &root) {
  std::vector<Group> groups;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    size_t first = line.find(':');
    size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos)
      continue;
    std::string controllers = line.substr(first + 1, second - first - 1);
    std::string path = line.substr(second + 1);
    const std::string mounts = root + "/sys/fs/cgroup";
    std::vector<std::string> names = splitList(controllers);
    if (controllers.empty())
      groups.push_back({mounts, path});
    else if (std::find(names.begin(), names.end(), "cpu") != names.end())
      groups.push_back({mounts + "/" + controllers, path});
  }
  return groups;
}

/// The limit that one directory sets.
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
  // "max" is no number.
  if (limit >> quota >> period && quota > 0 && period > 0)
    return quota / period;
  return std::nullopt;
}

} // namespace

std::optional<double> cpuQuota(const std::string &root) {
  std::optional<double> least;
  for (const Group &group : findGroups(root)) {
    std::string path = group.path;
    while (true) {
      std::optional<double> quota = readQuota(group.mount + path);
      if (quota)
        least = std::min(least.value_or(*quota), *quota);
      size_t slash = path.rfind('/');
      if (slash == std::string::npos)
        break;
      path.resize(slash);
    }
  }
  return least;
}

} // namespace vib::runtime
