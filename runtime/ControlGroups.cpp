//===- ControlGroups.cpp - The control groups of a process ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The lines of /proc/self/cgroup are "NUMBER:CONTROLLERS:PATH". Version 2 has
// one line, in which CONTROLLERS is empty. Version 1 has a hierarchy for each
// controller or pair of controllers, which is mounted under their names.
//
//===----------------------------------------------------------------------===//

#include "runtime/ControlGroups.h"

#include <algorithm>
#include <fstream>
#include <sstream>

namespace vib::runtime {

/// The words of a comma-separated list.
static std::vector<std::string> splitList(const std::string &text) {
  std::vector<std::string> words;
  std::stringstream stream(text);
  for (std::string word; std::getline(stream, word, ',');)
    words.push_back(word);
  return words;
}

std::vector<std::string> controlGroups(const std::string &controller,
                                       const std::string &root) {
  std::vector<std::string> directories;
  std::ifstream file(root + "/proc/self/cgroup");
  for (std::string line; std::getline(file, line);) {
    size_t first = line.find(':');
    size_t second = line.find(':', first + 1);
    if (first == std::string::npos || second == std::string::npos)
      continue;
    std::string controllers = line.substr(first + 1, second - first - 1);
    std::string mount = root + "/sys/fs/cgroup";
    if (!controllers.empty()) {
      std::vector<std::string> names = splitList(controllers);
      if (std::find(names.begin(), names.end(), controller) == names.end())
        continue;
      mount += "/" + controllers;
    }
    std::string path = line.substr(second + 1);
    while (true) {
      directories.push_back(mount + path);
      size_t slash = path.rfind('/');
      if (slash == std::string::npos)
        break;
      path.resize(slash);
    }
  }
  return directories;
}

} // namespace vib::runtime
