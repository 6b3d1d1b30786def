//===- EvalFigures.cpp - The further figures of eval ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Attack.h"
#include "runtime/Calibration.h"
#include "runtime/InformationBounds.h"
#include "runtime/Outliers.h"
#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <nlohmann/json.hpp>

#include <cmath>
#include <random>

using namespace vib::runtime;
using namespace vib::runtime::test;
using nlohmann::json;
using Words = std::vector<std::string>;

namespace {

TEST(Calibration, isThatOfASmallComputationByHand) {
  // Confidences 0.7 (bin 10: right), 0.7 (bin 10: wrong), 0.5 (bin 7: right,
  // the lower class of two equal ones), 1 (bin 14: right).
  Calibration calibration(3);
  const std::vector<std::vector<double>> p = {
      {0.7, 0.2, 0.1}, {0.2, 0.7, 0.1}, {0.5, 0.5, 0}, {0, 0, 1}};
  const std::vector<int32_t> labels = {0, 2, 0, 2};
  for (size_t row = 0; row < p.size(); ++row)
    calibration.add(p[row].data(), labels[row]);
  // |1 - 1.4| + |1 - 0.5| + |1 - 1|, over 4 rows.
  EXPECT_NEAR(calibration.expectedError(), (0.4 + 0.5) / 4, 1e-15);
  double brier = (0.09 + 0.04 + 0.01) + (0.04 + 0.49 + 0.81) + (0.25 + 0.25);
  EXPECT_NEAR(calibration.brier(), brier / 4, 1e-15);
  EXPECT_EQ(calibration.errorOf(0), 0);
  EXPECT_FALSE(calibration.errorOf(1));
  EXPECT_EQ(calibration.errorOf(2), 0.5);
  EXPECT_EQ(calibration.count(2, 1), 1);
  EXPECT_EQ(calibration.count(1, 2), 0);
  EXPECT_EQ(calibration.rowsOf(0), 2);
}

TEST(Calibration, binsAreClosedAbove) {
  // 3 / 15 is the end of bin 2, and what follows is in bin 3.
  for (auto [confidence, bin] :
       {std::pair(3 / 15.0, 3 / 15.0), {std::nextafter(3 / 15.0, 1), 0.2}}) {
    Calibration calibration(5);
    std::vector<double> p(5, confidence);
    calibration.add(p.data(), 0);
    EXPECT_NEAR(calibration.expectedError(), 1 - bin, 1e-9);
  }
}

TEST(Attack, followsTheSignsWithinTheRadiusAndTheRange) {
  AttackRange range = {{-1, 0}, {1, 0.25}};
  // Columns 0 and 1 of two rows. The last number is outside the range.
  const std::vector<double> origin = {0, 0.2, 0.9, 0.5};
  std::vector<double> x = origin;
  moveInputs(x, origin, {1e-300, -2, 3, 0}, 0.5, 0.5, range);
  EXPECT_EQ(x, (std::vector<double>{0.5, 0, 1, 0.5}));
  // Back along the other sign, then beyond the radius, and not at all for 0.
  moveInputs(x, origin, {-1, 1, 0, 1}, 0.75, 0.5, range);
  EXPECT_EQ(x, (std::vector<double>{-0.25, 0.25, 1, 0.5}));
  moveInputs(x, origin, {-1, -1, -1, -1}, 2, 0.5, range);
  EXPECT_EQ(x, (std::vector<double>{-0.5, 0, 0.4, 0}));
}

TEST(Outliers, areThoseOfABruteForceCount) {
  std::mt19937 random(3);
  for (int round = 0; round < 20; ++round) {
    // Few values, so that many are equal.
    std::uniform_int_distribution<int> in(0, 9), out(2, 12);
    std::vector<double> inliers, outliers;
    for (int i = 0; i < 20 + round; ++i)
      inliers.push_back(in(random));
    for (int i = 0; i < 33; ++i)
      outliers.push_back(out(random));
    double pairs = 0;
    for (double a : inliers)
      for (double b : outliers)
        pairs += b > a ? 1 : b == a ? 0.5 : 0;
    EXPECT_DOUBLE_EQ(aurocOf(inliers, outliers),
                     pairs / double(inliers.size() * outliers.size()));
    double threshold = INFINITY;
    for (double candidate : inliers) {
      size_t within = 0;
      for (double score : inliers)
        within += score <= candidate;
      if (100 * within >= 95 * inliers.size())
        threshold = std::min(threshold, candidate);
    }
    size_t passed = 0;
    for (double score : outliers)
      passed += score <= threshold;
    EXPECT_EQ(fpr95Of(inliers, outliers), double(passed) / 33);
  }
  EXPECT_EQ(aurocOf({1, 2}, {1, 2}), 0.5);
  EXPECT_EQ(aurocOf({0}, {1}), 1);
  EXPECT_EQ(fpr95Of({0}, {1}), 0);
  EXPECT_EQ(fpr95Of({1}, {1}), 1);
}

TEST(InformationBounds, areThoseOfTheDefinition) {
  // Densities far apart: z tells which x it is.
  std::vector<double> apart = {0, -900, -900, -900, 0, -900, -900, -900, 0};
  BlockBounds bounds = boundsOf(apart, 3);
  EXPECT_NEAR(bounds.lower, std::log(3), 1e-12);
  EXPECT_NEAR(bounds.upper, 900, 1e-9);
  // Equal densities: it tells nothing.
  bounds = boundsOf(std::vector<double>(9, -5), 3);
  EXPECT_NEAR(bounds.lower, 0, 1e-12);
  EXPECT_NEAR(bounds.upper, 0, 1e-12);
  std::vector<double> mixed = {std::log(0.5), std::log(0.1), std::log(0.2),
                               std::log(0.3)};
  bounds = boundsOf(mixed, 2);
  EXPECT_NEAR(bounds.lower, (std::log(0.5 / 0.3) + std::log(0.3 / 0.25)) / 2,
              1e-12);
  EXPECT_NEAR(bounds.upper, (std::log(0.5 / 0.1) + std::log(0.3 / 0.2)) / 2,
              1e-12);
  Estimate one = estimate({2});
  EXPECT_EQ(one.mean, 2);
  EXPECT_FALSE(one.error);
  EXPECT_NEAR(*estimate({1, 3, 5}).error, 2 / std::sqrt(3), 1e-15);
  EXPECT_FALSE(estimate({}).mean);
}

class EvalFigures : public testing::Test {
protected:
  void SetUp() override {
    writeImages(path("data"), 50, 21);
    writeImages(path("other"), 8, 13);
    for (const auto &[out, lr] :
         {std::pair("a", "0.03"), std::pair("b", "0.2")})
      ASSERT_EQ(runMock({"train", "--data", path("data"), "--out", path(out),
                         "--lr", lr, "--epochs", "4", "--quiet"})
                    .exitCode,
                0);
  }

  std::string path(const std::string &name) const { return root.path(name); }

  Outcome eval(Words flags, const std::string &run = "a") const {
    Words words = {"eval", "--data", path("data"), "--weights",
                   path(run) + "/model.safetensors"};
    words.insert(words.end(), flags.begin(), flags.end());
    return runMock(words);
  }
  json figures(Words flags, const std::string &run = "a") const {
    flags.push_back("--json");
    Outcome outcome = eval(flags, run);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return json::parse(outcome.out);
  }

  TemporaryDirectory root;
};

TEST_F(EvalFigures, calibrationAgreesWithTheErrors) {
  json its = figures({"--calibration"});
  int64_t rows = 0, right = 0;
  for (size_t label = 0; label < 3; ++label) {
    int64_t all = 0;
    for (size_t predicted = 0; predicted < 3; ++predicted)
      all += its["confusion"][label][predicted].get<int64_t>();
    int64_t own = its["confusion"][label][label];
    EXPECT_NEAR(its["class_errors"][label].get<double>(),
                double(all - own) / double(all), 1e-15);
    rows += all;
    right += own;
  }
  EXPECT_EQ(rows, 21);
  EXPECT_NEAR(its["error_avg"].get<double>(), double(rows - right) / 21, 1e-15);
  EXPECT_GE(its["ece"], 0);
  EXPECT_LE(its["brier"], 2);
  // The other figures are what they are without the flag.
  json plain = figures({});
  for (auto &[key, value] : plain.items())
    if (key != "seconds") {
      EXPECT_EQ(its[key], value) << key;
    }
  Outcome shown = eval({"--calibration"});
  expectIn(shown.out, "15 bins of the largest probability, averaged over 12");
  expectIn(shown.out, "of each label by their predicted class");
}

TEST_F(EvalFigures, theSameDataHaveNoOutliers) {
  json same = figures({"--ood", path("data")});
  for (const char *key : {"auroc_rate", "auroc_entropy"})
    EXPECT_EQ(same[key], 0.5) << key;
  for (const char *key : {"fpr95_rate", "fpr95_entropy"})
    EXPECT_GE(same[key], 0.95) << key;
  json other = figures({"--ood", path("other") + "/test_x.npy"});
  EXPECT_NE(other["auroc_rate"], 0.5);
  Outcome shown = eval({"--ood", path("other")});
  expectIn(shown.out, "against 13 examples of ");
  expectIn(shown.out, "AUROC, entropy");
  Outcome missing = eval({"--ood", path("none")});
  EXPECT_EQ(missing.exitCode, 1);
}

TEST_F(EvalFigures, differencesAreThoseOfTheFigures) {
  json a = figures({"--against", path("b/model.safetensors")}),
       b = figures({}, "b");
  for (const char *key :
       {"cross_entropy_bits", "rate_bits", "izy_bits", "error_1shot",
        "error_avg", "error_mean", "nll_avg_bits"}) {
    std::string name = std::string("difference_") + key;
    EXPECT_NEAR(a[name].get<double>(), double(a[key]) - double(b[key]), 1e-12)
        << key;
    EXPECT_GE(a[name + "_se"], 0);
  }
  json same = figures({"--against", path("a/model.safetensors")});
  EXPECT_EQ(same["difference_nll_avg_bits"], 0);
  EXPECT_EQ(same["difference_nll_avg_bits_se"], 0);
  Outcome shown = eval({"--against", path("b/model.safetensors")});
  expectIn(shown.out, "this compares two files, not two methods");
  EXPECT_EQ(eval({"--against", path("none")}).exitCode, 1);
}

TEST_F(EvalFigures, boundsAreOrdered) {
  json its = figures({"--bounds", "--block", "7"});
  EXPECT_EQ(its["izx_blocks"], 3);
  EXPECT_EQ(its["izx_block"], 7);
  EXPECT_LE(its["izx_lower_bits"], std::log2(7));
  EXPECT_LE(its["izx_lower_bits"], its["izx_upper_bits"]);
  EXPECT_GT(its["izx_lower_bits_se"], 0);
  // 21 rows are no block of 1,000.
  json none = figures({"--bounds"});
  for (const char *key : {"izx_lower_bits", "izx_upper_bits",
                          "izx_lower_bits_se", "izx_upper_bits_se"})
    EXPECT_TRUE(none[key].is_null()) << key;
  expectIn(eval({"--bounds"}).out,
           "21 examples are fewer than a block of 1,000");
}

TEST_F(EvalFigures, wrongUsageExitsWith2) {
  Outcome outcome = eval({"--block", "10"});
  EXPECT_EQ(outcome.exitCode, 2);
  expectIn(outcome.err, "expected --bounds, too");
  EXPECT_EQ(eval({"--bounds", "--block", "1"}).exitCode, 2);
  Start regression;
  regression.environment = {"VIB_MOCK=regression"};
  outcome = runMock({"eval", "--data", "d", "--weights", "w", "--calibration"},
                    regression);
  EXPECT_EQ(outcome.exitCode, 2);
  expectIn(outcome.err, "the model has no probabilities");
}

} // namespace
