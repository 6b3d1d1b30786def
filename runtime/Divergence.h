//===- Divergence.h - Recognizing diverged weights --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A run ends if its loss is not finite. A finite loss counts as diverged if it
// is far above two others: the loss of the run's first step, and the loss of a
// guess that ignores the input. One of the two is not enough. With inputs far
// from unit scale, a run begins far above the guess and improves. A run that
// continues from trained weights begins far below it.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DIVERGENCE_H
#define VIB_RUNTIME_DIVERGENCE_H

#include "runtime/Abi.h"
#include "runtime/Dataset.h"
#include "runtime/Metrics.h"

#include <string>

namespace vib::runtime {

/// The terms of a loss in nats, as means over the rows.
struct LossTerms {
  double nll = 0;
  double weighedRate = 0; ///< beta * rate

  double loss() const { return nll + weighedRate; }
};

LossTerms termsOf(const Figures &figures);

/// The name of the larger term of the loss `now` if it has diverged, or null if
/// it has not. `first` is the loss of the run's first step.
const char *divergedTerm(const VibModel &model, const LossTerms &first,
                         const LossTerms &now);

/// A message with both losses and the larger term. `now` must have diverged.
std::string describeDivergence(const VibModel &model, const LossTerms &first,
                               const Figures &now);

/// A message if weights predict a split far worse than a guess that ignores the
/// input, or "" if they do not.
std::string describeWorseThanGuess(const Figures &figures,
                                   const VibModel &model, const Labels &labels);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DIVERGENCE_H
