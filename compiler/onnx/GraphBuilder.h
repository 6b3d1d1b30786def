//===- GraphBuilder.h - Builds a graph of ONNX ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tensors of a model are nodes of the graph, which have names. A tensor of
// images is [rows, height, width, channels] in a model, and [rows, channels,
// height, width] for the operators of ONNX that read windows. So a value may
// have a tensor in either order. One is transposed into the other where it is
// needed, once; what acts on each element keeps the order that there is.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_ONNX_GRAPHBUILDER_H
#define VIB_COMPILER_ONNX_GRAPHBUILDER_H

#include "compiler/onnx/OnnxFile.h"
#include "compiler/onnx/WeightsFile.h"
#include "dialect/Vib.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include <deque>

namespace vib::onnx {

/// The order of the dimensions of a tensor.
enum class Order { ChannelsLast, ChannelsFirst };

/// A tensor of the graph.
using Name = std::string;
using Names = std::vector<Name>;
using Attributes = std::vector<Attribute>;

class GraphBuilder {
public:
  GraphBuilder(Graph &graph, llvm::ArrayRef<Weight> weights);

  /// Nodes from now on are named after this layer.
  void setLabel(llvm::StringRef name) { label = name.str(); }

  /// Adds a node, and returns its result.
  Name add(llvm::StringRef op, Names inputs, Attributes attributes = {});

  /// Constants.
  Name number(double value);
  Name integers(llvm::ArrayRef<int64_t> values);
  /// A parameter or a statistic, in the shape that files have.
  Name weight(llvm::StringRef name);

  /// x + y, x - y, x * y and x / y with a number, where it changes anything.
  Name addNumber(Name x, double y);
  Name subtractNumber(Name x, double y);
  Name multiplyBy(Name x, double y);
  /// Examples of this shape, with the elements in their order.
  Name reshape(Name x, llvm::ArrayRef<int64_t> example);
  /// The range [begin, end) of an axis.
  Name slice(Name x, int64_t begin, int64_t end, int64_t axis);

  /// The tensor of a value, as the model has it or in the other order. That of
  /// a distribution is its mean.
  Name get(mlir::Value value, Order order = Order::ChannelsLast);
  /// The order in which there is a tensor of one of these values.
  Order getOrder(mlir::ValueRange values) const;
  void set(mlir::Value value, Name tensor, Order order = Order::ChannelsLast);
  /// Both values have the same tensors.
  void alias(mlir::Value value, mlir::Value of);

  void addInput(mlir::BlockArgument argument, llvm::StringRef name);
  /// Keeps a name for `addOutput`. Returns whether nothing has it.
  bool reserve(llvm::StringRef name) { return taken.insert(name).second; }
  /// Adds an output of a reserved name.
  void addOutput(llvm::StringRef name, Name of, int64_t size);

private:
  /// A name that nothing in the graph has yet, which begins with `base`.
  Name makeName(llvm::StringRef base);
  Name addInitializer(llvm::StringRef base, ElementType type,
                      std::vector<int64_t> shape, const void *data,
                      size_t bytes);

  Graph &graph;
  llvm::StringMap<const Weight *> weights;
  std::string label;
  llvm::StringSet<> taken;
  llvm::StringMap<Name> constants;
  /// The elements of constants that are no weights.
  std::deque<std::vector<int64_t>> ownIntegers;
  std::deque<float> ownNumbers;
  llvm::DenseMap<mlir::Value, Name> tensors[2];
};

} // namespace vib::onnx

#endif // VIB_COMPILER_ONNX_GRAPHBUILDER_H
