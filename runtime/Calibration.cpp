//===- Calibration.cpp - Whether probabilities are what they say ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Calibration.h"

#include <algorithm>
#include <cmath>

namespace vib::runtime {

Calibration::Calibration(int64_t classes)
    : classes(classes), histogram(bins), confusion(size_t(classes * classes)) {}

void Calibration::add(const double *probabilities, int32_t label) {
  // Of equal probabilities, the lowest class.
  int64_t best =
      std::max_element(probabilities, probabilities + classes) - probabilities;
  double confidence = probabilities[best];
  // Bin i is (i / 15, (i + 1) / 15].
  int place = std::clamp(int(std::ceil(confidence * bins)) - 1, 0, bins - 1);
  Bin &bin = histogram[size_t(place)];
  bin.rows += 1;
  bin.right += best == label;
  bin.confidence += confidence;
  ++confusion[size_t(label * classes + best)];
  for (int64_t i = 0; i < classes; ++i) {
    double difference = probabilities[i] - (i == label);
    brierSum += difference * difference;
  }
  ++rows;
}

double Calibration::expectedError() const {
  double sum = 0;
  for (const Bin &bin : histogram)
    sum += std::fabs(bin.right - bin.confidence);
  return sum / double(rows);
}

int64_t Calibration::rowsOf(int64_t label) const {
  int64_t sum = 0;
  for (int64_t predicted = 0; predicted < classes; ++predicted)
    sum += count(label, predicted);
  return sum;
}

std::optional<double> Calibration::errorOf(int64_t label) const {
  int64_t all = rowsOf(label);
  if (all == 0)
    return std::nullopt;
  return double(all - count(label, label)) / double(all);
}

} // namespace vib::runtime
