//===- Embedding.cpp - The library, against the program -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/File.h"
#include "runtime/Processors.h"
#include "runtime/Vib.h"
#include "test/runtime/MockModel.h"
#include "test/runtime/Program.h"
#include "test/runtime/Samples.h"

#include <cstring>
#include <nlohmann/json.hpp>

#include <cfenv>
#include <functional>
#include <memory>
#include <thread>

using namespace vib::runtime;
using namespace vib::runtime::test;
using Words = std::vector<std::string>;

namespace {

template <typename T, void (*destroy)(T *)> struct Destroy {
  void operator()(T *handle) const { destroy(handle); }
};
template <typename T, void (*destroy)(T *)>
using Handle = std::unique_ptr<T, Destroy<T, destroy>>;

using Program = Handle<VibProgram, vib_close>;
using Data = Handle<VibData, vib_data_free>;
using Weights = Handle<VibWeights, vib_weights_free>;
using OwnedRun = Handle<VibRun, vib_run_free>;
using Result = Handle<VibResult, vib_result_free>;

/// Flags as the library takes them.
class Flags {
public:
  Flags(Words given) : words(std::move(given)) {
    for (const std::string &word : words)
      pointers.push_back(word.c_str());
    pointers.push_back(nullptr);
  }
  operator VibFlags() const { return pointers.data(); }

private:
  Words words;
  std::vector<const char *> pointers;
};

using OnEvent = std::function<int(int event, const std::string &text)>;
int callOnEvent(void *user, int event, const char *text) {
  return (*static_cast<OnEvent *>(user))(event, text);
}

class Embedding : public testing::Test {
protected:
  void SetUp() override {
    writeImages(path("data"), 50, 21);
    VibProgram *opened = nullptr;
    ASSERT_EQ(vib_open_model(&mockClassifier(), &opened), VIB_DONE);
    program.reset(opened);
    for (const char *name : {"train_x", "train_y", "test_x", "test_y"})
      arrays[name] = readNpy(path("data/" + std::string(name) + ".npy"));
    train = makeData("train_x", "train_y");
    test = makeData("test_x", "test_y");
  }

  std::string path(const std::string &name) const { return root.path(name); }

  static VibArray describe(const char *name, const Array &array) {
    return {name, nameOf(array.type), array.elements(), array.shape.data(),
            array.shape.size()};
  }
  Data makeData(const std::string &x, const std::string &y) {
    VibArray both[] = {describe("x", arrays[x]), describe("y", arrays[y])};
    VibData *made = nullptr;
    EXPECT_EQ(vib_data(program.get(), "", both, 2, &made), VIB_DONE)
        << vib_message();
    return Data(made);
  }

  Outcome runProgram(const char *command, Words flags) const {
    flags.insert(flags.begin(), {command, "--data", path("data")});
    return runMock(flags);
  }

  VibStatus trainFor(OwnedRun &run, Words flags, OnEvent onEvent = {}) {
    VibTraining training = {train.get(), test.get(), nullptr, nullptr};
    VibRun *made = nullptr;
    VibStatus status =
        vib_train(program.get(), &training, Flags(flags),
                  onEvent ? callOnEvent : nullptr, &onEvent, &made);
    run.reset(made);
    return status;
  }

  static std::string file(const OwnedRun &run, const char *name) {
    size_t size = 0;
    auto *data =
        static_cast<const char *>(vib_run_file(run.get(), name, &size));
    return {data, data + size};
  }
  std::string file(const std::string &name) const {
    return readText(path(name));
  }
  Weights readWeights(const std::string &name) const {
    VibWeights *weights = nullptr;
    EXPECT_EQ(vib_weights_open(path(name).c_str(), &weights), VIB_DONE)
        << vib_message();
    return Weights(weights);
  }

  static void expectMessage(VibStatus status, VibStatus wanted,
                            const std::string &part) {
    EXPECT_EQ(status, wanted);
    expectIn(vib_message(), part);
  }

  TemporaryDirectory root;
  std::map<std::string, Array> arrays;
  Program program;
  Data train, test;
};

TEST_F(Embedding, ARunInMemoryHasTheFilesOfTheProgram) {
  Words flags = {"--seed", "3", "--beta", "0.02", "--validation", "0.2"};
  Words with = flags;
  with.insert(with.end(), {"--quiet", "--out", path("run")});
  ASSERT_EQ(runProgram("train", with).exitCode, 0);
  Words lines;
  OwnedRun run;
  ASSERT_EQ(trainFor(run, flags,
                     [&](int event, const std::string &text) {
                       if (event == VIB_LINE)
                         lines.push_back(text);
                       return VIB_GO_ON;
                     }),
            VIB_DONE)
      << vib_message();
  for (const char *name :
       {"model.safetensors", "checkpoint.safetensors", "best.safetensors"}) {
    EXPECT_FALSE(file(run, name).empty()) << name;
    EXPECT_TRUE(file(run, name) == file("run/" + std::string(name))) << name;
  }
  std::string metrics;
  for (std::string &line : lines) {
    metrics += line + "\n";
    line.resize(line.find(",\"seconds\":"));
  }
  EXPECT_EQ(metrics, file(run, "metrics.jsonl"));
  EXPECT_EQ(lines, readMetrics(path("run")));
  EXPECT_EQ(vib_run_steps(run.get()), 15u);
  EXPECT_STREQ(vib_run_divergence(run.get()), "");

  // In a folder, it has none in memory.
  ASSERT_EQ(runProgram("train", {"--quiet", "--out", path("a")}).exitCode, 0);
  ASSERT_EQ(trainFor(run, {"--out", path("b")}), VIB_DONE) << vib_message();
  EXPECT_TRUE(file("a/checkpoint.safetensors") ==
              file("b/checkpoint.safetensors"));
  size_t size = 1;
  EXPECT_EQ(vib_run_file(run.get(), "model.safetensors", &size), nullptr);
  EXPECT_EQ(size, 0u);
  expectMessage(trainFor(run, {"--out", path("b")}), VIB_RUN_EXISTS,
                "already contains a run");
  EXPECT_EQ(run, nullptr);
}

TEST_F(Embedding, NullInPlaceOfDataOrWeightsIsWrongUsage) {
  VibRun *run = nullptr;
  VibTraining training = {};
  expectMessage(
      vib_train(program.get(), &training, nullptr, nullptr, nullptr, &run),
      VIB_WRONG_USAGE, "expected training data, found null");
  VibEvaluation evaluation = {test.get(), nullptr, nullptr, nullptr};
  char *json = nullptr;
  expectMessage(vib_evaluate(program.get(), &evaluation, nullptr, nullptr,
                             nullptr, &json),
                VIB_WRONG_USAGE, "expected weights, found null");
  VibResult *result = nullptr;
  expectMessage(vib_predict(program.get(), nullptr, nullptr, nullptr, nullptr,
                            nullptr, &result),
                VIB_WRONG_USAGE, "expected weights, found null");
}

TEST_F(Embedding, ManyDrawsOfABatchCanBeStopped) {
  ASSERT_EQ(runProgram("train", {"--quiet", "--out", path("run")}).exitCode, 0);
  Weights weights = readWeights("run/model.safetensors");
  int events = 0;
  OnEvent stop = [&](int, const std::string &) {
    ++events;
    return VIB_STOP;
  };
  // Of one batch, so that there is no progress in rows.
  VibResult *result = nullptr;
  expectMessage(vib_predict(program.get(), test.get(), weights.get(),
                            Flags({"--samples", "16000000"}), callOnEvent,
                            &stop, &result),
                VIB_STOPPED, "the callback has stopped the call");
  EXPECT_EQ(events, 1);
}

TEST_F(Embedding, TrainingsOfSeveralThreadsAreThoseOfOne) {
  Words seeds = {"1", "2", "3"};
  std::vector<std::string> alone, together(seeds.size());
  for (const std::string &seed : seeds) {
    OwnedRun run;
    ASSERT_EQ(trainFor(run, {"--seed", seed}), VIB_DONE) << vib_message();
    alone.push_back(file(run, "checkpoint.safetensors"));
  }
  EXPECT_NE(alone[0], alone[1]);
  std::vector<std::thread> threads;
  for (size_t i = 0; i < seeds.size(); ++i)
    threads.emplace_back([&, i] {
      OwnedRun run;
      EXPECT_EQ(trainFor(run, {"--seed", seeds[i], "--threads", "2"}), VIB_DONE)
          << vib_message();
      together[i] = file(run, "checkpoint.safetensors");
    });
  for (std::thread &thread : threads)
    thread.join();
  EXPECT_TRUE(alone == together);
}

TEST_F(Embedding, ACallbackStopsOrEndsARun) {
  OwnedRun run;
  ASSERT_EQ(trainFor(run, {"--out", path("whole")}), VIB_DONE);
  auto after = [](int answer) {
    return [answer, seen = 0](int event, const std::string &) mutable {
      return event == VIB_LINE && ++seen == 2 ? answer : VIB_GO_ON;
    };
  };
  expectMessage(trainFor(run, {"--out", path("stopped")}, after(VIB_STOP)),
                VIB_STOPPED, "the callback has stopped the call");
  ASSERT_NE(run, nullptr);
  EXPECT_EQ(vib_run_steps(run.get()), 7u);
  EXPECT_FALSE(fileExists(path("stopped/model.safetensors")));
  ASSERT_EQ(trainFor(run, {"--out", path("ended")}, after(VIB_END)), VIB_DONE);
  EXPECT_EQ(vib_run_steps(run.get()), 7u);
  EXPECT_TRUE(fileExists(path("ended/model.safetensors")));
  for (const char *name : {"stopped", "ended"}) {
    ASSERT_EQ(trainFor(run, {"--out", path(name), "--resume"}), VIB_DONE)
        << vib_message();
    for (const char *each : {"/model.safetensors", "/checkpoint.safetensors"})
      EXPECT_TRUE(file(name + std::string(each)) ==
                  file("whole" + std::string(each)))
          << name << each;
    EXPECT_EQ(readMetrics(path(name)), readMetrics(path("whole")));
  }
  // A run in memory that is stopped still has its checkpoint.
  EXPECT_EQ(trainFor(run, {}, after(VIB_STOP)), VIB_STOPPED);
  EXPECT_FALSE(file(run, "checkpoint.safetensors").empty());
  EXPECT_TRUE(file(run, "model.safetensors").empty());
}

TEST_F(Embedding, EvaluatesAndPredictsAsTheProgramDoes) {
  ASSERT_EQ(runProgram("train", {"--quiet", "--out", path("run")}).exitCode, 0);
  std::string weightsPath = path("run/model.safetensors");
  Weights weights = readWeights("run/model.safetensors");
  EXPECT_EQ(vib_weights_count(weights.get()), mockClassifier().num_parameters);
  EXPECT_STREQ(vib_weights_tensor(weights.get(), 0).type, "float64");
  EXPECT_STREQ(vib_weights_metadata(weights.get(), "weights"), "average");
  EXPECT_EQ(vib_weights_metadata(weights.get(), "none"), nullptr);

  auto withoutSeconds = [](std::string text) {
    auto json = nlohmann::ordered_json::parse(text);
    json.erase("seconds");
    return json.dump();
  };
  Words flags = {"--samples", "3", "--calibration"};
  char *json = nullptr;
  VibEvaluation evaluation = {test.get(), weights.get(), nullptr, nullptr};
  ASSERT_EQ(vib_evaluate(program.get(), &evaluation, Flags(flags), nullptr,
                         nullptr, &json),
            VIB_DONE)
      << vib_message();
  flags.insert(flags.end(), {"--weights", weightsPath, "--json", "--quiet"});
  EXPECT_EQ(withoutSeconds(json),
            withoutSeconds(runProgram("eval", flags).out));
  vib_free(json);

  // Compared with the training data and the last weights, which are files for
  // the program.
  Weights last = readWeights("run/checkpoint.safetensors");
  evaluation.ood = train.get();
  evaluation.against = last.get();
  ASSERT_EQ(vib_evaluate(program.get(), &evaluation, nullptr, nullptr, nullptr,
                         &json),
            VIB_DONE)
      << vib_message();
  Words compared = {"--weights", weightsPath,
                    "--json",    "--quiet",
                    "--ood",     path("data/train_x.npy"),
                    "--against", path("run/checkpoint.safetensors")};
  EXPECT_EQ(withoutSeconds(json),
            withoutSeconds(runProgram("eval", compared).out));
  expectIn(json, "\"auroc_rate\"");
  expectIn(json, "\"difference_error_avg\"");
  vib_free(json);

  for (const char *what : {"probs", "logits", "mu", "sigma", "covariance", "z",
                           "rate", "rate_each", "entropy"}) {
    Words asked = {"--what", what};
    VibResult *made = nullptr;
    ASSERT_EQ(vib_predict(program.get(), test.get(), weights.get(),
                          Flags(asked), nullptr, nullptr, &made),
              VIB_DONE)
        << vib_message();
    Result result(made);
    VibArray array = vib_result_array(made);
    asked.insert(asked.begin(),
                 {"predict", "--quiet", "--input", path("data/test_x.npy"),
                  "--weights", weightsPath, "--output", path("p.npy")});
    ASSERT_EQ(runMock(asked).exitCode, 0);
    Array wanted = readNpy(path("p.npy"));
    EXPECT_EQ(nameOf(wanted.type), std::string(array.type)) << what;
    EXPECT_EQ(wanted.shape,
              std::vector<int64_t>(array.shape, array.shape + array.rank));
    EXPECT_EQ(memcmp(array.data, wanted.data.data(), wanted.data.size()), 0)
        << what;
    if (what != std::string("z"))
      continue;
    array.name = "z";
    VibResult *decoded = nullptr, *logits = nullptr;
    ASSERT_EQ(vib_decode(program.get(), &array, 1, weights.get(),
                         Flags({"--what=logits"}), nullptr, nullptr, &decoded),
              VIB_DONE)
        << vib_message();
    ASSERT_EQ(vib_predict(program.get(), test.get(), weights.get(),
                          Flags({"--what=logits"}), nullptr, nullptr, &logits),
              VIB_DONE);
    Result a(decoded), b(logits);
    EXPECT_EQ(memcmp(vib_result_array(decoded).data,
                     vib_result_array(logits).data, 21 * 3 * sizeof(float)),
              0);
  }
}

TEST_F(Embedding, StartsFromWeightsInMemory) {
  OwnedRun run;
  ASSERT_EQ(trainFor(run, {"--out", path("first")}), VIB_DONE);
  ASSERT_EQ(trainFor(run, {"--out", path("second"), "--init",
                           path("first/model.safetensors")}),
            VIB_DONE);
  std::string bytes = file("first/model.safetensors");
  VibWeights *parsed = nullptr;
  ASSERT_EQ(vib_weights_parse(bytes.data(), bytes.size(), &parsed), VIB_DONE);
  Weights weights(parsed);
  VibTraining training = {train.get(), test.get(), nullptr, parsed};
  VibRun *made = nullptr;
  ASSERT_EQ(
      vib_train(program.get(), &training, nullptr, nullptr, nullptr, &made),
      VIB_DONE)
      << vib_message();
  run.reset(made);
  // The metadata of the other run names the file.
  auto tensorsOf = [](const std::string &bytes) {
    uint64_t header = 0;
    std::memcpy(&header, bytes.data(), sizeof(header));
    return bytes.substr(sizeof(header) + header);
  };
  EXPECT_TRUE(tensorsOf(file(run, "model.safetensors")) ==
              tensorsOf(file("second/model.safetensors")));
}

TEST_F(Embedding, ValidatesOnArrays) {
  VibTraining training = {train.get(), nullptr, test.get(), nullptr};
  VibRun *made = nullptr;
  ASSERT_EQ(vib_train(program.get(), &training,
                      Flags({"--keep-best", "error_avg", "--patience", "2"}),
                      nullptr, nullptr, &made),
            VIB_DONE)
      << vib_message();
  OwnedRun run(made);
  EXPECT_FALSE(file(run, "best.safetensors").empty());
  expectIn(file(run, "metrics.jsonl"), "\"split\":\"validation\"");
}

TEST_F(Embedding, LeavesTheThreadAsItWas) {
  std::vector<int> processors = allowedProcessors();
  fesetround(FE_UPWARD);
  OwnedRun run, other;
  VibStatus status = trainFor(run, {});
  EXPECT_EQ(fegetround(), FE_UPWARD);
  fesetround(FE_TONEAREST);
  ASSERT_EQ(status, VIB_DONE);
  fesetround(FE_DOWNWARD);
  status = trainFor(other, {}, [&](int, const std::string &) {
    EXPECT_EQ(allowedProcessors(), processors);
    EXPECT_EQ(fegetround(), FE_DOWNWARD);
    return VIB_GO_ON;
  });
  fesetround(FE_TONEAREST);
  ASSERT_EQ(status, VIB_DONE);
  EXPECT_EQ(allowedProcessors(), processors);
  EXPECT_TRUE(file(run, "model.safetensors") ==
              file(other, "model.safetensors"));
}

TEST_F(Embedding, SaysWhatIsWrong) {
  OwnedRun run;
  for (auto [flags, part] :
       {std::pair<Words, const char *>{{"--epoch=2"}, "did you mean --epochs?"},
        {{"--epochs=x"}, "--epochs: expected a whole number"},
        {{"--data=d"}, "unknown flag --data"},
        {{"--help"}, "unknown flag --help"},
        {{"--patience=2"}, "--patience: expected --validation, too"},
        {{"--validation=folder"}, "other data are given as arrays"},
        {{"--resume"}, "--resume: expected --out, too"}})
    expectMessage(trainFor(run, flags), VIB_WRONG_USAGE, part);

  expectMessage(trainFor(run, {"--lr=1e300", "--epochs=1"}), VIB_DIVERGED,
                "training has diverged and stops");
  EXPECT_NE(run, nullptr);

  auto expectWrong = [&](std::vector<VibArray> given, const char *part) {
    VibData *made = nullptr;
    expectMessage(
        vib_data(program.get(), "test", given.data(), given.size(), &made),
        VIB_WRONG_DATA, part);
    EXPECT_EQ(made, nullptr);
  };
  VibArray x = describe("x", arrays["test_x"]),
           y = describe("y", arrays["test_y"]), other = x;
  expectWrong({y}, "test: no array named");
  expectWrong({x, y, x}, "are the same input or target");
  other.name = "w";
  expectWrong({x, y, other}, "test: the model has no input or target named w");
  expectWrong({x, describe("y", arrays["train_y"])},
              "test x has 21 rows, test y has 50: expected the same number");
  other = x;
  other.type = "float16";
  expectWrong({other}, "test x: elements of the type float16, expected");
  other = describe("x", arrays["test_y"]);
  expectWrong({other}, "test x: the inputs are int64, expected uint8");
  other = y;
  other.data = static_cast<const char *>(y.data) + 1;
  expectWrong({x, other}, "test y: the elements are not aligned");

  // Labels are needed only where they are used.
  VibData *unlabeled = nullptr;
  ASSERT_EQ(vib_data(program.get(), nullptr, &x, 1, &unlabeled), VIB_DONE);
  Data data(unlabeled);
  VibTraining training = {unlabeled, nullptr, nullptr, nullptr};
  VibRun *made = nullptr;
  expectMessage(
      vib_train(program.get(), &training, nullptr, nullptr, nullptr, &made),
      VIB_WRONG_DATA, "train data have no labels");
  expectMessage(trainFor(run, {"--first-label=1"}), VIB_WRONG_DATA,
                "y: the label of row");

  VibWeights *weights = nullptr;
  expectMessage(vib_weights_parse("x", 1, &weights), VIB_FAILED, "the weights");
  VibProgram *opened = nullptr;
  expectMessage(vib_open("/nonexistent.so", &opened), VIB_FAILED,
                "cannot open a compiled model: /nonexistent.so");
  expectMessage(vib_open("libm.so.6", &opened), VIB_FAILED,
                "libm.so.6: it has no model");
  VibModel old = mockClassifier();
  old.version = 9;
  expectMessage(vib_open_model(&old, &opened), VIB_FAILED,
                "has interface version 9");
  ASSERT_EQ(trainFor(run, {"--out", path("run")}), VIB_DONE);
  double loss = 0;
  expectMessage(vib_gradients(program.get(), test.get(),
                              readWeights("run/model.safetensors").get(), 0,
                              nullptr, &loss, &weights),
                VIB_FAILED, "was compiled without gradients");
}

TEST_F(Embedding, DescribesTheModel) {
  char *json = nullptr;
  ASSERT_EQ(vib_info(program.get(), &json), VIB_DONE);
  EXPECT_EQ(nlohmann::json::parse(json)["model"], mockClassifier().name);
  vib_free(json);
  EXPECT_EQ(vib_program_model(program.get()), &mockClassifier());
}

} // namespace
