//===- Dataset.h - Inputs and labels of a split -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// All data is checked when it is loaded: shapes against those that the model
// declares, labels against the number of classes, floats for NaN and infinity.
// Inputs keep their stored type (uint8 takes a quarter of the memory of float;
// only tokens become int32) and are copied into the model's arena row by row.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_DATASET_H
#define VIB_RUNTIME_DATASET_H

#include "runtime/Abi.h"
#include "runtime/DataFiles.h"

#include <string>
#include <vector>

namespace vib::runtime {

/// The tensor of that name in the model's arena, or null.
const VibTensor *findTensor(const VibModel &model, const char *name);
/// The same, but throws an Error if there is none: the program is damaged.
const VibTensor &getTensor(const VibModel &model, const char *name);
/// The tensor that contains an input of a batch, such as "image" or "x".
const VibTensor &inputTensor(const VibModel &model, uint32_t input = 0);
/// The shape of an example as the model declares it.
std::vector<int64_t> inputShape(const VibModel &model, uint32_t input = 0);
/// The address of a tensor in `arena`.
template <typename T> T *tensorData(const VibTensor &tensor, void *arena) {
  return reinterpret_cast<T *>(static_cast<char *>(arena) + tensor.offset);
}

/// The largest number of rows of a split. Row numbers have 32 bits in the
/// counter of the evaluation noise (docs/randomness.md) and in the order of an
/// epoch.
constexpr int64_t maxRows = INT64_C(1) << 32;

/// An input of a split, or of `predict --input`.
struct Inputs {
  std::string source; ///< The file and the key in it, for messages.
  std::string file;   ///< The file; empty if there is none.
  Array array;        ///< [N, …]; U8, F32 or F64; of tokens I32.
  double minimum = 0; ///< The range of the values.
  double maximum = 0;
  double rootMeanSquare = 0;

  int64_t rows() const { return array.rows(); }
};

/// The labels, or the numbers, of a target of a split. Empty if the target is
/// an input.
struct Labels {
  std::string source;
  ElementType type = ElementType::U8; ///< As the file has them.
  std::vector<int32_t> classes;       ///< [N]
  std::vector<int64_t> counts;        ///< Rows of each class: [target.outputs]
  std::vector<double> targets;        ///< [N, target.outputs]
  bool isBinary = false;              ///< Whether all targets are 0 or 1.
};

/// How the targets of an output, or any numbers, are spread.
struct Spread {
  double minimum = 0;
  double maximum = 0;
  double mean = 0;
  double deviation = 0; ///< The standard deviation.
  double rootMeanSquare = 0;
};
/// The spread of one of `outputs` targets of a row. With 0 of 1, that of all
/// targets.
Spread spreadOf(const Labels &labels, int64_t output, int64_t outputs);

struct Split {
  std::string name;           ///< "train" or "test"
  std::vector<Inputs> inputs; ///< In the order of the model's inputs.
  std::vector<Labels> labels; ///< In the order of its targets.

  int64_t rows() const { return inputs.front().rows(); }
};

/// Loads and checks the split "train" or "test" of a data folder, or of an .npz
/// file with both. `firstLabel` is the label of class 0.
Split loadSplit(const std::string &data, const std::string &name,
                const VibModel &model, uint64_t firstLabel = 0);

/// Checks the arrays of a split. `inputs` are all inputs of the model, in its
/// order, and `labels` its targets that are no inputs.
Split makeSplit(std::string name, std::vector<Inputs> inputs,
                const std::vector<NamedArray> &labels, const VibModel &model,
                uint64_t firstLabel);

/// Loads and checks all inputs from any of the files that readInputs() takes.
std::vector<Inputs> loadInputs(const std::string &path, const VibModel &model);

/// Loads and checks the latents of each stream, [N, latents]: an NPY file, or,
/// for several streams, an .npz file with arrays by their names.
std::vector<std::vector<double>> loadLatents(const std::string &path,
                                             const VibModel &model);

/// Checks the latents of a stream, [N, latents].
std::vector<double> makeLatents(const NamedArray &array, const VibModel &model,
                                const VibStream &stream);

/// Checks an array against an input of the model. One that the model scales may
/// be uint8; others are floats only.
Inputs makeInputs(Array array, std::string source, const VibModel &model,
                  uint32_t input = 0);
/// Advice for float inputs that are so large or so small that training may
/// learn nothing from them; "" for inputs near unit scale.
std::string adviseScale(const Inputs &inputs);
/// The same for targets: the standard deviation of a likelihood usually begins
/// near 1. "" for classes.
std::string adviseScale(const Labels &labels, int64_t outputs);
/// Checks labels against the classes, the first of which has the label
/// `firstLabel`, or targets against the outputs.
Labels makeLabels(const Array &array, std::string source, const VibModel &model,
                  uint64_t firstLabel = 0, uint32_t target = 0);

/// A hash of the values, shapes and types of a split in 16 hex digits, which
/// does not depend on the form of the files. A checkpoint stores it, so that a
/// resumed run can check that its data is the same.
std::string fingerprint(const Split &split);

} // namespace vib::runtime

#endif // VIB_RUNTIME_DATASET_H
