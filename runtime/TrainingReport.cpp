//===- TrainingReport.cpp - The lines of a training run -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CudaDriver.h"
#include "runtime/Divergence.h"
#include "runtime/Evaluate.h"
#include "runtime/Json.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/Report.h"
#include "runtime/Signals.h"
#include "runtime/TrainingRun.h"

#include <fmt/format.h>

namespace vib::runtime {

void TrainingRun::introduce() {
  display.keep(fmt::format("{}: {}, {}, {}, {}", model.name, model.options,
                           model.target, model.compiler,
                           session->describeDevice()));
  introduceData(model, options, *data, display);
  if (part->drawn)
    display.keep(fmt::format(
        "validation  {} of the training examples, drawn by the seed; {} are "
        "trained on",
        grouped(part->drawn->rows()), grouped(rows())));
  if (values.rate == 0)
    display.warn("the learning rate is 0, so training changes no weights");
  display.keep(fmt::format("batch {}, {} an epoch, {} in all, epochs counted "
                           "from 0, seed {}",
                           model.batch,
                           counted(int64_t(stepsPerEpoch()), "step"),
                           counted(int64_t(limit), "step"), values.seed));
  if (step >= limit)
    return; // No step follows, so the schedules have no values to describe.
  auto warnIfFlat = [&](const std::string &name, const VibSchedule &schedule,
                        double base) {
    if (isFlat(schedule, base))
      display.warn(fmt::format("the schedule of {} begins and ends at the same "
                               "value, so it is constant",
                               name));
  };
  auto course = [&](const VibSchedule &schedule, double base) {
    return describeCourse(schedule, base, step, limit, stepsPerEpoch());
  };
  for (uint32_t i = 0; i < model.num_coefficients; ++i) {
    const VibSchedule &schedule = model.coefficients[i].schedule;
    std::string name = nameOf(model, model.coefficients[i]);
    display.keep(
        fmt::format("{} {}", name, course(schedule, present.coefficients[i])));
    warnIfFlat(name, schedule, present.coefficients[i]);
  }
  display.keep("learning rate " + course(model.rate_schedule, values.rate));
  warnIfFlat("the learning rate", model.rate_schedule, values.rate);
}

/// Prints that the run is already finished, and how to continue it.
void TrainingRun::sayFinished() {
  if (step < limit) {
    display.keep(fmt::format(
        "nothing is left to do: {} has not improved for {}; to continue, give "
        "a larger --patience",
        best->metric.name, counted(int64_t(options.patience), "epoch")));
    return;
  }
  bool countsSteps = options.steps == limit;
  std::string done =
      step == limit && limit > 1
          ? fmt::format("all {} steps are done", grouped(int64_t(limit)))
          : fmt::format(
                "{} {} done, and {} allows {} in all",
                counted(int64_t(step), "step"), step == 1 ? "is" : "are",
                countsSteps ? "--steps" : "--epochs", grouped(int64_t(limit)));
  uint64_t epochs = (step + stepsPerEpoch() - 1) / stepsPerEpoch();
  display.keep(fmt::format(
      "nothing is left to do: {}; to continue, give {}", done,
      countsSteps ? fmt::format("a larger --steps, such as {}", 2 * step)
                  : fmt::format("more --epochs, such as {}", 2 * epochs)));
}

Context TrainingRun::contextAt(uint64_t update, const std::string &split,
                               bool average) const {
  VibStep last = makeTrainStep(model, present, update ? update - 1 : 0,
                               int64_t(stepsPerEpoch()));
  Context result;
  result.split = split;
  result.weights = average ? "average" : "raw";
  result.epoch = int64_t(epochOf(update));
  result.step = update;
  result.coefficients.assign(last.coefficients,
                             last.coefficients + model.num_coefficients);
  result.rate = last.rate;
  result.seed = values.seed;
  result.seconds = elapsed();
  return result;
}

Figures TrainingRun::runningFigures() const {
  Figures figures = trainFigures(model, sums, part->entropies,
                                 contextAt(step, "train", false));
  dropUnknownErrors(figures, data->train);
  return figures;
}

void TrainingRun::showLive() {
  if (sums.rows == 0)
    return;
  Figures figures = runningFigures();
  LiveFigures live;
  live.epoch = int64_t(epochOf(step));
  live.epochs = epochsInAll();
  live.fraction = sums.rows / double(rows());
  live.figures = &figures;
  live.rowsPerSecond = rowsTrained / trainSeconds;
  live.rowName = inputTensor(model).type == VIB_U8 ? "images" : "rows";
  live.secondsLeft =
      std::chrono::duration<double>(Clock::now() - begun).count() /
      double(step - firstStep) * double(limit - step);
  display.training(live);
}

Figures TrainingRun::evaluateOn(const Split &split, int rows, Context context) {
  auto show = [&](int64_t done) {
    throwIfInterrupted();
    display.working(context.split, done, split.rows());
  };
  try {
    Figures figures =
        evaluate(*session, rows, split, defaultSamples, context, show);
    figures.context.seconds = elapsed();
    return figures;
  } catch (const DeviceError &) {
    throw;
  } catch (const Error &error) {
    failDiverged(error.what());
  }
}

/// Whether the weights to evaluate are the averaged ones, for each of them.
std::vector<bool> TrainingRun::evaluatedWeights() const {
  if (options.evaluate == Choice::Both)
    return {true, false};
  return {validatesAverage()};
}

/// The figures of the weights after an epoch: on the validation data if there
/// are any, else on the test data.
std::vector<Figures> TrainingRun::evaluateEpoch(bool wholeEpoch) {
  const Split *split = validation() ? validation() : &*data->test;
  int number = validation() ? validationRows : testRows;
  std::vector<Figures> lines;
  for (bool average : evaluatedWeights()) {
    session->useAverage(average);
    try {
      lines.push_back(
          evaluateOn(*split, number, contextAt(step, split->name, average)));
    } catch (const Interrupted &) {
      // The state is in the host's memory, so it can be saved, also after the
      // device has failed.
      if (wholeEpoch)
        save();
      throw;
    } catch (const DeviceError &) {
      if (wholeEpoch)
        save();
      throw;
    }
  }
  return lines;
}

/// The coefficients and the learning rate of the last update that have a
/// schedule.
static std::vector<std::string> describeVarying(const VibModel &model,
                                                const Context &now) {
  std::vector<std::string> items;
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    if (varies(model.coefficients[i].schedule))
      items.push_back(fmt::format("{} {:.4g}",
                                  nameOf(model, model.coefficients[i]),
                                  now.coefficients[i]));
  if (varies(model.rate_schedule))
    items.push_back(fmt::format("lr {:.4g}", now.rate));
  return items;
}

/// Appends a line to metrics.jsonl, and prints it if it `isShown`.
void TrainingRun::writeLine(const Figures &figures, bool isShown,
                            const char *note) {
  std::string line = toJson(figures);
  appendMetrics(line);
  display.logged(line);
  std::vector<std::string> items = summarize(figures);
  lastItems.assign(items.begin() + 1, items.end());
  std::string term = firstTerms ? divergedTerm(*firstTerms, figures) : "";
  divergence = term.empty() ? "" : describeDivergence(*firstTerms, figures);
  if (!isShown)
    return;
  items.front() =
      epochTitle(*figures.context.epoch, epochsInAll()) + "  " + items.front();
  for (std::string &item : describeVarying(model, figures.context))
    items.push_back(std::move(item));
  if (*note)
    items.push_back(note);
  if (!term.empty())
    items.push_back(fmt::format("DIVERGED ({})", term));
  items.push_back("after " + duration(figures.context.seconds));
  display.keep(joinItems(items));
}

/// Writes a line within an epoch.
void TrainingRun::logStep() {
  fetchFiniteState();
  // A run with lines but without a checkpoint could not be resumed. A run that
  // is resumed from this one writes the line again, from the sums.
  if (!savedStep)
    save();
  writeLine(runningFigures(), !display.isLive(), "");
  syncMetrics();
  ++metricsLines;
  loggedStep = step;
}

/// Evaluates and writes the lines of the epoch. After a whole epoch it writes
/// the checkpoint. If the run ends within an epoch, the checkpoint has already
/// been written.
void TrainingRun::report(bool wholeEpoch) {
  fetchFiniteState();
  // A run with lines but without a checkpoint could not be resumed.
  if (!savedStep)
    save();
  std::vector<Figures> lines;
  bool isLogged = !wholeEpoch && loggedStep == step;
  if (!isLogged)
    lines.push_back(runningFigures());
  size_t trained = lines.size();
  if (validation() || data->test)
    for (Figures &figures : evaluateEpoch(wholeEpoch))
      lines.push_back(std::move(figures));

  bool isBest = validation() && wholeEpoch && coefficientsAreFinal() &&
                best->add(lines[trained], step);
  for (const Figures &figures : lines) {
    // The lines of a finished run were shown when it reached its last step. On
    // a terminal the live line has already shown the training figures.
    bool wasShown = display.isLive() && figures.isTraining && lines.size() > 1;
    writeLine(figures, !isFinished && !wasShown,
              isBest && &figures == &lines[trained] ? "best so far" : "");
  }
  syncMetrics();
  if (!wholeEpoch)
    return;
  metricsLines += lines.size();
  sums = RunningSums(model);
  save();
  if (isBest)
    saveBest();
}

void TrainingRun::finish() {
  if (step < limit && !isFinished && !display.endsRun())
    display.keep(fmt::format("{} has not improved for {}: training stops",
                             best->metric.name,
                             counted(int64_t(options.patience), "epoch")));
  // At the end of an epoch the checkpoint has already been written.
  if (sums.rows > 0) {
    save();
    report(/*wholeEpoch=*/false);
  }
  const Memory &weights = model.averaged ? state.average : state.weights;
  write(modelPath, packWeights(model, weights.data(), model.averaged,
                               describeCheckpoint()));
  if (best)
    test();
  display.keep(fmt::format("{} has the {} weights of step {}", modelPath,
                           model.averaged ? "average" : "raw",
                           grouped(int64_t(step))));
  if (!divergence.empty())
    display.warn(
        fmt::format("training has diverged: {}; {}", divergence, advice()));
}

/// Evaluates the last weights and those of best.safetensors on the test data,
/// which no epoch of a run with validation data looks at. The last line is that
/// of best.safetensors. No weights have two lines.
void TrainingRun::test() {
  bool average = validatesAverage();
  uint64_t from = best->step().value_or(step);
  if (!best->step())
    saveBest();
  // What has diverged is said of the run, by the lines of its epochs.
  const std::string ofRun = divergence;
  if (data->test)
    for (bool isAverage : evaluatedWeights())
      if (from != step || isAverage != average) {
        session->useAverage(isAverage);
        writeLine(evaluateOn(*data->test, testRows,
                             contextAt(step, "test", isAverage)),
                  true, "");
      }
  const char *weights = average ? "average" : "raw";
  display.keep(
      best->step()
          ? fmt::format("{} has the {} weights of step {}, the best by {}: {}",
                        bestPath, weights, grouped(int64_t(from)),
                        best->metric.name, numberJson(best->value()))
          : fmt::format("{} has the {} weights of step {}, the last ones: no "
                        "epoch counts for --keep-best, because none was whole, "
                        "ended with the final coefficients of the loss and has "
                        "a known {}",
                        bestPath, weights, grouped(int64_t(from)),
                        best->metric.name));
  if (!data->test)
    return;
  // The state is written, so that other weights may take its place.
  Metadata metadata =
      loadWeights(read(bestPath), model, Use::Any, state.weights.data());
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    if (isDual(model.coefficients[i].schedule))
      present.coefficients[i] =
          findNumber<double>(metadata, bestPath,
                             currentKey(model, model.coefficients[i]).c_str())
              .value_or(present.coefficients[i]);
  session->setState(state);
  session->useAverage(false);
  writeLine(evaluateOn(*data->test, testRows, contextAt(from, "test", average)),
            true, "");
  syncMetrics();
  divergence = ofRun;
}

} // namespace vib::runtime
