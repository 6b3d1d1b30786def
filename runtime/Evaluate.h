//===- Evaluate.h - The test figures, and eval ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_EVALUATE_H
#define VIB_RUNTIME_EVALUATE_H

#include "runtime/Metrics.h"
#include "runtime/Options.h"
#include "runtime/Session.h"

#include <functional>

namespace vib::runtime {

/// The number of draws of an evaluation without --samples.
constexpr int64_t defaultSamples = 12;

/// Evaluates the weights that the session uses on a split, whose rows it knows
/// as `number`, with the noise of context.seed. `samples` = 0 means z = mu.
/// `progress` is called with the rows done; what it throws ends the evaluation.
Figures evaluate(Session &session, int number, const Split &split,
                 int64_t samples, Context context,
                 const std::function<void(int64_t)> &progress);

/// Reads the weights that --use chooses for eval and predict into `block`. The
/// result holds what the file's metadata says (weights, step, epoch, seed,
/// beta, lr), and the model's values where it says nothing.
Context loadWeightsFor(const Options &options, const VibModel &model,
                       void *block);

/// `eval`. Returns the exit code.
int runEval(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_EVALUATE_H
