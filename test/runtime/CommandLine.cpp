//===- CommandLine.cpp - Flags, help, exit codes --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Console.h"
#include "runtime/Error.h"
#include "runtime/File.h"
#include "runtime/Layout.h"
#include "runtime/Npy.h"
#include "runtime/Profile.h"
#include "runtime/Progress.h"
#include "runtime/Report.h"
#include "runtime/Safetensors.h"
#include "test/runtime/MockModel.h"
#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <nlohmann/json.hpp>

#include <unistd.h>

#include <cmath>
#include <cstdlib>
#include <sstream>

using namespace vib::runtime;
using namespace vib::runtime::test;
using Words = std::vector<std::string>;

namespace {

/// Expects that a terminal of 80 columns breaks no line.
void expectNarrow(const std::string &text) {
  std::stringstream lines(text);
  for (std::string line; std::getline(lines, line);)
    EXPECT_LE(countColumns(line), 80u) << line;
}

TEST(CommandLine, helpNamesEveryFlagOfTheContract) {
  struct Case {
    const char *command;
    Words flags;
  };
  for (const Case &c :
       {Case{"train",
             {"--data", "--out", "--epochs", "--steps", "--beta", "--lr",
              "--init", "--resume", "--no-shuffle", "--checkpoint-every",
              "--eval", "--profile", "--validation", "--keep-best",
              "--patience", "--log-every"}},
        Case{"sweep",
             {"--data", "--out", "--grid", "--seeds", "--jobs", "--part",
              "--resume", "--epochs", "--validation", "--init"}},
        Case{"eval",
             {"--data", "--weights", "--samples", "--use", "--json",
              "--calibration", "--ood", "--bounds", "--block", "--against"}},
        Case{"predict",
             {"--input", "--weights", "--output", "--samples", "--what"}},
        Case{"decode", {"--input", "--weights", "--output", "--what"}},
        Case{"info", {"--json"}}, Case{"bench", {"--steps", "--json"}}}) {
    Outcome outcome = runMock({c.command, "--help"});
    EXPECT_EQ(outcome.exitCode, 0);
    EXPECT_EQ(outcome.err, "");
    for (const char *common : {"--threads", "--seed", "--quiet", "--help"})
      expectIn(outcome.out, common);
    for (const std::string &flag : c.flags)
      expectIn(outcome.out, flag);
    // Its last line is no blank one.
    EXPECT_NE(outcome.out[outcome.out.size() - 2], '\n');
    EXPECT_EQ(outcome.out.back(), '\n');
    expectNarrow(outcome.out);
  }
  Outcome outcome = runMock({"--help"});
  expectNarrow(outcome.out);
  EXPECT_EQ(outcome.exitCode, 0);
  for (const char *command :
       {"train", "sweep", "eval", "predict", "decode", "info", "bench"})
    expectIn(outcome.out, command);
}

TEST(CommandLine, wrongUsageExitsWith2AndOneReason) {
  struct Case {
    Words words;
    const char *reason;
  };
  Words train = {"train", "--data", "d", "--out", "o"};
  auto with = [&](std::initializer_list<std::string> more) {
    Words words = train;
    words.insert(words.end(), more);
    return words;
  };
  for (const Case &c :
       {Case{{}, "got nothing"}, Case{{"frobnicate"}, "got 'frobnicate'\n"},
        Case{{"trian", "--data", "d"}, "got 'trian'; did you mean train?\n"},
        Case{{"train"}, ": --data and --out are required\n"},
        Case{{"train", "--out", "o"}, ": --data is required\n"},
        Case{{"predict"}, "--input, --weights and --output are required\n"},
        // A misspelled flag is what is wrong, not that it is missing.
        Case{{"train", "--dta", "d"},
             ": unknown flag --dta; did you mean --data?\n"},
        Case{{"train", "--dta=d"}, "--dta; did you mean --data?\n"},
        Case{with({"--ephocs", "x", "--lr", "x"}),
             "unknown flag --ephocs; did you mean --epochs?\n"},
        Case{{"predict", "--out", "p"},
             "--out is a flag of train and sweep, not of predict; did you mean "
             "--output?\n"},
        Case{{"--data", "d", "train"}, "write --data after train\n"},
        Case{{"--frob"},
             "expected train, sweep, eval, predict, decode, info "
             "or bench"},
        Case{with({"--frob", "3"}), ": unknown flag --frob\n"},
        Case{with({"--frob=3"}), ": unknown flag --frob\n"},
        Case{with({"--samples", "3"}),
             "--samples is a flag of eval and predict, not of "
             "train"},
        Case{with({"--batch", "64"}), "--batch is a flag of vibc: its value is "
                                      "compiled into the program"},
        Case{with({"--device", "1"}), "--device: this program runs on a CPU"},
        Case{with({"--device"}), "--device: this program runs on a CPU"},
        Case{with({"extra"}), "expected only flags, got 'extra'"},
        Case{with({"1e-2"}), "expected only flags, got '1e-2': values of one "
                             "flag are separated by commas"},
        Case{with({"--epochs"}), "--epochs: expected one value, got none"},
        Case{with({"--epochs", "-1"}), "--epochs"},
        Case{with({"--epochs", "0"}), "got '0'"},
        Case{with({"--epochs", "1.5"}), "got '1.5'"},
        Case{with({"--epochs", "1", "--epochs", "2"}),
             "--epochs: expected one value, got several"},
        Case{with({"--steps", "0"}), "--steps: expected"},
        Case{with({"--steps", "99999999999999999999"}), "--steps"},
        Case{with({"--checkpoint-every", "0"}), "--checkpoint-every"},
        Case{with({"--beta", "nan"}),
             "--beta: expected a decimal number from 0"},
        Case{with({"--beta", "-1"}), "--beta"},
        Case{with({"--beta", "1e999"}), "--beta"},
        Case{with({"--lr", "fast"}), "got 'fast'"},
        Case{with({"--seed", "-1"}), "--seed"},
        Case{with({"--seed", "18446744073709551616"}), "--seed"},
        Case{with({"--threads", "0"}), "--threads"},
        Case{with({"--threads", "1000000"}), "--threads"},
        Case{with({"--resume", "--init", "w"}),
             "--init and --resume contradict each other"},
        Case{with({"--eval", "all"}), "average|raw|both|none"},
        Case{{"train", "--data", "", "--out", "o"},
             "--data: the name is empty"},
        Case{{"eval", "--data", "d"}, "--weights is required"},
        Case{{"eval", "--data", "d", "--weights", "w", "--samples", "-1"},
             "--samples"},
        Case{{"predict", "--input", "i", "--weights", "w", "--output", "o",
              "--what", "y"},
             "probs|logits|entropy|mu|sigma|covariance|cholesky|z|rate|"
             "rate_each, got 'y'"},
        Case{{"decode", "--input", "i", "--weights", "w", "--output", "o",
              "--what", "mu"},
             "--what: expected probs|logits"},
        Case{{"predict", "--input", "i", "--weights", "w", "--output", "p.npz"},
             "--output: the result is an NPY file, but the name p.npz ends in "
             ".npz: expected .npy\n"},
        Case{
            {"decode", "--input", "i", "--weights", "w", "--output", "a/p.csv"},
            "the name a/p.csv ends in .csv: expected .npy\n"}}) {
    Outcome outcome = runMock(c.words);
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    EXPECT_EQ(outcome.out, "");
    expectIn(outcome.err, c.reason);
    // All errors have one form, and the name by which the program was called.
    EXPECT_EQ(outcome.err.find("mock: error: "), 0u) << outcome.err;
    expectIn(outcome.err, "\nTry 'mock");
    expectIn(outcome.err, "--help'.\n");
  }
}

TEST(CommandLine, numbersAreDecimalAndInTheirRange) {
  // Each of these was a number of some kind for a function of the C library.
  const Words reals = {"",    " ",      "0x10",  "inf",    "-inf",   "infinity",
                       "nan", "nan(1)", "1e999", "-1e999", "1e-999", "+1",
                       "-1",  "-0",     "1 ",    " 1",     "1,5",    "1e",
                       "1e+", "1.5f",   "1d2",   "0b1",    "1_000",  "1.2.3",
                       "\t1", "١",      "."};
  const Words wholes = {"",
                        " ",
                        "0x10",
                        "1e3",
                        "1.0",
                        "+1",
                        "-1",
                        "1 ",
                        " 1",
                        "1k",
                        "1_000",
                        "١",
                        "18446744073709551616",
                        "99999999999999999999999",
                        "inf",
                        "nan",
                        "0b1"};
  auto expectRefused = [](Words words, const std::string &flag,
                          const std::string &value) {
    // After "=" an empty value is none to CLI11.
    if (value.empty())
      words.insert(words.end(), {flag, value});
    else
      words.push_back(flag + "=" + value);
    Outcome outcome = runMock(words);
    EXPECT_EQ(outcome.exitCode, 2) << flag << " " << value;
    expectIn(outcome.err, flag + ": expected a ");
    expectIn(outcome.err, "got '" + escapeControl(value) + "'");
  };
  Words train = {"train", "--data", "d", "--out", "o"};
  for (const char *flag : {"--lr", "--beta"})
    for (const std::string &value : reals)
      expectRefused(train, flag, value);
  for (const char *flag :
       {"--epochs", "--steps", "--checkpoint-every", "--threads", "--seed"})
    for (const std::string &value : wholes)
      expectRefused(train, flag, value);
  Words eval = {"eval", "--data", "d", "--weights", "w"};
  for (const std::string &value : wholes)
    expectRefused(eval, "--samples", value);
  expectRefused(eval, "--samples", "16777216");
  for (const char *flag : {"--epochs", "--steps", "--checkpoint-every"})
    expectRefused(train, flag, "9223372036854775808");
  expectRefused(train, "--epochs", "4294967297");
  // What is right fails later, for want of the data.
  for (const char *word :
       {"--lr=0", "--lr=.5", "--lr=5.", "--lr=1e-3", "--lr=1E+3", "--lr=0.0010",
        "--seed=18446744073709551615", "--seed=007", "--epochs=4294967296"}) {
    Words words = train;
    words.push_back(word);
    Outcome outcome = runMock(words);
    EXPECT_EQ(outcome.exitCode, 1) << word << outcome.err;
  }
}

TEST(CommandLine, aCoefficientIsANumberOfTheModelsType) {
  Start single;
  single.environment = {"VIB_MOCK=regression"};
  Words words = {"train", "--data", "d", "--out", "o", "--lr=1e39"};
  Outcome outcome = runMock(words, single);
  EXPECT_EQ(outcome.exitCode, 2);
  expectIn(outcome.err, "--lr: expected a decimal number from 0 to 3.4e38, "
                        "such as 0.001 or 1e-3, got '1e39'");
  // A model of f64, whose data are looked for next.
  EXPECT_EQ(runMock(words).exitCode, 1);
  words.back() = "--lr=3.4e38";
  EXPECT_EQ(runMock(words, single).exitCode, 1);
}

TEST(CommandLine, theFlagsOfAGpu) {
  Start start;
  start.environment = {"VIB_MOCK=gpu"};
  for (auto [words, reason] :
       {std::pair(Words{"info", "--device", "0"},
                  "--device: info does not use"),
        std::pair(Words{"bench", "--threads"}, "--threads: expected one value"),
        std::pair(Words{"bench", "--device", "-1"}, "--device: expected a "
                                                    "whole number")}) {
    Outcome outcome = runMock(words, start);
    EXPECT_EQ(outcome.exitCode, 2) << outcome.err;
    expectIn(outcome.err, reason);
  }
  expectIn(runMock({"bench", "--help"}, start).out, "--device");
  EXPECT_EQ(runMock({"bench", "--help"}).out.find("--device"),
            std::string::npos);
}

TEST(CommandLine, noAverageToEvaluate) {
  Start start;
  start.environment = {"VIB_MOCK=regression"};
  for (const char *choice : {"average", "both"}) {
    Outcome outcome = runMock(
        {"train", "--data", "d", "--out", "o", "--eval", choice}, start);
    EXPECT_EQ(outcome.exitCode, 2);
    expectIn(outcome.err, "averages no weights");
  }
}

TEST(CommandLine, theHelpListsOnlyWhatTheModelHas) {
  auto help = [](const char *mock, const char *command) {
    Start start;
    start.environment = {std::string("VIB_MOCK=") + mock};
    return runMock({command, "--help"}, start).out;
  };
  std::string classes = help("", "predict");
  expectIn(classes, "--what probs|logits|entropy|mu|sigma|covariance|cholesky|"
                    "z|rate|rate_each\n");
  expectIn(classes, "  entropy    entropy of probs in bits, [N]\n");
  expectIn(classes, "[12 for probs\n");
  expectIn(classes, "and entropy, 1 for logits and z]");
  std::string regression = help("regression", "predict");
  EXPECT_EQ(regression.find("entropy"), std::string::npos) << regression;
  // Their default numbers of draws differ.
  EXPECT_EQ(regression.find("the same as probs"), std::string::npos);
  expectIn(regression, "logits     the same, by default over 1 draw\n");
  expectIn(regression, "[12 for probs,\n");
  // The rate does not depend on the loss.
  expectIn(help("unrated", "predict"), "  rate ");
  // A model without average weights.
  expectIn(regression, "--use raw ");
  EXPECT_EQ(regression.find("average|raw"), std::string::npos);
  expectIn(help("regression", "train"), "--eval raw|none ");
  expectIn(help("", "train"), "--first-label N");
  EXPECT_EQ(help("regression", "train").find("--first-label"),
            std::string::npos);
}

TEST(CommandLine, aCpuWithoutTheFeaturesIsToldSo) {
  TemporaryDirectory root;
  writeImages(root.path("data"), 8, 8);
  Start start;
  start.environment = {"VIB_MOCK_FEATURES=sse2,xop"};
  Outcome outcome = runMock(
      {"train", "--data", root.path("data"), "--out", root.path("o")}, start);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "xop");
}

TEST(CommandLine, infoSaysWhatIsThere) {
  auto json = nlohmann::json::parse(runMock({"info", "--json"}).out);
  EXPECT_EQ(json["num_parameters"], 29);
  EXPECT_EQ(json["parameters"][2]["name"], "decode.0.weight");
  EXPECT_EQ(json["parameters"][2]["shape"], (std::vector<int>{3, 2}));
  EXPECT_EQ(json["parameters"][2]["init"], "uniform");
  EXPECT_EQ(json["parameters"][2]["init_scale"], 1.1);
  EXPECT_EQ(json["parameters"][3]["init"], "constant");
  EXPECT_EQ(json["parameters"][3]["init_scale"], 0);
  EXPECT_EQ(json["flops_per_step"], 2000.0);
  Outcome text = runMock({"info"});
  EXPECT_EQ(text.exitCode, 0);
  expectIn(text.out, "c1a55e5");
  expectIn(text.out, "\ntrain_step\n  rows");
  expectIn(text.out, "\n  update");
  expectIn(runMock({"info", "--help"}).out, "no random numbers are used");
  expectIn(runMock({"bench", "--help"}).out,
           "The seed of the data, the initial");
}

TEST(CommandLine, aClosedOutputIsAnError) {
  Start start;
  start.out = "/dev/full";
  Outcome outcome = runMock({"info"}, start);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "standard output");
}

TEST(CommandLine, benchMeasuresAgainstThePeak) {
  auto json = nlohmann::json::parse(
      runMock({"bench", "--steps", "20", "--json", "--threads", "1"}).out);
  EXPECT_EQ(json["steps"], 20);
  EXPECT_EQ(json["threads"], 1);
  EXPECT_LE(double(json["ms_per_step_p10"]), double(json["ms_per_step"]));
  EXPECT_GT(double(json["peak_gflops"]), 0.1);
  EXPECT_LE(double(json["percent_of_peak"]), 100);
  EXPECT_GE(double(json["us_per_launch"]), 0);
  EXPECT_LT(double(json["us_per_launch"]), 1000);
  ASSERT_EQ(json["kernels"].size(), 2u);
  EXPECT_EQ(json["kernels"][0]["name"], "rows");
  for (const auto &kernel : json["kernels"]) {
    double bound = double(kernel["flops"]) / double(json["peak_gflops"]);
    double traffic =
        double(kernel["bytes"]) / double(json["gbytes_per_second"]);
    double took = double(kernel["ms"]) * 1e6;
    double least = std::min(std::max(bound, traffic), took);
    EXPECT_NEAR(double(kernel["ms_at_least"]) * 1e6, least, 1e-6 * least);
    EXPECT_GT(took, 0);
  }
  std::string text = runMock({"bench", "--steps", "5", "--threads", "1"}).out;
  for (const char *part :
       {"s/step (", "The median of 5 steps of 8 rows on 1 thread, and",
        "\nThey follow 3 steps", "fused multiply-adds on",
        "train_step, 5 runs\n", "\n  update "})
    expectIn(text, part);
  // A long bench begins anew after 50 steps.
  text = runMock({"bench", "--steps", "101", "--threads", "1"}).out;
  expectIn(text, "The median of 101 steps");
  expectIn(text, " in 3 rounds, each of which");
  expectIn(text, "train_step, 101 runs\n");
}

TEST(CommandLine, noKernelIsFasterThanItsBound) {
  // A measurement of the peak that another process has slowed down: kernels
  // that reached more than it show what the machine can do at least.
  const VibModel &model = mockClassifier();
  std::vector<ThreadPool::KernelTime> times(model.num_kernels);
  times[0] = {10, 1e-6}; // 1600 FLOPs and 4096 bytes each in 0.1 us.
  times[1] = {10, 1e-3}; // 400 and 2048 in 100 us.
  Limits slow = {1e6, 1e12}, slowMemory = {1e12, 1e6};
  slow.raise(model, times);
  EXPECT_DOUBLE_EQ(slow.flops, 1.6e10);
  EXPECT_DOUBLE_EQ(boundOf(model.kernels[0], slow, 1e-7), 1e-7);
  EXPECT_DOUBLE_EQ(boundOf(model.kernels[1], slow, 1e-4), 400 / 1.6e10);
  slowMemory.raise(model, times);
  EXPECT_DOUBLE_EQ(boundOf(model.kernels[0], slowMemory, 1e-7), 1e-7);
  std::string table = describeProfile(model, times, slowMemory, "the mean.");
  expectIn(table, "train_step, 10 runs\n");
  expectIn(table, "100 ns    100 ns  100.0 %");
  expectIn(table, "time: the mean.\n");
  slowMemory.raise(Limits{1e3, 1e13});
  EXPECT_EQ(slowMemory.flops, 1e12);
  EXPECT_EQ(slowMemory.bytes, 1e13);
}

//===----------------------------------------------------------------------===//
// eval and predict
//===----------------------------------------------------------------------===//

class Trained : public testing::Test {
protected:
  void SetUp() override {
    writeImages(path("data"), 50, 21);
    ASSERT_EQ(runMock({"train", "--data", path("data"), "--out", path("run"),
                       "--eval", "both"})
                  .exitCode,
              0);
  }
  std::string path(const std::string &name) const { return root.path(name); }

  Outcome eval(const std::string &weights, Words flags = {}) const {
    Words words = {"eval", "--data", path("data"), "--weights", path(weights)};
    words.insert(words.end(), flags.begin(), flags.end());
    return runMock(words);
  }
  std::string evalJson(const std::string &weights, Words flags = {}) const {
    flags.push_back("--json");
    std::string out = eval(weights, flags).out;
    return out.substr(0, out.find(",\"seconds\":"));
  }
  Array predict(Words flags = {}) const {
    Words words = {"predict",
                   "--input",
                   path("data/test_x.npy"),
                   "--weights",
                   path("run/model.safetensors"),
                   "--output",
                   path("out.npy")};
    words.insert(words.end(), flags.begin(), flags.end());
    Outcome outcome = runMock(words);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    return readNpy(path("out.npy"));
  }

  TemporaryDirectory root;
};

TEST_F(Trained, evalGivesTheNumbersOfTheMetrics) {
  Words lines = readMetrics(path("run"));
  std::string average = lines[lines.size() - 2], raw = lines.back();
  EXPECT_EQ(evalJson("run/model.safetensors"), average);
  EXPECT_EQ(evalJson("run/checkpoint.safetensors"), average);
  EXPECT_EQ(evalJson("run/checkpoint.safetensors", {"--use", "raw"}), raw);
  EXPECT_EQ(evalJson("run/model.safetensors", {"--threads", "1"}), average);
  EXPECT_NE(evalJson("run/model.safetensors", {"--seed", "6"}), average);
}

TEST_F(Trained, rawWeightsAreNotInTheModelFile) {
  Outcome outcome = eval("run/model.safetensors", {"--use", "raw"});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "average");
}

TEST_F(Trained, noSamplesMeanTheMean) {
  auto json = nlohmann::json::parse(
      eval("run/model.safetensors", {"--samples", "0", "--json"}).out);
  EXPECT_EQ(json["samples"], 0);
  EXPECT_EQ(json["error_1shot"], json["error_mean"]);
  EXPECT_EQ(json["error_avg"], json["error_mean"]);
  EXPECT_EQ(json["nll_avg_bits"], json["cross_entropy_bits"]);
  // At the mean, H(Y) - CE bounds I(mu(X);Y), not I(Z;Y).
  EXPECT_TRUE(json["izy_bits"].is_null());
  EXPECT_TRUE(json["hy_bits"].is_number());
  std::string text = eval("run/model.safetensors", {"--samples", "0"}).out;
  EXPECT_EQ(text.find("I(Z;Y)"), std::string::npos) << text;
  expectIn(text, "cross-entropy");
  expectIn(text, "I(Z;X)");
}

TEST_F(Trained, everyFigureSaysWhatItIs) {
  Outcome outcome = eval("run/model.safetensors", {"--samples", "3"});
  for (const char *part :
       {"average weights", "averaged over 3 draws", "1-shot: mean over 3 draws",
        "z = mu", "bits", "nats", "H(Y)", "the rate"})
    expectIn(outcome.out, part);
}

TEST_F(Trained, evalOfNothing) {
  EXPECT_EQ(eval("nowhere").exitCode, 1);
  Outcome outcome = eval("data/test_x.npy");
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "test_x.npy");
}

TEST_F(Trained, weightsThatAreNotFinite) {
  std::string bytes = readText(path("run/model.safetensors"));
  for (size_t i = bytes.size() - 8; i < bytes.size(); ++i)
    bytes[i] = char(0xff);
  root.write("nan.safetensors", Bytes(bytes.begin(), bytes.end()));
  Outcome outcome = eval("nan.safetensors");
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "nan");
}

TEST_F(Trained, metadataThatAreNotWhatTheyShouldBe) {
  // Read without a check, a seed of "seven" would be 0, and the noise another.
  SafetensorsReader reader(path("run/model.safetensors"));
  auto write = [&](const std::string &key, const std::string &text) {
    SafetensorsWriter writer;
    writer.metadata = reader.metadata();
    writer.metadata[key] = text;
    for (const SafetensorsReader::Tensor &tensor : reader.tensors())
      writer.add(tensor.name, tensor.type, tensor.shape, tensor.data);
    writer.write(path("edited.safetensors"));
  };
  for (auto [key, text, expected] :
       {std::tuple("seed", "seven", "a whole number of 0 or more"),
        {"seed", "7 ", "a whole number of 0 or more"},
        {"seed", "18446744073709551616", "a whole number of 0 or more"},
        {"epoch", "-1", "a whole number of 0 or more"},
        {"epoch", "9223372036854775808",
         "a whole number of 0 or more below 2^63"},
        {"step", "18446744073709551615",
         "a whole number of 0 or more below 2^63"},
        {"step", "", "a whole number of 0 or more"},
        {"step", "1.5", "a whole number of 0 or more"},
        {"current_beta", "nan", "a number"},
        {"current_lr", "0.1x", "a number"},
        {"weights", "best", "'average' or 'raw'"}}) {
    write(key, text);
    Outcome outcome = eval("edited.safetensors", {"--json"});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_EQ(outcome.out, "");
    expectIn(outcome.err,
             fmt::format("edited.safetensors: the metadata '{}' is '{}', "
                         "expected {}\n",
                         key, text, expected));
  }
  write("model", "other\"");
  EXPECT_EQ(eval("edited.safetensors").exitCode, 0);
}

TEST_F(Trained, predictionsAreThoseOfEval) {
  Array probabilities = predict();
  EXPECT_EQ(probabilities.shape, (std::vector<int64_t>{21, 3}));
  std::vector<float> p = valuesOf<float>(probabilities);
  std::vector<int64_t> labels =
      valuesOf<int64_t>(readNpy(path("data/test_y.npy")));
  int wrong = 0;
  for (int row = 0; row < 21; ++row) {
    const float *of = &p[size_t(row) * 3];
    EXPECT_NEAR(of[0] + of[1] + of[2], 1, 1e-6);
    wrong += std::max_element(of, of + 3) - of != labels[size_t(row)];
  }
  auto json = nlohmann::json::parse(evalJson("run/model.safetensors") + "}");
  EXPECT_DOUBLE_EQ(double(json["error_avg"]), wrong / 21.0);
}

TEST_F(Trained, otherOutputs) {
  EXPECT_EQ(predict({"--what", "logits"}).shape, (std::vector<int64_t>{21, 3}));
  // Of a model of f64, the posterior and z keep their digits.
  std::vector<double> mu = valuesOf<double>(predict({"--what", "mu"}));
  EXPECT_EQ(mu.size(), 42u);
  for (double sigma : valuesOf<double>(predict({"--what", "sigma"})))
    EXPECT_GT(sigma, 0);
  EXPECT_EQ(valuesOf<double>(predict({"--what", "z", "--samples", "0"})), mu);
  std::vector<double> one = valuesOf<double>(predict({"--what", "z"}));
  EXPECT_NE(one, mu);
  EXPECT_EQ(valuesOf<double>(predict({"--what", "z", "--samples", "1"})), one);
}

TEST_F(Trained, covarianceOfADiagonalPosterior) {
  std::vector<double> sigma = valuesOf<double>(predict({"--what", "sigma"}));
  for (auto [what, power] : {std::pair("cholesky", 1), {"covariance", 2}}) {
    Array array = predict({"--what", what});
    EXPECT_EQ(array.shape, (std::vector<int64_t>{21, 2, 2}));
    std::vector<double> matrices = valuesOf<double>(array);
    for (size_t row = 0; row < 21; ++row)
      for (size_t i = 0; i < 4; ++i) {
        double of = i % 3 ? 0 : sigma[2 * row + i / 3];
        EXPECT_EQ(matrices[4 * row + i], power == 1 ? of : of * of) << what;
      }
  }
}

TEST_F(Trained, ratesAreInBits) {
  std::vector<double> mu = valuesOf<double>(predict({"--what", "mu"}));
  std::vector<double> sigma = valuesOf<double>(predict({"--what", "sigma"}));
  Array rate = predict({"--what", "rate"}),
        each = predict({"--what", "rate_each"});
  EXPECT_EQ(rate.shape, (std::vector<int64_t>{21}));
  EXPECT_EQ(each.shape, (std::vector<int64_t>{21, 2}));
  std::vector<float> ofRows = valuesOf<float>(rate),
                     ofLatents = valuesOf<float>(each);
  double mean = 0;
  for (size_t row = 0; row < 21; ++row) {
    double sum = 0;
    for (size_t i = 2 * row; i < 2 * row + 2; ++i) {
      double nats =
          (mu[i] * mu[i] + sigma[i] * sigma[i] - 1) / 2 - std::log(sigma[i]);
      EXPECT_NEAR(ofLatents[i], nats / M_LN2, 1e-6 * nats);
      sum += nats / M_LN2;
    }
    EXPECT_NEAR(ofRows[row], sum, 1e-6 * sum);
    mean += sum / 21;
  }
  auto json = nlohmann::json::parse(evalJson("run/model.safetensors") + "}");
  EXPECT_NEAR(json["rate_bits"], mean, 1e-9 * mean);
}

TEST(CommandLine, predictRefusesWhatTheModelDoesNotHave) {
  for (auto [model, what, reason] : {std::tuple(
           "regression", "entropy", "a regression has no probabilities")}) {
    Start start;
    start.environment = {std::string("VIB_MOCK=") + model};
    Outcome outcome = runMock({"predict", "--input", "i", "--weights", "w",
                               "--output", "o", "--what", what},
                              start);
    EXPECT_EQ(outcome.exitCode, 2);
    expectIn(outcome.err, std::string("--what: ") + reason);
    std::string help = runMock({"predict", "--help"}, start).out;
    EXPECT_EQ(help.find(std::string("  ") + what + " "), std::string::npos);
  }
}

TEST_F(Trained, entropyIsOfTheAveragedProbabilities) {
  for (const char *samples : {"0", "1", "12"}) {
    std::vector<float> p = valuesOf<float>(predict({"--samples", samples}));
    Array entropy = predict({"--what", "entropy", "--samples", samples});
    EXPECT_EQ(entropy.shape, (std::vector<int64_t>{21}));
    std::vector<float> bits = valuesOf<float>(entropy);
    for (size_t row = 0; row < 21; ++row) {
      double sum = 0;
      for (size_t c = 3 * row; c < 3 * row + 3; ++c)
        sum -= p[c] * std::log2(p[c]);
      EXPECT_NEAR(bits[row], sum, 1e-6);
    }
  }
  EXPECT_EQ(valuesOf<float>(predict({"--what", "entropy"})),
            valuesOf<float>(predict({"--what", "entropy", "--samples", "12"})));
}

TEST_F(Trained, decodeGivesThePredictionsOfADraw) {
  for (auto [of, samples] : {std::pair("z", "1"), {"mu", "0"}})
    for (const char *what : {"probs", "logits"}) {
      predict({"--what", what, "--samples", samples, "--seed", "7"});
      std::string expected = readText(path("out.npy"));
      predict({"--what", of, "--samples", samples, "--seed", "7"});
      Outcome outcome =
          runMock({"decode", "--input", path("out.npy"), "--weights",
                   path("run/model.safetensors"), "--output",
                   path("decoded.npy"), "--what", what});
      EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
      expectIn(outcome.out, "decoded.npy: ");
      expectIn(outcome.out, "[21, 3] float32, average weights");
      EXPECT_TRUE(readText(path("decoded.npy")) == expected) << of << what;
    }
}

TEST_F(Trained, latentsThatCannotBeDecoded) {
  float nan = std::nanf("");
  writeNpy(path("nan.npy"), ElementType::F32, {2, 2},
           std::vector<float>{1, 2, 3, nan}.data());
  writeNpy(path("three.npy"), ElementType::F32, {1, 3},
           std::vector<float>{1, 2, 3}.data());
  writeNpy(path("whole.npy"), ElementType::I64, {1, 2},
           std::vector<int64_t>{1, 2}.data());
  writeNpy(path("none.npy"), ElementType::F32, {0, 2}, nullptr);
  for (auto [name, reason] :
       {std::pair("nan.npy", "a latent of row 1 (counted from 0) is nan"),
        {"three.npy", "latents of the shape [1, 3], expected [N, 2]"},
        {"whole.npy", "the latents are int64, expected float32 or float64"},
        {"none.npy", "no rows"},
        {"no.npy", "no.npy"}}) {
    Outcome outcome = runMock({"decode", "--input", path(name), "--weights",
                               path("run/model.safetensors"), "--output",
                               path("decoded.npy")});
    EXPECT_EQ(outcome.exitCode, 1);
    expectIn(outcome.err, reason);
    EXPECT_TRUE(readText(path("decoded.npy")).empty()) << name;
  }
}

TEST_F(Trained, latentsWhoseLogitsAreNotFiniteNameTheRow) {
  std::vector<double> latents(20, 1.0);
  latents[18] = latents[19] = 1e308;
  writeNpy(path("z.npy"), ElementType::F64, {10, 2}, latents.data());
  Words words = {"decode",
                 "--input",
                 path("z.npy"),
                 "--weights",
                 path("run/model.safetensors"),
                 "--output",
                 path("logits.npy"),
                 "--what",
                 "logits"};
  Outcome outcome = runMock(words);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "z.npy: row 9 (counted from 0) gives logits that are "
                        "not finite in float32: ");
  EXPECT_TRUE(readText(path("logits.npy")).empty());
  words.push_back("--allow-nonfinite");
  EXPECT_EQ(runMock(words).exitCode, 0);
  EXPECT_EQ(readNpy(path("logits.npy")).rows(), 10);
}

TEST_F(Trained, aResultThatWouldReplaceWhatItIsMadeFrom) {
  std::string weights = path("run/model.safetensors"),
              input = path("data/test_x.npy");
  std::string before = readText(weights);
  ASSERT_EQ(symlink(weights.c_str(), path("link").c_str()), 0);
  ASSERT_EQ(link(weights.c_str(), path("hard").c_str()), 0);
  for (const char *command : {"predict", "decode"})
    for (const std::string &output : {input, path("link"), path("hard")}) {
      Outcome outcome = runMock({command, "--input", input, "--weights",
                                 weights, "--output", output});
      EXPECT_EQ(outcome.exitCode, 1);
      expectIn(outcome.err, output == input ? "is the file of --input"
                                            : "is the file of --weights");
    }
  std::string images = readText(input);
  Outcome outcome = runMock({"predict", "--input", path("data"), "--weights",
                             weights, "--output", input});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "is the file of --input");
  EXPECT_TRUE(readText(input) == images);
  EXPECT_TRUE(readText(weights) == before);
}

TEST_F(Trained, theResultGoesToTheStandardOutput) {
  predict({});
  std::string expected = readText(path("out.npy"));
  Words words = {"predict",
                 "--input",
                 path("data/test_x.npy"),
                 "--weights",
                 path("run/model.safetensors"),
                 "--output",
                 "-"};
  Outcome outcome = runMock(words);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_TRUE(outcome.out == expected);
  expectIn(outcome.err, "standard output: probabilities [21, 3] float32");
  EXPECT_FALSE(fileExists("-"));
  words.push_back("--quiet");
  EXPECT_EQ(runMock(words).err, "");

  predict({"--what", "z", "--samples", "1", "--seed", "7"});
  outcome = runMock({"decode", "--input", path("out.npy"), "--weights",
                     path("run/model.safetensors"), "--output", "-"});
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  std::string decoded = outcome.out;
  predict({"--samples", "1", "--seed", "7"});
  EXPECT_TRUE(decoded == readText(path("out.npy")));

  // One command reads what the other writes.
  const std::string mock = VIB_MOCK, weights = path("run/model.safetensors");
  std::string pipe = mock +
                     " predict --input - --what z --samples 1 --seed 7 "
                     "--output - --weights " +
                     weights + " < " + path("data/test_x.npy") + " | " + mock +
                     " decode --input - --output - --weights " + weights +
                     " > " + path("piped.npy");
  EXPECT_EQ(std::system(pipe.c_str()), 0);
  EXPECT_TRUE(readText(path("piped.npy")) == decoded);
}

TEST_F(Trained, predictIntoNowhere) {
  Outcome outcome = runMock({"predict", "--input", path("data/test_x.npy"),
                             "--weights", path("run/model.safetensors"),
                             "--output", path("no/where.npy")});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "where.npy");
}

//===----------------------------------------------------------------------===//
// Words
//===----------------------------------------------------------------------===//

TEST(Report, numbers) {
  EXPECT_EQ(grouped(7), "7");
  EXPECT_EQ(grouped(-1234), "-1,234");
  EXPECT_EQ(grouped(2380810), "2,380,810");
  EXPECT_EQ(counted(1, "step"), "1 step");
  EXPECT_EQ(counted(0, "step"), "0 steps");
  EXPECT_EQ(counted(2000, "class", "classes"), "2,000 classes");
  // Three significant digits, whatever the unit.
  EXPECT_EQ(duration(0), "0 s");
  EXPECT_EQ(duration(4.2e-10), "0.420 ns");
  EXPECT_EQ(duration(81.2e-9), "81.2 ns");
  EXPECT_EQ(duration(999.4e-9), "999 ns");
  EXPECT_EQ(duration(999.6e-9), std::string("1.00 ") + glyphs().micro);
  EXPECT_EQ(duration(3.8e-6), std::string("3.80 ") + glyphs().micro);
  EXPECT_EQ(duration(9.996e-3), "10.0 ms");
  EXPECT_EQ(duration(0.4), "400 ms");
  EXPECT_EQ(duration(0.9996), "1.00 s");
  EXPECT_EQ(duration(59.94), "59.9 s");
  EXPECT_EQ(duration(59.96), "1 min 00 s");
  EXPECT_EQ(duration(75), "1 min 15 s");
  EXPECT_EQ(duration(3599.96), "1 h 00 min");
  EXPECT_EQ(duration(2 * 3600 + 5 * 60 + 10), "2 h 05 min");
  EXPECT_EQ(digits(0.42134), "0.4213");
  EXPECT_EQ(digits(77.701), "77.70");
  EXPECT_EQ(decimal(3.32193, 4), "3.3219");
  EXPECT_EQ(decimal(-557853599159174.625, 3), "-5.579e+14");
}

TEST(Report, eachOutputHasItsRange) {
  Split split;
  split.name = "train";
  split.inputs.resize(1);
  split.inputs.front().source = "x";
  split.inputs.front().array.shape = {2, 3};
  split.labels.resize(1);
  split.labels.front().source = "y";
  split.labels.front().type = ElementType::F32;
  split.labels.front().targets = {1, -100, 3, 100};
  std::string text = describe(split);
  expectIn(text,
           "\n       targets float32, y\n"
           "       output 0: values 1 to 3, mean 2, standard deviation 1\n"
           "       output 1: values -100 to 100, mean 0, standard "
           "deviation 100");
  // With one output there is nothing to count.
  split.inputs.front().array.shape = {4, 3};
  expectIn(describe(split), "\n       values -100 to 100, mean 1, ");
  split.inputs.front().array.shape = {1, 3};
  split.labels.front().targets.resize(23);
  text = describe(split);
  expectIn(text, "\n       output 19: ");
  expectIn(text, "\n       ... and 3 more outputs");
}

TEST(Report, tablesAndTextFitEightyColumns) {
  EXPECT_EQ(joinItems({"one", "two"}), "one  two");
  std::string item(40, 'x');
  EXPECT_EQ(joinItems({"a", item, item}), "a  " + item + "\n    " + item);

  EXPECT_EQ(wrap("one two three", 8, 2), "one two\n  three");
  EXPECT_EQ(wrap("one\ntwo three", 7), "one\ntwo\nthree");
  EXPECT_EQ(wrap("µµµ µµµ", 7), "µµµ µµµ");
  EXPECT_EQ(wrap("longer-than-that word", 8), "longer-than-that\nword");
  Table table({"kernel", "time", "bytes"});
  table.addRow("a", {"1.00 µs", "7"});
  table.addTitle("train_step, 9 runs");
  table.addRow("b", {"12.0 ms", "123"});
  EXPECT_EQ(table.print(), "kernel     time  bytes\n"
                           "a       1.00 µs      7\n"
                           "train_step, 9 runs\n"
                           "  b     12.0 ms    123\n");
  // The numbers of a name that is too long are below it.
  std::string longest(78, 'x'), half(40, 'y');
  table.addRow(longest, {"2.00 s", "1"});
  table.addRow(half + " + " + half, {"3.00 s", "2"});
  std::string text = table.print();
  expectIn(text, "\n  " + longest + "\n" + std::string(64, ' ') +
                     "   2.00 s      1\n");
  expectIn(text, "\n  " + half + " +" + std::string(20, ' ') +
                     "   3.00 s      2\n    " + half + "\n");
  for (size_t at = 0, end; at < text.size(); at = end + 1) {
    end = text.find('\n', at);
    EXPECT_LE(countColumns(text.substr(at, end - at)), 80u);
  }
}

TEST(Report, liveLineFitsTheTerminal) {
  Figures figures(mockClassifier());
  figures.samples = 1;
  figures.values[0] = {0.5};
  figures.values[1] = {50};
  figures.values[4] = {0.25};
  setInformation(figures);
  LiveFigures live;
  live.epochs = 10;
  live.figures = &figures;
  live.rowsPerSecond = 12345;
  size_t last = 0;
  for (int width : {20, 40, 79, 120, 300}) {
    std::string line = liveLine(live, width);
    size_t columns = 0;
    for (char byte : line)
      columns += (byte & 0xC0) != 0x80;
    EXPECT_LE(columns, size_t(width));
    EXPECT_GE(columns, last);
    last = columns;
  }
  std::string whole = liveLine(live, 300);
  for (const char *part :
       {"epoch  0 ( 1 of 10)", "loss", "nats", "CE", "bits", "I(Z;Y)", "I(Z;X)",
        "1-shot", "12,345 images/s", "left", ", raw"})
    expectIn(whole, part);
}

} // namespace
