//===- PoolModels.cpp - The step of pooling ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The elements of a window are operands of their own, in the order of its rows,
// so that pooling is elementwise. In the backward pass each of them gets its
// part of the adjoint, in a loop nest of its own.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/Images.h"
#include "dialect/Vib.h"

using namespace mlir;
using namespace vib;

namespace {

/// The windows of an image in the order of their rows and columns.
class Taps {
public:
  template <typename OpTy>
  explicit Taps(OpTy pool)
      : input(pool.getInput()), result(pool.getResult()),
        window(pool.getWindow()), strides(pool.getStrides()) {}

  int64_t size() const { return window[0] * window[1]; }

  /// linalg takes an index that is a loop alone for the whole dimension. So
  /// that no tap is read like this, an image with strides of 1 gets a border.
  SmallVector<int64_t> getBorder() const {
    return {strides[0] == 1, strides[1] == 1};
  }

  /// How a tensor with the border is indexed for one element of the windows.
  Access get(StepBuilder &step, Value tensor, int64_t tap) const {
    SmallVector<int64_t> border = getBorder();
    auto getAxis = [&](StringRef dim, unsigned axis, int64_t offset) {
      return AxisIndex({{dim, strides[axis]}}, border[axis] + offset);
    };
    SmallVector<AxisIndex> axes = getImageAxes(step, tensor);
    size_t height = axes.size() - 3;
    axes[height] = getAxis(dims::kHeight, 0, tap / window[1]);
    axes[height + 1] = getAxis(dims::kWidth, 1, tap % window[1]);
    return Access(tensor, axes);
  }

  /// Computes tensors of `elements`, one for each type, of all windows. `body`
  /// gets the elements of a window.
  SmallVector<Value> map(StepBuilder &step, TypeRange elements,
                         LinalgBuilder::Body body) const {
    Value x = addBorder(step, step.getShaped(input), getBorder(), {0, 0});
    Dims dims = getImageDims(step, x);
    SmallVector<int64_t> shape = withImage(
        x, cast<RankedTensorType>(result.getType()).getShape().drop_front());
    SmallVector<Access> inputs, outputs;
    for (int64_t tap = 0; tap != size(); ++tap)
      inputs.push_back(get(step, x, tap));
    for (Type element : elements)
      outputs.push_back(Access(step.empty(shape, element), dims));
    return step.generic(inputs, outputs, body);
  }

  /// Adds to the adjoint of the input what `body` returns for each element of a
  /// window. `body` gets the elements of `operands` for the window.
  void pull(StepBuilder &step, ValueRange operands,
            llvm::function_ref<Value(ScalarBuilder &, ValueRange, int64_t)>
                body) const {
    Dims dims = getImageDims(step, operands.front());
    SmallVector<Access> inputs;
    for (Value operand : operands)
      inputs.push_back(Access(operand, dims));
    SmallVector<int64_t> border = getBorder();
    SmallVector<int64_t> image(
        cast<RankedTensorType>(input.getType()).getShape().drop_front());
    for (unsigned axis : {0, 1})
      image[axis] += border[axis];
    Value dx = step.zeros(withImage(operands.front(), image));
    for (int64_t tap = 0; tap != size(); ++tap) {
      step.setDims(dx, dims);
      dx = step.generic(inputs, {get(step, dx, tap)},
                        [&](ScalarBuilder &scalars, ValueRange elements) {
                          Value part = body(scalars, elements.drop_back(), tap);
                          return SmallVector<Value>{
                              scalars.add(elements.back(), part)};
                        })
               .front();
    }
    step.setDims(dx, dims);
    if (border[0] || border[1])
      dx = removeBorder(step, dx, border);
    step.addAdjoint(input, dx);
  }

private:
  Value input, result;
  SmallVector<int64_t> window, strides;
};

/// A byte stores which element is the maximum, the first if several are.
struct MaxPoolModel
    : DifferentiableOpInterface::ExternalModel<MaxPoolModel, MaxPoolOp> {
  static Value getByte(ScalarBuilder &scalars, int64_t value) {
    OpBuilder &builder = scalars.getBuilder();
    return arith::ConstantOp::create(
        builder, scalars.getLoc(),
        builder.getIntegerAttr(builder.getI8Type(),
                               APInt(8, static_cast<uint64_t>(value))));
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto pool = cast<MaxPoolOp>(op);
    Taps taps(pool);
    SmallVector<Type> types = {step.getType()};
    bool stores = step.storesResiduals() && step.isLearned(pool.getInput());
    if (stores)
      types.push_back(step.getBuilder().getI8Type());
    SmallVector<Value> results =
        taps.map(step, types, [&](ScalarBuilder &scalars, ValueRange elements) {
          Value most = elements[0], where;
          if (stores)
            where = getByte(scalars, 0);
          for (int64_t tap = 1; tap != taps.size(); ++tap) {
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
    step.setDims(where, getImageDims(step, dy));
    Taps(pool).pull(
        step, {dy, where},
        [](ScalarBuilder &scalars, ValueRange elements, int64_t tap) {
          Value isTap = scalars.compare(arith::CmpIPredicate::eq, elements[1],
                                        getByte(scalars, tap));
          return scalars.select(isTap, elements[0], scalars.constant(0.0));
        });
  }
};

struct AvgPoolModel
    : DifferentiableOpInterface::ExternalModel<AvgPoolModel, AvgPoolOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto pool = cast<AvgPoolOp>(op);
    Taps taps(pool);
    SmallVector<Value> results = taps.map(
        step, step.getType(), [&](ScalarBuilder &scalars, ValueRange elements) {
          Value sum = elements[0];
          for (Value element : elements.slice(1, taps.size() - 1))
            sum = scalars.add(sum, element);
          return SmallVector<Value>{
              scalars.mul(sum, 1.0 / double(taps.size()))};
        });
    step.set(pool.getResult(), results);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto pool = cast<AvgPoolOp>(op);
    if (!step.isLearned(pool.getInput()))
      return;
    Value dy = step.getAdjoint(pool.getResult()).front();
    Taps taps(pool);
    taps.pull(step, dy,
              [&](ScalarBuilder &scalars, ValueRange elements, int64_t) {
                return scalars.mul(elements[0], 1.0 / double(taps.size()));
              });
  }
};

struct GlobalAvgPoolModel
    : DifferentiableOpInterface::ExternalModel<GlobalAvgPoolModel,
                                               GlobalAvgPoolOp> {
  /// The factor of each element.
  static double getPart(GlobalAvgPoolOp pool) {
    auto type = cast<RankedTensorType>(pool.getInput().getType());
    return 1.0 / (double(type.getDimSize(1)) * double(type.getDimSize(2)));
  }
  /// The dimensions of the result, given those of the image.
  static Dims getResultDims(ArrayRef<StringRef> image) {
    Dims dims(image.drop_back(3));
    dims.push_back(image.back());
    return dims;
  }

  void buildForward(Operation *op, StepBuilder &step) const {
    auto pool = cast<GlobalAvgPoolOp>(op);
    Value x = step.getShaped(pool.getInput());
    Dims dims = getImageDims(step, x);
    step.set(pool.getResult(),
             step.sum({{x, dims}}, getResultDims(dims),
                      [&](ScalarBuilder &scalars, ValueRange elements) {
                        return scalars.mul(elements[0], getPart(pool));
                      }));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto pool = cast<GlobalAvgPoolOp>(op);
    if (!step.isLearned(pool.getInput()))
      return;
    Value dy = step.getAdjoint(pool.getResult()).front();
    Value x = step.getShaped(pool.getInput());
    Dims dims = getImageDims(step, x);
    ArrayRef<int64_t> shape = cast<RankedTensorType>(x.getType()).getShape();
    step.addAdjoint(
        pool.getInput(),
        step.generic({{dy, getResultDims(dims)}},
                     {Access(step.empty(shape), dims)},
                     [&](ScalarBuilder &scalars, ValueRange elements) {
                       return SmallVector<Value>{
                           scalars.mul(elements[0], getPart(pool))};
                     }));
  }
};

} // namespace

void vib::registerPoolModels(MLIRContext *context) {
  MaxPoolOp::attachInterface<MaxPoolModel>(*context);
  AvgPoolOp::attachInterface<AvgPoolModel>(*context);
  GlobalAvgPoolOp::attachInterface<GlobalAvgPoolModel>(*context);
}
