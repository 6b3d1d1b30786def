//===- Validation.h - Validation data ---------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Validation data is a part of the training data that is not trained on, or the
// test split of another folder. The part is drawn by a permutation of the seed
// (docs/randomness.md). Both parts keep the order of the data.
//
// The rows to train on are only a list of numbers, so that the runs of a sweep
// share the data whatever their seeds are. The rows to validate on are copied.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_VALIDATION_H
#define VIB_RUNTIME_VALIDATION_H

#include "runtime/Dataset.h"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace vib::runtime {

/// The value of --validation: one of the three is set.
struct ValidationChoice {
  double share = 0;   ///< Of the training data, in (0, 1).
  int64_t count = 0;  ///< Of its rows.
  std::string folder; ///< With the validation data as its test split.
};

/// Parses the value of --validation. Nothing if it is a number that is neither
/// a share nor a number of rows.
std::optional<ValidationChoice> parseValidation(const std::string &text);

/// The number of the `rows` rows that a choice without a folder takes. Throws
/// an Error if no row would be left for one of the parts.
int64_t countValidationRows(const ValidationChoice &choice, int64_t rows);

/// The rows of a split, in ascending order.
struct DividedRows {
  std::vector<uint32_t> training, validation;
};

/// Draws `count` of `rows` rows for validation.
DividedRows divideRows(uint64_t seed, int64_t rows, int64_t count);

/// A split with a copy of some rows of another one. The ranges of the inputs
/// remain those of all rows.
Split copyRows(const Split &split, const std::vector<uint32_t> &rows,
               const std::string &name);

/// The entropies of the labels of `all` without those of `part`, which is a
/// part of it.
std::vector<double> entropiesWithout(const Split &all, const Split &part);

} // namespace vib::runtime

#endif // VIB_RUNTIME_VALIDATION_H
