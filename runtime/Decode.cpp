//===- Decode.cpp - Predictions for given latents -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// `predict` decodes its draws with the same entry point, so that `decode` of a
// z that it wrote gives the same predictions.
//
//===----------------------------------------------------------------------===//

#include "runtime/Decode.h"
#include "runtime/Checkpoint.h"
#include "runtime/Error.h"
#include "runtime/Evaluate.h"
#include "runtime/ModelLists.h"
#include "runtime/Npy.h"
#include "runtime/Predict.h"
#include "runtime/Progress.h"
#include "runtime/Session.h"
#include "runtime/Signals.h"

#include <fmt/format.h>

#include <algorithm>

namespace vib::runtime {

Prediction describeDecoding(const VibModel &model, const Options &options,
                            int64_t rows) {
  for (const VibInput &input : inputsOf(model))
    if (input.bypassed)
      fail("the decoder of the model {} also reads its input '{}', so that z "
           "alone cannot be decoded; predict reads the inputs",
           model.name, input.name);
  const VibTarget &target = model.targets[options.target.value_or(0)];
  bool wantsLogits = options.what == What::Logits;
  return {wantsLogits ? "logits" : target.predicted,
          {rows, target.outputs},
          std::nullopt};
}

void decode(Session &session, const std::vector<std::vector<double>> &latents,
            const std::string &source, const Prediction &prediction,
            const Options &options, Display &display,
            const WriteValues &write) {
  const VibModel &model = session.model;
  const VibTarget &target = model.targets[options.target.value_or(0)];
  const char *tensor =
      options.what == What::Logits ? target.logits : target.prediction;
  int64_t rows = prediction.shape.front();
  VibStep step = {};
  for (int64_t first = 0; first < rows; first += model.batch) {
    throwIfInterrupted();
    int64_t count = std::min(model.batch, rows - first);
    for (uint32_t i = 0; i < model.num_streams; ++i) {
      int64_t width = model.streams[i].latents;
      auto begin = latents[i].begin() + first * width;
      session.write(model.streams[i].sample, {begin, begin + count * width});
    }
    setRows(step, 0, count, rows);
    session.decode(step);
    std::vector<double> values = session.read(tensor, count);
    if (!options.allowNonFinite)
      requireFiniteRows(values, prediction.title, prediction.type, source,
                        first, count);
    write(values);
    display.working("decode", first + count, rows);
  }
}

int runDecode(const VibModel &model, const Options &options) {
  requireOtherOutput(options);
  std::unique_ptr<Session> session = makeSession(model, options);
  State state = State::ofWeights(model);
  Context context = loadWeightsFor(options, SafetensorsReader(options.weights),
                                   model, state.weights.data());
  std::vector<std::vector<double>> latents = loadLatents(options.input, model);
  Prediction its = describeDecoding(model, options,
                                    int64_t(latents.front().size()) /
                                        model.streams[0].latents);
  NpyWriter output(options.output, its.type, its.shape);

  session->setState(state);
  Progress progress(!options.quiet && options.output != standardOutput);
  decode(*session, latents, options.input, its, options, progress,
         [&](const std::vector<double> &values) { output.write(values); });
  output.commit();
  progress.clear();
  sayWritten(options, fmt::format("{} {} float32, {} weights", its.title,
                                  formatShape(its.shape), context.weights));
  return 0;
}

} // namespace vib::runtime
