//===- Figures.cpp - The figures that a program reports -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/object/Figures.h"

using namespace llvm;
using namespace vib;

/// The mean of a tensor that the training step computes, too.
static Figure trained(Figure figure) {
  figure.isTrained = true;
  return figure;
}

static Figure bounding(Figure figure, VibBound bound, StringRef quantity) {
  figure.bound = bound;
  figure.bounds = quantity;
  return figure;
}

/// `rate_bits` of a further entry is `rate_NAME_bits`, and `rmse` `rmse_NAME`.
static std::string getKey(StringRef plain, StringRef name) {
  StringRef stem = plain;
  bool isInBits = stem.consume_back("_bits");
  return (stem + "_" + name + (isInBits ? "_bits" : "")).str();
}

/// Makes a figure that of entry `place` of a list of inputs, streams or
/// targets. Its words have the name of the entry if the list has several.
static void setEntry(Figure &figure, ArrayRef<mlir::NamedAttribute> list,
                     unsigned place) {
  if (list.size() == 1)
    return;
  StringRef name = list[place].getName();
  if (place != 0)
    figure.name = getKey(figure.name, name);
  bool isOfOutputs =
      figure.kind == VIB_OUTPUT_ROOTS || figure.kind == VIB_AVERAGED_ROOTS;
  figure.title = isOfOutputs ? (name + " output").str()
                             : (figure.title + " of " + name).str();
  if (!figure.label.empty())
    figure.label += (" of " + name).str();
  for (std::string *tensor : {&figure.tensor, &figure.divisor})
    if (!tensor->empty())
      *tensor = ModelAttr::getTensorName(*tensor, list, place);
}

/// What figures call a target, in words.
static StringRef getWord(ArrayRef<mlir::NamedAttribute> targets,
                         mlir::NamedAttribute target) {
  return targets.size() == 1 ? "Y" : target.getName().getValue();
}

/// The label that a prior is given, in words.
static StringRef getLabelWord(ModelAttr model) {
  ArrayRef<mlir::NamedAttribute> targets = model.getLikelihoods();
  StringRef word;
  for (mlir::NamedAttribute target : targets) {
    if (ModelAttr::getDistribution(target).getNumClasses() == 0)
      continue;
    if (!word.empty())
      return "label";
    word = getWord(targets, target);
  }
  return word;
}

/// The rates of the posteriors. Under a prior that is given the label, the rate
/// bounds what z holds beside it.
static SmallVector<Figure> getRates(ModelAttr model) {
  ArrayRef<mlir::NamedAttribute> streams = model.getPosteriors();
  SmallVector<Figure> rates;
  for (unsigned i = 0; i < streams.size(); ++i) {
    StringRef name =
        streams.size() == 1 ? "Z" : streams[i].getName().getValue();
    StringRef base = model.getRateName(i);
    Figure rate = {"rate_bits",  "rate",   "rate",
                   VIB_ROW_MEAN, VIB_NATS, base.str()};
    rate = bounding(rate, VIB_AT_MOST, ("I(" + name + ";X)").str());
    if (base == "drawn_rate")
      rate.kind = VIB_DRAWN_MEAN;
    if (base == "residual") {
      rate.name = "residual_bits";
      rate.title = "residual rate";
      rate.label = "residual";
      rate.bounds = ("I(" + name + ";X|" + getLabelWord(model) + ")").str();
    }
    setEntry(rate, streams, i);
    rate.isTrained = model.hasTerm(rate.tensor);
    rates.push_back(rate);
  }
  return rates;
}

/// The estimates of rates from the pairs of a batch, and the rows of these
/// batches. They bound nothing of the distribution of the data.
static SmallVector<Figure> getEstimates(ModelAttr model) {
  ArrayRef<mlir::NamedAttribute> streams = model.getPosteriors();
  SmallVector<Figure> estimates;
  for (unsigned i = 0; i < streams.size(); ++i) {
    if (!model.hasTerm(ModelAttr::getTensorName("pairwise", streams, i)))
      continue;
    Figure estimate = trained({"izx_nib_bits", "NIB estimate", "NIB",
                               VIB_BLOCK_MEAN, VIB_NATS, "pairwise"});
    setEntry(estimate, streams, i);
    estimates.push_back(estimate);
  }
  if (!estimates.empty())
    estimates.push_back(
        {"izx_nib_block", "rows of a block", "", VIB_BLOCK_ROWS, VIB_PLAIN});
  return estimates;
}

/// The figures of a target of classes. `of` counts from the first one.
static SmallVector<Figure> getFiguresOfClasses(StringRef target) {
  enum : unsigned { CrossEntropy, Information, Entropy, Error };
  return {
      trained({"cross_entropy_bits", "cross-entropy", "CE", VIB_DRAW_MEAN,
               VIB_NATS, "nll"}),
      bounding({"izy_bits", "information", "", VIB_INFORMATION, VIB_NATS, "",
                CrossEntropy},
               VIB_AT_LEAST, ("I(Z;" + target + ")").str()),
      {"hy_bits", "entropy of the labels", "", VIB_LABEL_ENTROPY, VIB_NATS},
      trained({"error_1shot", "error", "error", VIB_DRAW_MEAN, VIB_FRACTION,
               "error"}),
      {"error_avg", "error", "error", VIB_AVERAGED_WRONG, VIB_FRACTION, "",
       Error},
      {"error_mean", "error", "error", VIB_AT_MEAN, VIB_FRACTION, "", Error},
      {"nll_avg_bits", "NLL", "NLL", VIB_AVERAGED_NLL, VIB_NATS, "nll",
       CrossEntropy}};
}

/// The outputs of a Bernoulli likelihood. Whether targets are 0 or 1, so that
/// there is an error, only the data tells; the error of an input has no
/// meaning.
static SmallVector<Figure> getFiguresOfBits(bool isInput) {
  enum : unsigned { CrossEntropy, Error };
  Figure crossEntropy = trained({"nll_bits", "negative log-likelihood", "NLL",
                                 VIB_DRAW_MEAN, VIB_NATS, "nll"});
  Figure averaged = {"nll_avg_bits", "NLL", "NLL",       VIB_AVERAGED_NLL,
                     VIB_NATS,       "nll", CrossEntropy};
  if (isInput)
    return {crossEntropy, averaged};
  return {
      crossEntropy,
      trained({"error_1shot", "error", "error", VIB_DRAW_MEAN, VIB_FRACTION,
               "error"}),
      {"error_mean", "error", "error", VIB_AT_MEAN, VIB_FRACTION, "", Error},
      averaged};
}

/// The figures of an input that is reconstructed. The program has no copy of
/// the targets, from which the others would be computed.
static SmallVector<Figure> getFiguresOfInput() {
  enum : unsigned { NLL, Root };
  return {trained({"nll_bits", "negative log-likelihood", "NLL", VIB_DRAW_MEAN,
                   VIB_NATS, "nll"}),
          trained({"rmse", "RMSE", "RMSE", VIB_DRAW_ROOT, VIB_PLAIN, "error"}),
          {"rmse_mean", "RMSE", "RMSE", VIB_AT_MEAN, VIB_PLAIN, "", Root}};
}

static SmallVector<Figure> getFiguresOfNumbers() {
  enum : unsigned { NLL, Root };
  return {trained({"nll_bits", "negative log-likelihood", "NLL", VIB_DRAW_MEAN,
                   VIB_NATS, "nll"}),
          trained({"rmse", "RMSE", "RMSE", VIB_DRAW_ROOT, VIB_PLAIN, "error"}),
          {"rmse_outputs", "RMSE output", "", VIB_OUTPUT_ROOTS, VIB_PLAIN, "",
           Root},
          {"rmse_avg", "RMSE", "RMSE", VIB_AVERAGED_ROOT, VIB_PLAIN, "", Root},
          {"rmse_mean", "RMSE", "RMSE", VIB_AT_MEAN, VIB_PLAIN, "", Root},
          {"rmse_avg_outputs", "RMSE output", "", VIB_AVERAGED_ROOTS, VIB_PLAIN,
           "", Root}};
}

/// The mean absolute error over the outputs.
static Figure getMeanDistance() {
  return trained({"mae", "mean absolute error", "MAE", VIB_DRAW_MEAN, VIB_PLAIN,
                  "distance"});
}

/// The figures of a target. `name` is its name in words.
static SmallVector<Figure>
getFiguresOf(ModelAttr model, mlir::NamedAttribute target, StringRef name) {
  DistributionTypeInterface likelihood = ModelAttr::getDistribution(target);
  bool isInput = model.getReconstructed(target).has_value();
  if (likelihood.getNumClasses() != 0) {
    SmallVector<Figure> figures = getFiguresOfClasses(name);
    // The predictions use what bypasses z, too.
    if (model.getBypassed())
      for (Figure &figure : figures)
        if (figure.kind == VIB_INFORMATION)
          figure = {figure.name, figure.title, "", VIB_UNKNOWN, VIB_NATS};
    // What training minimizes in place of the cross-entropy.
    unsigned place = llvm::find(model.getLikelihoods(), target) -
                     model.getLikelihoods().begin();
    if (model.hasTerm(ModelAttr::getTensorName(
            "objective", model.getLikelihoods(), place))) {
      figures.push_back(trained({"objective_bits", "objective", "objective",
                                 VIB_DRAW_MEAN, VIB_NATS, "objective"}));
      figures.back().divisor = "weight";
    }
    return figures;
  }
  if (likelihood.isOfUnitInterval())
    return getFiguresOfBits(isInput);
  SmallVector<Figure> figures =
      isInput ? getFiguresOfInput() : getFiguresOfNumbers();
  if (llvm::is_contained(likelihood.getErrors(), "distance"))
    figures.push_back(getMeanDistance());
  return figures;
}

/// The entropy of the predictions of z, which the loss has as a term.
static Figure getEntropy() {
  return trained({"entropy_bits", "entropy of predictions", "entropy",
                  VIB_DRAW_MEAN, VIB_NATS, "entropy"});
}

SmallVector<Figure> vib::getFigures(ModelAttr model) {
  ArrayRef<mlir::NamedAttribute> targets = model.getLikelihoods();
  SmallVector<Figure> figures;
  for (unsigned i = 0; i < targets.size(); ++i) {
    SmallVector<Figure> ofTarget =
        getFiguresOf(model, targets[i], getWord(targets, targets[i]));
    if (model.hasTerm(ModelAttr::getTensorName("entropy", targets, i)))
      ofTarget.push_back(getEntropy());
    SmallVector<unsigned> places;
    for (Figure &figure : ofTarget) {
      setEntry(figure, targets, i);
      figure.target = i;
      places.push_back(figures.size());
      figures.push_back(figure);
      // The rates follow the first likelihood.
      if (figures.size() == 1) {
        figures.append(getRates(model));
        figures.append(getEstimates(model));
      }
    }
    for (auto [place, figure] : llvm::zip_equal(places, ofTarget))
      figures[place].of = places[figure.of];
  }
  return figures;
}
