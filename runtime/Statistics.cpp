//===- Statistics.cpp - Statistics of the training data -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Statistics.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <cmath>
#include <type_traits>

namespace vib::runtime {

namespace {

/// Adds up `term(value, element)` over the rows, for each element of a row, and
/// divides by the number of rows.
template <typename Term>
std::vector<double> averageRows(const Array &array, Term term) {
  size_t width = size_t(array.rowElements()), rows = size_t(array.rows());
  std::vector<double> sums(width);
  visitElements(array, [&](auto *values) {
    for (size_t row = 0; row < rows; ++row)
      for (size_t i = 0; i < width; ++i)
        sums[i] += term(double(values[row * width + i]), i);
  });
  for (double &sum : sums)
    sum /= double(rows);
  return sums;
}

std::vector<double> meansOf(const Array &array) {
  return averageRows(array, [](double value, size_t) { return value; });
}

/// The part of the rows whose value is not that of the first row. The rounded
/// mean of equal values may differ from them.
std::vector<double> differences(const Array &array) {
  std::vector<double> first(size_t(array.rowElements()));
  visitElements(array, [&](auto *values) {
    std::copy(values, values + first.size(), first.begin());
  });
  return averageRows(array,
                     [&](double value, size_t i) { return value != first[i]; });
}

/// The standard deviations. Values that are all equal have the deviation 1, so
/// that they become 0 and not an infinity.
std::vector<double> deviationsOf(const Array &array) {
  std::vector<double> means = meansOf(array);
  std::vector<double> deviations =
      averageRows(array, [&](double value, size_t i) {
        return (value - means[i]) * (value - means[i]);
      });
  std::vector<double> differ = differences(array);
  for (size_t i = 0; i < deviations.size(); ++i)
    deviations[i] = differ[i] == 0 ? 1 : std::sqrt(deviations[i]);
  return deviations;
}

} // namespace

void setStatistics(const VibModel &model, const std::vector<Inputs> &inputs,
                   State &state) {
  for (const VibState &slot : stateOf(model)) {
    const Array &array = inputs[slot.input].array;
    std::vector<double> values =
        slot.kind == VIB_STATE_MEAN ? meansOf(array) : deviationsOf(array);
    auto copy = [&](auto *to) { std::copy(values.begin(), values.end(), to); };
    if (slot.type == VIB_F64)
      copy(state.weights.as<double>(slot.offset));
    else
      copy(state.weights.as<float>(slot.offset));
  }
  state.shareStatistics(model);
}

} // namespace vib::runtime
