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

/// The rate of the posterior.
static Figure getRate(ModelAttr model) {
  Figure rate =
      bounding({"rate_bits", "rate", "rate", VIB_ROW_MEAN, VIB_NATS, "rate"},
               VIB_AT_MOST, "I(Z;X)");
  rate.isTrained = model.hasRateTerm();
  return rate;
}

static SmallVector<Figure> getFiguresOfClasses(ModelAttr model) {
  enum : unsigned { CrossEntropy, Rate, Information, Entropy, Error };
  return {
      trained({"cross_entropy_bits", "cross-entropy", "CE", VIB_DRAW_MEAN,
               VIB_NATS, "nll"}),
      getRate(model),
      bounding({"izy_bits", "information", "", VIB_INFORMATION, VIB_NATS, "",
                CrossEntropy},
               VIB_AT_LEAST, "I(Z;Y)"),
      {"hy_bits", "entropy of the labels", "", VIB_LABEL_ENTROPY, VIB_NATS},
      trained({"error_1shot", "error", "error", VIB_DRAW_MEAN, VIB_FRACTION,
               "error"}),
      {"error_avg", "error", "error", VIB_AVERAGED_WRONG, VIB_FRACTION, "",
       Error},
      {"error_mean", "error", "error", VIB_AT_MEAN, VIB_FRACTION, "", Error},
      {"nll_avg_bits", "NLL", "NLL", VIB_AVERAGED_NLL, VIB_NATS, "nll",
       CrossEntropy}};
}

static SmallVector<Figure> getFiguresOfNumbers(ModelAttr model) {
  enum : unsigned { NLL, Rate, Root };
  return {trained({"nll_bits", "negative log-likelihood", "NLL", VIB_DRAW_MEAN,
                   VIB_NATS, "nll"}),
          getRate(model),
          trained({"rmse", "RMSE", "RMSE", VIB_DRAW_ROOT, VIB_PLAIN, "error"}),
          {"rmse_outputs", "RMSE output", "", VIB_OUTPUT_ROOTS, VIB_PLAIN, "",
           Root},
          {"rmse_avg", "RMSE", "RMSE", VIB_AVERAGED_ROOT, VIB_PLAIN, "", Root},
          {"rmse_mean", "RMSE", "RMSE", VIB_AT_MEAN, VIB_PLAIN, "", Root},
          {"rmse_avg_outputs", "RMSE output", "", VIB_AVERAGED_ROOTS, VIB_PLAIN,
           "", Root}};
}

SmallVector<Figure> vib::getFigures(ModelAttr model) {
  return model.isCategorical() ? getFiguresOfClasses(model)
                               : getFiguresOfNumbers(model);
}
