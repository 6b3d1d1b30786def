//===- Train.cpp - The training loop --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A run may be killed at any time, and resuming it must give the same files as
// an uninterrupted run. Three rules ensure this:
//
//   - At the end of an epoch its lines are appended to metrics.jsonl and
//     synced. Then the checkpoint is written, with the number of lines.
//   - Before the first line, a checkpoint with 0 lines is written, so that
//     there are never lines without a checkpoint.
//   - A resumed run truncates metrics.jsonl to the checkpoint's number of
//     lines. This removes lines of later epochs, and those of a run that ended
//     in the middle of an epoch. They are written again.
//
// The checkpoint contains the sums of the current epoch. They are cleared only
// after the lines of the epoch are written. So a checkpoint of the very end of
// an epoch (after Ctrl-C or a lost GPU during the evaluation) still has the
// sums for its lines.
//
//===----------------------------------------------------------------------===//

#include "runtime/Train.h"
#include "runtime/Checkpoint.h"
#include "runtime/Console.h"
#include "runtime/CudaDriver.h"
#include "runtime/Divergence.h"
#include "runtime/Error.h"
#include "runtime/Evaluate.h"
#include "runtime/File.h"
#include "runtime/Info.h"
#include "runtime/Initialize.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/OutputDirectory.h"
#include "runtime/Progress.h"
#include "runtime/Report.h"
#include "runtime/Schedule.h"
#include "runtime/Session.h"
#include "runtime/Shuffle.h"
#include "runtime/Signals.h"
#include "runtime/Statistics.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <memory>

namespace vib::runtime {

namespace {

using Clock = std::chrono::steady_clock;

/// The files of a run in --out.
constexpr const char *checkpointName = "checkpoint.safetensors";
constexpr const char *metricsName = "metrics.jsonl";
constexpr const char *modelName = "model.safetensors";

double secondsSince(Clock::time_point begin) {
  return std::chrono::duration<double>(Clock::now() - begin).count();
}

/// Whether `longer` has the fingerprints of `shorter` and that of one more
/// split.
bool addsSplit(const std::string &longer, const std::string &shorter) {
  return !shorter.empty() && longer.compare(0, shorter.size(), shorter) == 0 &&
         longer.compare(shorter.size(), 2, ", ") == 0;
}

/// The model's values with those that flags replace.
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

class TrainingRun {
public:
  TrainingRun(const VibModel &model, const Options &options)
      : model(model), options(options), values(valuesFor(model, options)),
        checkpointPath(joinPath(options.out, checkpointName)),
        metricsPath(joinPath(options.out, metricsName)),
        modelPath(joinPath(options.out, modelName)), progress(!options.quiet),
        state(model), session(makeSession(model, options)), sums(model) {}

  int run() {
    openDirectory();
    try {
      loadData();
    } catch (const Error &) {
      // A setting that the checkpoint has may be what the data lacks.
      if (resumes())
        checkSettings();
      throw;
    }
    startOrResume();
    introduce();
    isFinished = step >= limit && !atEpochEnd();
    if (isFinished)
      sayFinished();
    if (options.profile)
      session->startProfile();
    try {
      trainToLimit();
      finish();
    } catch (const Interrupted &) {
      progress.clear();
      complain("{}: interrupted at step {}; {} is written, and --resume "
               "continues from it\n",
               programName(), step, checkpointPath);
      return interruptionCode();
    } catch (const DeviceError &error) {
      progress.clear();
      fail("after step {}: {}; training stops, {}", step, error.what(),
           lastGood());
    }
    return 0;
  }

private:
  bool resumes() const { return options.resume && fileExists(checkpointPath); }
  void openDirectory();
  void loadData();
  void checkSettings();
  void startOrResume();
  void restoreSums(const Checkpoint &saved);
  uint64_t readMetrics(uint64_t lines);
  void introduce();
  void sayFinished();
  std::vector<std::string> describeVarying(const Context &now) const;
  void trainToLimit();
  void trainSteps();
  uint64_t nextStop() const;
  void setOrder(uint64_t epoch);
  void count(const StepSums &done);
  void report(bool wholeEpoch);
  void finish();

  /// The number of updates in an epoch.
  uint64_t stepsPerEpoch() const {
    return uint64_t(session->batchesOf(train.rows()));
  }
  /// The epoch of the last update, from 0.
  uint64_t lastEpoch() const { return step ? (step - 1) / stepsPerEpoch() : 0; }
  /// The number of epochs of the run, the last of which --steps may cut short.
  int64_t epochsInAll() const {
    return int64_t((std::max(limit, step) - 1) / stepsPerEpoch() + 1);
  }
  /// The terms of the first step in checkpoints: two at least, as there always
  /// were.
  size_t firstTermsSize() const { return std::max<size_t>(2, model.num_terms); }
  bool atEpochEnd() const {
    return step % stepsPerEpoch() == 0 && sums.rows > 0;
  }
  double elapsed() const { return secondsBefore + secondsSince(begun); }

  /// The context of lines that are written now.
  Context context(const char *split, const char *weights) const;
  Figures runningFigures() const;
  void showLive();
  /// The checkpoint's settings: all but the state of the run.
  Checkpoint describeSettings() const;
  Checkpoint describeCheckpoint() const;
  void fetchFiniteState();
  void save();
  std::string lastGood() const;
  std::string advice() const;

  const VibModel &model;
  const Options &options;
  const HyperParameters values;
  const std::string checkpointPath, metricsPath, modelPath;
  Progress progress;
  State state;
  const std::unique_ptr<Session> session;
  std::optional<OutputDirectory> directory;

  Split train;
  std::optional<Split> test;
  int trainRows = 0, testRows = 0; ///< Their numbers in the session.
  std::string data; ///< Fingerprints, in the form of the checkpoint.
  std::vector<double> trainEntropies; ///< Of the labels of each target.

  uint64_t step = 0;  ///< The number of updates so far.
  uint64_t limit = 0; ///< The number of updates at the end of the run.
  RunningSums sums;
  /// The terms of the loss of step 1, perhaps of an older run.
  std::optional<std::vector<double>> firstTerms;
  std::string divergence; ///< Message for the last line; empty if it is fine.
  std::optional<uint64_t> orderedEpoch; ///< The epoch of the order.
  std::unique_ptr<LineFile> metrics;
  uint64_t metricsLines = 0;
  std::optional<uint64_t> savedStep; ///< Of the checkpoint on the disk.
  bool isFinished = false; ///< No step was left when the run was resumed.

  Clock::time_point begun = Clock::now();
  double secondsBefore = 0; ///< Of the resumed runs.
  uint64_t firstStep = 0;   ///< Of this run.
  double rowsTrained = 0;   ///< In this run.
  double trainSeconds = 0;  ///< Of this run, without evaluations.
};

/// Creates and locks --out. Then checks that it contains a run to resume, or no
/// run if a new one starts.
void TrainingRun::openDirectory() {
  directory.emplace(options.out, std::vector<std::string>{
                                     checkpointName, metricsName, modelName});
  bool hasCheckpoint = fileExists(checkpointPath);
  if (options.resume && hasCheckpoint)
    return;
  // A run that failed before its first line leaves an empty metrics.jsonl.
  for (const std::string &path : {checkpointPath, modelPath, metricsPath}) {
    if (!fileExists(path) || (path == metricsPath && readFile(path).empty()))
      continue;
    if (options.resume)
      fail("{} contains {} but no {}, so --resume cannot continue: put the "
           "checkpoint back, or give another --out",
           options.out, path, checkpointName);
    fail("{} already contains a run ({}): give --resume to continue it, or "
         "another --out",
         options.out, path);
  }
}

void TrainingRun::loadData() {
  uint64_t firstLabel = options.firstLabel.value_or(0);
  train = loadSplit(options.data, "train", model, firstLabel);
  data = "train " + fingerprint(train);
  if (options.evaluate != Choice::None) {
    test = loadSplit(options.data, "test", model, firstLabel);
    data += ", test " + fingerprint(*test);
  }
  trainEntropies = labelEntropies(train);
  trainRows = session->addRows(train.inputs, &train.labels);
  if (test)
    testRows = session->addRows(test->inputs, &test->labels);

  uint64_t epochs = uint64_t(options.epochs.value_or(model.epochs));
  if (__builtin_mul_overflow(epochs, stepsPerEpoch(), &limit))
    limit = UINT64_MAX;
  limit = std::min(limit, options.steps.value_or(UINT64_MAX));
  // Schedules and metrics count steps in doubles.
  constexpr uint64_t mostSteps = UINT64_C(1) << 53;
  if (limit > mostSteps)
    fail("{} epochs of {} steps are more than 2^53 steps: give fewer --epochs, "
         "or --steps",
         grouped(int64_t(epochs)), grouped(int64_t(stepsPerEpoch())));
}

/// Throws an Error if the settings of this run, apart from the data, are not
/// those of the checkpoint.
void TrainingRun::checkSettings() {
  Checkpoint saved = loadCheckpoint(checkpointPath, model, state);
  Checkpoint wanted = describeSettings();
  wanted.data = saved.data;
  checkResume(checkpointPath, saved, wanted);
}

void TrainingRun::startOrResume() {
  bool resumed = resumes();
  if (resumed) {
    Checkpoint saved = loadCheckpoint(checkpointPath, model, state);
    Checkpoint wanted = describeCheckpoint();
    // A run without evaluation has no fingerprint of the test data.
    if (addsSplit(saved.data, wanted.data))
      saved.data = wanted.data;
    else if (addsSplit(wanted.data, saved.data))
      wanted.data = saved.data;
    checkResume(checkpointPath, saved, wanted);
    step = firstStep = saved.step;
    savedStep = step;
    restoreSums(saved);
    metricsLines = saved.metricsLines;
  } else if (!options.init.empty()) {
    // With the statistics of the data that those weights were trained on.
    loadWeights(options.init, model, Use::Any, state.weights.data());
    state.shareStatistics(model);
  } else {
    initializeWeights(model, values.seed, state.weights.data());
    std::string advice = setStatistics(model, train.inputs, state);
    if (!advice.empty())
      warn("{}", advice);
  }
  session->setState(state);
  metrics = std::make_unique<LineFile>(metricsPath, readMetrics(metricsLines));

  if (resumed)
    progress.keep(fmt::format("resuming {} at step {}", checkpointPath, step));
  else if (options.resume)
    progress.keep(
        fmt::format("no checkpoint in {}: starting at step 0", options.out));
}

/// Restores the sums of the current epoch, and checks that they fit the step.
void TrainingRun::restoreSums(const Checkpoint &saved) {
  auto found = saved.sums.find("train");
  std::optional<RunningSums> read;
  if (found != saved.sums.end())
    read = RunningSums::fromValues(model, found->second);
  if (!read)
    fail("{}: damaged: it lacks the sums of the current epoch", checkpointPath);
  uint64_t steps = step % stepsPerEpoch();
  double rows = double(steps) * double(model.batch);
  double wholeEpoch = double(train.rows());
  if (read->rows != rows &&
      !(steps == 0 && step > 0 && read->rows == wholeEpoch))
    fail("{}: damaged: its sums are over {} row{}, expected {} at step {}",
         checkpointPath, read->rows, read->rows == 1 ? "" : "s", rows, step);
  if (!read->isPossible(model))
    fail("{}: damaged: its sums of the current epoch are impossible",
         checkpointPath);
  sums = *read;

  // Checkpoints of earlier versions lack it.
  auto first = saved.sums.find("first_step");
  if (first == saved.sums.end())
    return;
  const std::vector<double> &terms = first->second;
  if (terms.size() != firstTermsSize() ||
      !std::all_of(terms.begin(), terms.end(),
                   [](double term) { return std::isfinite(term); }))
    fail("{}: damaged: the loss of its first step is impossible",
         checkpointPath);
  firstTerms.emplace(terms.begin(), terms.begin() + model.num_terms);
}

/// Returns the size in bytes of the first `lines` lines of metrics.jsonl. Reads
/// the time that the run has taken so far from the last of them.
uint64_t TrainingRun::readMetrics(uint64_t lines) {
  if (lines == 0)
    return 0;
  Bytes bytes = readFile(metricsPath);
  size_t begin = 0, end = 0;
  for (uint64_t line = 0; line < lines; ++line) {
    begin = end;
    end = size_t(std::find(bytes.begin() + begin, bytes.end(), '\n') -
                 bytes.begin()) +
          1;
    if (end > bytes.size())
      fail(
          "{}: {}, expected at least {} according to the checkpoint at step {}",
          metricsPath, counted(int64_t(line), "line"), lines, step);
  }
  auto last = nlohmann::json::parse(bytes.begin() + begin, bytes.begin() + end,
                                    nullptr, /*allow_exceptions=*/false);
  if (!last.is_object() || !last.contains("seconds") ||
      !last["seconds"].is_number() || !last.contains("step") ||
      !last["step"].is_number_unsigned())
    fail("{}: line {} is not a line of metrics", metricsPath, lines);
  uint64_t lastStep = last["step"];
  if (lastStep > step || step - lastStep > stepsPerEpoch())
    fail("{}: line {} is of step {}, which does not fit the checkpoint at step "
         "{}",
         metricsPath, lines, lastStep, step);
  secondsBefore = last["seconds"].get<double>();
  return end;
}

void TrainingRun::introduce() {
  progress.keep(fmt::format("{}: {}, {}, {}, {}", model.name, model.options,
                            model.target, model.compiler,
                            session->describeDevice()));
  progress.keep(describe(train));
  if (test)
    progress.keep(describe(*test));
  if (uint64_t first = options.firstLabel.value_or(0))
    progress.keep(describeFirstLabel(first));
  std::vector<std::string> advice;
  for (uint32_t i = 0; i < model.num_inputs; ++i)
    if (!model.inputs[i].scaled)
      advice.push_back(adviseScale(train.inputs[i]));
  for (uint32_t i = 0; i < model.num_targets; ++i)
    advice.push_back(adviseScale(train.labels[i], model.targets[i].outputs));
  for (const std::string &text : advice)
    if (!text.empty())
      warn("{}", text);
  if (values.rate == 0)
    warn("the learning rate is 0, so training changes no weights");
  progress.keep(fmt::format("batch {}, {} an epoch, {} in all, epochs counted "
                            "from 0, seed {}",
                            model.batch,
                            counted(int64_t(stepsPerEpoch()), "step"),
                            counted(int64_t(limit), "step"), values.seed));
  if (step >= limit)
    return; // No step follows, so the schedules have no values to describe.
  auto course = [&](const VibSchedule &schedule, double base) {
    return describeCourse(schedule, base, step, limit, stepsPerEpoch());
  };
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    progress.keep(fmt::format(
        "{} {}", nameOf(model, model.coefficients[i]),
        course(model.coefficients[i].schedule, values.coefficients[i])));
  progress.keep("learning rate " + course(model.rate_schedule, values.rate));
}

/// Prints that the run is already finished, and how to continue it.
void TrainingRun::sayFinished() {
  bool countsSteps = options.steps == limit;
  std::string done =
      step == limit && limit > 1
          ? fmt::format("all {} steps are done", grouped(int64_t(limit)))
          : fmt::format(
                "{} {} done, and {} allows {} in all",
                counted(int64_t(step), "step"), step == 1 ? "is" : "are",
                countsSteps ? "--steps" : "--epochs", grouped(int64_t(limit)));
  uint64_t epochs = (step + stepsPerEpoch() - 1) / stepsPerEpoch();
  progress.keep(fmt::format(
      "nothing is left to do: {}; to continue, give {}", done,
      countsSteps ? fmt::format("a larger --steps, such as {}", 2 * step)
                  : fmt::format("more --epochs, such as {}", 2 * epochs)));
}

/// The coefficients and the learning rate of the last update that have a
/// schedule.
std::vector<std::string>
TrainingRun::describeVarying(const Context &now) const {
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

void TrainingRun::trainToLimit() {
  while (true) {
    if (atEpochEnd())
      report(/*wholeEpoch=*/true);
    if (step >= limit)
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

/// The number of updates at the next end of an epoch or checkpoint.
uint64_t TrainingRun::nextStop() const {
  auto nextMultiple = [&](uint64_t every) {
    uint64_t left = every - step % every;
    return left <= limit - step ? step + left : limit;
  };
  uint64_t stop = nextMultiple(stepsPerEpoch());
  if (options.checkpointEvery)
    stop = std::min(stop, nextMultiple(options.checkpointEvery));
  return stop;
}

void TrainingRun::setOrder(uint64_t epoch) {
  if (orderedEpoch == epoch)
    return;
  if (options.shuffle || !orderedEpoch) {
    std::vector<uint32_t> order = session->takeTrainingOrder();
    if (options.shuffle)
      shuffleRows(values.seed, epoch, train.rows(), order);
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
    trainSeconds += secondsSince(start);
    if (progress.due())
      showLive();
    start = Clock::now();
  };
  uint64_t asked = step, stop = nextStop();
  std::vector<VibStep> steps;
  while (asked < stop && !interrupted()) {
    steps.clear();
    for (; asked < stop && steps.size() < session->stepsAtOnce(); ++asked) {
      VibStep next =
          makeTrainStep(model, values, asked, int64_t(stepsPerEpoch()));
      int64_t first = int64_t(asked % stepsPerEpoch()) * model.batch;
      setBatch(next, first, std::min(model.batch, train.rows() - first));
      steps.push_back(next);
    }
    session->train(steps.data(), steps.size(), done);
  }
  session->finishSteps(done);
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
  if (!notFinite.empty()) {
    progress.clear();
    fail("step {}: the loss is not finite{}: training has diverged and stops, "
         "{}; {}",
         step, notFinite, lastGood(), advice());
  }
  double rows = double(done.step.rows), loss = 0;
  std::vector<double> terms;
  for (const VibTerm &term : termsOf(model)) {
    double sum =
        factorOf(term, done.step.coefficients) * done.figures[term.figure];
    terms.push_back(sum / rows);
    loss += sum;
  }
  if (!firstTerms)
    firstTerms = std::move(terms);
  sums.rows += double(done.step.rows);
  for (size_t i = 0; i < done.figures.size(); ++i)
    sums.figures[i] += done.figures[i];
  sums.loss += loss;
  rowsTrained += double(done.step.rows);
}

Context TrainingRun::context(const char *split, const char *weights) const {
  VibStep last = makeTrainStep(model, values, step ? step - 1 : 0,
                               int64_t(stepsPerEpoch()));
  Context result;
  result.split = split;
  result.weights = weights;
  result.epoch = int64_t(lastEpoch());
  result.step = step;
  result.coefficients.assign(last.coefficients,
                             last.coefficients + model.num_coefficients);
  result.rate = last.rate;
  result.seed = values.seed;
  result.seconds = elapsed();
  return result;
}

Figures TrainingRun::runningFigures() const {
  return trainFigures(model, sums, trainEntropies, context("train", "raw"));
}

void TrainingRun::showLive() {
  if (sums.rows == 0)
    return;
  Figures figures = runningFigures();
  LiveFigures live;
  live.epoch = int64_t(lastEpoch());
  live.epochs = epochsInAll();
  live.fraction = sums.rows / double(train.rows());
  live.figures = &figures;
  live.rowsPerSecond = rowsTrained / trainSeconds;
  live.rowName = inputTensor(model).type == VIB_U8 ? "images" : "rows";
  live.secondsLeft =
      secondsSince(begun) / double(step - firstStep) * double(limit - step);
  progress.training(live);
}

/// Evaluates and writes the lines of the epoch. After a whole epoch it writes
/// the checkpoint. If the run ends within an epoch, the checkpoint has already
/// been written.
void TrainingRun::report(bool wholeEpoch) {
  fetchFiniteState();
  // A run with lines but without a checkpoint could not be resumed.
  if (!savedStep)
    save();
  std::vector<Figures> lines = {runningFigures()};

  // The state is in the host's memory, so it can be saved after the device has
  // failed.
  auto keepEpoch = [&] {
    if (wholeEpoch)
      save();
  };
  auto showTest = [&](int64_t rows) {
    if (interrupted())
      throw Interrupted();
    progress.evaluating(rows, test->rows());
  };
  auto testOn = [&](const char *weights, bool average) {
    session->useAverage(average);
    Figures figures(model);
    try {
      figures = evaluate(*session, testRows, *test, defaultSamples,
                         context("test", weights), showTest);
    } catch (const Interrupted &) {
      keepEpoch();
      throw;
    } catch (const DeviceError &) {
      keepEpoch();
      throw;
    } catch (const Error &error) {
      fail("step {}: {}: training has diverged and stops, {}; {}", step,
           error.what(), lastGood(), advice());
    }
    figures.context.seconds = elapsed();
    lines.push_back(figures);
  };
  Choice choice = options.evaluate;
  if (choice == Choice::Default)
    choice = model.averaged ? Choice::Average : Choice::Raw;
  if (choice == Choice::Average || choice == Choice::Both)
    testOn("average", true);
  if (choice == Choice::Raw || choice == Choice::Both)
    testOn("raw", false);

  for (const Figures &figures : lines) {
    metrics->append(toJson(figures));
    std::string term = firstTerms ? divergedTerm(model, *firstTerms,
                                                 figures.terms(), figures.loss)
                                  : "";
    divergence = term.empty() ? "" : describeDivergence(*firstTerms, figures);
    // These lines were shown when the run reached its last step.
    if (isFinished)
      continue;
    // On a terminal the live line has already shown the training figures.
    if (progress.isLive() && lines.size() > 1 && &figures == &lines.front())
      continue;
    std::vector<std::string> items = summarize(figures);
    items.front() =
        epochTitle(int64_t(lastEpoch()), epochsInAll()) + "  " + items.front();
    for (std::string &item : describeVarying(figures.context))
      items.push_back(std::move(item));
    if (!term.empty())
      items.push_back(fmt::format("DIVERGED ({})", term));
    items.push_back("after " + duration(figures.context.seconds));
    progress.keep(joinItems(items));
  }
  metrics->sync();
  if (!wholeEpoch)
    return;
  metricsLines += lines.size();
  sums = RunningSums(model);
  save();
}

void TrainingRun::finish() {
  // At the end of an epoch the checkpoint has already been written.
  if (sums.rows > 0) {
    save();
    report(/*wholeEpoch=*/false);
  }
  const Memory &weights = model.averaged ? state.average : state.weights;
  saveWeights(modelPath, model, weights.data(), model.averaged,
              describeCheckpoint());
  progress.keep(fmt::format("{} has the {} weights of step {}", modelPath,
                            model.averaged ? "average" : "raw",
                            grouped(int64_t(step))));
  if (!divergence.empty()) {
    progress.clear();
    warn("training has diverged: {}; {}", divergence, advice());
  }
  if (options.profile)
    printText(session->describeProfile(step - firstStep, trainSeconds));
}

Checkpoint TrainingRun::describeSettings() const {
  Checkpoint checkpoint;
  checkpoint.model = model.name;
  checkpoint.hash = model.hash;
  checkpoint.batch = model.batch;
  checkpoint.training = describeTraining(model);
  checkpoint.data = data;
  checkpoint.seed = values.seed;
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    checkpoint.coefficients[nameOf(model, model.coefficients[i])] =
        values.coefficients[i];
  checkpoint.rate = values.rate;
  checkpoint.shuffle = options.shuffle;
  if (options.firstLabel.value_or(0) != 0)
    checkpoint.extra[firstLabelKey] = std::to_string(*options.firstLabel);
  return checkpoint;
}

Checkpoint TrainingRun::describeCheckpoint() const {
  Checkpoint checkpoint = describeSettings();
  checkpoint.step = step;
  checkpoint.sums["train"] = sums.values(model);
  if (firstTerms) {
    checkpoint.sums["first_step"] = *firstTerms;
    checkpoint.sums["first_step"].resize(firstTermsSize());
  }
  checkpoint.metricsLines = metricsLines;
  Context now = context("", "");
  checkpoint.extra["epoch"] = fmt::format("{}", *now.epoch);
  checkpoint.extra["current_lr"] = fmt::format("{}", now.rate);
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    checkpoint.extra[currentKey(model, model.coefficients[i])] =
        fmt::format("{}", now.coefficients[i]);
  return checkpoint;
}

std::string TrainingRun::lastGood() const {
  return savedStep ? fmt::format("{} is still that of step {}", checkpointPath,
                                 *savedStep)
                   : "no checkpoint was written";
}

std::string TrainingRun::advice() const {
  std::string text =
      fmt::format("try a smaller learning rate (--lr, here {:g})", values.rate);
  for (uint32_t i = 0; i < model.num_coefficients; ++i) {
    const VibCoefficient &coefficient = model.coefficients[i];
    if (values.coefficients[i] <= coefficient.value)
      continue;
    std::string flag = isBeta(model, coefficient)
                           ? "coefficient of the rate (--beta"
                           : fmt::format("{} (--coefficient", coefficient.name);
    text += fmt::format(" or a smaller {}, here {:g}; the model has {:g})",
                        flag, values.coefficients[i], coefficient.value);
  }
  return text;
}

/// Copies the state to the host, and fails if it is not finite.
void TrainingRun::fetchFiniteState() {
  session->fetchState();
  std::string name = findNonFinite(model, state);
  if (!name.empty())
    fail("step {}: {} is not finite: training has diverged and stops, {}; {}",
         step, name, lastGood(), advice());
}

void TrainingRun::save() {
  fetchFiniteState();
  try {
    saveCheckpoint(checkpointPath, model, state, describeCheckpoint());
  } catch (const Error &error) {
    fail("{}; {}", error.what(), lastGood());
  }
  savedStep = step;
}

} // namespace

int runTrain(const VibModel &model, const Options &options) {
  return TrainingRun(model, options).run();
}

} // namespace vib::runtime
