//===- Images.cpp - Tensors of images in the step ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/Images.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

Value vib::copyElements(StepBuilder &step, Access from, Access to,
                        StringRef what) {
  StringAttr word = step.getWord();
  step.setWord(what);
  Value result = step.copy(from, to);
  step.setWord(word);
  return result;
}

/// The index of an element of an image in the order channels, height, width.
static AxisIndex getChannelsFirst(ArrayRef<int64_t> shape) {
  return AxisIndex({{dims::kChannels, shape[1] * shape[2]},
                    {dims::kHeight, shape[2]},
                    {dims::kWidth, 1}});
}

Value vib::flattenImage(StepBuilder &step, Value image) {
  auto type = cast<RankedTensorType>(image.getType());
  ArrayRef<int64_t> shape = type.getShape();
  Value flat =
      copyElements(step, {image, kImageDims},
                   {step.empty({shape[0], shape[1] * shape[2] * shape[3]},
                               type.getElementType()),
                    {dims::kRows, getChannelsFirst(shape)}},
                   "flatten");
  step.setDims(flat, {dims::kRows, dims::kFeatures});
  return flat;
}

Value vib::unflattenImage(StepBuilder &step, Value flat,
                          ArrayRef<int64_t> shape) {
  Type element = cast<RankedTensorType>(flat.getType()).getElementType();
  return copyElements(step, {flat, {dims::kRows, getChannelsFirst(shape)}},
                      {step.empty(shape, element), kImageDims}, "flatten'");
}

Value vib::addBorder(StepBuilder &step, Value image, ArrayRef<int64_t> low,
                     ArrayRef<int64_t> high) {
  SmallVector<int64_t> shape(
      cast<RankedTensorType>(image.getType()).getShape());
  for (unsigned axis : {0, 1})
    shape[axis + 1] += low[axis] + high[axis];
  return spread(step, image, shape, low, {1, 1});
}

/// Writes the image into one of zeros, `low` from its beginning.
static Value insert(StepBuilder &step, Value image, ArrayRef<int64_t> shape,
                    ArrayRef<int64_t> low) {
  OpBuilder &builder = step.getBuilder();
  Value border = step.zeros(shape);
  SmallVector<OpFoldResult> offsets, sizes, ones;
  for (int64_t offset : {int64_t(0), low[0], low[1], int64_t(0)})
    offsets.push_back(builder.getIndexAttr(offset));
  for (int64_t size : cast<RankedTensorType>(image.getType()).getShape()) {
    sizes.push_back(builder.getIndexAttr(size));
    ones.push_back(builder.getIndexAttr(1));
  }
  auto insert = tensor::InsertSliceOp::create(builder, step.getLoc(), image,
                                              border, offsets, sizes, ones);
  insert->setAttr(kLabelAttrName, step.getLabel());
  insert->setAttr(kWordAttrName, builder.getStringAttr("border"));
  step.setDims(insert, kImageDims);
  return insert;
}

Value vib::spread(StepBuilder &step, Value image, ArrayRef<int64_t> shape,
                  ArrayRef<int64_t> low, ArrayRef<int64_t> strides) {
  SmallVector<int64_t> spreadShape(
      cast<RankedTensorType>(image.getType()).getShape());
  SmallVector<int64_t> rest(low);
  SmallVector<AxisIndex> axes(std::begin(kImageDims), std::end(kImageDims));
  for (unsigned axis : {0, 1}) {
    if (strides[axis] == 1)
      continue;
    axes[axis + 1] =
        AxisIndex({{kImageDims[axis + 1], strides[axis]}}, low[axis]);
    spreadShape[axis + 1] = shape[axis + 1];
    rest[axis] = 0;
  }
  if (strides[0] != 1 || strides[1] != 1) {
    StringAttr word = step.getWord();
    step.setWord("border");
    // It adds to the zeros, because what it leaves as it is must be kept.
    image = step.generic({{image, kImageDims}},
                         {Access(step.zeros(spreadShape), axes)},
                         [](ScalarBuilder &scalars, ValueRange elements) {
                           return SmallVector<Value>{
                               scalars.add(elements[1], elements[0])};
                         })
                .front();
    step.setWord(word);
    step.setDims(image, kImageDims);
  }
  return ArrayRef(spreadShape) == shape ? image
                                        : insert(step, image, shape, rest);
}

Value vib::removeBorder(StepBuilder &step, Value image, ArrayRef<int64_t> low) {
  OpBuilder &builder = step.getBuilder();
  SmallVector<OpFoldResult> offsets, sizes, ones;
  SmallVector<int64_t> all = {0, low[0], low[1], 0};
  ArrayRef<int64_t> shape = cast<RankedTensorType>(image.getType()).getShape();
  for (auto [offset, size] : llvm::zip_equal(all, shape)) {
    offsets.push_back(builder.getIndexAttr(offset));
    sizes.push_back(builder.getIndexAttr(size - offset));
    ones.push_back(builder.getIndexAttr(1));
  }
  Value inner = tensor::ExtractSliceOp::create(builder, step.getLoc(), image,
                                               offsets, sizes, ones);
  inner.getDefiningOp()->setAttr(kLabelAttrName, step.getLabel());
  step.setDims(inner, kImageDims);
  return inner;
}
