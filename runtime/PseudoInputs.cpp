//===- PseudoInputs.cpp - The start of a VampPrior ------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/PseudoInputs.h"
#include "runtime/Error.h"
#include "runtime/ModelLists.h"
#include "runtime/Parameter.h"
#include "runtime/Shuffle.h"
#include "runtime/Validation.h"

#include <algorithm>
#include <type_traits>

namespace vib::runtime {

std::optional<Split> choosePseudoInputs(const VibModel &model,
                                        const Split &train,
                                        const std::vector<uint32_t> &rows,
                                        uint64_t seed) {
  const VibParameter *longest = nullptr;
  for (const VibParameter &parameter : parametersOf(model))
    if (beginsAsExamples(parameter) &&
        (!longest || parameter.shape[0] > longest->shape[0]))
      longest = &parameter;
  if (!longest)
    return std::nullopt;
  int64_t all = rows.empty() ? train.rows() : int64_t(rows.size());
  if (all < longest->shape[0])
    fail("{}: {} has {} pseudo-inputs, which begin as rows of the training "
         "data: expected at least as many rows, found {}",
         train.inputs.front().source, longest->name, longest->shape[0], all);
  std::vector<uint32_t> order;
  permuteRows(seed, Purpose::PseudoInputs, 0, all, order);
  order.resize(size_t(longest->shape[0]));
  if (!rows.empty())
    for (uint32_t &row : order)
      row = rows[row];
  return copyRows(train, order, train.name);
}

/// What the encoder reads of each example, by input.
static std::vector<std::vector<double>> readScaled(Session &session,
                                                   const Split &examples) {
  const VibModel &model = session.model;
  std::vector<std::vector<double>> scaled(model.num_inputs);
  int number = session.addRows(examples.inputs, nullptr);
  VibStep step = {};
  step.sample = -1;
  for (int64_t first = 0; first < examples.rows(); first += model.batch) {
    int64_t count = std::min(model.batch, examples.rows() - first);
    setRows(step, first, count, examples.rows());
    session.encode(number, step);
    for (uint32_t i = 0; i < model.num_inputs; ++i) {
      if (hasTokens(model.inputs[i]))
        continue;
      std::vector<double> batch = session.read(model.inputs[i].x, count);
      scaled[i].insert(scaled[i].end(), batch.begin(), batch.end());
    }
  }
  return scaled;
}

void setPseudoInputs(Session &session, const Split &examples, State &state) {
  session.setState(state);
  std::vector<std::vector<double>> scaled = readScaled(session, examples);
  for (const VibParameter &parameter : parametersOf(session.model)) {
    if (!beginsAsExamples(parameter))
      continue;
    const std::vector<double> &values = scaled[size_t(parameter.init_scale)];
    auto copy = [&](auto *weights) {
      visitElements(parameter, [&](size_t at, size_t index) {
        weights[at] = std::decay_t<decltype(*weights)>(values[index]);
      });
    };
    if (parameter.type == VIB_F64)
      copy(parameterData<double>(parameter, state.weights.data()));
    else
      copy(parameterData<float>(parameter, state.weights.data()));
  }
}

} // namespace vib::runtime
