//===- Metrics.cpp - The figures of a split -------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Metrics.h"
#include "runtime/Json.h"
#include "runtime/ModelLists.h"

#include <fmt/format.h>

#include <algorithm>
#include <cfloat>
#include <cmath>
#include <iterator>
#include <limits>
#include <string_view>

namespace vib::runtime {

double toBits(double nats) { return nats / M_LN2; }

double labelEntropy(const Labels &labels) {
  double rows = 0, sum = 0;
  for (int64_t count : labels.counts) {
    rows += double(count);
    if (count > 0)
      sum += double(count) * std::log(double(count));
  }
  // Of one class, the difference may be rounded below 0.
  return rows > 0 ? std::max(std::log(rows) - sum / rows, 0.0) : 0;
}

std::vector<double> labelEntropies(const Split &split) {
  std::vector<double> entropies;
  for (const Labels &labels : split.labels)
    entropies.push_back(labelEntropy(labels));
  return entropies;
}

/// Whether the figure is a mean or a root of a tensor.
static bool isOfTensor(const VibFigure &figure) {
  return figure.kind == VIB_ROW_MEAN || figure.kind == VIB_BLOCK_MEAN ||
         isOverDraws(figure) || figure.kind == VIB_DRAW_ROOT;
}

/// Whether lines of training have the figure.
static bool isOfTraining(const VibFigure &figure) {
  return isOfTensor(figure) || figure.kind == VIB_LABEL_ENTROPY ||
         figure.kind == VIB_INFORMATION || figure.kind == VIB_UNKNOWN ||
         figure.kind == VIB_BLOCK_ROWS;
}

RunningSums::RunningSums(const VibModel &model)
    : figures(model.num_figures), divisors(model.num_figures),
      factors(model.num_terms), arguments(model.num_terms) {}

std::vector<double> RunningSums::addTerms(const VibModel &model,
                                          const VibStep &step,
                                          const std::vector<double> &means) {
  std::vector<double> terms;
  for (uint32_t i = 0; i < model.num_terms; ++i) {
    const VibTerm &term = model.terms[i];
    double factor = factorOf(term, step.coefficients),
           mean = means[term.figure];
    double argument = argumentOf(term, step.coefficients);
    terms.push_back(factor * applyFunction(term, mean, argument));
    if (isOfWhole(model, term)) {
      factors[i] += double(step.rows) * factor;
      arguments[i] += double(step.rows) * argument;
    }
  }
  return terms;
}

double RunningSums::meanLoss(const VibModel &model) const {
  double mean = loss / rows;
  for (uint32_t i = 0; i < model.num_terms; ++i)
    if (const VibTerm &term = model.terms[i]; isOfWhole(model, term))
      mean += factors[i] / rows *
              applyFunction(term, figures[term.figure] / divisors[term.figure],
                            arguments[i] / rows);
  return mean;
}

std::vector<double> RunningSums::values(const VibModel &model) const {
  std::vector<double> result = {rows};
  for (uint32_t i = 0; i < model.num_figures; ++i)
    if (isOfTensor(model.figures[i]))
      result.push_back(figures[i]);
  result.push_back(loss);
  for (uint32_t i = 0; i < model.num_terms; ++i)
    if (isOfWhole(model, model.terms[i]))
      result.insert(result.end(), {factors[i], arguments[i]});
  for (uint32_t i = 0; i < model.num_figures; ++i)
    if (model.figures[i].divisor)
      result.push_back(divisors[i]);
  return result;
}

std::optional<RunningSums>
RunningSums::fromValues(const VibModel &model,
                        const std::vector<double> &values) {
  RunningSums sums(model);
  // At the end of an epoch there are no sums, whatever the figures are.
  if (!values.empty() && values.front() == 0)
    return sums;
  if (values.size() != sums.values(model).size())
    return std::nullopt;
  auto next = values.begin();
  sums.rows = *next++;
  for (uint32_t i = 0; i < model.num_figures; ++i)
    if (isOfTensor(model.figures[i]))
      sums.figures[i] = *next++;
  sums.loss = *next++;
  for (uint32_t i = 0; i < model.num_terms; ++i)
    if (isOfWhole(model, model.terms[i])) {
      sums.factors[i] = *next++;
      sums.arguments[i] = *next++;
    }
  for (uint32_t i = 0; i < model.num_figures; ++i)
    sums.divisors[i] = model.figures[i].divisor ? *next++ : sums.rows;
  return sums;
}

/// The least mean that a figure can have. Because of rounding, a cross-entropy
/// or a rate, a sum over the latents, may be slightly negative. A rate at a
/// draw may be any number.
static double leastMean(const VibModel &model, const VibFigure &figure) {
  if (figure.unit != VIB_NATS)
    return 0;
  if (figure.kind == VIB_DRAWN_MEAN)
    return -std::numeric_limits<double>::infinity();
  if (figure.bound != VIB_AT_MOST && !hasClasses(targetOf(model, figure)))
    return -std::numeric_limits<double>::infinity();
  int64_t latents = 0;
  for (const VibStream &stream : streamsOf(model))
    latents = std::max(latents, stream.latents);
  return -1e-3 - 1e-6 * double(latents);
}

bool RunningSums::isPossible(const VibModel &model) const {
  if (rows == 0)
    return true;
  // A row adds a finite number of the model's type.
  double largest = model.type == VIB_F64 ? DBL_MAX : double(FLT_MAX);
  for (uint32_t i = 0; i < model.num_figures; ++i) {
    const VibFigure &figure = model.figures[i];
    double sum = figures[i];
    if (!std::isfinite(sum) || std::fabs(sum) / largest > rows ||
        !(divisors[i] > 0) || divisors[i] / largest > rows ||
        (isOfTensor(figure) && sum < leastMean(model, figure) * rows))
      return false;
    // The mean error of a row whose draws are all wrong may exceed 1.
    if (figure.unit == VIB_FRACTION && sum > rows * (1 + 1e-6))
      return false;
  }
  for (uint32_t i = 0; i < model.num_terms; ++i)
    for (double sum : {factors[i], arguments[i]})
      if (!(sum >= 0 && sum / largest <= rows))
        return false;
  // A coefficient is a number of the model's type.
  double least = 0;
  for (const VibTerm &term : termsOf(model))
    least = std::min(least, leastMean(model, model.figures[term.figure]));
  return std::isfinite(loss) && loss >= least * largest * rows;
}

std::optional<double> Figures::number(const VibFigure *figure) const {
  if (!figure || of(*figure).size() != 1)
    return std::nullopt;
  return of(*figure).front();
}

std::optional<double> Figures::number(const char *name) const {
  for (const VibFigure &figure : figuresOf(*model))
    if (std::string_view(figure.name) == name)
      return number(&figure);
  return std::nullopt;
}

std::vector<double> Figures::terms() const {
  std::vector<double> terms;
  const double *coefficients = context.coefficients.data();
  for (const VibTerm &term : termsOf(*model)) {
    double mean = number(&model->figures[term.figure]).value_or(NAN);
    terms.push_back(factorOf(term, coefficients) *
                    applyFunction(term, mean, argumentOf(term, coefficients)));
  }
  return terms;
}

bool Figures::haveBounds() const {
  return !isTraining || !(normalizesBatches(*model) || relaxesSamples(*model));
}

void setInformation(Figures &figures) {
  for (const VibFigure &figure : figuresOf(*figures.model)) {
    if (figure.kind == VIB_LABEL_ENTROPY)
      figures.of(figure) = {figures.entropies[figure.target]};
    if (figure.kind == VIB_BLOCK_ROWS)
      figures.of(figure) = {
          double(std::min(figures.model->batch, figures.rows))};
    const VibFigure *of = &figures.model->figures[figure.of];
    if (figure.kind == VIB_INFORMATION && figures.samples > 0 &&
        figures.haveBounds())
      if (std::optional<double> crossEntropy = figures.number(of))
        figures.of(figure) = {figures.entropies[figure.target] - *crossEntropy};
  }
}

bool isKnown(const VibModel &model, const VibFigure &figure,
             const Split &split) {
  return figure.unit != VIB_FRACTION || hasClasses(targetOf(model, figure)) ||
         split.labels[figure.target].isBinary;
}

void dropUnknownErrors(Figures &figures, const Split &split) {
  for (const VibFigure &figure : figuresOf(*figures.model))
    if (!isKnown(*figures.model, figure, split))
      figures.of(figure).clear();
}

Figures trainFigures(const VibModel &model, const RunningSums &sums,
                     std::vector<double> entropies, Context context) {
  Figures figures(model);
  figures.context = std::move(context);
  figures.isTraining = true;
  figures.samples = model.streams[0].samples;
  figures.rows = int64_t(sums.rows);
  figures.loss = sums.meanLoss(model);
  figures.entropies = std::move(entropies);
  for (uint32_t i = 0; i < model.num_figures; ++i) {
    double mean = sums.figures[i] / sums.divisors[i];
    if (model.figures[i].trained)
      figures.values[i] = {
          model.figures[i].kind == VIB_DRAW_ROOT
              ? std::sqrt(mean /
                          double(targetOf(model, model.figures[i]).outputs))
              : mean};
  }
  setInformation(figures);
  return figures;
}

/// The value of a figure in the unit of the metrics. A difference is that of
/// what is written.
static double inUnit(const Figures &figures, const VibFigure &figure,
                     double value) {
  if (figure.unit != VIB_NATS)
    return value;
  if (figure.kind != VIB_INFORMATION)
    return toBits(value);
  const VibFigure &of = figures.model->figures[figure.of];
  return toBits(figures.entropies[figure.target]) -
         toBits(*figures.number(&of));
}

std::optional<double> writtenNumber(const Figures &figures,
                                    const VibFigure &figure) {
  if (std::optional<double> value = figures.number(&figure))
    return inUnit(figures, figure, *value);
  return std::nullopt;
}

std::string toJson(const Figures &figures) {
  std::string line = "{";
  auto field = [&](const char *name, const auto &value) {
    fmt::format_to(std::back_inserter(line), "{}{}:{}",
                   line.size() > 1 ? "," : "", quoteJson(name), value);
  };
  auto count = [&](const char *name, const auto &value) {
    value ? field(name, *value) : field(name, "null");
  };

  const VibModel &model = *figures.model;
  const Context &context = figures.context;
  field("split", quoteJson(context.split));
  field("weights", quoteJson(context.weights));
  count("epoch", context.epoch);
  count("step", context.step);
  field("loss", numberJson(figures.loss));
  for (const VibFigure &figure : figuresOf(model)) {
    std::vector<std::string> numbers;
    for (double value : figures.of(figure))
      numbers.push_back(numberJson(inUnit(figures, figure, value)));
    bool isList =
        figure.kind == VIB_OUTPUT_ROOTS || figure.kind == VIB_AVERAGED_ROOTS;
    if (figures.isTraining && !isOfTraining(figure))
      continue;
    if (isList)
      field(figure.name, fmt::format("[{}]", fmt::join(numbers, ",")));
    else
      field(figure.name, numbers.empty() ? "null" : numbers.front());
  }
  field("samples", figures.samples);
  auto valueOf = [&](const VibCoefficient &coefficient) {
    return numberJson(
        context.coefficients[size_t(&coefficient - model.coefficients)]);
  };
  const VibCoefficient *beta = betaOf(model);
  field("beta", beta ? valueOf(*beta) : "null");
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (&coefficient != beta)
      field(coefficient.name, valueOf(coefficient));
  field("lr", numberJson(context.rate));
  field("seed", context.seed);
  field("n", figures.rows);
  field("seconds", numberJson(context.seconds));
  return line + "}";
}

} // namespace vib::runtime
