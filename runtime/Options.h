//===- Options.h - The command line of a compiled program -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_OPTIONS_H
#define VIB_RUNTIME_OPTIONS_H

#include "runtime/Abi.h"

#include <cstdint>
#include <optional>
#include <string>

namespace vib::runtime {

enum class Command { Train, Eval, Predict, Decode, Info, Bench };

/// What `train` evaluates after an epoch, and what `eval`, `predict` and
/// `decode` take from a file that holds both.
enum class Choice { Default, Average, Raw, Both, None };

/// What `predict` writes; `decode` knows the first two.
enum class What {
  Probabilities,
  Logits,
  Mu,
  Sigma,
  Covariance,
  Cholesky,
  Z,
  Rate,
  RateEach,
  Entropy
};

struct Options {
  Command command = Command::Info;

  std::string data;    ///< train, eval
  std::string out;     ///< train
  std::string init;    ///< train; empty: the initial weights of the seed
  std::string weights; ///< eval, predict, decode
  std::string input;   ///< predict, decode
  std::string output;  ///< predict, decode

  std::optional<int64_t> epochs;
  std::optional<uint64_t> steps; ///< train: updates in all; bench: timed ones
  std::optional<double> beta;
  std::optional<double> rate;
  std::optional<uint64_t> seed;
  std::optional<int64_t> samples;
  uint64_t checkpointEvery = 0; ///< 0: only after an epoch
  Choice evaluate = Choice::Default;
  Choice use = Choice::Default;
  What what = What::Probabilities;
  bool resume = false;
  bool shuffle = true;
  bool profile = false;
  bool json = false;
  bool quiet = false;
  bool allowNonFinite = false; ///< predict, decode
  int threads = 0;             ///< 0: availableProcessors()
  int device = 0;              ///< Of programs for a GPU: which one
};

/// Reads the command line. What is asked for (--help) goes to stdout and what
/// is wrong to stderr; then the result is empty and `exitCode` is 0 or 2.
std::optional<Options> parseOptions(const VibModel &model, int argc,
                                    const char *const *argv, int &exitCode);

} // namespace vib::runtime

#endif // VIB_RUNTIME_OPTIONS_H
