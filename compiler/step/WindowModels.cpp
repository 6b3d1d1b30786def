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

namespace {
/// The channels of a convolution in groups: a group computes `outputs` channels
/// from `inputs` others, which no other group reads.
struct Groups {
  int64_t count, inputs, outputs;

  /// Those of the gradient of the input.
  Groups swap() const { return {count, outputs, inputs}; }
  /// Whether an output has an index of its group and one within its group.
  bool isSplit() const { return count != 1 && outputs != 1; }
};
} // namespace

/// The index of a channel that a window reads. One input of a group, as those
/// of a depthwise convolution have, is the group.
static AxisIndex getInputIndex(const Groups &groups) {
  StringRef group = groups.isSplit() ? dims::kGroups : dims::kChannels;
  if (groups.count == 1)
    return AxisIndex(dims::kInputs);
  if (groups.inputs == 1)
    return AxisIndex(group);
  return AxisIndex({{group, groups.inputs}, {dims::kInputs, 1}});
}

/// The index of an output that has one of its group and one within its group.
static AxisIndex getOutputIndex(const Groups &groups) {
  return AxisIndex({{dims::kGroups, groups.outputs}, {dims::kChannels, 1}});
}

/// How an image with a border is read: at height * stride + tap * dilation.
static Access getWindows(StepBuilder &step, Value image,
                         ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                         const Groups &groups) {
  auto getAxis = [&](StringRef dim, StringRef tap, unsigned axis) {
    return AxisIndex({{dim, strides[axis]}, {tap, dilations[axis]}});
  };
  SmallVector<AxisIndex> axes = getImageAxes(step, image);
  size_t height = axes.size() - 3;
  axes[height] = getAxis(dims::kHeight, kTapRows, 0);
  axes[height + 1] = getAxis(dims::kWidth, kTapColumns, 1);
  axes[height + 2] = getInputIndex(groups);
  return Access(image, axes);
}

/// Divides the last of the dimensions, the outputs, into groups.
static void splitOutputs(const Groups &groups, Dims &names,
                         SmallVectorImpl<int64_t> &shape) {
  if (!groups.isSplit())
    return;
  names.insert(std::prev(names.end()), dims::kGroups);
  shape.back() = groups.count;
  shape.push_back(groups.outputs);
}

/// A copy of a tensor whose last dimension is divided into groups; the tensor
/// if it need not be. `names` become those of the copy.
static Value splitOutputs(StepBuilder &step, Value tensor, const Groups &groups,
                          Dims &names) {
  if (!groups.isSplit())
    return tensor;
  SmallVector<AxisIndex> axes(names.begin(), names.end());
  axes.back() = getOutputIndex(groups);
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(tensor.getType()).getShape());
  splitOutputs(groups, names, shape);
  return copyElements(step, Access(tensor, axes),
                      Access(step.empty(shape), names), "groups");
}

/// The reverse, of the tensor that a contraction has computed.
static Value joinOutputs(StepBuilder &step, Value tensor, const Groups &groups,
                         ArrayRef<StringRef> names) {
  if (!groups.isSplit())
    return tensor;
  SmallVector<AxisIndex> axes(names.begin(), names.end());
  axes.back() = getOutputIndex(groups);
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(tensor.getType()).getShape());
  shape.pop_back();
  shape.back() *= groups.outputs;
  Value joined = copyElements(step, Access(tensor, step.getDims(tensor)),
                              Access(step.empty(shape), axes), "groups'");
  step.setDims(joined, names);
  return joined;
}

/// The dimensions of a weight as a contraction reads it, whose columns are
/// channels.
static Dims getWeightDims() {
  return {kTapRows, kTapColumns, dims::kInputs, dims::kChannels};
}

/// The form of a tensor that the contractions of a layer read. Those in groups
/// do not round it, because a group is narrow.
static Value getOperand(StepBuilder &step, const Groups &groups,
                        ArrayRef<int64_t> weightShape, Value tensor) {
  return groups.count == 1 ? step.getOperand(weightShape, tensor) : tensor;
}

/// A weight as a contraction reads it.
static Access getWeight(StepBuilder &step, const Parameter &parameter,
                        const Groups &groups) {
  Dims names = getWeightDims();
  Value weight = step.getParameter(parameter.name);
  step.setDims(weight, names);
  weight = getOperand(step, groups, parameter.shape, weight);
  weight = splitOutputs(step, weight, groups, names);
  return Access(weight, names);
}

/// The windows of an image, times the weight: images of the shape `result`.
static Value convolve(StepBuilder &step, const Access &weight,
                      const Groups &groups, Value image,
                      ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations,
                      ArrayRef<int64_t> result) {
  Dims names = getImageDims(step, image), split(names);
  SmallVector<int64_t> shape = withImage(image, result);
  splitOutputs(groups, split, shape);
  Value product = contract(step, weight,
                           getWindows(step, image, strides, dilations, groups),
                           shape, split);
  return joinOutputs(step, product, groups, names);
}

/// The gradient of a weight of this shape, given the adjoint of what the
/// windows times the weight are.
static Value correlate(StepBuilder &step, Value dy, const Groups &groups,
                       const Access &windows, ArrayRef<int64_t> weightShape) {
  Dims names = getImageDims(step, dy), weightDims = getWeightDims();
  SmallVector<int64_t> shape(weightShape);
  splitOutputs(groups, weightDims, shape);
  dy = splitOutputs(step, dy, groups, names);
  Value gradient = contract(step, {dy, names}, windows, shape, weightDims);
  return joinOutputs(step, gradient, groups, getWeightDims());
}

/// A copy of a weight, turned by half a circle, and with inputs and outputs of
/// each group swapped, as a contraction reads it.
static Access copyFlipped(StepBuilder &step, const Parameter &parameter,
                          const Groups &groups) {
  Value weight = step.getParameter(parameter.name);
  SmallVector<int64_t, 2> shape = parameter.shape;
  auto getTap = [](StringRef tap, int64_t extent) {
    return AxisIndex({{tap, -1}}, extent - 1);
  };
  SmallVector<AxisIndex> from = {getTap(kTapRows, shape[0]),
                                 getTap(kTapColumns, shape[1]), dims::kChannels,
                                 dims::kInputs};
  Dims to = getWeightDims();
  shape = {shape[0], shape[1], groups.outputs, groups.count * groups.inputs};
  Groups swapped = groups.swap();
  if (swapped.isSplit()) {
    from.back() =
        AxisIndex({{dims::kGroups, groups.outputs}, {dims::kInputs, 1}});
    splitOutputs(swapped, to, shape);
  } else if (groups.count != 1) {
    // The only input of each group, which the result does not have.
    from[2] = dims::kFeatures;
    from.back() =
        AxisIndex({{dims::kChannels, groups.outputs}, {dims::kInputs, 1}});
  }
  Value flipped = copyElements(step, Access(weight, from),
                               Access(step.empty(shape), to), "flipped weight");
  return Access(getOperand(step, groups, shape, flipped), to);
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
  static SmallVector<int64_t, 2> getWeightShape(Conv2DOp conv) {
    return conv.getParameters()[0].shape;
  }

  static Groups getGroups(Conv2DOp conv) {
    int64_t count = conv.getNumGroups();
    return {count, conv.getInputChannels() / count, conv.getChannels() / count};
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto conv = cast<Conv2DOp>(op);
    SmallVector<Parameter> parameters = conv.getParameters();
    ArrayRef<int64_t> zeros = conv.getPadding();
    step.setLabel(getLabel(conv, conv.getName(), ""));
    Groups groups = getGroups(conv);
    Value x = getOperand(step, groups, parameters[0].shape,
                         addBorder(step, step.getShaped(conv.getInput()),
                                   {zeros[0], zeros[2]}, {zeros[1], zeros[3]}));
    step.setResiduals(op, x);
    Value product = convolve(step, getWeight(step, parameters[0], groups),
                             groups, x, conv.getStrides(), conv.getDilations(),
                             conv.getType().getShape().drop_front());
    step.set(conv.getResult(), addBias(step, product, parameters[1].name));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto conv = cast<Conv2DOp>(op);
    Value dy = getOperand(step, getGroups(conv), getWeightShape(conv),
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
    Access weight = copyFlipped(step, conv.getParameters()[0], getGroups(conv));
    ArrayRef<int64_t> input =
        cast<RankedTensorType>(conv.getInput().getType()).getShape();
    SmallVector<int64_t> low, extents;
    for (unsigned axis : {0, 1}) {
      low.push_back(conv.getReach(axis) - conv.getPadding()[2 * axis]);
      extents.push_back(input[axis + 1] + conv.getReach(axis));
    }
    extents.push_back(conv.getChannels());
    Value image = spread(step, dy, extents, low, conv.getStrides());
    return convolve(step, weight, getGroups(conv).swap(), image, {1, 1},
                    conv.getDilations(), input.drop_front());
  }

  static void buildGradients(Conv2DOp conv, StepBuilder &step, Value x,
                             Value dy) {
    SmallVector<Parameter> parameters = conv.getParameters();
    Groups groups = getGroups(conv);
    Access windows =
        getWindows(step, x, conv.getStrides(), conv.getDilations(), groups);
    step.setGradient(parameters[0].name, correlate(step, dy, groups, windows,
                                                   getWeightShape(conv)));
    setBiasGradient(step, dy, parameters[1].name);
  }
};

/// The forward pass is the gradient of a convolution's input, and the other way
/// around.
struct ConvTranspose2DModel
    : DifferentiableOpInterface::ExternalModel<ConvTranspose2DModel,
                                               ConvTranspose2DOp> {
  /// Those of the convolution, which reads the result.
  static Groups getGroups(ConvTranspose2DOp conv) {
    int64_t count = conv.getNumGroups();
    return {count, conv.getChannels() / count, conv.getInputChannels() / count};
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto conv = cast<ConvTranspose2DOp>(op);
    SmallVector<Parameter> parameters = conv.getParameters();
    step.setLabel(getLabel(conv, conv.getName(), ""));
    Value x = getOperand(step, getGroups(conv), parameters[0].shape,
                         step.getShaped(conv.getInput()));
    step.setResiduals(op, x);
    Access weight = copyFlipped(step, parameters[0], getGroups(conv));
    ArrayRef<int64_t> result = conv.getType().getShape().drop_front();
    SmallVector<int64_t> low, extents;
    for (unsigned axis : {0, 1}) {
      low.push_back(conv.getReach(axis) - conv.getPadding()[2 * axis]);
      extents.push_back(result[axis] + conv.getReach(axis));
    }
    extents.push_back(conv.getInputChannels());
    Value image = spread(step, x, extents, low, conv.getStrides());
    Value product = convolve(step, weight, getGroups(conv).swap(), image,
                             {1, 1}, conv.getDilations(), result);
    step.set(conv.getResult(), addBias(step, product, parameters[1].name));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto conv = cast<ConvTranspose2DOp>(op);
    SmallVector<Parameter> parameters = conv.getParameters();
    Groups groups = getGroups(conv);
    Value dy = getOperand(step, groups, parameters[0].shape,
                          step.getAdjoint(conv.getResult()).front());
    Value x = step.getResiduals(op).front();
    ArrayRef<int64_t> zeros = conv.getPadding();
    step.flush();
    bool isLearned = step.isLearned(conv.getInput());
    step.setLabel(getLabel(conv, conv.getName(), isLearned ? ".in" : ".grad"));
    Value image =
        addBorder(step, dy, {zeros[0], zeros[2]}, {zeros[1], zeros[3]});
    // The channels of dy are the inputs of this pass.
    if (isLearned) {
      ArrayRef<int64_t> input =
          cast<RankedTensorType>(conv.getInput().getType()).getShape();
      Value dx =
          convolve(step, getWeight(step, parameters[0], groups), groups, image,
                   conv.getStrides(), conv.getDilations(), input.drop_front());
      step.addAdjoint(conv.getInput(), dx);
    }
    step.setLabel(getLabel(conv, conv.getName(), ".grad"));
    step.setWord("conv_transpose2d'");
    step.defer([=, &step]() mutable {
      Access windows = getWindows(step, image, conv.getStrides(),
                                  conv.getDilations(), groups);
      step.setGradient(parameters[0].name, correlate(step, x, groups, windows,
                                                     parameters[0].shape));
      setBiasGradient(step, dy, parameters[1].name);
    });
  }
};

} // namespace

void vib::registerWindowModels(MLIRContext *context) {
  Conv2DOp::attachInterface<Conv2DModel>(*context);
  ConvTranspose2DOp::attachInterface<ConvTranspose2DModel>(*context);
}
