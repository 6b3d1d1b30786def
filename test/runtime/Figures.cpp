//===- Figures.cpp - What the figures of a split must satisfy -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/CpuSession.h"
#include "runtime/Divergence.h"
#include "runtime/Evaluate.h"
#include "runtime/Initialize.h"
#include "runtime/Layout.h"
#include "runtime/ModelLists.h"
#include "runtime/Report.h"
#include "test/runtime/MockModel.h"
#include "test/runtime/Samples.h"

#include <nlohmann/json.hpp>

#include <cfloat>

#include <cmath>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

Split makeSplit(int64_t rows) {
  const VibModel &model = mockClassifier();
  Array images, labels;
  images.shape = {rows, 2, 2};
  labels.shape = {rows};
  for (int64_t row = 0; row < rows; ++row) {
    for (int i = 0; i < 4; ++i)
      images.data.push_back(uint8_t(row * 37 + i * 91));
    labels.data.push_back(uint8_t(row * row % 3));
  }
  return {"test",
          {makeInputs(images, "images", model)},
          {makeLabels(labels, "labels", model)}};
}

/// The figures of the initial weights on a split.
Figures figuresOf(const Split &split, int64_t samples) {
  const VibModel &model = mockClassifier();
  CpuSession session(model, 1);
  State state(model);
  initializeWeights(model, 3, state.weights.data());
  session.setState(state);
  int rows = session.addRows(split.inputs, &split.labels);
  Context context;
  context.seed = 4;
  context.coefficients = {0.1};
  return evaluate(session, rows, split, samples, context, [](int64_t) {});
}

TEST(Figures, aRaggedBatchCountsByItsRows) {
  // The figures of 11 rows, which are a batch of 8 and one of 3, are the mean
  // of those of the rows, one by one. With z = mu, so that the row's number,
  // which the noise depends on, does not matter.
  Split whole = makeSplit(11);
  Figures figures = figuresOf(whole, 0);
  double nll = 0, rate = 0, error = 0;
  for (int64_t row = 0; row < 11; ++row) {
    Split one = whole;
    one.inputs.front().array.shape[0] = 1;
    one.inputs.front().array.data =
        Bytes(&whole.inputs.front().array.data[size_t(row) * 4],
              &whole.inputs.front().array.data[size_t(row) * 4] + 4);
    one.labels.front().classes = {whole.labels.front().classes[size_t(row)]};
    Figures single = figuresOf(one, 0);
    nll += *single.number("cross_entropy_bits");
    rate += *single.number("rate_bits");
    error += *single.number("error_1shot");
  }
  EXPECT_NEAR(*figures.number("cross_entropy_bits"), nll / 11, 1e-12);
  EXPECT_NEAR(*figures.number("rate_bits"), rate / 11, 1e-12);
  EXPECT_NEAR(*figures.number("error_1shot"), error / 11, 1e-12);
  EXPECT_NEAR(figures.loss,
              *figures.number("cross_entropy_bits") +
                  0.1 * *figures.number("rate_bits"),
              1e-15);
}

TEST(Figures, averagedProbabilitiesAreNoWorseThanTheDraws) {
  Split split = makeSplit(11);
  for (int64_t samples : {1, 2, 12, 100}) {
    Figures figures = figuresOf(split, samples);
    EXPECT_LE(*figures.number("nll_avg_bits"),
              *figures.number("cross_entropy_bits") + 1e-12);
  }
  Figures one = figuresOf(split, 1);
  EXPECT_NEAR(*one.number("nll_avg_bits"), *one.number("cross_entropy_bits"),
              1e-12);
  EXPECT_GE(*one.number("rate_bits"), 0);
}

TEST(Figures, entropyIsThatOfTheLabelsOfTheSplit) {
  Labels labels;
  labels.counts = {5, 5, 0, 10};
  EXPECT_NEAR(toBits(labelEntropy(labels)), 1.5, 1e-12);
  labels.counts = {1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000, 1000};
  EXPECT_NEAR(toBits(labelEntropy(labels)), std::log2(10), 1e-12);
  labels.counts = {0, 3};
  EXPECT_EQ(labelEntropy(labels), 0);
  labels.counts = {};
  EXPECT_EQ(labelEntropy(labels), 0);
}

TEST(Figures, trainingWeighsBatchesByTheirRows) {
  const VibModel &model = mockClassifier();
  // 10 rows: 8 of 1 nat, then 2 of 3. In the order of checkpoints.
  std::vector<double> values = {10, 14, 20, 4, 24};
  auto sums = RunningSums::fromValues(model, values);
  ASSERT_TRUE(sums);
  EXPECT_TRUE(sums->isPossible(model));
  EXPECT_EQ(sums->values(model), values);
  Figures figures = trainFigures(model, *sums, {std::log(3)}, {});
  EXPECT_DOUBLE_EQ(*figures.number("cross_entropy_bits"), 1.4);
  EXPECT_DOUBLE_EQ(*figures.number("rate_bits"), 2);
  EXPECT_DOUBLE_EQ(*figures.number("error_1shot"), 0.4);
  EXPECT_DOUBLE_EQ(figures.loss, 2.4);
  // Also of a file without checksums.
  // The last one is that of the loss, whose coefficients may be large.
  for (size_t i = 1; i < values.size(); ++i) {
    std::vector<double> wrong = values;
    wrong[i] = i + 1 < values.size() ? -1e300 : -DBL_MAX;
    EXPECT_FALSE(RunningSums::fromValues(model, wrong)->isPossible(model)) << i;
  }
}

TEST(Figures, anEpochMayBeginWithAnyModel) {
  for (Target kind : {Target::Classes, Target::Numbers}) {
    TestModel test(false, kind, 3);
    std::vector<double> none = RunningSums(test.model).values(test.model);
    auto sums = RunningSums::fromValues(test.model, none);
    ASSERT_TRUE(sums);
    EXPECT_TRUE(sums->isPossible(test.model));
  }
}

TEST(Divergence, isFarAboveTheStartAndAGuess) {
  const VibModel &model = mockClassifier(); // A guess has log 3 = 1.1 nats.
  std::vector<double> usual = {1.0, 0.5};
  auto withTerms = [&](double nll, double rate) {
    Figures figures(model);
    figures.context.coefficients = {1};
    figures.values[0] = {nll};
    figures.of(*findFigure(model, VIB_ROW_MEAN)) = {rate};
    figures.loss = nll + rate;
    return figures;
  };
  EXPECT_EQ(divergedTerm(usual, withTerms(10, 4)), "");
  EXPECT_EQ(divergedTerm(usual, withTerms(10, 6)), "cross-entropy");
  EXPECT_EQ(divergedTerm(usual, withTerms(6, 10)), "beta x rate");
  // Inputs far from unit scale begin far above a guess.
  EXPECT_EQ(divergedTerm({300, 0}, withTerms(300, 0)), "");
  // After a good start, the loss of a guess is not a divergence.
  EXPECT_EQ(divergedTerm({0.01, 0}, withTerms(2, 0)), "");
  // Figures stay readable however large they are.
  Figures figures(model);
  figures.context.split = "test";
  figures.context.coefficients = {0.01};
  figures.samples = 1;
  figures.loss = 3.86e14;
  figures.values[0] = {3.86e14};
  setInformation(figures);
  EXPECT_EQ(describeDivergence(usual, figures),
            "the loss was 1.500 nats at the first step and is 3.860e+14 on the "
            "test data; its larger term is the cross-entropy");
  for (const std::string &line :
       {joinItems(summarize(figures)), describe(figures)}) {
    EXPECT_NE(line.find("5.569e+14 bits"), std::string::npos) << line;
    EXPECT_NE(line.find("-5.569e+14 bits"), std::string::npos) << line;
  }
}

TEST(Divergence, ofARegressionIsAgainstTheSpreadOfItsTargets) {
  const VibModel &model = mockRegression();
  Split split;
  split.labels.resize(1);
  split.labels.front().targets = {100, 102, 98, 100};
  Figures figures(model);
  std::vector<double> &error = figures.of(*findFigure(model, VIB_DRAW_ROOT));
  error = {10 * std::sqrt(2)};
  EXPECT_EQ(describeWorseThanGuess(figures, split), "");
  error[0] *= 1.01;
  std::string text = describeWorseThanGuess(figures, split);
  EXPECT_NE(text.find("mean of the targets 1.414"), std::string::npos) << text;
}

TEST(Figures, atTheMeanNothingBoundsTheInformation) {
  auto make = [](const VibModel &model, int64_t samples) {
    Figures figures(model);
    figures.context.coefficients = {0.01};
    figures.entropies = {1};
    figures.values[0] = {0.25};
    figures.samples = samples;
    setInformation(figures);
    return figures;
  };
  EXPECT_DOUBLE_EQ(*make(mockClassifier(), 1).number("izy_bits"), 0.75);
  Figures figures = make(mockClassifier(), 0);
  EXPECT_FALSE(figures.number("izy_bits"));
  EXPECT_TRUE(nlohmann::json::parse(toJson(figures))["izy_bits"].is_null());
  EXPECT_FALSE(make(mockRegression(), 1).number("izy_bits"));
}

TEST(Figures, numbersReadBackAsThemselves) {
  Figures figures(mockClassifier());
  figures.context.split = "train";
  figures.context.seed = UINT64_MAX;
  figures.context.coefficients = {1.0 / 3};
  figures.loss = 0.1 + 0.2;
  auto json = nlohmann::json::parse(toJson(figures));
  EXPECT_EQ(double(json["loss"]), 0.1 + 0.2);
  EXPECT_EQ(double(json["beta"]), 1.0 / 3);
  EXPECT_EQ(json["seed"].get<uint64_t>(), UINT64_MAX);
  EXPECT_TRUE(json["epoch"].is_null());
}

TEST(Figures, aLineIsJsonWhateverItHolds) {
  // Without escapes and null, a name from a file or a loss of inf would make a
  // line that no JSON reader takes.
  Figures figures(mockClassifier());
  figures.context.coefficients = {0.01};
  figures.context.split = "a \"test\"\n\xff";
  figures.context.weights = "\\";
  figures.samples = 1;
  figures.rows = 1;
  figures.loss = INFINITY;
  figures.context.seconds = INFINITY;
  const VibModel &model = mockClassifier();
  figures.of(likelihoodOf(model)) = {NAN};
  figures.of(*findFigure(model, VIB_AT_MEAN)) = {-INFINITY};
  setInformation(figures);
  std::string line = toJson(figures);
  EXPECT_EQ(line.find('\n'), std::string::npos);
  auto json = nlohmann::json::parse(line);
  EXPECT_EQ(json["split"], "a \"test\"\n\xef\xbf\xbd");
  EXPECT_EQ(json["weights"], "\\");
  for (const char *name :
       {"loss", "cross_entropy_bits", "izy_bits", "error_mean", "seconds"})
    EXPECT_TRUE(json[name].is_null()) << name;
  Figures numbers(mockRegression());
  numbers.context.coefficients = {0.01};
  numbers.of(*findFigure(mockRegression(), VIB_OUTPUT_ROOTS)) = {1, NAN};
  json = nlohmann::json::parse(toJson(numbers));
  EXPECT_EQ(json["rmse_outputs"][0], 1);
  EXPECT_TRUE(json["rmse_outputs"][1].is_null());
}

} // namespace
