//===- MemoryLimits.cpp - How much memory may be used ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/AvailableMemory.h"
#include "test/runtime/Samples.h"

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

void expectLeft(const TemporaryDirectory &root, uint64_t left,
                const std::string &who) {
  std::optional<MemoryLimit> limit = availableMemory(root.path());
  ASSERT_TRUE(limit);
  EXPECT_EQ(limit->left, left);
  EXPECT_NE(limit->who.find(who), std::string::npos) << limit->who;
}

TEST(MemoryLimits, WhatTheMachineHasIsALimit) {
  TemporaryDirectory root;
  EXPECT_FALSE(availableMemory(root.path()));
  root.put("proc/meminfo", "MemTotal:       4000 kB\nMemFree: 1 kB\n"
                           "MemAvailable:   3000 kB\nSwapFree:   500 kB\n");
  expectLeft(root, 3500 * 1024, "the machine has");
}

TEST(MemoryLimits, TheLeastLimitOfTheControlGroupsCounts) {
  TemporaryDirectory root;
  root.put("proc/meminfo", "MemAvailable:   3000 kB\n");
  root.put("proc/self/cgroup", "0::/user/box\n");
  root.put("sys/fs/cgroup/user/box/memory.max", "max\n");
  expectLeft(root, 3000 * 1024, "the machine has");
  root.put("sys/fs/cgroup/user/memory.max", "1000000\n");
  root.put("sys/fs/cgroup/user/memory.current", "700000\n");
  expectLeft(root, 300000, "sys/fs/cgroup/user has");
  // The kernel gives up copies of files before it ends a process.
  root.put("sys/fs/cgroup/user/memory.stat",
           "anon 1\ninactive_anon 5\nactive_file 150000\n"
           "inactive_file 50000\n");
  expectLeft(root, 500000, "sys/fs/cgroup/user has");
  root.put("sys/fs/cgroup/user/box/memory.max", "100000\n");
  root.put("sys/fs/cgroup/user/box/memory.current", "200000\n");
  expectLeft(root, 0, "sys/fs/cgroup/user/box has");
}

TEST(MemoryLimits, SwapCountsAsFarAsAGroupMayUseIt) {
  TemporaryDirectory root;
  root.put("proc/meminfo", "MemAvailable:   9000 kB\nSwapFree:   500 kB\n");
  root.put("proc/self/cgroup", "0::/\n");
  root.put("sys/fs/cgroup/memory.max", "1000000\n");
  expectLeft(root, 1000000 + 500 * 1024, "sys/fs/cgroup");
  root.put("sys/fs/cgroup/memory.swap.max", "70000\n");
  root.put("sys/fs/cgroup/memory.swap.current", "50000\n");
  expectLeft(root, 1020000, "sys/fs/cgroup");
}

TEST(MemoryLimits, TheFirstVersionIsUnderstoodToo) {
  TemporaryDirectory root;
  root.put("proc/self/cgroup", "4:cpu:/a\n3:memory:/a\n");
  std::string group = "sys/fs/cgroup/memory/a/memory.";
  root.put(group + "limit_in_bytes", "1000000\n");
  root.put(group + "usage_in_bytes", "600000\n");
  root.put(group + "stat", "inactive_file 7\ntotal_inactive_file 200000\n");
  expectLeft(root, 600000, "sys/fs/cgroup/memory/a has");
}

TEST(MemoryLimits, WhatDoesNotFitIsNamed) {
  requireMemory(1 << 20, "a file");
  EXPECT_ERROR(requireMemory(INT64_C(1) << 60, "a file"),
               "a file: out of memory: 1152921504.6 GB are needed, and ");
}

} // namespace
