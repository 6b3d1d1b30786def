//===- Synthetic.cpp - Random data for timing -----------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Synthetic.h"
#include "runtime/ModelLists.h"
#include "runtime/Philox.h"
#include "runtime/Session.h"

#include <cstring>

namespace vib::runtime {

namespace {

constexpr int64_t batches = 4;

template <typename T, typename Make>
Array makeArray(ElementType type, std::vector<int64_t> shape, Make make) {
  Array array;
  array.type = type;
  array.shape = std::move(shape);
  int64_t width = array.rowElements();
  array.data.resize(size_t(array.rows() * width) * sizeof(T));
  for (int64_t row = 0; row < array.rows(); ++row)
    for (int64_t i = 0; i < width; ++i) {
      T value = make(uint32_t(i), uint32_t(row));
      std::memcpy(&array.data[size_t(row * width + i) * sizeof(T)], &value,
                  sizeof(T));
    }
  return array;
}

/// The random words of an element. `step` is 0 for the first input, 1 for
/// labels, and 2, 3, … for further inputs.
PhiloxWords wordsAt(uint64_t seed, uint32_t index, uint32_t row,
                    uint32_t step) {
  return randomWords(seed, Purpose::SyntheticData, index, row, step);
}

} // namespace

Split makeSyntheticSplit(const VibModel &model, uint64_t seed) {
  int64_t rows = batches * model.batch;
  auto real = [&](uint32_t step) {
    return [=](uint32_t index, uint32_t row) {
      PhiloxWords words = wordsAt(seed, index, row, step);
      return uniform(words[0], words[1]);
    };
  };
  Split split;
  split.name = "synthetic";
  for (uint32_t input = 0; input < model.num_inputs; ++input) {
    std::vector<int64_t> shape = inputShape(model, input);
    shape.insert(shape.begin(), rows);
    uint32_t step = input == 0 ? 0 : input + 1;
    auto byte = [=](uint32_t index, uint32_t row) {
      return wordsAt(seed, index, row, step)[0] >> 24;
    };
    auto token = [=, &model](uint32_t index, uint32_t row) {
      return wordsAt(seed, index, row, step)[0] % model.inputs[input].values;
    };
    bool isBytes = inputTensor(model, input).type == VIB_U8;
    split.inputs.push_back(makeInputs(
        hasTokens(model.inputs[input])
            ? makeArray<int32_t>(ElementType::I32, shape, token)
        : isBytes ? makeArray<uint8_t>(ElementType::U8, shape, byte)
                  : makeArray<double>(ElementType::F64, shape, real(step)),
        "synthetic inputs", model, input));
  }
  for (uint32_t i = 0; i < model.num_targets; ++i) {
    const VibTarget &target = model.targets[i];
    if (isReconstruction(target)) {
      split.labels.emplace_back();
      continue;
    }
    uint32_t step = i == 0 ? 1 : model.num_inputs + i;
    auto label = [=](uint32_t index, uint32_t row) {
      return wordsAt(seed, index, row, step)[0] % uint32_t(target.outputs);
    };
    split.labels.push_back(
        makeLabels(hasClasses(target)
                       ? makeArray<int32_t>(ElementType::I32, {rows}, label)
                       : makeArray<double>(ElementType::F64,
                                           {rows, target.outputs}, real(step)),
                   "synthetic labels", model, 0, i));
  }
  return split;
}

VibStep makeSyntheticStep(const VibModel &model, const HyperParameters &values,
                          uint64_t step) {
  VibStep result = makeTrainStep(model, values, step, batches);
  setBatch(result, int64_t(step % uint64_t(batches)) * model.batch,
           model.batch);
  return result;
}

} // namespace vib::runtime
