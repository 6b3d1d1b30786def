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

  /// The dimension letters of the result, given those of the input.
  static StringRef getResultDims(StringRef inputDims) {
    return inputDims == "sbk" ? "sbn" : "bn";
  }

  /// The form of a tensor that the layer's contractions read: rounded if the
  /// layer is rounded.
  static Value getOperand(StepBuilder &step, const Parameter &weight,
                          Value tensor) {
    return step.isRounded(weight.shape) ? step.round(tensor) : tensor;
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto linear = cast<LinearOp>(op);
    SmallVector<Parameter> parameters = linear.getParameters();
    step.setLabel(getLabel(op, ""));
    Value x =
        getOperand(step, parameters[0], step.getTensor(linear.getInput()));
    Value weight =
        getOperand(step, parameters[0], step.getParameter(parameters[0].name));
    StringRef dims = StepBuilder::getMatrixDims(x);
    StringRef resultDims = getResultDims(dims);
    Value product = step.contract({x, dims}, {weight, "kn"}, resultDims);
    step.setWord("bias");
    Value sum = step.map(
        {{product, resultDims}, {step.getParameter(parameters[1].name), "n"}},
        resultDims, [](ScalarBuilder &scalars, ValueRange elements) {
          return scalars.add(elements[0], elements[1]);
        });
    step.set(linear.getResult(), sum);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto linear = cast<LinearOp>(op);
    SmallVector<Parameter> parameters = linear.getParameters();
    Value x =
        getOperand(step, parameters[0], step.getTensor(linear.getInput()));
    Value dy = getOperand(step, parameters[0],
                          step.getAdjoint(linear.getResult()).front());
    StringRef dims = StepBuilder::getMatrixDims(x);
    StringRef resultDims = getResultDims(dims);

    step.flush();
    if (step.isLearned(linear.getInput())) {
      step.setLabel(getLabel(op, ".in"));
      Value weight = getOperand(step, parameters[0],
                                step.getParameter(parameters[0].name));
      Value dx = step.contract({dy, resultDims}, {weight, "kn"}, dims);
      step.addAdjoint(linear.getInput(), dx);
    }
    step.setLabel(getLabel(op, ".grad"));
    step.defer([=, &step] {
      step.setGradient(parameters[0].name,
                       step.contract({x, dims}, {dy, resultDims}, "kn"));
      step.setWord("bias gradient");
      step.setGradient(
          parameters[1].name,
          step.sum({{dy, resultDims}}, "n",
                   [](ScalarBuilder &, ValueRange elements) -> Value {
                     return elements[0];
                   }));
    });
  }
};

/// In the step every tensor is a matrix of rows already, so nothing is
/// computed.
struct FlattenModel
    : DifferentiableOpInterface::ExternalModel<FlattenModel, FlattenOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto flatten = cast<FlattenOp>(op);
    step.set(flatten.getResult(), step.get(flatten.getInput()));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto flatten = cast<FlattenOp>(op);
    if (step.isLearned(flatten.getInput()))
      step.addAdjoint(flatten.getInput(), step.getAdjoint(flatten.getResult()));
  }
};

/// Each operand has the adjoint of the sum.
struct AddModel : DifferentiableOpInterface::ExternalModel<AddModel, AddOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto add = cast<AddOp>(op);
    step.set(add.getResult(), step.add(step.getTensor(add.getLhs()),
                                       step.getTensor(add.getRhs())));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    for (Value operand : op->getOperands())
      if (step.isLearned(operand))
        step.addAdjoint(operand, step.getAdjoint(op->getResult(0)));
  }
};

/// Converts bytes to numbers from `low` to `high`. Rows beyond the number of
/// valid rows become 0, so that no later op has to treat them specially.
struct ScaleModel
    : DifferentiableOpInterface::ExternalModel<ScaleModel, ScaleOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto scale = cast<ScaleOp>(op);
    double low = scale.getLow().convertToDouble();
    double high = scale.getHigh().convertToDouble();
    Value rows = step.getScalar("rows");
    Value scaled = step.map(
        {{step.getTensor(scale.getInput()), "bk"}}, "bk",
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value byte =
              arith::UIToFPOp::create(scalars.getBuilder(), scalars.getLoc(),
                                      scalars.getType(), elements[0]);
          Value value =
              scalars.fma(divideBy255(scalars, byte),
                          scalars.constant(high - low), scalars.constant(low));
          Value counts = scalars.compare(arith::CmpIPredicate::slt,
                                         scalars.index('b'), rows);
          return scalars.select(counts, value, scalars.constant(0.0));
        });
    step.set(scale.getResult(), scaled);
  }

  /// There is no adjoint of an input.
  void buildBackward(Operation *, StepBuilder &) const {}
};

} // namespace

void vib::registerLayerModels(MLIRContext *context) {
  LinearOp::attachInterface<LinearModel>(*context);
  FlattenOp::attachInterface<FlattenModel>(*context);
  AddOp::attachInterface<AddModel>(*context);
  ScaleOp::attachInterface<ScaleModel>(*context);
}
