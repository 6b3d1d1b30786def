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
    parameters[0] = {
        "encode.0.weight",        type, 2,  {rows, columns},      transposed,
        VIB_INIT_UNIFORM,         0.5,  64, inPanels ? panel : 0, 0,
        inPanels ? panelBytes : 0};
    parameters[1] = {"encode.0.bias",
                     type,
                     1,
                     {columns, 0},
                     0,
                     VIB_INIT_NORMAL,
                     2.0,
                     64 + size,
                     0,
                     0,
                     0};
    model.name = "panels";
    model.hash = "0123";
    model.type = type;
    model.moments = 2;
    model.averaged = 1;
    model.num_parameters = 2;
    model.parameters = parameters;
    model.block_bytes = 64 + size + uint64_t(columns) * element;
  }

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
      int64_t file = parameter.transposed ? n * rows + k : k * columns + n;
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
