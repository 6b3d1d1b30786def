//===- Evaluate.h - Evaluating weights on a split ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_EVALUATE_H
#define VIB_RUNTIME_EVALUATE_H

#include "runtime/EvalExtras.h"
#include "runtime/Metrics.h"
#include "runtime/Options.h"
#include "runtime/Progress.h"
#include "runtime/Session.h"

#include <functional>

namespace vib::runtime {

/// The number of draws of an evaluation without --samples.
constexpr int64_t defaultSamples = 12;

/// Evaluates the session's weights on a split, with the noise of context.seed.
/// `number` is the session's number of the split's rows. `samples` is the
/// number of draws; 0 means z = mu. `progress` is called with the number of
/// finished rows, and may end the evaluation by an exception.
Figures evaluate(Session &session, int number, const Split &split,
                 int64_t samples, Context context,
                 const std::function<void(int64_t)> &progress);

/// Reads the weights that --use chooses from a file into `block`, for eval,
/// predict and decode. The result has the values of the file's metadata
/// (weights, step, epoch, seed, beta, lr). Where the file has none, beta, lr
/// and the seed are the model's, and the others are unknown.
Context loadWeightsFor(const Options &options, const SafetensorsReader &reader,
                       const VibModel &model, void *block);

/// The figures of `eval`: those of a line of metrics.jsonl, and those that
/// flags ask for.
struct Evaluation {
  Figures figures;
  ExtraFigures extra;

  /// The object that `eval --json` prints.
  std::string json() const;
};

/// Evaluates the session's weights on a split, with all that the options ask
/// for. Afterwards the session may have other weights.
Evaluation evaluateAll(Session &session, const Split &split, Context context,
                       const Options &options, Display &display,
                       const Compared &compared = {});

/// The command `eval`. Returns the exit code.
int runEval(const VibModel &model, const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_EVALUATE_H
