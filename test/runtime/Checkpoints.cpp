//===- Checkpoints.cpp - Weights and checkpoints on disk ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "runtime/File.h"
#include "test/runtime/Samples.h"

#include <cmath>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

TestModel makeModel(VibType type = VIB_F32) {
  return {false, Target::Classes, 3, type};
}

/// Fills the parameters of a block with values that differ everywhere.
template <typename T = float>
void fill(const TestModel &test, const Memory &block, double start) {
  for (const VibParameter &parameter : test.parameters) {
    int64_t elements = parameter.rank == 0   ? 1
                       : parameter.rank == 1 ? parameter.shape[0]
                                             : 6;
    for (int64_t i = 0; i < elements; ++i)
      block.as<T>(parameter.offset)[i] = T(start += 0.3);
  }
}

State makeState(const TestModel &test) {
  State state(test.model);
  fill(test, state.weights, 1);
  fill(test, state.moment1, 10);
  fill(test, state.moment2, 20);
  fill(test, state.average, 30);
  return state;
}

Checkpoint makeCheckpoint() {
  Checkpoint checkpoint;
  checkpoint.model = "small";
  checkpoint.hash = "0123";
  checkpoint.batch = 4;
  checkpoint.training = "sgd";
  checkpoint.data = "feed";
  checkpoint.seed = ~0ull;
  checkpoint.coefficients = {{"beta", 0.1}};
  checkpoint.rate = 1e-4 / 3;
  checkpoint.step = 600;
  checkpoint.sums = {{"nll", {1.0 / 3, -0.0}}, {"error", {}}};
  checkpoint.metricsLines = 7;
  checkpoint.extra = {{"note", "more"}};
  return checkpoint;
}

bool sameBytes(const Memory &a, const Memory &b) {
  return a.size() == b.size() && memcmp(a.data(), b.data(), a.size()) == 0;
}

TEST(Checkpoint, ComesBackBitForBit) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  std::string path = directory.path("checkpoint.safetensors");
  State state = makeState(test);
  Checkpoint saved = makeCheckpoint();
  saveCheckpoint(path, test.model, state, saved);
  State restored(test.model);
  Checkpoint loaded = loadCheckpoint(path, test.model, restored);
  EXPECT_TRUE(sameBytes(state.weights, restored.weights));
  EXPECT_TRUE(sameBytes(state.moment1, restored.moment1));
  EXPECT_TRUE(sameBytes(state.moment2, restored.moment2));
  EXPECT_TRUE(sameBytes(state.average, restored.average));
  EXPECT_EQ(loaded.seed, saved.seed);
  EXPECT_EQ(loaded.coefficients, saved.coefficients);
  EXPECT_EQ(loaded.rate, saved.rate);
  EXPECT_EQ(loaded.step, saved.step);
  EXPECT_EQ(loaded.sums, saved.sums);
  EXPECT_TRUE(std::signbit(loaded.sums["nll"][1]));
  EXPECT_EQ(loaded.metricsLines, saved.metricsLines);
  EXPECT_EQ(loaded.extra, saved.extra);
  checkResume(path, loaded, saved);
  // And what is written from it is the same file.
  std::string again = directory.path("again");
  saveCheckpoint(again, test.model, restored, loaded);
  EXPECT_EQ(readFile(again), readFile(path));
}

TEST(Checkpoint, ResumeNamesBothValues) {
  Checkpoint saved = makeCheckpoint();
  auto expectError = [&](auto Checkpoint::*field, auto value,
                         const char *text) {
    Checkpoint wanted = saved;
    wanted.*field = value;
    EXPECT_ERROR(checkResume("c", saved, wanted), text);
  };
  expectError(&Checkpoint::seed, 1,
              "checkpoint's seed is 18446744073709551615, this run's is 1");
  expectError(&Checkpoint::coefficients,
              std::map<std::string, double>{{"beta", 0.2}},
              "checkpoint's beta is 0.1, this run's is 0.2");
  expectError(&Checkpoint::rate, 1.0, "learning rate");
  expectError(&Checkpoint::model, "other",
              "model is small, this run's is other");
  expectError(&Checkpoint::hash, "4567", "hash is 0123, this run's is 4567");
  expectError(&Checkpoint::data, "beef", "is feed, this run's is beef");
  expectError(&Checkpoint::training, "adam",
              "training is sgd, this run's is adam");
  expectError(&Checkpoint::batch, 8,
              "batch is 4, this run's is 8; --init c and another --out start "
              "from its weights");
  expectError(&Checkpoint::shuffle, false, "shuffling is on");
}

TEST(Checkpoint, ResumeNamesEveryDifferenceAndTheFlags) {
  Checkpoint saved = makeCheckpoint(), wanted = saved;
  saved.seed = 3;
  saved.extra[firstLabelKey] = "1";
  wanted.seed = 4;
  wanted.coefficients["beta"] = 0.2;
  wanted.rate = 1;
  wanted.data = "beef";
  wanted.shuffle = false;
  EXPECT_ERROR(
      checkResume("c", saved, wanted),
      "c: cannot resume: the checkpoint's seed is 3, this run's is 4; the "
      "checkpoint's beta is 0.1, this run's is 0.2; the checkpoint's learning "
      "rate is " +
          fmt::format("{}", saved.rate) +
          ", this run's is 1; the checkpoint's first label is 1, this run's is "
          "0; the checkpoint's data (fingerprint) is feed, this run's is beef; "
          "the checkpoint's shuffling is on, this run's is off; to resume, "
          "give the flags of that run again: --seed 3, --beta 0.1, --lr " +
          fmt::format("{}", saved.rate) +
          ", --first-label 1, the same --data, without --no-shuffle");
  // No flag changes what is compiled into the program.
  wanted.batch = 8;
  EXPECT_ERROR(checkResume("c", saved, wanted),
               "the checkpoint's batch is 4, this run's is 8; the checkpoint's "
               "seed is 3, this run's is 4; ");
  EXPECT_ERROR(checkResume("c", saved, wanted), "is off; --init c and another");
}

TEST(Checkpoint, ResumeNamesWhatDiffersInTheTraining) {
  Checkpoint f32 = makeCheckpoint();
  f32.training = "adam (beta1 0.5, beta2 0.9), rate constant (factor 1, "
                 "epochs 0), average 0.99";
  Checkpoint bf16 = f32, other = f32;
  bf16.training += ", operands bf16";
  other.training.replace(other.training.find("rate constant (factor 1"), 23,
                         "rate cosine (factor 0");
  EXPECT_ERROR(checkResume("c", bf16, f32),
               "c: cannot resume: the checkpoint's precision is bf16, this "
               "run's is f32; --init c and another --out start from its "
               "weights");
  EXPECT_ERROR(checkResume("c", f32, bf16),
               "precision is f32, this run's is bf16");
  other.training += ", else";
  EXPECT_ERROR(checkResume("c", other, f32), "training is rate cosine");
  f32.training = other.training.substr(0, other.training.rfind(", else"));
  EXPECT_ERROR(checkResume("c", other, f32),
               "training is else, this run's is without it; --init c");
  EXPECT_ERROR(checkResume("c", f32, other),
               "training is without it, this run's is else;");
  EXPECT_ERROR(checkResume("c", bf16, other),
               "training is rate constant (factor 1, epochs 0), this run's is "
               "rate cosine (factor 0, epochs 0); the checkpoint's training is "
               "without it, this run's is else; the checkpoint's precision is "
               "bf16, this run's is f32; --init c");
}

TEST(Checkpoint, AnotherPrecisionIsNamed) {
  TestModel narrow = makeModel(), wide = makeModel(VIB_F64);
  TemporaryDirectory directory;
  std::string path = directory.path("c");
  State state(wide.model), back(narrow.model);
  saveCheckpoint(path, wide.model, state, makeCheckpoint());
  EXPECT_ERROR(loadCheckpoint(path, narrow.model, back),
               "cannot resume: the checkpoint's precision is f64, this run's "
               "is f32; --init");
}

TEST(Checkpoint, CutShortIsAnErrorEverywhere) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  std::string path = directory.path("checkpoint.safetensors");
  saveCheckpoint(path, test.model, makeState(test), makeCheckpoint());
  Bytes bytes = readFile(path);
  State state(test.model);
  for (size_t size = 0; size < bytes.size(); size += 29) {
    directory.write("cut", Bytes(bytes.begin(), bytes.begin() + size));
    EXPECT_THROW(loadCheckpoint(directory.path("cut"), test.model, state),
                 Error)
        << size;
  }
}

TEST(Checkpoint, AFlippedBitInAnyByteIsRefused) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  std::string path = directory.path("checkpoint.safetensors");
  saveCheckpoint(path, test.model, makeState(test), makeCheckpoint());
  Bytes bytes = readFile(path);
  State state(test.model);
  // Every byte has such a bit.
  for (size_t bit = 0; bit < 8 * bytes.size(); bit += 7) {
    bytes[bit / 8] ^= 1u << bit % 8;
    directory.write("flipped", bytes);
    EXPECT_THROW(loadCheckpoint(directory.path("flipped"), test.model, state),
                 Error)
        << "bit " << bit % 8 << " of byte " << bit / 8;
    bytes[bit / 8] ^= 1u << bit % 8;
  }
}

/// Writes the file at `path` again, with other metadata and another content of
/// one tensor.
void edit(const std::string &path, const std::string &key,
          const std::string &value, const std::string &tensor = "",
          const std::vector<double> &content = {}) {
  SafetensorsReader reader(path);
  SafetensorsWriter writer;
  writer.metadata = reader.metadata();
  if (value.empty())
    writer.metadata.erase(key);
  else
    writer.metadata[key] = value;
  for (const SafetensorsReader::Tensor &each : reader.tensors())
    writer.add(each.name, each.type, each.shape,
               each.name == tensor
                   ? reinterpret_cast<const uint8_t *>(content.data())
                   : each.data);
  writer.write(path);
}

TEST(Checkpoint, WhatIsEditedIsNamed) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  std::string path = directory.path("c");
  State state = makeState(test);
  auto expectError = [&](auto... change) {
    saveCheckpoint(path, test.model, state, makeCheckpoint());
    edit(path, change...);
    return [&, path](const char *text) {
      State read(test.model);
      EXPECT_ERROR(loadCheckpoint(path, test.model, read), text);
      Memory weights(test.model.block_bytes, "the weights");
      EXPECT_ERROR(loadWeights(path, test.model, Use::Any, weights.data()),
                   text);
    };
  };
  expectError("step", "300")("the checksum of the metadata 'step' is ");
  expectError("note", "")("the metadata 'note' is missing");
  expectError("other", "1")("the metadata 'other' has no checksum");
  expectError("vib", "checkpoint", "sums.nll", std::vector<double>{-1e300, 0})(
      "the checksum of the tensor 'sums.nll' is ");
  expectError("checksum",
              "")("the metadata has 'checksums' but not 'checksum'");
  expectError("checksums", "{}")("the checksum of the list of checksums is ");
}

TEST(Checkpoint, HasWhatIsNeitherAWeightNorTheOptimizers) {
  TestModel test = makeModel();
  const int64_t shape[] = {3};
  test.lists.state = {
      {"norm.mean", VIB_F32, 1, shape, 160, VIB_STATE_MEAN, 0},
      {"norm.deviation", VIB_F32, 1, shape, 176, VIB_STATE_DEVIATION, 0}};
  test.lists.describe(test.model);
  TemporaryDirectory directory;
  std::string path = directory.path("c");
  State state = makeState(test), restored(test.model);
  float *statistics = state.weights.as<float>(160);
  statistics[0] = 0.5f;
  statistics[2] = -2;
  std::fill(statistics + 4, statistics + 7, 0.25f);
  saveCheckpoint(path, test.model, state, makeCheckpoint());
  ASSERT_TRUE(SafetensorsReader(path).find("state.norm.mean"));
  loadCheckpoint(path, test.model, restored);
  EXPECT_TRUE(sameBytes(state.weights, restored.weights));
  // Evaluation of the average reads them there.
  EXPECT_EQ(*restored.average.as<float>(160), 0.5f);
  saveWeights(path, test.model, state.weights.data(), false, makeCheckpoint());
  State other(test.model);
  loadWeights(path, test.model, Use::Any, other.weights.data());
  EXPECT_EQ(*other.weights.as<float>(176), 0.25f);

  statistics[5] = 0;
  saveCheckpoint(path, test.model, state, makeCheckpoint());
  EXPECT_ERROR(loadCheckpoint(path, test.model, restored),
               "the tensor 'state.norm.deviation' has a value that is not "
               "finite or not positive");

  TestModel without = makeModel();
  saveCheckpoint(path, without.model, makeState(without), makeCheckpoint());
  EXPECT_ERROR(
      loadCheckpoint(path, test.model, restored),
      "expected the tensor 'state.norm.mean' of type F32 and shape [3]");
}

TEST(Checkpoint, CarriesEveryCoefficient) {
  TestModel test = makeModel();
  test.lists.coefficients.push_back(
      {"gamma", 0.5, makeSchedule(VIB_CONSTANT), VIB_FACTOR, 0});
  test.lists.describe(test.model);
  TemporaryDirectory directory;
  std::string path = directory.path("c");
  State state = makeState(test);
  Checkpoint saved = makeCheckpoint();
  saved.coefficients["gamma"] = 1.0 / 3;
  saveCheckpoint(path, test.model, state, saved);
  Checkpoint loaded = loadCheckpoint(path, test.model, state);
  EXPECT_EQ(loaded.coefficients, saved.coefficients);
  EXPECT_EQ(loaded.extra, saved.extra);
  Checkpoint wanted = saved;
  wanted.coefficients["gamma"] = 0.25;
  EXPECT_ERROR(checkResume("c", loaded, wanted),
               "the checkpoint's gamma is 0.3333333333333333, this run's is "
               "0.25; to resume, give the flags of that run again: "
               "--coefficient gamma=0.3333333333333333");
}

TEST(Checkpoint, OfAnEarlierVersionHasNoChecksums) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  std::string path = directory.path("c");
  State state = makeState(test), restored(test.model);
  saveCheckpoint(path, test.model, state, makeCheckpoint());
  edit(path, "checksums", "");
  edit(path, "checksum", "");
  EXPECT_EQ(loadCheckpoint(path, test.model, restored).extra.size(), 1u);
  EXPECT_TRUE(sameBytes(state.weights, restored.weights));
}

TEST(Checkpoint, WeightsAreNoCheckpoint) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  State state = makeState(test);
  saveWeights(directory.path("w"), test.model, state.weights.data(), false,
              makeCheckpoint());
  EXPECT_ERROR(loadCheckpoint(directory.path("w"), test.model, state),
               "it contains only weights, expected a checkpoint");
}

TEST(Checkpoint, SgdWithoutAverageHasFewerBlocks) {
  TestModel test = makeModel();
  test.model.moments = 1;
  test.model.averaged = 0;
  TemporaryDirectory directory;
  State state(test.model);
  EXPECT_EQ(state.moment2.data(), nullptr);
  EXPECT_EQ(state.average.data(), nullptr);
  saveCheckpoint(directory.path("c"), test.model, state, makeCheckpoint());
  State restored(test.model);
  loadCheckpoint(directory.path("c"), test.model, restored);
  // Another optimizer's checkpoint lacks what this one needs, and reversed.
  TestModel adam = makeModel();
  State full(adam.model);
  EXPECT_ERROR(loadCheckpoint(directory.path("c"), adam.model, full),
               "no tensor 'moment2.encode.0.weight'");
  saveCheckpoint(directory.path("c"), adam.model, full, makeCheckpoint());
  EXPECT_ERROR(loadCheckpoint(directory.path("c"), test.model, restored),
               "is not one of the model small");
}

TEST(Weights, FilesHoldTheTransposeOfMemory) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  State state(test.model);
  for (int i = 0; i < 6; ++i)
    state.weights.as<float>()[i] = float(i); // [in 3, out 2]
  saveWeights(directory.path("w"), test.model, state.weights.data(), true,
              makeCheckpoint());
  SafetensorsReader reader(directory.path("w"));
  const SafetensorsReader::Tensor *weight = reader.find("encode.0.weight");
  ASSERT_TRUE(weight);
  EXPECT_EQ(weight->shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(Bytes(weight->data, weight->data + weight->size),
            toBytes<float>({0, 2, 4, 1, 3, 5}));
  EXPECT_EQ(reader.metadata().at("model"), "small");
  EXPECT_EQ(reader.metadata().at("beta"), "0.1");
  EXPECT_EQ(reader.metadata().at("weights"), "average");
}

TEST(Weights, ComeFromWeightsAndCheckpoints) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  std::string checkpoint = directory.path("c"), weights = directory.path("w");
  State state = makeState(test);
  saveCheckpoint(checkpoint, test.model, state, makeCheckpoint());
  saveWeights(weights, test.model, state.average.data(), true,
              makeCheckpoint());
  auto expect = [&](const std::string &path, Use use, const Memory &expected,
                    const char *kind) {
    Memory block(test.model.block_bytes, "a block");
    Metadata metadata = loadWeights(path, test.model, use, block.data());
    EXPECT_TRUE(sameBytes(block, expected)) << path << " " << kind;
    EXPECT_EQ(metadata["weights"], kind);
  };
  expect(checkpoint, Use::Any, state.average, "average");
  expect(checkpoint, Use::Average, state.average, "average");
  expect(checkpoint, Use::Raw, state.weights, "raw");
  expect(weights, Use::Any, state.average, "average");
  expect(weights, Use::Average, state.average, "average");
  Memory block(test.model.block_bytes, "a block");
  EXPECT_ERROR(loadWeights(weights, test.model, Use::Raw, block.data()),
               "contains only average weights");
}

TEST(Weights, TypesAreConverted) {
  TestModel narrow = makeModel(), wide = makeModel(VIB_F64);
  TemporaryDirectory directory;
  State state(wide.model), back(narrow.model);
  fill<double>(wide, state.weights, 0);
  saveWeights(directory.path("w"), wide.model, state.weights.data(), false,
              makeCheckpoint());
  loadWeights(directory.path("w"), narrow.model, Use::Any, back.weights.data());
  EXPECT_EQ(back.weights.as<float>()[0], 0.3f);
  EXPECT_EQ(loadWeights(directory.path("w"), narrow.model, Use::Any,
                        back.weights.data())["precision"],
            "f64");
  // Beyond the range of f32 there is nothing to convert to.
  state.weights.as<double>()[1] = 1e300;
  saveWeights(directory.path("w"), wide.model, state.weights.data(), false,
              makeCheckpoint());
  EXPECT_ERROR(loadWeights(directory.path("w"), narrow.model, Use::Any,
                           back.weights.data()),
               "'encode.0.weight' has a value that is not finite");
}

TEST(Weights, AnotherModelsFileNamesTheFirstDifference) {
  TestModel test = makeModel();
  TemporaryDirectory directory;
  State state(test.model);
  auto expectError = [&](const SafetensorsWriter &writer, const char *text) {
    writer.write(directory.path("w"));
    EXPECT_ERROR(loadWeights(directory.path("w"), test.model, Use::Any,
                             state.weights.data()),
                 text);
  };
  std::vector<float> data(8);
  SafetensorsWriter writer;
  expectError(writer,
              "no tensor 'encode.0.weight', as expected for the model small; "
              "found none; expected encode.0.weight, encode.0.bias and "
              "decode.noise");
  SafetensorsWriter named;
  for (int i = 0; i < 10; ++i)
    named.add("fc" + std::to_string(i), "F32", {2}, data.data());
  expectError(named, "found fc0, fc1, fc2, fc3, fc4, fc5, fc6, fc7 and 2 more; "
                     "expected encode.0.weight");
  SafetensorsWriter prefixed;
  prefixed.add("module.encode.0.weight", "F32", {2, 3}, data.data());
  expectError(prefixed, "(there is 'module.encode.0.weight': remove 'module.' "
                        "from the names)");
  SafetensorsWriter wrong;
  wrong.add("encode.0.weight", "F32", {3, 2}, data.data());
  expectError(wrong,
              "has the shape [3, 2], expected [2, 3] for the model small");
  wrong.metadata["model"] = "large";
  expectError(wrong, "for the model small (the file is of the model large)");
  SafetensorsWriter half;
  half.add("encode.0.weight", "BF16", {2, 3}, data.data());
  expectError(half, "is of type BF16, expected F32 or F64");
  writer.add("encode.0.weight", "F32", {2, 3}, data.data());
  writer.add("encode.0.bias", "F32", {2}, data.data());
  writer.add("decode.noise", "F32", {}, data.data());
  writer.add("encode.2.bias", "F32", {2}, data.data());
  expectError(writer, "'encode.2.bias' is not one of the model small; "
                      "expected encode.0.weight");
}

TEST(State, NonFiniteValuesAreNamed) {
  TestModel test = makeModel();
  State state = makeState(test);
  EXPECT_EQ(findNonFinite(test.model, state), "");
  state.moment2.as<float>(64)[1] = INFINITY;
  EXPECT_EQ(findNonFinite(test.model, state), "moment2 of encode.0.bias");
  state.weights.as<float>()[5] = NAN;
  EXPECT_EQ(findNonFinite(test.model, state), "encode.0.weight");
}

} // namespace
