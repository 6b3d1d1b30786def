//===- EvalExtras.cpp - What flags of eval add ----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/EvalExtras.h"
#include "runtime/Attack.h"
#include "runtime/Calibration.h"
#include "runtime/Draws.h"
#include "runtime/Error.h"
#include "runtime/Evaluate.h"
#include "runtime/InformationBounds.h"
#include "runtime/Json.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/Outliers.h"
#include "runtime/Report.h"
#include "runtime/RowFigures.h"
#include "runtime/Signals.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

std::string keyOf(const VibModel &model, const std::string &key,
                  uint32_t target) {
  return target == 0 ? key
                     : fmt::format("{}_{}", key, model.targets[target].name);
}

std::string describeDraws(int64_t samples) {
  return samples == 0 ? "z = mu" : counted(samples, "draw");
}

std::string findContradictionOfEval(const Options &options) {
  if (options.block && !options.bounds)
    return "--block: expected --bounds, too, whose blocks have this size";
  if (options.attack == AttackKind::None) {
    const char *flag = options.epsilon          ? "--epsilon"
                       : options.attackSteps    ? "--attack-steps"
                       : options.attackStepSize ? "--attack-step-size"
                       : options.attackDraws    ? "--attack-draws"
                                                : nullptr;
    return flag ? fmt::format("{}: expected --attack fgsm|pgd, too", flag) : "";
  }
  if (options.attack == AttackKind::FGSM &&
      (options.attackSteps || options.attackStepSize))
    return fmt::format("{}: fgsm makes one step of --epsilon: expected "
                       "--attack pgd",
                       options.attackSteps ? "--attack-steps"
                                           : "--attack-step-size");
  Attack attack(options);
  int64_t samples = options.samples.value_or(defaultSamples);
  if (attack.steps * attack.draws > int64_t(maxSamples) - samples)
    return fmt::format("--attack-steps: {} of {} each, besides {} of the "
                       "evaluation, exceed the {} that have noise of their own",
                       counted(attack.steps, "step"),
                       counted(attack.draws, "draw"), counted(samples, "draw"),
                       maxSamples);
  return "";
}

//===----------------------------------------------------------------------===//
// --calibration
//===----------------------------------------------------------------------===//

/// The errors of the classes, and their confusion matrix if it fits a screen.
static std::string describeClasses(const Calibration &calibration,
                                   uint64_t firstLabel) {
  constexpr int64_t most = 20;
  if (calibration.classes > most)
    return fmt::format("  {} classes: --json has the error of each and the "
                       "confusion matrix\n",
                       calibration.classes);
  std::vector<std::string> heads = {"label", "n", "error"};
  for (int64_t i = 0; i < calibration.classes; ++i)
    heads.push_back(std::to_string(firstLabel + uint64_t(i)));
  Table table(heads);
  for (int64_t label = 0; label < calibration.classes; ++label) {
    std::optional<double> error = calibration.errorOf(label);
    std::vector<std::string> cells = {
        std::to_string(calibration.rowsOf(label)),
        error ? fmt::format("{:.2f} %", *error * 100) : ""};
    for (int64_t i = 0; i < calibration.classes; ++i)
      cells.push_back(std::to_string(calibration.count(label, i)));
    table.addRow(fmt::format("  {}", firstLabel + uint64_t(label)), cells);
  }
  return "  the number of examples of each label by their predicted class:\n" +
         table.print();
}

void addCalibration(const Evaluated &evaluated, ExtraFigures &extra) {
  const VibModel &model = evaluated.session.model;
  std::vector<std::optional<Calibration>> calibrations(model.num_targets);
  for (uint32_t i = 0; i < model.num_targets; ++i)
    if (hasClasses(model.targets[i]))
      calibrations[i].emplace(model.targets[i].outputs);
  int64_t all = evaluated.split.rows();
  visitRows(
      evaluated.session, evaluated.number, evaluated.split,
      evaluated.figures.samples, evaluated.figures.context,
      [&](int64_t done) {
        throwIfInterrupted();
        evaluated.display.working("calibration", done, all);
      },
      [&](const RowFigures &batch) {
        for (uint32_t i = 0; i < model.num_targets; ++i)
          for (int64_t row = 0; calibrations[i] && row < batch.rows; ++row)
            calibrations[i]->add(
                &batch.predictions[i][size_t(row * model.targets[i].outputs)],
                evaluated.split.labels[i].classes[size_t(batch.first + row)]);
      });
  for (uint32_t i = 0; i < model.num_targets; ++i) {
    if (!calibrations[i])
      continue;
    const Calibration &its = *calibrations[i];
    std::vector<std::string> errors, rows;
    for (int64_t label = 0; label < its.classes; ++label) {
      errors.push_back(numberJson(its.errorOf(label).value_or(NAN)));
      std::vector<int64_t> counts;
      for (int64_t other = 0; other < its.classes; ++other)
        counts.push_back(its.count(label, other));
      rows.push_back(fmt::format("[{}]", fmt::join(counts, ",")));
    }
    extra.field(keyOf(model, "ece", i), its.expectedError());
    extra.field(keyOf(model, "brier", i), its.brier());
    extra.field(keyOf(model, "class_errors", i),
                fmt::format("[{}]", fmt::join(errors, ",")));
    extra.field(keyOf(model, "confusion", i),
                fmt::format("[{}]", fmt::join(rows, ",")));
    std::string of = model.num_targets == 1
                         ? ""
                         : fmt::format(", {}", model.targets[i].name);
    extra.line("ECE", digits(its.expectedError()), "",
               fmt::format("{} bins of the largest probability, averaged over "
                           "{}{}",
                           Calibration::bins,
                           describeDraws(evaluated.figures.samples), of));
    extra.line("Brier score", digits(its.brier()), "",
               fmt::format("from 0 to 2, of the averaged probabilities{}", of));
    extra.text(describeClasses(its, evaluated.figures.context.firstLabel));
  }
}

//===----------------------------------------------------------------------===//
// --ood
//===----------------------------------------------------------------------===//

namespace {
/// The scores of rows, by which outliers are told. Empty if there are none.
struct Scores {
  std::vector<double> rate, entropy;
};
} // namespace

/// Why rows have no score by the rate, or null if they have it.
static const char *whyUnscored(const VibModel &model, int64_t samples) {
  for (const VibStream &stream : streamsOf(model)) {
    if (!stream.rate)
      return "the prior of a posterior is that of the label";
    if (samples == 0 && hasDrawnRate(model, stream))
      return "a rate from a mixture is that of draws, and z = mu is none";
  }
  return nullptr;
}

/// Scores rows without looking at their labels, so that both data sets are
/// scored alike. Those of several posteriors and targets are added.
static Scores scoreRows(const Evaluated &evaluated, int number, int64_t all) {
  Session &session = evaluated.session;
  const VibModel &model = session.model;
  int64_t samples = evaluated.figures.samples;
  std::vector<const VibTarget *> targets;
  std::vector<const char *> tensors;
  for (const VibTarget &target : targetsOf(model))
    if (hasProbabilities(target)) {
      targets.push_back(&target);
      tensors.push_back(target.prediction);
    }
  bool hasRates = !whyUnscored(model, samples);
  for (const VibStream &stream : streamsOf(model))
    if (hasRates && hasDrawnRate(model, stream))
      tensors.push_back(stream.rate);
  auto add = [](std::vector<double> &sums, const std::vector<double> &values) {
    std::transform(values.begin(), values.end(), sums.begin(), sums.begin(),
                   std::plus<>());
  };
  Scores scores;
  VibStep step = {};
  step.seed = evaluated.figures.context.seed;
  for (int64_t first = 0; first < all; first += model.batch) {
    auto pause = [&] {
      throwIfInterrupted();
      evaluated.display.working("scores", first, all);
    };
    int64_t rows = std::min(model.batch, all - first);
    setRows(step, first, rows, all);
    step.sample = -1;
    session.encode(number, step);
    std::vector<double> rates(hasRates ? size_t(rows) : 0);
    for (const VibStream &stream : streamsOf(model))
      if (hasRates && !hasDrawnRate(model, stream))
        add(rates, session.read(stream.rate, rows));

    std::vector<double> sums(targets.empty() ? 0 : size_t(rows));
    std::vector<std::vector<double>> means =
        averageDraws(session, step, tensors, samples, rows, pause);
    for (size_t i = 0; i < targets.size(); ++i)
      add(sums, entropies(*targets[i], means[i]));
    for (size_t i = targets.size(); i < means.size(); ++i)
      add(rates, means[i]);
    scores.rate.insert(scores.rate.end(), rates.begin(), rates.end());
    scores.entropy.insert(scores.entropy.end(), sums.begin(), sums.end());
    evaluated.display.working("scores", first + rows, all);
  }
  return scores;
}

void addOutliers(const Evaluated &evaluated, ExtraFigures &extra) {
  const VibModel &model = evaluated.session.model;
  const std::vector<Inputs> *given = evaluated.compared.outliers;
  const std::vector<Inputs> inputs =
      given ? *given : loadInputs(evaluated.options.ood, model);
  int64_t rows = inputs.front().rows();
  int number = evaluated.session.addRows(inputs, nullptr);
  Scores inliers =
      scoreRows(evaluated, evaluated.number, evaluated.split.rows());
  Scores outliers = scoreRows(evaluated, number, rows);
  extra.text(fmt::format("against {} of {}, as outliers:\n",
                         counted(rows, "example"), inputs.front().source));
  auto isFinite = [](const std::vector<double> &scores) {
    return std::all_of(scores.begin(), scores.end(),
                       [](double score) { return std::isfinite(score); });
  };
  auto add = [&](const char *name, const std::vector<double> &in,
                 const std::vector<double> &out) {
    std::optional<double> auroc, fpr95;
    if (!in.empty() && isFinite(in) && isFinite(out)) {
      auroc = aurocOf(in, out);
      fpr95 = fpr95Of(in, out);
      extra.line(fmt::format("AUROC, {}", name), fmt::format("{:.4f}", *auroc),
                 "", "1: every outlier has a larger one; 0.5: by chance");
      extra.line(fmt::format("FPR95, {}", name),
                 fmt::format("{:.2f}", *fpr95 * 100), "%",
                 "of the outliers pass where 95 % of the others do");
    }
    extra.field(fmt::format("auroc_{}", name), auroc);
    extra.field(fmt::format("fpr95_{}", name), fpr95);
  };
  add("rate", inliers.rate, outliers.rate);
  if (const char *reason = whyUnscored(model, evaluated.figures.samples))
    extra.text(fmt::format("  no rate: {}\n", reason));
  add("entropy", inliers.entropy, outliers.entropy);
}

//===----------------------------------------------------------------------===//
// --bounds
//===----------------------------------------------------------------------===//

void addBounds(const Evaluated &evaluated, ExtraFigures &extra) {
  int64_t rows = evaluated.split.rows();
  int64_t block = int64_t(evaluated.options.block.value_or(defaultBlock));
  std::vector<BlockBounds> blocks =
      measureBounds(evaluated.session, evaluated.number, rows, block,
                    evaluated.figures.context.seed, [&](int64_t done) {
                      throwIfInterrupted();
                      evaluated.display.working("bounds", done, rows);
                    });
  std::vector<double> lower, upper;
  for (const BlockBounds &its : blocks) {
    lower.push_back(toBits(its.lower));
    upper.push_back(toBits(its.upper));
  }
  double most = toBits(std::log(double(block)));
  auto add = [&](const char *key, const std::string &name,
                 const std::vector<double> &values, bool isLower) {
    Estimate its = estimate(values);
    if (its.mean && !std::isfinite(*its.mean))
      its = {};
    extra.field(key, its.mean);
    extra.field(fmt::format("{}_se", key), its.error);
    if (!its.mean)
      return;
    std::string note =
        its.error ? fmt::format("± {} over ", decimal(*its.error, 4)) : "of ";
    note +=
        fmt::format("{} of {} examples",
                    counted(int64_t(values.size()), "block"), grouped(block));
    if (isLower && *its.mean >= 0.95 * most)
      note += fmt::format("; saturated: at most {:.2f} bits", most);
    extra.line(name, decimal(*its.mean, 4), "bits", note);
  };
  add("izx_lower_bits", fmt::format("I(Z;X) {}", glyphs().atLeast), lower,
      true);
  add("izx_upper_bits", fmt::format("I(Z;X) {}", glyphs().atMost), upper,
      false);
  extra.field("izx_block", std::to_string(block));
  extra.field("izx_blocks", std::to_string(blocks.size()));
  if (rows < block)
    extra.text(fmt::format("  no bounds by blocks: {} are fewer than a block "
                           "of {}; --block sets its size\n",
                           counted(rows, "example"), grouped(block)));
}

//===----------------------------------------------------------------------===//
// --against
//===----------------------------------------------------------------------===//

/// The figures of all rows, in the unit of the metrics.
static std::vector<std::vector<double>> readRows(const Evaluated &evaluated) {
  const VibModel &model = evaluated.session.model;
  std::vector<std::vector<double>> all(model.num_figures);
  visitRows(
      evaluated.session, evaluated.number, evaluated.split,
      evaluated.figures.samples, evaluated.figures.context,
      [&](int64_t done) {
        throwIfInterrupted();
        evaluated.display.working("comparison", done, evaluated.split.rows());
      },
      [&](const RowFigures &batch) {
        for (uint32_t i = 0; i < model.num_figures; ++i)
          for (double value : batch.figures[i])
            all[i].push_back(model.figures[i].unit == VIB_NATS ? toBits(value)
                                                               : value);
      });
  return all;
}

void addComparison(const Evaluated &evaluated, ExtraFigures &extra) {
  const VibModel &model = evaluated.session.model;
  std::vector<std::vector<double>> ours = readRows(evaluated);
  State state = State::ofWeights(model);
  const SafetensorsReader *given = evaluated.compared.weights;
  std::optional<SafetensorsReader> own;
  const SafetensorsReader &reader =
      given ? *given : own.emplace(evaluated.options.against);
  loadWeightsFor(evaluated.options, reader, model, state.weights.data());
  evaluated.session.setState(state);
  std::vector<std::vector<double>> others = readRows(evaluated);

  extra.text(
      fmt::format("minus {}, on the same draws; this compares two files, "
                  "not two methods:\n",
                  reader.name()));
  for (const VibFigure &figure : figuresOf(model)) {
    // A bound is the labels' entropy, which is the same, minus a figure.
    bool isReversed = figure.kind == VIB_INFORMATION;
    size_t place = isReversed ? figure.of : size_t(&figure - model.figures);
    // A figure that does not exist has no difference.
    if (ours[place].empty() || (isReversed && evaluated.figures.samples == 0) ||
        (!isReversed && !evaluated.figures.number(&figure)))
      continue;
    std::vector<double> differences;
    for (size_t row = 0; row < ours[place].size(); ++row)
      differences.push_back((ours[place][row] - others[place][row]) *
                            (isReversed ? -1 : 1));
    Estimate its = estimate(differences);
    if (!std::isfinite(*its.mean))
      its = {};
    extra.field(fmt::format("difference_{}", figure.name), its.mean);
    extra.field(fmt::format("difference_{}_se", figure.name), its.error);
    if (!its.mean)
      continue;
    bool isShare = figure.unit == VIB_FRACTION;
    double factor = isShare ? 100 : 1;
    extra.line(fmt::format("{:<18}", figure.name),
               fmt::format("{:+.4f}", *its.mean * factor),
               isShare                   ? "%"
               : figure.unit == VIB_NATS ? "bits"
                                         : "",
               its.error ? fmt::format("± {:.4f} over the examples",
                                       *its.error * factor)
                         : "");
  }
}

} // namespace vib::runtime
