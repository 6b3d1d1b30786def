//===- Training.cpp - train, from the outside -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/File.h"
#include "runtime/Layout.h"
#include "runtime/Npy.h"
#include "runtime/Safetensors.h"
#include "test/runtime/Runs.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>

using namespace vib::runtime;
using namespace vib::runtime::test;
using Words = std::vector<std::string>;

namespace {

class Training : public Runs {};

TEST_F(Training, writesWhatTheContractSays) {
  Outcome outcome = train("run");
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  Words lines = readLines(path("run/metrics.jsonl"));
  ASSERT_EQ(lines.size(), 6u);
  auto trained = nlohmann::ordered_json::parse(lines[0]);
  auto tested = nlohmann::ordered_json::parse(lines[1]);
  EXPECT_EQ(trained["split"], "train");
  EXPECT_EQ(trained["weights"], "raw");
  EXPECT_EQ(trained["samples"], 1);
  EXPECT_EQ(trained["n"], 50);
  EXPECT_FALSE(trained.contains("error_avg"));
  Words keys;
  for (auto &[key, value] : tested.items())
    keys.push_back(key);
  EXPECT_EQ(keys,
            (Words{"split", "weights", "epoch", "step", "loss",
                   "cross_entropy_bits", "rate_bits", "izy_bits", "hy_bits",
                   "error_1shot", "error_avg", "error_mean", "nll_avg_bits",
                   "samples", "beta", "lr", "seed", "n", "seconds"}));
  EXPECT_EQ(tested["weights"], "average");
  EXPECT_EQ(tested["epoch"], 0);
  EXPECT_EQ(tested["step"], 7);
  EXPECT_EQ(tested["samples"], 12);
  EXPECT_EQ(tested["n"], 21);
  EXPECT_EQ(tested["seed"], 5);
  // The beta of the last step: 6 / 7 of an epoch into a warm-up of 1.5.
  double beta = tested["beta"];
  EXPECT_DOUBLE_EQ(beta, 0.01 * (6.0 / 7) / 1.5);
  double ce = tested["cross_entropy_bits"], rate = tested["rate_bits"];
  EXPECT_NEAR(double(tested["loss"]), (ce + beta * rate) * M_LN2, 1e-12);
  EXPECT_NEAR(double(tested["izy_bits"]), double(tested["hy_bits"]) - ce,
              1e-12);
  EXPECT_LE(double(tested["nll_avg_bits"]), ce);

  SafetensorsReader model(path("run/model.safetensors"));
  ASSERT_NE(model.find("encode.0.weight"), nullptr);
  EXPECT_EQ(model.metadata().at("weights"), "average");
  EXPECT_EQ(model.metadata().at("step"), "21");
}

TEST_F(Training, printsTwoPlainEntriesAnEpochOrNothing) {
  Outcome plain = train("plain");
  EXPECT_EQ(plain.out.find('\r'), std::string::npos);
  EXPECT_EQ(plain.out.find('\x1b'), std::string::npos);
  size_t lines = 0;
  for (size_t at = 0; (at = plain.out.find("\nepoch ", at)) != plain.out.npos;
       ++at)
    ++lines;
  EXPECT_EQ(lines, 6u);
  for (size_t at = 0, end; at < plain.out.size(); at = end + 1) {
    end = plain.out.find('\n', at);
    std::string line = plain.out.substr(at, end - at);
    // What is longer has the name of a file.
    if (line.find('/') == line.npos) {
      EXPECT_LE(countColumns(line), 80u) << line;
    }
  }
  for (const char *part :
       {"epoch 0 (1 of 3)  train  raw  ", "12-sample", "1-shot",
        "epoch 2 (3 of 3)  test   average  error", "I(Z;X) ", "bits"})
    EXPECT_NE(plain.out.find(part), std::string::npos) << part;
  Outcome quiet = train("quiet", {"--quiet"});
  EXPECT_EQ(quiet.out + quiet.err, "");
  expectSameRun("plain", "quiet");
}

TEST_F(Training, theProfileNamesTheKernels) {
  Outcome outcome = train("run", {"--profile", "--quiet"});
  for (const char *part :
       {"train_step, 21 runs\n  rows ", "s/step, of which",
        "time: the mean of the runs", "at least: the time of a run at "})
    EXPECT_NE(outcome.out.find(part), std::string::npos) << outcome.out;
}

TEST_F(Training, theScreenCountsEpochsAsTheMetricsDo) {
  std::string out = train("run").out;
  auto last =
      nlohmann::json::parse(readLines(path("run/metrics.jsonl")).back());
  EXPECT_EQ(last["epoch"], 2);
  EXPECT_NE(out.find("epoch 2 (3 of 3)  test"), std::string::npos) << out;
  EXPECT_EQ(out.find("epoch 3"), std::string::npos) << out;
  Outcome eval = runMock({"eval", "--data", path("data"), "--weights",
                          path("run/model.safetensors")});
  EXPECT_NE(eval.out.find("of epoch 2 (counted from 0), step 21"),
            std::string::npos)
      << eval.out;
  // A run that --steps ends has the epochs that it begins.
  out = train("short", {"--steps", "8", "--epochs", "9"}).out;
  EXPECT_NE(out.find("epoch 1 (2 of 2)  test"), std::string::npos) << out;
}

TEST_F(Training, saysWhatTheSchedulesReach) {
  // Of 3 epochs a warm-up of beta takes 1.5; --epochs 1 ends before that.
  std::string whole = train("whole").out;
  EXPECT_NE(whole.find("\nbeta from 0 to 0.01 after 1.5 epochs\n"),
            std::string::npos)
      << whole;
  std::string out = train("short", {"--epochs", "1"}).out;
  EXPECT_NE(out.find("\nbeta from 0 to 0.005714 at the end of this run (the "
                     "model's schedule reaches 0.01 after 1.5 epochs)\n"),
            std::string::npos)
      << out;
  EXPECT_NE(out.find("\nlearning rate 0.03 throughout this run\n"),
            std::string::npos)
      << out;
  for (const char *part : {"beta 0.005714", "lr 0.03  after"})
    EXPECT_NE(out.find(part), std::string::npos) << out;
  // What does not vary is said once.
  writeNumbers(path("data"), 50, 21);
  Start regression;
  regression.environment = {"VIB_MOCK=regression"};
  out = train("constant", {}, regression).out;
  EXPECT_NE(out.find("\nbeta 0.01\n"), std::string::npos) << out;
  EXPECT_EQ(out.find("  beta"), std::string::npos) << out;
}

TEST_F(Training, learns) {
  ASSERT_EQ(train("run", {"--epochs", "60"}).exitCode, 0);
  auto last =
      nlohmann::json::parse(readLines(path("run/metrics.jsonl")).back());
  EXPECT_LT(double(last["error_avg"]), 0.3);
  EXPECT_EQ(last["epoch"], 59);
}

TEST_F(Training, threadsDoNotChangeTheBits) {
  ASSERT_EQ(train("one", {"--threads", "1"}).exitCode, 0);
  ASSERT_EQ(train("two", {"--threads", "2"}).exitCode, 0);
  ASSERT_EQ(train("three", {"--threads", "3"}).exitCode, 0);
  expectSameRun("one", "two");
  expectSameRun("one", "three");
}

TEST_F(Training, resumedEqualsUninterrupted) {
  ASSERT_EQ(train("whole", {"--epochs", "4", "--eval", "both"}).exitCode, 0);
  // At an epoch's end, in the middle of one, twice in one, and at the very end.
  for (const char *steps : {"7", "10", "11", "28"}) {
    Outcome outcome = train("parts", {"--epochs", "4", "--eval", "both",
                                      "--steps", steps, "--resume"});
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  }
  expectSameRun("whole", "parts");
  Outcome again =
      train("parts", {"--epochs", "4", "--eval", "both", "--resume"});
  EXPECT_EQ(again.exitCode, 0);
  expectSameRun("whole", "parts");
}

TEST_F(Training, aFinishedRunSaysHowToGoOn) {
  Outcome first = train("run", {"--resume"});
  EXPECT_EQ(first.out.find("nothing is left"), std::string::npos) << first.out;
  std::string before = file("run", "checkpoint.safetensors");
  Outcome again = train("run", {"--resume"});
  EXPECT_EQ(again.exitCode, 0);
  EXPECT_NE(again.out.find("\nnothing is left to do: all 21 steps are done; to "
                           "continue, give more --epochs, such as 6\n"),
            std::string::npos)
      << again.out;
  EXPECT_EQ(again.out.find("\nepoch "), std::string::npos) << again.out;
  EXPECT_EQ(before, file("run", "checkpoint.safetensors"));
  Outcome steps = train("run", {"--resume", "--epochs", "9", "--steps", "10"});
  EXPECT_NE(steps.out.find("nothing is left to do: 21 steps are done, and "
                           "--steps allows 10 in all; to continue, give a "
                           "larger --steps, such as 42\n"),
            std::string::npos)
      << steps.out;
  Outcome on = train("run", {"--resume", "--epochs", "4"});
  EXPECT_EQ(on.out.find("nothing is left"), std::string::npos) << on.out;
  EXPECT_NE(before, file("run", "checkpoint.safetensors"));
}

TEST_F(Training, aRunThatEndedInAnEpochShowsItsLinesOnce) {
  std::string first = train("run", {"--steps", "10"}).out;
  EXPECT_NE(first.find("\nepoch 1 (2 of 2)  test"), std::string::npos) << first;
  std::string metrics = readMetrics(path("run")).back();
  std::string again = train("run", {"--steps", "10", "--resume"}).out;
  EXPECT_NE(again.find("nothing is left to do: all 10 steps are done"),
            std::string::npos)
      << again;
  EXPECT_EQ(again.find("\nepoch "), std::string::npos) << again;
  EXPECT_EQ(readMetrics(path("run")).back(), metrics);
}

TEST_F(Training, resumedWithoutShuffleEqualsUninterrupted) {
  ASSERT_EQ(train("whole", {"--no-shuffle"}).exitCode, 0);
  ASSERT_EQ(train("parts", {"--no-shuffle", "--steps", "9"}).exitCode, 0);
  ASSERT_EQ(train("parts", {"--no-shuffle", "--resume"}).exitCode, 0);
  expectSameRun("whole", "parts");
  ASSERT_EQ(train("shuffled").exitCode, 0);
  EXPECT_NE(readMetrics(path("whole")), readMetrics(path("shuffled")));
}

TEST_F(Training, endsByStepsInAnEpoch) {
  ASSERT_EQ(train("run", {"--steps", "3"}).exitCode, 0);
  Words lines = readLines(path("run/metrics.jsonl"));
  ASSERT_EQ(lines.size(), 2u);
  auto trained = nlohmann::json::parse(lines[0]);
  EXPECT_EQ(trained["step"], 3);
  EXPECT_EQ(trained["n"], 24);
}

TEST_F(Training, resumeWithoutCheckpointStartsAndSaysSo) {
  Outcome outcome = train("run", {"--resume"});
  EXPECT_EQ(outcome.exitCode, 0);
  EXPECT_NE(outcome.out.find("starting at step 0"), std::string::npos);
  ASSERT_EQ(train("other").exitCode, 0);
  expectSameRun("run", "other");
}

TEST_F(Training, refusesADirectoryThatHoldsARun) {
  ASSERT_EQ(train("run").exitCode, 0);
  std::string before = file("run", "checkpoint.safetensors");
  Outcome outcome = train("run");
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("already contains a run"), std::string::npos);
  EXPECT_EQ(before, file("run", "checkpoint.safetensors"));
}

TEST_F(Training, labelsMayBeginAtAnyNumber) {
  ASSERT_EQ(train("run").exitCode, 0);
  // The same labels from 5 on.
  for (const char *name : {"train", "test"}) {
    std::string file = path(std::string("data/") + name + "_y.npy");
    Array labels = readNpy(file);
    auto values = valuesOf<int64_t>(labels);
    for (int64_t &value : values)
      value += 5;
    writeNpy(file, labels.type, labels.shape, values.data());
  }
  Outcome without = train("from", {});
  EXPECT_EQ(without.exitCode, 1);
  EXPECT_NE(without.err.find("give --first-label 5\n"), std::string::npos)
      << without.err;
  ASSERT_EQ(train("from", {"--first-label", "5"}).exitCode, 0);
  EXPECT_EQ(readMetrics(path("from")), readMetrics(path("run")));
  SafetensorsReader weights(path("from/model.safetensors"));
  EXPECT_EQ(weights.metadata().at("first_label"), "5");
  EXPECT_EQ(SafetensorsReader(path("run/model.safetensors"))
                .metadata()
                .count("first_label"),
            0u);

  // eval takes it from the weights, unless it is told otherwise.
  Words eval = {"eval", "--data", path("data"), "--weights"};
  for (const char *file :
       {"from/model.safetensors", "from/checkpoint.safetensors"}) {
    Words words = eval;
    words.push_back(path(file));
    Outcome outcome = runMock(words);
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_NE(outcome.out.find("\nthe label of the first class is 5, as in the "
                               "training\n"),
              std::string::npos)
        << outcome.out;
    words.insert(words.end(), {"--first-label", "4"});
    EXPECT_EQ(runMock(words).exitCode, 1);
  }
  eval.push_back(path("run/model.safetensors"));
  EXPECT_EQ(runMock(eval).exitCode, 1);
  eval.insert(eval.end(), {"--first-label", "5"});
  EXPECT_EQ(runMock(eval).exitCode, 0);

  // The settings are compared before the labels are blamed.
  for (const Words &flags :
       {Words{"--resume", "--first-label", "4"}, Words{"--resume"}}) {
    Outcome resumed = train("from", flags);
    EXPECT_EQ(resumed.exitCode, 1);
    EXPECT_NE(resumed.err.find("the checkpoint's first label is 5, this run's "
                               "is "),
              std::string::npos)
        << resumed.err;
    EXPECT_NE(resumed.err.find("of that run again: --first-label 5\n"),
              std::string::npos)
        << resumed.err;
  }
  Outcome same =
      train("from", {"--first-label", "5", "--resume", "--epochs", "4"});
  EXPECT_EQ(same.exitCode, 0) << same.err;
}

TEST_F(Training, theAdviceForLargeLabelsCanBeFollowed) {
  // The last three labels that 64 bits hold.
  for (const char *name : {"train", "test"}) {
    std::string file = path(std::string("data/") + name + "_y.npy");
    Array labels = readNpy(file);
    std::vector<uint64_t> values;
    for (int64_t value : valuesOf<int64_t>(labels))
      values.push_back(UINT64_MAX - 2 + uint64_t(value));
    writeNpy(file, ElementType::U64, labels.shape, values.data());
  }
  const std::string first = "18446744073709551613";
  Outcome without = train("run", {});
  EXPECT_NE(without.err.find("give --first-label " + first + "\n"),
            std::string::npos)
      << without.err;
  EXPECT_EQ(train("run", {"--first-label", first}).exitCode, 0);
  EXPECT_EQ(train("run", {"--first-label", first, "--resume"}).exitCode, 0);
  Outcome eval = runMock({"eval", "--data", path("data"), "--weights",
                          path("run/model.safetensors")});
  EXPECT_EQ(eval.exitCode, 0) << eval.err;
}

TEST_F(Training, warnsOfALearningRateOf0) {
  Outcome none = train("none", {"--lr", "0"});
  EXPECT_EQ(none.exitCode, 0);
  EXPECT_NE(none.err.find("warning: the learning rate is 0, so training "
                          "changes no weights\n"),
            std::string::npos)
      << none.err;
  EXPECT_EQ(train("some", {"--lr", "1e-9"}).err, "");
}

TEST_F(Training, aFolderIsNotAFileOfWeights) {
  ASSERT_EQ(train("run").exitCode, 0);
  Words eval = {"eval", "--data", path("data"), "--weights"};
  for (auto [folder, text] :
       {std::pair("run", "run is a folder, expected a file: give "),
        std::pair("data", "data is a folder, expected a file\n")}) {
    Words words = eval;
    words.push_back(path(folder));
    Outcome outcome = runMock(words);
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_NE(outcome.err.find(text), std::string::npos) << outcome.err;
    Outcome init = train("new", {"--init", path(folder)});
    EXPECT_EQ(init.exitCode, 1);
    EXPECT_NE(init.err.find(text), std::string::npos) << init.err;
  }
}

TEST_F(Training, refusesToResumeAnotherRun) {
  ASSERT_EQ(train("run", {"--seed", "3"}).exitCode, 0);
  struct Case {
    Words flags;
    const char *found, *expected;
  };
  for (const Case &c :
       {Case{{"--seed", "4"}, "seed is 3", "run's is 4"},
        Case{{"--seed", "3", "--beta", "0.5"}, "beta is 0.01", "run's is 0.5"},
        Case{{"--seed", "3", "--lr", "0.5"}, "rate is 0.03", "run's is 0.5"},
        Case{{"--seed", "3", "--no-shuffle"}, "on", "off"}}) {
    Words flags = c.flags;
    flags.insert(flags.end(), {"--resume", "--epochs", "9"});
    Outcome outcome = train("run", flags);
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_NE(outcome.err.find(c.found), std::string::npos) << outcome.err;
    EXPECT_NE(outcome.err.find(c.expected), std::string::npos) << outcome.err;
  }
  writeImages(path("data"), 49, 21);
  Outcome data = train("run", {"--seed", "3", "--resume"});
  EXPECT_EQ(data.exitCode, 1);
  EXPECT_NE(data.err.find("data"), std::string::npos) << data.err;
  writeNumbers(path("data"), 50, 21);
  Start regression;
  regression.environment = {"VIB_MOCK=regression"};
  Outcome model = train("run", {"--resume"}, regression);
  EXPECT_EQ(model.exitCode, 1);
  EXPECT_NE(model.err.find("mock-regression"), std::string::npos) << model.err;
}

TEST_F(Training, startsFromGivenWeights) {
  ASSERT_EQ(train("first", {"--epochs", "1"}).exitCode, 0);
  ASSERT_EQ(train("second", {"--init", path("first/model.safetensors"), "--lr",
                             "0", "--steps", "1"})
                .exitCode,
            0);
  SafetensorsReader first(path("first/model.safetensors"));
  SafetensorsReader second(path("second/model.safetensors"));
  for (const SafetensorsReader::Tensor &tensor : first.tensors()) {
    const SafetensorsReader::Tensor *other = second.find(tensor.name);
    ASSERT_NE(other, nullptr);
    EXPECT_EQ(memcmp(tensor.data, other->data, tensor.size), 0) << tensor.name;
  }
}

//===----------------------------------------------------------------------===//
// Signals, kills, disks
//===----------------------------------------------------------------------===//

/// Waits until a file has `text` in it.
void waitFor(const std::string &path, const std::string &text) {
  for (int i = 0; i < 20000 && readText(path).find(text) == std::string::npos;
       ++i)
    usleep(500);
}

TEST_F(Training, aSignalWritesACheckpointAndIsInTheExitCode) {
  Words words = {"train",     "--data",   path("data"), "--out",
                 path("run"), "--epochs", "1000000"};
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    pid_t process = startMock(words, path(""));
    waitFor(path("out"), "epoch ");
    // Some wrappers signal twice at once; that is one wish.
    kill(process, signal);
    kill(process, signal);
    Outcome outcome = waitForMock(process, path(""));
    EXPECT_EQ(outcome.exitCode, 128 + signal) << outcome.err;
    EXPECT_NE(outcome.err.find("interrupted at step"), std::string::npos);
    if (words.back() != "--resume")
      words.push_back("--resume");
    ASSERT_EQ(unlink(path("out").c_str()), 0);
  }
  // What was interrupted goes on as if it had not been.
  SafetensorsReader checkpoint(path("run/checkpoint.safetensors"));
  uint64_t step = std::stoull(checkpoint.metadata().at("step"));
  std::string steps = std::to_string(step + 10);
  Words flags = {"--epochs", "1000000", "--steps", steps};
  ASSERT_EQ(train("whole", flags).exitCode, 0);
  flags.push_back("--resume");
  ASSERT_EQ(train("run", flags).exitCode, 0);
  expectSameRun("whole", "run");
}

TEST_F(Training, killedRunsLoseNoMoreThanSinceTheCheckpoint) {
  Words flags = {"--epochs", "60", "--checkpoint-every", "3"};
  ASSERT_EQ(train("whole", flags).exitCode, 0);
  Words words = {"train",    "--data",    path("data"),
                 "--out",    path("run"), "--resume",
                 "--epochs", "60",        "--checkpoint-every",
                 "3"};
  int kills = 0;
  for (int attempt = 0; attempt < 200; ++attempt) {
    pid_t process = startMock(words, path(""));
    usleep(useconds_t(3000 + 1700 * (attempt % 12) + 500 * attempt));
    kill(process, SIGKILL);
    Outcome outcome = waitForMock(process, path(""));
    ASSERT_TRUE(outcome.exitCode == -SIGKILL || outcome.exitCode == 0)
        << outcome.exitCode << outcome.err;
    if (outcome.exitCode == 0)
      break;
    ++kills;
    struct stat status;
    for (const char *name :
         {"run/checkpoint.safetensors", "run/model.safetensors"})
      if (stat(path(name).c_str(), &status) == 0) {
        EXPECT_NO_THROW(SafetensorsReader whole(path(name)));
      }
  }
  EXPECT_GT(kills, 2);
  flags.push_back("--resume");
  ASSERT_EQ(train("run", flags).exitCode, 0);
  expectSameRun("whole", "run");
}

TEST_F(Training, aFullDiskLeavesTheLastCheckpoint) {
  ASSERT_EQ(train("run", {"--steps", "5"}).exitCode, 0);
  std::string before = file("run", "checkpoint.safetensors");
  Start full;
  full.fileLimit = long(before.size()) - 100;
  Outcome outcome = train("run", {"--resume"}, full);
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("error: "), std::string::npos);
  EXPECT_EQ(before, file("run", "checkpoint.safetensors"));
  ASSERT_EQ(train("run", {"--resume"}).exitCode, 0);
  ASSERT_EQ(train("whole").exitCode, 0);
  expectSameRun("run", "whole");
}

TEST_F(Training, anUnwritableDirectoryIsAnError) {
  EXPECT_EQ(train("data/train_x.npy").exitCode, 1);
  Outcome outcome =
      runMock({"train", "--data", path("data"), "--out", "/proc/vib"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("/proc/vib"), std::string::npos) << outcome.err;
}

//===----------------------------------------------------------------------===//
// What is not finite
//===----------------------------------------------------------------------===//

TEST_F(Training, aLossThatIsNotFiniteStops) {
  Outcome outcome = train("run", {"--lr", "1e200"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("step 2: the "), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("not finite"), std::string::npos);
  EXPECT_NE(outcome.err.find("no checkpoint was written"), std::string::npos);
  EXPECT_EQ(file("run", "checkpoint.safetensors"), "");
  EXPECT_FALSE(fileExists(path("run")));
  // The directory is free for another try.
  EXPECT_EQ(train("run").exitCode, 0);
}

TEST_F(Training, aLossThatHasDivergedIsCalledSo) {
  // Labels that the inputs do not tell, and steps that are far too large. All
  // is finite, but of no use: said on the lines, at the end, and by eval.
  for (auto [name, rows] : {std::pair("train", 50), std::pair("test", 21)}) {
    std::vector<int64_t> labels;
    for (int64_t row = 0; row < rows; ++row)
      labels.push_back(row * row / 7 % 3);
    writeNpy(path("data/") + name + "_y.npy", ElementType::I64, {rows},
             labels.data());
  }
  Words flags = {"--lr", "20", "--beta", "0"};
  Outcome outcome = train("run", flags);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("DIVERGED (cross-entropy)"), std::string::npos)
      << outcome.out;
  for (const char *part :
       {"warning: training has diverged: the loss was ",
        " on the test data; its larger term is the cross-entropy; try a "
        "smaller learning rate (--lr, here 20)"})
    EXPECT_NE(outcome.err.find(part), std::string::npos) << outcome.err;
  // The rate's share, where it is the larger one.
  Outcome rate = train("rate", {"--lr", "20", "--beta", "1"});
  EXPECT_NE(rate.err.find("its larger term is beta x rate;"), std::string::npos)
      << rate.err;

  Outcome eval = runMock({"eval", "--data", path("data"), "--weights",
                          path("run/model.safetensors"), "--quiet"});
  EXPECT_EQ(eval.exitCode, 0);
  EXPECT_NE(eval.err.find("warning: the cross-entropy is "), std::string::npos)
      << eval.err;
  EXPECT_NE(eval.err.find("that of a uniform guess 1.585"), std::string::npos)
      << eval.err;

  // A run that was broken off knows where it began.
  Words first = flags, rest = flags;
  first.insert(first.end(), {"--steps", "9"});
  rest.push_back("--resume");
  ASSERT_EQ(train("parts", first).exitCode, 0);
  EXPECT_EQ(train("parts", rest).err, outcome.err);
  expectSameRun("run", "parts");

  // One that does not even learn has not diverged.
  Outcome small = train("small");
  EXPECT_EQ(small.out.find("DIVERGED"), std::string::npos) << small.out;
  EXPECT_EQ(small.err, "");
}

TEST_F(Training, aRunThatFailsBeforeItsFirstLineLeavesNothing) {
  Words words = {"train", "--data", path("nowhere"), "--out", path("a/b")};
  EXPECT_EQ(runMock(words).exitCode, 1);
  EXPECT_FALSE(fileExists(path("a")));
  // But for what was there.
  ASSERT_EQ(mkdir(path("a").c_str(), 0755), 0);
  EXPECT_EQ(runMock(words).exitCode, 1);
  EXPECT_TRUE(fileExists(path("a")));
  EXPECT_FALSE(fileExists(path("a/b")));
}

TEST_F(Training, aWeightThatIsNotFiniteIsNeverWritten) {
  // The update overflows, the loss of the step before it does not.
  Outcome outcome = train("run", {"--lr", "1.7e308", "--steps", "1"});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("not finite"), std::string::npos) << outcome.err;
  EXPECT_NE(outcome.err.find("code.0."), std::string::npos) << outcome.err;
  EXPECT_EQ(file("run", "checkpoint.safetensors"), "");
}

TEST_F(Training, theAdviceAfterADivergenceNamesALargeBeta) {
  const Words words = {"--lr", "1e200", "--steps", "3"};
  EXPECT_EQ(train("plain", words).err.find("--beta"), std::string::npos);
  Words large = words;
  large.insert(large.end(), {"--beta", "1e10"});
  std::string error = train("large", large).err;
  EXPECT_NE(error.find("or a smaller coefficient of the rate (--beta, here "
                       "1e+10; the model has "),
            std::string::npos)
      << error;
}

//===----------------------------------------------------------------------===//
// Other models and sizes
//===----------------------------------------------------------------------===//

TEST_F(Training, moreStepsThanCanBeCountedAreRefused) {
  // With 2^21 + 1 steps an epoch, 2^32 epochs are more than 2^53 steps.
  int64_t rows = (1 << 24) + 1;
  Bytes zeros(size_t(4 * rows));
  writeNpy(path("data/train_x.npy"), ElementType::U8, {rows, 2, 2},
           zeros.data());
  writeNpy(path("data/train_y.npy"), ElementType::U8, {rows}, zeros.data());
  Words flags = {"--eval", "none", "--epochs", "4294967296"};
  Outcome outcome = train("run", flags);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "4,294,967,296 epochs of 2,097,153 steps are more than "
                        "2^53 steps: give fewer --epochs, or --steps");
  flags.insert(flags.end(), {"--steps", "1"});
  EXPECT_EQ(train("run", flags).exitCode, 0);
}

TEST_F(Training, dataSmallerThanTheBatch) {
  writeImages(path("data"), 3, 1);
  ASSERT_EQ(train("run").exitCode, 0);
  auto lines = readLines(path("run/metrics.jsonl"));
  EXPECT_EQ(nlohmann::json::parse(lines[0])["n"], 3);
  EXPECT_EQ(nlohmann::json::parse(lines.back())["step"], 3);
}

TEST_F(Training, betaOfZero) {
  ASSERT_EQ(train("run", {"--beta", "0"}).exitCode, 0);
  auto last = nlohmann::json::parse(readLines(path("run/metrics.jsonl"))[5]);
  EXPECT_NEAR(double(last["loss"]), double(last["cross_entropy_bits"]) * M_LN2,
              1e-12);
}

TEST_F(Training, aLossWithoutARateHasItsFigureOnlyInEvaluation) {
  Start unrated;
  unrated.environment = {"VIB_MOCK=unrated"};
  Outcome outcome = train("run", {"--eval", "both"}, unrated);
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  for (const char *word : {"beta", "rate 0"})
    EXPECT_EQ(outcome.out.find(word), std::string::npos) << outcome.out;
  for (const char *word : {"I(Z;Y)", "I(Z;X)"})
    EXPECT_NE(outcome.out.find(word), std::string::npos) << outcome.out;
  for (const std::string &line : readLines(path("run/metrics.jsonl"))) {
    auto json = nlohmann::json::parse(line);
    // The training step does not compute it.
    if (json["split"] == "train")
      EXPECT_TRUE(json["rate_bits"].is_null()) << line;
    else
      EXPECT_GT(double(json["rate_bits"]), 0) << line;
    EXPECT_TRUE(json["beta"].is_null()) << line;
    EXPECT_TRUE(json["izy_bits"].is_number()) << line;
    EXPECT_NEAR(double(json["loss"]),
                double(json["cross_entropy_bits"]) * M_LN2, 1e-12);
  }
  for (const char *name : {"model.safetensors", "checkpoint.safetensors"}) {
    Metadata metadata = SafetensorsReader(path("run/") + name).metadata();
    EXPECT_EQ(metadata.count("beta"), 0u) << name;
    EXPECT_EQ(metadata.count("current_beta"), 0u) << name;
  }
  Outcome eval = runMock({"eval", "--data", path("data"), "--weights",
                          path("run/model.safetensors")},
                         unrated);
  EXPECT_EQ(eval.exitCode, 0);
  EXPECT_NE(eval.out.find("the rate\n"), std::string::npos) << eval.out;
  EXPECT_NE(eval.out.find("nats  cross-entropy; the terms are in nats: "
                          "1 bit is 0.6931 nats\n"),
            std::string::npos)
      << eval.out;
  auto info = nlohmann::json::parse(runMock({"info", "--json"}, unrated).out);
  EXPECT_TRUE(info["beta"].is_null());
  EXPECT_TRUE(info["beta_schedule"].is_null());

  // And it goes on as if there had been no break.
  ASSERT_EQ(
      train("parts", {"--eval", "both", "--steps", "9"}, unrated).exitCode, 0);
  Outcome resumed = train("parts", {"--eval", "both", "--resume"}, unrated);
  ASSERT_EQ(resumed.exitCode, 0) << resumed.err;
  expectSameRun("run", "parts");
}

TEST_F(Training, betaOfALossWithoutARateIsRefused) {
  Start unrated;
  unrated.environment = {"VIB_MOCK=unrated"};
  Outcome outcome = train("run", {"--beta", "0.1"}, unrated);
  EXPECT_EQ(outcome.exitCode, 2);
  EXPECT_NE(outcome.err.find("--beta: the model's loss has no rate"),
            std::string::npos)
      << outcome.err;
  EXPECT_FALSE(fileExists(path("run")));
  Outcome help = runMock({"train", "--help"}, unrated);
  EXPECT_EQ(help.out.find("--beta"), std::string::npos) << help.out;
}

TEST_F(Training, regression) {
  writeNumbers(path("data"), 50, 21);
  Start start;
  start.environment = {"VIB_MOCK=regression"};
  ASSERT_EQ(train("run", {"--epochs", "60"}, start).exitCode, 0);
  Words lines = readLines(path("run/metrics.jsonl"));
  auto first = nlohmann::json::parse(lines[1]);
  auto last = nlohmann::json::parse(lines.back());
  for (const char *key : {"nll_bits", "rmse"})
    EXPECT_TRUE(last.contains(key)) << key;
  for (const char *key : {"cross_entropy_bits", "izy_bits", "error_1shot"})
    EXPECT_FALSE(last.contains(key)) << key;
  EXPECT_EQ(last["rmse_outputs"].size(), 1u);
  EXPECT_NEAR(double(last["rmse_outputs"][0]), double(last["rmse"]), 1e-6);
  EXPECT_EQ(last["rmse_avg_outputs"][0], last["rmse_avg"]);
  EXPECT_EQ(last["weights"], "raw");
  EXPECT_LT(double(last["rmse"]), double(first["rmse"]));
  // -log N(y; z, 1) of the mean squared error.
  double rmse = last["rmse"];
  EXPECT_NEAR(double(last["nll_bits"]) * M_LN2,
              0.5 * (std::log(2 * M_PI) + rmse * rmse), 1e-5);
}

} // namespace
