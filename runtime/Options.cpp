//===- Options.cpp - The command line of a compiled program ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Options.h"
#include "runtime/Console.h"
#include "runtime/Predict.h"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
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
constexpr int64_t maxSamples =
    (1 << 24) - 1; ///< Philox has 24 bits for a draw.
constexpr int64_t maxCount = INT64_C(1) << 53;

/// A whole number of `text` in [low, high], or an error that says so.
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

/// A decimal number that is neither negative nor infinite. (std::strtod would
/// take hexadecimal ones, spaces and signs.)
double parseReal(const std::string &flag, const std::string &text) {
  const char *begin = text.data(), *end = begin + text.size();
  double value = 0;
  auto [rest, error] = std::from_chars(begin, end, value);
  bool isDecimal = !text.empty() && (*begin == '.' || std::isdigit(*begin));
  if (isDecimal && error == std::errc() && rest == end && std::isfinite(value))
    return value;
  throw CLI::ValidationError(
      fmt::format("{}: expected a decimal number from 0 to 1.7e308, such as "
                  "0.001 or 1e-3, got '{}'",
                  flag, text));
}

/// Adds flags to one subcommand. The descriptions are set in two columns, so
/// long ones are broken here, by hand.
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

  /// A flag of other programs or commands, which is answered with a reason.
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
    return fmt::format("Where all random numbers come from [{}]", model.seed);
  case Command::Bench:
    return fmt::format(
        "Where the data, the initial weights and the noise come\n"
        "from [{}]",
        model.seed);
  case Command::Decode:
  case Command::Info:
    return "Has no effect: nothing is drawn";
  default:
    return "Where the noise comes from [the seed in the weights' file]";
  }
}

void addCommonFlags(FlagBuilder flags, const VibModel &model,
                    Options &options) {
  if (!model.gpu)
    flags.reject("--device", "this program runs on a CPU: --target=cuda of "
                             "vibc makes one for a GPU");
  else if (options.command == Command::Info)
    flags.reject("--device", "info runs on no GPU");
  else
    flags.whole("--device", options.device, 0, maxDevice,
                "The GPU to run on, as the CUDA driver counts them [0]");
  flags.whole("--threads", options.threads, 1, maxThreads,
              model.gpu
                  ? "Has no effect on a GPU; accepted so that a script works\n"
                    "for programs of both kinds"
              : options.command == Command::Info
                  ? "Has no effect: nothing is computed"
                  : "Threads to work with [one for each processor that the\n"
                    "process may use]; the results do not depend on it");
  flags.whole("--seed", options.seed, 0, UINT64_MAX,
              describeSeed(model, options.command));
  flags.flag("--quiet", options.quiet,
             "Print results, warnings and errors only");
}

void addTrain(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *train = app.add_subcommand(
      "train", "Train the model, or go on training it (--resume)");
  FlagBuilder flags(train);
  flags
      .path("--data", options.data, "DIR",
            "The training and test data: a folder with the IDX files of\n"
            "MNIST, Fashion-MNIST or EMNIST, plain or .gz; or with\n"
            "train.npz and test.npz (keys x and y); or with train_x.npy,\n"
            "train_y.npy, test_x.npy and test_y.npy (also x_train.npy,\n"
            "X_train.npy, …); or an .npz file such as Keras' mnist.npz\n"
            "(keys x_train, y_train, x_test, y_test)")
      ->required();
  flags
      .path("--out", options.out, "DIR",
            "Gets model.safetensors, checkpoint.safetensors and\n"
            "metrics.jsonl")
      ->required();
  flags.whole("--epochs", options.epochs, 1, maxCount,
              fmt::format("Passes over the training data [{}]", model.epochs));
  flags.whole("--steps", options.steps, 1, maxCount,
              "End after N updates, those before a --resume included, if\n"
              "the epochs do not end first");
  if (model.rated)
    flags.real("--beta", options.beta,
               fmt::format("The coefficient of the rate; with a schedule, its\n"
                           "final value [{}]",
                           model.beta));
  else
    flags.reject("--beta", "the model's loss has no rate, so there is no "
                           "coefficient to set");
  flags.real("--lr", options.rate,
             fmt::format("The base learning rate [{}]", model.rate));
  CLI::Option *init =
      flags.path("--init", options.init, "FILE",
                 "Start from these weights instead of random ones");
  flags
      .flag("--resume", options.resume,
            "Go on from the checkpoint in --out, bit for bit as if there\n"
            "had been no break")
      ->excludes(init);
  flags.flag("--no-shuffle", options.shuffle,
             "Take the examples in their order in every epoch", false);
  flags.whole("--checkpoint-every", options.checkpointEvery, 1, maxCount,
              "Write a checkpoint every N updates too, not only after\n"
              "every epoch");
  flags.oneOf<Choice>(
      "--eval", options.evaluate,
      {{"average", Choice::Average},
       {"raw", Choice::Raw},
       {"both", Choice::Both},
       {"none", Choice::None}},
      "average|raw|both|none",
      fmt::format(
          "The weights to evaluate on the test data after an epoch\n[{}]",
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
            "A model.safetensors, a checkpoint.safetensors, or a state_dict\n"
            "of PyTorch saved as safetensors")
      ->required();
  flags.oneOf<Choice>(
      "--use", options.use,
      {{"average", Choice::Average}, {"raw", Choice::Raw}}, "average|raw",
      fmt::format("Which weights of a checkpoint, which may hold both\n[{}]",
                  model.averaged ? "average" : "raw"));
}

void addEval(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *eval =
      app.add_subcommand("eval", "Evaluate weights on the test data");
  FlagBuilder flags(eval);
  flags
      .path("--data", options.data, "DIR",
            "The data, as for train, of which the test split is used")
      ->required();
  addWeightFlags(flags, model, options);
  flags.whole("--samples", options.samples, 0, maxSamples,
              "Draws of z for every example [12]; 0 means z = mu");
  flags.flag("--json", options.json,
             "Print one object with the fields of metrics.jsonl");
  options.command = Command::Eval;
  addCommonFlags(flags, model, options);
}

void addOutput(FlagBuilder flags, Options &options, const std::string &help) {
  flags.path("--output", options.output, "FILE.npy", help)->required();
}

void addAllowNonFinite(FlagBuilder flags, Options &options) {
  flags.flag("--allow-nonfinite", options.allowNonFinite,
             "Write results that are infinite or not a number; without\n"
             "this flag they are an error");
}

void addPredict(CLI::App &app, const VibModel &model, Options &options) {
  bool classes = model.likelihood == VIB_CATEGORICAL;
  CLI::App *predict =
      app.add_subcommand("predict", "Predict for inputs without labels");
  FlagBuilder flags(predict);
  flags
      .path("--input", options.input, "FILE|DIR",
            "The inputs, [N, …], in the model's shape: an NPY file; an\n"
            "IDX file, plain or .gz; an .npz file (its key x, else\n"
            "x_test, else its only array); or a data folder as for\n"
            "train, of which the test split is used")
      ->required();
  addWeightFlags(flags, model, options);
  addOutput(flags, options,
            model.type == VIB_F64
                ? "Gets the result: float32, but float64 for mu, sigma,\n"
                  "covariance, cholesky and z"
                : "Gets the result as float32");
  flags.whole("--samples", options.samples, 0, maxSamples,
              "Draws of z to average over [12 for probs and entropy, 1 for\n"
              "logits and z]; 0 means z = mu");
  flags.oneOf<What>(
      "--what", options.what,
      {{"probs", What::Probabilities},
       {"logits", What::Logits},
       {"mu", What::Mu},
       {"sigma", What::Sigma},
       {"covariance", What::Covariance},
       {"cholesky", What::Cholesky},
       {"z", What::Z},
       {"rate", What::Rate},
       {"rate_each", What::RateEach},
       {"entropy", What::Entropy}},
      "probs|logits|mu|sigma|covariance|cholesky|z|rate|rate_each|entropy",
      fmt::format(
          "What to write [probs]. Of the decoder, averaged over the\n"
          "draws:\n"
          "  probs      {0}, [N, {1}]\n"
          "  logits     {2}, [N, {1}]\n"
          "{4}"
          "Of the posterior:\n"
          "  mu         its mean, [N, {3}]\n"
          "  sigma      its standard deviations, [N, {3}]\n"
          "  covariance its covariance, [N, {3}, {3}]\n"
          "  cholesky   the lower Cholesky factor of its covariance,\n"
          "             [N, {3}, {3}]\n"
          "  z          the mean of the draws, [N, {3}]"
          "{5}{6}",
          classes ? "probabilities of the classes" : "means of the targets",
          model.outputs,
          classes ? "logits of the classes" : "the same as probs",
          model.latents,
          classes ? "  entropy    entropy of probs in bits, [N]\n" : "",
          whyMissing(model, What::Rate)
              ? ""
              : "\n  rate       the rate in bits, [N]",
          whyMissing(model, What::RateEach)
              ? ""
              : fmt::format("\n  rate_each  the rate of each latent in bits, "
                            "[N, {}]",
                            model.latents)));
  addAllowNonFinite(flags, options);
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
            fmt::format("The latents, [N, {}], as float32 or float64: such as\n"
                        "predict writes with --what z or --what mu",
                        model.latents))
      ->required();
  addWeightFlags(flags, model, options);
  addOutput(flags, options, "Gets the result as float32");
  flags.oneOf<What>(
      "--what", options.what,
      {{"probs", What::Probabilities}, {"logits", What::Logits}},
      "probs|logits",
      fmt::format("What to write, [N, {}] [probs]: the {}", model.outputs,
                  classes ? "probabilities of the classes,\nor their logits"
                          : "means of the targets,\nwhichever is asked for"));
  addAllowNonFinite(flags, options);
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
      "bench", model.gpu ? "Time training steps on synthetic data"
                         : "Time training steps on synthetic data against the "
                           "FMA peak\nof the processor, measured in the same "
                           "run");
  FlagBuilder flags(bench);
  flags.whole(
      "--steps", options.steps, 1, maxCount,
      model.gpu ? "Steps to time; if they fill a graph, whole graphs of them\n"
                  "[as many as 3 seconds allow, up to some 1000]"
                : "Steps to time [as many as 3 seconds allow, 10 to 1000]");
  flags.flag("--json", options.json, "Print it as one JSON object");
  options.command = Command::Bench;
  addCommonFlags(flags, model, options);
}

/// What a command was given and does not take.
std::string describeExtra(const CLI::App &app, const std::string &command) {
  std::vector<std::string> extras = app.remaining(/*recurse=*/true);
  // A flag before what may be its value.
  auto isFlag = [](const std::string &word) { return word[0] == '-'; };
  auto found = std::find_if(extras.begin(), extras.end(), isFlag);
  if (found == extras.end())
    return fmt::format("expected flags only, got '{}'", extras.front());
  std::string flag = found->substr(0, found->find('='));
  for (const char *compiled : {"--target", "--arch", "--cpu", "--cubin",
                               "--precision", "--batch", "--emit"})
    if (flag == compiled)
      return fmt::format("{} is a flag of vibc: what it says is compiled into "
                         "the program",
                         flag);
  for (const CLI::App *other : app.get_subcommands({}))
    if (other->get_option_no_throw(flag))
      return fmt::format("{} is a flag of {}, not of {}", flag,
                         other->get_name(), command);
  return fmt::format("unknown flag {}", flag);
}

/// CLI11's errors that name neither what was found nor what was expected.
std::string describe(const CLI::ParseError &error, const CLI::App &app,
                     const std::string &command) {
  std::string text = error.what();
  if (dynamic_cast<const CLI::ExtrasError *>(&error))
    return describeExtra(app, command);
  // Of flags that exclude each other there is one pair.
  if (dynamic_cast<const CLI::ExcludesError *>(&error))
    return "--init and --resume contradict each other: a run starts from "
           "weights or goes on from its checkpoint";
  if (!dynamic_cast<const CLI::ArgumentMismatch *>(&error))
    return text;
  bool isMissing = text.find(" missing") != std::string::npos;
  return fmt::format("{}: expected one value, got {}",
                     text.substr(0, text.find(':')),
                     isMissing ? "none" : "several");
}

/// CLI11's layout with the names of the required flags in the usage line.
class HelpFormatter : public CLI::Formatter {
public:
  std::string make_usage(const CLI::App *app, std::string name) const override {
    std::string usage = "Usage: " + name;
    if (!app->get_subcommands([](const CLI::App *) { return true; }).empty())
      return usage + " COMMAND [FLAGS]\n";
    for (const CLI::Option *option : app->get_options())
      if (option->get_required())
        usage +=
            fmt::format(" {} {}", option->get_name(), option->get_type_name());
    return usage + " [FLAGS]\n";
  }

  /// CLI11 ends with room for a footer, which a command has none of.
  std::string make_help(const CLI::App *app, std::string name,
                        CLI::AppFormatMode mode) const override {
    std::string help = CLI::Formatter::make_help(app, name, mode);
    return help.substr(0, help.find_last_not_of('\n') + 1) + "\n";
  }

  std::string make_option_opts(const CLI::Option *option) const override {
    return option->get_type_size() ? " " + option->get_type_name() : "";
  }
};

} // namespace

std::optional<Options> parseOptions(const VibModel &model, int argc,
                                    const char *const *argv, int &exitCode) {
  std::string program = argc > 0 ? argv[0] : model.name;
  program = program.substr(program.rfind('/') + 1);

  CLI::App app(
      fmt::format("Trains, evaluates and runs the model '{}'.", model.name),
      program);
  auto formatter = std::make_shared<HelpFormatter>();
  formatter->column_width(30);
  app.formatter(formatter);
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
    auto commands = app.get_subcommands();
    std::string at, message;
    if (!commands.empty()) {
      at = " " + commands.front()->get_name();
      message = describe(error, app, commands.front()->get_name());
    } else {
      message = fmt::format(
          "expected train, eval, predict, decode, info or bench, got {}",
          argc < 2 ? "nothing" : fmt::format("'{}'", argv[1]));
    }
    complain("{0}{1}: {2}\nTry '{0}{1} --help'.\n", program, at, message);
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
