//===- GraphBuilder.cpp - Builds a graph of ONNX --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/GraphBuilder.h"
#include "llvm/Support/InterleavedRange.h"

using namespace mlir;
using namespace vib;
using namespace vib::onnx;

GraphBuilder::GraphBuilder(Graph &graph, ArrayRef<Weight> all) : graph(graph) {
  for (const Weight &weight : all)
    weights[weight.name] = &weight;
}

Name GraphBuilder::makeName(StringRef base) {
  Name name = base.str();
  for (unsigned i = 1; !taken.insert(name).second; ++i)
    name = (base + "_" + Twine(i)).str();
  return name;
}

Name GraphBuilder::add(StringRef op, Names inputs, Attributes attributes) {
  graph.nodes.push_back({makeName(label + "/" + op.str()), op.str(),
                         std::move(inputs), std::move(attributes)});
  return graph.nodes.back().name;
}

Name GraphBuilder::addInitializer(StringRef base, ElementType type,
                                  std::vector<int64_t> shape, const void *data,
                                  size_t bytes) {
  graph.initializers.push_back(
      {makeName(base), type, std::move(shape), data, bytes});
  return graph.initializers.back().name;
}

Name GraphBuilder::number(double value) {
  SmallString<32> text;
  APFloat(value).toString(text);
  Name &name = constants[text];
  if (!name.empty())
    return name;
  float &own = ownNumbers.emplace_back(float(value));
  return name = addInitializer(text, ElementType::F32, {}, &own, sizeof own);
}

Name GraphBuilder::integers(ArrayRef<int64_t> values) {
  std::string text;
  llvm::raw_string_ostream os(text);
  os << '[' << llvm::interleaved(values) << ']';
  Name &name = constants[text];
  if (!name.empty())
    return name;
  std::vector<int64_t> &own = ownIntegers.emplace_back(values.vec());
  return name = addInitializer(text, ElementType::I64, {int64_t(own.size())},
                               own.data(), own.size() * sizeof(int64_t));
}

Name GraphBuilder::weight(StringRef name) {
  Name &tensor = constants[("@" + name).str()];
  if (!tensor.empty())
    return tensor;
  const Weight &found = *weights.at(name);
  return tensor = addInitializer(name, ElementType::F32, found.shape,
                                 found.values.data(),
                                 found.values.size() * sizeof(float));
}

Name GraphBuilder::addNumber(Name x, double y) {
  return y == 0 ? x : add("Add", {x, number(y)});
}

Name GraphBuilder::subtractNumber(Name x, double y) {
  return y == 0 ? x : add("Sub", {x, number(y)});
}

Name GraphBuilder::multiplyBy(Name x, double y) {
  return y == 1 ? x : add("Mul", {x, number(y)});
}

Name GraphBuilder::reshape(Name x, ArrayRef<int64_t> example) {
  SmallVector<int64_t> shape = {-1};
  llvm::append_range(shape, example);
  return add("Reshape", {x, integers(shape)});
}

Name GraphBuilder::slice(Name x, int64_t begin, int64_t end, int64_t axis) {
  return add("Slice", {x, integers(begin), integers(end), integers(axis)});
}

static unsigned getRank(Value value) {
  return cast<RankedTensorType>(value.getType()).getRank();
}

Name GraphBuilder::get(Value value, Order order) {
  Name &tensor = tensors[unsigned(order)][value];
  if (!tensor.empty())
    return tensor;
  int64_t rank = getRank(value);
  Order other =
      order == Order::ChannelsLast ? Order::ChannelsFirst : Order::ChannelsLast;
  std::vector<int64_t> permutation = {0};
  if (order == Order::ChannelsFirst)
    permutation.push_back(rank - 1);
  for (int64_t i = 1; i < rank - 1; ++i)
    permutation.push_back(order == Order::ChannelsFirst ? i : i + 1);
  if (order == Order::ChannelsLast)
    permutation.push_back(1);
  return tensor = add("Transpose", {tensors[unsigned(other)].at(value)},
                      {{"perm", permutation}});
}

Order GraphBuilder::getOrder(ValueRange values) const {
  bool hasFirst = llvm::any_of(values, [&](Value value) {
    return tensors[unsigned(Order::ChannelsFirst)].contains(value);
  });
  return hasFirst ? Order::ChannelsFirst : Order::ChannelsLast;
}

void GraphBuilder::set(Value value, Name tensor, Order order) {
  tensors[unsigned(order)][value] = std::move(tensor);
}

void GraphBuilder::alias(Value value, Value of) {
  for (auto &inOrder : tensors)
    if (auto found = inOrder.find(of); found != inOrder.end()) {
      Name tensor = found->second;
      inOrder[value] = std::move(tensor);
    }
}

void GraphBuilder::addInput(BlockArgument argument, StringRef name) {
  auto type = cast<RankedTensorType>(argument.getType());
  Type element = type.getElementType();
  ArrayRef<int64_t> example = type.getShape().drop_front();
  graph.inputs.push_back({makeName(name),
                          element.isInteger(8)    ? ElementType::U8
                          : element.isInteger(32) ? ElementType::I32
                                                  : ElementType::F32,
                          example.vec()});
  set(argument, graph.inputs.back().name);
}

void GraphBuilder::addOutput(StringRef name, Name of, int64_t size) {
  graph.nodes.push_back({name.str(), "Identity", {std::move(of)}, {}});
  graph.outputs.push_back({name.str(), ElementType::F32, {size}});
}
