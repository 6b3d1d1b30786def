//===- TrainingFiles.cpp - The files of a training run --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Info.h"
#include "runtime/Initialize.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/PseudoInputs.h"
#include "runtime/Statistics.h"
#include "runtime/TrainingRun.h"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

/// The names of the sums of a checkpoint.
static constexpr const char *epochSums = "train";
static constexpr const char *firstStepSums = "first_step";
static constexpr const char *bestSums = "best";
static constexpr const char *ascentSums = "ascents";

bool TrainingRun::resumes() const {
  return options.resume && fileExists(checkpointPath);
}

std::string findRunIn(const std::string &folder) {
  const std::string metrics = joinPath(folder, metricsName);
  for (const char *name : {checkpointName, modelName, metricsName, bestName}) {
    std::string path = joinPath(folder, name);
    if (fileExists(path) && (path != metrics || !readFile(path).empty()))
      return path;
  }
  return "";
}

void TrainingRun::open() {
  session = makeSession(model, options);
  if (options.out.empty())
    return;
  directory.emplace(options.out,
                    std::vector<std::string>{checkpointName, metricsName,
                                             modelName, bestName});
  if (resumes())
    return;
  std::string path = findRunIn(options.out);
  if (path.empty())
    return;
  if (options.resume)
    fail("{} contains {} but no {}, so --resume cannot continue: put the "
         "checkpoint back, or give another --out",
         options.out, path, checkpointName);
  throw RunExists(
      fmt::format("{} already contains a run ({}): give --resume to continue "
                  "it, or another --out",
                  options.out, path));
}

void TrainingRun::checkSettings() {
  if (!resumes())
    return;
  Checkpoint saved = loadCheckpoint(checkpointPath, model, state);
  setInit(saved);
  Checkpoint wanted = describeSettings();
  // They depend on the data, too.
  wanted.data = saved.data;
  wanted.extra[validationKey] = validationOf(saved);
  checkResume(checkpointPath, saved, wanted);
}

/// Reads the checkpoint, if it is of a run with these settings and data.
void TrainingRun::restore() {
  Checkpoint saved = loadCheckpoint(checkpointPath, model, state);
  setInit(saved);
  Checkpoint wanted = describeCheckpoint();
  // A run without evaluation has no fingerprint of the test data.
  if (differInSplits(saved.data, wanted.data))
    saved.data = wanted.data;
  checkResume(checkpointPath, saved, wanted);
  step = firstStep = saved.step;
  savedStep = step;
  restoreSums(saved);
  restoreBest(saved);
  divergence = extraOf(saved, divergedKey, "");
  restoreAscents(saved);
  metricsLines = saved.metricsLines;
}

bool TrainingRun::isFinishedBefore(const TrainingData &shared) {
  if (!fileExists(checkpointPath))
    return false;
  divide(shared);
  restore();
  return (step >= limit || stopsEarly()) && fileExists(modelPath);
}

std::string TrainingRun::fingerprintSettings(const TrainingData &shared) {
  if (!data)
    divide(shared);
  init = options.init.empty() ? noInit : describeInit(options.init);
  return fingerprint(describeSettings());
}

/// Sets the file that this run began with. `sweep --resume` is given the same
/// --init again. `train --resume` has none, and goes on with what there was.
void TrainingRun::setInit(const Checkpoint &saved) {
  if (!options.init.empty())
    init = describeInit(options.init);
  else if (options.command == Command::Train)
    init = extraOf(saved, initKey, "");
  else
    init = saved.extra.count(initKey) ? noInit : "";
}

void TrainingRun::startOrResume() {
  bool resumed = resumes();
  if (resumed) {
    restore();
    requireBest();
  } else if (initial || !options.init.empty()) {
    // With the statistics of the data that those weights were trained on.
    std::optional<SafetensorsReader> own;
    const SafetensorsReader &reader =
        initial ? *initial : own.emplace(options.init);
    loadWeights(reader, model, Use::Any, state.weights.data());
    state.shareStatistics(model);
    init = initial ? describeInit(reader.name(), state.weights)
                   : describeInit(options.init);
  } else {
    init = noInit;
    initializeWeights(model, values.seed, state.weights.data());
    std::string advice =
        setStatistics(model, data->train.inputs, part->rows, state);
    if (!advice.empty())
      display.warn(advice);
    examples = choosePseudoInputs(model, data->train, part->rows, values.seed);
    if (examples)
      setPseudoInputs(*session, *examples, state);
  }
  session->setState(state);
  if (!options.out.empty())
    metrics =
        std::make_unique<LineFile>(metricsPath, readMetrics(metricsLines));

  if (resumed)
    display.keep(fmt::format("resuming {} at step {}", checkpointPath, step));
  else if (options.resume)
    display.keep(
        fmt::format("no checkpoint in {}: starting at step 0", options.out));
}

/// Restores the sums of the current epoch, and checks that they fit the step.
void TrainingRun::restoreSums(const Checkpoint &saved) {
  auto found = saved.sums.find(epochSums);
  std::optional<RunningSums> read;
  if (found != saved.sums.end())
    read = RunningSums::fromValues(model, found->second);
  if (!read)
    fail("{}: damaged: it lacks the sums of the current epoch", checkpointPath);
  uint64_t steps = step % stepsPerEpoch();
  double counted = double(steps) * double(model.batch);
  double wholeEpoch = double(rows());
  if (read->rows != counted &&
      !(steps == 0 && step > 0 && read->rows == wholeEpoch))
    fail("{}: damaged: its sums are over {} row{}, expected {} at step {}",
         checkpointPath, read->rows, read->rows == 1 ? "" : "s", counted, step);
  if (!read->isPossible(model))
    fail("{}: damaged: its sums of the current epoch are impossible",
         checkpointPath);
  sums = *read;

  // Checkpoints of earlier versions lack it.
  auto first = saved.sums.find(firstStepSums);
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

void TrainingRun::restoreAscents(const Checkpoint &saved) {
  if (!hasDual(model))
    return;
  auto found = saved.sums.find(ascentSums);
  // A checkpoint has a value for each coefficient.
  if (found == saved.sums.end() ||
      found->second.size() != model.num_coefficients ||
      !std::all_of(
          found->second.begin(), found->second.end(),
          [](double value) { return std::isfinite(value) && value >= 0; }))
    fail("{}: damaged: it lacks the values of the coefficients",
         checkpointPath);
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    if (isDual(model.coefficients[i].schedule))
      present.coefficients[i] = found->second[i];
}

void TrainingRun::restoreBest(const Checkpoint &saved) {
  auto found = saved.sums.find(bestSums);
  if (!best || found == saved.sums.end())
    return;
  if (!best->restore(found->second, step, stepsPerEpoch()))
    fail("{}: damaged: its best epoch is impossible", checkpointPath);
}

/// Checks that the weights of the best epoch are there.
void TrainingRun::requireBest() {
  if (!best || !best->step())
    return;
  // The run may have been killed before it wrote them.
  if (best->step() == step)
    return saveBest();
  std::string seen = "none";
  if (fileExists(bestPath)) {
    SafetensorsReader reader(bestPath);
    auto its = findCount(reader.metadata(), bestPath, "step");
    if (its && uint64_t(*its) == *best->step())
      return;
    seen = its ? fmt::format("those of step {}", *its) : "others";
  }
  fail("{}: expected the weights of the best epoch, of step {}, as {} has it, "
       "but found {}: put the file back, or give another --out",
       bestPath, *best->step(), checkpointPath, seen);
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
  if (lastStep % stepsPerEpoch() != 0)
    loggedStep = lastStep;
  return end;
}

Checkpoint TrainingRun::describeSettings() const {
  Checkpoint checkpoint;
  checkpoint.model = model.name;
  checkpoint.hash = model.hash;
  checkpoint.batch = model.batch;
  checkpoint.training = describeTraining(model);
  checkpoint.data = data ? data->fingerprints : "";
  checkpoint.seed = values.seed;
  for (uint32_t i = 0; i < model.num_coefficients; ++i)
    checkpoint.coefficients[nameOf(model, model.coefficients[i])] =
        values.coefficients[i];
  checkpoint.rate = values.rate;
  checkpoint.shuffle = options.shuffle;
  if (!init.empty())
    checkpoint.extra[initKey] = init;
  if (options.firstLabel.value_or(0) != 0)
    checkpoint.extra[firstLabelKey] = std::to_string(*options.firstLabel);
  if (best)
    checkpoint.extra[keepBestKey] = best->metric.name;
  if (data && part->drawn)
    checkpoint.extra[validationKey] = std::to_string(part->drawn->rows());
  else if (data && data->validation)
    checkpoint.extra[validationKey] = data->validationFingerprint;
  return checkpoint;
}

Checkpoint TrainingRun::describeCheckpoint() const {
  Checkpoint checkpoint = describeSettings();
  checkpoint.step = step;
  checkpoint.sums[epochSums] = sums.values(model);
  if (firstTerms) {
    checkpoint.sums[firstStepSums] = *firstTerms;
    checkpoint.sums[firstStepSums].resize(firstTermsSize());
  }
  if (best && best->step())
    checkpoint.sums[bestSums] = best->values();
  if (hasDual(model))
    checkpoint.sums[ascentSums] = present.coefficients;
  checkpoint.metricsLines = metricsLines;
  Context now = contextAt(step, "", false);
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

/// Copies the state to the host, and fails if it is not finite.
void TrainingRun::fetchFiniteState() {
  session->fetchState();
  std::string name = findNonFinite(model, state);
  if (!name.empty())
    failDiverged(name + " is not finite");
}

void TrainingRun::write(const std::string &path,
                        const SafetensorsWriter &writer) {
  if (options.out.empty())
    filesInMemory[path] = writer.serialize();
  else
    writer.write(path);
}

SafetensorsReader TrainingRun::read(const std::string &path) const {
  return options.out.empty() ? SafetensorsReader(filesInMemory.at(path), path)
                             : SafetensorsReader(path);
}

void TrainingRun::appendMetrics(const std::string &line) {
  if (metrics)
    return metrics->append(line);
  Bytes &lines = filesInMemory[metricsName];
  lines.insert(lines.end(), line.begin(), line.end());
  lines.push_back('\n');
}

void TrainingRun::syncMetrics() {
  if (metrics)
    metrics->sync();
}

void TrainingRun::save() {
  fetchFiniteState();
  try {
    Checkpoint checkpoint = describeCheckpoint();
    if (!divergence.empty())
      checkpoint.extra[divergedKey] = divergence;
    write(checkpointPath, packCheckpoint(model, state, checkpoint));
  } catch (const Error &error) {
    fail("{}; {}", error.what(), lastGood());
  }
  savedStep = step;
}

/// Writes the present weights as the best ones.
void TrainingRun::saveBest() {
  bool average = validatesAverage();
  const Memory &weights = average ? state.average : state.weights;
  write(bestPath,
        packWeights(model, weights.data(), average, describeCheckpoint()));
}

} // namespace vib::runtime
