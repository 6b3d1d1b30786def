//===- Metrics.h - The figures of a split -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Figures are computed from sums over rows, in nats and f64, so that every row
// has the same weight even if the last batch is smaller. docs/method.md defines
// the figures:
//
//   loss                 CE + beta * rate, in nats
//   cross_entropy_bits   mean over the rows and the draws
//   rate_bits            KL of the posterior from the prior, mean over the
//                        rows: an upper bound on I(Z;X)
//   izy_bits             H(Y) - cross-entropy, with the labels of the split: a
//                        lower bound on I(Z;Y) if z was drawn
//   error_1shot          mean over the rows and the draws
//   error_avg            of the probabilities averaged over the draws
//   nll_avg_bits         of the same probabilities. H(Y) minus it is a lower
//                        bound on I(X;Y), but not on I(Z;Y)
//   error_mean           at z = mu
//
// A regression has instead nll_bits, rmse (1-shot, over all elements), rmse_avg
// (of the mean prediction) and rmse_mean (at z = mu). Its evaluation also has
// rmse_outputs and rmse_avg_outputs, the values for each output.
//
// A figure that was not computed or that is not a bound is null: the rate and
// beta of a model whose loss has no rate, and izy_bits at z = mu. A figure that
// is not finite is null, too.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_METRICS_H
#define VIB_RUNTIME_METRICS_H

#include "runtime/Abi.h"
#include "runtime/Dataset.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// Converts nats to bits.
double toBits(double nats);

/// The entropy H(Y) of the labels of a split, in nats; 0 for a regression.
double labelEntropy(const Labels &labels);

/// The sums of a training epoch over the rows so far, in nats.
struct RunningSums {
  double rows = 0;
  double nll = 0;
  double rate = 0;
  double error = 0; ///< The number of wrong rows, or the squared errors.
  double loss = 0;  ///< With the beta of each step.

  std::vector<double> values() const { return {rows, nll, rate, error, loss}; }
  /// The reverse of values(). Nothing if the number of values differs.
  static std::optional<RunningSums>
  fromValues(const std::vector<double> &values);
  /// Whether the model can produce these sums.
  bool isPossible(const VibModel &model) const;
};

/// The weights and the point of a run that figures belong to.
struct Context {
  std::string split;            ///< "train", "test"
  std::string weights;          ///< "raw", "average"
  std::optional<int64_t> epoch; ///< None for weights of another program.
  std::optional<uint64_t> step;
  std::optional<double> beta; ///< None if the loss has no rate.
  double rate = 0;            ///< The learning rate.
  uint64_t seed = 0;
  uint64_t firstLabel = 0; ///< The label of class 0 in the data.
  double seconds = 0;
};

/// The figures of a split. Means are over the rows, and in nats.
struct Figures {
  Context context;
  bool classes = true;
  int64_t samples = 0; ///< 0: at z = mu.
  int64_t rows = 0;
  double loss = 0;
  double nll = 0;
  std::optional<double> rate; ///< None if the loss has no rate.
  double entropy = 0;
  double error1 = 0; ///< The fraction of wrong draws, or the RMSE.
  std::vector<double> outputErrors; ///< The RMSE of each output, in evaluation.
  /// The figures of predictions averaged over the draws, in evaluation only.
  struct Averaged {
    double nll = 0; ///< Only for classes.
    double error = 0;
    double errorMean = 0;             ///< At z = mu, not averaged.
    std::vector<double> outputErrors; ///< `error` of each output.
  };
  std::optional<Averaged> averaged;

  /// H(Y) - cross-entropy, if that is a bound on I(Z;Y). At z = mu it is a
  /// bound on I(mu(X);Y) instead, and a regression has no such bound.
  std::optional<double> informationY() const;
};

/// The figures of a training epoch, whole or partial.
Figures trainFigures(const VibModel &model, const RunningSums &sums,
                     double entropy, Context context);

/// A line of metrics.jsonl without the newline. It is valid JSON for all
/// figures. Finite doubles have enough digits to be read back bit for bit.
std::string toJson(const Figures &figures);

} // namespace vib::runtime

#endif // VIB_RUNTIME_METRICS_H
