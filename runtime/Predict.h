//===- Predict.h - Predictions for inputs without labels --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_PREDICT_H
#define VIB_RUNTIME_PREDICT_H

#include "runtime/Abi.h"
#include "runtime/Array.h"
#include "runtime/Options.h"
#include "runtime/Progress.h"
#include "runtime/Session.h"

#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// Whether a value of --what comes from the decoder, not from a posterior.
bool isDecoded(What what);

/// The reason why the posterior or the target of this number does not have the
/// value `what` of --what, or null if it has it.
const char *whyMissing(const VibModel &model, What what, uint32_t posterior,
                       uint32_t target);

/// The names of the posteriors: "image|text".
std::string namesOfPosteriors(const VibModel &model);
std::string namesOfTargets(const VibModel &model);

/// Throws an Error if --output is the file of --weights or --input, which would
/// be overwritten.
void requireOtherOutput(const Options &options);

/// Throws an Error that names the first row of a batch with a value that is not
/// finite in the type `type` of the file. The batch begins at the row `first`
/// of `source`. `title` is the name of the values in the plural.
void requireFiniteRows(const std::vector<double> &values, const char *title,
                       ElementType type, const std::string &source,
                       int64_t first, int64_t rows);

/// What `predict` or `decode` computes.
struct Prediction {
  const char *title;          ///< The name of the values in the plural.
  std::vector<int64_t> shape; ///< Of the values of an example, then of all.
  /// The number of draws. Nothing if the values depend only on the posterior.
  std::optional<int64_t> samples;
  /// An f64 program writes float64 for `decode` to read without loss.
  ElementType type = ElementType::F32;
};
/// Of `predict` for `rows` rows.
Prediction describePrediction(const VibModel &model, const Options &options,
                              int64_t rows);
/// Of `decode` for `rows` rows.
Prediction describeDecoding(const VibModel &model, const Options &options,
                            int64_t rows);

/// Takes the values of the next rows.
using WriteValues = std::function<void(const std::vector<double> &values)>;
/// Predicts with the session's weights.
void predict(Session &session, const std::vector<Inputs> &inputs,
             const Prediction &prediction, const Options &options,
             uint64_t seed, Display &display, const WriteValues &write);
/// Predicts from the latents of each posterior, which come from `source`.
void decode(Session &session, const std::vector<std::vector<double>> &latents,
            const std::string &source, const Prediction &prediction,
            const Options &options, Display &display, const WriteValues &write);

/// Prints what --output now has, unless --quiet is given: on the standard error
/// if the result is on the standard output.
void sayWritten(const Options &options, const std::string &result);

/// The command `predict`. Returns the exit code.
int runPredict(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PREDICT_H
