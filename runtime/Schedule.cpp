//===- Schedule.cpp - Schedules and the values of a step ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Schedule.h"
#include "runtime/ModelLists.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace vib::runtime {

/// How many times `length` epochs have passed. A decay with a length of 0 never
/// takes place.
static double elapsed(double epoch, double length) {
  return length > 0 ? epoch / length : 0.0;
}

/// 0.3 / 0.1 is a little less than 3. Because of this, a step at the exact
/// start of a stair or a cycle has its value. It is far less than an update.
constexpr double startOfStep = 1e-9;

/// The part of the cycle of a ramp that has passed, in [0, 1].
static double progressOf(const VibSchedule &schedule, double epoch) {
  if (epoch < 0)
    return 0;
  double done = schedule.epochs > 0 ? epoch / schedule.epochs : schedule.cycles;
  if (schedule.cycles <= 1)
    return std::min(1.0, done);
  if (done + startOfStep >= schedule.cycles)
    return 1;
  return std::max(0.0, done - std::floor(done + startOfStep));
}

namespace {
/// The ends of a ramp, as factors of `unit`: the base value if both are
/// relative to it.
struct Ends {
  Ends(const VibSchedule &schedule, double base) {
    bool isRelative = schedule.from.relative && schedule.to.relative;
    auto resolve = [&](const VibScheduleEnd &end) {
      return end.relative && !isRelative ? end.value * base : end.value;
    };
    unit = isRelative ? base : 1;
    from = resolve(schedule.from);
    to = resolve(schedule.to);
  }
  double unit, from, to;
};
} // namespace

static bool isRamp(const VibSchedule &schedule) {
  return schedule.kind == VIB_COSINE || schedule.kind == VIB_LINEAR ||
         schedule.kind == VIB_GEOMETRIC;
}

/// The value without the cap, at an epoch that counts from the end of warm-up
/// and delay.
static double valueAfterDelay(const VibSchedule &schedule, double base,
                              double epoch) {
  double factor = schedule.factor, length = schedule.epochs;
  if (schedule.kind == VIB_STAIRCASE)
    return base *
           std::pow(factor, std::floor(elapsed(epoch, length) + startOfStep));
  if (schedule.kind == VIB_EXPONENTIAL)
    return base * std::pow(factor, elapsed(epoch, length));
  if (!isRamp(schedule))
    return base;

  Ends ends(schedule, base);
  double progress = progressOf(schedule, epoch);
  switch (schedule.kind) {
  case VIB_COSINE: {
    double wave = 0.5 * (1 + std::cos(M_PI * progress));
    return ends.unit * (ends.to + (ends.from - ends.to) * wave);
  }
  case VIB_LINEAR:
    if (progress == 1)
      return ends.unit * ends.to;
    return ends.unit * (ends.from + (ends.to - ends.from) * progress);
  default:
    if (ends.from == 0 || ends.to == 0)
      return 0;
    return ends.unit * std::pow(ends.from, 1 - progress) *
           std::pow(ends.to, progress);
  }
}

double scheduledValue(const VibSchedule &schedule, double base, double epoch) {
  auto capped = [&](double value) { return std::min(value, schedule.cap); };
  if (epoch < schedule.warmup_epochs) {
    double start = isRamp(schedule)
                       ? valueAfterDelay(schedule, base, -schedule.delay_epochs)
                       : base;
    return capped(start * (epoch / schedule.warmup_epochs));
  }
  epoch -= std::max(0.0, schedule.warmup_epochs);
  return capped(valueAfterDelay(schedule, base, epoch - schedule.delay_epochs));
}

bool isDual(const VibSchedule &schedule) { return schedule.kind == VIB_DUAL; }

bool hasDual(const VibModel &model) {
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (isDual(coefficient.schedule))
      return true;
  return false;
}

double ascend(const VibSchedule &schedule, double value, double rate) {
  return std::max(0.0, value + schedule.factor * (rate - schedule.to.value));
}

bool varies(const VibSchedule &schedule) {
  if (schedule.warmup_epochs > 0 || isDual(schedule))
    return true;
  if (isRamp(schedule))
    return (schedule.epochs > 0 || schedule.delay_epochs > 0) &&
           (schedule.from.relative != schedule.to.relative ||
            schedule.from.value != schedule.to.value);
  return schedule.kind != VIB_CONSTANT && schedule.epochs > 0 &&
         schedule.factor != 1;
}

bool isFlat(const VibSchedule &schedule, double base) {
  if (!isRamp(schedule) || schedule.epochs <= 0 || schedule.warmup_epochs > 0)
    return false;
  Ends ends(schedule, base);
  return ends.from == ends.to && ends.to != 0;
}

bool neverSettles(const VibSchedule &schedule) {
  return isDual(schedule) ||
         (schedule.kind != VIB_CONSTANT && !isRamp(schedule) &&
          schedule.epochs > 0 && schedule.factor != 1);
}

double lowestValue(const VibSchedule &schedule, double base, double last) {
  double lowest = std::min(scheduledValue(schedule, base, 0),
                           scheduledValue(schedule, base, last));
  // What ends between its first and its last value passes through both ends.
  if (isRamp(schedule) && schedule.cycles > 1) {
    Ends ends(schedule, base);
    lowest = std::min({lowest, ends.unit * ends.from, ends.unit * ends.to});
  }
  return lowest;
}

double leastTemperature(const VibModel &model) {
  return model.type == VIB_F64 ? DBL_MIN : double(FLT_MIN);
}

double settledAt(const VibSchedule &schedule) {
  if (!varies(schedule))
    return 0;
  double begins = std::max(0.0, schedule.warmup_epochs) + schedule.delay_epochs;
  return isRamp(schedule) ? begins + schedule.epochs * schedule.cycles : begins;
}

std::string describeCourse(const VibSchedule &schedule, double base,
                           uint64_t first, uint64_t last,
                           uint64_t stepsPerEpoch) {
  if (first >= last)
    return fmt::format("{:.4g}", base);
  if (isDual(schedule))
    return fmt::format("{:.4g}, then by dual ascent to a rate of {:.4g} nats",
                       base, schedule.to.value);
  if (!varies(schedule))
    return fmt::format("{:.4g}", scheduledValue(schedule, base, 0));
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
  double warmUp = std::max(0.0, schedule.warmup_epochs),
         settled = settledAt(schedule);
  std::string from = fmt::format("{:.4g}", start),
              to = fmt::format("{:.4g}", end);
  bool turns = schedule.kind != VIB_CONSTANT && epochOf(first) < warmUp &&
               warmUp < epochOf(last - 1);
  bool ends = isRamp(schedule) || schedule.kind == VIB_CONSTANT;
  bool isSettled = ends && settled <= epochOf(last - 1);
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
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    result.coefficients[i] = scheduledValue(model.coefficients[i].schedule,
                                            values.coefficients[i], epoch);
  result.rate = scheduledValue(model.rate_schedule, values.rate, epoch);
  result.rate1 = result.rate;
  result.scale2 = 1;
  if (model.optimizer != VIB_SGD && model.optimizer != VIB_RMSPROP) {
    result.rate1 = result.rate / (1 - std::pow(model.beta1, update));
    result.scale2 = 1 / std::sqrt(1 - std::pow(model.beta2, update));
  }
  if (model.averaged)
    result.average =
        (1 - model.average_decay) / (1 - std::pow(model.average_decay, update));
  result.decay = result.rate * model.weight_decay;
  return result;
}

HyperParameters HyperParameters::of(const VibModel &model) {
  HyperParameters values = {model.seed, model.rate, {}};
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    values.coefficients.push_back(coefficient.value);
  return values;
}

} // namespace vib::runtime

extern "C" void vib_make_step(const VibModel *model, uint64_t step,
                              int64_t steps_per_epoch, VibStep *values) {
  using namespace vib::runtime;
  *values =
      makeTrainStep(*model, HyperParameters::of(*model), step, steps_per_epoch);
  values->total_rows = model->batch;
  values->rows = int32_t(model->batch);
}
