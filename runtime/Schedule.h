//===- Schedule.h - Schedules and the values of a step ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A schedule is a function of the epoch, a real number: the number of previous
// updates divided by the number of updates of an epoch. The runtime evaluates
// schedules in f64 and passes the values of a step to the generated code as a
// VibStep.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SCHEDULE_H
#define VIB_RUNTIME_SCHEDULE_H

#include "runtime/Abi.h"

#include <cstdint>
#include <string>
#include <vector>

namespace vib::runtime {

/// The value of the schedule at `epoch`. During the warm-up it grows linearly
/// from 0 to the first value. The schedule itself counts epochs from the end of
/// the warm-up, and a ramp from the end of the delay after it.
double scheduledValue(const VibSchedule &schedule, double base, double epoch);

/// Whether the value follows a rate: ascend() gives the one after an update, of
/// whose rows `rate` is the mean rate.
bool isDual(const VibSchedule &schedule);
bool hasDual(const VibModel &model);
double ascend(const VibSchedule &schedule, double value, double rate);

/// Whether the value ever changes.
bool varies(const VibSchedule &schedule);

/// Whether it is a ramp between two equal ends, with this base value. One of 0
/// is switched off.
bool isFlat(const VibSchedule &schedule, double base);

/// Whether the value changes without an end, as that of a decay does.
bool neverSettles(const VibSchedule &schedule);

/// The lowest value up to the epoch `last`. Dual ascent has none.
double lowestValue(const VibSchedule &schedule, double base, double last);

/// The least temperature that a step can divide by: a normal number of its
/// type.
double leastTemperature(const VibModel &model);

/// The epoch after which the value is constant: 0 if it never changes. For a
/// decay without an end, the end of the warm-up.
double settledAt(const VibSchedule &schedule);

/// Describes the value at the start and at the end of a run that begins after
/// `first` updates and ends after `last` updates. If the run is too short for
/// the schedule, it also says which value the schedule reaches later. "0.001",
/// "from 0 to 0.0005 at the end of this run (the model's schedule reaches 0.001
/// after 20 epochs)".
std::string describeCourse(const VibSchedule &schedule, double base,
                           uint64_t first, uint64_t last,
                           uint64_t stepsPerEpoch);

/// The values that flags of the program set.
struct HyperParameters {
  uint64_t seed;
  double rate; ///< The base learning rate.
  /// The base values of the coefficients, in the order of the model; the
  /// present ones of those with a dual ascent.
  std::vector<double> coefficients;

  /// Those of the model itself.
  static HyperParameters of(const VibModel &model);
};

/// The values of the update that follows `step` updates. The caller sets the
/// rows.
VibStep makeTrainStep(const VibModel &model, const HyperParameters &values,
                      uint64_t step, int64_t stepsPerEpoch);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SCHEDULE_H
