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
// The steps are divided into rounds, each of which starts from the initial
// weights. A unit whose gradient has become 0 has moments that decay until they
// are denormal, and most CPUs are several times slower with these. On random
// labels that happens to many more units than in a real training.
//
//===----------------------------------------------------------------------===//

#include "runtime/Bench.h"
#include "runtime/Console.h"
#include "runtime/CpuSession.h"
#include "runtime/CudaSession.h"
#include "runtime/Error.h"
#include "runtime/Initialize.h"
#include "runtime/Json.h"
#include "runtime/Layout.h"
#include "runtime/Profile.h"
#include "runtime/Report.h"
#include "runtime/Schedule.h"
#include "runtime/Shuffle.h"
#include "runtime/Signals.h"
#include "runtime/Statistics.h"
#include "runtime/Synthetic.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cstring>

namespace vib::runtime {

namespace {

/// More steps would let moments that halve at every step become denormal.
constexpr uint64_t stepsPerRound = 50;

/// The processor's peak is measured at most so often between rounds.
constexpr size_t enoughPeaks = 5;

struct Times {
  std::vector<double> samples; ///< Seconds per step.
  size_t together;             ///< A sample is the mean of so many steps.
  uint64_t warmUp;             ///< Steps at the beginning of a round.
  uint64_t rounds = 0;
  double spent = 0; ///< Seconds.

  size_t steps() const { return samples.size() * together; }
  double quantile(double part) const {
    return samples[size_t(part * double(samples.size() - 1) + 0.5)];
  }
  double median() const { return quantile(0.5); }
};

/// A session with random data, ready to train. If fewer steps are wanted than
/// the session launches at once, each is launched alone. A session that
/// launches several has two graphs to build, so it needs twice as many steps to
/// warm up.
template <typename SessionType> struct Bench {
  static HyperParameters valuesFor(const VibModel &model,
                                   const Options &options) {
    HyperParameters values = HyperParameters::of(model);
    values.seed = options.seed.value_or(model.seed);
    return values;
  }

  template <typename... Arguments>
  Bench(const VibModel &model, const Options &options, Arguments... arguments)
      : values(valuesFor(model, options)), wanted(options.steps),
        session(model, arguments...), state(model),
        split(makeSyntheticSplit(model, values.seed)) {
    setStatistics(model, split.inputs, {}, state);
    std::vector<uint32_t> order;
    shuffleRows(values.seed, 0, split.rows(), order);
    session.setTrainingOrder(session.addRows(split.inputs, &split.labels),
                             std::move(order));
    together = session.stepsAtOnce();
    if (wanted && *wanted < together)
      together = 1;
    warmUp = std::max<uint64_t>(3, 2 * together);
  }

  /// Times the wanted steps, or as many as take `secondsToSpend`. Calls
  /// `afterRound` with the number of steps and the seconds of each round.
  template <typename AfterRound> Times time(AfterRound afterRound) {
    constexpr double secondsToSpend = 3;
    Times times;
    times.together = together;
    times.warmUp = warmUp;
    auto enough = [&] {
      return wanted ? times.steps() >= *wanted
                    : times.steps() >= 1000 || (times.samples.size() >= 10 &&
                                                times.spent > secondsToSpend);
    };
    while (!enough()) {
      size_t stepsBefore = times.steps();
      double secondsBefore = times.spent;
      beginRound();
      uint64_t reported = 0;
      run(
          [&](uint64_t asked) {
            return asked < stepsPerRound && !enough() &&
                   !(wanted && stepsBefore + asked >= *wanted);
          },
          [&](const StepSums &sums) {
            // All steps of a sample report the same time.
            if (reported++ % together != 0)
              return;
            times.samples.push_back(sums.seconds);
            times.spent += sums.seconds * double(together);
          });
      ++times.rounds;
      afterRound(times.steps() - stepsBefore, times.spent - secondsBefore);
    }
    std::sort(times.samples.begin(), times.samples.end());
    return times;
  }

  /// Restores the initial state, and warms up.
  void beginRound() {
    initializeWeights(session.model, values.seed, state.weights.data());
    for (Memory *block : {&state.moment1, &state.moment2, &state.average})
      if (block->data())
        memset(block->data(), 0, block->size());
    session.setState(state);
    step = 0;
    runSteps(warmUp);
  }
  void runSteps(uint64_t steps) {
    run([=](uint64_t asked) { return asked < steps; }, [](const StepSums &) {});
  }
  /// Runs steps while `goesOn`, which gets the number of those that were
  /// submitted.
  template <typename GoesOn>
  void run(GoesOn goesOn, const Session::StepDone &done) {
    std::vector<VibStep> next(together);
    for (uint64_t asked = 0; goesOn(asked); asked += together) {
      throwIfInterrupted();
      for (VibStep &each : next)
        each = makeSyntheticStep(session.model, values, step++);
      session.train(next.data(), next.size(), done);
    }
    session.finishSteps(done);
  }

  HyperParameters values;
  std::optional<uint64_t> wanted;
  SessionType session;
  State state;
  Split split;
  size_t together;
  uint64_t warmUp;
  uint64_t step = 0; ///< Steps since the initial state.
};

/// The times of the kernels. They are measured in rounds of their own, because
/// reading the clock at every kernel takes time. The time of a kernel is the
/// median of the rounds' means, so that a round in which the system interrupted
/// it does not count.
class KernelTimes {
public:
  explicit KernelTimes(Bench<CpuSession> &bench) : bench(bench) {}

  /// Measures a round after one of `steps` steps that took `seconds`, with as
  /// many steps or as take a fifth of a second.
  void measure(uint64_t steps, double seconds) {
    uint32_t kernels = bench.session.model.num_kernels;
    ThreadPool &pool = bench.session.pool;
    auto most = uint64_t(0.2 / (seconds / double(steps)));
    bench.beginRound();
    pool.startProfile(kernels);
    bench.runSteps(std::min(steps, std::max<uint64_t>(most, 3)));
    rounds.push_back(pool.profile());
    pool.startProfile(0);
  }

  std::vector<ThreadPool::KernelTime> medians() const {
    std::vector<ThreadPool::KernelTime> result = rounds.front();
    for (size_t i = 0; i < result.size(); ++i) {
      std::vector<double> means;
      result[i].launches = 0;
      for (const std::vector<ThreadPool::KernelTime> &round : rounds) {
        if (round[i].launches)
          means.push_back(round[i].seconds / double(round[i].launches));
        result[i].launches += round[i].launches;
      }
      if (means.empty())
        continue;
      auto middle = means.begin() + int64_t((means.size() - 1) / 2);
      std::nth_element(means.begin(), middle, means.end());
      result[i].seconds = *middle * double(result[i].launches);
    }
    return result;
  }

private:
  Bench<CpuSession> &bench;
  std::vector<std::vector<ThreadPool::KernelTime>> rounds;
};

/// The figures that all targets have in common.
nlohmann::ordered_json toJson(const Times &times) {
  return {{"ms_per_step", times.median() * 1e3},
          {"ms_per_step_p10", times.quantile(0.1) * 1e3},
          {"ms_per_step_p90", times.quantile(0.9) * 1e3},
          {"steps", times.steps()},
          {"warm_up_steps", times.warmUp}};
}

std::string describe(const Times &times) {
  return fmt::format("{}/step ({} to {})", duration(times.median()),
                     duration(times.quantile(0.1)),
                     duration(times.quantile(0.9)));
}

/// What the line of describe() is, on `device`.
std::string explain(const Times &times, const VibModel &model,
                    const std::string &device) {
  std::string samples =
      times.together == 1
          ? counted(int64_t(times.steps()), "step")
          : fmt::format("the means of {} of {} steps",
                        counted(int64_t(times.samples.size()), "graph"),
                        times.together);
  std::string text = fmt::format(
      "The median of {} of {} on {}, and the 10th and 90th percentiles. ",
      samples, counted(model.batch, "row"), device);
  if (times.rounds == 1)
    return text + fmt::format("They follow {} steps to warm up.", times.warmUp);
  return text +
         fmt::format("They were taken in {} rounds, each of which begins "
                     "with the initial weights and {} steps to warm up.",
                     times.rounds, times.warmUp);
}

int benchOnGpu(const VibModel &model, const Options &options) {
  Bench<CudaSession> bench(model, options, options.device);
  Times times = bench.time([](uint64_t, double) {});
  const CudaKernels &kernels = bench.session.getKernels();
  // Half a second of steps, at least as many as make a time.
  bench.beginRound();
  bench.session.startProfile();
  bench.runSteps(uint64_t(std::clamp(0.5 / times.median(), 3.0, 1e4)));

  double flops = workOf(model, "train_step").flops;
  double rate = flops / times.median();
  if (options.json) {
    nlohmann::ordered_json json = toJson(times);
    json["device"] = bench.session.describeDevice();
    json["steps_per_sample"] = times.together;
    json["batch"] = model.batch;
    json["rows_per_second"] = double(model.batch) / times.median();
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
  printText(wrap(explain(times, model, bench.session.describeDevice()) +
                 " By the GPU's clock.\n"));
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
  KernelTimes kernels(bench);
  const std::vector<double> &peaks = bench.session.measuredPeaks();
  Times times = bench.time([&](uint64_t steps, double seconds) {
    kernels.measure(steps, seconds);
    // On a busy machine a few measurements may all be disturbed.
    if (peaks.size() < enoughPeaks)
      bench.session.measureLimits();
  });
  std::vector<ThreadPool::KernelTime> profile = kernels.medians();
  Limits limits = bench.session.limitsWith(profile);

  double launch = measureLaunch(pool);

  double flops = workOf(model, "train_step").flops;
  double rate = flops / times.median();
  double peak = limits.flops = std::max(limits.flops, rate);
  if (options.json) {
    nlohmann::ordered_json json = toJson(times);
    json["threads"] = pool.threads();
    json["batch"] = model.batch;
    json["rows_per_second"] = double(model.batch) / times.median();
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
  auto [least, most] = std::minmax_element(peaks.begin(), peaks.end());
  printText(wrap(fmt::format(
      "{}\n"
      "In {}, fused multiply-adds{} on these threads reached {:.0f} to {:.0f} "
      "GFLOP/s. The highest rate that they or a kernel reached counts as the "
      "peak. On a machine that is always busy it is too low, and the "
      "percentage "
      "too high.\n",
      explain(times, model, bench.session.describeDevice()),
      counted(int64_t(peaks.size()), "measurement"),
      model.operands == VIB_BF16 ? " of bf16" : "", *least / 1e9,
      *most / 1e9)));
  if (pool.threads() > 1)
    printText(wrap(fmt::format(
        "To start all threads and to wait for them takes {}. A kernel that "
        "would give each thread less than {} of work runs on fewer threads.\n",
        duration(launch), duration(pool.leastWork()))));
  std::string mean = times.rounds == 1 ? "the mean of the runs."
                                       : "the median of the rounds' means.";
  printText(describeProfile(
      model, profile, limits,
      mean + " The runs are not those of the steps above, because reading the "
             "clock at every kernel takes time."));
  return 0;
}

} // namespace vib::runtime
