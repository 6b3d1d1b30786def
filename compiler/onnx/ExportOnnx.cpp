//===- ExportOnnx.cpp - Writes a trained network as ONNX ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The graph has the inputs of the model as data sets store them, and an output
// for each target: what `predict --samples 0` writes. The number of rows is
// left open.
//
// All parameters of the model are read, so that a wrong file is an error, but
// only those that the network reads are written.
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/ExportOnnx.h"
#include "compiler/onnx/Layers.h"
#include "dialect/VibVerify.h"

using namespace mlir;
using namespace vib;
using namespace vib::onnx;

static Weight createWeight(const Parameter &parameter,
                           std::optional<VibStateKind> kind) {
  SmallVector<int64_t, 2> shape = getFileShape(parameter);
  return {parameter.name, ArrayRef(shape).vec(), kind};
}

static VibStateKind getStateKind(const Parameter &state) {
  switch (state.kind) {
  case ParameterKind::Mean:
    return VIB_STATE_MEAN;
  case ParameterKind::Deviation:
    return VIB_STATE_DEVIATION;
  case ParameterKind::RunningMean:
    return VIB_STATE_RUNNING_MEAN;
  default:
    return VIB_STATE_RUNNING_VARIANCE;
  }
}

/// All that a file of weights of the model has.
static std::vector<Weight> getWeights(ModelOp model) {
  std::vector<Weight> weights;
  for (const Parameter &parameter : model.getParameters())
    weights.push_back(createWeight(parameter, std::nullopt));
  SmallVector<Parameter> states = getRunningState(model);
  model.walk(
      [&](InputOpInterface op) { llvm::append_range(states, op.getState()); });
  for (const Parameter &state : states)
    weights.push_back(createWeight(state, getStateKind(state)));
  return weights;
}

/// Adds the nodes of a block, and of the blocks in it.
static LogicalResult addNodes(GraphBuilder &builder, Block &block) {
  for (Operation &op : block) {
    if (isa<EncoderOp, DecoderOp>(op)) {
      Block &body = op.getRegion(0).front();
      if (failed(addNodes(builder, body)))
        return failure();
      builder.alias(op.getResult(0), body.back().getOperand(0));
      continue;
    }
    auto name = op.getAttrOfType<StringAttr>("name");
    builder.setLabel(name ? name.getValue() : op.getName().stripDialect());
    if (!addLayer(builder, &op) && !addWindowLayer(builder, &op) &&
        !addDistribution(builder, &op))
      return op.emitOpError("cannot be written as ONNX");
  }
  return success();
}

static StringRef getName(ModelOp model, BlockArgument argument,
                         StringRef otherwise) {
  StringRef name = model.getArgumentName(argument);
  return name.empty() ? otherwise : name;
}

/// The name of an output: that of its kind, and of several targets also theirs.
static std::string getOutputName(ModelOp model, NLLOp nll, bool isOnly) {
  DistributionTypeInterface type = nll.getLikelihood().getType();
  std::string name = type.hasEntropy() ? "probs" : "mean";
  return isOnly ? name
                : (name + "." + model.getArgumentName(nll.getTargetArgument()))
                      .str();
}

/// Nothing else may take the names of the outputs, which users write.
static LogicalResult reserveOutputs(GraphBuilder &builder,
                                    ArrayRef<NLLOp> likelihoods,
                                    ArrayRef<std::string> names) {
  for (auto [nll, name] : llvm::zip_equal(likelihoods, names))
    if (!builder.reserve(name))
      return NLLOp(nll).emitOpError("cannot be written as ONNX: its prediction "
                                    "is the output '")
             << name << "', and an argument of the model has this name";
  return success();
}

llvm::Expected<std::string>
vib::exportOnnx(ModelOp model, StringRef weightsPath, onnx::Use use) {
  Graph graph;
  graph.name = model.getSymName().str();
  std::vector<Weight> weights = getWeights(model);
  uint64_t bytes = 0;
  for (const Weight &weight : weights)
    bytes += ShapedType::getNumElements(weight.shape) * sizeof(float);
  // The nodes are small beside the weights.
  if (bytes > kMostBytes - (1 << 24))
    return llvm::createStringError(
        model.getSymName() + ": its weights are " + Twine(bytes) +
        " bytes, and a file of ONNX has at most " + Twine(kMostBytes));
  if (std::string error = readWeights(weightsPath.str(), graph.name, use,
                                      weights, graph.metadata);
      !error.empty())
    return llvm::createStringError(error);

  GraphBuilder builder(graph, weights);
  for (BlockArgument input : model.getInputs())
    builder.addInput(input, getName(model, input, "x"));
  SmallVector<NLLOp> likelihoods =
      getLikelihoodTerms(*model.getBody().getOps<LossOp>().begin());
  auto names = llvm::map_to_vector(likelihoods, [&](NLLOp nll) {
    return getOutputName(model, nll, likelihoods.size() == 1);
  });
  if (failed(reserveOutputs(builder, likelihoods, names)) ||
      failed(addNodes(builder, model.getBody().front())))
    return std::string();
  for (auto [nll, name] : llvm::zip_equal(likelihoods, names))
    builder.addOutput(name, builder.get(nll.getLikelihood()),
                      nll.getLikelihood().getType().getSize());
  return serialize(graph);
}
