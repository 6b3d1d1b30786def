//===- Eval.cpp - The command eval ----------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "runtime/Console.h"
#include "runtime/Divergence.h"
#include "runtime/EvalExtras.h"
#include "runtime/Evaluate.h"
#include "runtime/Report.h"
#include "runtime/Signals.h"

#include <chrono>

namespace vib::runtime {

static ExtraFigures addAll(const Evaluated &evaluated) {
  const Options &options = evaluated.options;
  ExtraFigures extra;
  if (options.calibration)
    addCalibration(evaluated, extra);
  if (!options.ood.empty())
    addOutliers(evaluated, extra);
  if (options.bounds)
    addBounds(evaluated, extra);
  // The last one, because it puts other weights into the session.
  if (!options.against.empty())
    addComparison(evaluated, extra);
  return extra;
}

int runEval(const VibModel &model, const Options &options) {
  std::unique_ptr<Session> session = makeSession(model, options);
  State state = State::ofWeights(model);
  Context context = loadWeightsFor(options, model, state.weights.data());
  Split split = loadSplit(options.data, "test", model, context.firstLabel);
  if (!options.quiet) {
    std::string header = describe(split) + "\n";
    if (context.firstLabel != 0)
      header += describeFirstLabel(context.firstLabel) +
                (options.firstLabel ? "\n" : ", as in the training\n");
    options.json ? complainText(header) : printText(escapeControl(header));
  }

  session->setState(state);
  int rows = session->addRows(split.inputs, &split.labels);
  int64_t samples = options.samples.value_or(defaultSamples);
  auto begin = std::chrono::steady_clock::now();
  Progress progress(!options.quiet && !options.json);
  Figures figures =
      evaluate(*session, rows, split, samples, context, [&](int64_t done) {
        throwIfInterrupted();
        progress.working("test", done, split.rows());
      });
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - begin;
  figures.context.seconds = elapsed.count();
  ExtraFigures extra =
      addAll({*session, rows, split, figures, options, progress});
  progress.clear();
  if (options.json) {
    std::string line = toJson(figures);
    line.insert(line.size() - 1, extra.json());
    printText(line + "\n");
  } else {
    printText(describe(figures) + escapeControl(extra.text()));
  }
  std::string worse = describeWorseThanGuess(figures, split);
  if (!worse.empty()) {
    flushOutput();
    warn("{}", worse);
  }
  return 0;
}

} // namespace vib::runtime
