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
  if (evaluated.compared.outliers || !options.ood.empty())
    addOutliers(evaluated, extra);
  if (options.attack != AttackKind::None)
    addAttack(evaluated, extra);
  if (options.bounds)
    addBounds(evaluated, extra);
  // The last one, because it puts other weights into the session.
  if (evaluated.compared.weights || !options.against.empty())
    addComparison(evaluated, extra);
  return extra;
}

std::string Evaluation::json() const {
  std::string line = toJson(figures);
  line.insert(line.size() - 1, extra.json());
  return line;
}

Evaluation evaluateAll(Session &session, const Split &split, Context context,
                       const Options &options, Display &display,
                       const Compared &compared) {
  int rows = session.addRows(split.inputs, &split.labels);
  int64_t samples = options.samples.value_or(defaultSamples);
  auto begin = std::chrono::steady_clock::now();
  Figures figures = evaluate(session, rows, split, samples, std::move(context),
                             [&](int64_t done) {
                               throwIfInterrupted();
                               display.working("test", done, split.rows());
                             });
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - begin;
  figures.context.seconds = elapsed.count();
  ExtraFigures extra =
      addAll({session, rows, split, figures, options, compared, display});
  return {std::move(figures), std::move(extra)};
}

int runEval(const VibModel &model, const Options &options) {
  std::unique_ptr<Session> session = makeSession(model, options);
  State state = State::ofWeights(model);
  Context context = loadWeightsFor(options, SafetensorsReader(options.weights),
                                   model, state.weights.data());
  Split split = loadSplit(options.data, "test", model, context.firstLabel);
  if (!options.quiet) {
    std::string header = describe(split) + "\n";
    if (context.firstLabel != 0)
      header += describeFirstLabel(context.firstLabel) +
                (options.firstLabel ? "\n" : ", as in the training\n");
    options.json ? complainText(header) : printText(escapeControl(header));
  }

  session->setState(state);
  Progress progress(!options.quiet && !options.json);
  Evaluation evaluation =
      evaluateAll(*session, split, context, options, progress);
  progress.clear();
  if (options.json)
    printText(evaluation.json() + "\n");
  else
    printText(describe(evaluation.figures) +
              escapeControl(evaluation.extra.text()));
  std::string worse = describeWorseThanGuess(evaluation.figures, split);
  if (!worse.empty()) {
    flushOutput();
    warn("{}", worse);
  }
  return 0;
}

} // namespace vib::runtime
