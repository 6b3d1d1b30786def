//===- Outliers.h - Telling two data sets apart -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_OUTLIERS_H
#define VIB_RUNTIME_OUTLIERS_H

#include <vector>

namespace vib::runtime {

/// The probability that the score of an outlier is larger than that of an
/// inlier, plus half of the probability that they are equal.
double aurocOf(const std::vector<double> &inliers,
               const std::vector<double> &outliers);

/// The share of the outliers whose score is at most the smallest score of an
/// inlier that at least 95 % of the inliers do not exceed.
double fpr95Of(std::vector<double> inliers,
               const std::vector<double> &outliers);

} // namespace vib::runtime

#endif // VIB_RUNTIME_OUTLIERS_H
