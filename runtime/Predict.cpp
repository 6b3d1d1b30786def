//===- Predict.cpp - Predictions for inputs without labels ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The draws are those of an evaluation: on the same inputs, in the same order,
// the averaged probabilities are those that error_avg counts.
//
//===----------------------------------------------------------------------===//

#include "runtime/Predict.h"
#include "runtime/Checkpoint.h"
#include "runtime/Error.h"
#include "runtime/Evaluate.h"
#include "runtime/Npy.h"
#include "runtime/Progress.h"
#include "runtime/Report.h"
#include "runtime/Session.h"
#include "runtime/Signals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

namespace {

/// The output that has what was asked for, and how many draws of it are
/// averaged if the user does not say.
struct Wanted {
  const char *output;
  int64_t samples;
  bool drawn; ///< By predict, from a draw of z; else by encode.
};

Wanted find(What what) {
  switch (what) {
  case What::Logits:
    return {"logits", 1, true};
  case What::Z:
    return {"z", 1, true};
  case What::Mu:
    return {"mu", 0, false};
  case What::Sigma:
    return {"sigma", 0, false};
  case What::Probabilities:
    break;
  }
  return {"prediction", defaultSamples, true};
}

/// An Error that names the first row of a batch with a value that is not finite
/// in the float32 that is written.
void requireFiniteRows(const std::vector<double> &values, const char *output,
                       const Inputs &inputs, int64_t first, int64_t rows) {
  auto bad = std::find_if(values.begin(), values.end(), [](double value) {
    return !std::isfinite(float(value));
  });
  if (bad == values.end())
    return;
  int64_t width = int64_t(values.size()) / rows;
  fail("{}: the {} of row {} (counted from 0) has the value {}; "
       "--allow-nonfinite writes it nevertheless",
       inputs.source, output, first + (bad - values.begin()) / width,
       // What IEEE calls a negative NaN is no news to the reader.
       std::isnan(*bad) ? NAN : float(*bad));
}

} // namespace

int runPredict(const VibModel &model, const Options &options) {
  Wanted wanted = find(options.what);
  int64_t samples = options.samples.value_or(wanted.samples);
  const VibTensor &tensor = getTensor(model, wanted.output);

  std::unique_ptr<Session> session = makeSession(model, options);
  State state = State::ofWeights(model);
  Context context = loadWeightsFor(options, model, state.weights.data());
  Inputs inputs = loadInputs(options.input, model);

  session->setState(state);
  int number = session->addRows(inputs, nullptr);
  VibStep step = {};
  step.seed = context.seed;
  step.beta = context.beta.value_or(0);

  std::vector<float> result;
  Progress progress(!options.quiet);
  for (int64_t first = 0; first < inputs.rows(); first += model.batch) {
    throwIfInterrupted();
    int64_t rows = std::min(model.batch, inputs.rows() - first);
    step.rows = int32_t(rows);
    step.row0 = int32_t(first);
    step.sample = -1;
    session->encode(number, step);

    std::vector<double> mean;
    if (!wanted.drawn) {
      mean = session->read(wanted.output, rows);
    } else {
      int64_t begin = samples == 0 ? -1 : 0;
      for (int64_t draw = begin; draw < begin + std::max<int64_t>(samples, 1);
           ++draw) {
        step.sample = int32_t(draw);
        session->predict(step);
        std::vector<double> drawn = session->read(wanted.output, rows);
        mean.resize(drawn.size());
        for (size_t i = 0; i < drawn.size(); ++i)
          mean[i] += drawn[i];
      }
      for (double &value : mean)
        value /= double(std::max<int64_t>(samples, 1));
    }
    if (!options.allowNonFinite)
      requireFiniteRows(mean, wanted.output, inputs, first, rows);
    result.insert(result.end(), mean.begin(), mean.end());
    progress.predicting(first + rows, inputs.rows());
  }

  std::vector<int64_t> shape = {inputs.rows()};
  shape.insert(shape.end(), tensor.shape + 1, tensor.shape + tensor.rank);
  writeNpy(options.output, ElementType::F32, shape, result.data());
  std::string draws = !wanted.drawn ? ""
                      : samples == 0
                          ? ", z = mu"
                          : fmt::format(", mean over {} draw{} of z", samples,
                                        samples == 1 ? "" : "s");
  progress.keep(fmt::format("{}: {} {} float32, {} weights, seed {}{}",
                            options.output, wanted.output, formatShape(shape),
                            context.weights, context.seed, draws));
  return 0;
}

} // namespace vib::runtime
