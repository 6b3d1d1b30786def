//===- TrainFlags.cpp - The flags of a training run -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/BestEpoch.h"
#include "runtime/CommandFlags.h"
#include "runtime/ModelLists.h"
#include "runtime/Schedule.h"

#include <limits>

namespace vib::runtime {

double largestOf(const VibModel &model) {
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

void setCoefficient(const std::string &flag, const VibModel &model,
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
  if (isTemperature(*found) && number < leastTemperature(model))
    throw CLI::ValidationError(
        fmt::format("{}: expected a temperature {} above 0, at least {:.2g}, "
                    "got {}",
                    flag, name, leastTemperature(model), value));
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
      fmt::format(
          "A coefficient of the loss{}; with a schedule, the value that "
          "it goes to or comes from: {}",
          relaxesSamples(model) ? ", or a temperature of its samples" : "",
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

void addTrainingData(FlagBuilder flags, const VibModel &model,
                     Options &options) {
  flags.path("--data", options.data, "DIR", describeData(model))->required();
}

static void addValidation(FlagBuilder flags, const VibModel &model,
                          Options &options) {
  flags.text(
      "--validation", "0.1|N|DIR",
      [&](const std::string &text) {
        options.validation = parseValidation(text);
        if (text.empty() || !options.validation)
          throw CLI::ValidationError(
              fmt::format("--validation: expected a share of the training data "
                          "between 0 and 1, a number of its rows, or a folder, "
                          "got '{}'",
                          text));
      },
      "Validate on a share of the training data, on N rows of it, or on the "
      "test split of another folder: evaluate on it after each epoch, and keep "
      "the weights of the best epoch in best.safetensors. The test data are "
      "used at the end only, for the last weights and the best ones. The seed "
      "draws the rows");
  std::vector<std::string> names = namesOfMetrics(model);
  flags.text(
      "--keep-best", "METRIC",
      [=, &model, &options](const std::string &text) {
        for (const VibFigure &figure : figuresOf(model)) {
          const char *reason =
              text != figure.name ? nullptr
              : isRate(figure)    ? "is the least where z tells nothing about "
                                    "the input"
              : figure.kind == VIB_LABEL_ENTROPY
                  ? "is the same in every epoch, as it is that of the labels"
                  : nullptr;
          if (reason)
            throw CLI::ValidationError(
                fmt::format("--keep-best: {} {}: expected one of {}", text,
                            reason, fmt::join(names, ", ")));
        }
        if (!findMetric(model, text))
          throw CLI::ValidationError(
              fmt::format("--keep-best: expected one of {}, got '{}'",
                          fmt::join(names, ", "), text));
        options.keepBest = text;
      },
      fmt::format("The figure of the validation data that is best in the best "
                  "epoch: {} [loss]. Epochs count from the one at whose end "
                  "all coefficients have their final values",
                  fmt::join(names, ", ")));
  flags.whole("--patience", options.patience, 1, maxEpochs,
              "End after N epochs in a row without a better one");
}

void addTrain(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *train = app.add_subcommand(
      "train", "Train the model, or continue a run (--resume)");
  FlagBuilder flags(train);
  addTrainingData(flags, model, options);
  flags
      .path("--out", options.out, "DIR",
            "The folder for model.safetensors, checkpoint.safetensors and "
            "metrics.jsonl")
      ->required();
  addTrainingFlags(flags, model, options);
  CLI::Option *init =
      flags.path("--init", options.init, "FILE",
                 "Start from these weights instead of random ones");
  flags
      .flag("--resume", options.resume,
            "Continue from the checkpoint in --out; the result is, bit for "
            "bit, that of a run without the interruption. Give the other flags "
            "as before; only --epochs, --steps and --patience may grow")
      ->excludes(init);
  flags.flag("--profile", options.profile,
             "Print the time spent in each kernel at the end");
  options.command = Command::Train;
  addCommonFlags(flags, model, options);
}

void addTrainingFlags(FlagBuilder flags, const VibModel &model,
                      Options &options) {
  addFirstLabel(flags, model, "0", options);
  flags.whole("--epochs", options.epochs, 1, maxEpochs,
              fmt::format("Passes over the training data [{}]", model.epochs));
  flags.whole("--steps", options.steps, 1, maxCount,
              "End after N updates in all, including those before --resume, "
              "unless the epochs end first");
  addCoefficients(flags, model, options);
  flags.real("--lr", options.rate, largestOf(model),
             fmt::format("The base learning rate [{}]", model.rate));
  addValidation(flags, model, options);
  flags.flag("--no-shuffle", options.shuffle,
             "Use the examples in the order of the data in every epoch", false);
  flags.whole("--checkpoint-every", options.checkpointEvery, 1, maxCount,
              "Write a checkpoint every N updates, in addition to those after "
              "each epoch");
  flags.whole("--log-every", options.logEvery, 1, maxCount,
              "Write a line of training figures every N updates, too: running "
              "means over the epoch so far");
  flags.oneOf<Choice>(
      "--eval", options.evaluate,
      {{"average", Choice::Average},
       {"raw", Choice::Raw},
       {"both", Choice::Both},
       {"none", Choice::None}},
      model.averaged ? "average|raw|both|none" : "raw|none",
      fmt::format(
          "The weights to evaluate on the test data after an epoch [{}]; with "
          "--validation, those to evaluate on the validation data",
          model.averaged ? "average" : "raw"));
}

} // namespace vib::runtime
