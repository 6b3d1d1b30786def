//===- RowFigures.cpp - The figures of each row ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/RowFigures.h"
#include "runtime/Draws.h"
#include "runtime/ModelLists.h"

#include <algorithm>

namespace vib::runtime {

void visitRows(Session &session, int number, const Split &split,
               int64_t samples, const Context &context,
               const std::function<void(int64_t)> &pause,
               const std::function<void(const RowFigures &)> &visit) {
  const VibModel &model = session.model;
  VibStep step = {};
  step.seed = context.seed;
  std::copy(context.coefficients.begin(), context.coefficients.end(),
            step.coefficients);
  for (int64_t first = 0; first < split.rows(); first += model.batch) {
    pause(first);
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

    std::vector<EvaluatedDraws> draws;
    for (uint32_t i = 0; i < model.num_targets; ++i)
      draws.emplace_back(model, i, batch.rows, /*readsPredictions=*/true);
    std::vector<DrawSums> sums(model.num_figures);
    auto addDraw = [&] {
      for (EvaluatedDraws &ofTarget : draws)
        ofTarget.add(session);
      for (uint32_t i = 0; i < model.num_figures; ++i)
        if (isOverDraws(model.figures[i]))
          sums[i].add(session.read(model.figures[i].tensor, batch.rows));
    };
    for (int64_t draw = 0; draw < samples; ++draw) {
      pause(first);
      step.sample = int32_t(draw);
      session.evaluate(step);
      addDraw();
    }
    step.sample = -1;
    session.evaluate(step);
    if (samples == 0)
      addDraw();
    for (const EvaluatedDraws &ofTarget : draws)
      batch.predictions.push_back(ofTarget.predictions().means());
    for (uint32_t i = 0; i < model.num_figures; ++i) {
      const VibFigure &figure = model.figures[i];
      const VibFigure &of = model.figures[figure.of];
      // A mean with weights has no share of a row.
      if (isOverDraws(figure) && !figure.divisor)
        batch.figures[i] = sums[i].means();
      else if (figure.kind == VIB_AT_MEAN && of.kind == VIB_DRAW_MEAN)
        batch.figures[i] = session.read(of.tensor, batch.rows);
      else if (figure.kind == VIB_AVERAGED_NLL)
        batch.figures[i] = draws[figure.target].averagedNlls();
      else if (figure.kind == VIB_AVERAGED_WRONG)
        batch.figures[i] =
            draws[figure.target].wrongRows(split.labels[figure.target], first);
    }
    visit(batch);
  }
  pause(split.rows());
}

} // namespace vib::runtime
