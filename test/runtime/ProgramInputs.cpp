//===- ProgramInputs.cpp - What a program takes as its data ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/File.h"
#include "runtime/Npy.h"
#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <sys/stat.h>

#include <cmath>

using namespace vib::runtime;
using namespace vib::runtime::test;
using Words = std::vector<std::string>;

namespace {

class ProgramInputs : public testing::Test {
protected:
  std::string path(const std::string &name) const { return root.path(name); }

  Outcome run(Words words, bool regression = false) const {
    Start start;
    if (regression)
      start.environment = {"VIB_MOCK=regression"};
    return runMock(words, start);
  }
  Outcome predict(const std::string &input, bool regression = false,
                  Words more = {}) const {
    Words words = {"predict",
                   "--input",
                   path(input),
                   "--weights",
                   path("run/model.safetensors"),
                   "--output",
                   path("out.npy")};
    words.insert(words.end(), more.begin(), more.end());
    return run(words, regression);
  }

  TemporaryDirectory root;
};

TEST_F(ProgramInputs, EveryFormOfTheDataGivesTheSame) {
  writeImages(path("data"), 60, 21);
  auto member = [&](const std::string &key, const std::string &file) {
    return ZipMember{key + ".npy", readFile(path("data/" + file + ".npy")),
                     true};
  };
  root.write(
      "both.npz",
      makeZip({member("x_train", "train_x"), member("y_train", "train_y"),
               member("x_test", "test_x"), member("y_test", "test_y")}));
  mkdir(path("keras").c_str(), 0755);
  root.write("keras/mnist.npz", readFile(path("both.npz")));

  auto train = [&](const std::string &data, const std::string &out) {
    Outcome outcome = run({"train", "--data", path(data), "--out", path(out),
                           "--epochs", "1", "--quiet"});
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return readText(path(out + "/checkpoint.safetensors"));
  };
  std::string expected = train("data", "run");
  EXPECT_EQ(train("keras", "run-keras"), expected);
  EXPECT_EQ(train("both.npz", "run-both"), expected);

  auto expectPrediction = [&](const std::string &input) {
    Outcome outcome = predict(input);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return readText(path("out.npy"));
  };
  std::string prediction = expectPrediction("data/test_x.npy");
  for (const char *input : {"data", "keras", "both.npz"})
    EXPECT_EQ(expectPrediction(input), prediction) << input;
  Array images = readNpy(path("data/test_x.npy"));
  root.write("images.gz", gzip(makeIdx(8, {21, 2, 2}, images.data)));
  EXPECT_EQ(expectPrediction("images.gz"), prediction);
}

TEST_F(ProgramInputs, PredictionsThatAreNotFiniteNameTheRow) {
  writeNumbers(path("data"), 40, 12);
  EXPECT_EQ(run({"train", "--data", path("data"), "--out", path("run"),
                 "--epochs", "1", "--quiet"},
                true)
                .exitCode,
            0);
  std::vector<float> inputs(4 * 12, 0.5f);
  for (int i = 0; i < 4; ++i)
    inputs[9 * 4 + size_t(i)] = i % 2 ? 3e38f : -3e38f;
  writeNpy(path("large.npy"), ElementType::F32, {12, 4}, inputs.data());
  Outcome outcome = predict("large.npy", true);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "large.npy: row 9 (counted from 0) gives means that "
                        "are not finite in float32: ");
  expectIn(outcome.err, "--allow-nonfinite writes them all the same");
  EXPECT_FALSE(fileExists(path("out.npy")));
  outcome = predict("large.npy", true, {"--allow-nonfinite"});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  std::vector<float> values = valuesOf<float>(readNpy(path("out.npy")));
  ASSERT_EQ(values.size(), 12u);
  for (size_t row = 0; row < 12; ++row)
    EXPECT_EQ(std::isfinite(values[row]), row != 9) << row;
}

TEST_F(ProgramInputs, InputsFarFromUnitScaleAreWarnedOfOnce) {
  writeNumbers(path("data"), 40, 12);
  Words train = {"train",     "--data",   path("data"), "--out",
                 path("run"), "--epochs", "2"};
  EXPECT_EQ(run(train, true).err, "");
  for (const char *file : {"data/train_x.npy", "data/test_x.npy"}) {
    Array array = readNpy(path(file));
    std::vector<float> values = valuesOf<float>(array);
    for (float &value : values)
      value *= 100;
    writeNpy(path(file), ElementType::F32, array.shape, values.data());
  }
  train[4] = path("large");
  train.insert(train.end(), {"--lr", "1e-9"});
  Outcome outcome = run(train, true);
  EXPECT_EQ(outcome.exitCode, 0);
  expectIn(outcome.err,
           "warning: " + path("data/train_x.npy") + ": the inputs are -");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
  train[4] = path("quiet");
  train.push_back("--quiet");
  // What is quiet leaves out progress, and no warning.
  EXPECT_EQ(run(train, true).err, outcome.err);
}

TEST_F(ProgramInputs, TargetsThatAreIntegersAreTakenAsNumbersAndSaidToBe) {
  writeNumbers(path("data"), 40, 12);
  Words train = {"train",     "--data",   path("data"), "--out",
                 path("run"), "--epochs", "1"};
  const std::string note = "taken as numbers";
  EXPECT_EQ(run(train, true).out.find(note), std::string::npos);
  for (auto [file, rows] :
       {std::pair("data/train_y.npy", 40), {"data/test_y.npy", 12}})
    writeNpy(path(file), ElementType::I64, {rows},
             std::vector<int64_t>(size_t(rows), 1).data());
  train[4] = path("integers");
  Outcome outcome = run(train, true);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  for (std::string split : {"train", "test"})
    expectIn(outcome.out,
             "\n       targets int64, taken as numbers, " +
                 path("data/" + split + "_y.npy") +
                 "\n       values 1 to 1, mean 1, standard deviation 0\n");
}

TEST_F(ProgramInputs, TargetsFarFromUnitScaleAreWarnedOfOnce) {
  writeNumbers(path("data"), 40, 12);
  Words train = {"train",     "--data",   path("data"), "--out",
                 path("run"), "--epochs", "1"};
  EXPECT_EQ(run(train, true).err, "");
  std::vector<float> targets(40);
  for (size_t i = 0; i < targets.size(); ++i)
    targets[i] = i % 2 ? 1000 : 2000;
  writeNpy(path("data/train_y.npy"), ElementType::F32, {40}, targets.data());
  train[4] = path("large");
  train.insert(train.end(), {"--lr", "1e-9"});
  Outcome outcome = run(train, true);
  EXPECT_EQ(outcome.exitCode, 0);
  expectIn(outcome.out, "targets float32, " + path("data/train_y.npy") +
                            "\n       values 1000 to 2000, mean 1500, standard "
                            "deviation 500\n");
  expectIn(outcome.err, "warning: " + path("data/train_y.npy") +
                            ": the targets are 1000 to 2000, far from unit "
                            "scale, and training may learn nothing from them: "
                            "divide them by a number such as 2000, or");
  EXPECT_EQ(std::count(outcome.err.begin(), outcome.err.end(), '\n'), 1)
      << outcome.err;
}

} // namespace
