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

/// Prints what --output now has, unless --quiet is given: on the standard error
/// if the result is on the standard output.
void sayWritten(const Options &options, const std::string &result);

/// The command `predict`. Returns the exit code.
int runPredict(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PREDICT_H
