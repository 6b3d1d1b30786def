//===- Bench.cpp - The time of a step -------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A timed step does the work of a training step: it gathers the batch from
// permuted rows, scales it and trains on it. The peak of a GPU is not measured,
// so no share of it is printed.
//
//===----------------------------------------------------------------------===//

#include "runtime/Bench.h"
#include "runtime/Console.h"
#include "runtime/CpuSession.h"
#include "runtime/CudaSession.h"
#include "runtime/Initialize.h"
#include "runtime/Json.h"
#include "runtime/Profile.h"
#include "runtime/Report.h"
#include "runtime/Schedule.h"
#include "runtime/Shuffle.h"
#include "runtime/Signals.h"
#include "runtime/Synthetic.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>

namespace vib::runtime {

namespace {

struct Times {
  std::vector<double> samples; ///< Milliseconds per step, sorted.
  size_t together;             ///< A sample is the mean of so many steps.
  uint64_t warmUp;

  size_t steps() const { return samples.size() * together; }
  double quantile(double part) const {
    return samples[size_t(part * double(samples.size() - 1) + 0.5)];
  }
  double median() const { return quantile(0.5); }
};

/// Times `wanted` steps, or as many as take `secondsToSpend`. A session that
/// launches several steps at once measures them together, and they make one
/// sample; if fewer are wanted, each is launched alone. Such a session has two
/// graphs to build, so that twice as many steps are needed to warm up.
Times timeSteps(Session &session, const HyperParameters &values,
                std::optional<uint64_t> wanted) {
  constexpr double secondsToSpend = 3;
  size_t together = session.stepsAtOnce();
  if (wanted && *wanted < together)
    together = 1;
  Times times;
  times.together = together;
  times.warmUp = std::max<uint64_t>(3, 2 * together);
  double spent = 0;
  uint64_t asked = 0, done = 0;
  auto enough = [&] {
    return wanted ? times.steps() >= *wanted
                  : times.steps() >= 1000 ||
                        (times.samples.size() >= 10 && spent > secondsToSpend);
  };
  auto take = [&](const StepSums &sums) {
    // All steps of a sample report the same time.
    uint64_t number = done++;
    if (number < times.warmUp || number % together != 0 || enough())
      return;
    times.samples.push_back(sums.seconds * 1e3);
    spent += sums.seconds * double(together);
  };
  std::vector<VibStep> next(together);
  while (!enough() && !(wanted && asked >= times.warmUp + *wanted)) {
    throwIfInterrupted();
    for (VibStep &step : next)
      step = makeSyntheticStep(session.model, values, asked++);
    session.train(next.data(), next.size(), take);
  }
  session.finishSteps(take);
  std::sort(times.samples.begin(), times.samples.end());
  return times;
}

/// A session with random weights and data, ready to train.
template <typename SessionType> struct Bench {
  template <typename... Arguments>
  Bench(const VibModel &model, const Options &options, Arguments... arguments)
      : values{options.seed.value_or(model.seed), model.rate, model.beta},
        session(model, arguments...), state(model),
        split(makeSyntheticSplit(model, values.seed)) {
    initializeWeights(model, values.seed, state.weights.data());
    session.setState(state);
    shuffleRows(values.seed, 0, split.rows(), order);
    session.setTrainingOrder(session.addRows(split.inputs, &split.labels),
                             order);
  }

  Times time(std::optional<uint64_t> steps) {
    return timeSteps(session, values, steps);
  }
  /// Profiles half a second of steps. They are not the timed ones, because
  /// profiling reads the clock at every kernel.
  void profile(const Times &times) {
    session.startProfile();
    time(uint64_t(std::clamp(500 / times.median(), 3.0, 1e4)));
  }

  HyperParameters values;
  SessionType session;
  State state;
  Split split;
  std::vector<uint32_t> order;
};

/// The figures that all targets have in common.
nlohmann::ordered_json toJson(const Times &times) {
  return {{"ms_per_step", times.median()},
          {"ms_per_step_p10", times.quantile(0.1)},
          {"ms_per_step_p90", times.quantile(0.9)},
          {"steps", times.steps()},
          {"warm_up_steps", times.warmUp}};
}

std::string describe(const Times &times) {
  // At least three significant digits.
  double median = times.median();
  int decimals = median >= 100 ? 0 : median >= 10 ? 1 : median >= 1 ? 2 : 4;
  return fmt::format("{0:.{3}f} ms/step ({1:.{3}f}-{2:.{3}f})", median,
                     times.quantile(0.1), times.quantile(0.9), decimals);
}

int benchOnGpu(const VibModel &model, const Options &options) {
  Bench<CudaSession> bench(model, options, options.device);
  Times times = bench.time(options.steps);
  bench.profile(times);
  const CudaKernels &kernels = bench.session.getKernels();

  double flops = workOf(model, "train_step").flops;
  double rate = flops / times.median() * 1e3;
  if (options.json) {
    nlohmann::ordered_json json = toJson(times);
    json["device"] = bench.session.describeDevice();
    json["steps_per_sample"] = times.together;
    json["batch"] = model.batch;
    json["rows_per_second"] = double(model.batch) / times.median() * 1e3;
    json["flops_per_step"] = flops;
    json["gflops"] = rate / 1e9;
    json["launches"] = nlohmann::ordered_json::array();
    for (uint32_t i = 0; i < model.gpu->num_launches; ++i) {
      const VibLaunch &launch = model.gpu->launches[i];
      Work work = workOf(model, launch);
      if (double seconds = kernels.secondsOf(i))
        json["launches"].push_back({{"function", launch.function},
                                    {"ms", seconds * 1e3},
                                    {"flops", work.flops},
                                    {"bytes", work.bytes}});
    }
    printText(dumpJson(json) + "\n");
    return 0;
  }
  std::string line = describe(times);
  if (flops > 0)
    line += fmt::format(", {} GFLOP/s", digits(rate / 1e9));
  printText(line + "\n");
  if (options.quiet)
    return 0;
  std::string samples = times.together == 1
                            ? fmt::format("{} steps", times.steps())
                            : fmt::format("the means of {} graphs of {} steps",
                                          times.samples.size(), times.together);
  printText(fmt::format(
      "Median of {} of {} rows on {}, with the 10th and the 90th "
      "percentile, by the GPU's clock, after {} steps to warm up.\n",
      samples, model.batch, bench.session.describeDevice(), times.warmUp));
  printText(kernels.describeProfile(0, 0));
  return 0;
}

} // namespace

int runBench(const VibModel &model, const Options &options) {
  if (model.gpu)
    return benchOnGpu(model, options);
  Bench<CpuSession> bench(model, options, options.threads);
  ThreadPool &pool = bench.session.pool;

  bench.session.measureLimits();
  Times times = bench.time(options.steps);
  bench.profile(times);
  std::vector<ThreadPool::KernelTime> profile = pool.profile();
  Limits limits = bench.session.profiledLimits();

  double launch = measureLaunch(pool);

  double flops = workOf(model, "train_step").flops;
  double rate = flops / times.median() * 1e3;
  double peak = limits.flops = std::max(limits.flops, rate);
  if (options.json) {
    nlohmann::ordered_json json = toJson(times);
    json["threads"] = pool.threads();
    json["batch"] = model.batch;
    json["rows_per_second"] = double(model.batch) / times.median() * 1e3;
    json["flops_per_step"] = flops;
    json["gflops"] = rate / 1e9;
    json["peak_gflops"] = peak / 1e9;
    json["percent_of_peak"] = 100 * rate / peak;
    json["gbytes_per_second"] = limits.bytes / 1e9;
    json["us_per_launch"] = launch * 1e6;
    json["kernels"] = nlohmann::ordered_json::array();
    for (uint32_t i = 0; i < model.num_kernels; ++i) {
      if (profile[i].launches == 0)
        continue;
      const VibKernel &kernel = model.kernels[i];
      double each = profile[i].seconds / double(profile[i].launches);
      json["kernels"].push_back(
          {{"name", kernel.name},
           {"entry", kernel.entry},
           {"ms", each * 1e3},
           {"ms_at_least", boundOf(kernel, limits, each) * 1e3},
           {"flops", kernel.flops},
           {"bytes", kernel.bytes}});
    }
    printText(dumpJson(json) + "\n");
    return 0;
  }
  std::string line = describe(times);
  if (flops > 0)
    line += fmt::format(", {:.1f} % of {:.0f} GFLOP/s", 100 * rate / peak,
                        peak / 1e9);
  printText(line + "\n");
  if (options.quiet)
    return 0;
  printText(fmt::format(
      "Median of {} steps of {} rows on {} thread{}, with the 10th and "
      "the 90th percentile, after {} steps to warm up.\n"
      "The GFLOP/s are the most that fused multiply-adds{} reached on "
      "these threads. An empty launch takes {:.2f} us: to have the threads "
      "run a kernel and to wait for them, without work in it.\n",
      times.steps(), model.batch, pool.threads(),
      pool.threads() == 1 ? "" : "s", times.warmUp,
      model.operands == VIB_BF16 ? " of bf16" : "", launch * 1e6));
  printText(describeProfile(model, profile, limits, 0, 0));
  return 0;
}

} // namespace vib::runtime
