//===- BestEpoch.cpp - Which epoch of a run is the best -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/BestEpoch.h"
#include "runtime/Error.h"
#include "runtime/ModelLists.h"
#include "runtime/Schedule.h"

#include <fmt/format.h>

#include <cmath>

namespace vib::runtime {

double Metric::valueOf(const Figures &figures) const {
  return figure ? writtenNumber(figures, *figure).value_or(NAN) : figures.loss;
}

/// Whether a figure says how well the targets are predicted, by one number. A
/// rate alone is the least where z is independent of x.
static bool isMetric(const VibFigure &figure) {
  switch (figure.kind) {
  case VIB_DRAW_MEAN:
  case VIB_DRAW_ROOT:
  case VIB_INFORMATION:
  case VIB_AVERAGED_WRONG:
  case VIB_AVERAGED_ROOT:
  case VIB_AVERAGED_NLL:
  case VIB_AT_MEAN:
    return figure.bound != VIB_AT_MOST;
  default:
    return false;
  }
}

std::vector<std::string> namesOfMetrics(const VibModel &model) {
  std::vector<std::string> names = {defaultMetric};
  for (const VibFigure &figure : figuresOf(model))
    if (isMetric(figure))
      names.push_back(figure.name);
  return names;
}

std::optional<Metric> findMetric(const VibModel &model,
                                 const std::string &name) {
  if (name == defaultMetric)
    return Metric{name};
  for (const VibFigure &figure : figuresOf(model))
    if (isMetric(figure) && name == figure.name)
      return Metric{name, &figure};
  return std::nullopt;
}

std::string whyIncomparable(const VibModel &model, const Metric &metric) {
  if (metric.figure)
    return "";
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (!isTemperature(coefficient) && neverSettles(coefficient.schedule))
      return fmt::format("the loss of one epoch cannot be compared with that "
                         "of another, because the schedule of {} has no end",
                         nameOf(model, coefficient));
  return "";
}

void requireKnown(const VibModel &model, const Metric &metric,
                  const Split &validation) {
  auto tells = [&](const std::string &name) {
    const VibFigure *figure = findMetric(model, name)->figure;
    return !figure || isKnown(model, *figure, validation);
  };
  if (tells(metric.name))
    return;
  std::vector<std::string> others;
  for (const std::string &name : namesOfMetrics(model))
    if (tells(name))
      others.push_back(name);
  fail("--keep-best: {} is unknown, because the targets of the validation data "
       "are not all 0 or 1: expected one of {}",
       metric.name, fmt::join(others, ", "));
}

bool BestEpoch::add(const Figures &figures, uint64_t step) {
  double value = metric.valueOf(figures);
  if (!std::isfinite(value))
    return false;
  bool isBetter = !bestStep || (metric.wantsLarger() ? value > bestValue
                                                     : value < bestValue);
  if (isBetter) {
    bestStep = step;
    bestValue = value;
  }
  return isBetter;
}

std::vector<double> BestEpoch::values() const {
  if (!bestStep)
    return {};
  return {double(*bestStep), bestValue};
}

bool BestEpoch::restore(const std::vector<double> &values, uint64_t steps,
                        uint64_t stepsPerEpoch) {
  if (values.empty())
    return true;
  if (values.size() != 2 || !std::isfinite(values[1]) || values[0] < 1 ||
      values[0] > double(steps) || values[0] != std::floor(values[0]) ||
      uint64_t(values[0]) % stepsPerEpoch != 0)
    return false;
  bestStep = uint64_t(values[0]);
  bestValue = values[1];
  return true;
}

} // namespace vib::runtime
