//===- Metrics.cpp - The figures of a split -------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Metrics.h"
#include "runtime/Json.h"

#include <fmt/format.h>

#include <cfloat>
#include <cmath>
#include <iterator>

namespace vib::runtime {

double toBits(double nats) { return nats / M_LN2; }

static std::optional<double> inBits(std::optional<double> nats) {
  return nats ? std::optional(toBits(*nats)) : std::nullopt;
}

double labelEntropy(const Labels &labels) {
  double rows = 0, sum = 0;
  for (int64_t count : labels.counts) {
    rows += double(count);
    if (count > 0)
      sum += double(count) * std::log(double(count));
  }
  return rows > 0 ? std::log(rows) - sum / rows : 0;
}

std::optional<double> Figures::informationY() const {
  if (!classes || samples == 0)
    return std::nullopt;
  return entropy - nll;
}

std::optional<RunningSums>
RunningSums::fromValues(const std::vector<double> &values) {
  if (values.size() != 5)
    return std::nullopt;
  return RunningSums{values[0], values[1], values[2], values[3], values[4]};
}

bool RunningSums::isPossible(const VibModel &model) const {
  // A row adds a finite number of the model's type.
  double largest = model.type == VIB_F64 ? DBL_MAX : double(FLT_MAX);
  for (double sum : {nll, rate, error})
    if (!std::isfinite(sum) || std::fabs(sum) / largest > rows)
      return false;
  if (!std::isfinite(loss) || error < 0)
    return false;
  // Because of rounding, a cross-entropy may be slightly negative, and the mean
  // error of a row whose draws are all wrong may exceed 1.
  return model.likelihood != VIB_CATEGORICAL ||
         (error <= rows * (1 + 1e-6) && nll >= -1e-3 * rows);
}

Figures trainFigures(const VibModel &model, const RunningSums &sums,
                     double entropy, Context context) {
  Figures figures;
  figures.context = std::move(context);
  figures.classes = model.likelihood == VIB_CATEGORICAL;
  figures.samples = model.samples;
  figures.rows = int64_t(sums.rows);
  figures.loss = sums.loss / sums.rows;
  figures.nll = sums.nll / sums.rows;
  if (model.rated)
    figures.rate = sums.rate / sums.rows;
  figures.entropy = entropy;
  figures.error1 = figures.classes
                       ? sums.error / sums.rows
                       : std::sqrt(sums.error / sums.rows / model.outputs);
  return figures;
}

std::string toJson(const Figures &figures) {
  std::string line = "{";
  auto field = [&](const char *name, const auto &value) {
    fmt::format_to(std::back_inserter(line), "{}\"{}\":{}",
                   line.size() > 1 ? "," : "", name, value);
  };
  auto number = [&](const char *name, std::optional<double> value) {
    field(name, value ? numberJson(*value) : "null");
  };
  auto count = [&](const char *name, const auto &value) {
    value ? field(name, *value) : field(name, "null");
  };

  const Context &context = figures.context;
  field("split", quoteJson(context.split));
  field("weights", quoteJson(context.weights));
  count("epoch", context.epoch);
  count("step", context.step);
  number("loss", figures.loss);
  number(figures.classes ? "cross_entropy_bits" : "nll_bits",
         toBits(figures.nll));
  number("rate_bits", inBits(figures.rate));
  if (figures.classes) {
    double entropy = toBits(figures.entropy);
    number("izy_bits", figures.informationY()
                           ? std::optional(entropy - toBits(figures.nll))
                           : std::nullopt);
    number("hy_bits", entropy);
  }
  auto each = [&](const char *name, const std::vector<double> &values) {
    std::string list;
    for (double value : values)
      list += (list.empty() ? "" : ",") + numberJson(value);
    if (!values.empty())
      field(name, "[" + list + "]");
  };
  number(figures.classes ? "error_1shot" : "rmse", figures.error1);
  each("rmse_outputs", figures.outputErrors);
  if (figures.averaged) {
    number(figures.classes ? "error_avg" : "rmse_avg", figures.averaged->error);
    number(figures.classes ? "error_mean" : "rmse_mean",
           figures.averaged->errorMean);
    each("rmse_avg_outputs", figures.averaged->outputErrors);
    if (figures.classes)
      number("nll_avg_bits", toBits(figures.averaged->nll));
  }
  field("samples", figures.samples);
  number("beta", context.beta);
  number("lr", context.rate);
  field("seed", context.seed);
  field("n", figures.rows);
  number("seconds", context.seconds);
  return line + "}";
}

} // namespace vib::runtime
