//===- Calibration.h - Whether probabilities are what they say --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CALIBRATION_H
#define VIB_RUNTIME_CALIBRATION_H

#include <cstdint>
#include <optional>
#include <vector>

namespace vib::runtime {

/// Compares the averaged probabilities of rows with their labels.
/// docs/method.md defines the figures.
class Calibration {
public:
  static constexpr int bins = 15;

  explicit Calibration(int64_t classes);

  void add(const double *probabilities, int32_t label);

  /// The expected calibration error (Guo et al. 2017).
  double expectedError() const;
  /// The Brier score, from 0 to 2.
  double brier() const { return brierSum / double(rows); }
  /// The share of the rows of a class that another one is predicted for.
  /// Nothing if it has no rows.
  std::optional<double> errorOf(int64_t label) const;
  /// The number of rows by label and predicted class.
  int64_t count(int64_t label, int64_t predicted) const {
    return confusion[size_t(label * classes + predicted)];
  }
  int64_t rowsOf(int64_t label) const;

  const int64_t classes;

private:
  struct Bin {
    double rows = 0, right = 0, confidence = 0;
  };
  std::vector<Bin> histogram;
  std::vector<int64_t> confusion;
  double brierSum = 0;
  int64_t rows = 0;
};

} // namespace vib::runtime

#endif // VIB_RUNTIME_CALIBRATION_H
