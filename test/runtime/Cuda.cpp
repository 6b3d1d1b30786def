//===- Cuda.cpp - Programs for a GPU, with a fake driver ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernels of the fake driver are the entries of the CPU's mock models, so
// that every result must be the same, bit for bit.
//
//===----------------------------------------------------------------------===//

#include "runtime/Safetensors.h"
#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <nlohmann/json.hpp>

#include <csignal>
#include <unistd.h>

using namespace vib::runtime;
using namespace vib::runtime::test;
using Words = std::vector<std::string>;

namespace {

/// The environment of a program for a GPU.
Start onGpu(const std::string &settings = "", const char *model = "gpu",
            const std::string &driver = VIB_FAKE_CUDA_DIR) {
  Start start;
  start.environment = {"VIB_MOCK=" + std::string(model),
                       "LD_LIBRARY_PATH=" + driver,
                       "VIB_FAKE_CUDA=" + settings};
  return start;
}

Start onCpu(const char *model = "classifier") {
  Start start;
  start.environment = {"VIB_MOCK=" + std::string(model)};
  return start;
}

/// 423 rows are 53 batches of 8, the last one of 7: three graphs of 16 steps
/// and five of one.
class Cuda : public testing::Test {
protected:
  void SetUp() override { writeImages(path("data"), 423, 21); }

  std::string path(const std::string &name) const { return root.path(name); }
  std::string file(const std::string &out, const std::string &name) const {
    return readText(path(out) + "/" + name);
  }

  Outcome train(const std::string &out, Words flags, const Start &start) const {
    Words words = {"train", "--data", path("data"), "--out", path(out)};
    words.insert(words.end(), flags.begin(), flags.end());
    return runMock(words, start);
  }
  void trainWell(const std::string &out, Words flags,
                 const Start &start) const {
    Outcome outcome = train(out, flags, start);
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
  }

  /// Bit for bit but for the clock.
  void expectSameRun(const std::string &a, const std::string &b) const {
    for (const char *name : {"checkpoint.safetensors", "model.safetensors"}) {
      EXPECT_FALSE(file(a, name).empty());
      EXPECT_TRUE(file(a, name) == file(b, name)) << name << " differs";
    }
    EXPECT_EQ(readMetrics(path(a)), readMetrics(path(b)));
  }

  TemporaryDirectory root;
};

//===----------------------------------------------------------------------===//
// The same as on the CPU
//===----------------------------------------------------------------------===//

TEST_F(Cuda, trainsAsTheCpu) {
  for (Words flags : {Words{}, Words{"--eval", "both"}, Words{"--no-shuffle"},
                      Words{"--checkpoint-every", "7"}, Words{"--steps", "70"},
                      Words{"--eval", "none", "--seed", "9"}}) {
    std::string name = flags.empty() ? "run" : flags.front() + flags.back();
    trainWell("cpu" + name, flags, onCpu());
    trainWell("gpu" + name, flags, onGpu());
    expectSameRun("cpu" + name, "gpu" + name);
  }
}

TEST_F(Cuda, trainsARegressionAsTheCpu) {
  writeNumbers(path("data"), 423, 21);
  trainWell("cpu", {}, onCpu("regression"));
  trainWell("gpu", {}, onGpu("", "gpu-regression"));
  expectSameRun("cpu", "gpu");
}

TEST_F(Cuda, dataSmallerThanTheBatch) {
  writeImages(path("data"), 3, 1);
  trainWell("cpu", {}, onCpu());
  trainWell("gpu", {}, onGpu());
  expectSameRun("cpu", "gpu");
}

TEST_F(Cuda, checkpointsAreThoseOfTheCpu) {
  trainWell("whole", {"--epochs", "2"}, onCpu());
  // In the middle of an epoch and of a graph, and at an epoch's end.
  Words flags = {"--epochs", "2", "--resume", "--steps"};
  auto until = [&](const char *steps) {
    Words with = flags;
    with.push_back(steps);
    return with;
  };
  trainWell("parts", until("19"), onGpu());
  trainWell("parts", until("53"), onCpu());
  trainWell("parts", until("72"), onGpu());
  trainWell("parts", until("106"), onCpu());
  expectSameRun("whole", "parts");
}

TEST_F(Cuda, startsFromWeightsThatAreGiven) {
  trainWell("first", {"--steps", "5"}, onGpu());
  Words flags = {"--init", path("first/model.safetensors"), "--steps", "3"};
  trainWell("cpu", flags, onCpu());
  trainWell("gpu", flags, onGpu());
  expectSameRun("cpu", "gpu");
}

TEST_F(Cuda, evaluatesAndPredictsAsTheCpu) {
  trainWell("run", {"--epochs", "1"}, onCpu());
  auto both = [&](Words words) {
    Outcome cpu = runMock(words, onCpu()), gpu = runMock(words, onGpu());
    EXPECT_EQ(cpu.exitCode, 0) << cpu.err;
    EXPECT_EQ(gpu.exitCode, 0) << gpu.err;
    EXPECT_EQ(gpu.err, cpu.err);
    return std::pair(cpu.out, gpu.out);
  };
  std::string weights = path("run/checkpoint.safetensors");
  for (const char *samples : {"0", "1", "12"})
    for (const char *use : {"raw", "average"}) {
      auto [cpu, gpu] =
          both({"eval", "--data", path("data"), "--weights", weights,
                "--samples", samples, "--use", use, "--json", "--quiet"});
      EXPECT_EQ(cpu.substr(0, cpu.find(",\"seconds")),
                gpu.substr(0, gpu.find(",\"seconds")));
    }
  for (const char *what : {"probs", "logits", "mu", "sigma", "covariance",
                           "cholesky", "rate", "rate_each", "entropy", "z"})
    for (const char *samples : {"0", "3"}) {
      Words words = {"predict",   "--input",   path("data/test_x.npy"),
                     "--weights", weights,     "--what",
                     what,        "--samples", samples,
                     "--quiet",   "--output"};
      for (const Start &start : {onCpu(), onGpu()}) {
        bool gpu = start.environment.size() > 1;
        Words with = words;
        with.push_back(path(gpu ? "gpu.npy" : "cpu.npy"));
        EXPECT_EQ(runMock(with, start).exitCode, 0);
      }
      EXPECT_FALSE(readText(path("cpu.npy")).empty());
      EXPECT_TRUE(readText(path("cpu.npy")) == readText(path("gpu.npy")))
          << what << " of " << samples;
    }
  // The last z, decoded.
  for (const Start &start : {onCpu(), onGpu()}) {
    bool gpu = start.environment.size() > 1;
    Words words = {"decode",
                   "--input",
                   path("cpu.npy"),
                   "--weights",
                   weights,
                   "--output",
                   path(gpu ? "gpu-decoded.npy" : "cpu-decoded.npy")};
    EXPECT_EQ(runMock(words, start).exitCode, 0);
  }
  EXPECT_FALSE(readText(path("cpu-decoded.npy")).empty());
  EXPECT_TRUE(readText(path("cpu-decoded.npy")) ==
              readText(path("gpu-decoded.npy")));
}

TEST_F(Cuda, stepsGoInGraphs) {
  // Three of 16 and five of 1 an epoch; the last 3 steps of 1.
  Outcome outcome =
      train("run", {"--eval", "none", "--steps", "56"}, onGpu("rounds=1"));
  expectIn(outcome.err, "graphs: 11\n");
}

TEST_F(Cuda, ctrlCWritesACheckpointToGoOnFrom) {
  Words words = {"train",     "--data",   path("data"), "--out",
                 path("run"), "--epochs", "1000000"};
  pid_t process = startMock(words, path(""), onGpu());
  for (int i = 0;
       i < 20000 && readText(path("out")).find("epoch ") == std::string::npos;
       ++i)
    usleep(500);
  kill(process, SIGINT);
  Outcome outcome = waitForMock(process, path(""));
  EXPECT_EQ(outcome.exitCode, 130) << outcome.err;
  SafetensorsReader checkpoint(path("run/checkpoint.safetensors"));
  uint64_t step = std::stoull(checkpoint.metadata().at("step"));
  expectIn(outcome.err, "interrupted at step " + std::to_string(step) + ";");
  Words flags = {"--epochs", "1000000", "--steps", std::to_string(step + 10)};
  trainWell("whole", flags, onCpu());
  flags.push_back("--resume");
  trainWell("run", flags, onGpu());
  expectSameRun("whole", "run");
}

TEST_F(Cuda, aLossThatIsNotFiniteStopsAtItsStep) {
  Outcome cpu = train("cpu", {"--lr", "1e200"}, onCpu());
  Outcome gpu = train("gpu", {"--lr", "1e200"}, onGpu());
  EXPECT_EQ(gpu.exitCode, 1);
  expectIn(gpu.err, "step 2: the loss is not finite");
  EXPECT_EQ(gpu.err, cpu.err);
  EXPECT_EQ(file("gpu", "checkpoint.safetensors"), "");
}

TEST_F(Cuda, aWeightThatIsNotFiniteIsNeverWritten) {
  Outcome gpu = train("gpu", {"--lr", "1.7e308", "--steps", "1"}, onGpu());
  EXPECT_EQ(gpu.exitCode, 1);
  expectIn(gpu.err, "code.0.");
  EXPECT_EQ(file("gpu", "checkpoint.safetensors"), "");
}

//===----------------------------------------------------------------------===//
// What a program tells
//===----------------------------------------------------------------------===//

TEST_F(Cuda, theProfileNamesTheLaunches) {
  Outcome outcome = train("run", {"--profile", "--quiet"}, onGpu());
  for (const char *part : {"gather, ", "\n  gather ", "scale, ", "\n  scale ",
                           "train_step, ", "\n  rows ", "\n  update ",
                           "evaluate, ", "\n  evaluate ", "s/step with each"})
    expectIn(outcome.out, part);
  trainWell("cpu", {}, onCpu());
  expectSameRun("cpu", "run");
}

TEST_F(Cuda, benchTellsNoPeak) {
  // Whole graphs of 16, or single steps if fewer are wanted.
  struct Case {
    const char *wanted;
    int steps, perSample;
    const char *said;
  };
  for (Case each : {Case{"4", 4, 1, "The median of 4 steps of 8 rows"},
                    Case{"40", 48, 16,
                         "The median of the means of 3 graphs of 16 steps of 8 "
                         "rows"}}) {
    Words words = {"bench", "--steps", each.wanted, "--json"};
    Outcome outcome = runMock(words, onGpu());
    ASSERT_EQ(outcome.exitCode, 0) << outcome.err;
    auto json = nlohmann::json::parse(outcome.out);
    EXPECT_EQ(json["steps"], each.steps);
    EXPECT_EQ(json["steps_per_sample"], each.perSample);
    EXPECT_GT(double(json["ms_per_step"]), 0);
    EXPECT_FALSE(json.contains("peak_gflops"));
    expectIn(json["device"], "Fake 0");
    EXPECT_EQ(json["launches"].size(), 4u);
    words.pop_back();
    outcome = runMock(words, onGpu());
    expectIn(outcome.out, "s/step (");
    expectIn(outcome.out, " GFLOP/s\n");
    expectIn(outcome.out, each.said);
    expectIn(outcome.out, "\n  update ");
    EXPECT_EQ(outcome.out.find('%' + std::string(" of ")), std::string::npos);
  }
}

TEST_F(Cuda, infoNeedsNoDriver) {
  Start start = onGpu("", "gpu", "/nowhere");
  Outcome outcome = runMock({"info"}, start);
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  for (const char *part :
       {"cuda sm_80, needs an NVIDIA GPU of compute capability 8.0 or more",
        "scaled by the model", "shared bytes", "51200\n"})
    expectIn(outcome.out, part);
  outcome = runMock({"info", "--json"}, start);
  auto gpu = nlohmann::json::parse(outcome.out)["gpu"];
  EXPECT_EQ(gpu["arch"], "sm_80");
  EXPECT_EQ(gpu["launches"].size(), 8u);
  EXPECT_EQ(gpu["launches"][1]["entry"], "train_step");
  EXPECT_EQ(gpu["launches"][1]["shared_bytes"], 51200);
  EXPECT_FALSE(
      nlohmann::json::parse(runMock({"info", "--json"}).out).contains("gpu"));
}

TEST_F(Cuda, helpOffersTheDevice) {
  for (const char *command : {"train", "eval", "predict", "decode", "bench"})
    expectIn(runMock({command, "--help"}, onGpu()).out, "--device N");
  expectIn(runMock({"train", "--help"}, onGpu()).out, "Has no effect on a GPU");
  EXPECT_EQ(runMock({"bench", "--help"}, onGpu()).out.find("peak"),
            std::string::npos);
  EXPECT_EQ(runMock({"train", "--help"}).out.find("--device"),
            std::string::npos);
}

TEST_F(Cuda, trainingNamesTheDevice) {
  Outcome outcome = train("run", {"--steps", "1", "--device", "1"}, onGpu());
  EXPECT_EQ(outcome.exitCode, 0) << outcome.err;
  expectIn(outcome.out, "Fake 1 (device 1, compute capability 9.0)");
}

TEST_F(Cuda, theCubinIsForExactlyItsDevice) {
  auto loads = [&](const std::string &settings) {
    return runMock({"bench", "--steps", "1", "--quiet"},
                   onGpu("rounds=1," + settings))
        .err;
  };
  expectIn(loads(""), "loads the cubin");
  expectIn(loads("capability=86"), "loads the PTX");
  expectIn(loads("cubin=1"), "loads the PTX");
  // It is said once, and only where the cubin was tried.
  std::string note = "note: the driver rejects the program's cubin for "
                     "Fake 0 (device 0, compute capability 8.0): ";
  std::string said = loads("cubin=1");
  expectIn(said, note);
  EXPECT_EQ(said.find("note: ", said.find(note) + 1), std::string::npos);
  EXPECT_EQ(loads("capability=86,cubin=1").find("note: "), std::string::npos);
  EXPECT_EQ(loads("").find("note: "), std::string::npos);
}

//===----------------------------------------------------------------------===//
// What fails
//===----------------------------------------------------------------------===//

TEST_F(Cuda, noDriver) {
  root.write("libcuda.so.1", {});
  Outcome outcome = train("run", {}, onGpu("", "gpu", path("")));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "error: this program was compiled for an NVIDIA GPU, "
                        "and its driver cannot be loaded: ");
  expectIn(outcome.err, "libcuda.so.1");
  // Nothing was begun.
  EXPECT_NE(access(path("run").c_str(), F_OK), 0);
}

TEST_F(Cuda, anOldDriver) {
  Outcome outcome = train("run", {}, onGpu("version=11020"));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "the CUDA driver is too old: it is of CUDA 11.2, "
                        "expected 11.4 or newer");
  outcome = train("run", {}, onGpu("", "gpu", VIB_OLD_CUDA_DIR));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "libcuda.so.1 has no cuGraphInstantiateWithFlags, "
                        "expected the driver of CUDA 11.4 or newer");
}

TEST_F(Cuda, aDriverThatDoesNotStart) {
  Outcome outcome = train("run", {}, onGpu("init=803"));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "cannot start the CUDA driver: "
                        "CUDA_ERROR_SYSTEM_DRIVER_MISMATCH (as the test");
  outcome = train("run", {}, onGpu("init=4711"));
  expectIn(outcome.err, "error 4711 of the CUDA driver");
}

TEST_F(Cuda, noDevice) {
  for (const char *settings : {"devices=0", "init=100"}) {
    Outcome outcome = train("run", {}, onGpu(settings));
    EXPECT_EQ(outcome.exitCode, 1);
    expectIn(outcome.err, "the CUDA driver finds no GPU, expected one of "
                          "compute capability 8.0 or more");
  }
}

TEST_F(Cuda, aDeviceThatIsNotThere) {
  for (Words words :
       {Words{"train", "--data", path("data"), "--out", path("run")},
        Words{"eval", "--data", path("data"), "--weights", "w"},
        Words{"predict", "--input", "i", "--weights", "w", "--output", "o"},
        Words{"bench"}}) {
    words.insert(words.end(), {"--device", "2"});
    Outcome outcome = runMock(words, onGpu());
    EXPECT_EQ(outcome.exitCode, 1);
    expectIn(outcome.err, "there is no device 2: the CUDA driver finds 2 "
                          "devices, 0 Fake 0; 1 Fake 1\n");
    // Only those who may have several can choose.
    EXPECT_EQ(runMock(words).exitCode, 2);
  }
  EXPECT_EQ(runMock({"bench", "--device", "-1"}, onGpu()).exitCode, 2);
  EXPECT_EQ(runMock({"info", "--device", "0"}, onGpu()).exitCode, 2);
}

TEST_F(Cuda, aDeviceThatIsTooOld) {
  Outcome outcome = train("run", {}, onGpu("capability=75"));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "compiled for sm_80 and needs a GPU of compute "
                        "capability 8.0 or more; found Fake 0 (device 0, "
                        "compute capability 7.5)");
  EXPECT_EQ(
      train("run", {"--device", "1", "--steps", "1"}, onGpu("capability=75"))
          .exitCode,
      0);
}

TEST_F(Cuda, tooLittleSharedMemory) {
  Outcome outcome = train("run", {}, onGpu("shared=49152"));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "the kernel classifier_rows needs 51200 bytes of "
                        "shared memory; Fake 0 (device 0, compute capability "
                        "8.0) has 49152");
}

TEST_F(Cuda, codeThatTheDriverDoesNotTake) {
  Outcome outcome = train("run", {}, onGpu("cubin=1,jit=1"));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "CUDA_ERROR_INVALID_PTX");
  expectIn(outcome.err, "\nline 1: not to the taste of the test");
}

TEST_F(Cuda, outOfMemory) {
  // Little by little, so that everything is missed once.
  std::string messages;
  bool enough = false;
  for (int bytes = 512; bytes < 60000 && !enough; bytes += 64) {
    Outcome outcome = train("run" + std::to_string(bytes), {"--steps", "20"},
                            onGpu("memory=" + std::to_string(bytes)));
    enough = outcome.exitCode == 0;
    if (enough)
      break;
    ASSERT_EQ(outcome.exitCode, 1) << outcome.err;
    expectIn(outcome.err, "out of memory on Fake 0 (device 0, compute "
                          "capability 8.0): ");
    expectIn(outcome.err, "cannot allocate ");
    // What does not fit is seen before anything was computed for it.
    size_t after = outcome.err.find("after step ");
    if (after != std::string::npos) {
      EXPECT_EQ(outcome.err.compare(after, 13, "after step 0:"), 0)
          << outcome.err;
    }
    messages += outcome.err;
  }
  EXPECT_TRUE(enough);
  for (const char *what : {"the tensors of a batch", "the weights",
                           "the average weights", "the inputs of the data"})
    expectIn(messages, std::string(" bytes for ") + what + "; ");
  expectIn(messages, " are free");
}

TEST_F(Cuda, aLostDeviceLeavesTheLastCheckpoint) {
  trainWell("run", {"--steps", "40"}, onCpu());
  std::string before = file("run", "checkpoint.safetensors");
  // A step has four launches.
  Outcome outcome = train("run", {"--resume"}, onGpu("lost=10"));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "error: after step 42: cannot run step 43: ");
  expectIn(outcome.err, "CUDA_ERROR_LAUNCH_FAILED (as the test wants it); "
                        "training stops, ");
  expectIn(outcome.err, "checkpoint.safetensors is still that of step 40");
  EXPECT_TRUE(before == file("run", "checkpoint.safetensors"));
  trainWell("run", {"--resume"}, onGpu());
  trainWell("whole", {}, onCpu());
  expectSameRun("whole", "run");
}

TEST_F(Cuda, aDeviceMayBeLostAnywhere) {
  trainWell("whole", {"--epochs", "1", "--checkpoint-every", "20"}, onCpu());
  for (int launches : {0, 1, 3, 63, 64, 65, 100, 150, 208, 213, 220, 240}) {
    std::string name = "run" + std::to_string(launches);
    Words flags = {"--epochs", "1", "--checkpoint-every", "20", "--resume"};
    Outcome outcome =
        train(name, flags, onGpu("lost=" + std::to_string(launches)));
    EXPECT_EQ(outcome.exitCode, 1) << launches;
    expectIn(outcome.err, "CUDA_ERROR_LAUNCH_FAILED");
    expectIn(outcome.err, launches < 80 ? "no checkpoint was written"
                                        : "is still that of step ");
    // A step has four launches: the training is done and kept.
    if (launches > 4 * 53)
      expectIn(outcome.err, "is still that of step 53");
    trainWell(name, flags, onGpu());
    expectSameRun("whole", name);
  }
}

TEST_F(Cuda, aDeviceLostInAnEvaluation) {
  trainWell("run", {"--steps", "4"}, onCpu());
  Outcome outcome = runMock({"eval", "--data", path("data"), "--weights",
                             path("run/model.safetensors")},
                            onGpu("lost=5"));
  EXPECT_EQ(outcome.exitCode, 1);
  expectIn(outcome.err, "error: cannot read the nll of a batch: "
                        "CUDA_ERROR_LAUNCH_FAILED");
}

} // namespace
