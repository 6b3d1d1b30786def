//===- TrainingData.cpp - The data of training runs -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/TrainingData.h"
#include "runtime/ModelLists.h"
#include "runtime/Report.h"

#include <fmt/format.h>

namespace vib::runtime {

TrainingData loadTrainingData(const VibModel &model, const Options &options) {
  uint64_t firstLabel = options.firstLabel.value_or(0);
  TrainingData data;
  data.train = loadSplit(options.data, "train", model, firstLabel);
  if (options.evaluate != Choice::None)
    data.test = loadSplit(options.data, "test", model, firstLabel);
  if (options.validation && !options.validation->folder.empty()) {
    data.validation =
        loadSplit(options.validation->folder, "test", model, firstLabel);
    data.validation->name = "validation";
  }
  fingerprintSplits(data);
  return data;
}

void fingerprintSplits(TrainingData &data) {
  data.fingerprints = "train " + fingerprint(data.train);
  if (data.test)
    data.fingerprints += ", test " + fingerprint(*data.test);
  if (data.validation)
    data.validationFingerprint = "data " + fingerprint(*data.validation);
}

TrainingPart::TrainingPart(const TrainingData &data, const Options &options,
                           uint64_t seed)
    : entropies(labelEntropies(data.train)) {
  if (!options.validation || data.validation)
    return;
  int64_t all = data.train.rows();
  DividedRows divided =
      divideRows(seed, all, countValidationRows(*options.validation, all));
  rows = std::move(divided.training);
  drawn = copyRows(data.train, divided.validation, "validation");
  entropies = entropiesWithout(data.train, *drawn);
}

void introduceData(const VibModel &model, const Options &options,
                   const TrainingData &data, Display &display) {
  display.keep(describe(data.train));
  if (data.validation)
    display.keep(describe(*data.validation));
  if (data.test)
    display.keep(describe(*data.test));
  if (uint64_t first = options.firstLabel.value_or(0))
    display.keep(describeFirstLabel(first));
  std::vector<std::string> advice;
  for (uint32_t i = 0; i < model.num_inputs; ++i)
    if (!model.inputs[i].scaled)
      advice.push_back(adviseScale(data.train.inputs[i]));
  for (uint32_t i = 0; i < model.num_targets; ++i)
    advice.push_back(
        adviseScale(data.train.labels[i], model.targets[i].outputs));
  for (const std::string &text : advice)
    if (!text.empty())
      display.warn(text);
}

/// Whether `longer` has the fingerprints of `shorter` and that of one more
/// split.
static bool addsSplit(const std::string &longer, const std::string &shorter) {
  return !shorter.empty() && longer.compare(0, shorter.size(), shorter) == 0 &&
         longer.compare(shorter.size(), 2, ", ") == 0;
}

bool differInSplits(const std::string &a, const std::string &b) {
  return addsSplit(a, b) || addsSplit(b, a);
}

} // namespace vib::runtime
