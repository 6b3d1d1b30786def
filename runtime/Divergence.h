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
#include <vector>

namespace vib::runtime {

/// The name of the largest term of a loss if it has diverged, or "" if it has
/// not. `first` has the terms of the loss at the run's first step, in nats.
std::string divergedTerm(const std::vector<double> &first, const Figures &now);

/// A message with both losses and the largest term. `now` must have diverged.
std::string describeDivergence(const std::vector<double> &first,
                               const Figures &now);

/// A message if weights predict a split far worse than a guess that ignores the
/// input, or "" if they do not.
std::string describeWorseThanGuess(const Figures &figures, const Split &split);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DIVERGENCE_H
