//===- TrainingRun.cpp - A training run -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/TrainingRun.h"
#include "runtime/CudaDriver.h"
#include "runtime/ModelLists.h"
#include "runtime/Shuffle.h"
#include "runtime/Signals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <cmath>

namespace vib::runtime {

HyperParameters valuesFor(const VibModel &model, const Options &options) {
  HyperParameters values = HyperParameters::of(model);
  values.seed = options.seed.value_or(model.seed);
  values.rate = options.rate.value_or(model.rate);
  for (uint32_t i = 0; i < model.num_coefficients; ++i) {
    auto given =
        options.coefficients.find(nameOf(model, model.coefficients[i]));
    if (given != options.coefficients.end())
      values.coefficients[i] = given->second;
  }
  return values;
}

TrainingRun::TrainingRun(const VibModel &model, const Options &options,
                         Display &display, const SafetensorsReader *initial)
    : model(model), options(options), values(valuesFor(model, options)),
      present(values), checkpointPath(joinPath(options.out, checkpointName)),
      metricsPath(joinPath(options.out, metricsName)),
      modelPath(joinPath(options.out, modelName)),
      bestPath(joinPath(options.out, bestName)), initial(initial),
      display(display), state(model), sums(model) {
  if (options.validation)
    best.emplace(*findMetric(
        model, options.keepBest.empty() ? defaultMetric : options.keepBest));
}

void TrainingRun::train(const TrainingData &shared) {
  divide(shared);
  trainRows = session->addRows(data->train.inputs, &data->train.labels);
  if (const Split *split = validation())
    validationRows = session->addRows(split->inputs, &split->labels);
  if (data->test)
    testRows = session->addRows(data->test->inputs, &data->test->labels);
  startOrResume();
  introduce();
  isFinished = (step >= limit || stopsEarly()) && !atEpochEnd();
  if (isFinished)
    sayFinished();
  if (options.profile)
    session->startProfile();
  try {
    trainToLimit();
    finish();
  } catch (const DeviceError &error) {
    fail("after step {}: {}; training stops, {}", step, error.what(),
         lastGood());
  }
}

/// Divides the data, which gives the number of steps.
void TrainingRun::divide(const TrainingData &shared) {
  data = &shared;
  part.emplace(*data, options, values.seed);
  if (best)
    requireKnown(model, best->metric, *validation());
  limit = findLimit();
  requireTemperatures();
}

/// Throws an Error if a temperature falls to 0 in this run.
void TrainingRun::requireTemperatures() const {
  double last = double(limit - 1) / double(stepsPerEpoch());
  for (uint32_t i = 0; i < model.num_coefficients; ++i) {
    const VibCoefficient &coefficient = model.coefficients[i];
    double lowest =
        lowestValue(coefficient.schedule, values.coefficients[i], last);
    if (isTemperature(coefficient) && !(lowest >= leastTemperature(model)))
      fail("the temperature {} falls to {:g} in this run, expected at least "
           "{:.2g}, the least normal number of the model's type: give fewer "
           "--epochs, or a larger --coefficient {}",
           coefficient.name, lowest, leastTemperature(model), coefficient.name);
  }
}

uint64_t TrainingRun::findLimit() const {
  uint64_t epochs = uint64_t(options.epochs.value_or(model.epochs)), most = 0;
  if (__builtin_mul_overflow(epochs, stepsPerEpoch(), &most))
    most = UINT64_MAX;
  most = std::min(most, options.steps.value_or(UINT64_MAX));
  // Schedules and metrics count steps in doubles.
  constexpr uint64_t mostSteps = UINT64_C(1) << 53;
  if (most > mostSteps)
    fail("{} epochs of {} steps are more than 2^53 steps: give fewer --epochs, "
         "or --steps",
         grouped(int64_t(epochs)), grouped(int64_t(stepsPerEpoch())));
  return most;
}

/// Whether --log-every asks for a line that has not been written.
bool TrainingRun::isLineDue() const {
  return options.logEvery && step % options.logEvery == 0 && sums.rows > 0 &&
         loggedStep != step;
}

/// Whether the run ends here because no epoch has been better for a while.
bool TrainingRun::stopsEarly() const {
  if (!options.patience || !best->step() || step % stepsPerEpoch() != 0 ||
      sums.rows > 0)
    return false;
  return epochOf(step) - epochOf(*best->step()) >= options.patience;
}

/// Whether the coefficients of the loss had their final values in the last
/// update.
bool TrainingRun::coefficientsAreFinal() const {
  double epoch = double(step - 1) / double(stepsPerEpoch());
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (!isTemperature(coefficient) && epoch < settledAt(coefficient.schedule))
      return false;
  return true;
}

void TrainingRun::trainToLimit() {
  while (true) {
    if (atEpochEnd())
      report(/*wholeEpoch=*/true);
    else if (isLineDue())
      logStep();
    if (step >= limit || stopsEarly() || display.endsRun())
      return;
    if (interrupted()) {
      save();
      throw Interrupted();
    }
    trainSteps();
    if (options.checkpointEvery && step % options.checkpointEvery == 0 &&
        !atEpochEnd())
      save();
  }
}

/// The number of updates at the next end of an epoch, line or checkpoint.
uint64_t TrainingRun::nextStop() const {
  uint64_t stop = limit;
  for (uint64_t every :
       {stepsPerEpoch(), options.checkpointEvery, options.logEvery}) {
    uint64_t left = every ? every - step % every : limit;
    if (left <= limit - step)
      stop = std::min(stop, step + left);
  }
  return stop;
}

void TrainingRun::setOrder(uint64_t epoch) {
  if (orderedEpoch == epoch)
    return;
  if (options.shuffle || !orderedEpoch) {
    std::vector<uint32_t> order = session->takeTrainingOrder();
    if (options.shuffle) {
      shuffleRows(values.seed, epoch, rows(), order);
      // Of a part of the data, its rows are shuffled.
      for (uint32_t &row : order)
        row = part->rows.empty() ? row : part->rows[row];
    } else {
      order = part->rows;
    }
    session->setTrainingOrder(trainRows, std::move(order));
  }
  orderedEpoch = epoch;
}

/// Trains until the next stop or an interruption. In the loop the device may
/// have more steps pending; at the end all submitted steps are complete.
void TrainingRun::trainSteps() {
  Clock::time_point start = Clock::now();
  setOrder(step / stepsPerEpoch());
  auto done = [&](const StepSums &ofStep) {
    count(ofStep);
    trainSeconds += std::chrono::duration<double>(Clock::now() - start).count();
    if (display.due())
      showLive();
    start = Clock::now();
  };
  uint64_t asked = step, stop = nextStop();
  // The next value of a dual ascent depends on the rate of the step before.
  bool waits = hasDual(model);
  size_t atOnce = waits ? 1 : session->stepsAtOnce();
  std::vector<VibStep> steps;
  while (asked < stop && !interrupted()) {
    steps.clear();
    for (; asked < stop && steps.size() < atOnce; ++asked) {
      VibStep next =
          makeTrainStep(model, present, asked, int64_t(stepsPerEpoch()));
      int64_t first = int64_t(asked % stepsPerEpoch()) * model.batch;
      setBatch(next, first, std::min(model.batch, rows() - first));
      steps.push_back(next);
    }
    session->train(steps.data(), steps.size(), done);
    if (waits)
      session->finishSteps(done);
  }
  session->finishSteps(done);
}

/// Whether the step, which computes with numbers of the model's type, has it.
static bool isNumberOf(const VibModel &model, double value) {
  return std::fabs(value) <=
         (model.type == VIB_F64 ? DBL_MAX : double(FLT_MAX));
}

void TrainingRun::count(const StepSums &done) {
  ++step;
  std::string notFinite;
  for (uint32_t i = 0; i < model.num_figures; ++i) {
    double value = done.figures[i];
    // A NaN with the sign bit set would be printed as "-nan".
    if (model.figures[i].unit == VIB_NATS && !std::isfinite(value))
      notFinite += fmt::format(", the {} {}", model.figures[i].title,
                               std::isnan(value) ? NAN : value);
  }
  if (!notFinite.empty())
    failDiverged("the loss is not finite" + notFinite);
  double rows = double(done.step.rows), loss = 0;
  std::vector<double> means;
  for (uint32_t i = 0; i < model.num_figures; ++i)
    means.push_back(done.figures[i] / done.divisors[i]);
  std::vector<double> terms = sums.addTerms(model, done.step, means);
  for (uint32_t i = 0; i < model.num_terms; ++i) {
    const VibTerm &term = model.terms[i];
    if (!isOfWhole(model, term)) {
      double sum = applyFunction(term,
                                 factorOf(term, done.step.coefficients) *
                                     done.figures[term.figure],
                                 0);
      terms[i] = sum / rows;
      loss += sum;
    } else if (!isNumberOf(model, terms[i])) {
      failDiverged(fmt::format(
          "the loss is not finite, its term {} overflows",
          describeFunction(term, model.figures[term.figure].title,
                           argumentOf(term, done.step.coefficients))));
    }
  }
  if (!firstTerms)
    firstTerms = std::move(terms);
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    if (const VibSchedule &schedule = model.coefficients[i].schedule;
        isDual(schedule))
      present.coefficients[i] =
          ascend(schedule, present.coefficients[i], means[schedule.figure]);
  sums.rows += double(done.step.rows);
  for (size_t i = 0; i < done.figures.size(); ++i) {
    sums.figures[i] += done.figures[i];
    sums.divisors[i] += done.divisors[i];
  }
  sums.loss += loss;
  rowsTrained += double(done.step.rows);
}

void TrainingRun::failDiverged(const std::string &what) const {
  throw Diverged(
      fmt::format("step {}: {}: training has diverged and stops, {}; {}", step,
                  what, lastGood(), advice()));
}

std::string TrainingRun::advice() const {
  std::string text =
      fmt::format("try a smaller learning rate (--lr, here {:g})", values.rate);
  for (uint32_t i = 0; i < model.num_coefficients; ++i) {
    const VibCoefficient &coefficient = model.coefficients[i];
    if (values.coefficients[i] <= coefficient.value ||
        isTemperature(coefficient))
      continue;
    std::string flag = isBeta(model, coefficient)
                           ? "coefficient of the rate (--beta"
                           : fmt::format("{} (--coefficient", coefficient.name);
    text += fmt::format(" or a smaller {}, here {:g}; the model has {:g})",
                        flag, values.coefficients[i], coefficient.value);
  }
  return text;
}

double TrainingRun::elapsed() const {
  return secondsBefore +
         std::chrono::duration<double>(Clock::now() - begun).count();
}

std::string TrainingRun::describeProfile() const {
  return session->describeProfile(step - firstStep, trainSeconds);
}

} // namespace vib::runtime
