//===- Bench.cpp - The time of a step -------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A step is timed as training does it: the batch is gathered from permuted
// rows, scaled and trained on.
//
//===----------------------------------------------------------------------===//

#include "runtime/Bench.h"
#include "runtime/CpuSession.h"
#include "runtime/Initialize.h"
#include "runtime/Profile.h"
#include "runtime/Schedule.h"
#include "runtime/Shuffle.h"
#include "runtime/Signals.h"
#include "runtime/Synthetic.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>

namespace vib::runtime {

namespace {

/// Times of the steps in milliseconds, sorted.
std::vector<double> timeSteps(CpuSession &session,
                              const HyperParameters &values, uint64_t warmUp,
                              std::optional<uint64_t> steps) {
  constexpr double secondsToSpend = 3;
  const VibModel &model = session.model;
  std::vector<double> times;
  double spent = 0;
  for (uint64_t step = 0;; ++step) {
    throwIfInterrupted();
    auto begin = std::chrono::steady_clock::now();
    VibStep next = makeSyntheticStep(model, values, step);
    session.train(&next, 1, [](const StepSums &) {});
    std::chrono::duration<double> elapsed =
        std::chrono::steady_clock::now() - begin;
    if (step < warmUp)
      continue;
    times.push_back(elapsed.count() * 1e3);
    spent += elapsed.count();
    bool enough = steps ? times.size() >= *steps
                        : times.size() >= 1000 ||
                              (times.size() >= 10 && spent > secondsToSpend);
    if (enough)
      break;
  }
  std::sort(times.begin(), times.end());
  return times;
}

} // namespace

int runBench(const VibModel &model, const Options &options) {
  constexpr uint64_t warmUp = 3;
  HyperParameters values = {options.seed.value_or(model.seed), model.rate,
                            model.beta};
  CpuSession session(model, options.threads);
  State state(model);
  initializeWeights(model, values.seed, state.weights.data());
  session.setState(state);
  Split split = makeSyntheticSplit(model, values.seed);
  session.setTrainingOrder(session.addRows(split.inputs, &split.labels),
                           shuffledRows(values.seed, 0, split.rows()));

  // Measured again below: other work on the machine may disturb it.
  double peak = measurePeak(session.pool, model.operands);
  std::vector<double> times = timeSteps(session, values, warmUp, options.steps);
  auto quantile = [&](double part) {
    return times[size_t(part * double(times.size() - 1) + 0.5)];
  };
  double median = quantile(0.5), low = quantile(0.1), high = quantile(0.9);

  // Apart, as it takes the clock at every kernel: half a second of steps.
  session.pool.startProfile(model.num_kernels);
  uint64_t profiled = uint64_t(std::clamp(500 / median, 3.0, 1e4));
  timeSteps(session, values, 0, profiled);
  std::vector<ThreadPool::KernelTime> profile = session.pool.profile();
  Limits limits = measureLimits(session.pool, model);
  limits.flops = peak = std::max(peak, limits.flops);

  double launch = measureLaunch(session.pool);

  double flops = workOf(model, "train_step").flops;
  double rate = flops / median * 1e3;
  if (options.json) {
    nlohmann::ordered_json json = {
        {"ms_per_step", median},
        {"ms_per_step_p10", low},
        {"ms_per_step_p90", high},
        {"steps", times.size()},
        {"warm_up_steps", warmUp},
        {"threads", session.pool.threads()},
        {"batch", model.batch},
        {"rows_per_second", double(model.batch) / median * 1e3},
        {"flops_per_step", flops},
        {"gflops", rate / 1e9},
        {"peak_gflops", peak / 1e9},
        {"percent_of_peak", 100 * rate / peak},
        {"gbytes_per_second", limits.bytes / 1e9},
        {"us_per_launch", launch * 1e6},
        {"kernels", nlohmann::ordered_json::array()}};
    for (uint32_t i = 0; i < model.num_kernels; ++i) {
      if (profile[i].launches == 0)
        continue;
      const VibKernel &kernel = model.kernels[i];
      double each = profile[i].seconds / double(profile[i].launches);
      json["kernels"].push_back({{"name", kernel.name},
                                 {"entry", kernel.entry},
                                 {"ms", each * 1e3},
                                 {"ms_at_least", boundOf(kernel, limits) * 1e3},
                                 {"flops", kernel.flops},
                                 {"bytes", kernel.bytes}});
    }
    fmt::print("{}\n", json.dump());
    return 0;
  }
  // Three significant digits, as far as they are not before the point.
  int decimals = median >= 100 ? 0 : median >= 10 ? 1 : median >= 1 ? 2 : 4;
  std::string line = fmt::format("{0:.{3}f} ms/step ({1:.{3}f}-{2:.{3}f})",
                                 median, low, high, decimals);
  if (flops > 0)
    line += fmt::format(", {:.1f} % of {:.0f} GFLOP/s", 100 * rate / peak,
                        peak / 1e9);
  fmt::print("{}\n", line);
  if (options.quiet)
    return 0;
  fmt::print("median of {} steps of {} rows (10th to 90th percentile), "
             "{} thread{}, after {} to warm up; the peak is of fused "
             "multiply-adds{} on the same threads; a launch of no work takes "
             "{:.2f} us\n",
             times.size(), model.batch, session.pool.threads(),
             session.pool.threads() == 1 ? "" : "s", warmUp,
             model.operands == VIB_BF16 ? " of bf16" : "", launch * 1e6);
  fmt::print("{}", describeProfile(model, profile, limits, 0, 0));
  return 0;
}

} // namespace vib::runtime
