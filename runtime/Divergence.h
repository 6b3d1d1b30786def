//===- Divergence.h - Weights that are worse than none ----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A loss that is not finite ends a run, but a finite one may have diverged too:
// it has if it is far above both the loss of the run's first step and that of a
// guess that does not look at the input. Neither alone is a sign. With inputs
// far from unit scale a run begins far above a guess and comes down, and
// weights that are trained further begin far below it.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DIVERGENCE_H
#define VIB_RUNTIME_DIVERGENCE_H

#include "runtime/Abi.h"
#include "runtime/Dataset.h"
#include "runtime/Metrics.h"

#include <string>

namespace vib::runtime {

/// The terms of a loss, means over rows, in nats.
struct LossTerms {
  double nll = 0;
  double weighedRate = 0; ///< beta * rate

  double loss() const { return nll + weighedRate; }
};

LossTerms termsOf(const Figures &figures);

/// The name of the term by which a loss has diverged from that of the run's
/// first step, or null if it has not.
const char *divergedTerm(const VibModel &model, const LossTerms &first,
                         const LossTerms &now);

/// Both losses in words, and the term. `now` has diverged.
std::string describeDivergence(const VibModel &model, const LossTerms &first,
                               const Figures &now);

/// Says that weights predict a split far worse than a guess that does not look
/// at the input, or "" if they do not.
std::string describeWorseThanGuess(const Figures &figures,
                                   const VibModel &model, const Labels &labels);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DIVERGENCE_H
