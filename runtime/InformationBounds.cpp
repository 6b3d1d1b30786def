//===- InformationBounds.cpp - Two-sided bounds on I(Z;X) -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/InformationBounds.h"
#include "runtime/AvailableMemory.h"
#include "runtime/ModelLists.h"
#include "runtime/Posterior.h"
#include "runtime/Shuffle.h"

#include <algorithm>
#include <cmath>

namespace vib::runtime {

namespace {

/// The posterior of a stream for all rows, with a draw from each.
class Posteriors {
public:
  explicit Posteriors(const VibStream &stream)
      : stream(stream), latents(size_t(stream.latents)) {}

  void read(Session &session, int64_t rows) {
    append(draws, session.read(stream.sample, rows));
    if (drawsClasses(stream))
      return append(logs, session.read(stream.log_probabilities, rows));
    append(means, session.read(stream.mean, rows));
    std::vector<double> scales = session.read(
        hasFullCovariance(stream) ? stream.factor : stream.deviation, rows);
    width = scales.size() / size_t(rows);
    append(factors, scales);
    for (size_t row = 0; row < size_t(rows); ++row)
      logs.push_back(logDeterminant(scales.data() + row * width));
  }

  /// Adds log q(z_i|x_j) for one i and these j, of a normal without the factor
  /// (2 pi)^(-K/2).
  void addLogDensities(size_t i, const std::vector<uint32_t> &others,
                       double *sums) const {
    const double *z = draws.data() + i * latents;
    for (size_t j = 0; j < others.size(); ++j) {
      if (drawsClasses(stream)) {
        sums[j] += ofClasses(z, logs.data() + others[j] * latents);
        continue;
      }
      const double *mean = means.data() + others[j] * latents;
      const double *factor = factors.data() + others[j] * width;
      double squares = hasFullCovariance(stream) ? ofFull(z, mean, factor)
                                                 : ofDiagonal(z, mean, factor);
      sums[j] += -squares / 2 - logs[others[j]];
    }
  }

private:
  static void append(std::vector<double> &to, const std::vector<double> &from) {
    to.insert(to.end(), from.begin(), from.end());
  }

  /// log det of a factor, of which each row of a triangle ends on the diagonal.
  double logDeterminant(const double *factor) const {
    double sum = 0;
    for (size_t k = 0; k < latents; ++k) {
      if (hasFullCovariance(stream))
        factor += k;
      sum += std::log(*factor++);
    }
    return sum;
  }

  /// |u|^2 with L u = z - mean.
  double ofDiagonal(const double *z, const double *mean,
                    const double *deviation) const {
    double squares = 0;
    for (size_t k = 0; k < latents; ++k) {
      double distance = (z[k] - mean[k]) / deviation[k];
      squares += distance * distance;
    }
    return squares;
  }

  /// The same. The factor is a lower triangle, row by row.
  double ofFull(const double *z, const double *mean,
                const double *factor) const {
    std::vector<double> u(latents);
    double squares = 0;
    for (size_t k = 0; k < latents; ++k) {
      double rest = z[k] - mean[k];
      for (size_t l = 0; l < k; ++l)
        rest -= *factor++ * u[l];
      u[k] = rest / *factor++;
      squares += u[k] * u[k];
    }
    return squares;
  }

  /// The logarithm of the probability of the classes that z has a 1 for.
  double ofClasses(const double *z, const double *logProbabilities) const {
    double sum = 0;
    for (size_t k = 0; k < latents; ++k)
      if (z[k] != 0)
        sum += logProbabilities[k];
    return sum;
  }

  const VibStream &stream;
  const size_t latents;
  size_t width = 0; ///< Numbers of a factor.
  std::vector<double> means, draws, factors;
  /// log det of the factor of each row; of classes their log-probabilities.
  std::vector<double> logs;
};

} // namespace

BlockBounds boundsOf(const std::vector<double> &logDensities, int64_t rows) {
  size_t count = size_t(rows);
  BlockBounds sums = {0, 0};
  for (size_t i = 0; i < count; ++i) {
    const double *row = logDensities.data() + i * count;
    // The mean over all, and over the others, each by its own maximum: the
    // own density may be far above those of the others.
    auto logMean = [&](bool withOwn) {
      double most = -INFINITY, sum = 0;
      for (size_t j = 0; j < count; ++j)
        if (withOwn || j != i)
          most = std::max(most, row[j]);
      for (size_t j = 0; j < count; ++j)
        if (withOwn || j != i)
          sum += std::exp(row[j] - most);
      return most + std::log(sum / double(withOwn ? count : count - 1));
    };
    // The mean has the own density as a term, and may be rounded below it.
    sums.lower += std::min(row[i] - logMean(true), std::log(double(count)));
    sums.upper += row[i] - logMean(false);
  }
  return {sums.lower / double(count), sums.upper / double(count)};
}

Estimate estimate(const std::vector<double> &values) {
  if (values.empty())
    return {};
  double count = double(values.size()), sum = 0, squares = 0;
  for (double value : values)
    sum += value;
  double mean = sum / count;
  for (double value : values)
    squares += (value - mean) * (value - mean);
  if (values.size() < 2)
    return {mean, std::nullopt};
  return {mean, std::sqrt(squares / (count - 1) / count)};
}

std::vector<BlockBounds>
measureBounds(Session &session, int number, int64_t rows, int64_t block,
              uint64_t seed, const std::function<void(int64_t)> &progress) {
  const VibModel &model = session.model;
  std::vector<Posteriors> posteriors;
  uint64_t numbers = 0;
  for (const VibStream &stream : streamsOf(model)) {
    if (!stream.mean ||
        (!stream.deviation && !stream.factor && !drawsClasses(stream)))
      return {};
    posteriors.emplace_back(stream);
    numbers +=
        uint64_t(stream.latents) *
        (hasFullCovariance(stream) ? uint64_t(stream.latents) / 2 + 3 : 3);
  }
  requireMemory((numbers * uint64_t(rows) + uint64_t(block) * uint64_t(block)) *
                    sizeof(double),
                "the posteriors of all rows, for --bounds");
  VibStep step = {};
  step.seed = seed;
  for (int64_t first = 0; first < rows; first += model.batch) {
    int64_t count = std::min(model.batch, rows - first);
    setRows(step, first, count, rows);
    step.sample = -1;
    session.encode(number, step);
    step.sample = 0;
    session.draw(step);
    for (Posteriors &posterior : posteriors)
      posterior.read(session, count);
    progress(0);
  }

  std::vector<uint32_t> order;
  permuteRows(seed, Purpose::Blocks, 0, rows, order);
  std::vector<BlockBounds> bounds;
  std::vector<double> logDensities;
  for (int64_t first = 0; first + block <= rows; first += block) {
    std::vector<uint32_t> members(order.begin() + first,
                                  order.begin() + first + block);
    logDensities.assign(size_t(block * block), 0);
    for (size_t i = 0; i < members.size(); ++i) {
      for (const Posteriors &posterior : posteriors)
        posterior.addLogDensities(members[i], members,
                                  logDensities.data() + i * members.size());
      progress(first + int64_t(i) + 1);
    }
    bounds.push_back(boundsOf(logDensities, block));
  }
  return bounds;
}

} // namespace vib::runtime
