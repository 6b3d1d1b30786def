//===- CommandFlags.cpp - The flags of eval, info and bench ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CommandFlags.h"
#include "runtime/Attack.h"
#include "runtime/InformationBounds.h"
#include "runtime/ModelLists.h"

#include <cfloat>

namespace vib::runtime {

constexpr int maxThreads = 1024;
constexpr int maxDevice = 1023;
/// The densities of all pairs of a block are in memory.
constexpr int64_t maxBlock = 100000;

static std::string describeSeed(const VibModel &model, Command command) {
  switch (command) {
  case Command::Train:
  case Command::Sweep:
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
              : options.command == Command::Sweep
                  ? "The number of threads of each run [1]; the results do not "
                    "depend on it"
                  : "The number of threads [one for each processor that the "
                    "process may use]; the results do not depend on it");
  flags.whole("--seed", options.seed, 0, UINT64_MAX,
              describeSeed(model, options.command));
  flags.flag("--quiet", options.quiet,
             options.command == Command::Train ||
                     options.command == Command::Sweep
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

void addFirstLabel(FlagBuilder flags, const VibModel &model,
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

static void addAttackFlags(FlagBuilder flags, const VibModel &model,
                           bool isAnyClass, Options &options) {
  if (!model.input_gradients) {
    bool isBinary = !isAnyClass;
    for (const VibTarget &target : targetsOf(model))
      isBinary &= isOfUnitInterval(target) && !isReconstruction(target);
    const char *reason =
        isBinary
            ? "attacks need a target of classes: write an output that is 0 "
              "or 1 as one of two classes, with vib.categorical"
        : !isAnyClass ? "expected a model with a target of classes"
        : model.gpu   ? "a program for a GPU computes no gradients of inputs"
        : model.gradients
            ? "no gradient passes to an input: the model reads tokens, or a "
              "posterior draws classes"
            : "the program computes no gradients of inputs: compile "
              "the model with vibc --gradients";
    for (const char *flag : {"--attack", "--epsilon", "--attack-steps",
                             "--attack-step-size", "--attack-draws"})
      flags.reject(flag, reason);
    if (isAnyClass && !model.gpu && !model.gradients)
      flags.note("Errors under attacks, --attack fgsm|pgd, need a program that "
                 "vibc --gradients\nhas compiled.");
    return;
  }
  flags.oneOf<AttackKind>(
      "--attack", options.attack,
      {{"fgsm", AttackKind::FGSM}, {"pgd", AttackKind::PGD}}, "fgsm|pgd",
      "Add the error for inputs that are moved to raise the cross-entropy; "
      "floats are kept in the range of the training data, which are read, too");
  flags.real("--epsilon", options.epsilon, DBL_MAX,
             fmt::format("The most by which a number of the scaled input is "
                         "moved [{}]",
                         defaultEpsilon));
  flags.whole("--attack-steps", options.attackSteps, 1, maxSamples,
              fmt::format("The steps of pgd [{}]", defaultAttackSteps));
  flags.real("--attack-step-size", options.attackStepSize, DBL_MAX,
             "The size of a step of pgd [2.5 epsilon / steps]");
  flags.whole("--attack-draws", options.attackDraws, 0, maxSamples,
              "Draws of z for each gradient [those of --samples]; 0 means "
              "z = mu");
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
  bool isAnyClass = false;
  for (const VibTarget &target : targetsOf(model))
    isAnyClass |= hasClasses(target);
  if (isAnyClass)
    flags.flag("--calibration", options.calibration,
               "Add the expected calibration error, the Brier score, the error "
               "of each class and the confusion matrix");
  else
    flags.reject("--calibration", "the model has no probabilities of classes");
  flags.path(
      "--ood", options.ood, "FILE|DIR",
      "Add how well the rate and the entropy tell these inputs, as those "
      "of predict, from the test data: AUROC and FPR95");
  addAttackFlags(flags, model, isAnyClass, options);
  flags.flag("--bounds", options.bounds,
             "Add bounds on I(Z;X) from below and from above, by blocks of "
             "examples");
  flags.whole("--block", options.block, 2, maxBlock,
              fmt::format("The number of examples of a block of --bounds [{}]",
                          defaultBlock));
  flags.path("--against", options.against, "FILE",
             "Add the differences of the figures from those of other weights, "
             "example by example on the same draws");
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
