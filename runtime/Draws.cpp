//===- Draws.cpp - The draws of a batch -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Draws.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <cmath>

namespace vib::runtime {

bool hasProbabilities(const VibTarget &target) {
  return hasClasses(target) || isOfUnitInterval(target);
}

std::vector<double> entropies(const VibTarget &target,
                              const std::vector<double> &probabilities) {
  auto part = [](double p) { return p > 0 ? p * std::log2(p) : 0; };
  std::vector<double> result;
  for (auto p = probabilities.begin(); p != probabilities.end();
       p += target.outputs) {
    double sum = 0;
    for (auto each = p; each != p + target.outputs; ++each) {
      sum -= part(*each);
      if (!hasClasses(target))
        sum -= part(1 - *each);
    }
    result.push_back(sum);
  }
  return result;
}

void DrawSums::add(const std::vector<double> &drawn) {
  ++draws;
  values.resize(drawn.size());
  for (size_t i = 0; i < drawn.size(); ++i)
    values[i] += drawn[i];
}

std::vector<double> DrawSums::means() const {
  std::vector<double> result = values;
  for (double &value : result)
    value /= double(draws);
  return result;
}

std::vector<std::vector<double>>
averageDraws(Session &session, VibStep step,
             const std::vector<const char *> &tensors, int64_t samples,
             int64_t rows, const std::function<void()> &pause) {
  std::vector<DrawSums> sums(tensors.size());
  int64_t begin = samples == 0 ? -1 : 0, count = std::max<int64_t>(samples, 1);
  for (int64_t draw = begin; draw < begin + count; ++draw) {
    pause();
    step.sample = int32_t(draw);
    session.draw(step);
    session.decode(step);
    for (size_t i = 0; i < tensors.size(); ++i)
      sums[i].add(session.read(tensors[i], rows));
  }
  std::vector<std::vector<double>> means;
  for (const DrawSums &its : sums)
    means.push_back(its.means());
  return means;
}

EvaluatedDraws::EvaluatedDraws(const VibModel &model, uint32_t target,
                               int64_t rows, bool readsPredictions)
    : target(model.targets[target]), likelihood(likelihoodOf(model, target)),
      rows(rows), readsPredictions(readsPredictions) {}

std::vector<double> EvaluatedDraws::add(Session &session) {
  nlls.push_back(session.read(likelihood.tensor, rows));
  if (!readsPredictions)
    return {};
  std::vector<double> drawn = session.read(target.prediction, rows);
  predicted.add(drawn);
  return drawn;
}

double EvaluatedDraws::sumOfNlls() const {
  double sum = 0;
  for (const std::vector<double> &draw : nlls)
    for (double value : draw)
      sum += value;
  return sum;
}

std::vector<double> EvaluatedDraws::averagedNlls() const {
  std::vector<double> result;
  for (size_t row = 0; row < size_t(rows); ++row) {
    double least = nlls.front()[row];
    for (const std::vector<double> &draw : nlls)
      least = std::min(least, draw[row]);
    double mass = 0;
    for (const std::vector<double> &draw : nlls)
      mass += std::exp(least - draw[row]);
    result.push_back(least - std::log(mass / double(nlls.size())));
  }
  return result;
}

std::vector<double> EvaluatedDraws::wrongRows(const Labels &labels,
                                              int64_t first) const {
  std::vector<double> wrong;
  for (int64_t row = 0; row < rows; ++row) {
    const double *of = predicted.sums().data() + row * target.outputs;
    int64_t best = std::max_element(of, of + target.outputs) - of;
    wrong.push_back(best != labels.classes[size_t(first + row)]);
  }
  return wrong;
}

} // namespace vib::runtime
