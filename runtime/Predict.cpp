//===- Predict.cpp - Predictions for inputs without labels ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The draws are those of an evaluation. With the same inputs in the same order,
// error_avg is the error of the averaged probabilities written here.
//
//===----------------------------------------------------------------------===//

#include "runtime/Predict.h"
#include "runtime/Checkpoint.h"
#include "runtime/Console.h"
#include "runtime/Draws.h"
#include "runtime/Error.h"
#include "runtime/Evaluate.h"
#include "runtime/File.h"
#include "runtime/ModelLists.h"
#include "runtime/Npy.h"
#include "runtime/Posterior.h"
#include "runtime/Progress.h"
#include "runtime/Session.h"
#include "runtime/Signals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

namespace vib::runtime {

namespace {

/// Of an example. Its number of draws is the default.
Prediction describeWanted(What what, const VibModel &model,
                          const VibStream &stream, const VibTarget &target) {
  int64_t latents = stream.latents;
  ElementType exact =
      model.type == VIB_F64 ? ElementType::F64 : ElementType::F32;
  switch (what) {
  case What::Logits:
    return {"logits", {target.outputs}, 1};
  case What::Z:
    return {"z", {latents}, 1, exact};
  case What::Mu:
    return {"mu", {latents}, std::nullopt, exact};
  case What::Sigma:
    return {"sigma", {latents}, std::nullopt, exact};
  case What::Covariance:
    return {"covariances", {latents, latents}, std::nullopt, exact};
  case What::Cholesky:
    return {"Cholesky factors", {latents, latents}, std::nullopt, exact};
  case What::Rate:
    if (hasDrawnRate(model, stream))
      return {"rates in bits", {}, defaultSamples};
    return {"rates in bits", {}, std::nullopt};
  case What::RateEach:
    return {drawsClasses(stream) ? "rates of the variables in bits"
                                 : "rates of the latents in bits",
            {stream.rate_parts},
            std::nullopt};
  case What::Entropy:
    return {"entropies in bits", {}, defaultSamples};
  case What::Probabilities:
    break;
  }
  return {target.predicted, {target.outputs}, defaultSamples};
}

std::vector<double> inBits(std::vector<double> nats) {
  for (double &value : nats)
    value = toBits(value);
  return nats;
}

/// Reads values of the posterior. To be called after Session::encode().
std::vector<double> readPosterior(Session &session, What what,
                                  const VibStream &stream, int64_t rows) {
  switch (what) {
  case What::Covariance:
    return readCovariances(session, stream, rows);
  case What::Cholesky:
    return readCholeskyFactors(session, stream, rows);
  case What::Rate:
    return inBits(session.read(stream.rate, rows));
  case What::RateEach:
    return inBits(session.read(stream.rate_each, rows));
  case What::Sigma:
    return session.read(stream.deviation, rows);
  default:
    return session.read(stream.mean, rows);
  }
}

std::vector<double> readDraws(Session &session, const VibStep &step, What what,
                              const VibStream &stream, const VibTarget &target,
                              int64_t samples, int64_t rows,
                              const std::function<void()> &pause) {
  const char *tensor = what == What::Z        ? stream.sample
                       : what == What::Rate   ? stream.rate
                       : what == What::Logits ? target.logits
                                              : target.prediction;
  std::vector<double> means =
      averageDraws(session, step, {tensor}, samples, rows, pause).front();
  if (what == What::Rate)
    return inBits(means);
  return what == What::Entropy ? entropies(target, means) : means;
}

} // namespace

void requireFiniteRows(const std::vector<double> &values, const char *title,
                       ElementType type, const std::string &source,
                       int64_t first, int64_t rows) {
  auto bad = std::find_if(values.begin(), values.end(), [type](double value) {
    return !std::isfinite(type == ElementType::F64 ? value : float(value));
  });
  if (bad == values.end())
    return;
  int64_t width = int64_t(values.size()) / rows;
  fail("{}: row {} (counted from 0) gives {} that are not finite in {}: {}; "
       "--allow-nonfinite writes them all the same",
       source, first + (bad - values.begin()) / width, title, nameOf(type),
       // A NaN with the sign bit set would be printed as "-nan".
       std::isnan(*bad) ? NAN : *bad);
}

bool isDecoded(What what) {
  return what == What::Probabilities || what == What::Logits ||
         what == What::Entropy;
}

/// "image|text".
template <typename T> static std::string joinNames(List<T> entries) {
  std::string names;
  for (const T &entry : entries)
    names += (names.empty() ? "" : "|") + std::string(entry.name);
  return names;
}

std::string namesOfPosteriors(const VibModel &model) {
  return joinNames(streamsOf(model));
}

std::string namesOfTargets(const VibModel &model) {
  return joinNames(targetsOf(model));
}

const char *whyMissing(const VibModel &model, What what, uint32_t posterior,
                       uint32_t target) {
  if (what == What::Entropy && !hasProbabilities(model.targets[target]))
    return model.num_targets == 1
               ? "a regression has no probabilities"
               : "this target is a regression, which has no probabilities";
  const VibStream &stream = model.streams[posterior];
  if ((what == What::Sigma || what == What::Covariance ||
       what == What::Cholesky) &&
      drawsClasses(stream))
    return "the samples of this posterior are classes, which have no "
           "covariance; --what mu gives their probabilities";
  if ((what == What::Rate || what == What::RateEach) && !stream.rate)
    return "the model's prior depends on the label, which is not known here";
  if (what == What::RateEach && hasDrawnRate(model, stream))
    return "the rate from a mixture does not split over the latents";
  if (what == What::RateEach && !stream.rate_each && !hasFullCovariance(stream))
    return "the program does not compute the rate of each latent";
  if (what == What::RateEach && hasFullCovariance(stream))
    return "the rate of a full covariance does not split over the latents";
  return nullptr;
}

/// Throws an Error if --output is the file of `flag`, which would be
/// overwritten.
static void requireOtherFile(const Options &options, const char *flag,
                             const std::string &file) {
  if (options.output != standardOutput && isSameFile(options.output, file))
    fail("--output {} is the file of {}: give it another name", options.output,
         flag);
}

void requireOtherOutput(const Options &options) {
  requireOtherFile(options, "--weights", options.weights);
  requireOtherFile(options, "--input", options.input);
}

void sayWritten(const Options &options, const std::string &result) {
  if (options.quiet)
    return;
  if (options.output == standardOutput)
    complain("standard output: {}\n", result);
  else
    printText(escapeControl(fmt::format("{}: {}\n", options.output, result)));
}

Prediction describePrediction(const VibModel &model, const Options &options,
                              int64_t rows) {
  const VibStream &stream = model.streams[options.posterior.value_or(0)];
  const VibTarget &target = model.targets[options.target.value_or(0)];
  Prediction prediction = describeWanted(options.what, model, stream, target);
  prediction.shape.insert(prediction.shape.begin(), rows);
  if (prediction.samples)
    prediction.samples = options.samples.value_or(*prediction.samples);
  return prediction;
}

void predict(Session &session, const std::vector<Inputs> &inputs,
             const Prediction &prediction, const Options &options,
             uint64_t seed, Display &display, const WriteValues &write) {
  const VibModel &model = session.model;
  const VibStream &stream = model.streams[options.posterior.value_or(0)];
  const VibTarget &target = model.targets[options.target.value_or(0)];
  int number = session.addRows(inputs, nullptr);
  int64_t all = inputs.front().rows();
  VibStep step = {};
  step.seed = seed;
  step.sample = -1;
  for (int64_t first = 0; first < all; first += model.batch) {
    auto pause = [&] {
      throwIfInterrupted();
      display.working("predict", first, all);
    };
    pause();
    int64_t rows = std::min(model.batch, all - first);
    setRows(step, first, rows, all);
    session.encode(number, step);
    std::vector<double> values =
        prediction.samples ? readDraws(session, step, options.what, stream,
                                       target, *prediction.samples, rows, pause)
                           : readPosterior(session, options.what, stream, rows);
    if (!options.allowNonFinite)
      requireFiniteRows(values, prediction.title, prediction.type,
                        inputs.front().source, first, rows);
    write(values);
    display.working("predict", first + rows, all);
  }
}

int runPredict(const VibModel &model, const Options &options) {
  requireOtherOutput(options);
  std::unique_ptr<Session> session = makeSession(model, options);
  State state = State::ofWeights(model);
  Context context = loadWeightsFor(options, SafetensorsReader(options.weights),
                                   model, state.weights.data());
  std::vector<Inputs> inputs = loadInputs(options.input, model);
  // If --input is a folder, these are the files in it that were read.
  for (const Inputs &input : inputs)
    requireOtherFile(options, "--input", input.file);
  Prediction its = describePrediction(model, options, inputs.front().rows());
  NpyWriter output(options.output, its.type, its.shape);

  session->setState(state);
  Progress progress(!options.quiet && options.output != standardOutput);
  predict(*session, inputs, its, options, context.seed, progress,
          [&](const std::vector<double> &values) { output.write(values); });
  output.commit();

  std::string draws =
      !its.samples ? ""
      : *its.samples == 0
          ? ", z = mu"
          : fmt::format(", mean over {} draw{} of z", *its.samples,
                        *its.samples == 1 ? "" : "s");
  progress.clear();
  sayWritten(options, fmt::format("{} {} {}, {} weights, seed {}{}", its.title,
                                  formatShape(its.shape), nameOf(its.type),
                                  context.weights, context.seed, draws));
  return 0;
}

} // namespace vib::runtime
