//===- OnnxFile.h - The file format ONNX ------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The part of ONNX (https://github.com/onnx/onnx/blob/main/docs/IR.md) that a
// network needs: a list of nodes in their order, and the tensors that they
// read.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_ONNX_ONNXFILE_H
#define VIB_COMPILER_ONNX_ONNXFILE_H

#include <cstdint>
#include <map>
#include <string>
#include <variant>
#include <vector>

namespace vib::onnx {

/// The set of operators that the nodes are of, and the version of the format
/// that came with it. onnxruntime reads them since its version 1.12.
inline constexpr int64_t kOpset = 17;
inline constexpr int64_t kFormatVersion = 8;
/// The most bytes of a file, which protobuf limits.
inline constexpr uint64_t kMostBytes = (uint64_t(1) << 31) - 1;

/// The values are those of TensorProto.DataType.
enum class ElementType { F32 = 1, U8 = 2, I32 = 6, I64 = 7 };

struct Attribute {
  std::string name;
  std::variant<int64_t, float, std::vector<int64_t>> value;
};

/// An operator with one result, which has the name of the node.
struct Node {
  std::string name, op;
  std::vector<std::string> inputs;
  std::vector<Attribute> attributes;
};

/// A constant. The bytes are those of its elements, row-major, and outlive the
/// graph.
struct Initializer {
  std::string name;
  ElementType type;
  std::vector<int64_t> shape;
  const void *data;
  size_t bytes;
};

/// An input or an output. The shape is that of an example; the number of
/// examples is left open.
struct Port {
  std::string name;
  ElementType type;
  std::vector<int64_t> shape;
};

struct Graph {
  std::string name;
  std::vector<Node> nodes;
  std::vector<Initializer> initializers;
  std::vector<Port> inputs, outputs;
  std::map<std::string, std::string> metadata;
};

/// The bytes of the file.
std::string serialize(const Graph &graph);

} // namespace vib::onnx

#endif // VIB_COMPILER_ONNX_ONNXFILE_H
