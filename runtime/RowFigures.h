//===- RowFigures.h - The figures of each row -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_ROWFIGURES_H
#define VIB_RUNTIME_ROWFIGURES_H

#include "runtime/Metrics.h"
#include "runtime/Session.h"

#include <functional>
#include <vector>

namespace vib::runtime {

/// The figures of the rows of a batch.
struct RowFigures {
  int64_t first = 0, rows = 0;
  /// By figure, for each row: its part of a mean over the rows. Empty for a
  /// figure that is no such mean.
  std::vector<std::vector<double>> figures;
  /// By target, averaged over the draws: [rows, outputs].
  std::vector<std::vector<double>> predictions;
};

/// Evaluates the session's weights on a split as evaluate() does, and visits
/// its batches. `pause` is called with the number of finished rows, before each
/// draw and in the end, and may end the evaluation by an exception.
void visitRows(Session &session, int number, const Split &split,
               int64_t samples, const Context &context,
               const std::function<void(int64_t)> &pause,
               const std::function<void(const RowFigures &)> &visit);

} // namespace vib::runtime

#endif // VIB_RUNTIME_ROWFIGURES_H
