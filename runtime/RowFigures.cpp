//===- RowFigures.cpp - The figures of each row ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/RowFigures.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <cmath>

namespace vib::runtime {

namespace {

void add(std::vector<double> &sums, const std::vector<double> &values) {
  sums.resize(values.size());
  for (size_t i = 0; i < values.size(); ++i)
    sums[i] += values[i];
}

/// Collects the draws of a batch.
class Draws {
public:
  Draws(Session &session, int64_t rows)
      : session(session), model(session.model), rows(rows),
        sums(model.num_figures), predictions(model.num_targets),
        nlls(model.num_targets) {}

  void add() {
    ++count;
    for (uint32_t i = 0; i < model.num_figures; ++i)
      if (model.figures[i].kind == VIB_DRAW_MEAN)
        runtime::add(sums[i], session.read(model.figures[i].tensor, rows));
    for (uint32_t i = 0; i < model.num_targets; ++i) {
      runtime::add(predictions[i],
                   session.read(model.targets[i].prediction, rows));
      nlls[i].push_back(session.read(likelihoodOf(model, i).tensor, rows));
    }
  }

  std::vector<double> mean(uint32_t figure) const {
    return divided(sums[figure]);
  }
  std::vector<double> prediction(uint32_t target) const {
    return divided(predictions[target]);
  }
  /// -log mean_s exp(-nll_s) of each row.
  std::vector<double> averagedNll(uint32_t target) const {
    std::vector<double> result;
    for (int64_t row = 0; row < rows; ++row) {
      double least = nlls[target].front()[size_t(row)], mass = 0;
      for (const std::vector<double> &draw : nlls[target])
        least = std::min(least, draw[size_t(row)]);
      for (const std::vector<double> &draw : nlls[target])
        mass += std::exp(least - draw[size_t(row)]);
      result.push_back(least - std::log(mass / double(count)));
    }
    return result;
  }

private:
  std::vector<double> divided(std::vector<double> values) const {
    for (double &value : values)
      value /= double(count);
    return values;
  }

  Session &session;
  const VibModel &model;
  const int64_t rows;
  int64_t count = 0;
  std::vector<std::vector<double>> sums, predictions;
  std::vector<std::vector<std::vector<double>>> nlls; ///< Target, draw, row.
};

/// For each row, whether its most probable class is wrong.
std::vector<double> wrongRows(const std::vector<double> &prediction,
                              const Labels &labels, int64_t first,
                              int64_t outputs) {
  std::vector<double> wrong;
  for (auto p = prediction.begin(); p != prediction.end(); p += outputs) {
    int64_t best = std::max_element(p, p + outputs) - p;
    wrong.push_back(best != labels.classes[size_t(first) + wrong.size()]);
  }
  return wrong;
}

} // namespace

void visitRows(Session &session, int number, const Split &split,
               int64_t samples, const Context &context,
               const std::function<void(const RowFigures &)> &visit) {
  const VibModel &model = session.model;
  VibStep step = {};
  step.seed = context.seed;
  std::copy(context.coefficients.begin(), context.coefficients.end(),
            step.coefficients);
  for (int64_t first = 0; first < split.rows(); first += model.batch) {
    RowFigures batch;
    batch.first = first;
    batch.rows = std::min(model.batch, split.rows() - first);
    batch.figures.resize(model.num_figures);
    setRows(step, first, batch.rows, split.rows());
    step.sample = -1;
    session.encode(number, step);
    for (uint32_t i = 0; i < model.num_figures; ++i)
      if (model.figures[i].kind == VIB_ROW_MEAN)
        batch.figures[i] = session.read(model.figures[i].tensor, batch.rows);

    Draws draws(session, batch.rows);
    for (int64_t draw = 0; draw < samples; ++draw) {
      step.sample = int32_t(draw);
      session.evaluate(step);
      draws.add();
    }
    step.sample = -1;
    session.evaluate(step);
    if (samples == 0)
      draws.add();
    for (uint32_t i = 0; i < model.num_targets; ++i)
      batch.predictions.push_back(draws.prediction(i));
    for (uint32_t i = 0; i < model.num_figures; ++i) {
      const VibFigure &figure = model.figures[i];
      const VibFigure &of = model.figures[figure.of];
      if (figure.kind == VIB_DRAW_MEAN)
        batch.figures[i] = draws.mean(i);
      else if (figure.kind == VIB_AT_MEAN && of.kind == VIB_DRAW_MEAN)
        batch.figures[i] = session.read(of.tensor, batch.rows);
      else if (figure.kind == VIB_AVERAGED_NLL)
        batch.figures[i] = draws.averagedNll(figure.target);
      else if (figure.kind == VIB_AVERAGED_WRONG)
        batch.figures[i] = wrongRows(batch.predictions[figure.target],
                                     split.labels[figure.target], first,
                                     model.targets[figure.target].outputs);
    }
    visit(batch);
  }
}

} // namespace vib::runtime
