//===- CommandFlags.h - The commands and their flags ------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_COMMANDFLAGS_H
#define VIB_RUNTIME_COMMANDFLAGS_H

#include "runtime/Abi.h"
#include "runtime/FlagBuilder.h"
#include "runtime/Options.h"

namespace vib::runtime {

/// The most steps of a flag.
constexpr int64_t maxCount = INT64_C(1) << 53;
/// Random numbers have 32 bits for the epoch.
constexpr int64_t maxEpochs = INT64_C(1) << 32;

/// The largest value of a step, which has numbers of the model's type.
double largestOf(const VibModel &model);

/// Sets a coefficient of the loss. Each is given once. `flag` is named in
/// messages.
void setCoefficient(const std::string &flag, const VibModel &model,
                    const std::string &name, const std::string &value,
                    Options &options);

/// The flags of every command. `options.command` is the command.
void addCommonFlags(FlagBuilder flags, const VibModel &model, Options &options);
/// --weights and --use.
void addWeightFlags(FlagBuilder flags, const VibModel &model, Options &options);

/// --first-label, which is `byDefault` if it is not given.
void addFirstLabel(FlagBuilder flags, const VibModel &model,
                   const std::string &byDefault, Options &options);
/// --data of `train`.
void addTrainingData(FlagBuilder flags, const VibModel &model,
                     Options &options);
/// The flags of a training run but --data, --out, --resume, --init and
/// --profile.
void addTrainingFlags(FlagBuilder flags, const VibModel &model,
                      Options &options);

/// Each adds a command. What it parses is stored in `options`, which must
/// outlive the parser.
void addTrain(CLI::App &app, const VibModel &model, Options &options);
void addSweep(CLI::App &app, const VibModel &model, Options &options);
void addEval(CLI::App &app, const VibModel &model, Options &options);
void addPredict(CLI::App &app, const VibModel &model, Options &options);
void addDecode(CLI::App &app, const VibModel &model, Options &options);
void addInfo(CLI::App &app, const VibModel &model, Options &options);
void addBench(CLI::App &app, const VibModel &model, Options &options);

} // namespace vib::runtime

#endif // VIB_RUNTIME_COMMANDFLAGS_H
