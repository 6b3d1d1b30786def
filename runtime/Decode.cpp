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

int runDecode(const VibModel &model, const Options &options) {
  requireOtherOutput(options);
  bool wantsLogits = options.what == What::Logits;
  const VibTarget &target = model.targets[options.target.value_or(0)];
  const char *tensor = wantsLogits ? target.logits : target.prediction;
  const char *title = wantsLogits ? "logits" : target.predicted;
  std::unique_ptr<Session> session = makeSession(model, options);
  State state = State::ofWeights(model);
  Context context = loadWeightsFor(options, model, state.weights.data());
  std::vector<std::vector<double>> latents = loadLatents(options.input, model);
  int64_t rows = int64_t(latents.front().size()) / model.streams[0].latents;
  std::vector<int64_t> shape = {rows, target.outputs};
  NpyWriter output(options.output, ElementType::F32, shape);

  session->setState(state);
  VibStep step = {};
  Progress progress(!options.quiet && options.output != standardOutput);
  for (int64_t first = 0; first < rows; first += model.batch) {
    throwIfInterrupted();
    int64_t count = std::min(model.batch, rows - first);
    for (uint32_t i = 0; i < model.num_streams; ++i) {
      int64_t width = model.streams[i].latents;
      auto begin = latents[i].begin() + first * width;
      session->write(model.streams[i].sample, {begin, begin + count * width});
    }
    setRows(step, 0, count, rows);
    session->decode(step);
    std::vector<double> values = session->read(tensor, count);
    if (!options.allowNonFinite)
      requireFiniteRows(values, title, ElementType::F32, options.input, first,
                        count);
    output.write(values);
    progress.working("decode", first + count, rows);
  }
  output.commit();
  progress.clear();
  sayWritten(options, fmt::format("{} {} float32, {} weights", title,
                                  formatShape(shape), context.weights));
  return 0;
}

} // namespace vib::runtime
