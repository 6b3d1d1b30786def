//===- WindowLayers.cpp - Layers with windows as nodes of ONNX ------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/Layers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace vib;
using namespace vib::onnx;

/// The attributes that both kinds of convolutions have. A model has the padding
/// as top, bottom, left and right, ONNX as top, left, bottom and right.
template <typename OpT>
static Attributes getConvolution(OpT op, ArrayRef<int64_t> padding) {
  std::vector<int64_t> pads = {padding[0], padding[2], padding[1], padding[3]};
  return {{"kernel_shape", op.getKernel().vec()},
          {"strides", op.getStrides().vec()},
          {"pads", pads},
          {"dilations", op.getDilations().vec()},
          {"group", op.getNumGroups()}};
}

template <typename OpT>
static void addConvolution(GraphBuilder &builder, OpT op, StringRef name,
                           Name x, ArrayRef<int64_t> padding) {
  SmallVector<Parameter> parameters = op.getParameters();
  builder.set(op.getResult(),
              builder.add(name,
                          {x, builder.weight(parameters[0].name),
                           builder.weight(parameters[1].name)},
                          getConvolution(op, padding)),
              Order::ChannelsFirst);
}

static void addNodes(GraphBuilder &builder, Conv2DOp op) {
  addConvolution(builder, op, "Conv",
                 builder.get(op.getInput(), Order::ChannelsFirst),
                 op.getPadding());
}

/// onnxruntime refuses an output padding of the stride or more, which a model
/// may have with a dilation. So the padding at the end is smaller by it, and
/// where that has too little, the input gets rows or columns of zeros, each of
/// which makes the result larger by the stride.
static void addNodes(GraphBuilder &builder, ConvTranspose2DOp op) {
  Name x = builder.get(op.getInput(), Order::ChannelsFirst);
  SmallVector<int64_t> padding(op.getPadding());
  SmallVector<int64_t> borders(8, 0);
  for (unsigned axis : {0, 1}) {
    int64_t stride = op.getStrides()[axis];
    int64_t &end = padding[2 * axis + 1];
    end -= op.getOutputPadding()[axis];
    if (end >= 0)
      continue;
    borders[6 + axis] = llvm::divideCeil(-end, stride);
    end += borders[6 + axis] * stride;
  }
  if (borders[6] || borders[7])
    x = builder.add("Pad", {x, builder.integers(borders)});
  addConvolution(builder, op, "ConvTranspose", x, padding);
}

template <typename OpT>
static void addPool(GraphBuilder &builder, OpT op, StringRef name) {
  builder.set(op.getResult(),
              builder.add(name,
                          {builder.get(op.getInput(), Order::ChannelsFirst)},
                          {{"kernel_shape", op.getWindow().vec()},
                           {"strides", op.getStrides().vec()}}),
              Order::ChannelsFirst);
}

static void addNodes(GraphBuilder &builder, MaxPoolOp op) {
  addPool(builder, op, "MaxPool");
}

static void addNodes(GraphBuilder &builder, AvgPoolOp op) {
  addPool(builder, op, "AveragePool");
}

static void addNodes(GraphBuilder &builder, GlobalAvgPoolOp op) {
  Name means = builder.add("GlobalAveragePool",
                           {builder.get(op.getInput(), Order::ChannelsFirst)});
  builder.set(op.getResult(),
              builder.add("Flatten", {means}, {{"axis", int64_t(1)}}));
}

bool vib::onnx::addWindowLayer(GraphBuilder &builder, Operation *op) {
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<Conv2DOp, ConvTranspose2DOp, MaxPoolOp, AvgPoolOp, GlobalAvgPoolOp>(
          [&](auto layer) {
            addNodes(builder, layer);
            return true;
          })
      .Default([](Operation *) { return false; });
}
