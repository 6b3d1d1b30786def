//===- Schedules.cpp - The learning rate, beta and corrections ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Schedule.h"
#include "test/runtime/TestLists.h"

#include <gtest/gtest.h>

#include <cmath>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

VibSchedule schedule(VibScheduleKind kind, double factor, double epochs,
                     double warmUp = 0) {
  return makeSchedule(kind, factor, epochs, warmUp);
}

TEST(Schedule, staircaseOfToyNetEndsAtTheOfficialRate) {
  VibSchedule stairs = schedule(VIB_STAIRCASE, 0.97, 2);
  EXPECT_EQ(scheduledValue(stairs, 1e-4, 0), 1e-4);
  EXPECT_EQ(scheduledValue(stairs, 1e-4, 1199.0 / 600), 1e-4);
  EXPECT_DOUBLE_EQ(scheduledValue(stairs, 1e-4, 2), 0.97e-4);
  EXPECT_NEAR(scheduledValue(stairs, 1e-4, 199.9), 4.9023e-6, 5e-11);
}

TEST(Schedule, staircaseOfFractionsStepsAtTheStair) {
  // 0.3 / 0.1 is below 3 in f64.
  EXPECT_DOUBLE_EQ(scheduledValue(schedule(VIB_STAIRCASE, 0.5, 0.1), 1, 0.3),
                   0.125);
}

TEST(Schedule, otherKinds) {
  EXPECT_EQ(scheduledValue(schedule(VIB_CONSTANT, 0.1, 1), 3, 9), 3);
  VibSchedule exponential = schedule(VIB_EXPONENTIAL, 0.25, 2);
  EXPECT_DOUBLE_EQ(scheduledValue(exponential, 8, 1), 4);
  EXPECT_DOUBLE_EQ(scheduledValue(exponential, 8, 4), 0.5);
  VibSchedule cosine = schedule(VIB_COSINE, 0.1, 4);
  EXPECT_DOUBLE_EQ(scheduledValue(cosine, 1, 0), 1);
  EXPECT_DOUBLE_EQ(scheduledValue(cosine, 1, 2), 0.55);
  EXPECT_DOUBLE_EQ(scheduledValue(cosine, 1, 9), 0.1);
  VibSchedule linear = schedule(VIB_LINEAR, 0.5, 4);
  EXPECT_DOUBLE_EQ(scheduledValue(linear, 2, 0), 1);
  EXPECT_DOUBLE_EQ(scheduledValue(linear, 2, 1), 1.25);
  EXPECT_DOUBLE_EQ(scheduledValue(linear, 2, 40), 2);
}

TEST(Schedule, warmUpComesFirst) {
  VibSchedule stairs = schedule(VIB_STAIRCASE, 0.5, 1, 2);
  EXPECT_EQ(scheduledValue(stairs, 1, 0), 0);
  EXPECT_DOUBLE_EQ(scheduledValue(stairs, 1, 0.5), 0.25);
  EXPECT_DOUBLE_EQ(scheduledValue(stairs, 1, 2), 1);
  EXPECT_DOUBLE_EQ(scheduledValue(stairs, 1, 3), 0.5);
}

/// A ramp between two values that do not depend on the base value.
VibSchedule ramp(VibScheduleKind kind, double from, double to, double epochs) {
  VibSchedule schedule = makeSchedule(kind, 1, epochs);
  schedule.from = {from, 0, 0};
  schedule.to = {to, 0, 0};
  return schedule;
}

TEST(Schedule, aRampBetweenEqualEndsIsFlat) {
  VibSchedule schedule = ramp(VIB_LINEAR, 4, 4, 2);
  EXPECT_TRUE(isFlat(schedule, 1));
  schedule.to = {1, 1, 0};
  EXPECT_TRUE(isFlat(schedule, 4));
  EXPECT_FALSE(isFlat(schedule, 1));
  EXPECT_FALSE(isFlat(ramp(VIB_LINEAR, 0, 0, 2), 1));
  EXPECT_FALSE(isFlat(makeSchedule(VIB_CONSTANT), 1));
}

TEST(Schedule, rampsGoFromAnyValueToAnyValue) {
  auto expect = [](VibScheduleKind kind, double half) {
    for (double base : {0.0, 7.0}) {
      VibSchedule schedule = ramp(kind, 4, 0.25, 2);
      EXPECT_DOUBLE_EQ(scheduledValue(schedule, base, 0), 4);
      EXPECT_DOUBLE_EQ(scheduledValue(schedule, base, 1), half);
      EXPECT_EQ(scheduledValue(schedule, base, 2), 0.25);
      EXPECT_EQ(scheduledValue(schedule, base, 99), 0.25);
    }
  };
  expect(VIB_LINEAR, 2.125);
  expect(VIB_COSINE, 2.125);
  expect(VIB_GEOMETRIC, 1);
}

TEST(Schedule, theBaseValueIsTheOtherEndOfARamp) {
  VibSchedule rise = makeSchedule(VIB_GEOMETRIC, 1, 4);
  rise.from = {1e-6, 0, 0};
  EXPECT_DOUBLE_EQ(scheduledValue(rise, 1e-4, 0), 1e-6);
  EXPECT_DOUBLE_EQ(scheduledValue(rise, 1e-4, 2), 1e-5);
  EXPECT_DOUBLE_EQ(scheduledValue(rise, 1e-2, 9), 1e-2);
  // No power of 0 is a ramp: without a rate, there is none throughout.
  for (double epoch : {0.0, 2.0, 9.0})
    EXPECT_EQ(scheduledValue(rise, 0, epoch), 0);
}

TEST(Schedule, aDelayHoldsTheFirstValue) {
  VibSchedule schedule = ramp(VIB_LINEAR, 1, 3, 2);
  schedule.delay_epochs = 1.5;
  EXPECT_EQ(scheduledValue(schedule, 0, 0), 1);
  EXPECT_EQ(scheduledValue(schedule, 0, 1.5), 1);
  EXPECT_DOUBLE_EQ(scheduledValue(schedule, 0, 2.5), 2);
  EXPECT_EQ(scheduledValue(schedule, 0, 3.5), 3);
  // A warm-up to the first value comes before it.
  schedule.warmup_epochs = 1;
  EXPECT_DOUBLE_EQ(scheduledValue(schedule, 0, 0.25), 0.25);
  EXPECT_EQ(scheduledValue(schedule, 0, 2.5), 1);
  EXPECT_DOUBLE_EQ(scheduledValue(schedule, 0, 3.5), 2);
  // Without epochs it is a step.
  VibSchedule step = ramp(VIB_LINEAR, 0, 3, 0);
  step.delay_epochs = 2;
  EXPECT_EQ(scheduledValue(step, 0, 1.999), 0);
  EXPECT_EQ(scheduledValue(step, 0, 2), 3);
  EXPECT_TRUE(varies(step));
}

TEST(Schedule, cyclesBeginAgainAndEndAtTheEnd) {
  VibSchedule schedule = ramp(VIB_LINEAR, 0, 1, 0.1);
  schedule.cycles = 4;
  EXPECT_DOUBLE_EQ(scheduledValue(schedule, 0, 0.05), 0.5);
  // 0.3 / 0.1 is below 3 in f64.
  for (double start : {0.1, 0.2, 0.3})
    EXPECT_NEAR(scheduledValue(schedule, 0, start), 0, 1e-9);
  EXPECT_NEAR(scheduledValue(schedule, 0, 0.35), 0.5, 1e-9);
  EXPECT_EQ(scheduledValue(schedule, 0, 0.4), 1);
  EXPECT_EQ(scheduledValue(schedule, 0, 5), 1);
}

TEST(Schedule, aCapIsTheLargestValue) {
  VibSchedule schedule = ramp(VIB_LINEAR, 0, 2, 2);
  schedule.cap = 1;
  EXPECT_DOUBLE_EQ(scheduledValue(schedule, 0, 0.5), 0.5);
  EXPECT_EQ(scheduledValue(schedule, 0, 1.5), 1);
  EXPECT_EQ(scheduledValue(schedule, 0, 9), 1);
}

TEST(Schedule, everyCoefficientHasItsOwn) {
  VibModel model = {};
  VibCoefficient coefficients[] = {
      {"beta", 2, makeSchedule(VIB_CONSTANT), VIB_FACTOR, 0},
      {"gamma", 8, makeSchedule(VIB_LINEAR, 0, 4), VIB_FACTOR, 0}};
  model.coefficients = coefficients;
  model.num_coefficients = 2;
  model.rate_schedule = makeSchedule(VIB_CONSTANT);
  VibStep step = makeTrainStep(model, HyperParameters::of(model), 10, 10);
  EXPECT_EQ(step.coefficients[0], 2);
  EXPECT_EQ(step.coefficients[1], 2);
  step = makeTrainStep(model, {0, 0.5, {1, 4}}, 20, 10);
  EXPECT_EQ(step.coefficients[0], 1);
  EXPECT_EQ(step.coefficients[1], 2);
}

TEST(Schedule, theLowestValueOfARun) {
  EXPECT_EQ(lowestValue(schedule(VIB_CONSTANT, 1, 0), 0.5, 9), 0.5);
  EXPECT_EQ(lowestValue(schedule(VIB_CONSTANT, 1, 0, 2), 0.5, 9), 0);
  EXPECT_EQ(lowestValue(schedule(VIB_EXPONENTIAL, 0.5, 1), 4, 2), 1);
  VibSchedule falls = ramp(VIB_LINEAR, 4, 1, 2);
  EXPECT_DOUBLE_EQ(lowestValue(falls, 1, 1), 2.5);
  EXPECT_EQ(lowestValue(falls, 1, 9), 1);
  // The second cycle begins at 4 again, after the first one has ended at 1.
  falls.cycles = 2;
  EXPECT_EQ(lowestValue(falls, 1, 2), 1);
}

TEST(Schedule, theCourseSaysWhatARunReaches) {
  // 10 epochs of 100 steps.
  auto course = [](const VibSchedule &of, uint64_t first = 0) {
    return describeCourse(of, 1e-3, first, 1000, 100);
  };
  EXPECT_EQ(course(schedule(VIB_CONSTANT, 0, 0)), "0.001");
  EXPECT_EQ(course(schedule(VIB_STAIRCASE, 1, 2)), "0.001");
  EXPECT_EQ(course(schedule(VIB_LINEAR, 0, 0)), "0.001");
  EXPECT_EQ(course(schedule(VIB_LINEAR, 0, 20)),
            "from 0 to 0.0004995 at the end of this run (the model's schedule "
            "reaches 0.001 after 20 epochs)");
  EXPECT_EQ(course(schedule(VIB_LINEAR, 0, 20), 500),
            "from 0.00025 to 0.0004995 at the end of this run (the model's "
            "schedule reaches 0.001 after 20 epochs)");
  EXPECT_EQ(course(schedule(VIB_LINEAR, 0, 5)),
            "from 0 to 0.001 after 5 epochs");
  EXPECT_EQ(course(schedule(VIB_COSINE, 0.1, 4, 1)),
            "from 0 to 0.001 after 1 epoch, then to 0.0001 after 5 epochs");
  EXPECT_EQ(course(schedule(VIB_LINEAR, 0, 5), 500),
            "0.001 throughout this run");
  EXPECT_EQ(course(schedule(VIB_CONSTANT, 0, 0, 20)),
            "from 0 to 0.0004995 at the end of this run (the model's schedule "
            "reaches 0.001 after 20 epochs)");
  EXPECT_EQ(course(schedule(VIB_STAIRCASE, 0.5, 4, 1)),
            "from 0 to 0.001 after 1 epoch, then to 0.00025 at the end of this "
            "run");
  EXPECT_EQ(course(schedule(VIB_COSINE, 0.1, 10, 1)),
            "from 0 to 0.001 after 1 epoch, then to 0.0001225 at the end of "
            "this run (the model's schedule reaches 0.0001 after 11 epochs)");
  // Nothing is left to do.
  EXPECT_EQ(describeCourse(schedule(VIB_LINEAR, 0, 20), 1e-3, 1000, 1000, 100),
            "0.001");
}

TEST(Schedule, noEpochsDivideByNothing) {
  for (VibScheduleKind kind :
       {VIB_CONSTANT, VIB_STAIRCASE, VIB_EXPONENTIAL, VIB_COSINE, VIB_LINEAR})
    for (double epoch : {0.0, 1.0})
      EXPECT_TRUE(
          std::isfinite(scheduledValue(schedule(kind, 0.5, 0, 0), 1, epoch)));
  EXPECT_EQ(scheduledValue(schedule(VIB_LINEAR, 0, 0, 0), 1, 0), 1);
}

TEST(Schedule, correctionsOfAStep) {
  VibModel model = {};
  VibCoefficient beta = {"beta", 1e-2, makeSchedule(VIB_CONSTANT), VIB_FACTOR,
                         0};
  model.coefficients = &beta;
  model.num_coefficients = 1;
  model.rate_schedule = makeSchedule(VIB_CONSTANT);
  model.optimizer = VIB_ADAMW;
  model.beta1 = 0.5;
  model.beta2 = 0.999;
  model.weight_decay = 0.1;
  model.averaged = 1;
  model.average_decay = 0.999;
  VibStep first = makeTrainStep(model, {7, 1e-3, {1e-2}}, 0, 10);
  EXPECT_EQ(first.seed, 7u);
  EXPECT_EQ(first.coefficients[0], 1e-2);
  EXPECT_DOUBLE_EQ(first.rate1, 2e-3);
  EXPECT_DOUBLE_EQ(first.scale2, 1 / std::sqrt(1 - 0.999));
  // The first average is the weights themselves: zero-debiased.
  EXPECT_EQ(first.average, 1);
  EXPECT_DOUBLE_EQ(first.decay, 1e-4);
  VibStep third = makeTrainStep(model, {7, 1e-3, {1e-2}}, 2, 10);
  EXPECT_DOUBLE_EQ(third.rate1, 1e-3 / (1 - 0.125));
  EXPECT_NEAR(third.average, 0.001 / (1 - 0.999 * 0.999 * 0.999), 1e-14);
}

TEST(Schedule, sgdHasNoCorrections) {
  VibModel model = {};
  model.rate_schedule = makeSchedule(VIB_CONSTANT);
  model.optimizer = VIB_SGD;
  model.weight_decay = 0.1;
  VibStep step = makeTrainStep(model, {0, 0.5, {}}, 4, 10);
  EXPECT_EQ(step.rate1, 0.5);
  EXPECT_EQ(step.scale2, 1);
  EXPECT_EQ(step.average, 0);
  EXPECT_DOUBLE_EQ(step.decay, 0.05);
}

} // namespace
