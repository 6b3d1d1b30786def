//===- Schedule.h - The values of a step ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A schedule is a function of the epoch, a real number: the updates done so far
// divided by the updates of an epoch. The runtime evaluates everything in f64
// and passes it to the generated code as one VibStep.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SCHEDULE_H
#define VIB_RUNTIME_SCHEDULE_H

#include "runtime/Abi.h"

#include <cstdint>
#include <string>

namespace vib::runtime {

/// The value of the schedule at `epoch`. During the warm-up it grows linearly
/// from 0; the schedule's own clock starts at the end of the warm-up.
double scheduledValue(const VibSchedule &schedule, double base, double epoch);

/// Whether the value ever changes.
bool varies(const VibSchedule &schedule);

/// Says where the value starts and ends in a run whose updates are those after
/// `first` and up to `last` updates; and what the schedule goes on to if the
/// run is too short for it. "0.001", "from 0 to 0.0005 at the end of this run
/// (the model's schedule reaches 0.001 after 20 epochs)".
std::string describeCourse(const VibSchedule &schedule, double base,
                           uint64_t first, uint64_t last,
                           uint64_t stepsPerEpoch);

/// What the user may change of a model without compiling it again.
struct HyperParameters {
  uint64_t seed;
  double rate; ///< The base learning rate.
  double beta; ///< The final coefficient.
};

/// The values of the update that follows `step` updates; `rows` is left to the
/// caller.
VibStep makeTrainStep(const VibModel &model, const HyperParameters &values,
                      uint64_t step, int64_t stepsPerEpoch);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SCHEDULE_H
