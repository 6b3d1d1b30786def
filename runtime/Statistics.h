//===- Statistics.h - Statistics of the training data -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_STATISTICS_H
#define VIB_RUNTIME_STATISTICS_H

#include "runtime/Checkpoint.h"
#include "runtime/Dataset.h"

#include <string>
#include <vector>

namespace vib::runtime {

/// Sets the means and deviations of the state that the model reads
/// (VibModel::state) to those of these rows of the inputs; of all if `rows` is
/// empty. They are computed in f64 in two passes, in the order of the rows, and
/// rounded once. Running statistics get their values before training. Returns
/// advice if f32 loses what the elements of an input differ in; "" otherwise.
std::string setStatistics(const VibModel &model,
                          const std::vector<Inputs> &inputs,
                          const std::vector<uint32_t> &rows, State &state);

} // namespace vib::runtime

#endif // VIB_RUNTIME_STATISTICS_H
