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
//   loss                 the model's own expression, in nats
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
// A figure that was not computed or that is not a bound is null: in training
// the rate of a model whose loss has none, and at z = mu izy_bits and a rate
// from a mixture, with the loss that has this rate as a term. So are beta if
// the loss has no such coefficient, and a figure that is not finite.
//
// Which figures there are is a list of the model (VibFigure): how each is
// computed, its names and its unit.
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

/// The entropy H(Y) of the labels of a target, in nats; 0 for numbers.
double labelEntropy(const Labels &labels);
/// Those of all targets of a split.
std::vector<double> labelEntropies(const Split &split);

/// The sums of a training epoch over the rows so far, in nats.
struct RunningSums {
  double rows = 0;
  /// By figure; 0 for those that the training step does not compute.
  std::vector<double> figures;
  /// What these are divided by for the mean: the rows, or another sum.
  std::vector<double> divisors;
  double loss = 0; ///< With the coefficients of each step.
  /// By term, of those that are computed from means of all rows, and are not in
  /// `loss`: the factors and arguments of the rows.
  std::vector<double> factors, arguments;

  explicit RunningSums(const VibModel &model);
  /// Adds the terms of a step, of whose rows `means` are the mean figures.
  /// Returns the terms.
  std::vector<double> addTerms(const VibModel &model, const VibStep &step,
                               const std::vector<double> &means);
  /// The loss of all rows. A function is that of the mean over all of them.
  double meanLoss(const VibModel &model) const;
  /// The numbers as checkpoints have them: the rows, the sums of the means and
  /// roots in the order of the model, the loss without the terms
  /// that isOfWhole() names, the factor and the argument of each of these, and
  /// the sums of weights.
  std::vector<double> values(const VibModel &model) const;
  /// The reverse of values(). Nothing if the number of values differs.
  static std::optional<RunningSums>
  fromValues(const VibModel &model, const std::vector<double> &values);
  /// Whether the model can produce these sums.
  bool isPossible(const VibModel &model) const;
};

/// The weights and the point of a run that figures belong to.
struct Context {
  std::string split;            ///< "train", "test"
  std::string weights;          ///< "raw", "average"
  std::optional<int64_t> epoch; ///< None for weights of another program.
  std::optional<uint64_t> step;
  std::vector<double> coefficients; ///< In the order of the model.
  double rate = 0;                  ///< The learning rate.
  uint64_t seed = 0;
  uint64_t firstLabel = 0; ///< The label of class 0 in the data.
  double seconds = 0;
};

/// The figures of a split. Means are over the rows, and in nats.
struct Figures {
  explicit Figures(const VibModel &model)
      : model(&model), entropies(model.num_targets), values(model.num_figures) {
  }

  const VibModel *model;
  Context context;
  bool isTraining = false;
  int64_t samples = 0; ///< 0: at z = mu.
  int64_t rows = 0;
  double loss = 0;
  std::vector<double> entropies; ///< Of the labels of each target.
  /// By figure. Empty if it was not computed, or would be no bound; several
  /// numbers if there is one for each output.
  std::vector<std::vector<double>> values;

  const std::vector<double> &of(const VibFigure &figure) const {
    return values[size_t(&figure - model->figures)];
  }
  std::vector<double> &of(const VibFigure &figure) {
    return values[size_t(&figure - model->figures)];
  }
  /// The number of a figure, if it has one.
  std::optional<double> number(const VibFigure *figure) const;
  /// Likewise, given the name.
  std::optional<double> number(const char *name) const;
  /// The terms of the loss with the coefficients of the context.
  std::vector<double> terms() const;
  /// Whether figures may bound a quantity: not those of training, if a row's
  /// result depends on its batch.
  bool haveBounds() const;
};

/// The number of a figure as metrics.jsonl has it: in bits if it is in nats.
std::optional<double> writtenNumber(const Figures &figures,
                                    const VibFigure &figure);

/// H(Y) - cross-entropy, if that is a bound on I(Z;Y). At z = mu it is a bound
/// on I(mu(X);Y) instead. Sets the figures of that kind, and those that are no
/// sums.
void setInformation(Figures &figures);

/// Whether a split tells the figure. It does not tell the error of outputs
/// whose targets are not all 0 or 1: what is right is then unknown.
bool isKnown(const VibModel &model, const VibFigure &figure,
             const Split &split);
/// Removes the figures that the split does not tell.
void dropUnknownErrors(Figures &figures, const Split &split);

/// The figures of a training epoch, whole or partial.
Figures trainFigures(const VibModel &model, const RunningSums &sums,
                     std::vector<double> entropies, Context context);

/// A line of metrics.jsonl without the newline. It is valid JSON for all
/// figures. Finite doubles have enough digits to be read back bit for bit.
std::string toJson(const Figures &figures);

} // namespace vib::runtime

#endif // VIB_RUNTIME_METRICS_H
