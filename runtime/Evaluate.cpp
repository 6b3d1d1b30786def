//===- Evaluate.cpp - Evaluating weights on a split -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A batch is encoded once, and then z is drawn S times. Each draw gives the
// cross-entropy, the error and the prediction of every row. The probabilities
// of a row, not its logits, are averaged over the draws. From them follow
// error_avg and
//
//   nll_avg = -log mean_s exp(-nll_s),
//
// which is computed from the cross-entropies, because a probability may have
// underflowed. By Jensen's inequality it is at most the mean of nll_s.
//
//===----------------------------------------------------------------------===//

#include "runtime/Evaluate.h"
#include "runtime/Checkpoint.h"
#include "runtime/Console.h"
#include "runtime/Divergence.h"
#include "runtime/Error.h"
#include "runtime/Progress.h"
#include "runtime/Report.h"
#include "runtime/Signals.h"

#include <algorithm>
#include <chrono>
#include <cmath>

namespace vib::runtime {

namespace {

/// Accumulates the results of the draws of one batch.
class BatchDraws {
public:
  /// The squared errors of the draws are added to `outputErrors`, which has one
  /// sum for each output of a regression.
  BatchDraws(const VibModel &model, const Labels &labels, int64_t first,
             int64_t rows, std::vector<double> &outputErrors)
      : model(model), labels(labels), first(first), rows(rows),
        prediction(size_t(rows * model.outputs)), outputErrors(outputErrors) {}

  void add(Session &session) {
    nll.push_back(session.read("nll", rows));
    std::vector<double> drawn = session.read("prediction", rows);
    for (size_t i = 0; i < prediction.size(); ++i)
      prediction[i] += drawn[i];
    if (model.likelihood == VIB_NORMAL)
      addSquares(drawn, 1, outputErrors);
    errorSum += session.sum("error", rows);
  }

  double sumOfErrors() const { return errorSum; }

  /// Returns the sum of the squared errors of the mean predictions, and adds
  /// the sum of each output to `errors`.
  double addAveragedErrors(std::vector<double> &errors) const {
    return addSquares(prediction, double(nll.size()), errors);
  }

  double sumOfNlls() const {
    double sum = 0;
    for (const std::vector<double> &draw : nll)
      for (double value : draw)
        sum += value;
    return sum;
  }

  /// The sum over the rows of -log mean_s exp(-nll_s).
  double sumOfAveragedNlls() const {
    double sum = 0;
    for (int64_t row = 0; row < rows; ++row) {
      double least = nll.front()[row];
      for (const std::vector<double> &draw : nll)
        least = std::min(least, draw[row]);
      double mass = 0;
      for (const std::vector<double> &draw : nll)
        mass += std::exp(least - draw[row]);
      sum += least - std::log(mass / double(nll.size()));
    }
    return sum;
  }

  /// The number of rows whose most probable class by the averaged probabilities
  /// is wrong.
  double wrongOnAverage() const {
    double sum = 0;
    for (int64_t row = 0; row < rows; ++row) {
      const double *of = prediction.data() + row * model.outputs;
      int64_t best = std::max_element(of, of + model.outputs) - of;
      sum += best != labels.classes[size_t(first + row)];
    }
    return sum;
  }

private:
  /// Returns the sum of the squared errors of values / count, and adds the sum
  /// of each output to `errors`.
  double addSquares(const std::vector<double> &values, double count,
                    std::vector<double> &errors) const {
    const double *targets = labels.targets.data() + first * model.outputs;
    double sum = 0;
    for (size_t i = 0; i < values.size(); ++i) {
      double difference = values[i] / count - targets[i];
      errors[i % errors.size()] += difference * difference;
      sum += difference * difference;
    }
    return sum;
  }

  const VibModel &model;
  const Labels &labels;
  int64_t first, rows;
  std::vector<std::vector<double>> nll; ///< By draw, then row.
  std::vector<double> prediction;       ///< Sums over the draws.
  std::vector<double> &outputErrors;
  double errorSum = 0;
};

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
         context.split, first + (bad - values.begin()), *bad, context.weights);
}

} // namespace

Figures evaluate(Session &session, int number, const Split &split,
                 int64_t samples, Context context,
                 const std::function<void(int64_t)> &progress) {
  const VibModel &model = session.model;
  bool classes = model.likelihood == VIB_CATEGORICAL;
  const char *nllName = nllTerm(model);

  VibStep step = {};
  step.seed = context.seed;
  step.beta = context.beta.value_or(0);

  double nll = 0, rate = 0, error = 0;
  Figures::Averaged averaged;
  std::vector<double> outputErrors(classes ? 0 : size_t(model.outputs));
  averaged.outputErrors = outputErrors;
  for (int64_t first = 0; first < split.rows(); first += model.batch) {
    int64_t rows = std::min(model.batch, split.rows() - first);
    setRows(step, first, rows);
    step.sample = -1;
    session.encode(number, step);
    if (model.rated) {
      double batchRate = session.sum("rate", rows);
      requireFinite("rate", batchRate, session, "rate", context, first, rows);
      rate += batchRate;
    }

    BatchDraws draws(model, split.labels, first, rows, outputErrors);
    for (int64_t draw = 0; draw < samples; ++draw) {
      step.sample = int32_t(draw);
      session.evaluate(step);
      requireFinite(nllName, session.sum("nll", rows), session, "nll", context,
                    first, rows);
      draws.add(session);
    }
    step.sample = -1;
    session.evaluate(step);
    averaged.errorMean += session.sum("error", rows);
    if (samples == 0) {
      requireFinite(nllName, session.sum("nll", rows), session, "nll", context,
                    first, rows);
      draws.add(session);
    }

    nll += draws.sumOfNlls();
    error += draws.sumOfErrors();
    averaged.nll += draws.sumOfAveragedNlls();
    averaged.error += classes ? draws.wrongOnAverage()
                              : draws.addAveragedErrors(averaged.outputErrors);
    progress(first + rows);
  }

  double rows = double(split.rows());
  double drawn = rows * double(std::max<int64_t>(samples, 1));
  auto finish = [&](double sum, double count) {
    return classes ? sum / count : std::sqrt(sum / count / model.outputs);
  };
  Figures figures;
  figures.context = std::move(context);
  figures.classes = classes;
  figures.samples = samples;
  figures.rows = split.rows();
  figures.nll = nll / drawn;
  figures.loss = figures.nll;
  if (model.rated) {
    figures.rate = rate / rows;
    figures.loss += *figures.context.beta * *figures.rate;
  }
  figures.entropy = labelEntropy(split.labels);
  figures.error1 = finish(error, drawn);
  for (double &squares : outputErrors)
    squares = std::sqrt(squares / drawn);
  for (double &squares : averaged.outputErrors)
    squares = std::sqrt(squares / rows);
  figures.outputErrors = outputErrors;
  averaged.nll /= rows;
  averaged.error = finish(averaged.error, rows);
  averaged.errorMean = finish(averaged.errorMean, rows);
  figures.averaged = averaged;
  return figures;
}

//===----------------------------------------------------------------------===//
// eval
//===----------------------------------------------------------------------===//

Context loadWeightsFor(const Options &options, const VibModel &model,
                       void *block) {
  Use use = options.use == Choice::Average ? Use::Average
            : options.use == Choice::Raw   ? Use::Raw
                                           : Use::Any;
  Metadata metadata = loadWeights(options.weights, model, use, block);
  auto find = [&](const char *key) -> const char * {
    auto found = metadata.find(key);
    return found == metadata.end() ? nullptr : found->second.c_str();
  };
  auto number = [&](const char *key, double otherwise) {
    return findNumber<double>(metadata, options.weights, key)
        .value_or(otherwise);
  };

  const char *hash = find("hash");
  const std::string &precision = metadata.at("precision");
  std::string wanted = model.type == VIB_F64 ? "f64" : "f32";
  // Another precision of the same model has another hash, too.
  if (hash && hash != std::string(model.hash) && !options.quiet) {
    if (precision != wanted)
      note("{} has {} weights, and this program computes in {}: they are "
           "converted",
           options.weights, precision, wanted);
    else
      note("{} was made by another version of the model: its hash is {}, this "
           "program's {}",
           options.weights, hash, model.hash);
  }

  Context context;
  context.split = "test";
  context.weights = find("weights") ? find("weights") : "raw";
  context.epoch = findCount(metadata, options.weights, "epoch");
  context.step = findCount(metadata, options.weights, "step");
  if (model.rated)
    context.beta = number("current_beta", model.beta);
  context.rate = number("current_lr", model.rate);
  auto seed = findNumber<uint64_t>(metadata, options.weights, "seed");
  context.seed = options.seed.value_or(seed.value_or(model.seed));
  auto firstLabel =
      findNumber<uint64_t>(metadata, options.weights, firstLabelKey);
  context.firstLabel = options.firstLabel.value_or(firstLabel.value_or(0));
  return context;
}

int runEval(const VibModel &model, const Options &options) {
  std::unique_ptr<Session> session = makeSession(model, options);
  State state = State::ofWeights(model);
  Context context = loadWeightsFor(options, model, state.weights.data());
  Split split = loadSplit(options.data, "test", model, context.firstLabel);
  if (!options.quiet) {
    std::string header = describe(split) + "\n";
    if (context.firstLabel != 0)
      header += describeFirstLabel(context.firstLabel) +
                (options.firstLabel ? "\n" : ", as in the training\n");
    options.json ? complainText(header) : printText(escapeControl(header));
  }

  session->setState(state);
  int rows = session->addRows(split.inputs, &split.labels);
  int64_t samples = options.samples.value_or(defaultSamples);
  auto begin = std::chrono::steady_clock::now();
  Progress progress(!options.quiet && !options.json);
  Figures figures =
      evaluate(*session, rows, split, samples, context, [&](int64_t done) {
        throwIfInterrupted();
        progress.evaluating(done, split.rows());
      });
  progress.clear();
  std::chrono::duration<double> elapsed =
      std::chrono::steady_clock::now() - begin;
  figures.context.seconds = elapsed.count();
  printText(options.json ? toJson(figures) + "\n" : describe(figures));
  std::string worse = describeWorseThanGuess(figures, model, split.labels);
  if (!worse.empty()) {
    flushOutput();
    warn("{}", worse);
  }
  return 0;
}

} // namespace vib::runtime
