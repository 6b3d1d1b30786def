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

#include <string>
#include <vector>

namespace vib::runtime {

/// "probabilities" of classes, or the "means" of a regression.
const char *nameOfPrediction(const VibModel &model);

/// Why the model has nothing to write for --what; null where it has.
const char *whyMissing(const VibModel &model, What what);

/// An Error if --output is the file of --weights or --input, which would be
/// lost.
void requireOtherOutput(const Options &options);

/// An Error that names the first row of a batch with a value that is not finite
/// in the type that is written. The batch begins at the row `first` of
/// `source`, and `title` says in the plural what the values are.
void requireFiniteRows(const std::vector<double> &values, const char *title,
                       ElementType type, const std::string &source,
                       int64_t first, int64_t rows);

/// `predict`. Returns the exit code.
int runPredict(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PREDICT_H
