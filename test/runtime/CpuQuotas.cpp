//===- CpuQuotas.cpp - Limits of control groups ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CpuQuota.h"
#include "test/runtime/Samples.h"

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

TEST(CpuQuotas, TheLeastLimitOnTheWayToTheRootCounts) {
  TemporaryDirectory root;
  root.put("proc/self/cgroup", "0::/user/box\n");
  root.put("sys/fs/cgroup/user/box/cpu.max", "max 100000\n");
  EXPECT_FALSE(cpuQuota(root.path()));
  root.put("sys/fs/cgroup/user/cpu.max", "150000 100000\n");
  EXPECT_EQ(cpuQuota(root.path()), 1.5);
  root.put("sys/fs/cgroup/user/box/cpu.max", "400000 100000\n");
  EXPECT_EQ(cpuQuota(root.path()), 1.5);
  // A container sees its own group as the root.
  root.put("proc/self/cgroup", "0::/\n");
  root.put("sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(cpuQuota(root.path()), 0.5);
}

TEST(CpuQuotas, TheFirstVersionIsUnderstoodToo) {
  TemporaryDirectory root;
  root.put("proc/self/cgroup", "4:memory:/a\n3:cpu,cpuacct:/a\n");
  std::string group = "sys/fs/cgroup/cpu,cpuacct/a/";
  root.put(group + "cpu.cfs_quota_us", "-1\n");
  root.put(group + "cpu.cfs_period_us", "100000\n");
  EXPECT_FALSE(cpuQuota(root.path()));
  root.put(group + "cpu.cfs_quota_us", "200000\n");
  EXPECT_EQ(cpuQuota(root.path()), 2);
}

TEST(CpuQuotas, NoControlGroupsAreNoLimit) {
  TemporaryDirectory root;
  EXPECT_FALSE(cpuQuota(root.path()));
  root.put("proc/self/cgroup", "nonsense\n0::\n");
  root.put("sys/fs/cgroup/cpu.max", "nonsense");
  EXPECT_FALSE(cpuQuota(root.path()));
}

} // namespace
