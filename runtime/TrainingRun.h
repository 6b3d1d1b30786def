//===- TrainingRun.h - A training run ---------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A run may be killed at any time, and resuming it must give the same files as
// an uninterrupted run. These rules ensure this:
//
//   - At the end of an epoch its lines are appended to metrics.jsonl and
//     synced. Then the checkpoint is written, with the number of lines.
//   - Before the first line, a checkpoint with 0 lines is written, so that
//     there are never lines without a checkpoint.
//   - A resumed run truncates metrics.jsonl to the checkpoint's number of
//     lines. This removes lines of later epochs, and those of a run that ended
//     in the middle of an epoch. They are written again.
//   - The checkpoint names the best epoch. If that is the epoch that has just
//     ended, its weights are in the checkpoint, and best.safetensors is written
//     after it, by a resumed run again. Otherwise best.safetensors has been
//     written before it.
//   - The checkpoint says whether the last of these lines is of diverged
//     weights, and why.
//   - The lines of the test data at the end of a run with validation data are
//     in no checkpoint. A resumed run writes them at its own end.
//
// A run without --out, of the library, keeps the same files in memory.
//
// The checkpoint contains the sums of the current epoch. They are cleared only
// after the lines of the epoch are written. So a checkpoint of the very end of
// an epoch (after Ctrl-C or a lost GPU during the evaluation) still has the
// sums for its lines.
//
// TrainingRun.cpp has the loop, TrainingFiles.cpp what is read and written, and
// TrainingReport.cpp the lines of an epoch.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_TRAININGRUN_H
#define VIB_RUNTIME_TRAININGRUN_H

#include "runtime/BestEpoch.h"
#include "runtime/Checkpoint.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Metrics.h"
#include "runtime/Options.h"
#include "runtime/OutputDirectory.h"
#include "runtime/Progress.h"
#include "runtime/Schedule.h"
#include "runtime/Session.h"
#include "runtime/TrainingData.h"

#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// The files of a run in --out.
constexpr const char *checkpointName = "checkpoint.safetensors";
constexpr const char *metricsName = "metrics.jsonl";
constexpr const char *modelName = "model.safetensors";
constexpr const char *bestName = "best.safetensors";

/// The path of a file by which a folder contains a run, or "" if there is none.
/// An empty metrics.jsonl is none: a run that ends before its first line may
/// leave one.
std::string findRunIn(const std::string &folder);

/// The model's values with those that flags replace.
HyperParameters valuesFor(const VibModel &model, const Options &options);

/// Training has diverged, and the run cannot continue.
class Diverged : public Error {
public:
  using Error::Error;
};

/// --out has a run, and a new one was to start.
class RunExists : public Error {
public:
  using Error::Error;
};

class TrainingRun {
public:
  /// A new run starts from the weights `initial`, or else from those of --init
  /// or of the seed.
  TrainingRun(const VibModel &model, const Options &options, Display &display,
              const SafetensorsReader *initial = nullptr);

  /// Opens the device, and creates and locks --out. Then checks that it
  /// contains a run to resume, or no run if a new one starts.
  void open();
  /// Throws an Error if the settings of this run, apart from the data, are not
  /// those of the checkpoint of a run that it resumes.
  void checkSettings();
  /// Whether --out has a finished run. Throws an Error if its settings or data
  /// are not those of this run.
  bool isFinishedBefore(const TrainingData &data);
  /// A fingerprint of the settings and the data, by which a run without a
  /// checkpoint is told from others.
  std::string fingerprintSettings(const TrainingData &data);
  /// Trains to the end, evaluates and writes everything. Throws Interrupted,
  /// after a checkpoint, if a signal ends it.
  void train(const TrainingData &data);

  /// The number of updates so far, and at the end of the run.
  uint64_t steps() const { return step; }
  const std::string &checkpoint() const { return checkpointPath; }
  /// Why the weights of the finished run are useless, or "" if they are not.
  const std::string &whyDiverged() const { return divergence; }
  /// The updates at the end of the best epoch, if there is one.
  std::optional<uint64_t> bestStep() const {
    return best ? best->step() : std::nullopt;
  }
  /// The figures of the last line that the run has written, as summarize() has
  /// them, without the split. Empty if it has written none.
  const std::vector<std::string> &lastFigures() const { return lastItems; }
  std::string describeProfile() const;
  /// Takes the files of a run without --out, by name.
  std::map<std::string, Bytes> takeFiles() { return std::move(filesInMemory); }

private:
  using Clock = std::chrono::steady_clock;

  bool resumes() const;
  void divide(const TrainingData &shared);
  void write(const std::string &path, const SafetensorsWriter &writer);
  SafetensorsReader read(const std::string &path) const;
  void appendMetrics(const std::string &line);
  void syncMetrics();
  uint64_t findLimit() const;
  void requireTemperatures() const;
  void setInit(const Checkpoint &saved);
  void restore();
  void startOrResume();
  void restoreSums(const Checkpoint &saved);
  void restoreBest(const Checkpoint &saved);
  void restoreAscents(const Checkpoint &saved);
  void requireBest();
  uint64_t readMetrics(uint64_t lines);
  void introduce();
  void sayFinished();
  void trainToLimit();
  void trainSteps();
  uint64_t nextStop() const;
  void setOrder(uint64_t epoch);
  void count(const StepSums &done);
  bool isLineDue() const;
  bool stopsEarly() const;
  bool coefficientsAreFinal() const;

  void logStep();
  void report(bool wholeEpoch);
  /// Evaluates the session's weights on a split.
  Figures evaluateOn(const Split &split, int rows, Context context);
  std::vector<bool> evaluatedWeights() const;
  std::vector<Figures> evaluateEpoch(bool wholeEpoch);
  void writeLine(const Figures &figures, bool isShown, const char *note);
  void finish();
  void test();

  /// The number of rows to train on.
  int64_t rows() const {
    return part->rows.empty() ? data->train.rows() : int64_t(part->rows.size());
  }
  /// The number of updates in an epoch.
  uint64_t stepsPerEpoch() const {
    return uint64_t((rows() + model.batch - 1) / model.batch);
  }
  /// The epoch of an update, from 0.
  uint64_t epochOf(uint64_t update) const {
    return update ? (update - 1) / stepsPerEpoch() : 0;
  }
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
  double elapsed() const;

  /// Whether evaluation uses the averaged weights. best.safetensors has those
  /// that were evaluated.
  bool validatesAverage() const {
    return model.averaged && options.evaluate != Choice::Raw;
  }
  const Split *validation() const {
    return part->drawn        ? &*part->drawn
           : data->validation ? &*data->validation
                              : nullptr;
  }

  /// The context of lines about the weights after `update` updates.
  Context contextAt(uint64_t update, const std::string &split,
                    bool average) const;
  Figures runningFigures() const;
  void showLive();
  /// The checkpoint's settings: all but the state of the run.
  Checkpoint describeSettings() const;
  Checkpoint describeCheckpoint() const;
  void fetchFiniteState();
  void save();
  void saveBest();
  [[noreturn]] void failDiverged(const std::string &what) const;
  std::string lastGood() const;
  std::string advice() const;

  const VibModel &model;
  const Options &options;
  const HyperParameters values;
  HyperParameters present; ///< The same with the present value of each ascent.
  const std::string checkpointPath, metricsPath, modelPath, bestPath;
  const SafetensorsReader *const initial; ///< Or null.
  Display &display;
  State state;
  std::unique_ptr<Session> session; ///< From open() on.
  std::optional<OutputDirectory> directory;

  const TrainingData *data = nullptr;
  std::optional<TrainingPart> part;
  int trainRows = 0, testRows = 0; ///< Their numbers in the session.
  int validationRows = 0;
  /// What pseudo-inputs began as: rows of the session.
  std::optional<Split> examples;

  uint64_t step = 0;  ///< The number of updates so far.
  uint64_t limit = 0; ///< The number of updates at the end of the run.
  RunningSums sums;
  /// The terms of the loss of step 1, perhaps of an older run.
  std::optional<std::vector<double>> firstTerms;
  std::vector<std::string> lastItems; ///< See lastFigures().
  std::string init;       ///< The file of --init, as the checkpoint has it.
  std::string divergence; ///< Message for the last line; empty if it is fine.
  std::optional<uint64_t> orderedEpoch; ///< The epoch of the order.
  std::optional<BestEpoch> best;        ///< With validation data.
  std::unique_ptr<LineFile> metrics;    ///< Null without --out.
  std::map<std::string, Bytes> filesInMemory;
  uint64_t metricsLines = 0;
  std::optional<uint64_t> loggedStep; ///< Of the last line of --log-every.
  std::optional<uint64_t> savedStep;  ///< Of the checkpoint on the disk.
  bool isFinished = false; ///< No step was left when the run was resumed.

  Clock::time_point begun = Clock::now();
  double secondsBefore = 0; ///< Of the resumed runs.
  uint64_t firstStep = 0;   ///< Of this run.
  double rowsTrained = 0;   ///< In this run.
  double trainSeconds = 0;  ///< Of this run, without evaluations.
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_TRAININGRUN_H
