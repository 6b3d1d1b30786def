//===- SweepGrid.h - The runs of a sweep ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_SWEEPGRID_H
#define VIB_RUNTIME_SWEEPGRID_H

#include "runtime/Options.h"

#include <string>
#include <utility>
#include <vector>

namespace vib::runtime {

/// The names that a grid may have: "beta, lr, seed, epochs, steps or init".
std::string listAxes(const VibModel &model);
/// Parses NAME=V1,V2,… and adds it to the grid of the options.
void addAxis(const std::string &text, const VibModel &model, Options &options);
/// Parses A:B, a half-open range of seeds.
void setSeeds(const std::string &text, Options &options);
/// Parses I/N: the share of this program, counted from 1.
void setPart(const std::string &text, Options &options);

/// A run of a sweep.
struct SweepRun {
  /// The name of its folder: "beta=1e-3,seed=0".
  std::string name;
  /// The names of the grid and their values, as JSON.
  std::vector<std::pair<std::string, std::string>> values;
  Options options; ///< Those of `train`.
};

/// All runs of a sweep, whatever the part. The last axis of the grid varies
/// fastest but for the seed.
std::vector<SweepRun> listRuns(const VibModel &model, const Options &options);

/// Why the flags of a sweep contradict each other; "" if they do not.
std::string findContradictionOfSweep(const VibModel &model,
                                     const Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_SWEEPGRID_H
