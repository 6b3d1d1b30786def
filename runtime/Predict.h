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
#include "runtime/Options.h"

namespace vib::runtime {

/// "probabilities" of classes, or the "means" of a regression.
const char *nameOfPrediction(const VibModel &model);

/// Why the model has nothing to write for --what; null where it has.
const char *whyMissing(const VibModel &model, What what);

/// An Error if --output is the file of --weights or --input, which would be lost.
void requireOtherOutput(const Options &options);

/// `predict`. Returns the exit code.
int runPredict(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_PREDICT_H
