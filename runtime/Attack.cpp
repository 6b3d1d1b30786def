//===- Attack.cpp - Inputs that raise the cross-entropy -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// FGSM (Goodfellow et al. 2015) moves each number of the scaled input once, by
// epsilon:
//
//   x' = clip(x + epsilon sign(g), low, high)
//
// where g is the derivative of the cross-entropy by x. PGD (Madry et al. 2018)
// repeats shorter steps, here from x itself, and projects each result into the
// cube of all x' that differ from x by at most epsilon; the last one counts.
// g is a mean over draws of z that no other step and no evaluation uses: they
// follow those of the evaluation. low and high are the values of the bytes 0
// and 255, or the range of the training data in each column. A number of x that
// lies outside of it keeps its own value as the limit, because a clip would
// move it further than epsilon.
//
//===----------------------------------------------------------------------===//

#include "runtime/Attack.h"
#include "runtime/Draws.h"
#include "runtime/Error.h"
#include "runtime/EvalExtras.h"
#include "runtime/Evaluate.h"
#include "runtime/ModelLists.h"
#include "runtime/Report.h"
#include "runtime/Signals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

Attack::Attack(const Options &options)
    : isIterated(options.attack == AttackKind::PGD),
      epsilon(options.epsilon.value_or(defaultEpsilon)),
      steps(isIterated ? options.attackSteps.value_or(defaultAttackSteps) : 1),
      size(isIterated
               ? options.attackStepSize.value_or(2.5 / double(steps) * epsilon)
               : epsilon),
      draws(options.attackDraws.value_or(
          options.samples.value_or(defaultSamples))) {}

namespace {

/// Attacks batches, and evaluates what it has changed.
class Attacker {
public:
  Attacker(const Evaluated &evaluated, const Attack &attack)
      : wrong(evaluated.session.model.num_targets), evaluated(evaluated),
        session(evaluated.session), model(session.model), attack(attack),
        samples(evaluated.figures.samples), ranges(model.num_inputs) {
    step.seed = evaluated.figures.context.seed;
    std::copy(evaluated.figures.context.coefficients.begin(),
              evaluated.figures.context.coefficients.end(), step.coefficients);
  }

  void run();

  std::vector<double> wrong; ///< By target: the rows that are classified wrong.
  int64_t unmoved = 0;       ///< Rows whose first gradient is 0 for all inputs.
  double low = 0, high = 0;  ///< Of all columns.
  /// What they are the range of.
  const char *source = "bytes";

private:
  void findRanges();
  void attackBatch(int64_t rows);
  /// Called before each draw.
  void pause() {
    throwIfInterrupted();
    evaluated.display.working("attack", step.first_row, evaluated.split.rows());
  }
  /// The sum of the gradients of each input over the draws of a step, of which
  /// only the signs count.
  std::vector<std::vector<double>> differentiate(int64_t number, int64_t rows);
  void evaluateBatch(int64_t first, int64_t rows);

  const Evaluated &evaluated;
  Session &session;
  const VibModel &model;
  const Attack &attack;
  const int64_t samples;
  VibStep step = {};
  std::vector<Inputs> extremes;    ///< Rows of the session.
  std::vector<AttackRange> ranges; ///< By input.
};

} // namespace

void moveInputs(std::vector<double> &x, const std::vector<double> &origin,
                const std::vector<double> &gradient, double size,
                double epsilon, const AttackRange &range) {
  size_t columns = range.low.size();
  for (size_t i = 0; i < x.size(); ++i) {
    double sign = gradient[i] > 0 ? 1 : gradient[i] < 0 ? -1 : 0;
    double moved = std::clamp(x[i] + size * sign, origin[i] - epsilon,
                              origin[i] + epsilon);
    // What lies outside of the range, as test data may, is not moved further.
    x[i] = std::clamp(moved, std::min(range.low[i % columns], origin[i]),
                      std::max(range.high[i % columns], origin[i]));
  }
}

/// How many rows of all these gradients consist of zeros.
static int64_t countZeroRows(const std::vector<std::vector<double>> &gradients,
                             int64_t rows) {
  int64_t count = 0;
  for (int64_t row = 0; row < rows; ++row)
    count += std::all_of(gradients.begin(), gradients.end(),
                         [&](const std::vector<double> &gradient) {
                           auto width = int64_t(gradient.size()) / rows;
                           auto begin = gradient.begin() + row * width;
                           return std::all_of(
                               begin, begin + width,
                               [](double value) { return value == 0; });
                         });
  return count;
}

/// Two rows: the smallest and the largest number of each column of an input. Of
/// bytes that are scaled they are 0 and 255.
static Inputs findExtremes(const Inputs &inputs, bool isScaled) {
  Inputs extremes;
  extremes.source = inputs.source;
  Array &array = extremes.array;
  array.type = inputs.array.type;
  array.shape = inputs.array.shape;
  array.shape[0] = 2;
  size_t columns = size_t(inputs.array.rowElements());
  array.data.resize(2 * columns * sizeOf(array.type));
  visitElements(inputs.array, [&](const auto *elements) {
    using Element = std::decay_t<decltype(*elements)>;
    auto *low = reinterpret_cast<Element *>(array.data.data());
    Element *high = low + columns;
    if (isScaled && std::is_same_v<Element, uint8_t>) {
      std::fill(high, high + columns, Element(255));
      return;
    }
    std::copy(elements, elements + columns, low);
    std::copy(elements, elements + columns, high);
    for (size_t i = columns; i < size_t(inputs.rows()) * columns; ++i) {
      low[i % columns] = std::min(low[i % columns], elements[i]);
      high[i % columns] = std::max(high[i % columns], elements[i]);
    }
  });
  return extremes;
}

/// Encodes the extremes of all inputs, to see what they are after scaling.
void Attacker::findRanges() {
  auto isFloats = [](const Inputs &inputs) {
    return isFloat(inputs.array.type);
  };
  const std::vector<Inputs> *all = &evaluated.split.inputs;
  std::optional<Split> training;
  const std::string &data = evaluated.options.data;
  bool isAnyFloat = std::any_of(all->begin(), all->end(), isFloats);
  if (isAnyFloat)
    source = data.empty() ? "evaluation data" : "training data";
  if (isAnyFloat && !data.empty())
    all = &training
               .emplace(loadSplit(data, "train", model,
                                  evaluated.figures.context.firstLabel))
               .inputs;
  for (uint32_t i = 0; i < model.num_inputs; ++i)
    extremes.push_back(findExtremes((*all)[i], model.inputs[i].scaled));
  int number = session.addRows(extremes, nullptr);
  low = INFINITY;
  high = -INFINITY;
  for (int64_t row = 0; row < 2; ++row) {
    // One row at a time, because a batch may have one.
    setRows(step, row, 1, 2);
    step.sample = -1;
    session.encode(number, step);
    for (uint32_t i = 0; i < model.num_inputs; ++i) {
      if (!model.inputs[i].gradient)
        continue;
      std::vector<double> values = session.read(model.inputs[i].x, 1);
      if (row == 0) {
        ranges[i] = {values, values};
        continue;
      }
      for (size_t column = 0; column < values.size(); ++column) {
        double other = ranges[i].low[column];
        ranges[i].low[column] = std::min(other, values[column]);
        ranges[i].high[column] = std::max(other, values[column]);
        low = std::min(low, ranges[i].low[column]);
        high = std::max(high, ranges[i].high[column]);
      }
    }
  }
}

std::vector<std::vector<double>> Attacker::differentiate(int64_t number,
                                                         int64_t rows) {
  std::vector<DrawSums> sums(model.num_inputs);
  VibStep next = step;
  // A division might make a number 0.
  next.total_rows = 1;
  int64_t draws = std::max<int64_t>(attack.draws, 1);
  for (int64_t draw = 0; draw < draws; ++draw) {
    pause();
    next.sample =
        attack.draws == 0 ? -1 : int32_t(samples + number * draws + draw);
    session.differentiateInputs(next);
    for (uint32_t i = 0; i < model.num_inputs; ++i)
      if (model.inputs[i].gradient)
        sums[i].add(session.read(model.inputs[i].gradient, rows));
  }
  std::vector<std::vector<double>> gradients;
  for (const DrawSums &sum : sums)
    gradients.push_back(sum.sums());
  return gradients;
}

void Attacker::attackBatch(int64_t rows) {
  std::vector<std::vector<double>> origins(model.num_inputs);
  for (uint32_t i = 0; i < model.num_inputs; ++i)
    if (model.inputs[i].gradient)
      origins[i] = session.read(model.inputs[i].x, rows);
  std::vector<std::vector<double>> moved = origins;
  for (int64_t number = 0; number < attack.steps; ++number) {
    std::vector<std::vector<double>> gradients = differentiate(number, rows);
    if (number == 0)
      unmoved += countZeroRows(gradients, rows);
    for (uint32_t i = 0; i < model.num_inputs; ++i) {
      if (gradients[i].empty())
        continue;
      moveInputs(moved[i], origins[i], gradients[i], attack.size,
                 attack.epsilon, ranges[i]);
      session.write(model.inputs[i].x, moved[i]);
    }
  }
}

void Attacker::evaluateBatch(int64_t first, int64_t rows) {
  step.sample = -1;
  session.encodeBatch(step);
  std::vector<EvaluatedDraws> draws;
  for (uint32_t i = 0; i < model.num_targets; ++i)
    draws.emplace_back(model, i, rows, hasClasses(model.targets[i]));
  for (int64_t draw = samples == 0 ? -1 : 0; draw < samples; ++draw) {
    pause();
    step.sample = int32_t(draw);
    session.evaluate(step);
    for (EvaluatedDraws &ofTarget : draws)
      ofTarget.add(session);
  }
  for (uint32_t i = 0; i < model.num_targets; ++i)
    if (hasClasses(model.targets[i]))
      for (double isWrong :
           draws[i].wrongRows(evaluated.split.labels[i], first))
        wrong[i] += isWrong;
}

void Attacker::run() {
  findRanges();
  int64_t all = evaluated.split.rows();
  for (int64_t first = 0; first < all; first += model.batch) {
    int64_t rows = std::min(model.batch, all - first);
    setRows(step, first, rows, all);
    step.sample = -1;
    session.encode(evaluated.number, step);
    attackBatch(rows);
    evaluateBatch(first, rows);
  }
  evaluated.display.working("attack", all, all);
}

void addAttack(const Evaluated &evaluated, ExtraFigures &extra) {
  const VibModel &model = evaluated.session.model;
  Attack attack(evaluated.options);
  Attacker attacker(evaluated, attack);
  attacker.run();
  double rows = double(evaluated.split.rows());
  extra.text(
      fmt::format("under {}, epsilon {}{}, gradients over {}:\n",
                  attack.isIterated ? "PGD" : "FGSM", attack.epsilon,
                  attack.isIterated
                      ? fmt::format(", {} of {:.4g}",
                                    counted(attack.steps, "step"), attack.size)
                      : "",
                  describeDraws(attack.draws)));
  for (uint32_t i = 0; i < model.num_targets; ++i) {
    if (!hasClasses(model.targets[i]))
      continue;
    double error = attacker.wrong[i] / rows;
    extra.field(keyOf(model, fmt::format("error_{}", attack.name()), i), error);
    extra.line(model.num_targets == 1
                   ? "error"
                   : fmt::format("error, {}", model.targets[i].name),
               fmt::format("{:.2f}", error * 100), "%",
               fmt::format("of the attacked examples, {}",
                           describeDraws(evaluated.figures.samples)));
  }
  double share = double(attacker.unmoved) / rows;
  extra.line("zero gradients", fmt::format("{:.2f}", share * 100), "%",
             "of the examples, which the attack cannot move");
  extra.text(fmt::format("  within [{:.4g}, {:.4g}]; this is one attack, and "
                         "no proof of robustness\n",
                         attacker.low, attacker.high));
  extra.field("attack_zero_gradients", share);
  extra.field("attack_epsilon", attack.epsilon);
  extra.field("attack_steps", std::to_string(attack.steps));
  extra.field("attack_step_size", attack.size);
  extra.field("attack_draws", std::to_string(attack.draws));
  extra.field("attack_start", "\"input\"");
  extra.field("attack_range", fmt::format("\"{}\"", attacker.source));
  extra.field("attack_low", attacker.low);
  extra.field("attack_high", attacker.high);
}

} // namespace vib::runtime
