//===- Layers.cpp - Layers as nodes of ONNX -------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/Layers.h"
#include "dialect/VibVerify.h"
#include "llvm/ADT/TypeSwitch.h"
#include <cmath>

using namespace mlir;
using namespace vib;
using namespace vib::onnx;

static RankedTensorType getType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

static ArrayRef<int64_t> getExample(Value value) {
  return getType(value).getShape().drop_front();
}

//===----------------------------------------------------------------------===//
// Inputs
//===----------------------------------------------------------------------===//

static void addNodes(GraphBuilder &builder, ScaleOp op) {
  Name x = builder.get(op.getInput());
  if (!isa<FloatType>(getType(op.getInput()).getElementType()))
    x = builder.add("Cast", {x}, {{"to", int64_t(ElementType::F32)}});
  if (getExample(op.getInput()) != getExample(op.getResult()))
    x = builder.reshape(x, getExample(op.getResult()));
  double low = op.getLow().convertToDouble();
  double width = op.getHigh().convertToDouble() - low;
  if (op.scalesBytes()) {
    x = builder.add("Div", {x, builder.number(255)});
  } else {
    double from = op.getFromLow()->convertToDouble();
    x = builder.subtractNumber(x, from);
    width /= op.getFromHigh()->convertToDouble() - from;
  }
  builder.set(op.getResult(),
              builder.addNumber(builder.multiplyBy(x, width), low));
}

static void addNodes(GraphBuilder &builder, StandardizeOp op) {
  SmallVector<Parameter> state = op.getState();
  // There is a statistic for each element of an example.
  ArrayRef<int64_t> example = getExample(op.getInput());
  Name x = builder.get(op.getInput());
  if (example.size() > 1)
    x = builder.reshape(x, state[0].shape);
  x = builder.add("Sub", {x, builder.weight(state[0].name)});
  x = builder.add("Div", {x, builder.weight(state[1].name)});
  if (getExample(op.getResult()).size() > 1)
    x = builder.reshape(x, getExample(op.getResult()));
  builder.set(op.getResult(), x);
}

static void addNodes(GraphBuilder &builder, EmbeddingOp op) {
  builder.set(op.getResult(),
              builder.add("Gather",
                          {builder.weight(op.getParameters()[0].name),
                           builder.get(op.getInput())},
                          {{"axis", int64_t(0)}}));
}

/// ONNX's own operator takes few types of tokens in onnxruntime.
static void addNodes(GraphBuilder &builder, OneHotOp op) {
  int64_t last = getType(op.getResult()).getRank() - 1;
  Name tokens = builder.add(
      "Unsqueeze", {builder.get(op.getInput()), builder.integers(last)});
  tokens = builder.add("Cast", {tokens}, {{"to", int64_t(ElementType::I64)}});
  SmallVector<int64_t> values =
      llvm::to_vector(llvm::seq<int64_t>(0, op.getNumValues()));
  Name isValue = builder.add("Equal", {tokens, builder.integers(values)});
  builder.set(op.getResult(), builder.add("Cast", {isValue},
                                          {{"to", int64_t(ElementType::F32)}}));
}

//===----------------------------------------------------------------------===//
// Layers with weights
//===----------------------------------------------------------------------===//

static void addNodes(GraphBuilder &builder, LinearOp op) {
  SmallVector<Parameter> parameters = op.getParameters();
  Name x = builder.get(op.getInput());
  Name weight = builder.weight(parameters[0].name);
  Name bias = builder.weight(parameters[1].name);
  if (getType(op.getInput()).getRank() == 2)
    return builder.set(op.getResult(), builder.add("Gemm", {x, weight, bias},
                                                   {{"transB", int64_t(1)}}));
  Name transposed = builder.add("Transpose", {weight},
                                {{"perm", std::vector<int64_t>{1, 0}}});
  Name product = builder.add("MatMul", {x, transposed});
  builder.set(op.getResult(), builder.add("Add", {product, bias}));
}

static void addNodes(GraphBuilder &builder, LayerNormOp op) {
  SmallVector<Parameter> parameters = op.getParameters();
  builder.set(op.getResult(),
              builder.add("LayerNormalization",
                          {builder.get(op.getInput()),
                           builder.weight(parameters[0].name),
                           builder.weight(parameters[1].name)},
                          {{"epsilon", op.getEps().convertToFloat()}}));
}

static void addNodes(GraphBuilder &builder, BatchNormOp op) {
  SmallVector<Parameter> parameters = op.getParameters();
  SmallVector<Parameter> running = op.getRunningState();
  Order order = getType(op.getInput()).getRank() > 2 ? Order::ChannelsFirst
                                                     : Order::ChannelsLast;
  builder.set(op.getResult(),
              builder.add("BatchNormalization",
                          {builder.get(op.getInput(), order),
                           builder.weight(parameters[0].name),
                           builder.weight(parameters[1].name),
                           builder.weight(running[0].name),
                           builder.weight(running[1].name)},
                          {{"epsilon", op.getEps().convertToFloat()}}),
              order);
}

//===----------------------------------------------------------------------===//
// Layers that move elements
//===----------------------------------------------------------------------===//

/// A feature map is flattened with its channels first.
static void addNodes(GraphBuilder &builder, FlattenOp op) {
  Order order =
      isFeatureMap(op.getInput()) ? Order::ChannelsFirst : Order::ChannelsLast;
  builder.set(op.getResult(), builder.reshape(builder.get(op.getInput(), order),
                                              getExample(op.getResult())));
}

static void addNodes(GraphBuilder &builder, ReshapeOp op) {
  Name x = builder.get(op.getInput());
  ArrayRef<int64_t> example = getExample(op.getResult());
  if (op.getChannelsFirst())
    return builder.set(op.getResult(),
                       builder.reshape(x, {example[2], example[0], example[1]}),
                       Order::ChannelsFirst);
  builder.set(op.getResult(), builder.reshape(x, example));
}

/// The axis of the features, which are the channels of images.
static int64_t getFeatureAxis(Order order) {
  return order == Order::ChannelsFirst ? 1 : -1;
}

static void addNodes(GraphBuilder &builder, ConcatOp op) {
  Order order = builder.getOrder(op.getInputs());
  Names parts;
  for (Value input : op.getInputs())
    parts.push_back(builder.get(input, order));
  builder.set(op.getResult(),
              builder.add("Concat", parts, {{"axis", getFeatureAxis(order)}}),
              order);
}

static void addNodes(GraphBuilder &builder, SliceOp op) {
  Order order = builder.getOrder(op.getInput());
  builder.set(op.getResult(),
              builder.slice(builder.get(op.getInput(), order), op.getBegin(),
                            op.getEnd(), getFeatureAxis(order)),
              order);
}

//===----------------------------------------------------------------------===//
// Layers that act on each element
//===----------------------------------------------------------------------===//

/// An operator of two tensors of one shape.
template <typename OpTy>
static void addBinary(GraphBuilder &builder, OpTy op, StringRef name) {
  Order order = builder.getOrder(op->getOperands());
  builder.set(op.getResult(),
              builder.add(name, {builder.get(op.getLhs(), order),
                                 builder.get(op.getRhs(), order)}),
              order);
}

static void addNodes(GraphBuilder &builder, AddOp op) {
  addBinary(builder, op, "Add");
}

static void addNodes(GraphBuilder &builder, MulOp op) {
  addBinary(builder, op, "Mul");
}

/// The exact GELU, for which ONNX has an operator only since opset 20.
static Name addGELU(GraphBuilder &builder, Name x) {
  Name erf = builder.add("Erf", {builder.multiplyBy(x, M_SQRT1_2)});
  return builder.add("Mul",
                     {builder.multiplyBy(x, 0.5), builder.addNumber(erf, 1)});
}

/// The activation of `x`; empty if the op is none.
static Name addActivation(GraphBuilder &builder, Operation *op, Name x) {
  using llvm::TypeSwitch;
  return TypeSwitch<Operation *, Name>(op)
      .Case([&](ReLUOp) { return builder.add("Relu", {x}); })
      .Case([&](TanhOp) { return builder.add("Tanh", {x}); })
      .Case([&](SigmoidOp) { return builder.add("Sigmoid", {x}); })
      .Case([&](SoftplusOp) { return builder.add("Softplus", {x}); })
      .Case([&](GELUOp) { return addGELU(builder, x); })
      .Case([&](SiLUOp) {
        return builder.add("Mul", {x, builder.add("Sigmoid", {x})});
      })
      .Case([&](SELUOp) {
        return builder.add(
            "Selu", {x},
            {{"alpha", 1.6732632423543772f}, {"gamma", 1.0507009873554805f}});
      })
      .Case([&](LeakyReLUOp leaky) {
        return builder.add(
            "LeakyRelu", {x},
            {{"alpha", float(leaky.getSlope().convertToDouble())}});
      })
      .Case([&](ELUOp elu) {
        return builder.add(
            "Elu", {x}, {{"alpha", float(elu.getAlpha().convertToDouble())}});
      })
      .Default([](Operation *) { return Name(); });
}

bool vib::onnx::addLayer(GraphBuilder &builder, Operation *op) {
  if (isa<DropoutOp, BypassOp>(op)) {
    builder.alias(op->getResult(0), op->getOperand(0));
    return true;
  }
  if (isa<ReLUOp, TanhOp, SigmoidOp, SoftplusOp, GELUOp, SiLUOp, SELUOp,
          LeakyReLUOp, ELUOp>(op)) {
    Order order = builder.getOrder(op->getOperand(0));
    builder.set(
        op->getResult(0),
        addActivation(builder, op, builder.get(op->getOperand(0), order)),
        order);
    return true;
  }
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<ScaleOp, StandardizeOp, EmbeddingOp, OneHotOp, LinearOp,
            LayerNormOp, BatchNormOp, FlattenOp, ReshapeOp, ConcatOp, SliceOp,
            AddOp, MulOp>([&](auto layer) {
        addNodes(builder, layer);
        return true;
      })
      .Default([](Operation *) { return false; });
}
