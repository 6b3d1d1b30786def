//===- Metrics.h - The figures of a split -----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Sums are in nats, over rows, in f64, so that a ragged batch counts by its
// rows. The figures, which docs/method.md defines:
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
//                        bound on I(X;Y), and none on I(Z;Y)
//   error_mean           at z = mu
//
// A regression has nll_bits and rmse (1-shot, over all elements), rmse_avg (of
// the mean prediction) and rmse_mean (at z = mu) instead of these, and in an
// evaluation rmse_outputs and rmse_avg_outputs, the same of each output.
//
// A figure that was not computed or that bounds nothing is null: the rate and
// beta of a model whose loss has no rate, and izy_bits at z = mu. So is one
// that is not finite.
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

/// Nats to bits.
double toBits(double nats);

/// H(Y) in nats of the labels of a split; 0 for a regression.
double labelEntropy(const Labels &labels);

/// Sums over rows: what a training epoch has added up so far.
struct RunningSums {
  double rows = 0;
  double nll = 0;
  double rate = 0;
  double error = 0; ///< Wrong rows, or squared errors.
  double loss = 0;  ///< With the beta of each step.

  std::vector<double> values() const { return {rows, nll, rate, error, loss}; }
  /// Nothing if there are not as many values as values() gives.
  static std::optional<RunningSums>
  fromValues(const std::vector<double> &values);
  /// Whether rows of the model can add up to these sums.
  bool isPossible(const VibModel &model) const;
};

/// What a line says of the moment and the weights that it was taken at.
struct Context {
  std::string split;            ///< "train", "test"
  std::string weights;          ///< "raw", "average"
  std::optional<int64_t> epoch; ///< Unknown for weights made elsewhere.
  std::optional<uint64_t> step;
  std::optional<double> beta; ///< None if the loss has no rate.
  double rate = 0;            ///< The learning rate.
  uint64_t seed = 0;
  double seconds = 0;
};

/// The means of a split, in nats.
struct Figures {
  Context context;
  bool classes = true;
  int64_t samples = 0; ///< 0: at z = mu.
  int64_t rows = 0;
  double loss = 0;
  double nll = 0;
  std::optional<double> rate; ///< None if the loss has no rate.
  double entropy = 0;
  double error1 = 0; ///< Fraction of wrong draws, or root of the mean square.
  std::vector<double> outputErrors; ///< The same of each output, if evaluated.
  /// What averages over draws say; a training line has none.
  struct Averaged {
    double nll = 0; ///< Of classes only.
    double error = 0;
    double errorMean = 0;
    std::vector<double> outputErrors; ///< `error` of each output.
  };
  std::optional<Averaged> averaged;

  /// H(Y) - cross-entropy, if that is a bound on I(Z;Y). At z = mu it is one on
  /// I(mu(X);Y), and a density's negative log-likelihood is no entropy.
  std::optional<double> informationY() const;
};

/// The figures of a training epoch, whole or partial.
Figures trainFigures(const VibModel &model, const RunningSums &sums,
                     double entropy, Context context);

/// A line of metrics.jsonl, without the newline: valid JSON whatever the
/// figures are. Every finite double is written so that it reads back as itself.
std::string toJson(const Figures &figures);

} // namespace vib::runtime

#endif // VIB_RUNTIME_METRICS_H
