//===- Lists.cpp - Lists of models that mean entries of others ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Broken if a program reads beyond the end of a list of its model, or confuses
// the arrays of a model with several inputs or posteriors.
//
//===----------------------------------------------------------------------===//

#include "runtime/Gather.h"
#include "runtime/ModelLists.h"
#include "runtime/Options.h"
#include "test/runtime/Samples.h"

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

TEST(Lists, PlacesAreChecked) {
  auto check = [](void (*damage)(TestLists &)) {
    TestModel test(true, Target::Classes, 10);
    damage(test.lists);
    test.lists.describe(test.model);
    checkLists(test.model);
  };
  const char *damaged = "the program is damaged";
  check([](TestLists &) {});
  EXPECT_ERROR(check([](TestLists &lists) { lists.inputs.clear(); }), damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.targets.clear(); }), damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.streams.clear(); }), damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.terms[1].figure = 8; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.terms[1].coefficient = 1; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.terms[1].coefficient = -2; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) { lists.figures[2].of = 8; }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) {
                 static const int64_t shape[] = {6};
                 lists.state = {{"s.mean", VIB_F32, 1, shape, 0, VIB_STATE_MEAN,
                                 /*input=*/1}};
               }),
               damaged);
  EXPECT_ERROR(check([](TestLists &lists) {
                 lists.coefficients.resize(VIB_MAX_COEFFICIENTS + 1);
               }),
               damaged);
}

TEST(Lists, PseudoInputsBeginAsExamplesOfAnInput) {
  TestModel test(true, Target::Classes, 10);
  VibParameter &parameter = test.parameters.front();
  parameter.init = VIB_INIT_EXAMPLES;
  parameter.init_scale = 0;
  EXPECT_ERROR(checkLists(test.model), "the program is damaged");
  test.lists.inputs.front().x = "x";
  checkLists(test.model);
  parameter.init_scale = 1;
  EXPECT_ERROR(checkLists(test.model), "the program is damaged");
}

/// An image [2, 3] of bytes and a text of two numbers, with a class.
struct TwoInputs : TestModel {
  TwoInputs() : TestModel(true, Target::Classes, 3) {
    VibTensor text = tensors.back();
    text.name = "text";
    text.type = VIB_F32;
    text.rank = 2;
    text.shape[1] = 2;
    text.offset = arena.size();
    tensors.push_back(text);
    arena = Memory(text.offset + 64, "the arena");
    static const int64_t two[] = {2};
    lists.inputs[0].name = "image";
    lists.inputs.push_back({"text", "text", 0, 1, two, 0, 0, nullptr, nullptr});
    lists.targets[0].name = "digit";
    lists.streams.push_back({"second", 1, 5, 1, "mu.1", "sigma.1", nullptr,
                             "z.1", "rate.1", nullptr, 0, nullptr});
    lists.streams[0].name = "first";
    model.compiler = "vibc";
    lists.describe(model);
    model.num_tensors = uint32_t(tensors.size());
    model.tensors = tensors.data();
  }
};

const Bytes images = makeNpy("|u1", "(2, 2, 3)", Bytes(12, 7));
const Bytes texts =
    makeNpy("<f4", "(2, 2)", toBytes<float>({0.5, 1.5, 2.5, 3.5}));
const Bytes digits = makeNpy("<i8", "(2,)", toBytes<int64_t>({2, 0}));

void checkSplit(const std::string &data, const char *name,
                const VibModel &model) {
  Split split = loadSplit(data, name, model);
  ASSERT_EQ(split.inputs.size(), 2u);
  EXPECT_EQ(split.inputs[0].maximum, 7);
  EXPECT_EQ(split.inputs[1].maximum, 3.5);
  EXPECT_EQ(split.labels.front().classes, (std::vector<int32_t>{2, 0}));
}

TEST(Lists, ArraysHaveTheNamesOfArguments) {
  TwoInputs test;
  TemporaryDirectory archive, files, both;
  archive.write("train.npz", makeZip({{"digit.npy", digits},
                                      {"text.npy", texts},
                                      {"image.npy", images}}));
  checkSplit(archive.path(), "train", test.model);
  files.write("test_image.npy", images);
  files.write("test_text.npy", texts);
  files.write("test_digit.npy", digits);
  checkSplit(files.path(), "test", test.model);
  std::string one =
      both.write("all.npz", makeZip({{"image_train.npy", images},
                                     {"text_train.npy", texts},
                                     {"digit_train.npy", digits}}));
  checkSplit(one, "train", test.model);
  checkSplit(both.path(), "train", test.model);
}

TEST(Lists, OneInputHasItsNameToo) {
  TestModel test(true, Target::Classes, 3);
  test.lists.inputs[0].name = "image";
  test.lists.targets[0].name = "digit";
  TemporaryDirectory files, archive;
  files.write("train_image.npy", images);
  files.write("train_digit.npy", digits);
  EXPECT_EQ(loadSplit(files.path(), "train", test.model).rows(), 2);
  archive.write("train.npz",
                makeZip({{"image.npy", images}, {"digit.npy", digits}}));
  EXPECT_EQ(loadSplit(archive.path(), "train", test.model).rows(), 2);
}

TEST(Lists, ShortNamesDoNotMeanOtherArguments) {
  // Two inputs x and y: the labels are not y, although they are the only ones.
  TwoInputs two;
  two.lists.inputs[0].name = "x";
  two.lists.inputs[1].name = "y";
  TemporaryDirectory archive;
  archive.write("train.npz", makeZip({{"x.npy", images}, {"y.npy", texts}}));
  EXPECT_ERROR(loadSplit(archive.path(), "train", two.model),
               "train.npz: no array 'digit', found x and y");
  archive.write(
      "train.npz",
      makeZip({{"x.npy", images}, {"y.npy", texts}, {"digit.npy", digits}}));
  checkSplit(archive.path(), "train", two.model);

  TestModel one(true, Target::Classes, 3);
  one.lists.targets[0].name = "digit";
  TemporaryDirectory files;
  files.write("train_x.npy", images);
  files.write("train_digit.npy", digits);
  EXPECT_EQ(loadSplit(files.path(), "train", one.model).rows(), 2);
}

TEST(Lists, MissingArraysAreNamed) {
  TwoInputs test;
  TemporaryDirectory archive, files, short_;
  archive.write("train.npz",
                makeZip({{"digit.npy", digits}, {"image.npy", images}}));
  EXPECT_ERROR(loadSplit(archive.path(), "train", test.model),
               "train.npz: no array 'text', found digit and image");
  files.write("train_text.npy", texts);
  EXPECT_ERROR(loadSplit(files.path(), "train", test.model),
               "train_text.npy is not complete: there is no train_image.npy");
  files.write("train_image.npy", images);
  EXPECT_ERROR(loadSplit(files.path(), "train", test.model),
               "train_image.npy has no labels: there is no train_digit.npy");
  EXPECT_ERROR(loadSplit(files.path(), "test", test.model),
               "looked for test.npz with the arrays image, text and digit, or "
               "test_image.npy");
  // The names x and y would not say which input is meant.
  short_.write("train.npz", makeZip({{"x.npy", images}, {"y.npy", digits}}));
  EXPECT_ERROR(loadSplit(short_.path(), "train", test.model),
               "train.npz: no array 'image', found x and y");
}

TEST(Lists, ArraysHaveTheSameRows) {
  TwoInputs test;
  TemporaryDirectory directory;
  Bytes more = makeNpy("<f4", "(3, 2)", toBytes<float>({1, 2, 3, 4, 5, 6}));
  directory.write("train.npz", makeZip({{"digit.npy", digits},
                                        {"text.npy", more},
                                        {"image.npy", images}}));
  EXPECT_ERROR(loadSplit(directory.path(), "train", test.model),
               "train.npz:image has 2 rows, ");
}

TEST(Lists, EachInputFillsItsTensor) {
  TwoInputs test;
  TemporaryDirectory directory;
  std::string path = directory.write(
      "x.npz", makeZip({{"text.npy", texts}, {"image.npy", images}}));
  std::vector<Inputs> inputs = loadInputs(path, test.model);
  void *arena = test.arena.data();
  const uint32_t indices[] = {1};
  for (uint32_t i = 0; i < 2; ++i)
    gatherInputs(test.model, arena, inputs[i], indices, 0, 1, nullptr, i);
  const float *text = tensorData<float>(getTensor(test.model, "text"), arena);
  EXPECT_EQ(std::vector<float>(text, text + 4),
            (std::vector<float>{2.5, 3.5, 0, 0}));
  const uint8_t *image =
      tensorData<uint8_t>(getTensor(test.model, "image"), arena);
  EXPECT_EQ(image[5], 7);
  EXPECT_EQ(image[6], 0);
  EXPECT_ERROR(loadInputs(directory.write("x.npy", images), test.model),
               "x.npy holds one array, and the model has 2 inputs: expected an "
               ".npz file with the arrays image and text, or a data folder");
}

TEST(Lists, LatentsHaveTheNamesOfPosteriors) {
  TwoInputs test;
  TemporaryDirectory directory;
  Bytes first = makeNpy("<f4", "(1, 2)", toBytes<float>({1, 2}));
  Bytes second = makeNpy("<f8", "(1, 5)", toBytes<double>({3, 4, 5, 6, 7}));
  std::string path = directory.write(
      "z.npz", makeZip({{"second.npy", second}, {"first.npy", first}}));
  EXPECT_EQ(loadLatents(path, test.model),
            (std::vector<std::vector<double>>{{1, 2}, {3, 4, 5, 6, 7}}));
  EXPECT_ERROR(loadLatents(directory.write("z.npy", first), test.model),
               "z.npy: expected an .npz file with the arrays first and second");
}

TEST(Lists, FingerprintsSeeEveryInput) {
  TwoInputs test;
  auto print = [&](const Bytes &text) {
    TemporaryDirectory directory;
    directory.write("train.npz", makeZip({{"digit.npy", digits},
                                          {"text.npy", text},
                                          {"image.npy", images}}));
    return fingerprint(loadSplit(directory.path(), "train", test.model));
  };
  Bytes other = makeNpy("<f4", "(2, 2)", toBytes<float>({0.5, 1.5, 2.5, 3}));
  EXPECT_NE(print(texts), print(other));
}

/// What `predict` with these flags means.
std::optional<Options> parse(const VibModel &model,
                             std::vector<const char *> words, int &exitCode) {
  words.insert(words.begin(), {"program", "predict", "--input", "x.npz",
                               "--weights", "w", "--output", "o.npy"});
  return parseOptions(model, int(words.size()), words.data(), exitCode);
}

Options parse(const VibModel &model, std::vector<const char *> words) {
  int exitCode = 0;
  std::optional<Options> options = parse(model, std::move(words), exitCode);
  EXPECT_TRUE(options);
  return options.value_or(Options());
}

/// The message about wrong flags.
std::string refuse(const VibModel &model, std::vector<const char *> words) {
  int exitCode = 0;
  testing::internal::CaptureStderr();
  EXPECT_FALSE(parse(model, std::move(words), exitCode));
  EXPECT_EQ(exitCode, 2);
  return testing::internal::GetCapturedStderr();
}

TEST(Lists, OnePosteriorIsChosen) {
  TwoInputs test;
  EXPECT_EQ(parse(test.model, {}).posterior, std::nullopt);
  EXPECT_EQ(
      parse(test.model, {"--what", "mu", "--posterior", "second"}).posterior,
      1u);
  EXPECT_NE(refuse(test.model, {"--what", "mu"})
                .find("the model has 2 posteriors: expected --posterior "
                      "first|second"),
            std::string::npos);
  EXPECT_NE(refuse(test.model, {"--posterior", "first"})
                .find("computed from all posteriors"),
            std::string::npos);
  EXPECT_NE(refuse(test.model, {"--what", "mu", "--posterior", "third"})
                .find("expected first|second, got 'third'"),
            std::string::npos);
}

/// An image with a class and two numbers.
struct TwoTargets : TestModel {
  TwoTargets() : TestModel(true, Target::Classes, 3) {
    VibTensor numbers = tensors.back();
    numbers.name = "y.angle";
    numbers.type = VIB_F32;
    numbers.rank = 2;
    numbers.shape[1] = 2;
    numbers.offset = arena.size();
    tensors.push_back(numbers);
    arena = Memory(numbers.offset + 64, "the arena");
    lists.inputs[0].name = "image";
    lists.targets[0].name = "digit";
    lists.targets.push_back({"angle", "y.angle", 0, 2, "normal", "means",
                             "prediction.angle", "logits.angle"});
    lists.describe(model);
    model.num_tensors = uint32_t(tensors.size());
    model.tensors = tensors.data();
    model.compiler = "vibc";
  }
};

TEST(Lists, EachTargetHasItsArray) {
  TwoTargets test;
  TemporaryDirectory files, archive;
  files.write("train_x.npy", images);
  files.write("train_digit.npy", digits);
  EXPECT_ERROR(loadSplit(files.path(), "train", test.model),
               "train_x.npy has no labels: there is no train_angle.npy");
  files.write("train_angle.npy", texts);
  archive.write("train.npz", makeZip({{"angle.npy", texts},
                                      {"x.npy", images},
                                      {"digit.npy", digits}}));
  for (const std::string &data : {files.path(), archive.path()}) {
    Split split = loadSplit(data, "train", test.model);
    EXPECT_EQ(split.labels[0].classes, (std::vector<int32_t>{2, 0}));
    EXPECT_EQ(split.labels[1].targets,
              (std::vector<double>{0.5, 1.5, 2.5, 3.5}));
    gatherLabels(test.model, test.arena.data(), split.labels[1], nullptr, 1, 1,
                 1);
    const float *angle =
        tensorData<float>(getTensor(test.model, "y.angle"), test.arena.data());
    EXPECT_EQ(std::vector<float>(angle, angle + 4),
              (std::vector<float>{2.5, 3.5, 0, 0}));
  }
  EXPECT_EQ(loadInputs(files.write("one.npy", images), test.model).size(), 1u);
}

TEST(Lists, OneTargetIsChosen) {
  TwoTargets test;
  EXPECT_EQ(parse(test.model, {"--target", "angle"}).target, 1u);
  EXPECT_EQ(parse(test.model, {"--what", "mu"}).target, std::nullopt);
  EXPECT_NE(refuse(test.model, {}).find("expected --target digit|angle"),
            std::string::npos);
  EXPECT_NE(refuse(test.model, {"--what", "mu", "--target", "angle"})
                .find("belongs to a posterior"),
            std::string::npos);
  EXPECT_NE(refuse(test.model, {"--what", "entropy", "--target", "angle"})
                .find("this target is a regression"),
            std::string::npos);
}

} // namespace
