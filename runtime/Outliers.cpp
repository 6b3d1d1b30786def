//===- Outliers.cpp - Telling two data sets apart -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Outliers.h"

#include <algorithm>
#include <cstddef>

namespace vib::runtime {

double aurocOf(const std::vector<double> &inliers,
               const std::vector<double> &outliers) {
  std::vector<double> sorted = inliers;
  std::sort(sorted.begin(), sorted.end());
  // Twice the number of pairs, which is exact in 2^53.
  double pairs = 0;
  for (double score : outliers) {
    auto [low, high] = std::equal_range(sorted.begin(), sorted.end(), score);
    pairs += double(low - sorted.begin()) + double(high - sorted.begin());
  }
  return pairs / 2 / (double(inliers.size()) * double(outliers.size()));
}

double fpr95Of(std::vector<double> inliers,
               const std::vector<double> &outliers) {
  size_t place = (95 * inliers.size() + 99) / 100 - 1;
  std::nth_element(inliers.begin(), inliers.begin() + ptrdiff_t(place),
                   inliers.end());
  double threshold = inliers[place];
  auto accepted =
      std::count_if(outliers.begin(), outliers.end(),
                    [&](double score) { return score <= threshold; });
  return double(accepted) / double(outliers.size());
}

} // namespace vib::runtime
