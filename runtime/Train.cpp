//===- Train.cpp - The command train --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Train.h"
#include "runtime/Console.h"
#include "runtime/Signals.h"
#include "runtime/TrainingRun.h"

namespace vib::runtime {

static TrainingData loadDataFor(TrainingRun &run, const VibModel &model,
                                const Options &options) {
  try {
    return loadTrainingData(model, options);
  } catch (const Error &) {
    // A setting that the checkpoint has may be what the data lacks.
    run.checkSettings();
    throw;
  }
}

int runTrain(const VibModel &model, const Options &options) {
  Progress progress(!options.quiet);
  TrainingRun run(model, options, progress);
  run.open();
  TrainingData data = loadDataFor(run, model, options);
  try {
    run.train(data);
  } catch (const Interrupted &) {
    progress.clear();
    complain("{}: interrupted at step {}; {} is written, and --resume "
             "continues from it\n",
             programName(), run.steps(), run.checkpoint());
    return interruptionCode();
  }
  if (options.profile)
    printText(run.describeProfile());
  return 0;
}

} // namespace vib::runtime
