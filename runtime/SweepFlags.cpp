//===- SweepFlags.cpp - The flags of sweep --------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CommandFlags.h"
#include "runtime/ModelLists.h"
#include "runtime/SweepGrid.h"

namespace vib::runtime {

static constexpr int maxJobs = 1024;

void addSweep(CLI::App &app, const VibModel &model, Options &options) {
  CLI::App *sweep = app.add_subcommand(
      "sweep", "Train with each of several values of the flags");
  FlagBuilder flags(sweep);
  addTrainingData(flags, model, options);
  flags
      .path(
          "--out", options.out, "DIR",
          "The folder for sweep.jsonl, which has a line for each run, and for "
          "the folders of the runs, such as DIR/lr=1e-3,seed=0 with the "
          "files of train")
      ->required();
  flags.each(
      "--grid", "NAME=V1,V2,...",
      [&](const std::string &text) { addAxis(text, model, options); },
      fmt::format("Train with each of these values; with several --grid, with "
                  "each combination. NAME is {}",
                  listAxes(model)));
  flags.text(
      "--seeds", "A:B",
      [&](const std::string &text) { setSeeds(text, options); },
      "Train with each seed from A to B - 1");
  flags.whole("--jobs", options.jobs, 1, maxJobs,
              model.gpu ? "The number of runs at a time: 1 on a GPU"
                        : "The number of runs at a time [one for each "
                          "processor that the process may use]");
  flags.text(
      "--part", "I/N", [&](const std::string &text) { setPart(text, options); },
      "Train only the share I, from 1 to N, of the runs, such as a task of an "
      "array job; all shares have the same --out");
  addTrainingFlags(flags, model, options);
  flags.path("--init", options.init, "FILE",
             "Start from these weights instead of random ones");
  flags.flag("--resume", options.resume,
             "Continue: runs that are done, or have diverged, are not trained "
             "again, and the others go on from their checkpoints. Give the "
             "other flags as before; the grid, --epochs, --steps and "
             "--patience may grow");
  flags.reject("--profile",
               "the runs of a sweep share the processors, so the "
               "times of kernels would tell nothing; train has it");
  options.command = Command::Sweep;
  addCommonFlags(flags, model, options);
}

} // namespace vib::runtime
