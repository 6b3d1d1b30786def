//===- Validating.cpp - train --validation, from the outside --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/BestEpoch.h"
#include "runtime/ModelLists.h"
#include "runtime/Safetensors.h"
#include "runtime/Validation.h"
#include "test/runtime/MockModel.h"
#include "test/runtime/Runs.h"
#include "test/runtime/TestLists.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

using namespace vib::runtime;
using namespace vib::runtime::test;
using nlohmann::json;
using Words = std::vector<std::string>;

namespace {

class Validating : public Runs {};

TEST_F(Validating, looksAtTheTestDataAtTheEndOnly) {
  ASSERT_EQ(train("run", {"--validation", "0.2", "--epochs", "8", "--lr", "0.3",
                          "--keep-best", "error_1shot"})
                .exitCode,
            0);
  std::vector<json> validated = lines("run", "validation");
  ASSERT_EQ(validated.size(), 8u);
  // beta is final from the last update of epoch 1 on.
  size_t best = 1;
  for (size_t i = 0; i < validated.size(); ++i) {
    EXPECT_EQ(validated[i]["n"], 10);
    if (i > 1 && validated[i]["error_1shot"] < validated[best]["error_1shot"])
      best = i;
  }
  // Those of the last step, and of the best epoch, after all others.
  std::vector<json> all = lines("run"), tested = lines("run", "test");
  ASSERT_NE(validated[best]["step"], validated.back()["step"]);
  ASSERT_EQ(tested.size(), 2u);
  EXPECT_EQ(tested, std::vector<json>(all.end() - 2, all.end()));
  EXPECT_EQ(tested[0]["step"], validated.back()["step"]);
  EXPECT_EQ(tested[1]["step"], validated[best]["step"]);
  EXPECT_EQ(tested[1]["n"], 21);
  SafetensorsReader reader(path("run/best.safetensors"));
  EXPECT_EQ(reader.metadata().at("step"), validated[best]["step"].dump());
  EXPECT_EQ(lines("run", "train")[0]["n"], 40);
  for (size_t i = 0; i < 2; ++i) {
    Outcome eval =
        runMock({"eval", "--data", path("data"), "--json", "--weights",
                 path(i ? "run/best.safetensors" : "run/model.safetensors")});
    json figures = json::parse(eval.out);
    figures.erase("seconds");
    tested[i].erase("seconds");
    EXPECT_EQ(figures, tested[i]);
  }
}

TEST_F(Validating, noWeightsAreTestedTwice) {
  // With a rate of 0, the first epoch that counts is the best one.
  for (const auto &[flags, expected] : {
           std::pair(Words{"--epochs", "2", "--lr", "0"}, Words{"average 10"}),
           {Words{"--epochs", "3", "--lr", "0"},
            Words{"average 15", "average 10"}},
           {Words{"--epochs", "2", "--lr", "0", "--eval", "both"},
            Words{"raw 10", "average 10"}},
           {Words{"--epochs", "3", "--lr", "0", "--eval", "both"},
            Words{"average 15", "raw 15", "average 10"}},
           {Words{"--epochs", "3", "--lr", "0", "--eval", "raw"},
            Words{"raw 15", "raw 10"}},
           {Words{"--epochs", "3", "--lr", "0", "--eval", "none"}, Words{}},
       }) {
    std::string out = "run" + std::string(flags.back()) + flags[1];
    Words all = flags;
    all.insert(all.end(), {"--validation", "10"});
    ASSERT_EQ(train(out, all).exitCode, 0);
    Words found;
    for (const json &line : lines(out, "test"))
      found.push_back(line["weights"].get<std::string>() + " " +
                      line["step"].dump());
    EXPECT_EQ(found, expected);
  }
}

TEST_F(Validating, resumedEqualsUninterrupted) {
  Words flags = {"--validation", "10",  "--epochs",    "9",
                 "--lr",         "0.3", "--keep-best", "izy_bits",
                 "--patience",   "3",   "--log-every", "2"};
  Outcome whole = train("whole", flags);
  ASSERT_EQ(whole.exitCode, 0) << whole.err;
  flags.push_back("--resume");
  for (const char *steps : {"2", "5", "8", "9", "10", "16", "20"}) {
    Words part = flags;
    part.insert(part.end(), {"--steps", steps});
    ASSERT_EQ(train("parts", part).exitCode, 0);
  }
  ASSERT_EQ(train("parts", flags).exitCode, 0);
  expectSameRun("whole", "parts");
  // Once more, with nothing left to do.
  ASSERT_EQ(train("parts", flags).exitCode, 0);
  expectSameRun("whole", "parts");
}

TEST_F(Validating, endsWhenNoEpochIsBetterForAWhile) {
  // Without learning, every epoch is as good as the first one that counts.
  Words flags = {"--validation", "10",         "--lr",     "0",
                 "--keep-best",  "error_mean", "--epochs", "30"};
  Words patient = flags;
  patient.insert(patient.end(), {"--patience", "4"});
  Outcome outcome = train("run", patient);
  expectIn(outcome.out, "error_mean has not improved for 4 epochs");
  EXPECT_EQ(lines("run", "validation").size(), 6u);
  EXPECT_EQ(lines("run", "test").back()["epoch"], 1);
  // With more patience the run goes on, and is the one that had it.
  patient.push_back("--resume");
  outcome = train("run", patient);
  expectIn(outcome.out, "nothing is left to do: error_mean has not improved");
  EXPECT_EQ(lines("run", "validation").size(), 6u);
  patient[patient.size() - 2] = "6";
  ASSERT_EQ(train("run", patient).exitCode, 0);
  patient.pop_back();
  ASSERT_EQ(train("whole", patient).exitCode, 0);
  EXPECT_EQ(lines("whole", "validation").size(), 8u);
  expectSameRun("run", "whole");
}

TEST_F(Validating, writesTheBestWeightsAgainIfTheRunWasKilledBefore) {
  Words flags = {"--validation", "10", "--lr", "0", "--epochs", "2"};
  ASSERT_EQ(train("whole", flags).exitCode, 0);
  ASSERT_EQ(train("run", flags).exitCode, 0);
  // The best epoch is the last one, whose weights the checkpoint has.
  ASSERT_EQ(unlink(path("run/best.safetensors").c_str()), 0);
  flags.push_back("--resume");
  ASSERT_EQ(train("run", flags).exitCode, 0);
  expectSameRun("run", "whole");
  // Those of an earlier epoch are lost.
  flags[5] = "4";
  ASSERT_EQ(train("run", flags).exitCode, 0);
  ASSERT_EQ(unlink(path("run/best.safetensors").c_str()), 0);
  Outcome outcome = train("run", flags);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "expected the weights of the best epoch, of step 10");
}

TEST_F(Validating, settingsOfAResumedRunAreTheSame) {
  ASSERT_EQ(train("run", {"--validation", "0.2"}).exitCode, 0);
  for (const auto &[flags, reason] : {
           std::pair(Words{"--resume"}, "the checkpoint's validation is 10, "
                                        "this run's is none"),
           {Words{"--resume", "--validation", "11"}, "this run's is 11"},
           {Words{"--resume", "--validation", "10", "--keep-best", "error_avg"},
            "the checkpoint's metric of the best epoch is loss, this run's is "
            "error_avg"},
       }) {
    Outcome outcome = train("run", flags);
    EXPECT_EQ(outcome.exitCode, 1);
    expectIn(outcome.err, reason);
  }
  ASSERT_EQ(train("run", {"--resume", "--validation", "10"}).exitCode, 0);
}

TEST_F(Validating, wrongUsageExitsWith2) {
  for (const auto &[flags, reason] : {
           std::pair(Words{"--keep-best", "loss"}, "expected --validation"),
           {Words{"--patience", "2"}, "expected --validation"},
           {Words{"--validation", "0"}, "got '0'"},
           {Words{"--validation", "1.5"}, "got '1.5'"},
           {Words{"--validation", "-3"}, "got '-3'"},
           {Words{"--validation", "1e30"}, "got '1e30'"},
           {Words{"--validation", "0.2", "--patience", "0"}, "from 1 to"},
           {Words{"--validation", "0.2", "--keep-best", "rate_bits"},
            "z tells nothing"},
           {Words{"--validation", "0.2", "--keep-best", "hy_bits"},
            "hy_bits is the same in every epoch, as it is that of the labels: "
            "expected one of loss, cross_entropy_bits"},
           {Words{"--log-every", "0"}, "from 1 to"},
       }) {
    Outcome outcome = train("run", flags);
    EXPECT_EQ(outcome.exitCode, 2) << flags.back();
    expectIn(outcome.err, reason);
    EXPECT_NE(access(path("run").c_str(), F_OK), 0);
  }
  for (const auto &[value, reason] :
       {std::pair("50", "would leave none to train on"),
        {"0.001", "is less than a row"}}) {
    Outcome outcome = train("run", {"--validation", value});
    EXPECT_EQ(outcome.exitCode, 1);
    expectIn(outcome.err, reason);
  }
}

TEST_F(Validating, withoutTestDataOnlyValidates) {
  ASSERT_EQ(unlink(path("data/test_x.npy").c_str()), 0);
  ASSERT_EQ(unlink(path("data/test_y.npy").c_str()), 0);
  Outcome outcome = train("run", {"--validation", "10", "--eval", "none"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(lines("run", "validation").size(), 3u);
  EXPECT_EQ(lines("run", "test").size(), 0u);
}

TEST_F(Validating, anEpochWithoutFinalCoefficientsDoesNotCount) {
  // The warm-up of beta takes 1.5 epochs, and this run one.
  Outcome outcome = train("run", {"--validation", "10", "--epochs", "1"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  expectIn(outcome.out, "no epoch counts for --keep-best");
  EXPECT_EQ(lines("run", "test")[0]["step"], 5);
}

TEST_F(Validating, logsWithinAnEpoch) {
  // 7 steps an epoch.
  ASSERT_EQ(train("run", {"--log-every", "3", "--epochs", "2"}).exitCode, 0);
  std::vector<uint64_t> steps, rows;
  for (const json &line : lines("run", "train")) {
    steps.push_back(line["step"]);
    rows.push_back(line["n"]);
  }
  EXPECT_EQ(steps, (std::vector<uint64_t>{3, 6, 7, 9, 12, 14}));
  EXPECT_EQ(rows, (std::vector<uint64_t>{24, 48, 50, 16, 40, 50}));
  ASSERT_EQ(train("plain", {"--epochs", "2"}).exitCode, 0);
  EXPECT_TRUE(readText(path("run/model.safetensors")) ==
              readText(path("plain/model.safetensors")));
}

TEST(Validation, dividesTheRows) {
  DividedRows divided = divideRows(7, 10, 3);
  // By test/tools/vib_random.py.
  EXPECT_EQ(divided.validation, (std::vector<uint32_t>{4, 5, 8}));
  EXPECT_EQ(divided.training, (std::vector<uint32_t>{0, 1, 2, 3, 6, 7, 9}));
  EXPECT_EQ(countValidationRows({0.29, 0, ""}, 100), 29);
  EXPECT_EQ(countValidationRows({0, 4, ""}, 5), 4);
  EXPECT_EQ(parseValidation("0.1")->share, 0.1);
  EXPECT_EQ(parseValidation("6000")->count, 6000);
  EXPECT_EQ(parseValidation("data")->folder, "data");
  EXPECT_EQ(parseValidation("./10")->folder, "./10");
  EXPECT_FALSE(parseValidation("1e9999999"));
}

TEST(BestEpoch, aLossOfAnEndlessScheduleComparesNothing) {
  TestLists lists(Target::Classes, 3, 2, {4}, false);
  VibModel model = {};
  lists.describe(model);
  Metric loss = *findMetric(model, "loss");
  EXPECT_EQ(whyIncomparable(model, loss), "");
  lists.coefficients[0].schedule = makeSchedule(VIB_EXPONENTIAL, 0.9, 1);
  EXPECT_NE(whyIncomparable(model, loss), "");
  EXPECT_EQ(whyIncomparable(model, *findMetric(model, "error_avg")), "");
}

TEST(BestEpoch, theLargerBoundFromBelowIsBetter) {
  const VibModel &model = mockClassifier();
  Figures figures(model);
  figures.entropies = {1};
  figures.samples = 12;
  BestEpoch information(*findMetric(model, "izy_bits"));
  BestEpoch loss(*findMetric(model, "loss"));
  uint64_t step = 0;
  for (double nats : {0.7, 0.5, 0.5, 0.6}) {
    figures.of(likelihoodOf(model)) = {nats};
    setInformation(figures);
    figures.loss = nats;
    information.add(figures, ++step);
    loss.add(figures, step);
  }
  // The first of the equal ones.
  EXPECT_EQ(information.step(), 2u);
  EXPECT_EQ(loss.step(), 2u);
  EXPECT_EQ(loss.value(), 0.5);
  BestEpoch restored(loss.metric);
  EXPECT_TRUE(restored.restore(loss.values(), 4, 1));
  EXPECT_EQ(restored.step(), 2u);
  EXPECT_FALSE(restored.restore({5, 0.5}, 4, 1));
  EXPECT_FALSE(restored.restore({3, 0.5}, 4, 2));
  EXPECT_FALSE(restored.restore({2, NAN}, 4, 1));
  EXPECT_FALSE(restored.restore({2}, 4, 1));
}

} // namespace
