//===- BestEpoch.h - Which epoch of a run is the best -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// With validation data, a run keeps the weights of its best epoch, and may end
// when no epoch has been better for a while. Whole epochs count, from the first
// one at whose end all coefficients of the loss have their final values:
// weights of an epoch before that are those of another problem.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_BESTEPOCH_H
#define VIB_RUNTIME_BESTEPOCH_H

#include "runtime/Metrics.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// A figure by which epochs are compared: a value of --keep-best.
struct Metric {
  std::string name;                  ///< In metrics.jsonl.
  const VibFigure *figure = nullptr; ///< Null: the loss.

  /// Whether the larger value is the better one: a bound from below.
  bool wantsLarger() const { return figure && figure->bound == VIB_AT_LEAST; }
  /// The value as metrics.jsonl has it.
  double valueOf(const Figures &figures) const;
};

/// The metric without --keep-best.
constexpr const char *defaultMetric = "loss";

/// The names of the metrics of a model, the default first.
std::vector<std::string> namesOfMetrics(const VibModel &model);
/// The metric of that name. Nothing if there is none.
std::optional<Metric> findMetric(const VibModel &model,
                                 const std::string &name);
/// Why the metric cannot compare epochs of this model, or "" if it can: the
/// loss of one epoch is no better than that of another if their coefficients
/// differ.
std::string whyIncomparable(const VibModel &model, const Metric &metric);

/// Throws an Error if the validation data do not tell the metric, so that no
/// epoch would count.
void requireKnown(const VibModel &model, const Metric &metric,
                  const Split &validation);

/// The best epoch so far.
class BestEpoch {
public:
  explicit BestEpoch(Metric metric) : metric(std::move(metric)) {}

  const Metric metric;

  /// Compares an epoch that ended after `step` updates with the best one.
  /// Returns whether it is better. Of equal ones the first remains.
  bool add(const Figures &figures, uint64_t step);
  /// The updates at the end of the best epoch. Nothing if no epoch counts.
  std::optional<uint64_t> step() const { return bestStep; }
  double value() const { return bestValue; }

  /// The numbers as checkpoints have them; none if no epoch counts.
  std::vector<double> values() const;
  /// The reverse. Returns false if the numbers are impossible after `steps`
  /// updates, of which an epoch has `stepsPerEpoch`.
  bool restore(const std::vector<double> &values, uint64_t steps,
               uint64_t stepsPerEpoch);

private:
  std::optional<uint64_t> bestStep;
  double bestValue = 0;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_BESTEPOCH_H
