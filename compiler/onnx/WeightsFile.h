//===- WeightsFile.h - Reads a file of weights ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The reader is the runtime's, so that a file is what a program accepts, with
// the same messages.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_ONNX_WEIGHTSFILE_H
#define VIB_COMPILER_ONNX_WEIGHTSFILE_H

#include "runtime/Abi.h"
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace vib::onnx {

/// A tensor of f32 that the file must have, row-major. It is state if it has
/// the kind of one.
struct Weight {
  std::string name;
  std::vector<int64_t> shape;
  std::optional<VibStateKind> kind;
  std::vector<float> values = {};
};

enum class Use { Any, Average, Raw };

/// Reads the values of these tensors, which are all that the model `name` has,
/// and adds what the file says about them to `metadata`. Returns what is wrong
/// with the file, or "".
std::string readWeights(const std::string &path, const std::string &name,
                        Use use, std::vector<Weight> &weights,
                        std::map<std::string, std::string> &metadata);

} // namespace vib::onnx

#endif // VIB_COMPILER_ONNX_WEIGHTSFILE_H
