//===- PredictFlags.cpp - The flags of predict and decode -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CommandFlags.h"
#include "runtime/Draws.h"
#include "runtime/ModelLists.h"
#include "runtime/Predict.h"

#include <algorithm>

namespace vib::runtime {

/// The numbers of an output as help shows them.
static std::string countOutputs(const VibModel &model) {
  return model.num_targets > 1 ? "C" : std::to_string(model.targets[0].outputs);
}

static bool hasAnyClasses(const VibModel &model) {
  for (const VibTarget &target : targetsOf(model))
    if (hasClasses(target))
      return true;
  return false;
}

static std::string nameOfPredictions(const VibModel &model) {
  return hasClasses(model)      ? "probabilities of the classes"
         : hasAnyClasses(model) ? "probabilities of the classes, or means"
                                : "means of the targets";
}

/// The places of the entries of a list by their names.
template <typename T>
static std::map<std::string, std::optional<uint32_t>>
placesOf(List<T> entries) {
  std::map<std::string, std::optional<uint32_t>> places;
  for (uint32_t i = 0; i < entries.count; ++i)
    places[entries[i].name] = i;
  return places;
}

static void addTarget(FlagBuilder flags, const VibModel &model,
                      Options &options) {
  if (model.num_targets == 1)
    return flags.reject("--target",
                        fmt::format("the model has only one target, {}",
                                    model.targets[0].name));
  flags.oneOf("--target", options.target, placesOf(targetsOf(model)),
              namesOfTargets(model),
              "The target to predict, with its number C of classes or outputs; "
              "needed for what comes from the decoder");
}

static void addOutputFlags(FlagBuilder flags, Options &options,
                           const std::string &help) {
  flags
      .path("--output", options.output, "FILE.npy",
            help + "; - is the standard output")
      ->required();
  flags.flag("--allow-nonfinite", options.allowNonFinite,
             "Write results that are infinite or not a number; without this "
             "flag they are an error");
}

/// The values of --what that are averaged over draws, in words.
static std::string describeAveraged(const VibModel &model) {
  std::vector<std::string> names = {"probs"};
  List<VibTarget> targets = targetsOf(model);
  if (std::any_of(targets.begin(), targets.end(), hasProbabilities))
    names.push_back("entropy");
  List<VibStream> streams = streamsOf(model);
  if (std::any_of(streams.begin(), streams.end(), [&](const VibStream &its) {
        return hasDrawnRate(model, its);
      }))
    names.push_back("rate");
  std::string last = names.back();
  names.pop_back();
  return names.empty() ? last
                       : fmt::format("{} and {}", fmt::join(names, ", "), last);
}

namespace {

/// The values of `predict --what`.
struct WhatValues {
  std::map<std::string, What> all;
  std::string names; ///< Those that the model has: "probs|logits|…".
  std::string help;  ///< Describes those that the model has.
};

WhatValues listWhat(const VibModel &model) {
  // Several posteriors may differ in their number K of latents, and targets in
  // their number C of classes or outputs.
  std::string count =
      model.num_streams > 1 ? "K" : std::to_string(model.streams[0].latents);
  std::string outputs = fmt::format("[N, {}]", countOutputs(model)),
              latents = fmt::format("[N, {}]", count),
              matrix = fmt::format("[N, {0}, {0}]", count);
  std::string parts = model.num_streams > 1
                          ? "their number"
                          : std::to_string(model.streams[0].rate_parts);
  struct Value {
    const char *name;
    What what;
    std::string help;
  };
  const std::vector<Value> decoded = {
      {"probs", What::Probabilities, nameOfPredictions(model) + ", " + outputs},
      {"logits", What::Logits,
       hasClasses(model)      ? "logits of the classes, " + outputs
       : hasAnyClasses(model) ? "logits of the classes, or means, " + outputs
                              : "the same, by default over 1 draw"},
      {"entropy", What::Entropy, "entropy of probs in bits, [N]"}};
  const std::vector<Value> encoded = {
      {"mu", What::Mu, "its mean, " + latents},
      {"sigma", What::Sigma, "its standard deviations, " + latents},
      {"covariance", What::Covariance, "its covariance, " + matrix},
      {"cholesky", What::Cholesky,
       "the covariance's lower Cholesky factor,\n             " + matrix},
      {"z", What::Z, "the mean of the draws, " + latents},
      {"rate", What::Rate, "the rate in bits, [N]"},
      {"rate_each", What::RateEach,
       relaxesSamples(model)
           ? fmt::format("the rate of each variable in bits, [N, {}]", parts)
           : "the rate of each latent in bits, " + latents}};

  WhatValues values;
  auto describe = [&](const std::vector<Value> &group) {
    for (const Value &value : group) {
      values.all[value.name] = value.what;
      bool isMissing = true;
      for (uint32_t i = 0; i < model.num_streams; ++i)
        for (uint32_t j = 0; j < model.num_targets; ++j)
          isMissing &= whyMissing(model, value.what, i, j) != nullptr;
      if (isMissing)
        continue;
      values.names += (values.names.empty() ? "" : "|");
      values.names += value.name;
      values.help += fmt::format("\n  {:<10} {}", value.name, value.help);
    }
  };
  values.help = "What to write [probs].\n"
                "From the decoder, averaged over the draws:";
  describe(decoded);
  values.help += model.num_streams > 1 ? "\nFrom the posterior of --posterior:"
                                       : "\nFrom the posterior:";
  describe(encoded);
  return values;
}

} // namespace

void addPredict(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *predict =
      app.add_subcommand("predict", "Predict for inputs without labels");
  FlagBuilder flags(predict);
  flags
      .path("--input", options.input, "FILE|DIR",
            model.num_inputs > 1
                ? "The inputs, [N, …], in the model's shapes: an .npz file "
                  "with an array for each, or a data folder as for train, from "
                  "which the test split is used; - is the standard input"
                : "The inputs, [N, …], in the model's shape: an NPY file; an "
                  "IDX file, plain or .gz; an .npz file (its key x, else "
                  "x_test, else its only array); or a data folder as for "
                  "train, from which the test split is used; - is the standard "
                  "input")
      ->required();
  addWeightFlags(flags, model, options);
  addOutputFlags(flags, options,
                 model.type == VIB_F64
                     ? "The file for the result: float64 for mu, sigma, "
                       "covariance, cholesky and z, otherwise float32"
                     : "The file for the result, in float32");
  WhatValues values = listWhat(model);
  flags.whole("--samples", options.samples, 0, maxSamples,
              fmt::format("The number of draws of z to average over [12 for "
                          "{}, 1 for logits and z]; 0 means z = mu",
                          describeAveraged(model)));
  flags.oneOf<What>("--what", options.what, values.all, values.names,
                    values.help);
  addTarget(flags, model, options);
  if (model.num_streams > 1) {
    flags.oneOf("--posterior", options.posterior, placesOf(streamsOf(model)),
                namesOfPosteriors(model),
                "The posterior that --what is computed from, with its number K "
                "of latents; needed for what comes from a posterior");
  } else {
    flags.reject("--posterior", "the model has only one posterior");
  }
  options.command = Command::Predict;
  addCommonFlags(flags, model, options);
}

void addDecode(CLI::App &app, const VibModel &model, Options &options) {
  bool classes = hasClasses(model);
  CLI::App *decode =
      app.add_subcommand("decode", "Predict from given latents z");
  FlagBuilder flags(decode);
  flags
      .path("--input", options.input,
            model.num_streams > 1 ? "FILE.npz" : "FILE.npy",
            model.num_streams > 1
                ? "The latents, [N, K], in float32 or float64, of each "
                  "posterior by its name, such as predict writes with --what z "
                  "or --what mu; - is the standard input"
                : fmt::format("The latents, [N, {}], in float32 or float64, "
                              "such as predict writes with --what z or --what "
                              "mu; - is the standard input",
                              model.streams[0].latents))
      ->required();
  addWeightFlags(flags, model, options);
  addOutputFlags(flags, options, "The file for the result, in float32");
  flags.oneOf<What>(
      "--what", options.what,
      {{"probs", What::Probabilities}, {"logits", What::Logits}},
      "probs|logits",
      fmt::format("What to write, [N, {}] [probs]: the {}", countOutputs(model),
                  classes ? "probabilities of the classes, or their logits"
                  : hasAnyClasses(model)
                      ? "probabilities of the classes, or their logits; for "
                        "other targets the means"
                      : "means of the targets, for both values"));
  addTarget(flags, model, options);
  options.command = Command::Decode;
  addCommonFlags(flags, model, options);
}

} // namespace vib::runtime
