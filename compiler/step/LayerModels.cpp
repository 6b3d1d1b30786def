//===- LayerModels.cpp - The step of layers ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "dialect/Vib.h"
#include <cmath>

using namespace mlir;
using namespace vib;

/// byte / 255, correctly rounded, without a division: the reciprocal is the sum
/// of two numbers. The result is exact for all 256 bytes, in f32 and f64
/// (test/step/byte-scale.test).
static Value divideBy255(ScalarBuilder &scalars, Value byte) {
  bool isSingle = scalars.getType().isF32();
  double reciprocal = isSingle ? float(1.0 / 255) : 1.0 / 255;
  double rest = std::fma(-255.0, reciprocal, 1.0) / 255;
  return scalars.fma(byte, scalars.constant(reciprocal),
                     scalars.mul(byte, rest));
}

namespace {

/// y = x W + b. The gradient of the input reads the weight, so it is built
/// before the update of the weight.
struct LinearModel
    : DifferentiableOpInterface::ExternalModel<LinearModel, LinearOp> {
  static StringAttr getLabel(Operation *op, StringRef suffix) {
    return StringAttr::get(op->getContext(),
                           cast<LinearOp>(op).getName() + suffix);
  }

  /// The dimensions of the input or the result: the last one is `last`, and the
  /// layer keeps the others.
  static Dims getDims(StepBuilder &step, Value input, StringRef last) {
    Dims dims = step.getDims(input);
    dims.back() = last;
    return dims;
  }

  static Value getWeight(StepBuilder &step, const Parameter &weight) {
    Value tensor = step.getParameter(weight.name);
    step.setDims(tensor, {dims::kInputs, dims::kFeatures});
    return step.getOperand(weight.shape, tensor);
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto linear = cast<LinearOp>(op);
    SmallVector<Parameter> parameters = linear.getParameters();
    step.setLabel(getLabel(op, ""));
    Value x =
        step.getOperand(parameters[0].shape, step.getShaped(linear.getInput()));
    Value weight = getWeight(step, parameters[0]);
    Value bias = step.getParameter(parameters[1].name);
    Dims inputDims = getDims(step, x, dims::kInputs);
    Dims resultDims = getDims(step, x, dims::kFeatures);
    Value product = step.contract(
        {x, inputDims}, {weight, {dims::kInputs, dims::kFeatures}}, resultDims);
    step.setWord("bias");
    Value sum =
        step.map({{product, resultDims}, {bias, {dims::kFeatures}}}, resultDims,
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.add(elements[0], elements[1]);
                 });
    step.set(linear.getResult(), sum);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto linear = cast<LinearOp>(op);
    SmallVector<Parameter> parameters = linear.getParameters();
    Value x =
        step.getOperand(parameters[0].shape, step.getShaped(linear.getInput()));
    Value dy = step.getOperand(parameters[0].shape,
                               step.getAdjoint(linear.getResult()).front());
    Dims inputDims = getDims(step, x, dims::kInputs);
    Dims resultDims = getDims(step, x, dims::kFeatures);

    step.flush();
    if (step.isLearned(linear.getInput())) {
      step.setLabel(getLabel(op, ".in"));
      Value weight = getWeight(step, parameters[0]);
      Value dx =
          step.contract({dy, resultDims},
                        {weight, {dims::kInputs, dims::kFeatures}}, inputDims);
      step.setDims(dx, step.getDims(x));
      step.addAdjoint(linear.getInput(), dx);
    }
    step.setLabel(getLabel(op, ".grad"));
    step.defer([=, &step] {
      step.setGradient(parameters[0].name,
                       step.contract({x, inputDims}, {dy, resultDims},
                                     {dims::kInputs, dims::kFeatures}));
      step.setWord("bias gradient");
      step.setGradient(
          parameters[1].name,
          step.sum({{dy, resultDims}}, {dims::kFeatures},
                   [](ScalarBuilder &, ValueRange elements) -> Value {
                     return elements[0];
                   }));
    });
  }
};

/// Each operand has the adjoint of the sum.
struct AddModel : DifferentiableOpInterface::ExternalModel<AddModel, AddOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto add = cast<AddOp>(op);
    step.set(add.getResult(), step.add(step.getShaped(add.getLhs()),
                                       step.getShaped(add.getRhs())));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    for (Value operand : op->getOperands())
      if (step.isLearned(operand))
        step.addAdjoint(operand, step.getAdjoint(op->getResult(0)));
  }
};

/// The adjoint of each operand is that of the product times the other operand.
struct MulModel : DifferentiableOpInterface::ExternalModel<MulModel, MulOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto mul = cast<MulOp>(op);
    step.set(mul.getResult(), step.multiply(step.getShaped(mul.getLhs()),
                                            step.getShaped(mul.getRhs())));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto mul = cast<MulOp>(op);
    Value dy = step.getAdjoint(mul.getResult()).front();
    auto addAdjoint = [&](Value operand, Value other) {
      if (step.isLearned(operand))
        step.addAdjoint(
            operand, step.multiply(dy, step.getStored(step.getShaped(other))));
    };
    addAdjoint(mul.getLhs(), mul.getRhs());
    addAdjoint(mul.getRhs(), mul.getLhs());
  }
};

/// An element of the input, in the range [low, high].
static Value scaleElement(ScalarBuilder &scalars, ScaleOp scale,
                          Value element) {
  if (!isa<FloatType>(element.getType()))
    element = arith::UIToFPOp::create(scalars.getBuilder(), scalars.getLoc(),
                                      scalars.getType(), element);
  double low = scale.getLow().convertToDouble();
  double width = scale.getHigh().convertToDouble() - low;
  if (scale.scalesBytes())
    return scalars.fma(divideBy255(scalars, element), scalars.constant(width),
                       scalars.constant(low));
  // The subtraction comes first, because a range may be far from 0.
  double from = scale.getFromLow()->convertToDouble();
  double slope = width / (scale.getFromHigh()->convertToDouble() - from);
  Value start = scalars.constant(from);
  Value distance = scalars.sub(element, start);
  return scalars.fma(distance, scalars.constant(slope), scalars.constant(low));
}

/// Maps the range of the input to [low, high]. Rows beyond the number of valid
/// rows become 0, so that no later op has to treat them specially.
struct ScaleModel
    : DifferentiableOpInterface::ExternalModel<ScaleModel, ScaleOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto scale = cast<ScaleOp>(op);
    Value rows = step.getScalar("rows");
    Value stored = step.getTensor(scale.getInput());
    Dims dims = step.getDims(stored);
    Value scaled =
        step.map({{stored, dims}}, dims,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   Value value = scaleElement(scalars, scale, elements[0]);
                   Value counts =
                       scalars.compare(arith::CmpIPredicate::slt,
                                       scalars.index(dims::kRows), rows);
                   return scalars.select(counts, value, scalars.constant(0.0));
                 });
    step.set(scale.getResult(), scaled);
  }

  /// There is no adjoint of an input.
  void buildBackward(Operation *, StepBuilder &) const {}
};

/// Rows beyond the number of valid rows become 0 here, too.
struct StandardizeModel
    : DifferentiableOpInterface::ExternalModel<StandardizeModel,
                                               StandardizeOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto standardize = cast<StandardizeOp>(op);
    SmallVector<Parameter> state = standardize.getState();
    Value rows = step.getScalar("rows");
    Value stored = step.getTensor(standardize.getInput());
    Dims dims = step.getDims(stored), features = {dims.back()};
    Value result = step.map(
        {{stored, dims},
         {step.getParameter(state[0].name), features},
         {step.getParameter(state[1].name), features}},
        dims, [&](ScalarBuilder &scalars, ValueRange elements) {
          Value value =
              scalars.div(scalars.sub(elements[0], elements[1]), elements[2]);
          Value counts = scalars.compare(arith::CmpIPredicate::slt,
                                         scalars.index(dims::kRows), rows);
          return scalars.select(counts, value, scalars.constant(0.0));
        });
    step.set(standardize.getResult(), result);
  }

  /// There is no adjoint of an input.
  void buildBackward(Operation *, StepBuilder &) const {}
};

} // namespace

void vib::registerLayerModels(MLIRContext *context) {
  LinearOp::attachInterface<LinearModel>(*context);
  AddOp::attachInterface<AddModel>(*context);
  MulOp::attachInterface<MulModel>(*context);
  ScaleOp::attachInterface<ScaleModel>(*context);
  StandardizeOp::attachInterface<StandardizeModel>(*context);
}
