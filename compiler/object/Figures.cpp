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
  if (!figure.tensor.empty())
    figure.tensor = ModelAttr::getTensorName(figure.tensor, list, place);
}

/// The rates of the posteriors.
static SmallVector<Figure> getRates(ModelAttr model) {
  ArrayRef<mlir::NamedAttribute> streams = model.getPosteriors();
  SmallVector<Figure> rates;
  for (unsigned i = 0; i < streams.size(); ++i) {
    StringRef name =
        streams.size() == 1 ? "Z" : streams[i].getName().getValue();
    Figure rate =
        bounding({"rate_bits", "rate", "rate", VIB_ROW_MEAN, VIB_NATS, "rate"},
                 VIB_AT_MOST, ("I(" + name + ";X)").str());
    setEntry(rate, streams, i);
    rate.isTrained = model.hasTerm(rate.tensor);
    rates.push_back(rate);
  }
  return rates;
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

/// The figures of a target. `name` is its name in words.
static SmallVector<Figure>
getFiguresOf(ModelAttr model, mlir::NamedAttribute target, StringRef name) {
  DistributionTypeInterface likelihood = ModelAttr::getDistribution(target);
  bool isInput = model.getReconstructed(target).has_value();
  if (likelihood.getNumClasses() != 0)
    return getFiguresOfClasses(name);
  if (likelihood.isOfUnitInterval())
    return getFiguresOfBits(isInput);
  return isInput ? getFiguresOfInput() : getFiguresOfNumbers();
}

SmallVector<Figure> vib::getFigures(ModelAttr model) {
  ArrayRef<mlir::NamedAttribute> targets = model.getLikelihoods();
  SmallVector<Figure> figures;
  for (unsigned i = 0; i < targets.size(); ++i) {
    StringRef name =
        targets.size() == 1 ? "Y" : targets[i].getName().getValue();
    SmallVector<Figure> ofTarget = getFiguresOf(model, targets[i], name);
    SmallVector<unsigned> places;
    for (Figure &figure : ofTarget) {
      setEntry(figure, targets, i);
      figure.target = i;
      places.push_back(figures.size());
      figures.push_back(figure);
      // The rates follow the first likelihood.
      if (figures.size() == 1)
        figures.append(getRates(model));
    }
    for (auto [place, figure] : llvm::zip_equal(places, ofTarget))
      figures[place].of = places[figure.of];
  }
  return figures;
}
