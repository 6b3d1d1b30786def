//===- WindowModels.cpp - The step of layers with windows -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A convolution is one loop nest three times: its forward pass; the gradient of
// its input, which is the forward pass of a flipped kernel on the adjoint; and
// the gradient of its weight. linalg refuses indices that can be negative, so
// what is read beyond the border is written out as zeros first.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/Images.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

/// The dimensions of a kernel's elements.
static constexpr llvm::StringLiteral kTapRows = "tap_rows";
static constexpr llvm::StringLiteral kTapColumns = "tap_columns";

/// The sum of products. The loops of the sum are in the order of `lhs`.
static Value contract(StepBuilder &step, const Access &lhs, const Access &rhs,
                      ArrayRef<int64_t> shape, ArrayRef<StringRef> result) {
  return step
      .generic({lhs, rhs}, {Access(step.zeros(shape), result)},
               [](ScalarBuilder &scalars, ValueRange elements) {
                 Value product = scalars.mul(elements[0], elements[1]);
                 return SmallVector<Value>{scalars.add(elements[2], product)};
               })
      .front();
}

/// How an image with a border is read: at height * stride + tap * dilation.
static Access getWindows(StepBuilder &step, Value image,
                         ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                         StringRef channels) {
  auto getAxis = [&](StringRef dim, StringRef tap, unsigned axis) {
    return AxisIndex({{dim, strides[axis]}, {tap, dilations[axis]}});
  };
  SmallVector<AxisIndex> axes = getImageAxes(step, image);
  size_t height = axes.size() - 3;
  axes[height] = getAxis(dims::kHeight, kTapRows, 0);
  axes[height + 1] = getAxis(dims::kWidth, kTapColumns, 1);
  axes[height + 2] = channels;
  return Access(image, axes);
}

/// The dimensions of a weight as a contraction reads it, whose columns are
/// channels.
static Dims getWeightDims() {
  return {kTapRows, kTapColumns, dims::kInputs, dims::kChannels};
}

/// The form of a weight that contractions read.
static Value getWeight(StepBuilder &step, const Parameter &weight) {
  Value tensor = step.getParameter(weight.name);
  step.setDims(tensor, getWeightDims());
  return step.getOperand(weight.shape, tensor);
}

/// A copy of a weight, turned by half a circle, and with inputs and channels
/// swapped, in the form that contractions read.
static Value copyFlipped(StepBuilder &step, const Parameter &parameter) {
  Value weight = step.getParameter(parameter.name);
  SmallVector<int64_t, 2> shape = parameter.shape;
  auto getTap = [](StringRef tap, int64_t extent) {
    return AxisIndex({{tap, -1}}, extent - 1);
  };
  Access flipped(weight,
                 {getTap(kTapRows, shape[0]), getTap(kTapColumns, shape[1]),
                  dims::kChannels, dims::kInputs});
  std::swap(shape[2], shape[3]);
  Value copy =
      copyElements(step, flipped, Access(step.empty(shape), getWeightDims()),
                   "flipped weight");
  return step.getOperand(shape, copy);
}

static Value addBias(StepBuilder &step, Value product, StringRef name) {
  Dims dims = step.getDims(product);
  step.setWord("bias");
  return step.map(
      {{product, dims}, {step.getParameter(name), {dims::kChannels}}}, dims,
      [](ScalarBuilder &scalars, ValueRange elements) {
        return scalars.add(elements[0], elements[1]);
      });
}

static void setBiasGradient(StepBuilder &step, Value dy, StringRef name) {
  step.setWord("bias gradient");
  step.setGradient(name,
                   step.sum({{dy, getImageDims(step, dy)}}, {dims::kChannels},
                            [](ScalarBuilder &, ValueRange elements) {
                              return Value(elements[0]);
                            }));
}

static StringAttr getLabel(Operation *op, StringRef name, StringRef suffix) {
  return StringAttr::get(op->getContext(), name + suffix);
}

namespace {

struct Conv2DModel
    : DifferentiableOpInterface::ExternalModel<Conv2DModel, Conv2DOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto conv = cast<Conv2DOp>(op);
    SmallVector<Parameter> parameters = conv.getParameters();
    ArrayRef<int64_t> zeros = conv.getPadding();
    step.setLabel(getLabel(conv, conv.getName(), ""));
    Value x =
        step.getOperand(parameters[0].shape,
                        addBorder(step, step.getShaped(conv.getInput()),
                                  {zeros[0], zeros[2]}, {zeros[1], zeros[3]}));
    step.setResiduals(op, x);
    Dims dims = getImageDims(step, x);
    Value product =
        contract(step, {getWeight(step, parameters[0]), getWeightDims()},
                 getWindows(step, x, conv.getStrides(), conv.getDilations(),
                            dims::kInputs),
                 withImage(x, conv.getType().getShape().drop_front()), dims);
    step.set(conv.getResult(), addBias(step, product, parameters[1].name));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto conv = cast<Conv2DOp>(op);
    Value dy = step.getOperand(conv.getParameters()[0].shape,
                               step.getAdjoint(conv.getResult()).front());
    step.flush();
    if (step.isLearned(conv.getInput())) {
      step.setLabel(getLabel(conv, conv.getName(), ".in"));
      step.addAdjoint(conv.getInput(), buildInputGradient(conv, step, dy));
    }
    step.setLabel(getLabel(conv, conv.getName(), ".grad"));
    step.setWord("conv2d'");
    Value x = step.getResiduals(op).front();
    step.defer([=, &step] { buildGradients(conv, step, x, dy); });
  }

  /// dx[i] is the sum of dy[h] w[r] over all h * stride + r * dilation -
  /// padding = i. So the flipped kernel runs over dy, whose elements are
  /// `stride` apart.
  static Value buildInputGradient(Conv2DOp conv, StepBuilder &step, Value dy) {
    // The channels of dy are the inputs of this pass.
    Value weight = copyFlipped(step, conv.getParameters()[0]);
    ArrayRef<int64_t> input =
        cast<RankedTensorType>(conv.getInput().getType()).getShape();
    SmallVector<int64_t> low, extents;
    for (unsigned axis : {0, 1}) {
      low.push_back(conv.getReach(axis) - conv.getPadding()[2 * axis]);
      extents.push_back(input[axis + 1] + conv.getReach(axis));
    }
    extents.push_back(conv.getChannels());
    Value image = spread(step, dy, extents, low, conv.getStrides());
    return contract(
        step, {weight, getWeightDims()},
        getWindows(step, image, {1, 1}, conv.getDilations(), dims::kInputs),
        withImage(dy, input.drop_front()), getImageDims(step, dy));
  }

  static void buildGradients(Conv2DOp conv, StepBuilder &step, Value x,
                             Value dy) {
    SmallVector<Parameter> parameters = conv.getParameters();
    Dims dims = getImageDims(step, dy);
    step.setGradient(parameters[0].name,
                     contract(step, {dy, dims},
                              getWindows(step, x, conv.getStrides(),
                                         conv.getDilations(), dims::kInputs),
                              parameters[0].shape, getWeightDims()));
    setBiasGradient(step, dy, parameters[1].name);
  }
};

/// The forward pass is the gradient of a convolution's input, and the other way
/// around.
struct ConvTranspose2DModel
    : DifferentiableOpInterface::ExternalModel<ConvTranspose2DModel,
                                               ConvTranspose2DOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto conv = cast<ConvTranspose2DOp>(op);
    SmallVector<Parameter> parameters = conv.getParameters();
    step.setLabel(getLabel(conv, conv.getName(), ""));
    Value x =
        step.getOperand(parameters[0].shape, step.getShaped(conv.getInput()));
    step.setResiduals(op, x);
    Value weight = copyFlipped(step, parameters[0]);
    ArrayRef<int64_t> result = conv.getType().getShape().drop_front();
    SmallVector<int64_t> low, extents;
    for (unsigned axis : {0, 1}) {
      low.push_back(conv.getReach(axis) - conv.getPadding()[2 * axis]);
      extents.push_back(result[axis] + conv.getReach(axis));
    }
    extents.push_back(conv.getInputChannels());
    Value image = spread(step, x, extents, low, conv.getStrides());
    Dims dims = getImageDims(step, image);
    Value product = contract(
        step, {weight, getWeightDims()},
        getWindows(step, image, {1, 1}, conv.getDilations(), dims::kInputs),
        withImage(image, result), dims);
    step.set(conv.getResult(), addBias(step, product, parameters[1].name));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto conv = cast<ConvTranspose2DOp>(op);
    SmallVector<Parameter> parameters = conv.getParameters();
    Value dy = step.getOperand(parameters[0].shape,
                               step.getAdjoint(conv.getResult()).front());
    Value x = step.getResiduals(op).front();
    ArrayRef<int64_t> zeros = conv.getPadding();
    step.flush();
    bool isLearned = step.isLearned(conv.getInput());
    step.setLabel(getLabel(conv, conv.getName(), isLearned ? ".in" : ".grad"));
    Value image =
        addBorder(step, dy, {zeros[0], zeros[2]}, {zeros[1], zeros[3]});
    // The channels of dy are the inputs of this pass.
    Access windows = getWindows(step, image, conv.getStrides(),
                                conv.getDilations(), dims::kInputs);
    if (isLearned) {
      ArrayRef<int64_t> input =
          cast<RankedTensorType>(conv.getInput().getType()).getShape();
      Value dx = contract(
          step, {getWeight(step, parameters[0]), getWeightDims()}, windows,
          withImage(dy, input.drop_front()), getImageDims(step, dy));
      step.addAdjoint(conv.getInput(), dx);
    }
    step.setLabel(getLabel(conv, conv.getName(), ".grad"));
    step.setWord("conv_transpose2d'");
    step.defer([=, &step] {
      step.setGradient(parameters[0].name,
                       contract(step, {x, getImageDims(step, x)}, windows,
                                parameters[0].shape, getWeightDims()));
      setBiasGradient(step, dy, parameters[1].name);
    });
  }
};

} // namespace

void vib::registerWindowModels(MLIRContext *context) {
  Conv2DOp::attachInterface<Conv2DModel>(*context);
  ConvTranspose2DOp::attachInterface<ConvTranspose2DModel>(*context);
}
