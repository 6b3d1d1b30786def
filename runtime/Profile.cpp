//===- Profile.cpp - Where the time of the kernels goes -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Profile.h"

#include <fmt/format.h>

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

std::string describeProfile(const VibModel &model, const ThreadPool &pool,
                            uint64_t steps, double seconds) {
  double total = 0, ofSteps = 0;
  const std::vector<ThreadPool::KernelTime> &times = pool.profile();
  for (size_t i = 0; i < times.size(); ++i) {
    total += times[i].seconds;
    if (model.kernels[i].entry == std::string("train_step"))
      ofSteps += times[i].seconds;
  }
  if (total == 0)
    return "profile: this program has no kernels to time (compiled with "
           "-O0?)\n";

  std::string text =
      fmt::format("{:<32}{:>10}{:>12}{:>9}{:>10}{:>8}\n", "kernel", "launches",
                  "ms/launch", "share", "GFLOP/s", "GB/s");
  for (size_t i = 0; i < times.size(); ++i) {
    if (times[i].launches == 0)
      continue;
    const VibKernel &kernel = model.kernels[i];
    double each = times[i].seconds / double(times[i].launches);
    text += fmt::format("{:<32}{:>10}{:>12.4f}{:>7.1f} %{:>10.1f}{:>8.1f}\n",
                        fmt::format("{}/{}", kernel.entry, kernel.name),
                        times[i].launches, each * 1e3,
                        100 * times[i].seconds / total,
                        kernel.flops / each / 1e9, kernel.bytes / each / 1e9);
  }
  if (steps > 0)
    text += fmt::format("{:.3f} ms/step, of which the kernels of train_step "
                        "take {:.3f}\n",
                        seconds / double(steps) * 1e3,
                        ofSteps / double(steps) * 1e3);
  return text;
}

} // namespace vib::runtime
