//===- Draws.h - The draws of a batch ---------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The predictions of a row, not their logits, are averaged over the draws of z.
// The negative log-likelihood of the averaged probabilities is
//
//   nll_avg = -log mean_s exp(-nll_s),
//
// which is computed from the likelihoods of the draws, because a probability
// may have underflowed. By Jensen's inequality it is at most the mean of nll_s.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DRAWS_H
#define VIB_RUNTIME_DRAWS_H

#include "runtime/Session.h"

#include <functional>
#include <vector>

namespace vib::runtime {

/// The sums of a tensor over draws.
class DrawSums {
public:
  void add(const std::vector<double> &values);
  const std::vector<double> &sums() const { return values; }
  std::vector<double> means() const;
  int64_t count() const { return draws; }

private:
  std::vector<double> values;
  int64_t draws = 0;
};

/// Whether the predictions of a target are probabilities: of its classes, or of
/// a 1 of each output.
bool hasProbabilities(const VibTarget &target);
/// The entropy of each row of probabilities, in bits. Those of binary outputs
/// are added.
std::vector<double> entropies(const VibTarget &target,
                              const std::vector<double> &probabilities);

/// The means of tensors over draws of the encoded batch that are decoded.
/// `samples` = 0 means z = mu. `pause` is called before each draw, of which
/// there may be many, and may end the work by an exception.
std::vector<std::vector<double>>
averageDraws(Session &session, VibStep step,
             const std::vector<const char *> &tensors, int64_t samples,
             int64_t rows, const std::function<void()> &pause);

/// The evaluated draws of a batch for a target.
class EvaluatedDraws {
public:
  EvaluatedDraws(const VibModel &model, uint32_t target, int64_t rows,
                 bool readsPredictions);

  /// Adds the draw of the last Session::evaluate(). Returns its predictions,
  /// [rows, outputs], if they are read.
  std::vector<double> add(Session &session);

  /// Over the rows and the draws.
  double sumOfNlls() const;
  /// nll_avg of each row.
  std::vector<double> averagedNlls() const;
  /// [rows, outputs]; empty if they are not read.
  const DrawSums &predictions() const { return predicted; }
  /// For each row, from `first` of the labels on, 1 if its most probable class
  /// by the averaged probabilities is wrong, else 0.
  std::vector<double> wrongRows(const Labels &labels, int64_t first) const;

private:
  const VibTarget &target;
  const VibFigure &likelihood;
  const int64_t rows;
  const bool readsPredictions;
  std::vector<std::vector<double>> nlls; ///< By draw, then row.
  DrawSums predicted;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_DRAWS_H
