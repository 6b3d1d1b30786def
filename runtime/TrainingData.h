//===- TrainingData.h - The data of training runs ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_TRAININGDATA_H
#define VIB_RUNTIME_TRAININGDATA_H

#include "runtime/Dataset.h"
#include "runtime/Options.h"
#include "runtime/Progress.h"

#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// The data of a run. The runs of a sweep share it.
struct TrainingData {
  Split train;
  std::optional<Split> test;
  std::optional<Split> validation; ///< From a folder of its own.
  std::string fingerprints;        ///< In the form of a checkpoint.
  std::string validationFingerprint;
};

TrainingData loadTrainingData(const VibModel &model, const Options &options);

/// Sets the fingerprints of data whose splits are there.
void fingerprintSplits(TrainingData &data);

/// The part of the data that a run trains on, and the one that it validates on.
struct TrainingPart {
  TrainingPart(const TrainingData &data, const Options &options, uint64_t seed);

  std::vector<uint32_t> rows;    ///< Empty: all rows of TrainingData::train.
  std::optional<Split> drawn;    ///< Validation data that was drawn.
  std::vector<double> entropies; ///< Of the labels of each target.
};

/// Prints what the data are, and warns if they are far from unit scale.
void introduceData(const VibModel &model, const Options &options,
                   const TrainingData &data, Display &display);

/// Whether two fingerprints of a checkpoint differ only in that one of them has
/// a split more.
bool differInSplits(const std::string &a, const std::string &b);

} // namespace vib::runtime

#endif // VIB_RUNTIME_TRAININGDATA_H
