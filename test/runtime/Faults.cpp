//===- Faults.cpp - What may happen around a run --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Several runs at once, streams that are closed or full, files that have gone
// or were edited. One run that is killed is in Training.cpp.
//
//===----------------------------------------------------------------------===//

#include "runtime/Console.h"
#include "runtime/File.h"
#include "runtime/Safetensors.h"
#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

using namespace vib::runtime;
using namespace vib::runtime::test;
namespace fs = std::filesystem;
using Words = std::vector<std::string>;

namespace {

/// 50 rows are 7 batches of 8, the last one of 2; a run is 3 epochs.
class Faults : public testing::Test {
protected:
  void SetUp() override { writeImages(path("data"), 50, 21); }

  std::string path(const std::string &name) const { return root.path(name); }

  Words trainWords(const std::string &out, Words flags = {}) const {
    Words words = {"train", "--data", path("data"), "--out", path(out)};
    words.insert(words.end(), flags.begin(), flags.end());
    return words;
  }
  Outcome train(const std::string &out, Words flags = {},
                const Start &start = {}) const {
    return runMock(trainWords(out, std::move(flags)), start);
  }

  /// The names in a directory, sorted.
  Words namesIn(const std::string &directory) const {
    Words names;
    for (const fs::directory_entry &entry :
         fs::directory_iterator(path(directory)))
      names.push_back(entry.path().filename().string());
    std::sort(names.begin(), names.end());
    return names;
  }

  /// Checks that `out` holds one whole run and nothing else.
  void expectWholeRun(const std::string &out) const {
    EXPECT_EQ(namesIn(out), (Words{"checkpoint.safetensors", "metrics.jsonl",
                                   "model.safetensors"}));
    Words lines = readLines(path(out + "/metrics.jsonl"));
    EXPECT_EQ(lines.size(), 6u);
    for (const std::string &line : lines)
      EXPECT_TRUE(nlohmann::json::accept(line)) << line;
    EXPECT_NO_THROW(SafetensorsReader(path(out + "/model.safetensors")));
    EXPECT_NO_THROW(SafetensorsReader(path(out + "/checkpoint.safetensors")));
  }

  /// Rewrites the checkpoint of a run.
  void editCheckpoint(const std::string &out,
                      const std::function<void(SafetensorsWriter &)> &edit,
                      const std::string &dropped = "") const {
    std::string name = path(out + "/checkpoint.safetensors");
    SafetensorsReader reader(name);
    SafetensorsWriter writer;
    writer.metadata = reader.metadata();
    for (const SafetensorsReader::Tensor &tensor : reader.tensors())
      if (tensor.name != dropped)
        writer.add(tensor.name, tensor.type, tensor.shape, tensor.data);
    edit(writer);
    writer.write(name);
  }

  TemporaryDirectory root;
};

//===----------------------------------------------------------------------===//
// Several runs
//===----------------------------------------------------------------------===//

TEST_F(Faults, ofManyRunsInOneDirectoryOneRunsAndTheOthersAreRefused) {
  constexpr int runs = 10;
  for (int round = 0; round < 5; ++round) {
    std::string out = "run" + std::to_string(round);
    std::vector<pid_t> processes;
    for (int run = 0; run < runs; ++run) {
      std::string place = path(out + "-output" + std::to_string(run));
      mkdir(place.c_str(), 0755);
      processes.push_back(startMock(trainWords(out), place));
    }
    int succeeded = 0;
    for (int run = 0; run < runs; ++run) {
      Outcome outcome = waitForMock(
          processes[size_t(run)], path(out + "-output" + std::to_string(run)));
      succeeded += outcome.exitCode == 0;
      if (outcome.exitCode == 0)
        continue;
      EXPECT_EQ(outcome.exitCode, 1);
      // It came while another one ran, or after it.
      bool refused =
          outcome.err.find("another run is writing") != std::string::npos ||
          outcome.err.find("already contains a run") != std::string::npos;
      EXPECT_TRUE(refused) << outcome.err;
    }
    EXPECT_EQ(succeeded, 1);
    expectWholeRun(out);
  }
}

TEST_F(Faults, aSecondRunDoesNotDisturbTheFirst) {
  // The first run waits for its data while the others come.
  fs::remove(path("data/train_x.npy"));
  ASSERT_EQ(mkfifo(path("data/train_x.npy").c_str(), 0666), 0);
  fs::create_directory(path("first"));
  pid_t first = startMock(trainWords("run"), path("first"));
  while (!fileExists(path("run/.vib-lock")) ||
         readText(path("run/.vib-lock")).empty())
    usleep(1000);
  for (Words flags : {Words{}, Words{"--resume"}}) {
    Outcome second = train("run", flags);
    EXPECT_EQ(second.exitCode, 1);
    EXPECT_NE(second.err.find("process " + std::to_string(first) + " on "),
              std::string::npos)
        << second.err;
  }
  TemporaryDirectory other;
  writeImages(other.path("data"), 50, 21);
  writeFile(path("data/train_x.npy"), readText(other.path("data/train_x.npy")));
  EXPECT_EQ(waitForMock(first, path("first")).exitCode, 0);
  expectWholeRun("run");
}

//===----------------------------------------------------------------------===//
// Streams
//===----------------------------------------------------------------------===//

TEST_F(Faults, whatIsPrintedToAClosedDescriptorGetsIntoNoFile) {
  for (std::vector<int> closed :
       {std::vector<int>{0}, {1}, {2}, {0, 1}, {1, 2}, {0, 1, 2}}) {
    std::string out = "run";
    for (int descriptor : closed)
      out += std::to_string(descriptor);
    Start start;
    start.closed = closed;
    EXPECT_EQ(train(out, {}, start).exitCode, 0);
    expectWholeRun(out);
    EXPECT_EQ(train(out, {"--resume"}).exitCode, 0);
  }
}

TEST_F(Faults, aClosedOutputIsAnErrorWhereItIsTheResult) {
  ASSERT_EQ(train("run").exitCode, 0);
  Start closed;
  closed.closed = {1};
  for (const Words &words : {Words{"info"}, Words{"--help"}, Words{"--version"},
                             Words{"eval", "--data", path("data"), "--weights",
                                   path("run/model.safetensors")}}) {
    Outcome outcome = runMock(words, closed);
    EXPECT_EQ(outcome.exitCode, 1) << words.front();
    EXPECT_EQ(outcome.err, "mock: error: cannot write to the standard "
                           "output: "
                           "Bad file descriptor\n");
  }
}

TEST_F(Faults, anErrorThatCannotBePrintedIsStillAnExitCode) {
  Start closed, full, both;
  closed.closed = {2};
  full.err = "/dev/full";
  both.closed = {1, 2};
  for (const Start &start : {closed, full, both}) {
    EXPECT_EQ(
        runMock({"train", "--data", path("none"), "--out", path("a")}, start)
            .exitCode,
        1);
    EXPECT_EQ(runMock({"train", "--bogus"}, start).exitCode, 2);
    EXPECT_EQ(runMock({"nothing"}, start).exitCode, 2);
  }
}

TEST_F(Faults, aFullOutputDoesNotEndTheTraining) {
  Start full;
  full.out = "/dev/full";
  Outcome outcome = train("run", {}, full);
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("standard output: No space left on device"),
            std::string::npos)
      << outcome.err;
  expectWholeRun("run");
}

TEST_F(Faults, aReaderThatGoesAwayDoesNotEndTheTraining) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  close(ends[0]);
  Start start;
  start.outDescriptor = ends[1];
  EXPECT_EQ(train("run", {}, start).exitCode, 0);
  // Where the output is the result, the program ends as others do.
  EXPECT_EQ(runMock({"info"}, start).exitCode, -SIGPIPE);
  close(ends[1]);
  expectWholeRun("run");
}

TEST_F(Faults, controlCharactersOfFilesAreEscaped) {
  Outcome outcome =
      runMock({"train", "--data", path("no\x1b[2Jne"), "--out", path("run")});
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_EQ(outcome.err.find('\x1b'), std::string::npos);
  EXPECT_NE(outcome.err.find("no\\x1b[2Jne"), std::string::npos) << outcome.err;
  EXPECT_EQ(escapeControl("a\xc2\x9b"
                          "b\x7f\t\n\xc2\xb5\xe2\x89\xa5"),
            "a\\xc2\\x9bb\\x7f\t\n\xc2\xb5\xe2\x89\xa5");
}

//===----------------------------------------------------------------------===//
// Signals and limits
//===----------------------------------------------------------------------===//

TEST_F(Faults, aSignalThatIsIgnoredStaysIgnored) {
  Start start;
  start.ignored = {SIGINT, SIGHUP};
  fs::create_directory(path("output"));
  pid_t process = startMock(trainWords("run", {"--epochs", "1000000"}),
                            path("output"), start);
  while (readText(path("output/out")).find("epoch ") == std::string::npos)
    usleep(500);
  kill(process, SIGINT);
  kill(process, SIGHUP);
  usleep(50000);
  kill(process, SIGTERM);
  EXPECT_EQ(waitForMock(process, path("output")).exitCode, 128 + SIGTERM);
}

TEST_F(Faults, aLimitOfProcessorTimeEndsTheTrainingAfterACheckpoint) {
  Start limited;
  limited.secondsLimit = 1;
  Outcome outcome = train("run", {"--epochs", "100000000"}, limited);
  EXPECT_EQ(outcome.exitCode, 128 + SIGXCPU) << outcome.err;
  expectIn(outcome.err, "--resume continues from it");
  EXPECT_TRUE(fileExists(path("run/checkpoint.safetensors")));
  std::string steps = outcome.err.substr(outcome.err.find("step ") + 5);
  steps.resize(steps.find(';'));
  steps = std::to_string(std::stoll(steps) + 1);
  EXPECT_EQ(train("run", {"--resume", "--steps", steps}).exitCode, 0);
}

TEST_F(Faults, oneSignalEndsAWaitForAPipe) {
  for (const char *name : {"data/train_x.npy", "output/pipe.npy"}) {
    fs::create_directory(path("output"));
    bool reads = name == std::string("data/train_x.npy");
    Words words = trainWords("run");
    if (!reads) {
      SetUp();
      ASSERT_EQ(train("trained").exitCode, 0);
      words = {"predict",
               "--input",
               path("data/test_x.npy"),
               "--weights",
               path("trained/model.safetensors"),
               "--output",
               path(name)};
    }
    fs::remove(path(name));
    ASSERT_EQ(mkfifo(path(name).c_str(), 0666), 0);
    pid_t process = startMock(words, path("output"));
    usleep(200000);
    kill(process, SIGTERM);
    Outcome outcome = waitForMock(process, path("output"));
    EXPECT_EQ(outcome.exitCode, 128 + SIGTERM) << name << outcome.err;
    fs::remove(path(name));
  }
}

TEST_F(Faults, aFileSizeLimitIsAnErrorOfTheWriteAndNamesTheOldCheckpoint) {
  ASSERT_EQ(train("run", {"--steps", "5"}).exitCode, 0);
  Start limited;
  limited.fileLimit =
      long(readText(path("run/checkpoint.safetensors")).size()) - 100;
  Outcome outcome = train("run", {"--resume"}, limited);
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("File too large"), std::string::npos)
      << outcome.err;
  EXPECT_NE(outcome.err.find("is still that of step 5"), std::string::npos)
      << outcome.err;
}

TEST_F(Faults, dataBeyondTheMemoryNamesTheFileAndTheLimit) {
  // A sparse file of 8 TB. It takes no place on the disk.
  int file = open(path("data/train_x.npy").c_str(), O_WRONLY | O_CREAT, 0666);
  ASSERT_GE(file, 0);
  if (ftruncate(file, off_t(8) << 40) != 0)
    GTEST_SKIP() << "the file system has no files of 8 TB";
  close(file);
  Outcome outcome = train("run");
  EXPECT_EQ(outcome.exitCode, 1);
  EXPECT_NE(outcome.err.find("train_x.npy: out of memory: 8796.1 GB are "
                             "needed, and "),
            std::string::npos)
      << outcome.err;
}

TEST_F(Faults, threadsFitIntoTheAddressSpace) {
  if (sanitized)
    GTEST_SKIP() << "sanitizers need all of the address space";
  ASSERT_EQ(train("free", {"--threads", "1"}).exitCode, 0);
  Start limited;
  limited.addressLimit = 512 << 20;
  Outcome outcome = train("run", {"--threads", "1000"}, limited);
  EXPECT_EQ(outcome.exitCode, 0);
  EXPECT_NE(outcome.err.find("of 1000 threads are available"),
            std::string::npos)
      << outcome.err;
  EXPECT_EQ(readMetrics(path("run")), readMetrics(path("free")));
}

TEST_F(Faults, everyLimitOfTheAddressSpaceIsEnoughOrAnError) {
  if (sanitized)
    GTEST_SKIP() << "sanitizers need all of the address space";
  // Under the least of these the program does not start at all.
  int started = 0;
  for (long megabytes = 4; megabytes <= 100; megabytes += 4) {
    Start limited;
    limited.addressLimit = megabytes << 20;
    std::string out = "run" + std::to_string(megabytes);
    Outcome outcome = train(out, {"--threads", "3"}, limited);
    if (outcome.exitCode == 127 || (outcome.exitCode < 0 && !started))
      continue;
    ++started;
    if (outcome.exitCode == 0)
      expectWholeRun(out);
    else
      EXPECT_EQ(outcome.exitCode, 1) << megabytes << outcome.err;
    if (outcome.exitCode == 1) {
      EXPECT_NE(outcome.err.find("out of memory"), std::string::npos)
          << megabytes << outcome.err;
    }
  }
  EXPECT_GT(started, 10);
}

TEST_F(Faults, aNameMayBeAsLongAsTheFileSystemAllows) {
  ASSERT_EQ(train("run").exitCode, 0);
  auto predict = [&](const std::string &name) {
    return runMock({"predict", "--input", path("data/test_x.npy"), "--weights",
                    path("run/model.safetensors"), "--output",
                    path("out/" + name)});
  };
  fs::create_directory(path("out"));
  std::string longest = std::string(251, 'n') + ".npy";
  Outcome outcome = predict(longest);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  EXPECT_EQ(namesIn("out"), Words{longest});
  outcome = predict("n" + longest);
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "File name too long");
  EXPECT_EQ(namesIn("out"), Words{longest});
}

//===----------------------------------------------------------------------===//
// Files that are not what they were
//===----------------------------------------------------------------------===//

TEST_F(Faults, aRunWithoutItsCheckpointIsNotStartedAnew) {
  ASSERT_EQ(train("run").exitCode, 0);
  std::string metrics = readText(path("run/metrics.jsonl"));
  fs::remove(path("run/checkpoint.safetensors"));
  for (const char *name : {"model.safetensors", "metrics.jsonl"}) {
    Outcome outcome = train("run", {"--resume"});
    EXPECT_EQ(outcome.exitCode, 1);
    EXPECT_NE(outcome.err.find(std::string(name) + " but no checkpoint"),
              std::string::npos)
        << outcome.err;
    EXPECT_EQ(readText(path("run/metrics.jsonl")), metrics);
    fs::remove(path("run/model.safetensors"));
  }
}

TEST_F(Faults, anEditedCheckpointIsRefused) {
  auto setSums = [](std::vector<double> sums) {
    return [sums](SafetensorsWriter &writer) {
      writer.add("sums.train", "F64", {int64_t(sums.size())}, sums.data());
    };
  };
  auto setKey = [](const char *key, const char *value) {
    return [=](SafetensorsWriter &writer) { writer.metadata[key] = value; };
  };
  struct Edit {
    std::function<void(SafetensorsWriter &)> edit;
    std::string dropped;
    std::string expected;
  };
  const std::string sums = "sums.train";
  // Step 9 is two batches of 8 into the second epoch.
  const Edit edits[] = {
      {[](SafetensorsWriter &) {}, sums, "lacks the sums"},
      {setSums({16, 1, 1, 1}), sums, "lacks the sums"},
      {setSums({16, -1e300, 1, 1, 1}), sums, "impossible"},
      {setSums({16, 1, NAN, 1, 1}), sums, "impossible"},
      {setSums({16, 1, 1, 17, 1}), sums, "impossible"},
      {setSums({17, 1, 1, 1, 1}), sums, "over 17 rows, expected 16 at step 9"},
      {setKey("step", "10"), "", "over 16 rows, expected 24 at step 10"},
      {setKey("step", "16"), "", "which does not fit the checkpoint"},
      {setKey("step", "nine"), "", "'step' is 'nine', expected a whole number"},
      {setKey("data", ""), "", "data (fingerprint) is"},
      {setKey("data", "train"), "", "data (fingerprint) is train"},
      {setKey("seed", "seven"), "",
       "'seed' is 'seven', expected a whole number"}};
  for (const Edit &edit : edits)
    for (bool hasChecksums : {true, false}) {
      fs::remove_all(path("run"));
      ASSERT_EQ(train("run", {"--steps", "9"}).exitCode, 0);
      editCheckpoint(
          "run",
          [&](SafetensorsWriter &writer) {
            edit.edit(writer);
            // Files of earlier versions have none.
            if (!hasChecksums) {
              writer.metadata.erase("checksums");
              writer.metadata.erase("checksum");
            }
          },
          edit.dropped);
      Outcome outcome = train("run", {"--resume"});
      std::string expected = hasChecksums ? "damaged or edited" : edit.expected;
      EXPECT_EQ(outcome.exitCode, 1);
      EXPECT_NE(outcome.err.find(expected), std::string::npos)
          << "expected " << expected << ", got " << outcome.err;
    }
}

} // namespace
