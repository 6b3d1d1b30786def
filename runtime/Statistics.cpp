//===- Statistics.cpp - Statistics of the training data -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Statistics.h"
#include "runtime/Error.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <map>
#include <type_traits>

namespace vib::runtime {

namespace {

/// The mean of `term(value, element)` over the rows, for each element of a row.
/// Terms are divided before they are added, so that their sum does not
/// overflow.
template <typename Term>
std::vector<double> averageRows(const Array &array,
                                const std::vector<uint32_t> &rows, Term term) {
  size_t width = size_t(array.rowElements());
  size_t count = rows.empty() ? size_t(array.rows()) : rows.size();
  std::vector<double> means(width);
  visitElements(array, [&](auto *values) {
    for (size_t k = 0; k < count; ++k) {
      size_t row = rows.empty() ? k : rows[k];
      for (size_t i = 0; i < width; ++i)
        means[i] += term(double(values[row * width + i]), i) / double(count);
    }
  });
  return means;
}

/// The mean and the deviation of each element of a row. Of equal values they
/// are the value and 1. Such an element then becomes exactly 0; a rounded mean
/// would leave a tiny number, to which Adam gives a gradient of the usual size.
struct Statistics {
  Statistics(const Array &array, const std::vector<uint32_t> &rows) {
    std::vector<double> first(size_t(array.rowElements()));
    visitElements(array, [&](auto *values) {
      auto *begin = values + (rows.empty() ? 0 : rows.front()) * first.size();
      std::copy(begin, begin + first.size(), first.begin());
    });
    means =
        averageRows(array, rows, [](double value, size_t) { return value; });
    // The squares of the largest distance may overflow or underflow.
    std::vector<double> largest(first.size());
    std::vector<double> differing =
        averageRows(array, rows, [&](double value, size_t i) {
          largest[i] = std::max(largest[i], std::fabs(value - means[i]));
          return double(value != first[i]);
        });
    deviations = averageRows(array, rows, [&](double value, size_t i) {
      double distance = largest[i] > 0 ? (value - means[i]) / largest[i] : 0;
      return distance * distance;
    });
    for (size_t i = 0; i < means.size(); ++i) {
      bool isConstant = differing[i] == 0;
      constants.push_back(isConstant);
      means[i] = isConstant ? first[i] : means[i];
      deviations[i] = isConstant ? 1 : largest[i] * std::sqrt(deviations[i]);
    }
  }

  std::vector<double> means, deviations;
  std::vector<bool> constants; ///< Whether all rows have one value.
};

/// Batches are in the model's type before the mean is subtracted.
std::string adviseOffset(const Statistics &statistics, const Inputs &inputs) {
  constexpr double few = 100; // Steps of f32 in a deviation.
  for (size_t i = 0; i < statistics.means.size(); ++i) {
    double step = std::fabs(statistics.means[i]) * double(FLT_EPSILON);
    if (!statistics.constants[i] && few * step > statistics.deviations[i])
      return fmt::format(
          "{}: element {} has the mean {:.6g} and the deviation {:.6g}, and "
          "float32 keeps only steps of {:.2g} there: subtract a number near "
          "the mean from the data, or compile with --precision=f64",
          inputs.source, i, statistics.means[i], statistics.deviations[i],
          step);
  }
  return "";
}

} // namespace

std::string setStatistics(const VibModel &model,
                          const std::vector<Inputs> &inputs,
                          const std::vector<uint32_t> &rows, State &state) {
  std::string advice;
  std::map<uint32_t, Statistics> ofInputs;
  for (const VibState &slot : stateOf(model)) {
    if (isRunning(slot)) {
      auto fill = [&](auto *to) {
        std::fill_n(to, slot.shape[0], slot.kind == VIB_STATE_RUNNING_VARIANCE);
      };
      if (slot.type == VIB_F64)
        fill(state.weights.as<double>(slot.offset));
      else
        fill(state.weights.as<float>(slot.offset));
      continue;
    }
    bool isMean = slot.kind == VIB_STATE_MEAN;
    const Statistics &statistics =
        ofInputs.try_emplace(slot.input, inputs[slot.input].array, rows)
            .first->second;
    const std::vector<double> &values =
        isMean ? statistics.means : statistics.deviations;
    // A deviation may be too small for the model's type.
    auto copy = [&](auto *to) {
      for (const double &value : values) {
        *to = std::remove_pointer_t<decltype(to)>(value);
        if (!std::isfinite(*to))
          fail("{}: the {} of element {} is too large for the model's type: "
               "scale the data",
               inputs[slot.input].source, isMean ? "mean" : "deviation",
               &value - values.data());
        if (!isMean && *to == 0)
          *to = 1;
        ++to;
      }
    };
    if (slot.type == VIB_F64)
      copy(state.weights.as<double>(slot.offset));
    else
      copy(state.weights.as<float>(slot.offset));
  }
  state.shareStatistics(model);
  for (const auto &[input, statistics] : ofInputs)
    if (advice.empty() && model.type == VIB_F32)
      advice = adviseOffset(statistics, inputs[input]);
  return advice;
}

} // namespace vib::runtime
