//===- AvailableMemory.cpp - The memory that is available -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/AvailableMemory.h"
#include "runtime/ControlGroups.h"
#include "runtime/Error.h"

#include <pthread.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>

namespace vib::runtime {

namespace {

/// Reads the number in a file. Nothing if the file contains "max" instead.
std::optional<uint64_t> readNumber(const std::string &path) {
  std::ifstream file(path);
  uint64_t value;
  return file >> value ? std::optional(value) : std::nullopt;
}

/// Reads the number after a key in a file of lines "KEY NUMBER".
std::optional<uint64_t> readKey(const std::string &path,
                                const std::string &key) {
  std::ifstream file(path);
  std::string word;
  for (std::string line; file >> word; std::getline(file, line)) {
    uint64_t value;
    if (word == key)
      return file >> value ? std::optional(value) : std::nullopt;
  }
  return std::nullopt;
}

uint64_t without(uint64_t from, uint64_t part) {
  return from > part ? from - part : 0;
}

/// What a limit of the process leaves beside the pages that it uses. Nothing
/// where there is no limit.
template <typename Resource>
std::optional<uint64_t> leftOf(Resource resource, uint64_t pages) noexcept {
  rlimit limit;
  if (getrlimit(resource, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY)
    return std::nullopt;
  return without(limit.rlim_cur, pages * uint64_t(sysconf(_SC_PAGESIZE)));
}

class Limits {
public:
  explicit Limits(const std::string &root) : root(root) {
    addMachine();
    addControlGroups();
    addProcess();
  }

  std::optional<MemoryLimit> least;

private:
  void add(uint64_t left, const std::string &who) {
    if (!least || left < least->left)
      least = MemoryLimit{left, who};
  }

  void addMachine() {
    std::string path = root + "/proc/meminfo";
    constexpr uint64_t unit = 1024;
    swap = readKey(path, "SwapFree:").value_or(0) * unit;
    if (std::optional<uint64_t> available = readKey(path, "MemAvailable:"))
      add(*available * unit + swap, "the machine has");
  }

  void addControlGroups() {
    for (const std::string &group : controlGroups("memory", root)) {
      std::optional<uint64_t> limit = readNumber(group + "/memory.max");
      uint64_t used = readNumber(group + "/memory.current").value_or(0);
      std::string prefix;
      uint64_t groupSwap = swap;
      if (std::optional<uint64_t> most = readNumber(group + "/memory.swap.max"))
        groupSwap = std::min(
            swap,
            without(*most,
                    readNumber(group + "/memory.swap.current").value_or(0)));
      if (!limit) {
        limit = readNumber(group + "/memory.limit_in_bytes");
        used = readNumber(group + "/memory.usage_in_bytes").value_or(0);
        prefix = "total_";
      }
      if (!limit)
        continue;
      // The kernel drops cached files before it kills a process.
      std::string stat = group + "/memory.stat";
      uint64_t cached = 0;
      for (const char *key : {"active_file", "inactive_file"})
        cached += readKey(stat, prefix + key).value_or(0);
      add(without(*limit, without(used, cached)) + groupSwap,
          fmt::format("the control group {} has", group));
    }
  }

  void addProcess() {
    std::ifstream file(root + "/proc/self/statm");
    uint64_t size, resident, shared, text, library, data;
    if (!(file >> size >> resident >> shared >> text >> library >> data))
      return;
    if (std::optional<uint64_t> left = leftOf(RLIMIT_AS, size))
      add(*left, "the process's address space (ulimit -v) has");
    if (std::optional<uint64_t> left = leftOf(RLIMIT_DATA, data))
      add(*left, "the process's data (ulimit -d) have");
  }

  const std::string &root;
  uint64_t swap = 0; ///< Free swap space in bytes.
};

} // namespace

std::optional<MemoryLimit> availableMemory(const std::string &root) {
  return Limits(root).least;
}

int threadsThatFit(int threads) {
  pthread_attr_t attributes;
  size_t stack = 0;
  std::ifstream file("/proc/self/statm");
  uint64_t used;
  if (!leftOf(RLIMIT_AS, 0) || !(file >> used) ||
      pthread_getattr_default_np(&attributes) != 0)
    return threads;
  pthread_attr_getstacksize(&attributes, &stack);
  pthread_attr_destroy(&attributes);
  uint64_t left = leftOf(RLIMIT_AS, used).value_or(0);
  // The calling thread already has a stack.
  uint64_t most = 1 + left / 4 / std::max<uint64_t>(stack, 1);
  return int(std::min<int64_t>(threads, int64_t(most)));
}

void requireMemory(uint64_t bytes, const std::string &what) {
  // Reading all these files takes as long as filling some megabytes.
  constexpr uint64_t few = 16 << 20;
  if (bytes < few)
    return;
  std::optional<MemoryLimit> limit = availableMemory();
  if (limit && bytes > limit->left)
    fail("{}: out of memory: {} are needed, and {} {} left", what,
         formatBytes(bytes), limit->who, formatBytes(limit->left));
}

const char *describeBadAlloc() noexcept {
  if (leftOf(RLIMIT_AS, 0))
    return "out of memory: the limit of the process's address space (ulimit "
           "-v) is too low";
  if (leftOf(RLIMIT_DATA, 0))
    return "out of memory: the limit of the process's data (ulimit -d) is too "
           "low";
  return "out of memory";
}

} // namespace vib::runtime
