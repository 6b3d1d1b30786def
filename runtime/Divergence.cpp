//===- Divergence.cpp - Recognizing diverged weights ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Divergence.h"
#include "runtime/ModelLists.h"
#include "runtime/Report.h"
#include "runtime/Schedule.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

/// "Far above" a loss means more than this many times the loss.
constexpr double far = 10;

/// The name of a term: "cross-entropy", "beta x rate".
static std::string nameOfTerm(const Figures &figures, const VibTerm &term) {
  const VibModel &model = *figures.model;
  std::string title =
      describeFunction(term, model.figures[term.figure].title,
                       argumentOf(term, figures.context.coefficients.data()));
  if (term.coefficient >= 0)
    return fmt::format(
        "{} x {}", nameOf(model, model.coefficients[term.coefficient]), title);
  return term.factor == 1 ? title
                          : fmt::format("{:g} x {}", term.factor, title);
}

static std::string nameOfLargest(const Figures &figures,
                                 const std::vector<double> &terms) {
  auto largest = std::max_element(terms.begin(), terms.end());
  return nameOfTerm(figures, figures.model->terms[largest - terms.begin()]);
}

static double sumOf(const std::vector<double> &terms) {
  double sum = 0;
  for (double term : terms)
    sum += term;
  return sum;
}

std::string divergedTerm(const std::vector<double> &first, const Figures &now) {
  // A uniform guess ignores x, so its rate is 0. In a regression the loss of a
  // guess depends on the unit of the targets. There the first step takes its
  // place, unless its loss is near 0.
  double guess = 0;
  for (const VibTarget &target : targetsOf(*now.model)) {
    double outputs = double(target.outputs);
    guess += hasClasses(target) ? std::log(outputs) : outputs;
  }
  // A dual ascent raises its term while the rate is above the target.
  const VibModel &model = *now.model;
  std::vector<double> terms = now.terms();
  double loss = now.loss, begin = sumOf(first);
  for (uint32_t i = 0; i < model.num_terms; ++i) {
    int32_t coefficient = model.terms[i].coefficient;
    if (coefficient < 0 || !isDual(model.coefficients[coefficient].schedule))
      continue;
    loss -= terms[i];
    begin -= first[i];
    terms[i] = 0;
  }
  double usual = std::max(guess, std::fabs(begin));
  return loss <= far * usual ? "" : nameOfLargest(now, terms);
}

std::string describeDivergence(const std::vector<double> &first,
                               const Figures &now) {
  std::vector<double> terms = now.terms();
  std::string name = nameOfLargest(now, terms);
  bool isProduct = name.find(" x ") != std::string::npos;
  return fmt::format(
      "the loss was {} nats at the first step and is {} on the "
      "{} data; its {} term is {}{}",
      digits(sumOf(first)), digits(now.loss),
      now.context.split == "train" ? "training" : now.context.split,
      terms.size() > 2 ? "largest" : "larger", isProduct ? "" : "the ", name);
}

static double distanceFromMeans(const Labels &labels, int64_t outputs) {
  double squares = 0;
  for (int64_t output = 0; output < outputs; ++output) {
    double deviation = spreadOf(labels, output, outputs).deviation;
    squares += deviation * deviation;
  }
  return std::sqrt(squares / double(outputs));
}

static std::string describeWorseThanGuess(const Figures &figures,
                                          uint32_t number,
                                          const Labels &labels) {
  const VibModel &model = *figures.model;
  const VibTarget &target = model.targets[number];
  if (hasClasses(target)) {
    double guess = std::log(double(target.outputs));
    const VibFigure &likelihood = likelihoodOf(model, number);
    double nll = figures.number(&likelihood).value_or(0);
    if (nll <= far * guess)
      return "";
    return fmt::format("the {} is {} bits, and that of a uniform guess {}: "
                       "training may have diverged before these weights were "
                       "written",
                       likelihood.title, digits(toBits(nll)),
                       digits(toBits(guess)));
  }
  // Of an input there is no copy as targets.
  const VibFigure *root = findFigure(model, VIB_DRAW_ROOT, number);
  if (!root || labels.targets.empty())
    return "";
  double spread = distanceFromMeans(labels, target.outputs);
  double error = figures.number(root).value_or(0);
  if (spread == 0 || error <= far * spread)
    return "";
  return fmt::format("the {} is {}, and that of guessing the mean of the "
                     "targets {}: training may have diverged before these "
                     "weights were written",
                     root->title, digits(error), digits(spread));
}

std::string describeWorseThanGuess(const Figures &figures, const Split &split) {
  for (uint32_t i = 0; i < split.labels.size(); ++i) {
    std::string worse = describeWorseThanGuess(figures, i, split.labels[i]);
    if (!worse.empty())
      return worse;
  }
  return "";
}

} // namespace vib::runtime
