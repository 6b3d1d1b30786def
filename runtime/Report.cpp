//===- Report.cpp - Printing figures --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Report.h"
#include "runtime/Error.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/Progress.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

namespace vib::runtime {

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

/// Lines for the targets of a regression; "" for classes.
static std::string describe(const Labels &labels, int64_t rows) {
  if (labels.targets.empty())
    return "";
  // A regression on the numbers of classes is hardly ever meant.
  std::string text = fmt::format(
      "\n       targets {}{}, {}", nameOf(labels.type),
      isFloat(labels.type) ? "" : ", taken as numbers", labels.source);
  size_t outputs = labels.targets.size() / size_t(rows);
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

std::string describe(const Split &split) {
  std::string text =
      fmt::format("{:<5}  {} x ", split.name, grouped(split.rows()));
  for (const Inputs &inputs : split.inputs) {
    std::vector<int64_t> shape(inputs.array.shape.begin() + 1,
                               inputs.array.shape.end());
    if (&inputs != &split.inputs.front())
      text += "\n       and ";
    text += fmt::format("{} {}, values {:.6g} to {:.6g}, {}",
                        formatShape(shape), nameOf(inputs.array.type),
                        inputs.minimum, inputs.maximum, inputs.source);
  }
  for (const Labels &labels : split.labels)
    text += describe(labels, split.rows());
  return text;
}

std::string describeFirstLabel(uint64_t firstLabel) {
  return fmt::format("the label of the first class is {}", firstLabel);
}

const VibFigure *errorOf(const VibModel &model, uint32_t target) {
  for (const VibFigure &figure : figuresOf(model))
    if (figure.target == target &&
        (figure.kind == VIB_DRAW_ROOT ||
         (figure.kind == VIB_DRAW_MEAN && figure.unit == VIB_FRACTION)))
      return &figure;
  return nullptr;
}

/// The figure of the error of the average of the draws.
static const VibFigure *averagedErrorOf(const VibModel &model,
                                        uint32_t target) {
  const VibFigure *wrong = findFigure(model, VIB_AVERAGED_WRONG, target);
  return wrong ? wrong : findFigure(model, VIB_AVERAGED_ROOT, target);
}

std::vector<const VibFigure *> boundsOf(const VibModel &model) {
  std::vector<const VibFigure *> bounds;
  for (uint32_t bound : {VIB_AT_LEAST, VIB_AT_MOST})
    for (const VibFigure &figure : figuresOf(model))
      if (figure.bound == bound)
        bounds.push_back(&figure);
  return bounds;
}

std::string nameOfBound(const VibFigure &figure) {
  return fmt::format("{} {}", figure.bounds,
                     figure.bound == VIB_AT_LEAST ? glyphs().atLeast
                                                  : glyphs().atMost);
}

std::string alignedNumber(const Figures &figures, const VibFigure &figure) {
  double value = figures.number(&figure).value_or(NAN);
  return figure.unit == VIB_FRACTION ? fmt::format("{:5.2f} %", value * 100)
                                     : fmt::format("{:>6}", digits(value));
}

std::vector<std::string> summarize(const Figures &figures) {
  const VibModel &model = *figures.model;
  std::vector<std::string> items = {fmt::format(
      "{:<5}  {:<7}", figures.context.split, figures.context.weights)};
  for (uint32_t target = 0; target < model.num_targets; ++target) {
    if (const VibFigure *error = errorOf(model, target);
        figures.number(error)) {
      std::string errors = error->label;
      const VibFigure *averaged = averagedErrorOf(model, target);
      if (averaged && !figures.isTraining && figures.samples > 0)
        errors +=
            fmt::format(" {} {}-sample,", alignedNumber(figures, *averaged),
                        figures.samples);
      items.push_back(fmt::format("{} {} {}", errors,
                                  alignedNumber(figures, *error),
                                  figures.samples == 0 ? "z = mu" : "1-shot"));
    }
    const VibFigure &likelihood = likelihoodOf(model, target);
    items.push_back(fmt::format(
        "{} {} bits", likelihood.label,
        decimal(toBits(figures.number(&likelihood).value_or(NAN)), 4)));
  }
  for (const VibFigure *bound : boundsOf(model))
    if (std::optional<double> value = figures.number(bound))
      items.push_back(fmt::format(
          "{} {} bits",
          figures.haveBounds() ? nameOfBound(*bound) : bound->title,
          decimal(toBits(*value), bound->bound == VIB_AT_LEAST ? 3 : 2)));
  for (const VibFigure &figure : figuresOf(model))
    if (figure.kind == VIB_BLOCK_MEAN && figures.number(&figure))
      items.push_back(
          fmt::format("{} {} bits", figure.label,
                      decimal(toBits(*figures.number(&figure)), 2)));
  return items;
}

namespace {
/// Builds the table of `eval`.
class FigureTable {
public:
  explicit FigureTable(const Figures &figures)
      : figures(figures), model(*figures.model) {}

  std::string print();

private:
  void line(const std::string &name, const std::string &value, const char *unit,
            const std::string &note) {
    lines.push_back({name, fmt::format("{:>9} {:<5} {}", value, unit, note)});
  }
  /// A line for a figure that has a number.
  void line(const VibFigure *figure, const std::string &note);
  void addErrors(uint32_t target);
  void addOutputs(uint32_t target);
  void addLikelihood(uint32_t target);
  /// The figures of kinds that the other lines do not have.
  void addOthers();
  const Figures &figures;
  const VibModel &model;
  /// The names and what follows them, in a column of its own.
  std::vector<std::pair<std::string, std::string>> lines;
};
} // namespace

void FigureTable::line(const VibFigure *figure, const std::string &note) {
  std::optional<double> value = figures.number(figure);
  if (!value)
    return;
  std::string name =
      figure->bounds ? nameOfBound(*figure) : std::string(shortNameOf(*figure));
  if (figure->unit == VIB_FRACTION)
    return line(name, fmt::format("{:.2f}", *value * 100), "%", note);
  if (figure->unit == VIB_NATS)
    return line(name, decimal(toBits(*value), 4), "bits", note);
  line(name, digits(*value), "", note);
}

void FigureTable::addErrors(uint32_t target) {
  std::string draws = counted(figures.samples, "draw");
  if (figures.samples == 0)
    return line(errorOf(model, target), "z = mu");
  line(averagedErrorOf(model, target),
       fmt::format("{} averaged over {} of z", model.targets[target].predicted,
                   draws));
  line(errorOf(model, target), fmt::format("1-shot: mean over {} of z", draws));
  line(findFigure(model, VIB_AT_MEAN, target), "z = mu");
}

void FigureTable::addOutputs(uint32_t target) {
  const VibFigure *drawn = findFigure(model, VIB_OUTPUT_ROOTS, target);
  const VibFigure *averaged = findFigure(model, VIB_AVERAGED_ROOTS, target);
  if (!drawn || !averaged)
    return;
  const std::vector<double> &ofDraws = figures.of(*drawn),
                            &ofAverage = figures.of(*averaged);
  size_t outputs = ofAverage.size();
  for (size_t i = 0; outputs > 1 && i < std::min(outputs, shownOutputs); ++i)
    line(fmt::format("{} {}", averaged->title, i), digits(ofAverage[i]), "",
         figures.samples > 0
             ? fmt::format("means averaged; {} 1-shot", digits(ofDraws[i]))
             : "z = mu");
  if (outputs > shownOutputs)
    lines.push_back({"", describeOthers(outputs, ": --json lists all")});
}

void FigureTable::addLikelihood(uint32_t target) {
  line(&likelihoodOf(model, target),
       figures.samples == 0
           ? "z = mu"
           : "1-shot: mean over " + counted(figures.samples, "draw") + " of z");
  if (figures.samples > 0)
    line(findFigure(model, VIB_AVERAGED_NLL, target),
         fmt::format("of the averaged {}", model.targets[target].predicted));
}

void FigureTable::addOthers() {
  for (const VibFigure &figure : figuresOf(model)) {
    bool isMean = figure.kind == VIB_ROW_MEAN || figure.kind == VIB_DRAW_MEAN;
    if (isMean && !figure.bounds &&
        &figure != &likelihoodOf(model, figure.target) &&
        &figure != errorOf(model, figure.target))
      line(&figure, figure.kind == VIB_ROW_MEAN ? "mean over the examples"
                    : figures.samples == 0 ? "z = mu"
                                           : "mean over examples and draws");
    if (figure.kind == VIB_BLOCK_MEAN) {
      auto block = double(std::min(model.batch, figures.rows));
      line(&figure, fmt::format("in blocks of {}: at most {} bits; no bound "
                                "on I(Z;X)",
                                block, decimal(std::log2(block), 2)));
    }
  }
}

std::string FigureTable::print() {
  const Context &context = figures.context;
  std::string text =
      fmt::format("{}: {}, {} weights", context.split,
                  counted(figures.rows, "example"), context.weights);
  if (context.epoch && context.step)
    text += fmt::format(" of epoch {} (counted from 0), step {}",
                        *context.epoch, grouped(int64_t(*context.step)));
  text +=
      fmt::format(", seed {}, {}\n", context.seed, duration(context.seconds));

  for (uint32_t target = 0; target < model.num_targets; ++target) {
    addErrors(target);
    addOutputs(target);
    addLikelihood(target);
  }
  for (const VibFigure *bound : boundsOf(model))
    line(bound,
         bound->kind == VIB_INFORMATION
             ? fmt::format("H({}) {} bits - {}",
                           model.num_targets == 1
                               ? "Y"
                               : model.targets[bound->target].name,
                           decimal(toBits(figures.entropies[bound->target]), 4),
                           likelihoodOf(model, bound->target).title)
         : bound->kind == VIB_DRAWN_MEAN
             ? fmt::format("the {}: mean over {} of z", bound->title,
                           counted(figures.samples, "draw"))
             : fmt::format("the {}", bound->title));
  addOthers();
  if (!std::isnan(figures.loss))
    line("loss", decimal(figures.loss, 4), "nats",
         describeLoss(model, figures.context.coefficients) +
             "; the terms are in nats: 1 bit is 0.6931 nats");
  bool isDrawn = false;
  for (const VibFigure &figure : figuresOf(model))
    isDrawn |= figure.kind == VIB_DRAWN_MEAN;
  if (figures.samples == 0 && isDrawn)
    lines.push_back({"",
                     "no loss: a rate from a mixture is computed at draws of "
                     "z, of which --samples 0 has none"});
  size_t width = 15;
  for (const auto &[name, rest] : lines)
    width = std::max(width, countColumns(name));
  for (const auto &[name, rest] : lines)
    text +=
        name.empty()
            ? fmt::format("  {}\n", rest)
            : fmt::format("  {}{} {}\n", name,
                          std::string(width - countColumns(name), ' '), rest);
  return text;
}

std::string describe(const Figures &figures) {
  return FigureTable(figures).print();
}

} // namespace vib::runtime
