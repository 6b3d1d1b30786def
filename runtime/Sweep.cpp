//===- Sweep.cpp - The command sweep --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Sweep.h"
#include "runtime/AvailableMemory.h"
#include "runtime/Console.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Safetensors.h"
#include "runtime/Signals.h"
#include "runtime/SweepRecord.h"
#include "runtime/SweepTable.h"
#include "runtime/ThreadPool.h"
#include "runtime/TrainingRun.h"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <new>
#include <thread>

namespace vib::runtime {

namespace {

class Sweep {
public:
  Sweep(const VibModel &model, const Options &options);

  int run();

private:
  void openDirectory();
  void requireModel() const;
  void findComplete();
  bool isComplete(const SweepRun &run);
  void introduce();
  void showTable();
  void trainAll();
  void work();
  void train(size_t row);
  RunOutcome trainRun(const SweepRun &run, SweepRow &display,
                      std::vector<std::string> &last);
  RunOutcome trainOpened(TrainingRun &training, std::vector<std::string> &last);

  const VibModel &model;
  const Options &options;
  const bool isPart;
  std::vector<SweepRun> runs; ///< Of this part.
  SweepRecord record;
  std::vector<bool> complete; ///< Runs that are not trained again.
  std::optional<OutputDirectory> directory;
  TrainingData data;
  SweepTable table;
  int jobs = 1;

  std::atomic<size_t> next{0}; ///< The next run to train.
  std::mutex mutex;
  std::condition_variable ended;
  size_t working = 0; ///< The number of threads that are at work.
  /// What no run is to blame for: the record could not be written.
  std::exception_ptr error;
};

/// The runs of this part: every N-th one, so that the parts are alike.
std::vector<SweepRun> takePart(const std::vector<SweepRun> &all,
                               const Options &options) {
  std::vector<SweepRun> part;
  for (uint64_t i = options.part - 1; i < all.size(); i += options.parts) {
    part.push_back(all[i]);
    // Runs side by side use the processors better than threads of one run.
    if (part.back().options.threads == 0)
      part.back().options.threads = 1;
  }
  return part;
}

std::vector<std::string> namesOf(const std::vector<SweepRun> &runs) {
  std::vector<std::string> names;
  for (const SweepRun &run : runs)
    names.push_back(run.name);
  return names;
}

} // namespace

Sweep::Sweep(const VibModel &model, const Options &options)
    : model(model), options(options), isPart(options.parts > 1),
      runs(takePart(listRuns(model, options), options)),
      record(options.out, listRuns(model, options), isPart),
      complete(runs.size()), table(namesOf(runs), !options.quiet) {
  int most =
      model.gpu ? 1
      : options.jobs
          ? options.jobs
          : std::max(1, availableProcessors() / std::max(options.threads, 1));
  jobs = int(std::min(size_t(most), std::max<size_t>(runs.size(), 1)));
}

/// Locks --out, unless other parts write there, too. Then checks that there is
/// a sweep to resume, or none if a new one starts.
void Sweep::openDirectory() {
  if (!isPart)
    directory.emplace(options.out,
                      std::vector<std::string>{SweepRecord::fileName});
  if (options.resume) {
    record.read();
    return requireModel();
  }
  std::string path = !isPart && fileExists(record.path) ? record.path : "";
  for (size_t i = 0; i < runs.size() && path.empty(); ++i)
    path = findRunIn(runs[i].options.out);
  if (!path.empty())
    fail("{} already contains a sweep ({}): give --resume to continue it, or "
         "another --out",
         options.out, path);
}

/// A sweep has one model, so the weights of one run tell which.
void Sweep::requireModel() const {
  for (const std::string &name : record.names()) {
    std::string path = joinPath(joinPath(options.out, name), modelName);
    if (!fileExists(path))
      continue;
    SafetensorsReader reader(path);
    const Metadata &metadata = reader.metadata();
    auto found = metadata.find("model"), hash = metadata.find("hash");
    if (found == metadata.end() || hash == metadata.end())
      continue;
    if (found->second != model.name || hash->second != model.hash)
      fail(
          "{}: cannot resume: its runs are of the model {} (hash {}), and this "
          "program is of {} (hash {}): give another --out",
          options.out, found->second, hash->second, model.name, model.hash);
    return;
  }
}

/// Checks the settings of all runs that have begun before any is continued, and
/// finds those that need no more training.
void Sweep::findComplete() {
  for (size_t i = 0; i < runs.size() && options.resume; ++i) {
    throwIfInterrupted();
    complete[i] = isComplete(runs[i]);
    if (complete[i])
      table.end(i, SweepTable::State::Skipped,
                {nameOf(*record.statusOf(runs[i].name))});
  }
}

bool Sweep::isComplete(const SweepRun &run) {
  std::optional<RunStatus> status = record.statusOf(run.name);
  bool hasDiverged = status == RunStatus::Diverged;
  bool hasCheckpoint = fileExists(joinPath(run.options.out, checkpointName));
  if (!hasCheckpoint && !hasDiverged)
    return false;
  TrainingRun training(model, run.options, table);
  if (!hasCheckpoint)
    return training.fingerprintSettings(data) == record.settingsOf(run.name);
  bool isFinished = training.isFinishedBefore(data);
  return hasDiverged || (status == RunStatus::Done && isFinished);
}

void Sweep::introduce() {
  table.keep(fmt::format("{}: {}, {}, {}", model.name, model.options,
                         model.target, model.compiler));
  introduceData(model, options, data, table);
  size_t done = table.count(SweepTable::State::Skipped);
  table.keep(fmt::format(
      "{}{}{}, {} at a time", counted(int64_t(runs.size()), "run"),
      isPart ? fmt::format(" (part {} of {})", options.part, options.parts)
             : "",
      done ? fmt::format(", {} of which ended before", done) : "", jobs));
}

/// Without memory for the table, the runs go on.
void Sweep::showTable() {
  try {
    table.redraw();
  } catch (const std::exception &) {
  }
}

void Sweep::trainAll() {
  std::vector<std::thread> threads;
  working = size_t(jobs);
  try {
    threads.reserve(size_t(jobs));
    for (int i = 0; i < jobs; ++i)
      threads.emplace_back([this] { work(); });
  } catch (const std::exception &) {
    // Those that there are do all the work.
    std::lock_guard<std::mutex> guard(mutex);
    working -= size_t(jobs) - threads.size();
    if (threads.empty())
      error = std::current_exception();
  }
  {
    std::unique_lock<std::mutex> lock(mutex);
    auto isOver = [&] { return working == 0; };
    while (!ended.wait_for(lock, std::chrono::milliseconds(100), isOver)) {
      lock.unlock();
      showTable();
      lock.lock();
    }
  }
  for (std::thread &thread : threads)
    thread.join();
  showTable();
  table.leave();
  if (error)
    std::rethrow_exception(error);
}

/// Trains runs until none is left.
void Sweep::work() {
  useIeeeArithmetic();
  try {
    while (!interrupted()) {
      size_t row = next++;
      if (row >= runs.size())
        break;
      if (!complete[row])
        train(row);
    }
  } catch (const Interrupted &) {
    // The run has written its checkpoint.
  } catch (...) {
    std::lock_guard<std::mutex> guard(mutex);
    error = std::current_exception();
    next = runs.size();
  }
  std::lock_guard<std::mutex> guard(mutex);
  --working;
  ended.notify_all();
}

void Sweep::train(size_t row) {
  const SweepRun &run = runs[row];
  SweepRow display(table, row);
  table.start(row);
  std::vector<std::string> last;
  RunOutcome outcome = trainRun(run, display, last);
  record.add(run, outcome);
  if (outcome.status == RunStatus::Failed)
    table.warn(fmt::format("{}: {}", run.name, outcome.message));
  table.end(
      row,
      outcome.status == RunStatus::Done       ? SweepTable::State::Done
      : outcome.status == RunStatus::Diverged ? SweepTable::State::Diverged
                                              : SweepTable::State::Failed,
      outcome.message.empty() ? last
                              : std::vector<std::string>{outcome.message});
}

/// Whatever ends a run ends no other.
RunOutcome Sweep::trainRun(const SweepRun &run, SweepRow &display,
                           std::vector<std::string> &last) {
  try {
    TrainingRun training(model, run.options, display);
    training.open();
    return trainOpened(training, last);
  } catch (const std::bad_alloc &) {
    return {RunStatus::Failed, describeBadAlloc()};
  } catch (const std::exception &failed) {
    return {RunStatus::Failed, failed.what()};
  }
}

RunOutcome Sweep::trainOpened(TrainingRun &training,
                              std::vector<std::string> &last) {
  RunOutcome outcome;
  try {
    training.train(data);
    last = training.lastFigures();
    outcome.message = training.whyDiverged();
  } catch (const Diverged &diverged) {
    outcome.message = diverged.what();
  }
  outcome.bestStep = training.bestStep();
  if (outcome.message.empty())
    return outcome;
  outcome.status = RunStatus::Diverged;
  if (!fileExists(training.checkpoint()))
    outcome.settings = training.fingerprintSettings(data);
  return outcome;
}

int Sweep::run() {
  openDirectory();
  data = loadTrainingData(model, options);
  findComplete();
  introduce();
  trainAll();
  size_t waiting = table.count(SweepTable::State::Waiting) +
                   table.count(SweepTable::State::Running);
  if (waiting > 0 && interrupted()) {
    complain("{}: interrupted; {} of {} are left, and --resume continues with "
             "them\n",
             programName(), waiting, counted(int64_t(runs.size()), "run"));
    return interruptionCode();
  }
  table.keep(fmt::format("{} has a line for each run", record.path));
  size_t failed = table.count(SweepTable::State::Failed);
  if (failed > 0)
    fail("{} of {} failed; {} says why, and --resume tries them again", failed,
         counted(int64_t(runs.size()), "run"), record.path);
  return 0;
}

int runSweep(const VibModel &model, const Options &options) {
  return Sweep(model, options).run();
}

} // namespace vib::runtime
