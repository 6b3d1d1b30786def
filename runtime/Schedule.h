//===- Schedule.h - The values of a step ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A schedule is a function of the epoch as a real number: the updates done so
// far over the updates an epoch has. Everything is evaluated in f64 and handed
// to the generated code as one VibStep.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SCHEDULE_H
#define VIB_RUNTIME_SCHEDULE_H

#include "runtime/Abi.h"

#include <cstdint>

namespace vib::runtime {

/// What `base` has become at `epoch`. During the warm-up it grows linearly from
/// 0; the schedule's own clock starts at the end of the warm-up.
double scheduledValue(const VibSchedule &schedule, double base, double epoch);

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
