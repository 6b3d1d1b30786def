//===- Evaluate.cpp - Evaluating weights on a split -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A batch is encoded once, and then z is drawn S times. Each draw gives the
// cross-entropy, the error and the prediction of every row. error_avg and
// nll_avg are of the probabilities averaged over the draws (Draws.h).
//
//===----------------------------------------------------------------------===//

#include "runtime/Evaluate.h"
#include "runtime/Checkpoint.h"
#include "runtime/Console.h"
#include "runtime/Draws.h"
#include "runtime/Error.h"
#include "runtime/ModelLists.h"

#include <algorithm>
#include <cmath>

namespace vib::runtime {

namespace {

/// The draws of one batch for a target, with the squared errors of a
/// regression.
class BatchDraws {
public:
  /// The squared errors of the draws are added to `outputErrors`, which has one
  /// sum for each output of a regression.
  BatchDraws(const VibModel &model, uint32_t target, bool readsPredictions,
             const Labels &labels, int64_t first, int64_t rows,
             std::vector<double> &outputErrors)
      : draws(model, target, rows, readsPredictions),
        target(model.targets[target]), labels(labels), first(first),
        outputErrors(outputErrors) {}

  void add(Session &session) {
    std::vector<double> drawn = draws.add(session);
    if (!hasClasses(target))
      addSquares(drawn, 1, outputErrors);
  }

  double sumOfNlls() const { return draws.sumOfNlls(); }
  double sumOfAveragedNlls() const { return sumOf(draws.averagedNlls()); }
  double wrongOnAverage() const {
    return sumOf(draws.wrongRows(labels, first));
  }
  /// Returns the sum of the squared errors of the mean predictions, and adds
  /// the sum of each output to `errors`.
  double addAveragedErrors(std::vector<double> &errors) const {
    const DrawSums &predictions = draws.predictions();
    return addSquares(predictions.sums(), double(predictions.count()), errors);
  }

private:
  static double sumOf(const std::vector<double> &values) {
    double sum = 0;
    for (double value : values)
      sum += value;
    return sum;
  }

  /// Returns the sum of the squared errors of values / count, and adds the sum
  /// of each output to `errors`.
  double addSquares(const std::vector<double> &values, double count,
                    std::vector<double> &errors) const {
    const double *targets = labels.targets.data() + first * target.outputs;
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      double difference = values[i] / count - targets[i];
      errors[i % errors.size()] += difference * difference;
      sum += difference * difference;
    }
    return sum;
  }

  EvaluatedDraws draws;
  const VibTarget &target;
  const Labels &labels;
  int64_t first;
  std::vector<double> &outputErrors;
};

/// Whether a figure of the target is computed from predictions.
bool isOfPredictions(const VibModel &model, uint32_t target) {
  return findFigure(model, VIB_AVERAGED_WRONG, target) ||
         findFigure(model, VIB_AVERAGED_ROOT, target);
}

/// The sums over a split from which the figures are computed.
struct Sums {
  explicit Sums(const VibModel &model)
      : figures(model.num_figures), divisors(model.num_figures) {
    for (const VibTarget &target : targetsOf(model))
      outputs.emplace_back(hasClasses(target) ? 0 : size_t(target.outputs));
    averagedOutputs = outputs;
  }

  std::vector<double> figures; ///< By figure, over rows and perhaps draws.
  /// What a mean over draws is divided by, if that is not their number.
  std::vector<double> divisors;
  /// The squared errors of each output of each target: over the draws, and of
  /// their average.
  std::vector<std::vector<double>> outputs, averagedOutputs;
};

/// The figures from the sums over `rows` rows, with `drawn` draws in all.
void setValues(Figures &figures, const Sums &sums, double rows, double drawn) {
  const VibModel &model = *figures.model;
  auto rootsOf = [](std::vector<double> squares, double count) {
    for (double &square : squares)
      square = std::sqrt(square / count);
    return squares;
  };
  for (uint32_t i = 0; i < model.num_figures; ++i) {
    const VibFigure &figure = model.figures[i];
    double sum = sums.figures[i];
    std::vector<double> &values = figures.values[i];
    auto rootOf = [&](double squares, double count) {
      return std::sqrt(squares / count /
                       double(targetOf(model, figure).outputs));
    };
    switch (figure.kind) {
    case VIB_DRAW_MEAN:
      values = {sum / (figure.divisor ? sums.divisors[i] : drawn)};
      break;
    case VIB_DRAWN_MEAN:
      if (figures.samples > 0)
        values = {sum / drawn};
      break;
    case VIB_DRAW_ROOT:
      values = {rootOf(sum, drawn)};
      break;
    case VIB_OUTPUT_ROOTS:
      values = rootsOf(sums.outputs[figure.target], drawn);
      break;
    case VIB_AVERAGED_ROOTS:
      values = rootsOf(sums.averagedOutputs[figure.target], rows);
      break;
    case VIB_AVERAGED_ROOT:
      values = {rootOf(sum, rows)};
      break;
    case VIB_AT_MEAN:
      values = {model.figures[figure.of].kind == VIB_DRAW_ROOT
                    ? rootOf(sum, rows)
                    : sum / rows};
      break;
    case VIB_ROW_MEAN:
    case VIB_BLOCK_MEAN:
    case VIB_AVERAGED_WRONG:
    case VIB_AVERAGED_NLL:
      values = {sum / rows};
      break;
    default:
      break; // setInformation() sets the others.
    }
  }
  setInformation(figures);
}

/// Fails with the first value of a batch that is not finite. The values are
/// read only if their sum is not finite.
void requireFinite(const char *what, double sum, Session &session,
                   const char *output, const Context &context, int64_t first,
                   int64_t rows) {
  if (std::isfinite(sum))
    return;
  std::vector<double> values = session.read(output, rows);
  auto bad = std::find_if(values.begin(), values.end(),
                          [](double value) { return !std::isfinite(value); });
  if (bad != values.end())
    fail("the {} of {} example {} is {}, with the {} weights", what,
         context.split, first + (bad - values.begin()),
         // A NaN with the sign bit set would be printed as "-nan".
         std::isnan(*bad) ? NAN : *bad, context.weights);
}

} // namespace

Figures evaluate(Session &session, int number, const Split &split,
                 int64_t samples, Context context,
                 const std::function<void(int64_t)> &progress) {
  const VibModel &model = session.model;
  VibStep step = {};
  step.seed = context.seed;
  std::copy(context.coefficients.begin(), context.coefficients.end(),
            step.coefficients);

  Sums sums(model);
  for (int64_t first = 0; first < split.rows(); first += model.batch) {
    int64_t rows = std::min(model.batch, split.rows() - first);
    setRows(step, first, rows, split.rows());
    step.sample = -1;
    session.encode(number, step);
    // Calls `add` with the sum of each figure of these kinds.
    auto forEach = [&](std::initializer_list<uint32_t> kinds, auto add) {
      for (uint32_t i = 0; i < model.num_figures; ++i)
        if (std::find(kinds.begin(), kinds.end(), model.figures[i].kind) !=
            kinds.end())
          add(model.figures[i], sums.figures[i]);
    };
    auto sumOf = [&](const VibFigure &figure) {
      double sum = session.sum(figure.tensor, rows);
      if (figure.unit == VIB_NATS)
        requireFinite(figure.title, sum, session, figure.tensor, context, first,
                      rows);
      return sum;
    };
    forEach(
        {VIB_ROW_MEAN, VIB_BLOCK_MEAN},
        [&](const VibFigure &figure, double &sum) { sum += sumOf(figure); });

    std::vector<BatchDraws> draws;
    for (uint32_t i = 0; i < model.num_targets; ++i)
      draws.emplace_back(model, i, isOfPredictions(model, i), split.labels[i],
                         first, rows, sums.outputs[i]);
    // Sums of the draws first, so that batches are added in one order.
    std::vector<double> ofDraws(model.num_figures);
    auto addDraw = [&] {
      forEach({VIB_DRAW_MEAN, VIB_DRAW_ROOT, VIB_DRAWN_MEAN},
              [&](const VibFigure &figure, double &) {
                size_t place = size_t(&figure - model.figures);
                ofDraws[place] += sumOf(figure);
                if (figure.divisor)
                  sums.divisors[place] += session.sum(figure.divisor, rows);
              });
      for (BatchDraws &ofTarget : draws)
        ofTarget.add(session);
    };
    for (int64_t draw = 0; draw < samples; ++draw) {
      step.sample = int32_t(draw);
      session.evaluate(step);
      addDraw();
      // Many draws of one batch may take long, too.
      progress(first);
    }
    step.sample = -1;
    session.evaluate(step);
    forEach({VIB_AT_MEAN}, [&](const VibFigure &figure, double &sum) {
      sum += session.sum(model.figures[figure.of].tensor, rows);
    });
    if (samples == 0)
      addDraw();

    for (uint32_t i = 0; i < model.num_figures; ++i) {
      const VibFigure &figure = model.figures[i];
      sums.figures[i] += &figure == &likelihoodOf(model, figure.target)
                             ? draws[figure.target].sumOfNlls()
                             : ofDraws[i];
    }
    forEach({VIB_AVERAGED_NLL, VIB_AVERAGED_WRONG, VIB_AVERAGED_ROOT},
            [&](const VibFigure &figure, double &sum) {
              const BatchDraws &of = draws[figure.target];
              sum += figure.kind == VIB_AVERAGED_NLL ? of.sumOfAveragedNlls()
                     : figure.kind == VIB_AVERAGED_WRONG
                         ? of.wrongOnAverage()
                         : of.addAveragedErrors(
                               sums.averagedOutputs[figure.target]);
            });
    progress(first + rows);
  }

  Figures figures(model);
  figures.context = std::move(context);
  figures.samples = samples;
  figures.rows = split.rows();
  figures.entropies = labelEntropies(split);
  double rows = double(split.rows());
  setValues(figures, sums, rows, rows * double(std::max<int64_t>(samples, 1)));
  dropUnknownErrors(figures, split);
  for (double term : figures.terms())
    figures.loss += term;
  return figures;
}

//===----------------------------------------------------------------------===//
// eval
//===----------------------------------------------------------------------===//

Context loadWeightsFor(const Options &options, const SafetensorsReader &reader,
                       const VibModel &model, void *block) {
  Use use = options.use == Choice::Average ? Use::Average
            : options.use == Choice::Raw   ? Use::Raw
                                           : Use::Any;
  Metadata metadata = loadWeights(reader, model, use, block);
  auto find = [&](const char *key) -> const char * {
    auto found = metadata.find(key);
    return found == metadata.end() ? nullptr : found->second.c_str();
  };
  auto number = [&](const char *key, double otherwise) {
    return findNumber<double>(metadata, reader.name(), key).value_or(otherwise);
  };

  const char *hash = find("hash");
  const std::string &precision = metadata.at("precision");
  std::string wanted = model.type == VIB_F64 ? "f64" : "f32";
  // Another precision of the same model has another hash, too.
  if (hash && hash != std::string(model.hash) && !options.quiet) {
    if (precision != wanted)
      note("{} has {} weights, and this program computes in {}: they are "
           "converted",
           reader.name(), precision, wanted);
    else
      note("{} was made by another version of the model: its hash is {}, this "
           "program's {}",
           reader.name(), hash, model.hash);
  }

  Context context;
  context.split = "test";
  context.weights = find("weights") ? find("weights") : "raw";
  context.epoch = findCount(metadata, reader.name(), "epoch");
  context.step = findCount(metadata, reader.name(), "step");
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    context.coefficients.push_back(
        number(currentKey(model, coefficient).c_str(), coefficient.value));
  context.rate = number("current_lr", model.rate);
  auto seed = findNumber<uint64_t>(metadata, reader.name(), "seed");
  context.seed = options.seed.value_or(seed.value_or(model.seed));
  auto firstLabel =
      findNumber<uint64_t>(metadata, reader.name(), firstLabelKey);
  context.firstLabel = options.firstLabel.value_or(firstLabel.value_or(0));
  return context;
}

} // namespace vib::runtime
