//===- Options.cpp - The command line of a compiled program ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Options.h"
#include "runtime/BestEpoch.h"
#include "runtime/CommandFlags.h"
#include "runtime/Console.h"
#include "runtime/EvalExtras.h"
#include "runtime/File.h"
#include "runtime/HelpFormatter.h"
#include "runtime/ModelLists.h"
#include "runtime/Predict.h"
#include "runtime/SweepGrid.h"
#include "runtime/UsageErrors.h"

#include <unistd.h>

#include <algorithm>
#include <iterator>

namespace vib::runtime {

/// Prints what is wrong with the command line. `command` is empty if there is
/// none.
static void printUsageError(const std::string &command,
                            const std::string &message) {
  printMessage("error", message);
  complain("Try '{}{}{} --help'.\n", programName(), command.empty() ? "" : " ",
           command);
}

/// The suffix of a name that promises another format than NPY; "" if it does
/// not.
static std::string_view findOtherFormat(std::string_view name) {
  for (std::string_view suffix :
       {".npz", ".csv", ".tsv", ".txt", ".json", ".jsonl", ".gz", ".zip",
        ".safetensors", ".pt", ".pth", ".h5", ".hdf5", ".mat", ".pkl",
        ".parquet"})
    if (name.size() >= suffix.size() &&
        name.substr(name.size() - suffix.size()) == suffix)
      return suffix;
  return "";
}

/// The same as findContradiction() for --validation and what belongs to it.
static std::string findContradictionOfValidation(const VibModel &model,
                                                 const Options &options) {
  if (!options.validation) {
    const char *flag = !options.keepBest.empty() ? "--keep-best"
                       : options.patience        ? "--patience"
                                                 : nullptr;
    return flag ? fmt::format("{}: expected --validation, too: epochs are "
                              "compared on validation data",
                              flag)
                : "";
  }
  std::optional<Metric> metric = findMetric(
      model, options.keepBest.empty() ? defaultMetric : options.keepBest);
  std::string reason = whyIncomparable(model, *metric);
  return reason.empty()
             ? ""
             : fmt::format("--keep-best: {}: expected another figure than {}",
                           reason, metric->name);
}

/// Says why parsed options contradict the model or each other; "" if they do
/// not.
static std::string findContradiction(const VibModel &model,
                                     const Options &options) {
  bool wantsAverage = options.use == Choice::Average ||
                      options.evaluate == Choice::Average ||
                      options.evaluate == Choice::Both;
  if (wantsAverage && !model.averaged)
    return fmt::format("{}: the model averages no weights",
                       options.use == Choice::Average ? "--use" : "--eval");
  std::string reason = findContradictionOfValidation(model, options);
  if (reason.empty())
    reason = findContradictionOfSweep(model, options);
  if (reason.empty())
    reason = findContradictionOfEval(options);
  if (!reason.empty())
    return reason;
  bool isOfTarget = isDecoded(options.what);
  bool predicts =
      options.command == Command::Predict || options.command == Command::Decode;
  if (!isOfTarget && model.num_streams > 1 && !options.posterior)
    return fmt::format("the model has {} posteriors: expected --posterior {}",
                       model.num_streams, namesOfPosteriors(model));
  if (predicts && isOfTarget && model.num_targets > 1 && !options.target)
    return fmt::format("the model has {} targets: expected --target {}",
                       model.num_targets, namesOfTargets(model));
  if (isOfTarget && options.posterior)
    return "--posterior: what --what writes is computed from all posteriors: "
           "leave --posterior out";
  if (!isOfTarget && options.target)
    return "--target: what --what writes belongs to a posterior, not to a "
           "target: leave --target out";
  if (const char *missing =
          whyMissing(model, options.what, options.posterior.value_or(0),
                     options.target.value_or(0)))
    return fmt::format("--what: {}", missing);
  if (predicts && options.what == What::Rate && options.samples == 0 &&
      hasDrawnRate(model, model.streams[options.posterior.value_or(0)]))
    return "--samples: the rate from a mixture is that of draws of z: expected "
           "at least 1";
  std::string_view suffix = findOtherFormat(options.output);
  if (!suffix.empty())
    return fmt::format("--output: the result is an NPY file, but the name {} "
                       "ends in {}: expected .npy",
                       options.output, suffix);
  if (options.output == standardOutput && ::isatty(STDOUT_FILENO))
    return "--output: the result is an NPY file, and the standard output is a "
           "terminal: expected a file or a pipe";
  return "";
}

namespace {
struct NamedCommand {
  const char *name;
  Command command;
  void (*add)(CLI::App &app, const VibModel &model, Options &options);
};
} // namespace

/// In the order of the help.
static constexpr NamedCommand commands[] = {
    {"train", Command::Train, addTrain},
    {"sweep", Command::Sweep, addSweep},
    {"eval", Command::Eval, addEval},
    {"predict", Command::Predict, addPredict},
    {"decode", Command::Decode, addDecode},
    {"info", Command::Info, addInfo},
    {"bench", Command::Bench, addBench}};

static const NamedCommand &findCommand(const std::string &name) {
  return *std::find_if(
      std::begin(commands), std::end(commands),
      [&](const NamedCommand &each) { return each.name == name; });
}

/// A flag is given once, and there is a command.
static void beStrict(CLI::App &app) {
  app.option_defaults()->multi_option_policy(CLI::MultiOptionPolicy::Throw);
  app.require_subcommand(1);
}

std::optional<Options> parseOptions(const VibModel &model, int argc,
                                    const char *const *argv, int &exitCode) {
  const std::string &program = programName();
  CLI::App app(
      fmt::format("Trains, evaluates and runs the model '{}'.", model.name),
      program);
  app.formatter(std::make_shared<HelpFormatter>());
  beStrict(app);
  app.set_help_flag("--help,-h", "Show this help, or that of a command");
  app.set_version_flag(
      "--version",
      fmt::format("{} {}, made by {}", model.name, model.hash, model.compiler),
      "Show the model's hash and the compiler's version");
  app.footer(fmt::format("'{} COMMAND --help' shows the flags of a command.\n\n"
                         "Exit codes: 0 done, 1 the input, the data or the "
                         "environment is wrong,\n2 wrong usage; 128 and "
                         "the number of a signal that stopped it, such as "
                         "130\nfor Ctrl-C (train and sweep write checkpoints "
                         "first).",
                         program));

  Options options;
  for (const NamedCommand &each : commands)
    each.add(app, model, options);
  for (CLI::App *command : app.get_subcommands({})) {
    command->set_help_flag("--help,-h", "Show this help");
    command->group("Commands");
    if (command->get_footer() == app.get_footer())
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
    UsageError usage = describeUsageError(error, model, app, argc, argv);
    printUsageError(usage.command, usage.message);
    exitCode = 2;
    return std::nullopt;
  }

  std::string command = app.get_subcommands().front()->get_name();
  options.command = findCommand(command).command;
  if (options.input == "-")
    options.input = "/dev/stdin";
  std::string contradiction = findContradiction(model, options);
  if (contradiction.empty())
    return options;
  printUsageError(command, contradiction);
  exitCode = 2;
  return std::nullopt;
}

Options parseFlags(const VibModel &model, const std::string &command,
                   const char *const *flags) {
  CLI::App app;
  beStrict(app);
  Options options;
  const NamedCommand &its = findCommand(command);
  its.add(app, model, options);
  CLI::App *parser = app.get_subcommand(command);
  parser->set_help_flag();
  for (const char *flag : {"--data", "--input", "--json", "--output",
                           "--profile", "--quiet", "--weights"})
    if (CLI::Option *option = parser->get_option_no_throw(flag))
      parser->remove_option(option);
  if (CLI::Option *out = parser->get_option_no_throw("--out"))
    out->required(false);

  std::vector<const char *> words = {model.name, command.c_str()};
  for (; flags && *flags; ++flags)
    words.push_back(*flags);
  try {
    app.parse(int(words.size()), words.data());
  } catch (const CLI::ParseError &error) {
    throw WrongUsage(
        describeUsageError(error, model, app, int(words.size()), words.data())
            .message);
  }
  options.command = its.command;
  std::string contradiction = findContradiction(model, options);
  if (contradiction.empty() && options.resume && options.out.empty())
    contradiction = "--resume: expected --out, too: a run continues from its "
                    "files";
  if (!contradiction.empty())
    throw WrongUsage(contradiction);
  return options;
}

} // namespace vib::runtime
