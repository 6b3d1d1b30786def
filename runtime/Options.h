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
#include "runtime/Error.h"
#include "runtime/Validation.h"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

enum class Command { Train, Sweep, Eval, Predict, Decode, Info, Bench };

/// The weights that `train` evaluates after an epoch, and those that `eval`,
/// `predict` and `decode` read from a file with both.
enum class Choice { Default, Average, Raw, Both, None };

/// The values of `predict --what`. `decode` has only the first two.
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

/// The counter of Philox has 24 bits for the draw.
constexpr int64_t maxSamples = (1 << 24) - 1;

/// The values of `eval --attack`.
enum class AttackKind { None, FGSM, PGD };

/// An axis of the grid of a sweep.
struct GridAxis {
  std::string name;                ///< As metrics.jsonl has it.
  std::vector<std::string> values; ///< As typed.
};

struct Options {
  Command command = Command::Info;

  std::string data;    ///< train, sweep, eval
  std::string out;     ///< train, sweep
  std::string init;    ///< train; empty: the initial weights of the seed
  std::string weights; ///< eval, predict, decode
  std::string input;   ///< predict, decode
  std::string output;  ///< predict, decode; standardOutput: no file

  std::optional<int64_t> epochs;
  std::optional<uint64_t> steps; ///< train: all updates; bench: timed steps
  std::map<std::string, double> coefficients; ///< By the names of flags.
  std::optional<double> rate;
  std::optional<uint64_t> seed;
  std::optional<int64_t> samples;
  std::optional<uint64_t> firstLabel; ///< train, eval: the label of class 0
  uint64_t checkpointEvery = 0;       ///< 0: only after an epoch
  uint64_t logEvery = 0;              ///< 0: only after an epoch
  std::optional<ValidationChoice> validation;
  std::string keepBest;       ///< The name of a metric; empty: defaultMetric.
  uint64_t patience = 0;      ///< In epochs; 0: the run does not end early
  std::vector<GridAxis> grid; ///< sweep, in the order of the flags
  std::optional<GridAxis> seeds; ///< sweep
  int jobs = 0;                  ///< sweep; 0: one for each processor
  uint64_t part = 1, parts = 1;  ///< sweep: the share of this program
  Choice evaluate = Choice::Default;
  Choice use = Choice::Default;
  What what = What::Probabilities;
  std::optional<uint32_t> posterior; ///< predict: the place of its stream
  std::optional<uint32_t> target;    ///< predict, decode: its place
  bool resume = false;
  bool shuffle = true;
  bool profile = false;
  bool json = false;
  bool calibration = false;      ///< eval
  bool bounds = false;           ///< eval
  std::optional<uint64_t> block; ///< eval: the rows of a block of --bounds
  std::string ood;               ///< eval: the inputs of outliers
  std::string against;           ///< eval: other weights
  AttackKind attack = AttackKind::None; ///< eval
  std::optional<double> epsilon;        ///< eval: the radius of an attack
  std::optional<int64_t> attackSteps;   ///< eval: of PGD
  std::optional<double> attackStepSize; ///< eval: of PGD
  std::optional<int64_t> attackDraws;   ///< eval: for each gradient
  bool quiet = false;
  bool allowNonFinite = false; ///< predict, decode
  int threads = 0;             ///< 0: availableProcessors()
  int device = 0;              ///< The GPU, in a program for GPUs
};

/// Parses the command line. If it asks for help or a version, prints that to
/// stdout and sets `exitCode` to 0. If it is wrong, prints a message to stderr
/// and sets `exitCode` to 2. The result is then empty.
std::optional<Options> parseOptions(const VibModel &model, int argc,
                                    const char *const *argv, int &exitCode);

/// The flags of a command are wrong.
class WrongUsage : public Error {
public:
  using Error::Error;
};

/// Parses the flags of a command, which a null ends, for a caller with data,
/// weights and results in memory: there are no flags for these, and --out may
/// be left out. Throws WrongUsage.
Options parseFlags(const VibModel &model, const std::string &command,
                   const char *const *flags);

} // namespace vib::runtime

#endif // VIB_RUNTIME_OPTIONS_H
