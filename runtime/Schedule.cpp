//===- Schedule.cpp - Schedules and the values of a step ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

/// The part of `length` epochs that has passed, in [0, 1]. A length of 0 has
/// always passed.
static double annealed(double epoch, double length) {
  return length > 0 ? std::min(1.0, epoch / length) : 1.0;
}

/// How many times `length` epochs have passed. A decay with a length of 0 never
/// takes place.
static double elapsed(double epoch, double length) {
  return length > 0 ? epoch / length : 0.0;
}

double scheduledValue(const VibSchedule &schedule, double base, double epoch) {
  if (epoch < schedule.warmup_epochs)
    return base * (epoch / schedule.warmup_epochs);
  epoch -= std::max(0.0, schedule.warmup_epochs);

  double factor = schedule.factor, length = schedule.epochs;
  switch (schedule.kind) {
  case VIB_STAIRCASE:
    // 0.3 / 0.1 is a little less than 3. Because of the epsilon, a step at the
    // exact start of a stair has its value. It is far less than an update.
    return base * std::pow(factor, std::floor(elapsed(epoch, length) + 1e-9));
  case VIB_EXPONENTIAL:
    return base * std::pow(factor, elapsed(epoch, length));
  case VIB_COSINE: {
    double wave = 0.5 * (1 + std::cos(M_PI * annealed(epoch, length)));
    return base * (factor + (1 - factor) * wave);
  }
  case VIB_LINEAR:
    return base * (factor + (1 - factor) * annealed(epoch, length));
  case VIB_GEOMETRIC:
    return base * std::pow(factor, 1 - annealed(epoch, length));
  default:
    return base;
  }
}

bool varies(const VibSchedule &schedule) {
  return schedule.warmup_epochs > 0 ||
         (schedule.kind != VIB_CONSTANT && schedule.epochs > 0 &&
          schedule.factor != 1);
}

/// The epoch after which the value is constant. For a decay without an end, the
/// end of the warm-up.
static double settledAt(const VibSchedule &schedule) {
  bool ends = schedule.kind == VIB_COSINE || schedule.kind == VIB_LINEAR ||
              schedule.kind == VIB_GEOMETRIC;
  return std::max(0.0, schedule.warmup_epochs) +
         (ends ? std::max(0.0, schedule.epochs) : 0.0);
}

std::string describeCourse(const VibSchedule &schedule, double base,
                           uint64_t first, uint64_t last,
                           uint64_t stepsPerEpoch) {
  if (!varies(schedule) || base == 0 || first >= last)
    return fmt::format("{:.4g}", base);
  auto epochOf = [&](uint64_t step) {
    return double(step) / double(stepsPerEpoch);
  };
  auto valueAt = [&](double epoch) {
    return scheduledValue(schedule, base, epoch);
  };
  auto after = [&](double epoch) {
    return fmt::format("{:.4g} after {:.4g} epoch{}", valueAt(epoch), epoch,
                       epoch == 1 ? "" : "s");
  };
  double start = valueAt(epochOf(first)), end = valueAt(epochOf(last - 1));
  double warmUp = schedule.warmup_epochs, settled = settledAt(schedule);
  std::string from = fmt::format("{:.4g}", start),
              to = fmt::format("{:.4g}", end);
  bool turns = schedule.kind != VIB_CONSTANT && epochOf(first) < warmUp &&
               warmUp < epochOf(last - 1);
  bool decays =
      schedule.kind == VIB_STAIRCASE || schedule.kind == VIB_EXPONENTIAL;
  bool isSettled = !decays && settled <= epochOf(last - 1);
  std::string text = fmt::format(
      "from {} to {}{}", from, turns ? after(warmUp) + ", then to " : "",
      isSettled ? after(settled) : to + " at the end of this run");
  if (!turns && from == to)
    text = from + " throughout this run";
  // The next point of the schedule that this run does not reach.
  double missed = epochOf(last) < warmUp    ? warmUp
                  : epochOf(last) < settled ? settled
                                            : 0;
  if (missed > 0)
    text += fmt::format(" (the model's schedule reaches {})", after(missed));
  return text;
}

VibStep makeTrainStep(const VibModel &model, const HyperParameters &values,
                      uint64_t step, int64_t stepsPerEpoch) {
  double epoch = double(step) / double(stepsPerEpoch);
  double update = double(step) + 1;

  VibStep result = {};
  result.seed = values.seed;
  result.step = step;
  result.beta = scheduledValue(model.beta_schedule, values.beta, epoch);
  result.rate = scheduledValue(model.rate_schedule, values.rate, epoch);
  result.rate1 = result.rate;
  result.scale2 = 1;
  if (model.optimizer != VIB_SGD) {
    result.rate1 = result.rate / (1 - std::pow(model.beta1, update));
    result.scale2 = 1 / std::sqrt(1 - std::pow(model.beta2, update));
  }
  if (model.averaged)
    result.average =
        (1 - model.average_decay) / (1 - std::pow(model.average_decay, update));
  result.decay = result.rate * model.weight_decay;
  return result;
}

} // namespace vib::runtime

extern "C" void vib_make_step(const VibModel *model, uint64_t step,
                              int64_t steps_per_epoch, VibStep *values) {
  *values = vib::runtime::makeTrainStep(
      *model, {model->seed, model->rate, model->beta}, step, steps_per_epoch);
  values->rows = int32_t(model->batch);
}
