//===- CommandFlags.cpp - The flags of train, eval, info and bench --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CommandFlags.h"
#include "runtime/ModelLists.h"

#include <limits>

namespace vib::runtime {

constexpr int maxThreads = 1024;
constexpr int maxDevice = 1023;
constexpr int64_t maxCount = INT64_C(1) << 53;
/// Random numbers have 32 bits for the epoch.
constexpr int64_t maxEpochs = INT64_C(1) << 32;

static std::string describeSeed(const VibModel &model, Command command) {
  switch (command) {
  case Command::Train:
    return fmt::format("The seed of all random numbers [{}]", model.seed);
  case Command::Bench:
    return fmt::format(
        "The seed of the data, the initial weights and the noise [{}]",
        model.seed);
  case Command::Decode:
  case Command::Info:
    return "Has no effect: no random numbers are used";
  default:
    return "The seed of the noise [the seed in the weights' file]";
  }
}

void addCommonFlags(FlagBuilder flags, const VibModel &model,
                    Options &options) {
  if (!model.gpu)
    flags.reject("--device", "this program runs on a CPU: --target=cuda of "
                             "vibc makes one for a GPU");
  else if (options.command == Command::Info)
    flags.reject("--device", "info does not use a GPU");
  else
    flags.whole(
        "--device", options.device, 0, maxDevice,
        "The number of the GPU to run on, as counted by the CUDA driver [0]");
  flags.whole("--threads", options.threads, 1, maxThreads,
              model.gpu ? "Has no effect on a GPU; accepted so that a script "
                          "works for programs of both kinds"
              : options.command == Command::Info
                  ? "Has no effect: nothing is computed"
                  : "The number of threads [one for each processor that the "
                    "process may use]; the results do not depend on it");
  flags.whole("--seed", options.seed, 0, UINT64_MAX,
              describeSeed(model, options.command));
  flags.flag("--quiet", options.quiet,
             options.command == Command::Train
                 ? "Print warnings and errors only"
                 : "Print results, warnings and errors only");
}

void addWeightFlags(FlagBuilder flags, const VibModel &model,
                    Options &options) {
  flags
      .path("--weights", options.weights, "FILE",
            "A model.safetensors, a checkpoint.safetensors, or a state_dict of "
            "PyTorch saved as safetensors")
      ->required();
  flags.oneOf<Choice>(
      "--use", options.use,
      {{"average", Choice::Average}, {"raw", Choice::Raw}},
      model.averaged ? "average|raw" : "raw",
      model.averaged ? "The weights to use from a checkpoint [average]"
                     : "The weights to use from a checkpoint [raw]: this model "
                       "averages none");
}

static void addFirstLabel(FlagBuilder flags, const VibModel &model,
                          const std::string &byDefault, Options &options) {
  int64_t most = 0;
  for (const VibTarget &target : targetsOf(model))
    most = std::max(most, target.classes);
  if (most > 0)
    flags.whole("--first-label", options.firstLabel, 0,
                UINT64_MAX - uint64_t(most - 1),
                fmt::format("The label of the first class in the data: 1 for "
                            "labels from 1 to {} [{}]",
                            most, byDefault));
  else
    flags.reject("--first-label", "a regression has no classes");
}

/// The largest value of a step, which has numbers of the model's type.
static double largestOf(const VibModel &model) {
  return model.type == VIB_F64 ? std::numeric_limits<double>::max()
                               : std::numeric_limits<float>::max();
}

/// Its name in the model, and the one that --beta gives it.
static std::string namesOf(const VibModel &model,
                           const VibCoefficient &coefficient) {
  std::string shown = nameOf(model, coefficient);
  return shown == coefficient.name
             ? shown
             : fmt::format("{} (also {})", coefficient.name, shown);
}

/// "beta [0.001], gamma [0.1]".
static std::string listCoefficients(const VibModel &model) {
  std::string list;
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    list += fmt::format("{}{} [{}]", list.empty() ? "" : ", ",
                        namesOf(model, coefficient), coefficient.value);
  return list;
}

/// Sets a coefficient. Each is given once.
static void setCoefficient(const std::string &flag, const VibModel &model,
                           const std::string &name, const std::string &value,
                           Options &options) {
  // The one that --beta means may have another name in the model.
  const VibCoefficient *found = nullptr;
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (name == nameOf(model, coefficient) || name == coefficient.name)
      found = &coefficient;
  if (!found)
    throw CLI::ValidationError(
        fmt::format("{}: the model's loss has no coefficient '{}', expected "
                    "one of {}",
                    flag, name, listCoefficients(model)));
  if (value.find('=') != std::string::npos)
    throw CLI::ValidationError(
        fmt::format("{}: expected one coefficient, got '{}={}': give the flag "
                    "once for each",
                    flag, name, value));
  double number = parseReal(flag, value, largestOf(model));
  if (!options.coefficients.emplace(nameOf(model, *found), number).second)
    throw CLI::ValidationError(
        fmt::format("{}: the coefficient '{}' is given twice", flag,
                    namesOf(model, *found)));
}

/// Whether the schedule begins at the base value and leaves it.
static bool beginsAtBase(const VibSchedule &schedule) {
  auto isBase = [](const VibScheduleEnd &end) {
    return end.relative && end.value == 1;
  };
  switch (schedule.kind) {
  case VIB_STAIRCASE:
  case VIB_EXPONENTIAL:
    return true;
  case VIB_CONSTANT:
    return false;
  default:
    return isBase(schedule.from) && !isBase(schedule.to);
  }
}

/// What --beta sets.
static std::string describeBeta(const VibModel &model,
                                const VibCoefficient &beta) {
  bool isOfRate = false;
  for (const VibTerm &term : termsOf(model))
    isOfRate |=
        term.coefficient == model.beta && isRate(model.figures[term.figure]);
  return fmt::format("The coefficient {}; with a schedule, its {} value [{}]",
                     isOfRate ? "of the rate" : "beta of the loss",
                     beginsAtBase(beta.schedule) ? "first" : "final",
                     beta.value);
}

static void addCoefficients(FlagBuilder flags, const VibModel &model,
                            Options &options) {
  if (const VibCoefficient *beta = betaOf(model)) {
    flags.text(
        "--beta", "X",
        [&](const std::string &text) {
          setCoefficient("--beta", model, "beta", text, options);
        },
        describeBeta(model, *beta));
  } else {
    std::string reason = hasRateTerm(model)
                             ? "the rate of the model's loss has a fixed "
                               "coefficient, which no flag sets"
                             : "the model's loss has no rate, so there is no "
                               "coefficient to set";
    if (model.num_coefficients > 0)
      reason += "; --coefficient sets others: " + listCoefficients(model);
    flags.reject("--beta", reason);
  }
  if (model.num_coefficients == 0)
    return flags.reject("--coefficient", "the model's loss has no coefficient "
                                         "with a name");
  flags.each(
      "--coefficient", "NAME=X",
      [&](const std::string &text) {
        size_t equal = text.find('=');
        if (equal == std::string::npos)
          throw CLI::ValidationError(
              fmt::format("--coefficient: expected NAME=X, got '{}'", text));
        setCoefficient("--coefficient", model, text.substr(0, equal),
                       text.substr(equal + 1), options);
      },
      fmt::format("A coefficient of the loss; with a schedule, the value that "
                  "it goes to or comes from: {}",
                  listCoefficients(model)));
}

static std::string describeData(const VibModel &model) {
  std::string keys, files;
  auto add = [&](const char *name) {
    keys += fmt::format("{}{}", keys.empty() ? "" : ", ", name);
    files += fmt::format("{}train_{}.npy", files.empty() ? "" : ", ", name);
  };
  for (const VibInput &input : inputsOf(model))
    add(input.name);
  for (const VibTarget &target : targetsOf(model))
    add(target.name);
  if (model.num_inputs > 1 || model.num_targets > 1)
    return fmt::format("The training and test data: a folder with train.npz "
                       "and test.npz (keys {}); or with {}, and the same for "
                       "the test data; or an .npz file with both (keys "
                       "{}_train, …)",
                       keys, files, model.inputs[0].name);
  return fmt::format(
      "The training and test data: a folder with the IDX files of MNIST, "
      "Fashion-MNIST or EMNIST, plain or .gz; or with train.npz and test.npz "
      "(keys x and y, or {}); or with train_x.npy, train_y.npy, test_x.npy and "
      "test_y.npy (also x_train.npy, X_train.npy, …; or {}, …); or an .npz "
      "file such as Keras' mnist.npz (keys x_train, y_train, x_test, y_test)",
      keys, files);
}

void addTrain(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *train = app.add_subcommand(
      "train", "Train the model, or continue a run (--resume)");
  FlagBuilder flags(train);
  flags.path("--data", options.data, "DIR", describeData(model))->required();
  flags
      .path("--out", options.out, "DIR",
            "The folder for model.safetensors, checkpoint.safetensors and "
            "metrics.jsonl")
      ->required();
  addFirstLabel(flags, model, "0", options);
  flags.whole("--epochs", options.epochs, 1, maxEpochs,
              fmt::format("Passes over the training data [{}]", model.epochs));
  flags.whole("--steps", options.steps, 1, maxCount,
              "End after N updates in all, including those before --resume, "
              "unless the epochs end first");
  addCoefficients(flags, model, options);
  flags.real("--lr", options.rate, largestOf(model),
             fmt::format("The base learning rate [{}]", model.rate));
  CLI::Option *init =
      flags.path("--init", options.init, "FILE",
                 "Start from these weights instead of random ones");
  flags
      .flag("--resume", options.resume,
            "Continue from the checkpoint in --out; the result is, bit for "
            "bit, that of a run without the interruption. Give the other flags "
            "as before; only --epochs and --steps may grow")
      ->excludes(init);
  flags.flag("--no-shuffle", options.shuffle,
             "Use the examples in the order of the data in every epoch", false);
  flags.whole("--checkpoint-every", options.checkpointEvery, 1, maxCount,
              "Write a checkpoint every N updates, in addition to those after "
              "each epoch");
  flags.oneOf<Choice>(
      "--eval", options.evaluate,
      {{"average", Choice::Average},
       {"raw", Choice::Raw},
       {"both", Choice::Both},
       {"none", Choice::None}},
      model.averaged ? "average|raw|both|none" : "raw|none",
      fmt::format(
          "The weights to evaluate on the test data after an epoch [{}]",
          model.averaged ? "average" : "raw"));
  flags.flag("--profile", options.profile,
             "Print the time spent in each kernel at the end");
  options.command = Command::Train;
  addCommonFlags(flags, model, options);
}

void addEval(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *eval =
      app.add_subcommand("eval", "Evaluate weights on the test data");
  FlagBuilder flags(eval);
  flags
      .path("--data", options.data, "DIR",
            "The data, as for train; the test split is used")
      ->required();
  addFirstLabel(flags, model, "that of the training", options);
  addWeightFlags(flags, model, options);
  flags.whole("--samples", options.samples, 0, maxSamples,
              "Draws of z per example [12]; 0 means z = mu");
  flags.flag("--json", options.json,
             "Print one object with the fields of metrics.jsonl");
  options.command = Command::Eval;
  addCommonFlags(flags, model, options);
}

void addInfo(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *info = app.add_subcommand(
      "info", "Show parameters, shapes, FLOPs and bytes, target, kernels");
  FlagBuilder flags(info);
  flags.flag("--json", options.json, "Print it as one JSON object");
  options.command = Command::Info;
  addCommonFlags(flags, model, options);
}

void addBench(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *bench = app.add_subcommand(
      "bench", model.gpu
                   ? "Time training steps on synthetic data"
                   : "Time training steps on synthetic data against the FMA "
                     "peak of the processor, measured in the same run");
  FlagBuilder flags(bench);
  flags.whole(
      "--steps", options.steps, 1, maxCount,
      model.gpu ? "The number of steps to time, in whole graphs if N steps "
                  "fill one [as many as fit into 3 seconds, at most about 1000]"
                : "The number of steps to time [as many as fit into 3 seconds, "
                  "10 to 1000]");
  flags.flag("--json", options.json, "Print it as one JSON object");
  options.command = Command::Bench;
  addCommonFlags(flags, model, options);
}

} // namespace vib::runtime
