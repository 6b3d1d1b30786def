//===- Options.cpp - The command line of a compiled program ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Options.h"
#include "runtime/Console.h"
#include "runtime/HelpFormatter.h"
#include "runtime/Predict.h"
#include "runtime/UsageErrors.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <cerrno>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <map>

namespace vib::runtime {

namespace {

constexpr int maxThreads = 1024;
constexpr int maxDevice = 1023;
/// The counter of Philox has 24 bits for the draw.
constexpr int64_t maxSamples = (1 << 24) - 1;
constexpr int64_t maxCount = INT64_C(1) << 53;
/// Random numbers have 32 bits for the epoch.
constexpr int64_t maxEpochs = INT64_C(1) << 32;

/// Parses a whole number in [low, high].
uint64_t parseWhole(const std::string &flag, const std::string &text,
                    uint64_t low, uint64_t high) {
  bool digits = !text.empty() &&
                text.find_first_not_of("0123456789") == std::string::npos;
  errno = 0;
  uint64_t value = digits ? std::strtoull(text.c_str(), nullptr, 10) : 0;
  if (digits && errno == 0 && value >= low && value <= high)
    return value;
  throw CLI::ValidationError(
      fmt::format("{}: expected a whole number from {} to {}, got '{}'", flag,
                  low, high, text));
}

/// Parses a finite decimal number that is not negative. (std::strtod would also
/// accept hexadecimal numbers, spaces and signs.)
double parseReal(const std::string &flag, const std::string &text) {
  const char *begin = text.data(), *end = begin + text.size();
  double value = 0;
  auto [rest, error] = std::from_chars(begin, end, value);
  bool isDecimal =
      !text.empty() && (*begin == '.' || ('0' <= *begin && *begin <= '9'));
  if (isDecimal && error == std::errc() && rest == end && std::isfinite(value))
    return value;
  throw CLI::ValidationError(
      fmt::format("{}: expected a decimal number from 0 to 1.7e308, such as "
                  "0.001 or 1e-3, got '{}'",
                  flag, text));
}

/// Adds flags to one subcommand.
class FlagBuilder {
public:
  explicit FlagBuilder(CLI::App *app) : app(app) {}

  CLI::Option *path(const std::string &flag, std::string &target,
                    const std::string &type, const std::string &help) {
    return app
        ->add_option_function<std::string>(
            flag,
            [=, &target](const std::string &text) {
              if (text.empty())
                throw CLI::ValidationError(
                    fmt::format("{}: the name is empty", flag));
              target = text;
            },
            help)
        ->type_name(type);
  }

  template <typename T>
  void whole(const std::string &flag, T &target, uint64_t low, uint64_t high,
             const std::string &help) {
    app->add_option_function<std::string>(
           flag,
           [=, &target](const std::string &text) {
             target = parseWhole(flag, text, low, high);
           },
           help)
        ->type_name("N");
  }

  void real(const std::string &flag, std::optional<double> &target,
            const std::string &help) {
    app->add_option_function<std::string>(
           flag,
           [=, &target](const std::string &text) {
             target = parseReal(flag, text);
           },
           help)
        ->type_name("X");
  }

  template <typename T>
  void oneOf(const std::string &flag, T &target,
             const std::map<std::string, T> &values, const std::string &type,
             const std::string &help) {
    app->add_option_function<std::string>(
           flag,
           [=, &target](const std::string &text) {
             auto found = values.find(text);
             if (found == values.end())
               throw CLI::ValidationError(
                   fmt::format("{}: expected {}, got '{}'", flag, type, text));
             target = found->second;
           },
           help)
        ->type_name(type);
  }

  CLI::Option *flag(const std::string &name, bool &target,
                    const std::string &help, bool value = true) {
    return app->add_flag_callback(
        name, [&target, value] { target = value; }, help);
  }

  /// Adds a hidden flag that is refused with a reason, because other programs
  /// or commands have it.
  void reject(const std::string &flag, const std::string &reason) {
    app->add_option_function<std::string>(flag,
                                          [=](const std::string &) {
                                            throw CLI::ValidationError(
                                                flag + ": " + reason);
                                          })
        ->expected(0, 1)
        ->group("");
  }

private:
  CLI::App *app;
};

std::string describeSeed(const VibModel &model, Command command) {
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
             "Print results, warnings and errors only");
}

void addFirstLabel(FlagBuilder flags, const VibModel &model,
                   const std::string &byDefault, Options &options) {
  if (model.likelihood == VIB_CATEGORICAL)
    flags.whole("--first-label", options.firstLabel, 0, maxCount,
                fmt::format("The label of the first class in the data: 1 for "
                            "labels from 1 to {} [{}]",
                            model.outputs, byDefault));
  else
    flags.reject("--first-label", "a regression has no classes");
}

void addTrain(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *train = app.add_subcommand(
      "train", "Train the model, or continue a run (--resume)");
  FlagBuilder flags(train);
  flags
      .path("--data", options.data, "DIR",
            "The training and test data: a folder with the IDX files of MNIST, "
            "Fashion-MNIST or EMNIST, plain or .gz; or with train.npz and "
            "test.npz (keys x and y); or with train_x.npy, train_y.npy, "
            "test_x.npy and test_y.npy (also x_train.npy, X_train.npy, …); or "
            "an .npz file such as Keras' mnist.npz (keys x_train, y_train, "
            "x_test, y_test)")
      ->required();
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
  if (model.rated)
    flags.real("--beta", options.beta,
               fmt::format("The coefficient of the rate; with a schedule, its "
                           "final value [{}]",
                           model.beta));
  else
    flags.reject(
        "--beta",
        "the model's loss has no rate, so there is no coefficient to set");
  flags.real("--lr", options.rate,
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

void addOutputFlags(FlagBuilder flags, Options &options,
                    const std::string &help) {
  flags.path("--output", options.output, "FILE.npy", help)->required();
  flags.flag("--allow-nonfinite", options.allowNonFinite,
             "Write results that are infinite or not a number; without this "
             "flag they are an error");
}

/// The values of `predict --what`.
struct WhatValues {
  std::map<std::string, What> all;
  std::string names; ///< Those that the model has: "probs|logits|…".
  std::string help;  ///< Describes those that the model has.
};

WhatValues listWhat(const VibModel &model) {
  bool classes = model.likelihood == VIB_CATEGORICAL;
  std::string outputs = fmt::format("[N, {}]", model.outputs),
              latents = fmt::format("[N, {}]", model.latents),
              matrix = fmt::format("[N, {0}, {0}]", model.latents);
  struct Value {
    const char *name;
    What what;
    std::string help;
  };
  const std::vector<Value> decoded = {
      {"probs", What::Probabilities,
       (classes ? "probabilities of the classes, " : "means of the targets, ") +
           outputs},
      {"logits", What::Logits,
       classes ? "logits of the classes, " + outputs
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
       "the rate of each latent in bits, " + latents}};

  WhatValues values;
  auto describe = [&](const std::vector<Value> &group) {
    for (const Value &value : group) {
      values.all[value.name] = value.what;
      if (whyMissing(model, value.what))
        continue;
      values.names += (values.names.empty() ? "" : "|");
      values.names += value.name;
      values.help += fmt::format("\n  {:<10} {}", value.name, value.help);
    }
  };
  values.help = "What to write [probs].\n"
                "From the decoder, averaged over the draws:";
  describe(decoded);
  values.help += "\nFrom the posterior:";
  describe(encoded);
  return values;
}

void addPredict(CLI::App &app, const VibModel &model, Options &options) {
  bool classes = model.likelihood == VIB_CATEGORICAL;
  CLI::App *predict =
      app.add_subcommand("predict", "Predict for inputs without labels");
  FlagBuilder flags(predict);
  flags
      .path("--input", options.input, "FILE|DIR",
            "The inputs, [N, …], in the model's shape: an NPY file; an IDX "
            "file, plain or .gz; an .npz file (its key x, else x_test, else "
            "its only array); or a data folder as for train, from which the "
            "test split is used")
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
                          classes ? "probs and entropy" : "probs"));
  flags.oneOf<What>("--what", options.what, values.all, values.names,
                    values.help);
  options.command = Command::Predict;
  addCommonFlags(flags, model, options);
}

void addDecode(CLI::App &app, const VibModel &model, Options &options) {
  bool classes = model.likelihood == VIB_CATEGORICAL;
  CLI::App *decode =
      app.add_subcommand("decode", "Predict from given latents z");
  FlagBuilder flags(decode);
  flags
      .path("--input", options.input, "FILE.npy",
            fmt::format("The latents, [N, {}], in float32 or float64, such as "
                        "predict writes with --what z or --what mu",
                        model.latents))
      ->required();
  addWeightFlags(flags, model, options);
  addOutputFlags(flags, options, "The file for the result, in float32");
  flags.oneOf<What>(
      "--what", options.what,
      {{"probs", What::Probabilities}, {"logits", What::Logits}},
      "probs|logits",
      fmt::format("What to write, [N, {}] [probs]: the {}", model.outputs,
                  classes ? "probabilities of the classes, or their logits"
                          : "means of the targets, for both values"));
  options.command = Command::Decode;
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

} // namespace

std::optional<Options> parseOptions(const VibModel &model, int argc,
                                    const char *const *argv, int &exitCode) {
  std::string program = argc > 0 ? argv[0] : model.name;
  program = program.substr(program.rfind('/') + 1);

  CLI::App app(
      fmt::format("Trains, evaluates and runs the model '{}'.", model.name),
      program);
  app.formatter(std::make_shared<HelpFormatter>());
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  app.require_subcommand(1);
  app.set_help_flag("--help,-h", "Show this help, or that of a command");
  app.set_version_flag(
      "--version",
      fmt::format("{} {}, made by {}", model.name, model.hash, model.compiler),
      "Show the model's hash and the compiler's version");
  app.footer(fmt::format("'{} COMMAND --help' shows the flags of a command.\n\n"
                         "Exit codes: 0 done, 1 the input, the data or the "
                         "environment is wrong,\n2 wrong usage; 128 and "
                         "the number of a signal that stopped it, such as "
                         "130\nfor Ctrl-C (train writes a checkpoint first).",
                         program));

  Options options;
  addTrain(app, model, options);
  addEval(app, model, options);
  addPredict(app, model, options);
  addDecode(app, model, options);
  addInfo(app, model, options);
  addBench(app, model, options);
  for (CLI::App *command : app.get_subcommands({})) {
    command->set_help_flag("--help,-h", "Show this help");
    command->group("Commands");
    command->footer("");
    for (CLI::Option *option : command->get_options())
      if (!option->get_group().empty())
        option->group("Flags");
  }

  exitCode = 0;
  try {
    app.parse(argc, argv);
  } catch (const CLI::CallForHelp &) {
    printText(app.help());
    return std::nullopt;
  } catch (const CLI::CallForVersion &version) {
    printText(fmt::format("{}\n", version.what()));
    return std::nullopt;
  } catch (const CLI::ParseError &error) {
    UsageError usage = describeUsageError(error, app, argc, argv);
    complain("{0}{1}: {2}\nTry '{0}{1} --help'.\n", program,
             usage.command.empty() ? "" : " " + usage.command, usage.message);
    exitCode = 2;
    return std::nullopt;
  }

  const std::map<std::string, Command> commands = {
      {"train", Command::Train},     {"eval", Command::Eval},
      {"predict", Command::Predict}, {"decode", Command::Decode},
      {"info", Command::Info},       {"bench", Command::Bench}};
  std::string command = app.get_subcommands().front()->get_name();
  options.command = commands.at(command);
  auto refuse = [&](const char *flag, const char *reason) {
    complain("{} {}: {}: {}\n", program, command, flag, reason);
    exitCode = 2;
    return std::nullopt;
  };
  bool wantsAverage = options.use == Choice::Average ||
                      options.evaluate == Choice::Average ||
                      options.evaluate == Choice::Both;
  if (wantsAverage && !model.averaged)
    return refuse(options.command == Command::Train ? "--eval" : "--use",
                  "the model averages no weights");
  if (const char *reason = whyMissing(model, options.what))
    return refuse("--what", reason);
  return options;
}

} // namespace vib::runtime
