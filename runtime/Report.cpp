//===- Report.cpp - Printing figures --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Report.h"
#include "runtime/Error.h"
#include "runtime/Progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

const char *nllTerm(const VibModel &model) {
  return model.likelihood == VIB_CATEGORICAL ? "cross-entropy"
                                             : "negative log-likelihood";
}

std::string duration(double seconds) {
  // Rounded to three digits, the value must still be below 1000 or 60.
  const std::pair<double, const char *> units[] = {
      {1e-9, "ns"}, {1e-6, glyphs().micro}, {1e-3, "ms"}};
  if (seconds == 0)
    return "0 s";
  auto inUnit = [&](double unit, const char *name) {
    double value = seconds / unit;
    int decimals = value < 0.9995  ? 3
                   : value < 9.995 ? 2
                   : value < 99.95 ? 1
                                   : 0;
    return fmt::format("{:.{}f} {}", value, decimals, name);
  };
  for (auto [unit, name] : units)
    if (seconds < 999.5 * unit)
      return inUnit(unit, name);
  if (seconds < 59.95)
    return inUnit(1, "s");
  auto whole = int64_t(std::min(seconds, 1e9) + 0.5);
  if (whole < 3600)
    return fmt::format("{} min {:02} s", whole / 60, whole % 60);
  int64_t minutes = (whole + 30) / 60;
  return fmt::format("{} h {:02} min", minutes / 60, minutes % 60);
}

std::string epochTitle(int64_t epoch, int64_t epochs) {
  size_t width = std::to_string(epochs).size();
  return fmt::format("epoch {0:>{2}} ({1:>{2}} of {3})", epoch, epoch + 1,
                     width, epochs);
}

std::string digits(double value) {
  double size = std::fabs(value);
  if (size != 0 && (size < 1e-3 || size >= 1e6))
    return fmt::format("{:.3e}", value);
  int decimals = size >= 1000 ? 0 : size >= 100 ? 1 : size >= 10 ? 2 : 3;
  return fmt::format("{:.{}f}", value, size < 1 ? 4 : decimals);
}

std::string decimal(double value, int decimals) {
  return std::fabs(value) >= 1e6 ? fmt::format("{:.3e}", value)
                                 : fmt::format("{:.{}f}", value, decimals);
}

/// `train` and `eval` print at most so many outputs of a regression, as many as
/// fit on a screen.
constexpr size_t shownOutputs = 20;

/// "  ... and 3 more outputs", with advice; "" if all are shown.
static std::string describeOthers(size_t outputs, const char *advice) {
  if (outputs <= shownOutputs)
    return "";
  return fmt::format("... and {}{}",
                     counted(int64_t(outputs - shownOutputs), "more output"),
                     advice);
}

std::string describe(const Split &split) {
  std::vector<int64_t> shape(split.inputs.array.shape.begin() + 1,
                             split.inputs.array.shape.end());
  std::string text =
      fmt::format("{:<5}  {} x {} {}, values {:.6g} to {:.6g}, {}", split.name,
                  grouped(split.rows()), formatShape(shape),
                  nameOf(split.inputs.array.type), split.inputs.minimum,
                  split.inputs.maximum, split.inputs.source);
  const Labels &labels = split.labels;
  if (labels.targets.empty())
    return text;
  // A regression on the numbers of classes is hardly ever meant.
  text += fmt::format("\n       targets {}{}, {}", nameOf(labels.type),
                      isFloat(labels.type) ? "" : ", taken as numbers",
                      labels.source);
  size_t outputs = labels.targets.size() / size_t(split.rows());
  for (size_t i = 0; i < std::min(outputs, shownOutputs); ++i) {
    Spread spread = spreadOf(labels, int64_t(i), int64_t(outputs));
    text += fmt::format(
        "\n       {}values {:.6g} to {:.6g}, mean {:.4g}, standard deviation "
        "{:.4g}",
        outputs > 1 ? fmt::format("output {}: ", i) : "", spread.minimum,
        spread.maximum, spread.mean, spread.deviation);
  }
  std::string others = describeOthers(outputs, "");
  return others.empty() ? text : text + "\n       " + others;
}

std::string describeFirstLabel(uint64_t firstLabel) {
  return fmt::format("the label of the first class is {}", firstLabel);
}

std::vector<std::string> summarize(const Figures &figures) {
  bool draws = figures.averaged && figures.samples > 0;
  auto error = [&](double value) {
    return figures.classes ? fmt::format("{:5.2f} %", value * 100)
                           : fmt::format("{:>6}", digits(value));
  };
  std::string errors = figures.classes ? "error" : "RMSE";
  if (draws)
    errors += fmt::format(" {} {}-sample,", error(figures.averaged->error),
                          figures.samples);
  errors += fmt::format(" {} {}", error(figures.error1),
                        figures.samples == 0 ? "z = mu" : "1-shot");
  std::vector<std::string> items = {
      fmt::format("{:<5}  {:<7}", figures.context.split,
                  figures.context.weights),
      errors,
      fmt::format("{} {} bits", figures.classes ? "CE" : "NLL",
                  decimal(toBits(figures.nll), 4))};
  if (std::optional<double> information = figures.informationY())
    items.push_back(fmt::format("I(Z;Y) {} {} bits", glyphs().atLeast,
                                decimal(toBits(*information), 3)));
  if (figures.rate)
    items.push_back(fmt::format("I(Z;X) {} {} bits", glyphs().atMost,
                                decimal(toBits(*figures.rate), 2)));
  return items;
}

std::string describe(const Figures &figures) {
  const Context &context = figures.context;
  std::string text =
      fmt::format("{}: {}, {} weights", context.split,
                  counted(figures.rows, "example"), context.weights);
  if (context.epoch && context.step)
    text += fmt::format(" of epoch {} (counted from 0), step {}",
                        *context.epoch, grouped(int64_t(*context.step)));
  text +=
      fmt::format(", seed {}, {}\n", context.seed, duration(context.seconds));

  auto line = [&](const std::string &name, const std::string &value,
                  const char *unit, const std::string &note) {
    text += fmt::format("  {:<15} {:>9} {:<5} {}\n", name, value, unit, note);
  };
  auto bits = [](double nats) { return decimal(toBits(nats), 4); };
  auto error = [&](const char *name, double value, const std::string &note) {
    figures.classes ? line(name, fmt::format("{:.2f}", value * 100), "%", note)
                    : line(name, digits(value), "", note);
  };
  std::string draws =
      "1-shot: mean over " + counted(figures.samples, "draw") + " of z";
  std::string oneShot = figures.samples == 0 ? "z = mu" : draws;

  const char *name = figures.classes ? "error" : "RMSE";
  if (figures.averaged && figures.samples > 0)
    error(name, figures.averaged->error,
          fmt::format("{} averaged over {} of z",
                      figures.classes ? "probabilities" : "means",
                      counted(figures.samples, "draw")));
  error(name, figures.error1, oneShot);
  if (figures.averaged && figures.samples > 0)
    error(name, figures.averaged->errorMean, "z = mu");
  size_t outputs = figures.outputErrors.size();
  for (size_t i = 0; outputs > 1 && i < std::min(outputs, shownOutputs); ++i)
    line(fmt::format("RMSE output {}", i),
         digits(figures.averaged->outputErrors[i]), "",
         figures.samples > 0 ? fmt::format("means averaged; {} 1-shot",
                                           digits(figures.outputErrors[i]))
                             : "z = mu");
  if (outputs > shownOutputs)
    text +=
        fmt::format("  {}\n", describeOthers(outputs, ": --json lists all"));
  line(figures.classes ? "cross-entropy" : "NLL", bits(figures.nll), "bits",
       oneShot);
  if (figures.averaged && figures.classes && figures.samples > 0)
    line("NLL", bits(figures.averaged->nll), "bits",
         "of the averaged probabilities");
  if (std::optional<double> information = figures.informationY())
    line(fmt::format("I(Z;Y) {}", glyphs().atLeast), bits(*information), "bits",
         fmt::format("H(Y) {} bits - cross-entropy", bits(figures.entropy)));
  if (figures.rate)
    line(fmt::format("I(Z;X) {}", glyphs().atMost), bits(*figures.rate), "bits",
         "the rate");
  std::string terms = figures.classes ? "cross-entropy" : "NLL";
  if (context.beta)
    terms += fmt::format(" + {:g} x rate", *context.beta);
  line("loss", decimal(figures.loss, 4), "nats", terms);
  return text;
}

} // namespace vib::runtime
