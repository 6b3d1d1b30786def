//===- Profile.cpp - The time spent in each kernel ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Profile.h"
#include "runtime/Bench.h"

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
                            const Limits &limits, uint64_t steps,
                            double seconds) {
  double total = 0, ofSteps = 0;
  for (size_t i = 0; i < times.size(); ++i) {
    total += times[i].seconds;
    if (model.kernels[i].entry == std::string("train_step"))
      ofSteps += times[i].seconds;
  }
  if (total == 0)
    return "profile: this program has no kernels to time (compiled with "
           "-O0?)\n";

  std::string text = fmt::format(
      "{:<32}{:>10}{:>12}{:>10}{:>9}{:>9}{:>10}{:>8}\n", "kernel", "launches",
      "ms/launch", "at least", "reached", "share", "GFLOP/s", "GB/s");
  for (size_t i = 0; i < times.size(); ++i) {
    if (times[i].launches == 0)
      continue;
    const VibKernel &kernel = model.kernels[i];
    double each = times[i].seconds / double(times[i].launches);
    double bound = boundOf(kernel, limits, each);
    text += fmt::format("{:<32}{:>10}{:>12.4f}{:>10.4f}{:>7.1f} %{:>7.1f} %"
                        "{:>10.1f}{:>8.1f}\n",
                        fmt::format("{}/{}", kernel.entry, kernel.name),
                        times[i].launches, each * 1e3, bound * 1e3,
                        100 * bound / each, 100 * times[i].seconds / total,
                        kernel.flops / each / 1e9, kernel.bytes / each / 1e9);
  }
  text += fmt::format(
      "launches: how often the kernel ran; a launch is one run of it, on as "
      "many threads as it has work for.\n"
      "at least: the ms that a launch takes at {:.0f} GFLOP/s and {:.1f} GB/s, "
      "the highest rates that these threads reached, in a kernel or in a "
      "separate measurement. A small kernel, whose data may be in a faster "
      "cache, can take less; then its own time is printed.\n",
      limits.flops / 1e9, limits.bytes / 1e9);
  if (steps > 0)
    text += fmt::format("{:.3f} ms/step, of which the kernels of train_step "
                        "take {:.3f}\n",
                        seconds / double(steps) * 1e3,
                        ofSteps / double(steps) * 1e3);
  return text;
}

} // namespace vib::runtime
