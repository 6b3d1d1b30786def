//===- Distributions.cpp - Means of distributions as nodes of ONNX --------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// At z = mu a posterior is its mean, and what is predicted is the mean of the
// likelihood: of classes, their probabilities. So the tensor of a distribution
// is its mean, and its sample is the same.
//
//===----------------------------------------------------------------------===//

#include "compiler/onnx/Layers.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace vib;
using namespace vib::onnx;

/// The means come before what the network computes of the spread.
static void addNodes(GraphBuilder &builder, NormalOp op) {
  Name x = builder.get(op.getStatistics());
  int64_t width =
      cast<RankedTensorType>(op.getStatistics().getType()).getShape().back();
  int64_t means = op.getType().getWidth();
  builder.set(op.getResult(),
              width == means ? x : builder.slice(x, 0, means, /*axis=*/-1));
}

static void addNodes(GraphBuilder &builder, LaplaceOp op) {
  builder.set(op.getResult(), builder.get(op.getMean()));
}

static void addNodes(GraphBuilder &builder, CategoricalOp op) {
  builder.set(op.getResult(),
              builder.add("Softmax", {builder.get(op.getLogits())}));
}

static void addNodes(GraphBuilder &builder, BernoulliOp op) {
  builder.set(op.getResult(),
              builder.add("Sigmoid", {builder.get(op.getLogits())}));
}

static void addNodes(GraphBuilder &builder, ConcreteOp op) {
  int64_t groups = op.getType().getGroups(),
          classes = op.getType().getClasses();
  Name logits = builder.reshape(builder.get(op.getLogits()), {groups, classes});
  builder.set(op.getResult(), builder.reshape(builder.add("Softmax", {logits}),
                                              {groups * classes}));
}

bool vib::onnx::addDistribution(GraphBuilder &builder, Operation *op) {
  // The prior and the terms of the loss predict nothing.
  if (isa<PriorOp, NLLOp, KLOp, PairwiseOp, EntropyOp, LossOp, YieldOp>(op))
    return true;
  if (auto sample = dyn_cast<ReparameterizeOp>(op)) {
    builder.alias(sample.getResult(), sample.getDistribution());
    return true;
  }
  return llvm::TypeSwitch<Operation *, bool>(op)
      .Case<NormalOp, LaplaceOp, CategoricalOp, BernoulliOp, ConcreteOp>(
          [&](auto distribution) {
            addNodes(builder, distribution);
            return true;
          })
      .Default([](Operation *) { return false; });
}
