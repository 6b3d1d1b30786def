//===- Datasets.cpp - Data directories, checks, and batches ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Gather.h"
#include "runtime/ThreadPool.h"
#include "test/runtime/Samples.h"

#include <sys/stat.h>

#include <cmath>
#include <limits>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

const Bytes twelve = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12};
/// Two images of [2, 3] and their labels, in each form that a directory may
/// have.
const Bytes idxImages = makeIdx(8, {2, 2, 3}, twelve);
const Bytes idxLabels = makeIdx(8, {2}, {2, 0});
const Bytes npyImages = makeNpy("|u1", "(2, 2, 3)", twelve);
const Bytes npyLabels = makeNpy("<i8", "(2,)", toBytes<int64_t>({2, 0}));

TestModel imageModel() { return {true, Target::Classes, 3}; }
TestModel floatModel(VibType type = VIB_F32) {
  return {false, Target::Classes, 3, type};
}

Array floats(std::vector<int64_t> shape, const std::vector<float> &values) {
  return {ElementType::F32, std::move(shape), toBytes(values)};
}
Array doubles(std::vector<int64_t> shape, const std::vector<double> &values) {
  return {ElementType::F64, std::move(shape), toBytes(values)};
}

template <typename T>
std::vector<T> tensorValues(const TestModel &test, const char *name) {
  const VibTensor &tensor = getTensor(test.model, name);
  int64_t elements = 1;
  for (uint32_t i = 0; i < tensor.rank; ++i)
    elements *= tensor.shape[i];
  const T *data = tensorData<T>(tensor, test.arena.data());
  return {data, data + elements};
}

TEST(Dataset, EveryFormGivesTheSameSplit) {
  TestModel test = imageModel();
  auto check = [&](const TemporaryDirectory &directory, const char *name) {
    Split split = loadSplit(directory.path(), name, test.model);
    EXPECT_EQ(split.rows(), 2);
    EXPECT_EQ(split.inputs.front().array.data, twelve);
    EXPECT_EQ(split.inputs.front().minimum, 1);
    EXPECT_EQ(split.inputs.front().maximum, 12);
    EXPECT_EQ(split.labels.front().classes, (std::vector<int32_t>{2, 0}));
    EXPECT_EQ(split.labels.front().counts, (std::vector<int64_t>{1, 0, 1}));
    return fingerprint(split);
  };
  TemporaryDirectory idx, gz, npz, npy, dots, letters, keras, lower, upper;
  idx.write("t10k-images-idx3-ubyte", idxImages);
  idx.write("t10k-labels-idx1-ubyte", idxLabels);
  gz.write("train-images-idx3-ubyte.gz", gzip(idxImages));
  gz.write("train-labels-idx1-ubyte.gz", gzip(idxLabels));
  npz.write("test.npz",
            makeZip({{"x.npy", npyImages, true}, {"y.npy", npyLabels, true}}));
  npy.write("train_x.npy", npyImages);
  npy.write("train_y.npy", npyLabels);
  std::string expected = check(idx, "test");
  EXPECT_EQ(expected.size(), 16u);
  EXPECT_EQ(check(gz, "train"), expected);
  EXPECT_EQ(check(npz, "test"), expected);
  EXPECT_EQ(check(npy, "train"), expected);

  // As other tools and data sets name them.
  dots.write("train-images.idx3-ubyte", idxImages);
  dots.write("train-labels.idx1-ubyte", idxLabels);
  EXPECT_EQ(check(dots, "train"), expected);
  letters.write("emnist-letters-train-images-idx3-ubyte.gz", gzip(idxImages));
  letters.write("emnist-letters-train-labels-idx1-ubyte.gz", gzip(idxLabels));
  letters.write("emnist-letters-test-images-idx3-ubyte", idxImages);
  letters.write("emnist-letters-test-labels-idx1-ubyte", idxLabels);
  EXPECT_EQ(check(letters, "train"), expected);
  EXPECT_EQ(check(letters, "test"), expected);
  Bytes both = makeZip({{"x_train.npy", npyImages, true},
                        {"y_train.npy", npyLabels, true},
                        {"x_test.npy", npyImages, true},
                        {"y_test.npy", npyLabels, true}});
  keras.write("mnist.npz", both);
  EXPECT_EQ(check(keras, "train"), expected);
  EXPECT_EQ(check(keras, "test"), expected);
  TemporaryDirectory other;
  std::string path = other.write("other.npz", both);
  EXPECT_EQ(check(other, "test"), expected);
  EXPECT_EQ(fingerprint(loadSplit(path, "test", test.model)), expected);
  lower.write("x_test.npy", npyImages);
  lower.write("y_test.npy", npyLabels);
  EXPECT_EQ(check(lower, "test"), expected);
  upper.write("X_train.npy", npyImages);
  upper.write("y_train.npy", npyLabels);
  EXPECT_EQ(check(upper, "train"), expected);
}

TEST(Dataset, CompressedFilesYieldToPlainOnesOfTheSameName) {
  TestModel test = imageModel();
  TemporaryDirectory directory;
  directory.write("train-images-idx3-ubyte", idxImages);
  directory.write("train-images-idx3-ubyte.gz", gzip(makeIdx(8, {1}, {0})));
  directory.write("train-labels-idx1-ubyte", idxLabels);
  EXPECT_EQ(loadSplit(directory.path(), "train", test.model).rows(), 2);
}

TEST(Dataset, ASplitThatIsThereTwiceIsAnError) {
  TestModel test = imageModel();
  TemporaryDirectory directory;
  directory.write("train_x.npy", npyImages);
  directory.write("train_y.npy", npyLabels);
  // Not data by its name, and there is data beside it.
  directory.write("results.npz", makeZip({{"x_train.npy", npyImages}}));
  EXPECT_EQ(loadSplit(directory.path(), "train", test.model).rows(), 2);
  directory.write("mnist.npz", makeZip({{"x_train.npy", npyImages}}));
  EXPECT_ERROR(
      loadSplit(directory.path(), "train", test.model),
      "the train data was found 2 times: " + directory.path("train_x.npy") +
          " and " + directory.path("mnist.npz"));
  TemporaryDirectory emnist;
  for (const char *name : {"letters", "digits"})
    emnist.write(std::string("emnist-") + name + "-train-images-idx3-ubyte",
                 idxImages);
  EXPECT_ERROR(loadSplit(emnist.path(), "train", test.model), "2 times");
}

TEST(Dataset, AFolderWithoutDataSaysWhatIsThere) {
  TestModel test = imageModel();
  TemporaryDirectory directory;
  EXPECT_ERROR(loadSplit(directory.path(), "train", test.model),
               "no train data in " + directory.path() +
                   ": it is empty; looked for train-images-idx3-ubyte[.gz], "
                   "train.npz, train_x.npy, x_train.npy or mnist.npz");
  directory.write("a\nb.csv", {});
  directory.write("results.npz", makeZip({{"a.npy", npyImages}}));
  mkdir(directory.path("raw").c_str(), 0755);
  EXPECT_ERROR(loadSplit(directory.path(), "train", test.model),
               "it contains a?b.csv, raw/ and results.npz; looked for");
  for (int i = 10; i < 30; ++i)
    directory.write("file" + std::to_string(i), {});
  EXPECT_ERROR(loadSplit(directory.path(), "train", test.model),
               "file10, file11, file12, file13, file14, file15, file16 and 15 "
               "more; looked for");
}

TEST(Dataset, LabelsOfAnotherNumberAreNotInflated) {
  // What is damaged is beyond the header.
  Bytes many = gzip(makeIdx(8, {30000}, Bytes(30000)));
  many[many.size() - 6] ^= 1;
  TestModel test = imageModel();
  TemporaryDirectory directory;
  directory.write("train-images-idx3-ubyte", idxImages);
  directory.write("train-labels-idx1-ubyte.gz", many);
  EXPECT_ERROR(
      loadSplit(directory.path(), "train", test.model),
      "train-labels-idx1-ubyte.gz has 30000: expected the same number");
}

TEST(Dataset, FingerprintSeesEveryValue) {
  TestModel test = imageModel();
  auto print = [&](Bytes images, const Bytes &labels) {
    Split split;
    split.inputs = {makeInputs({ElementType::U8, {2, 2, 3}, std::move(images)},
                               "x", test.model)};
    split.labels = {
        makeLabels({ElementType::U8, {2}, labels}, "y", test.model)};
    return fingerprint(split);
  };
  std::string expected = print(twelve, {2, 0});
  EXPECT_EQ(print(twelve, {2, 0}), expected);
  EXPECT_NE(print(twelve, {0, 2}), expected);
  for (size_t i = 0; i < twelve.size(); ++i) {
    Bytes changed = twelve;
    changed[i] ^= 1;
    EXPECT_NE(print(changed, {2, 0}), expected) << i;
  }
}

TEST(Dataset, MissingFilesAreNamed) {
  TestModel test = imageModel();
  TemporaryDirectory directory;
  EXPECT_ERROR(loadSplit(directory.path("no"), "train", test.model),
               "cannot read " + directory.path("no") + ": No such file");
  EXPECT_ERROR(loadSplit(directory.path(), "test", test.model),
               "looked for t10k-images-idx3-ubyte[.gz], test.npz, test_x.npy, "
               "x_test.npy or mnist.npz");
  directory.write("test_x.npy", npyImages);
  EXPECT_ERROR(loadSplit(directory.path(), "test", test.model),
               "there is no test_y.npy");
  TemporaryDirectory idx;
  idx.write("t10k-images-idx3-ubyte", idxImages);
  EXPECT_ERROR(loadSplit(idx.path(), "test", test.model),
               "t10k-images-idx3-ubyte has no labels: "
               "there is no t10k-labels-idx1-ubyte[.gz]");
  directory.write("file", twelve);
  EXPECT_ERROR(loadSplit(directory.path("file"), "test", test.model),
               "file is neither a folder nor an .npz file");
}

TEST(Dataset, CountsThatDisagreeAreAnError) {
  TestModel test = imageModel();
  TemporaryDirectory directory;
  directory.write("train_x.npy", npyImages);
  directory.write("train_y.npy", makeNpy("|u1", "(3,)", {0, 1, 2}));
  EXPECT_ERROR(loadSplit(directory.path(), "train", test.model),
               "train_y.npy has 3: expected the same number");
}

TEST(Dataset, AnyIntegerLabelsAreTaken) {
  TestModel test = imageModel();
  auto check = [&](ElementType type, Bytes data) {
    Labels labels =
        makeLabels({type, {2, 1}, std::move(data)}, "y", test.model);
    EXPECT_EQ(labels.classes, (std::vector<int32_t>{2, 1})) << nameOf(type);
  };
  check(ElementType::U8, toBytes<uint8_t>({2, 1}));
  check(ElementType::I8, toBytes<int8_t>({2, 1}));
  check(ElementType::U16, toBytes<uint16_t>({2, 1}));
  check(ElementType::I16, toBytes<int16_t>({2, 1}));
  check(ElementType::U32, toBytes<uint32_t>({2, 1}));
  check(ElementType::I32, toBytes<int32_t>({2, 1}));
  check(ElementType::U64, toBytes<uint64_t>({2, 1}));
  check(ElementType::I64, toBytes<int64_t>({2, 1}));
}

TEST(Dataset, LabelsOutOfRangeNameTheRow) {
  TestModel test = imageModel();
  auto label = [&](ElementType type, Bytes data, std::vector<int64_t> shape) {
    return makeLabels({type, std::move(shape), std::move(data)}, "y",
                      test.model);
  };
  EXPECT_ERROR(label(ElementType::U8, {0, 3}, {2}),
               "label of row 1 (counted from 0) is 3, expected 0 to 2: the "
               "labels go from 0 to 3, and the model has 3 classes");
  EXPECT_ERROR(label(ElementType::U8, {1, 2, 3}, {3}),
               "the label of row 2 (counted from 0) is 3, expected 0 to 2: the "
               "labels go from 1 to 3, and the model has 3 classes; if 1 is "
               "the label of the first class, give --first-label 1");
  EXPECT_ERROR(label(ElementType::U8, {11, 12}, {2}),
               "if 11 is the label of the first class, give --first-label 11");
  EXPECT_ERROR(label(ElementType::I8, toBytes<int8_t>({-1, 0}), {2}),
               "label of row 0 (counted from 0) is -1");
  // Three values for three classes, but not their numbers.
  EXPECT_ERROR(label(ElementType::U8, {0, 20, 10, 0}, {4}),
               "the model has 3 classes; np.unique(y, return_inverse=True)[1] "
               "in NumPy numbers them from 0");
  try {
    label(ElementType::U8, {0, 20, 10, 30}, {4});
    ADD_FAILURE();
  } catch (const Error &error) {
    EXPECT_EQ(std::string(error.what()).find("unique"), std::string::npos);
  }
  EXPECT_ERROR(label(ElementType::U64, toBytes<uint64_t>({1ull << 63}), {1}),
               "is 9223372036854775808");
  EXPECT_ERROR(label(ElementType::I64, toBytes<int64_t>({1ll << 32}), {1}),
               "is 4294967296");
  EXPECT_ERROR(label(ElementType::F32, toBytes<float>({1}), {1}),
               "labels are float32, expected integers; if they are the "
               "numbers of classes, convert them with y.astype(int) in NumPy, "
               "and if they are measured values, the model needs a normal "
               "likelihood");
  EXPECT_ERROR(label(ElementType::F32, toBytes<float>({0, 1, 0}), {1, 3}),
               "for one-hot labels use y.argmax(1) in NumPy");
  EXPECT_ERROR(label(ElementType::U8, {0, 0, 1, 1, 0, 0}, {2, 3}),
               "labels of the shape [2, 3], expected [N]; for one-hot labels "
               "use y.argmax(1) in NumPy");
  EXPECT_ERROR(label(ElementType::U8, {0, 0, 1, 1}, {2, 2}),
               "labels of the shape [2, 2], expected [N]");
}

TEST(Dataset, TheFirstLabelIsThatOfClass0) {
  TestModel test = imageModel();
  auto label = [&](ElementType type, Bytes data, uint64_t first) {
    int64_t rows = int64_t(data.size() / sizeOf(type));
    return makeLabels({type, {rows}, std::move(data)}, "y", test.model, first);
  };
  Labels labels = label(ElementType::U8, {3, 1, 2, 3}, 1);
  EXPECT_EQ(labels.classes, (std::vector<int32_t>{2, 0, 1, 2}));
  EXPECT_EQ(labels.counts, (std::vector<int64_t>{1, 1, 2}));
  EXPECT_EQ(label(ElementType::I64, toBytes<int64_t>({1ll << 52}), 1ull << 52)
                .classes,
            (std::vector<int32_t>{0}));
  EXPECT_ERROR(label(ElementType::U8, {0, 1}, 1),
               "the label of row 0 (counted from 0) is 0, expected 1 to 3: the "
               "labels go from 0 to 1, and the model has 3 classes; if 0 is "
               "the label of the first class, give --first-label 0");
  EXPECT_ERROR(label(ElementType::U8, {1, 4}, 1), "is 4, expected 1 to 3");
  EXPECT_ERROR(label(ElementType::I8, toBytes<int8_t>({-1}), 1),
               "is -1, expected 1 to 3");
}

TEST(Dataset, ShapesMatchUpToFlattening) {
  TestModel test = imageModel();
  auto load = [&](std::vector<int64_t> shape) {
    return makeInputs({ElementType::U8, std::move(shape), twelve}, "x",
                      test.model);
  };
  EXPECT_EQ(load({2, 2, 3}).rows(), 2);
  EXPECT_EQ(load({2, 6}).rows(), 2);
  EXPECT_EQ(load({2, 1, 2, 3}).rows(), 2);
  EXPECT_EQ(load({2, 2, 3, 1}).rows(), 2);
  EXPECT_ERROR(load({2, 3, 2}),
               "shape [2, 3, 2], expected [N, 2, 3] or [N, 6]; these are the "
               "same dimensions in another order: x.transpose(0, 2, 1) "
               "reorders them in NumPy");
  EXPECT_ERROR(load({12}), "shape [12], expected");
  EXPECT_ERROR(load({4, 3}), "shape [4, 3], expected");
  EXPECT_ERROR(makeInputs({ElementType::U8, {0, 6}, {}}, "x", test.model),
               "no rows");
}

TEST(Dataset, ShapesAreTheDeclaredOnesWhereTheArenaHasThemFlat) {
  // As vibc lays it out: the tensor has one dimension beside the batch.
  TestModel test(true, Target::Classes, 3, VIB_F32, 4, 4);
  constexpr int64_t declared[] = {2, 2, 4};
  test.lists.inputs[0].rank = 3;
  test.lists.inputs[0].shape = declared;
  auto load = [&](std::vector<int64_t> shape) {
    return makeInputs({ElementType::U8, std::move(shape), Bytes(32)}, "x",
                      test.model);
  };
  EXPECT_EQ(load({2, 2, 2, 4}).rows(), 2);
  EXPECT_EQ(load({2, 16}).rows(), 2);
  EXPECT_ERROR(load({2, 4, 2, 2}),
               "shape [2, 4, 2, 2], expected [N, 2, 2, 4] or [N, 16]; these "
               "are the same dimensions in another order (channels first or "
               "last?): x.transpose(0, 2, 3, 1) reorders them in NumPy");
  EXPECT_ERROR(load({2, 4, 4}), "shape [2, 4, 4], expected [N, 2, 2, 4]");
}

TEST(Dataset, FlatRowsTakeImagesOfOneChannel) {
  TestModel test(true, Target::Classes, 3, VIB_F32, 4, 4);
  constexpr int64_t flat[] = {16};
  test.lists.inputs[0].rank = 1;
  test.lists.inputs[0].shape = flat;
  auto load = [&](std::vector<int64_t> shape) {
    return makeInputs({ElementType::U8, std::move(shape), Bytes(32)}, "x",
                      test.model);
  };
  for (std::vector<int64_t> shape : {std::vector<int64_t>{2, 16},
                                     {2, 16, 1},
                                     {2, 1, 16},
                                     {2, 4, 4},
                                     {2, 2, 8},
                                     {2, 1, 4, 4},
                                     {2, 4, 4, 1}})
    EXPECT_EQ(load(shape).rows(), 2) << formatShape(shape);
  // With channels there are two orders, which give different rows.
  EXPECT_ERROR(load({2, 2, 2, 4}),
               "shape [2, 2, 2, 4], expected [N, 16]; x.reshape(len(x), -1) in "
               "NumPy flattens them, if the order of the dimensions (channels "
               "first or last?) is the one that is meant");
  EXPECT_ERROR(load({2, 8}), "shape [2, 8], expected [N, 16]");
}

TEST(Dataset, SplitsOfDifferentDataSetsAreNotTakenForOne) {
  TestModel test = imageModel();
  auto write = [&](const TemporaryDirectory &folder, const char *prefix) {
    folder.write(std::string(prefix) + "-images-idx3-ubyte", idxImages);
    folder.write(std::string(prefix) + "-labels-idx1-ubyte", idxLabels);
  };
  TemporaryDirectory emnist, plain, cases, forms, same;
  write(emnist, "emnist-letters-train");
  write(emnist, "emnist-digits-test");
  for (const char *split : {"train", "test"})
    EXPECT_ERROR(loadSplit(emnist.path(), split, test.model),
                 "may be of different data sets, expected both by the name "
                 "emnist-" +
                     std::string(split[1] == 'r' ? "letters" : "digits") +
                     "-*-images: move one of them to a folder of its own");
  // Both may be there as long as the other split of one of them is.
  write(emnist, "emnist-digits-train");
  EXPECT_EQ(loadSplit(emnist.path(), "test", test.model).rows(), 2);
  write(plain, "train");
  write(plain, "fashion-t10k");
  EXPECT_ERROR(loadSplit(plain.path(), "train", test.model),
               "expected both by the name *-images");
  cases.write("x_train.npy", npyImages);
  cases.write("y_train.npy", npyLabels);
  cases.write("X_test.npy", npyImages);
  cases.write("y_test.npy", npyLabels);
  EXPECT_ERROR(loadSplit(cases.path(), "train", test.model),
               "expected both by the name x_*.npy");
  EXPECT_ERROR(loadInputs(cases.path(), test.model),
               "expected both by the name X_*.npy");
  write(forms, "train");
  forms.write("test.npz",
              makeZip({{"x.npy", npyImages}, {"y.npy", npyLabels}}));
  EXPECT_ERROR(loadSplit(forms.path(), "test", test.model),
               "expected both by the name *.npz");
  write(same, "emnist-letters-train");
  write(same, "emnist-letters-t10k");
  EXPECT_EQ(loadSplit(same.path(), "train", test.model).rows(), 2);
}

TEST(Dataset, DataInAFolderBelowIsNamed) {
  TestModel test = imageModel();
  TemporaryDirectory root;
  mkdir(root.path("MNIST").c_str(), 0755);
  mkdir(root.path("MNIST/raw").c_str(), 0755);
  root.write("MNIST/raw/train-images-idx3-ubyte", idxImages);
  EXPECT_ERROR(loadSplit(root.path(), "train", test.model),
               "mnist.npz; there is such data in " + root.path("MNIST/raw") +
                   ": name that folder");
  mkdir(root.path("other").c_str(), 0755);
  root.write("other/train_x.npy", npyImages);
  EXPECT_ERROR(loadSplit(root.path(), "train", test.model),
               "in " + root.path("MNIST/raw") + " and " + root.path("other"));
  EXPECT_ERROR(loadSplit(root.path(), "test", test.model), "or mnist.npz");
}

TEST(Dataset, TypesThatDoNotFitTheModelAreErrors) {
  TestModel image = imageModel(), flat = floatModel();
  EXPECT_ERROR(
      makeInputs(floats({1, 6}, std::vector<float>(6)), "x", image.model),
      "inputs are float32, expected uint8");
  EXPECT_ERROR(makeInputs({ElementType::U8, {2, 6}, twelve}, "x", flat.model),
               "inputs are uint8, expected float32 or float64");
}

TEST(Dataset, MoreRowsThanTheNoiseCanNumberAreAnError) {
  // Two of them would have the same noise. The header decides, before any
  // element.
  TestModel test = imageModel();
  EXPECT_ERROR(
      makeInputs({ElementType::U8, {maxRows + 1, 6}, {}}, "x", test.model),
      "x: 4294967297 rows, expected at most 4294967296, because the noise of "
      "an evaluation numbers them in 32 bits: divide the data");
}

TEST(Dataset, NonFiniteInputsNameTheRow) {
  TestModel test = floatModel();
  std::vector<float> values(18, 0.5f);
  values[13] = NAN;
  EXPECT_ERROR(makeInputs(floats({3, 6}, values), "x", test.model),
               "an input of row 2 (counted from 0) is nan");
  values[13] = 0;
  values[6] = -INFINITY;
  EXPECT_ERROR(makeInputs(floats({3, 6}, values), "x", test.model),
               "row 1 (counted from 0) is -inf");
  // Finite in the file and infinite in the model.
  std::vector<double> wide(6, 1e300);
  EXPECT_ERROR(makeInputs(doubles({1, 6}, wide), "x", test.model), "1e+300");
  TestModel f64 = floatModel(VIB_F64);
  EXPECT_EQ(makeInputs(doubles({1, 6}, wide), "x", f64.model).maximum, 1e300);
}

TEST(Dataset, TargetsOfARegression) {
  TestModel one(false, Target::Numbers, 1), two(false, Target::Numbers, 2);
  EXPECT_EQ(makeLabels(floats({2}, {1.5, -2}), "y", one.model).targets,
            (std::vector<double>{1.5, -2}));
  EXPECT_EQ(makeLabels(floats({2, 1}, {1.5, -2}), "y", one.model).targets,
            (std::vector<double>{1.5, -2}));
  EXPECT_EQ(
      makeLabels({ElementType::I8, {2}, {3, 255}}, "y", one.model).targets,
      (std::vector<double>{3, -1}));
  EXPECT_ERROR(makeLabels(floats({2}, {1, 2}), "y", two.model),
               "targets of the shape [2], expected [N, 2]");
  TestModel four(false, Target::Numbers, 4);
  EXPECT_EQ(
      makeLabels(floats({1, 4, 1}, {1, 2, 3, 4}), "y", four.model).targets,
      (std::vector<double>{1, 2, 3, 4}));
  EXPECT_ERROR(makeLabels(floats({1, 2, 2}, {1, 2, 3, 4}), "y", four.model),
               "targets of the shape [1, 2, 2], expected [N, 4]");
  EXPECT_ERROR(makeLabels(floats({2, 2}, {1, 2, 3, NAN}), "y", two.model),
               "the target of row 1 (counted from 0) is nan");
}

TEST(Dataset, GatherCopiesRowsAndZeroesTheRest) {
  TestModel test = imageModel();
  Inputs inputs =
      makeInputs({ElementType::U8, {2, 6}, twelve}, "x", test.model);
  Labels labels = makeLabels({ElementType::U8, {2}, {2, 1}}, "y", test.model);
  memset(test.arena.data(), 0xff, test.arena.size());
  uint32_t indices[] = {1, 0, 1};
  gatherInputs(test.model, test.arena.data(), inputs, indices, 0, 3);
  gatherLabels(test.model, test.arena.data(), labels, indices, 0, 3);
  EXPECT_EQ(tensorValues<uint8_t>(test, "image"),
            (Bytes{7, 8, 9, 10, 11, 12, 1, 2, 3, 4, 5, 6,
                   7, 8, 9, 10, 11, 12, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(tensorValues<int32_t>(test, "y"),
            (std::vector<int32_t>{1, 2, 1, 0}));
  gatherInputs(test.model, test.arena.data(), inputs, nullptr, 1, 1);
  gatherLabels(test.model, test.arena.data(), labels, nullptr, 1, 1);
  EXPECT_EQ(tensorValues<int32_t>(test, "y"),
            (std::vector<int32_t>{1, 0, 0, 0}));
  EXPECT_ERROR(
      gatherInputs(test.model, test.arena.data(), inputs, nullptr, 1, 2),
      "row 2 was requested");
  EXPECT_ERROR(
      gatherInputs(test.model, test.arena.data(), inputs, nullptr, 0, 5),
      "5 rows were requested, but a batch has 4");
}

TEST(Dataset, GatherCopiesRowsOfAnyWidth) {
  // Short rows are copied in blocks of 32 bytes, the last of which overlap.
  for (int64_t width : {1, 31, 32, 33, 63, 64, 255, 256, 257}) {
    TestModel test(true, Target::Classes, 3, VIB_F32, 1, width);
    constexpr int64_t rows = 5, batch = 4;
    Bytes bytes(size_t(rows * width));
    for (size_t i = 0; i < bytes.size(); ++i)
      bytes[i] = uint8_t(1 + i * 2654435761u % 251);
    Inputs inputs =
        makeInputs({ElementType::U8, {rows, 1, width}, bytes}, "x", test.model);
    auto check = [&](std::vector<uint32_t> taken, const uint32_t *indices,
                     int64_t first) {
      for (int64_t count = 0; count <= int64_t(taken.size()); ++count) {
        Bytes expected(size_t(batch * width));
        for (int64_t b = 0; b < count; ++b)
          for (int64_t i = 0; i < width; ++i)
            expected[size_t(b * width + i)] =
                bytes[size_t(taken[size_t(b)] * width + i)];
        memset(test.arena.data(), 0xff, test.arena.size());
        gatherInputs(test.model, test.arena.data(), inputs, indices, first,
                     count);
        EXPECT_EQ(tensorValues<uint8_t>(test, "image"), expected)
            << "rows of " << width << ", " << count << " of them";
      }
    };
    const std::vector<uint32_t> shuffled = {4, 0, 3, 3};
    check(shuffled, shuffled.data(), 0);
    check({0, 1, 2, 3}, nullptr, 0);
    check({1, 2, 3, 4}, nullptr, 1);
  }
}

TEST(Dataset, GatherOnThreadsGivesTheSame) {
  // Rows that are worth a thread each.
  constexpr int64_t side = 256, rows = 9;
  TestModel test(true, Target::Classes, 3, VIB_F32, side, side);
  Bytes bytes(size_t(rows * side * side));
  for (size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = uint8_t(i * 2654435761u >> 13);
  Inputs inputs =
      makeInputs({ElementType::U8, {rows, side, side}, bytes}, "x", test.model);
  uint32_t indices[] = {8, 2, 5, 2};
  ThreadPool pool(3);
  for (int64_t count : {4, 3, 1, 0}) {
    memset(test.arena.data(), 0xff, test.arena.size());
    gatherInputs(test.model, test.arena.data(), inputs, indices, 0, count);
    Bytes expected = tensorValues<uint8_t>(test, "image");
    memset(test.arena.data(), 0xff, test.arena.size());
    gatherInputs(test.model, test.arena.data(), inputs, indices, 0, count,
                 pool.handle());
    EXPECT_EQ(tensorValues<uint8_t>(test, "image"), expected) << count;
  }
  EXPECT_ERROR(gatherInputs(test.model, test.arena.data(), inputs, nullptr, 7,
                            4, pool.handle()),
               "row 9 was requested");
}

TEST(Dataset, GatherConvertsFloats) {
  for (VibType type : {VIB_F32, VIB_F64}) {
    TestModel test(false, Target::Numbers, 2, type);
    std::vector<double> values{0.5, 1, 1.5, 2, 2.5, 3};
    std::vector<float> narrow(values.begin(), values.end());
    std::vector<double> expected(24, 0.0);
    std::copy(values.begin(), values.end(), expected.begin());
    Labels labels = makeLabels(floats({1, 2}, {7, 8}), "y", test.model);
    for (Array array : {floats({1, 6}, narrow), doubles({1, 6}, values)}) {
      Inputs inputs = makeInputs(array, "x", test.model);
      memset(test.arena.data(), 0xff, test.arena.size());
      gatherInputs(test.model, test.arena.data(), inputs, nullptr, 0, 1);
      gatherLabels(test.model, test.arena.data(), labels, nullptr, 0, 1);
      if (type == VIB_F64) {
        EXPECT_EQ(tensorValues<double>(test, "x"), expected);
        EXPECT_EQ(tensorValues<double>(test, "y"),
                  (std::vector<double>{7, 8, 0, 0, 0, 0, 0, 0}));
      } else {
        EXPECT_EQ(tensorValues<float>(test, "x"),
                  std::vector<float>(expected.begin(), expected.end()));
        EXPECT_EQ(tensorValues<float>(test, "y"),
                  (std::vector<float>{7, 8, 0, 0, 0, 0, 0, 0}));
      }
    }
  }
}

TEST(Dataset, FloatsFarFromUnitScaleAreNamed) {
  TestModel test = floatModel();
  auto advise = [&](std::vector<float> values) {
    values.resize((values.size() + 5) / 6 * 6);
    int64_t rows = int64_t(values.size()) / 6;
    return adviseScale(makeInputs(floats({rows, 6}, values), "x", test.model));
  };
  auto expectNone = [&](const std::vector<float> &values) {
    EXPECT_EQ(advise(values), "");
  };
  auto expectAdvice = [&](const std::vector<float> &values,
                          const std::string &range) {
    EXPECT_EQ(advise(values).find("x: the inputs are " + range + ", far from"),
              0u)
        << advise(values);
  };
  std::vector<float> pixels, standardized, sparse(6000), counts(6000);
  for (int i = 0; i < 600; ++i) {
    pixels.push_back(float(i % 17));
    standardized.push_back(i % 2 ? 1 : -1);
  }
  standardized[3] = 20; // An outlier.
  sparse[0] = 1;
  for (int i = 0; i < 60; ++i)
    counts[size_t(i) * 100] = float(i % 40);
  expectAdvice(pixels, "0 to 16");
  EXPECT_NE(advise(pixels).find("divide them by a number such as 16"),
            std::string::npos);
  // Equal values cannot be divided by their standard deviation.
  std::vector<float> equal(60, -300);
  expectAdvice(equal, "all -300");
  EXPECT_EQ(advise(equal).find("standard deviation"), std::string::npos);
  expectAdvice(std::vector<float>(60, 0.001f), "all 0.001");
  EXPECT_EQ(advise(std::vector<float>(60)), "x: every input is 0");
  expectNone(standardized);
  expectNone(sparse);
  expectNone(counts);
  expectNone({0, 0.25, 1});
  expectNone({-1, -1, 1, 1});
  for (float &value : pixels)
    value /= 16;
  expectNone(pixels);
  // Of bytes the model says how they are scaled.
  TestModel images = imageModel();
  EXPECT_EQ(adviseScale(makeInputs({ElementType::U8, {2, 6}, Bytes(12, 255)},
                                   "x", images.model)),
            "");
}

TEST(Dataset, TargetsFarFromUnitScaleAreNamed) {
  // Three outputs a row.
  auto advise = [](std::vector<double> targets) {
    Labels labels;
    labels.source = "y";
    labels.targets = std::move(targets);
    return adviseScale(labels, 3);
  };
  EXPECT_EQ(advise({1, 0, -1, -1, 0, 1}), "");
  EXPECT_EQ(advise({}), "");
  std::string advice = advise({1, -40, 0.001, -1, 60, 0.002});
  EXPECT_EQ(advice.find("y: the targets of output 1 are -40 to 60, far from"),
            0u)
      << advice;
  EXPECT_NE(advice.find("a number such as 60"), std::string::npos) << advice;
  EXPECT_NE(advice.find("; the same holds for 1 more output"),
            std::string::npos)
      << advice;
  EXPECT_NE(advise({1, 1, 0.001, 1, 1, 0.002}).find("multiply them"),
            std::string::npos);
  Labels labels;
  labels.targets = {1, 10, 3, 10};
  Spread spread = spreadOf(labels, 0, 2);
  EXPECT_DOUBLE_EQ(spread.mean, 2);
  EXPECT_DOUBLE_EQ(spread.deviation, 1);
  EXPECT_DOUBLE_EQ(spread.rootMeanSquare, std::sqrt(5));
  EXPECT_DOUBLE_EQ(spreadOf(labels, 0, 1).mean, 6);
}

TEST(Dataset, PredictInputsComeFromAllThatDataComesFrom) {
  TestModel test = imageModel();
  TemporaryDirectory directory;
  auto load = [&](const std::string &name, const Bytes &bytes) {
    Inputs inputs =
        loadInputs(directory.write(name, bytes), test.model).front();
    EXPECT_EQ(inputs.array.data, twelve) << name;
    return inputs.source;
  };
  load("x.npy", npyImages);
  load("images", idxImages);
  load("images.gz", gzip(idxImages));
  Bytes labels = makeNpy("|u1", "(2,)", {2, 0});
  std::string x = load(
      "test.npz", makeZip({{"y.npy", labels}, {"x.npy", npyImages, true}}));
  EXPECT_EQ(x, directory.path("test.npz:x"));
  EXPECT_EQ(load("keras.npz",
                 makeZip({{"x_train.npy", labels}, {"x_test.npy", npyImages}})),
            directory.path("keras.npz:x_test"));
  EXPECT_EQ(load("one.npz", makeZip({{"images.npy", npyImages}})),
            directory.path("one.npz:images"));
  EXPECT_ERROR(load("two.npz", makeZip({{"a.npy", labels}, {"b.npy", labels}})),
               "two.npz: no array 'x', found a and b");
  EXPECT_ERROR(load("text", Bytes{'a', 'b', 'c'}),
               "text: it is text, which numpy.loadtxt reads and numpy.save "
               "converts, expected an NPY, NPZ "
               "or IDX file");
  EXPECT_ERROR(load("empty", {}), "empty: the file is empty");
  EXPECT_ERROR(loadInputs(directory.path("no.npy"), test.model),
               "no.npy: No such file");
  // Of a folder the test split, which needs no labels.
  TemporaryDirectory folder;
  folder.write("t10k-images-idx3-ubyte.gz", gzip(idxImages));
  EXPECT_EQ(loadInputs(folder.path(), test.model).front().source,
            folder.path("t10k-images-idx3-ubyte.gz"));
}

TEST(Dataset, MissingTensorIsAnError) {
  TestModel test = imageModel();
  EXPECT_EQ(findTensor(test.model, "logits"), nullptr);
  EXPECT_ERROR(getTensor(test.model, "logits"), "no tensor 'logits'");
}

} // namespace
