//===- TokenModels.cpp - The step of layers that read whole numbers -------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An embedding is the product of one-hot tokens with its weight. To read and
// to add to rows that tokens name would need loops with computed indices, which
// no phase has, and whose sums over equal tokens would depend on the order of
// threads. As contractions both are what every target can do: the gradient of
// the weight is the product of the transposed one-hot tokens with the adjoint,
// whose sum over the rows has a fixed order, and the optimizer is its epilogue.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "dialect/Vib.h"

using namespace mlir;
using namespace vib;

/// [rows, positions, classes], or [rows, classes] if an example has one token
/// and no dimension of tokens.
static Dims getOneHotDims(Value input) {
  if (cast<RankedTensorType>(input.getType()).getRank() == 1)
    return {dims::kRows, dims::kClasses};
  return {dims::kRows, dims::kPositions, dims::kClasses};
}

static Value buildOneHot(StepBuilder &step, Value input, int64_t values) {
  Value tokens = step.getTensor(input);
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(tokens.getType()).getShape());
  Dims names = getOneHotDims(input);
  shape.resize(names.size() - 1);
  shape.push_back(values);
  step.setWord("one_hot");
  return step
      .generic({{tokens, {dims::kRows, dims::kPositions}}},
               {Access(step.empty(shape), names)},
               [](ScalarBuilder &scalars, ValueRange elements) {
                 Value isValue = scalars.compare(arith::CmpIPredicate::eq,
                                                 scalars.index(dims::kClasses),
                                                 elements[0]);
                 return SmallVector<Value>{scalars.select(
                     isValue, scalars.constant(1.0), scalars.constant(0.0))};
               })
      .front();
}

namespace {

struct OneHotModel
    : DifferentiableOpInterface::ExternalModel<OneHotModel, OneHotOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto oneHot = cast<OneHotOp>(op);
    Value x = buildOneHot(step, oneHot.getInput(), oneHot.getNumValues());
    Dims names = getOneHotDims(oneHot.getInput());
    names.back() = dims::kFeatures;
    step.setDims(x, names);
    step.set(oneHot.getResult(), x);
  }

  /// Tokens are data.
  void buildBackward(Operation *, StepBuilder &) const {}
};

struct EmbeddingModel
    : DifferentiableOpInterface::ExternalModel<EmbeddingModel, EmbeddingOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto embedding = cast<EmbeddingOp>(op);
    Builder &builder = step.getBuilder();
    step.setLabel(builder.getStringAttr(embedding.getName()));
    Value x = buildOneHot(step, embedding.getInput(), embedding.getNumValues());
    Value weight = step.getParameter(embedding.getParameters()[0].name);
    step.setResiduals(op, x);
    Dims names = getOneHotDims(embedding.getInput()), result(names);
    result.back() = dims::kFeatures;
    step.setWord("embedding");
    step.set(embedding.getResult(),
             step.contract({x, names},
                           {weight, {dims::kClasses, dims::kFeatures}},
                           result));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto embedding = cast<EmbeddingOp>(op);
    Value dy = step.getAdjoint(embedding.getResult()).front();
    Value x = step.getResiduals(op).front();
    Dims names = getOneHotDims(embedding.getInput()), result(names);
    result.back() = dims::kFeatures;
    step.flush();
    step.setLabel(
        step.getBuilder().getStringAttr(embedding.getName() + ".grad"));
    std::string weight = embedding.getParameters()[0].name;
    step.defer([=, &step] {
      step.setGradient(weight,
                       step.contract({x, names}, {dy, result},
                                     {dims::kClasses, dims::kFeatures}));
    });
  }
};

} // namespace

void vib::registerTokenModels(MLIRContext *context) {
  EmbeddingOp::attachInterface<EmbeddingModel>(*context);
  OneHotOp::attachInterface<OneHotModel>(*context);
}
