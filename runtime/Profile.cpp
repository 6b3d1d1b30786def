//===- Profile.cpp - The time spent in each kernel ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Profile.h"
#include "runtime/Bench.h"
#include "runtime/Error.h"
#include "runtime/Layout.h"
#include "runtime/Report.h"

#include <fmt/format.h>

#include <algorithm>

namespace vib::runtime {

Work workOf(const VibModel &model, const std::string &entry) {
  Work work;
  for (uint32_t i = 0; i < model.num_kernels; ++i) {
    if (entry != model.kernels[i].entry)
      continue;
    work.flops += model.kernels[i].flops;
    work.bytes += model.kernels[i].bytes;
  }
  return work;
}

Work workOf(const VibModel &model, const VibLaunch &launch) {
  Work work;
  const VibKernel *kernels = model.kernels + launch.first_kernel;
  for (uint32_t i = 0; i < launch.num_kernels; ++i) {
    work.flops += kernels[i].flops;
    work.bytes += kernels[i].bytes;
  }
  return work;
}

Limits measureLimits(ThreadPool &pool, const VibModel &model) {
  // This is larger than any cache; still more memory would not be slower.
  constexpr uint64_t enough = 64 << 20;
  uint64_t size = model.block_bytes * (1 + model.moments + model.averaged) +
                  model.arena_bytes;
  return {measurePeak(pool, model.operands),
          measureBandwidth(pool, std::min(size, enough))};
}

void Limits::raise(const Limits &other) {
  flops = std::max(flops, other.flops);
  bytes = std::max(bytes, other.bytes);
}

void Limits::raise(const VibModel &model,
                   const std::vector<ThreadPool::KernelTime> &times) {
  for (size_t i = 0; i < times.size(); ++i)
    if (times[i].launches > 0 && times[i].seconds > 0)
      flops = std::max(flops, model.kernels[i].flops *
                                  double(times[i].launches) / times[i].seconds);
}

double boundOf(const VibKernel &kernel, const Limits &limits, double seconds) {
  double bound =
      std::max(kernel.flops / limits.flops, kernel.bytes / limits.bytes);
  return std::min(bound, seconds);
}

std::string describeProfile(const VibModel &model,
                            const std::vector<ThreadPool::KernelTime> &times,
                            const Limits &limits, const std::string &meaning) {
  double total = 0;
  for (const ThreadPool::KernelTime &time : times)
    total += time.seconds;
  if (total == 0)
    return "profile: this program has no kernels to time (compiled with "
           "-O0?)\n";

  Table table(
      {"kernel", "time", "at least", "reached", "share", "GFLOP/s", "GB/s"});
  std::string title;
  for (uint32_t i = 0; i < times.size(); ++i) {
    const VibKernel &kernel = model.kernels[i];
    const ThreadPool::KernelTime &time = times[i];
    if (time.launches == 0)
      continue;
    std::string its = fmt::format("{}, {}", kernel.entry,
                                  counted(int64_t(time.launches), "run"));
    if (its != title)
      table.addTitle(title = its);
    double each = time.seconds / double(time.launches);
    double bound = boundOf(kernel, limits, each);
    table.addRow(kernel.name,
                 {duration(each), duration(bound),
                  fmt::format("{:.1f} %", 100 * bound / each),
                  fmt::format("{:.1f} %", 100 * time.seconds / total),
                  fmt::format("{:.1f}", kernel.flops / each / 1e9),
                  fmt::format("{:.1f}", kernel.bytes / each / 1e9)});
  }
  return table.print() +
         wrap(fmt::format(
             "runs: how often the function ran, and with it each of its "
             "kernels.\n"
             "time: {}\n"
             "at least: the time of a run at {:.0f} GFLOP/s and {:.1f} GB/s, "
             "the highest rates that these threads reached, in a kernel or in "
             "a separate measurement. A small kernel, whose data may be in a "
             "faster cache, can take less; then its own time is printed.\n"
             "reached: this bound as a part of the time.\n",
             meaning, limits.flops / 1e9, limits.bytes / 1e9));
}

std::string describeSteps(const VibModel &model,
                          const std::vector<ThreadPool::KernelTime> &times,
                          uint64_t steps, double seconds) {
  double kernels = 0;
  for (size_t i = 0; i < times.size(); ++i)
    if (model.kernels[i].entry == std::string("train_step"))
      kernels += times[i].seconds;
  return fmt::format("{}/step, of which the kernels of train_step take {}\n",
                     duration(seconds / double(steps)),
                     duration(kernels / double(steps)));
}

} // namespace vib::runtime
