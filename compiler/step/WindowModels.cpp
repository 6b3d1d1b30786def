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

static SmallVector<int64_t> getShape(Value tensor) {
  return SmallVector<int64_t>(
      cast<RankedTensorType>(tensor.getType()).getShape());
}

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
static Access getWindows(Value image, ArrayRef<int64_t> strides,
                         ArrayRef<int64_t> dilations, StringRef channels) {
  auto getAxis = [&](StringRef dim, StringRef tap, unsigned axis) {
    return AxisIndex({{dim, strides[axis]}, {tap, dilations[axis]}});
  };
  return Access(image, {dims::kRows, getAxis(dims::kHeight, kTapRows, 0),
                        getAxis(dims::kWidth, kTapColumns, 1), channels});
}

namespace {

struct Conv2DModel
    : DifferentiableOpInterface::ExternalModel<Conv2DModel, Conv2DOp> {
  static Dims getWeightDims() {
    return {kTapRows, kTapColumns, dims::kInputs, dims::kChannels};
  }
  static SmallVector<int64_t, 2> getWeightShape(Conv2DOp conv) {
    return conv.getParameters()[0].shape;
  }
  /// A copy of the weight for the gradient of the input: turned by half a
  /// circle, and with inputs and channels swapped.
  static Value copyFlipped(StepBuilder &step, Conv2DOp conv, Value weight) {
    SmallVector<int64_t, 2> shape = getWeightShape(conv);
    auto getTap = [](StringRef tap, int64_t extent) {
      return AxisIndex({{tap, -1}}, extent - 1);
    };
    Access flipped(weight,
                   {getTap(kTapRows, shape[0]), getTap(kTapColumns, shape[1]),
                    dims::kChannels, dims::kInputs});
    std::swap(shape[2], shape[3]);
    return copyElements(step, flipped,
                        Access(step.empty(shape), getWeightDims()),
                        "flipped weight");
  }

  static StringAttr getLabel(Conv2DOp op, StringRef suffix) {
    return StringAttr::get(op->getContext(), op.getName() + suffix);
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto conv = cast<Conv2DOp>(op);
    SmallVector<Parameter> parameters = conv.getParameters();
    ArrayRef<int64_t> zeros = conv.getPadding();
    step.setLabel(getLabel(conv, ""));
    Value x = addBorder(step, step.getShaped(conv.getInput()),
                        {zeros[0], zeros[2]}, {zeros[1], zeros[3]});
    step.setResiduals(op, x);
    SmallVector<int64_t> shape = getShape(x);
    for (unsigned axis : {1, 2, 3})
      shape[axis] = conv.getType().getDimSize(axis);
    Value product = contract(
        step, {step.getParameter(parameters[0].name), getWeightDims()},
        getWindows(x, conv.getStrides(), conv.getDilations(), dims::kInputs),
        shape, kImageDims);
    step.setWord("bias");
    Value bias = step.getParameter(parameters[1].name);
    step.set(conv.getResult(),
             step.map({{product, kImageDims}, {bias, {dims::kChannels}}},
                      kImageDims,
                      [](ScalarBuilder &scalars, ValueRange elements) {
                        return scalars.add(elements[0], elements[1]);
                      }));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto conv = cast<Conv2DOp>(op);
    Value dy = step.getAdjoint(conv.getResult()).front();
    step.flush();
    if (step.isLearned(conv.getInput())) {
      step.setLabel(getLabel(conv, ".in"));
      step.addAdjoint(conv.getInput(), buildInputGradient(conv, step, dy));
    }
    step.setLabel(getLabel(conv, ".grad"));
    step.setWord("conv2d'");
    Value x = step.getResiduals(op).front();
    step.defer([=, &step] { buildGradients(conv, step, x, dy); });
  }

  /// dx[i] is the sum of dy[h] w[r] over all h * stride + r * dilation -
  /// padding = i. So the flipped kernel runs over dy, whose elements are
  /// `stride` apart.
  static Value buildInputGradient(Conv2DOp conv, StepBuilder &step, Value dy) {
    // The channels of dy are the inputs of this pass.
    Value weight = copyFlipped(step, conv,
                               step.getParameter(conv.getParameters()[0].name));
    SmallVector<int64_t> shape = getShape(dy), low, bordered = shape;
    for (unsigned axis : {0, 1}) {
      shape[axis + 1] = cast<RankedTensorType>(conv.getInput().getType())
                            .getDimSize(axis + 1);
      low.push_back(conv.getReach(axis) - conv.getPadding()[2 * axis]);
      bordered[axis + 1] = shape[axis + 1] + conv.getReach(axis);
    }
    shape[3] = conv.getInputChannels();
    Value image = spread(step, dy, bordered, low, conv.getStrides());
    return contract(
        step, {weight, getWeightDims()},
        getWindows(image, {1, 1}, conv.getDilations(), dims::kInputs), shape,
        kImageDims);
  }

  static void buildGradients(Conv2DOp conv, StepBuilder &step, Value x,
                             Value dy) {
    SmallVector<Parameter> parameters = conv.getParameters();
    step.setGradient(parameters[0].name,
                     contract(step, {dy, kImageDims},
                              getWindows(x, conv.getStrides(),
                                         conv.getDilations(), dims::kInputs),
                              getWeightShape(conv), getWeightDims()));
    step.setWord("bias gradient");
    step.setGradient(parameters[1].name,
                     step.sum({{dy, kImageDims}}, {dims::kChannels},
                              [](ScalarBuilder &, ValueRange elements) {
                                return Value(elements[0]);
                              }));
  }
};

/// The elements of a window are operands of their own, in the order of its
/// rows. A byte stores which one is the maximum, the first if several are.
struct MaxPoolModel
    : DifferentiableOpInterface::ExternalModel<MaxPoolModel, MaxPoolOp> {
  /// linalg takes an index that is a loop alone for the whole dimension. So
  /// that no tap is read like this, an image with strides of 1 gets a border.
  static SmallVector<int64_t> getBorder(MaxPoolOp pool) {
    return {pool.getStrides()[0] == 1, pool.getStrides()[1] == 1};
  }
  /// The axes at which the tensor is indexed for one tap.
  static Access getTap(MaxPoolOp pool, Value tensor, int64_t tap) {
    int64_t columns = pool.getWindow()[1];
    SmallVector<int64_t> border = getBorder(pool);
    auto getAxis = [&](StringRef dim, unsigned axis, int64_t offset) {
      return AxisIndex({{dim, pool.getStrides()[axis]}}, border[axis] + offset);
    };
    return Access(tensor,
                  {dims::kRows, getAxis(dims::kHeight, 0, tap / columns),
                   getAxis(dims::kWidth, 1, tap % columns), dims::kChannels});
  }
  static int64_t getNumTaps(MaxPoolOp pool) {
    return pool.getWindow()[0] * pool.getWindow()[1];
  }
  static Value getByte(ScalarBuilder &scalars, int64_t value) {
    OpBuilder &builder = scalars.getBuilder();
    return arith::ConstantOp::create(
        builder, scalars.getLoc(),
        builder.getIntegerAttr(builder.getI8Type(),
                               APInt(8, static_cast<uint64_t>(value))));
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto pool = cast<MaxPoolOp>(op);
    Value x = step.getShaped(pool.getInput());
    x = addBorder(step, x, getBorder(pool), {0, 0});
    SmallVector<int64_t> shape = getShape(x);
    for (unsigned axis : {1, 2})
      shape[axis] = pool.getType().getDimSize(axis);
    SmallVector<Access> inputs;
    for (int64_t tap = 0; tap != getNumTaps(pool); ++tap)
      inputs.push_back(getTap(pool, x, tap));
    SmallVector<Access> outputs = {Access(step.empty(shape), kImageDims)};
    bool stores = step.isTraining() && step.isLearned(pool.getInput());
    if (stores)
      outputs.push_back(
          Access(step.empty(shape, step.getBuilder().getI8Type()), kImageDims));
    SmallVector<Value> results = step.generic(
        inputs, outputs, [&](ScalarBuilder &scalars, ValueRange elements) {
          Value most = elements[0], where;
          if (stores)
            where = getByte(scalars, 0);
          for (int64_t tap = 1; tap != getNumTaps(pool); ++tap) {
            if (stores) {
              Value isMore = scalars.compare(arith::CmpFPredicate::OGT,
                                             elements[tap], most);
              where = scalars.select(isMore, getByte(scalars, tap), where);
            }
            most = scalars.max(most, elements[tap]);
          }
          SmallVector<Value> values = {most};
          if (stores)
            values.push_back(where);
          return values;
        });
    step.set(pool.getResult(), results[0]);
    step.setResiduals(op, ArrayRef(results).drop_front());
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto pool = cast<MaxPoolOp>(op);
    if (!step.isLearned(pool.getInput()))
      return;
    Value dy = step.getAdjoint(pool.getResult()).front();
    Value where = step.getResiduals(op).front();
    SmallVector<int64_t> border = getBorder(pool);
    SmallVector<int64_t> shape = getShape(step.getTensor(pool.getInput()));
    for (unsigned axis : {0, 1})
      shape[axis + 1] += border[axis];
    Value dx = step.zeros(shape);
    for (int64_t tap = 0; tap != getNumTaps(pool); ++tap)
      dx = step.generic(
                   {{dy, kImageDims}, {where, kImageDims}},
                   {getTap(pool, dx, tap)},
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     Value isTap =
                         scalars.compare(arith::CmpIPredicate::eq, elements[1],
                                         getByte(scalars, tap));
                     Value part = scalars.select(isTap, elements[0],
                                                 scalars.constant(0.0));
                     return SmallVector<Value>{scalars.add(elements[2], part)};
                   })
               .front();
    step.setDims(dx, kImageDims);
    if (border[0] || border[1])
      dx = removeBorder(step, dx, border);
    step.addAdjoint(pool.getInput(), dx);
  }
};

} // namespace

void vib::registerWindowModels(MLIRContext *context) {
  Conv2DOp::attachInterface<Conv2DModel>(*context);
  MaxPoolOp::attachInterface<MaxPoolModel>(*context);
}
