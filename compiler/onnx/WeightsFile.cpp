//===- WeightsFile.cpp - Reads a file of weights --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The runtime reads weights into a block that a VibModel describes. The one
// here has only parameters and state, and each lies in the block as in files.
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/WeightsFile.h"
#include "runtime/Checkpoint.h"

#include <cstring>
#include <exception>

using namespace vib::onnx;
namespace runtime = vib::runtime;

static size_t countElements(const Weight &weight) {
  size_t count = 1;
  for (int64_t size : weight.shape)
    count *= size_t(size);
  return count;
}

static runtime::Use convert(Use use) {
  return use == Use::Average ? runtime::Use::Average
         : use == Use::Raw   ? runtime::Use::Raw
                             : runtime::Use::Any;
}

static void read(const std::string &path, const std::string &name, Use use,
                 std::vector<Weight> &weights,
                 std::map<std::string, std::string> &metadata) {
  std::vector<VibParameter> parameters;
  std::vector<VibState> state;
  std::vector<size_t> offsets;
  size_t bytes = 0;
  for (const Weight &weight : weights) {
    uint32_t rank = uint32_t(weight.shape.size());
    if (weight.kind)
      state.push_back({weight.name.c_str(), VIB_F32, rank, weight.shape.data(),
                       bytes, uint32_t(*weight.kind), /*input=*/0});
    else {
      VibParameter parameter = {};
      parameter.name = weight.name.c_str();
      parameter.type = VIB_F32;
      parameter.rank = rank;
      parameter.shape = weight.shape.data();
      parameter.offset = bytes;
      parameters.push_back(parameter);
    }
    offsets.push_back(bytes);
    bytes += countElements(weight) * sizeof(float);
  }
  VibModel model = {};
  model.name = name.c_str();
  model.type = VIB_F32;
  model.parameters = parameters.data();
  model.num_parameters = uint32_t(parameters.size());
  model.state = state.data();
  model.num_state = uint32_t(state.size());

  runtime::Memory block(bytes, "the weights");
  runtime::SafetensorsReader reader(path);
  runtime::Metadata found =
      runtime::loadWeights(reader, model, convert(use), block.data());
  for (size_t i = 0; i < weights.size(); ++i) {
    weights[i].values.resize(countElements(weights[i]));
    memcpy(weights[i].values.data(), block.as<char>(offsets[i]),
           weights[i].values.size() * sizeof(float));
  }
  for (const char *key : {"weights", "step", "seed"})
    if (auto entry = found.find(key); entry != found.end())
      metadata[key] = entry->second;
}

std::string
vib::onnx::readWeights(const std::string &path, const std::string &name,
                       Use use, std::vector<Weight> &weights,
                       std::map<std::string, std::string> &metadata) {
  try {
    read(path, name, use, weights, metadata);
    return "";
  } catch (const std::exception &error) {
    return error.what();
  }
}
