//===- ShapeModels.cpp - The step of layers that move elements --*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// These layers compute nothing. Their adjoints move back in the same way.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/Images.h"
#include "dialect/VibVerify.h"

using namespace mlir;
using namespace vib;

static ArrayRef<int64_t> getShape(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

static int64_t getWidth(Value tensor) { return getShape(tensor).back(); }

static bool hasSamples(StepBuilder &step, Value tensor) {
  return llvm::is_contained(step.getDims(tensor), dims::kSamples);
}

/// Whether an example has one dimension. So has the input of a model.
static bool isFlat(StepBuilder &step, Value tensor) {
  Dims dims = step.getDims(tensor);
  llvm::erase(dims, dims::kSamples);
  return dims.size() == 2;
}

namespace {

/// A feature map is copied in the order of PyTorch, which has its channels
/// first. Nothing is computed for what is flat.
struct FlattenModel
    : DifferentiableOpInterface::ExternalModel<FlattenModel, FlattenOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto flatten = cast<FlattenOp>(op);
    Value x = step.getTensor(flatten.getInput());
    if (isFlat(step, x))
      return step.set(flatten.getResult(), x);
    bool isMap = isFeatureMap(flatten.getInput());
    step.set(flatten.getResult(), isMap || hasSamples(step, x)
                                      ? flattenExamples(step, x, isMap)
                                      : step.flatten(x));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto flatten = cast<FlattenOp>(op);
    if (!step.isLearned(flatten.getInput()))
      return;
    Value x = step.getTensor(flatten.getInput());
    Value dy = step.getAdjoint(flatten.getResult()).front();
    bool isMap = isFeatureMap(flatten.getInput());
    if (!isFlat(step, x))
      dy = isMap || hasSamples(step, x)
               ? unflattenExamples(
                     step, dy, getShape(flatten.getInput()).drop_front(), isMap)
               : step.unflatten(dy, getShape(x), step.getDims(x));
    step.addAdjoint(flatten.getInput(), dy);
  }
};

/// What is not flat is flattened in its row-major order first.
struct ReshapeModel
    : DifferentiableOpInterface::ExternalModel<ReshapeModel, ReshapeOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto reshape = cast<ReshapeOp>(op);
    Value x = step.getTensor(reshape.getInput());
    if (!isFlat(step, x))
      x = flattenExamples(step, x, /*channelsFirst=*/false);
    ArrayRef<int64_t> example = getShape(reshape.getResult()).drop_front();
    step.set(
        reshape.getResult(),
        example.size() == 1
            ? x
            : unflattenExamples(step, x, example, reshape.getChannelsFirst()));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto reshape = cast<ReshapeOp>(op);
    if (!step.isLearned(reshape.getInput()))
      return;
    Value x = step.getTensor(reshape.getInput());
    Value dy = step.getAdjoint(reshape.getResult()).front();
    if (!isFlat(step, dy))
      dy = flattenExamples(step, dy, reshape.getChannelsFirst());
    if (!isFlat(step, x))
      dy =
          unflattenExamples(step, dy, getShape(reshape.getInput()).drop_front(),
                            /*channelsFirst=*/false);
    step.setDims(dy, step.getDims(x));
    step.addAdjoint(reshape.getInput(), dy);
  }
};

struct ConcatModel
    : DifferentiableOpInterface::ExternalModel<ConcatModel, ConcatOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto concat = cast<ConcatOp>(op);
    SmallVector<Value> parts;
    for (Value input : concat.getInputs())
      parts.push_back(step.getShaped(input));
    step.set(concat.getResult(),
             step.concatenate(parts, step.getDims(parts.front()).back()));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto concat = cast<ConcatOp>(op);
    Value dy = step.getAdjoint(concat.getResult()).front();
    int64_t offset = 0;
    for (Value input : concat.getInputs()) {
      int64_t width = getWidth(input);
      if (step.isLearned(input)) {
        Value x = step.getShaped(input);
        Value dx = step.slice(dy, offset, width, step.getDims(x).back());
        step.setDims(dx, step.getDims(x));
        step.addAdjoint(input, dx);
      }
      offset += width;
    }
  }
};

struct SliceModel
    : DifferentiableOpInterface::ExternalModel<SliceModel, SliceOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto slice = cast<SliceOp>(op);
    Value x = step.getShaped(slice.getInput());
    step.set(slice.getResult(),
             step.slice(x, slice.getBegin(), getWidth(slice.getResult()),
                        step.getDims(x).back()));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto slice = cast<SliceOp>(op);
    if (!step.isLearned(slice.getInput()))
      return;
    Value x = step.getShaped(slice.getInput());
    Value dy = step.getAdjoint(slice.getResult()).front();
    Value zeros = step.zeros(getShape(x));
    step.setDims(zeros, step.getDims(x));
    step.addAdjoint(slice.getInput(),
                    step.insertFeatures(dy, zeros, slice.getBegin()));
  }
};

/// Behind the bottleneck, a training step has a copy for each sample.
struct BypassModel
    : DifferentiableOpInterface::ExternalModel<BypassModel, BypassOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto bypass = cast<BypassOp>(op);
    Value x = step.getShaped(bypass.getInput());
    int64_t samples =
        getSamples(op->getParentOfType<ModelOp>()).front().getSamples();
    if (!step.isTraining() || samples == 1)
      return step.set(bypass.getResult(), x);
    Dims dims = step.getDims(x), all = dims;
    all.insert(all.begin(), dims::kSamples);
    SmallVector<int64_t> shape(getShape(x));
    shape.insert(shape.begin(), samples);
    step.set(bypass.getResult(),
             step.copy({x, dims}, {step.empty(shape), all}));
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto bypass = cast<BypassOp>(op);
    if (!step.isLearned(bypass.getInput()))
      return;
    Value dy = step.getAdjoint(bypass.getResult()).front();
    Dims dims = step.getDims(dy), rows = dims;
    llvm::erase(rows, dims::kSamples);
    if (rows.size() != dims.size())
      dy = step.sum({{dy, dims}}, rows,
                    [](ScalarBuilder &, ValueRange elements) -> Value {
                      return elements[0];
                    });
    step.addAdjoint(bypass.getInput(), dy);
  }
};

} // namespace

void vib::registerShapeModels(MLIRContext *context) {
  BypassOp::attachInterface<BypassModel>(*context);
  FlattenOp::attachInterface<FlattenModel>(*context);
  ReshapeOp::attachInterface<ReshapeModel>(*context);
  ConcatOp::attachInterface<ConcatModel>(*context);
  SliceOp::attachInterface<SliceModel>(*context);
}
