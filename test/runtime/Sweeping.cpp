//===- Sweeping.cpp - sweep, from the outside -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Console.h"
#include "runtime/File.h"
#include "runtime/FlagBuilder.h"
#include "runtime/Safetensors.h"
#include "runtime/SweepGrid.h"
#include "runtime/SweepTable.h"
#include "test/runtime/MockModel.h"
#include "test/runtime/Runs.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <pty.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <thread>

using namespace vib::runtime;
using namespace vib::runtime::test;
using nlohmann::json;
using Words = std::vector<std::string>;

namespace {

class Sweeping : public Runs {
protected:
  Outcome sweep(const std::string &out, Words flags,
                const Start &start = {}) const {
    return runMock(words("sweep", out, std::move(flags)), start);
  }

  std::vector<json> record(const std::string &out) const {
    std::vector<json> lines;
    for (const std::string &line : readLines(path(out) + "/sweep.jsonl"))
      lines.push_back(json::parse(line));
    return lines;
  }
};

TEST_F(Sweeping, eachRunIsThatOfTrain) {
  Outcome outcome =
      sweep("sweep", {"--grid", "beta=1e-3,.5", "--grid", "lr=0.01,0.03",
                      "--seeds", "3:5", "--jobs", "3", "--epochs", "2",
                      "--validation", "10", "--log-every", "2"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(outcome.err, "");
  std::vector<json> lines = record("sweep");
  ASSERT_EQ(lines.size(), 8u);
  size_t next = 0;
  for (const char *beta : {"1e-3", ".5"})
    for (const char *lr : {"0.01", "0.03"})
      for (const char *seed : {"3", "4"}) {
        std::string name = fmt::format("beta={},lr={},seed={}", beta, lr, seed);
        ASSERT_EQ(
            train(name, {"--beta", beta, "--lr", lr, "--seed", seed, "--epochs",
                         "2", "--validation", "10", "--log-every", "2"})
                .exitCode,
            0);
        expectSameRun("sweep/" + name, name);
        const json &line = lines[next++];
        EXPECT_EQ(line["run"], name);
        EXPECT_EQ(line["status"], "done");
        EXPECT_EQ(line["beta"], std::stod(beta));
        EXPECT_EQ(line["seed"], std::stoi(seed));
        json last =
            json::parse(readLines(path(name) + "/metrics.jsonl").back());
        for (const char *key : {"split", "error_avg", "izy_bits", "rate_bits",
                                "step", "n", "samples"})
          EXPECT_EQ(line[key], last[key]) << key;
        EXPECT_EQ(line["best"]["split"], "validation");
        EXPECT_EQ(line["best"]["step"], last["step"]);
      }
  EXPECT_EQ(next, lines.size());
}

TEST_F(Sweeping, printsALineForEachRun) {
  Outcome outcome = sweep("run", {"--seeds", "0:3", "--epochs", "1"});
  for (const char *part :
       {"\n3 runs, ", "\nseed=0: done  error ", "3 of 3 runs: 3 done\n",
        "sweep.jsonl has a line for each run\n"})
    expectIn(outcome.out, part);
  EXPECT_EQ(outcome.out.find('\x1b'), std::string::npos);
  outcome = sweep("quiet", {"--seeds", "0:3", "--epochs", "1", "--quiet"});
  EXPECT_EQ(outcome.out + outcome.err, "");
}

TEST_F(Sweeping, aRunThatDivergesDoesNotEndTheOthers) {
  // A rate that overflows within an epoch, and one that does not.
  Words flags = {"--grid", "lr=0.01,1e300", "--jobs", "1", "--epochs", "2"};
  Outcome outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  std::vector<json> lines = record("sweep");
  ASSERT_EQ(lines.size(), 2u);
  EXPECT_EQ(lines[0]["status"], "done");
  EXPECT_EQ(lines[1]["status"], "diverged");
  expectIn(lines[1]["message"].get<std::string>(), "training has diverged");
  expectIn(outcome.out, "lr=1e300,seed=5: diverged");
  // Neither is trained again, though one of them has no checkpoint.
  ASSERT_EQ(file("sweep", "lr=1e300,seed=5/checkpoint.safetensors"), "");
  flags.push_back("--resume");
  outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.exitCode, 0);
  expectIn(outcome.out, "2 runs, 2 of which ended before");
  EXPECT_EQ(record("sweep"), lines);
}

TEST_F(Sweeping, aRunThatDivergedWithOtherSettingsIsTrainedAgain) {
  ASSERT_EQ(sweep("sweep", {"--grid", "lr=1e300"}).exitCode, 0);
  Words flags = {"--grid", "lr=1e300", "--beta", "0.5", "--resume"};
  Outcome outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.out.find("ended before"), std::string::npos) << outcome.out;
  expectIn(sweep("sweep", flags).out, "1 run, 1 of which ended before");
}

TEST_F(Sweeping, aDivergenceIsKnownAfterAKill) {
  // The values are finite, and far too large.
  Words flags = {"--grid", "lr=100", "--epochs", "2"};
  ASSERT_EQ(sweep("sweep", flags).exitCode, 0);
  std::vector<json> before = record("sweep");
  ASSERT_EQ(before[0]["status"], "diverged");
  // As if it had been killed after its last checkpoint.
  ASSERT_EQ(unlink(path("sweep/sweep.jsonl").c_str()), 0);
  ASSERT_EQ(unlink(path("sweep/lr=100,seed=5/model.safetensors").c_str()), 0);
  flags.push_back("--resume");
  ASSERT_EQ(sweep("sweep", flags).exitCode, 0);
  EXPECT_EQ(record("sweep"), before);
  Outcome again = runMock({"train", "--data", path("data"), "--out",
                           path("sweep/lr=100,seed=5"), "--lr", "100",
                           "--epochs", "2", "--resume"});
  expectIn(again.err, "training has diverged: the loss was");
}

TEST_F(Sweeping, theBestEpochOfARunThatDivergedIsRecorded) {
  // Rates at which a few epochs are finite, and then the rate overflows.
  ASSERT_EQ(sweep("sweep", {"--grid", "lr=70,75,80,85,90", "--epochs", "30",
                            "--eval", "raw", "--validation", "10"})
                .exitCode,
            0);
  int diverged = 0;
  for (const json &line : record("sweep")) {
    std::string best =
        path("sweep/" + line["run"].get<std::string>() + "/best.safetensors");
    if (line["status"] != "diverged" || access(best.c_str(), F_OK) != 0 ||
        line["message"].get<std::string>().find("is not finite") ==
            std::string::npos)
      continue;
    ++diverged;
    ASSERT_TRUE(line["best"].is_object()) << line;
    EXPECT_EQ(line["best"]["step"].dump(),
              SafetensorsReader(best).metadata().at("step"));
  }
  EXPECT_GT(diverged, 0);
}

TEST_F(Sweeping, anEmptyFileOfMetricsIsNoRun) {
  ASSERT_EQ(mkdir(path("sweep").c_str(), 0777), 0);
  ASSERT_EQ(mkdir(path("sweep/seed=0").c_str(), 0777), 0);
  writeFile(path("sweep/seed=0/metrics.jsonl"), "");
  Words flags = {"--seeds", "0:2", "--epochs", "1"};
  EXPECT_EQ(sweep("sweep", flags).exitCode, 0);
  ASSERT_EQ(unlink(path("sweep/sweep.jsonl").c_str()), 0);
  Outcome outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "already contains a sweep (");
}

TEST_F(Sweeping, theFileOfInitIsASetting) {
  ASSERT_EQ(train("a", {"--epochs", "1"}).exitCode, 0);
  ASSERT_EQ(train("b", {"--epochs", "2"}).exitCode, 0);
  std::string a = path("a/model.safetensors"), b = path("b/model.safetensors");
  Words flags = {"--seeds", "0:2", "--init", a};
  ASSERT_EQ(sweep("sweep", flags).exitCode, 0);
  flags.push_back("--resume");
  EXPECT_EQ(sweep("sweep", flags).exitCode, 0);
  flags[3] = b;
  Outcome outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "the checkpoint's --init is " + a);
  expectIn(outcome.err, "this run's is " + b);
  expectIn(outcome.err, "give the flags of that run again: --init " + a);
  outcome = sweep("sweep", {"--seeds", "0:2", "--resume"});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "this run's is none");
  // The same weights elsewhere are the same, also under a name that is not
  // UTF-8.
  writeFile(path("copy\xff"), readText(a));
  flags[3] = path("copy\xff");
  EXPECT_EQ(sweep("sweep", flags).exitCode, 0);
  Words named = {"--init", path("copy\xff"), "--steps", "3"};
  ASSERT_EQ(train("named", named).exitCode, 0);
  EXPECT_EQ(train("named", {"--resume"}).exitCode, 0);
  // train goes on with the file that there was.
  ASSERT_EQ(train("sweep/seed=0", {"--seed", "0", "--epochs", "4", "--resume"})
                .exitCode,
            0);
  ASSERT_EQ(
      train("whole", {"--seed", "0", "--epochs", "4", "--init", a}).exitCode,
      0);
  expectSameRun("sweep/seed=0", "whole");
}

TEST_F(Sweeping, looksAtFinishedRunsWithoutADevice) {
  ASSERT_EQ(sweep("sweep", {"--seeds", "0:2", "--epochs", "1"}).exitCode, 0);
  // This program finds no driver.
  Start gpu;
  gpu.environment = {"VIB_MOCK=gpu"};
  Words flags = {"--seeds", "0:2", "--epochs", "1", "--resume"};
  Outcome outcome = sweep("sweep", flags, gpu);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  expectIn(outcome.out, "2 runs, 2 of which ended before");
  flags[1] = "0:3";
  EXPECT_EQ(sweep("sweep", flags, gpu).exitCode, 1);
}

TEST_F(Sweeping, doesNotWaitForAFolderThatCannotBeLocked) {
  ASSERT_EQ(mkdir(path("sweep").c_str(), 0777), 0);
  ASSERT_EQ(symlink("nothing", path("sweep/.vib-lock").c_str()), 0);
  auto begin = std::chrono::steady_clock::now();
  Outcome outcome =
      sweep("sweep", {"--seeds", "0:2", "--epochs", "1", "--part", "1/2"});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "cannot write in the directory");
  // Others that write in it are waited for, 30 s.
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(20));
}

TEST_F(Sweeping, aRunThatFailsIsTriedAgain) {
  ASSERT_EQ(mkdir(path("sweep").c_str(), 0777), 0);
  // A file in place of the folder of a run.
  writeFile(path("sweep/seed=1"), "");
  Words flags = {"--seeds", "0:3", "--epochs", "1"};
  Outcome outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "error: 1 of 3 runs failed; ");
  expectIn(outcome.err, "seed=1 is a file, expected a folder");
  std::vector<json> lines = record("sweep");
  ASSERT_EQ(lines.size(), 3u);
  EXPECT_EQ(lines[1]["status"], "failed");
  EXPECT_EQ(lines[2]["status"], "done");
  ASSERT_EQ(unlink(path("sweep/seed=1").c_str()), 0);
  flags.push_back("--resume");
  outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  expectIn(outcome.out, "3 runs, 2 of which ended before");
  EXPECT_EQ(record("sweep")[1]["status"], "done");
  ASSERT_EQ(train("one", {"--seed", "1", "--epochs", "1"}).exitCode, 0);
  expectSameRun("one", "sweep/seed=1");
}

TEST_F(Sweeping, aFinishedRunWithoutALineGetsOne) {
  Words flags = {"--seeds", "0:2", "--epochs", "1"};
  ASSERT_EQ(sweep("sweep", flags).exitCode, 0);
  std::vector<json> before = record("sweep");
  // As if the sweep had been killed before it wrote the line.
  ASSERT_EQ(unlink(path("sweep/sweep.jsonl").c_str()), 0);
  flags.push_back("--resume");
  Outcome outcome = sweep("sweep", flags);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(record("sweep"), before);
}

TEST_F(Sweeping, theGridAndTheEpochsMayGrow) {
  ASSERT_EQ(sweep("sweep", {"--seeds", "0:2", "--epochs", "1"}).exitCode, 0);
  Outcome outcome =
      sweep("sweep", {"--seeds", "0:3", "--epochs", "2", "--resume"});
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
  std::vector<json> lines = record("sweep");
  ASSERT_EQ(lines.size(), 3u);
  for (int seed = 0; seed < 3; ++seed) {
    EXPECT_EQ(lines[size_t(seed)]["step"], 14);
    std::string name = fmt::format("seed={}", seed);
    ASSERT_EQ(
        train(name, {"--seed", std::to_string(seed), "--epochs", "2"}).exitCode,
        0);
    expectSameRun(name, "sweep/" + name);
  }
}

TEST_F(Sweeping, otherSettingsChangeNothing) {
  ASSERT_EQ(sweep("sweep", {"--seeds", "0:2", "--epochs", "1"}).exitCode, 0);
  std::string before = readText(path("sweep/sweep.jsonl"));
  Outcome outcome = sweep("sweep", {"--seeds", "0:2", "--epochs", "1"});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "already contains a sweep");
  outcome = sweep("sweep", {"--seeds", "0:2", "--resume", "--lr", "0.5"});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "the checkpoint's learning rate is 0.03, this run's "
                        "is 0.5");
  EXPECT_EQ(readText(path("sweep/sweep.jsonl")), before);
  writeFile(path("sweep/sweep.jsonl"), before + "{\"run\":3}\n");
  outcome = sweep("sweep", {"--seeds", "0:2", "--resume"});
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "line 3 is not a line of a sweep");
}

TEST_F(Sweeping, partsShareTheRecord) {
  std::vector<pid_t> processes;
  for (const char *part : {"1/3", "2/3", "3/3"}) {
    std::string log = path(std::string("log") + part[0]);
    ASSERT_EQ(mkdir(log.c_str(), 0777), 0);
    processes.push_back(startMock(words("sweep", "sweep",
                                        {"--seeds", "0:7", "--epochs", "1",
                                         "--part", part, "--jobs", "2"}),
                                  log));
  }
  for (int i = 0; i < 3; ++i) {
    Outcome outcome =
        waitForMock(processes[size_t(i)], path(fmt::format("log{}", i + 1)));
    EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  }
  std::vector<json> lines = record("sweep");
  ASSERT_EQ(lines.size(), 7u);
  for (size_t i = 0; i < lines.size(); ++i) {
    EXPECT_EQ(lines[i]["run"], fmt::format("seed={}", i));
    EXPECT_EQ(lines[i]["status"], "done");
  }
}

TEST_F(Sweeping, aSignalEndsAllRunsAfterTheirCheckpoints) {
  Words flags = {"--seeds", "0:4",  "--epochs", "400",
                 "--jobs",  "2",    "--quiet",  "--checkpoint-every",
                 "1",       "--lr", "0.001"};
  ASSERT_EQ(mkdir(path("log").c_str(), 0777), 0);
  for (int signal : {SIGTERM, SIGINT, SIGKILL}) {
    Words more = flags;
    if (signal != SIGTERM)
      more.push_back("--resume");
    pid_t process = startMock(words("sweep", "sweep", more), path("log"));
    usleep(400000);
    kill(process, signal);
    Outcome outcome = waitForMock(process, path("log"));
    if (signal != SIGKILL) {
      EXPECT_EQ(outcome.exitCode, 128 + signal) << outcome.err;
      expectIn(outcome.err, "4 of 4 runs are left, and --resume");
    }
    EXPECT_EQ(access(path("sweep/seed=0/checkpoint.safetensors").c_str(), F_OK),
              0);
    EXPECT_EQ(access(path("sweep/seed=1/checkpoint.safetensors").c_str(), F_OK),
              0);
  }
  flags[3] = "8";
  Outcome outcome = sweep("short", flags);
  ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
}

TEST_F(Sweeping, wrongUsageExitsWith2) {
  for (const auto &[flags, reason] : {
           std::pair(Words{}, "expected --grid or --seeds"),
           {Words{"--grid", "beta"}, "expected NAME=V1,V2"},
           {Words{"--grid", "=1"}, "expected NAME=V1,V2"},
           {Words{"--grid", "gamma=1"},
            "expected beta, lr, seed, epochs, steps or init, got 'gamma'"},
           {Words{"--grid", "beta=1,,2"}, "a value is empty in 'beta=1,,2'"},
           {Words{"--grid", "beta=1,x"}, "got 'x'"},
           {Words{"--grid", "beta=1e-1,0.1"},
            "the values 1e-1 and 0.1 of beta are the same number"},
           {Words{"--grid", "seed=1,01"}, "1 and 01 of seed are the same"},
           {Words{"--grid", "lr=1,1"}, "lr has the value 1 twice"},
           {Words{"--grid", "lr=1", "--grid", "lr=2"}, "lr is given twice"},
           {Words{"--grid", "lr=1", "--lr", "2"}, "contradict each other"},
           {Words{"--grid", "beta=1", "--beta", "2"}, "contradict each other"},
           {Words{"--grid", "seed=1", "--seeds", "0:2"},
            "--seeds and --grid seed"},
           {Words{"--seeds", "0:2", "--seed", "1"}, "--seed and --seeds"},
           {Words{"--seeds", "2:2"}, "2:2 has no seed"},
           {Words{"--seeds", "5"}, "expected A:B"},
           {Words{"--seeds", "0:2000000"}, "at most 1000000"},
           {Words{"--seeds", "0:2", "--part", "3/2"}, "from 1 to 2"},
           {Words{"--seeds", "0:2", "--part", "0/2"}, "from 1 to 2"},
           {Words{"--seeds", "0:2", "--part", "1"}, "expected I/N"},
           {Words{"--seeds", "0:2", "--jobs", "0"}, "from 1 to"},
           {Words{"--seeds", "0:2", "--profile"}, "share the processors"},
           {Words{"--seeds", "0:2", "--patience", "1"},
            "expected --validation"},
           {Words{"--grid", "init=a/b,a_b"}, "two runs would have the folder"},
       }) {
    Outcome outcome = sweep("sweep", flags);
    EXPECT_EQ(outcome.exitCode, 2) << reason;
    expectIn(outcome.err, reason);
    EXPECT_NE(access(path("sweep").c_str(), F_OK), 0);
  }
  Start gpu;
  gpu.environment = {"VIB_MOCK=gpu"};
  Outcome outcome =
      runMock(words("sweep", "sweep", {"--seeds", "0:2", "--jobs", "2"}), gpu);
  EXPECT_EQ(outcome.exitCode, 2);
  expectIn(outcome.err, "one run after another: expected 1, got 2");
}

/// What a terminal gets when a thread of a sweep warns while the table is on
/// the screen.
TEST(SweepTable, messagesAreAboveTheTable) {
  fflush(stdout);
  int terminal = -1;
  pid_t process = forkpty(&terminal, nullptr, nullptr, nullptr);
  ASSERT_GE(process, 0);
  if (process == 0) {
    setenv("TERM", "xterm", 1);
    SweepTable table({"a", "b"}, true);
    table.redraw();
    std::thread([] { warn("{}", "a warning"); }).join();
    std::thread([] { warn("{}", "a warning"); }).join();
    table.redraw();
    table.leave();
    _exit(0);
  }
  std::string text;
  char byte;
  while (read(terminal, &byte, 1) == 1)
    text += byte == '\r' ? "" : std::string(1, byte);
  close(terminal);
  waitpid(process, nullptr, 0);
  std::string table = text.substr(0, text.find('\x1b'));
  EXPECT_EQ(std::count(table.begin(), table.end(), '\n'), 3) << table;
  EXPECT_EQ(text, fmt::format("{}\x1b[3A\x1b[J{}: warning: a warning\n{}",
                              table, programName(), table));
}

TEST(SweepGrid, listsTheRunsInOrder) {
  const VibModel &model = mockClassifier();
  Options options;
  options.command = Command::Sweep;
  options.out = "out";
  addAxis("seed=7,3", model, options);
  addAxis("epochs=1,2", model, options);
  std::vector<SweepRun> runs = listRuns(model, options);
  Words names;
  for (const SweepRun &run : runs)
    names.push_back(run.name);
  EXPECT_EQ(names, (Words{"epochs=1,seed=7", "epochs=1,seed=3",
                          "epochs=2,seed=7", "epochs=2,seed=3"}));
  EXPECT_EQ(runs[1].options.seed, 3u);
  EXPECT_EQ(runs[2].options.epochs, 2);
  EXPECT_EQ(runs[2].options.out, "out/epochs=2,seed=7");
  // Without a seed in the grid, that of the model.
  options.grid.erase(options.grid.begin());
  EXPECT_EQ(listRuns(model, options)[0].name, "epochs=1,seed=5");
  setSeeds("18446744073709551613:18446744073709551615", options);
  EXPECT_EQ(listRuns(model, options)[1].name,
            "epochs=1,seed=18446744073709551614");
}

} // namespace
