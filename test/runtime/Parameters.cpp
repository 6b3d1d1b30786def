//===- Parameters.cpp - Parameters in panels ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Broken if a parameter's place in memory shows anywhere but in memory: in
// files, in initial weights, in what other programs read and write.
//
//===----------------------------------------------------------------------===//

#include "runtime/Checkpoint.h"
#include "runtime/File.h"
#include "runtime/Initialize.h"
#include "runtime/Parameter.h"
#include "test/runtime/Samples.h"

#include <cmath>

using namespace vib::runtime;
using namespace vib::runtime::test;

namespace {

constexpr int64_t rows = 19;
constexpr uint32_t panel = 32;

/// A matrix [rows, columns] in panels, with a gap between them, then a vector.
struct PanelModel {
  PanelModel(int64_t columns, VibType type, bool inPanels, bool transposed) {
    uint64_t element = type == VIB_F64 ? 8 : 4;
    uint64_t panelBytes = rows * panel * element + 64;
    uint64_t panels = uint64_t(columns + panel - 1) / panel;
    uint64_t size = panels * panelBytes;
    static const int64_t order[] = {1, 0};
    shape = {rows, columns};
    parameters[0] = {"encode.0.weight",
                     type,
                     2,
                     shape.data(),
                     transposed ? order : nullptr,
                     VIB_INIT_UNIFORM,
                     inPanels ? panel : 0,
                     0.5,
                     64,
                     inPanels ? panelBytes : 0};
    parameters[1] = {"encode.0.bias", type, 1,   shape.data() + 1, nullptr,
                     VIB_INIT_NORMAL, 0,    2.0, 64 + size,        0};
    model.name = "panels";
    model.hash = "0123";
    model.type = type;
    model.moments = 2;
    model.averaged = 1;
    model.num_parameters = 2;
    model.parameters = parameters;
    model.block_bytes = 64 + size + uint64_t(columns) * element;
  }

  std::vector<int64_t> shape;
  VibParameter parameters[2];
  VibModel model = {};
};

template <typename Test> void forAllKinds(Test test) {
  for (int64_t columns : {1, 31, 32, 33, 1001})
    for (VibType type : {VIB_F32, VIB_F64})
      for (bool transposed : {false, true}) {
        SCOPED_TRACE(fmt::format("{} columns, type {}, transposed {}", columns,
                                 int(type), transposed));
        test(PanelModel(columns, type, true, transposed),
             PanelModel(columns, type, false, transposed));
      }
}

template <typename T> void expectPlaces(const VibParameter &parameter) {
  int64_t columns = parameter.shape[1];
  std::vector<T> plain(size_t(rows * columns));
  for (size_t i = 0; i < plain.size(); ++i)
    plain[i] = T(i + 1);
  Memory block(1 << 20, "a block");
  vib_write_parameter(&parameter, block.data(), plain.data());
  size_t count = 0;
  for (int64_t k = 0; k < rows; ++k)
    for (int64_t n = 0; n < columns; ++n) {
      uint64_t at = parameter.offset +
                    uint64_t(n / panel) * parameter.panel_bytes +
                    uint64_t(k * panel + n % panel) * sizeof(T);
      int64_t file = parameter.permutation ? n * rows + k : k * columns + n;
      ASSERT_EQ(*block.as<T>(at), plain[size_t(file)]) << k << ", " << n;
    }
  // Nothing is written elsewhere.
  for (size_t i = 0; i < block.size() / sizeof(T); ++i)
    count += block.as<T>()[i] != 0;
  EXPECT_EQ(count, plain.size());
  std::vector<T> back(plain.size());
  vib_read_parameter(&parameter, block.data(), back.data());
  EXPECT_EQ(back, plain);
}

TEST(Parameter, ElementsAreWhereTheInterfaceSays) {
  forAllKinds([](const PanelModel &panels, const PanelModel &) {
    const VibParameter &parameter = panels.parameters[0];
    parameter.type == VIB_F64 ? expectPlaces<double>(parameter)
                              : expectPlaces<float>(parameter);
  });
}

Bytes weightsFile(const PanelModel &test, const TemporaryDirectory &directory,
                  const Memory &block) {
  saveWeights(directory.path("w"), test.model, block.data(), false, {});
  return readFile(directory.path("w"));
}

TEST(Parameter, FilesDoNotKnowOfPanels) {
  forAllKinds([](const PanelModel &panels, const PanelModel &plain) {
    TemporaryDirectory directory;
    State state(plain.model), inPanels(panels.model);
    initializeWeights(plain.model, 7, state.weights.data());
    initializeWeights(plain.model, 8, state.moment1.data());
    initializeWeights(plain.model, 9, state.average.data());
    initializeWeights(panels.model, 7, inPanels.weights.data());
    Bytes expected = weightsFile(plain, directory, state.weights);
    EXPECT_EQ(weightsFile(panels, directory, inPanels.weights), expected);

    Memory block(panels.model.block_bytes, "a block");
    loadWeights(directory.path("w"), panels.model, Use::Any, block.data());
    EXPECT_EQ(memcmp(block.data(), inPanels.weights.data(), block.size()), 0);

    // A run goes on from the checkpoint of one with other panels.
    std::string path = directory.path("c"), again = directory.path("again");
    Checkpoint saved;
    saved.model = panels.model.name;
    saveCheckpoint(path, plain.model, state, saved);
    Checkpoint loaded = loadCheckpoint(path, panels.model, inPanels);
    saveCheckpoint(again, panels.model, inPanels, loaded);
    EXPECT_EQ(readFile(again), readFile(path));
  });
}

TEST(Parameter, DimensionsOfAFileAreInItsOwnOrder) {
  // The weight of a convolution, [height, width, in, out], in panels of two
  // columns; files have [out, in, height, width].
  const int64_t shape[] = {2, 3, 4, 5}, permutation[] = {3, 2, 0, 1};
  VibParameter parameter = {"w",         VIB_F32,           4, shape,
                            permutation, VIB_INIT_CONSTANT, 2, 0,
                            0,           24 * 2 * 4};
  EXPECT_EQ(fileShape(parameter), (std::vector<int64_t>{5, 4, 2, 3}));
  std::vector<float> block(3 * 24 * 2), file(120), again(block.size());
  for (size_t i = 0; i < 120; ++i)
    file[i] = float(i + 1);
  vib_write_parameter(&parameter, block.data(), file.data());
  auto inMemory = [&](int64_t h, int64_t w, int64_t in, int64_t out) {
    int64_t row = (h * 3 + w) * 4 + in;
    return block[size_t(out / 2 * 48 + row * 2 + out % 2)];
  };
  for (int64_t h = 0; h < 2; ++h)
    for (int64_t w = 0; w < 3; ++w)
      for (int64_t in = 0; in < 4; ++in)
        for (int64_t out = 0; out < 5; ++out)
          EXPECT_EQ(inMemory(h, w, in, out),
                    file[size_t(((out * 4 + in) * 2 + h) * 3 + w)]);
  std::vector<float> read(120);
  vib_read_parameter(&parameter, block.data(), read.data());
  EXPECT_EQ(read, file);
}

TEST(Parameter, NonFiniteElementsOfPanelsAreFound) {
  PanelModel test(33, VIB_F32, true, true);
  State state(test.model);
  const VibParameter &weight = test.parameters[0];
  // The last element; its neighbour is beyond the matrix.
  uint64_t last = weight.offset + weight.panel_bytes + (rows - 1) * panel * 4;
  *state.average.as<float>(last + 4) = NAN;
  EXPECT_EQ(findNonFinite(test.model, state), "");
  *state.average.as<float>(last) = NAN;
  EXPECT_EQ(findNonFinite(test.model, state), "average of encode.0.weight");
}

} // namespace
