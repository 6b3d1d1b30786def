//===- OnnxFile.cpp - The file format ONNX --------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An ONNX file is a message of protobuf. protozero writes it, which consists of
// headers only: the library of protobuf would need a compiler for its schema,
// and would add 3 MB to vibc and constructors to each of its starts.
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/OnnxFile.h"

#include <protozero/pbf_builder.hpp>

using namespace vib::onnx;
using protozero::pbf_builder;
using protozero::pbf_tag_type;

namespace {

// The fields of onnx.proto, by the names that they have there.
enum class ModelProto : pbf_tag_type {
  IrVersion = 1,
  ProducerName = 2,
  ProducerVersion = 3,
  Graph = 7,
  OpsetImport = 8,
  MetadataProps = 14
};
enum class OperatorSetIdProto : pbf_tag_type { Domain = 1, Version = 2 };
enum class StringStringEntryProto : pbf_tag_type { Key = 1, Value = 2 };
enum class GraphProto : pbf_tag_type {
  Node = 1,
  Name = 2,
  Initializer = 5,
  Input = 11,
  Output = 12
};
enum class NodeProto : pbf_tag_type {
  Input = 1,
  Output = 2,
  Name = 3,
  OpType = 4,
  Attribute = 5
};
enum class AttributeProto : pbf_tag_type {
  Name = 1,
  F = 2,
  I = 3,
  Ints = 8,
  Type = 20
};
enum class AttributeType { Float = 1, Int = 2, Ints = 7 };
enum class TensorProto : pbf_tag_type {
  Dims = 1,
  DataType = 2,
  Name = 8,
  RawData = 9
};
enum class ValueInfoProto : pbf_tag_type { Name = 1, Type = 2 };
enum class TypeProto : pbf_tag_type { TensorType = 1 };
enum class TypeProtoTensor : pbf_tag_type { ElemType = 1, Shape = 2 };
enum class TensorShapeProto : pbf_tag_type { Dim = 1 };
enum class Dimension : pbf_tag_type { DimValue = 1, DimParam = 2 };

/// The name that ports have for their first dimension.
constexpr const char *kBatch = "N";

struct AttributeWriter {
  pbf_builder<AttributeProto> &message;

  void operator()(int64_t value) {
    write(AttributeType::Int);
    message.add_int64(AttributeProto::I, value);
  }
  void operator()(float value) {
    write(AttributeType::Float);
    message.add_float(AttributeProto::F, value);
  }
  void operator()(const std::vector<int64_t> &values) {
    write(AttributeType::Ints);
    message.add_packed_int64(AttributeProto::Ints, values.begin(),
                             values.end());
  }

private:
  void write(AttributeType type) {
    message.add_enum(AttributeProto::Type, int32_t(type));
  }
};

void addNode(pbf_builder<GraphProto> &graph, const Node &node) {
  pbf_builder<NodeProto> message(graph, GraphProto::Node);
  for (const std::string &input : node.inputs)
    message.add_string(NodeProto::Input, input);
  message.add_string(NodeProto::Output, node.name);
  message.add_string(NodeProto::Name, node.name);
  message.add_string(NodeProto::OpType, node.op);
  for (const Attribute &attribute : node.attributes) {
    pbf_builder<AttributeProto> entry(message, NodeProto::Attribute);
    entry.add_string(AttributeProto::Name, attribute.name);
    std::visit(AttributeWriter{entry}, attribute.value);
  }
}

void addInitializer(pbf_builder<GraphProto> &graph, const Initializer &tensor) {
  pbf_builder<TensorProto> message(graph, GraphProto::Initializer);
  message.add_packed_int64(TensorProto::Dims, tensor.shape.begin(),
                           tensor.shape.end());
  message.add_int32(TensorProto::DataType, int32_t(tensor.type));
  message.add_string(TensorProto::Name, tensor.name);
  message.add_bytes(TensorProto::RawData,
                    static_cast<const char *>(tensor.data), tensor.bytes);
}

void addPort(pbf_builder<GraphProto> &graph, GraphProto field,
             const Port &port) {
  pbf_builder<ValueInfoProto> message(graph, field);
  message.add_string(ValueInfoProto::Name, port.name);
  pbf_builder<TypeProto> type(message, ValueInfoProto::Type);
  pbf_builder<TypeProtoTensor> tensor(type, TypeProto::TensorType);
  tensor.add_int32(TypeProtoTensor::ElemType, int32_t(port.type));
  pbf_builder<TensorShapeProto> shape(tensor, TypeProtoTensor::Shape);
  {
    pbf_builder<Dimension> rows(shape, TensorShapeProto::Dim);
    rows.add_string(Dimension::DimParam, kBatch);
  }
  for (int64_t size : port.shape) {
    pbf_builder<Dimension> dimension(shape, TensorShapeProto::Dim);
    dimension.add_int64(Dimension::DimValue, size);
  }
}

} // namespace

std::string vib::onnx::serialize(const Graph &graph) {
  std::string file;
  pbf_builder<ModelProto> model(file);
  model.add_int64(ModelProto::IrVersion, kFormatVersion);
  model.add_string(ModelProto::ProducerName, "vib");
  model.add_string(ModelProto::ProducerVersion, VIB_VERSION);
  {
    pbf_builder<OperatorSetIdProto> opset(model, ModelProto::OpsetImport);
    opset.add_string(OperatorSetIdProto::Domain, "");
    opset.add_int64(OperatorSetIdProto::Version, kOpset);
  }
  for (const auto &[key, value] : graph.metadata) {
    pbf_builder<StringStringEntryProto> entry(model, ModelProto::MetadataProps);
    entry.add_string(StringStringEntryProto::Key, key);
    entry.add_string(StringStringEntryProto::Value, value);
  }
  pbf_builder<GraphProto> message(model, ModelProto::Graph);
  message.add_string(GraphProto::Name, graph.name);
  for (const Node &node : graph.nodes)
    addNode(message, node);
  for (const Initializer &tensor : graph.initializers)
    addInitializer(message, tensor);
  for (const Port &port : graph.inputs)
    addPort(message, GraphProto::Input, port);
  for (const Port &port : graph.outputs)
    addPort(message, GraphProto::Output, port);
  message.commit();
  return file;
}
