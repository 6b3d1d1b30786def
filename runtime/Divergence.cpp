//===- Divergence.cpp - Recognizing diverged weights ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Divergence.h"
#include "runtime/Report.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

/// "Far above" a loss means more than this many times the loss.
constexpr double far = 10;

LossTerms termsOf(const Figures &figures) {
  return {figures.nll, figures.loss - figures.nll};
}

const char *divergedTerm(const VibModel &model, const LossTerms &first,
                         const LossTerms &now) {
  // A uniform guess ignores x, so its rate is 0. In a regression the loss of a
  // guess depends on the unit of the targets. There the first step takes its
  // place, unless its loss is near 0.
  double guess = model.likelihood == VIB_CATEGORICAL
                     ? std::log(double(model.outputs))
                     : double(model.outputs);
  double usual = std::max(guess, std::fabs(first.loss()));
  if (now.loss() <= far * usual)
    return nullptr;
  return now.nll >= now.weighedRate ? nllTerm(model) : "beta x rate";
}

std::string describeDivergence(const VibModel &model, const LossTerms &first,
                               const Figures &now) {
  LossTerms terms = termsOf(now);
  return fmt::format("the loss was {} nats at the first step and is {} on the "
                     "{} data; its larger term is {}{}",
                     digits(first.loss()), digits(terms.loss()),
                     now.context.split == "train" ? "training" : "test",
                     terms.nll >= terms.weighedRate ? "the " : "",
                     divergedTerm(model, first, terms));
}

/// The root mean square of the targets' distances from their means.
static double distanceFromMeans(const Labels &labels, int64_t outputs) {
  double squares = 0;
  for (int64_t output = 0; output < outputs; ++output) {
    double deviation = spreadOf(labels, output, outputs).deviation;
    squares += deviation * deviation;
  }
  return std::sqrt(squares / double(outputs));
}

std::string describeWorseThanGuess(const Figures &figures,
                                   const VibModel &model,
                                   const Labels &labels) {
  if (figures.classes) {
    double guess = std::log(double(model.outputs));
    if (figures.nll <= far * guess)
      return "";
    return fmt::format("the cross-entropy is {} bits, and that of a uniform "
                       "guess {}: training may have diverged before these "
                       "weights were written",
                       digits(toBits(figures.nll)), digits(toBits(guess)));
  }
  double spread = distanceFromMeans(labels, model.outputs);
  if (spread == 0 || figures.error1 <= far * spread)
    return "";
  return fmt::format("the RMSE is {}, and that of guessing the mean of the "
                     "targets {}: training may have diverged before these "
                     "weights were written",
                     digits(figures.error1), digits(spread));
}

} // namespace vib::runtime
