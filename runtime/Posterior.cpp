//===- Posterior.cpp - The covariances of a batch -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Posterior.h"

namespace vib::runtime {

bool hasFullCovariance(const VibStream &stream) {
  return stream.factor != nullptr;
}

std::vector<double> readCholeskyFactors(Session &session,
                                        const VibStream &stream, int64_t rows) {
  bool full = hasFullCovariance(stream);
  std::vector<double> entries =
      session.read(full ? stream.factor : stream.deviation, rows);
  int64_t width = stream.latents;
  std::vector<double> factors(size_t(rows * width * width));
  auto entry = entries.begin();
  for (int64_t row = 0; row < rows * width; ++row) {
    int64_t diagonal = row % width;
    for (int64_t column = full ? 0 : diagonal; column <= diagonal; ++column)
      factors[size_t(row * width + column)] = *entry++;
  }
  return factors;
}

std::vector<double> readCovariances(Session &session, const VibStream &stream,
                                    int64_t rows) {
  std::vector<double> factors = readCholeskyFactors(session, stream, rows);
  int64_t width = stream.latents;
  std::vector<double> covariances(factors.size());
  bool full = hasFullCovariance(stream);
  for (int64_t example = 0; example < rows; ++example) {
    const double *factor = factors.data() + example * width * width;
    double *covariance = covariances.data() + example * width * width;
    for (int64_t i = 0; i < width; ++i)
      for (int64_t j = full ? 0 : i; j <= i; ++j) {
        double sum = 0;
        for (int64_t k = full ? 0 : i; k <= j; ++k)
          sum += factor[i * width + k] * factor[j * width + k];
        covariance[i * width + j] = covariance[j * width + i] = sum;
      }
  }
  return covariances;
}

} // namespace vib::runtime
