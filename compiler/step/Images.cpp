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

static ArrayRef<int64_t> getShape(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getShape();
}

Dims vib::getImageDims(StepBuilder &step, Value images) {
  Dims dims(ArrayRef(step.getDims(images)).drop_back(3));
  dims.append({dims::kHeight, dims::kWidth, dims::kChannels});
  return dims;
}

SmallVector<AxisIndex> vib::getImageAxes(StepBuilder &step, Value images) {
  Dims dims = getImageDims(step, images);
  return SmallVector<AxisIndex>(dims.begin(), dims.end());
}

SmallVector<int64_t> vib::withImage(Value images, ArrayRef<int64_t> image) {
  SmallVector<int64_t> shape(getShape(images).drop_back(3));
  llvm::append_range(shape, image);
  return shape;
}

Value vib::copyElements(StepBuilder &step, Access from, Access to,
                        StringRef what) {
  StringAttr word = step.getWord();
  step.setWord(what);
  Value result = step.copy(from, to);
  step.setWord(word);
  return result;
}

/// The index of an element of an example whose dimensions have the names
/// `names`, when all are one.
static AxisIndex getFlatIndex(ArrayRef<int64_t> example,
                              ArrayRef<StringRef> names, bool channelsFirst) {
  if (channelsFirst)
    return AxisIndex({{dims::kChannels, example[0] * example[1]},
                      {dims::kHeight, example[1]},
                      {dims::kWidth, 1}});
  SmallVector<AxisIndex::Term> terms;
  int64_t factor = 1;
  for (auto [name, size] : llvm::reverse(llvm::zip_equal(names, example))) {
    terms.insert(terms.begin(), {name, factor});
    factor *= size;
  }
  return AxisIndex(terms);
}

/// The names of the dimensions before an example: rows, or samples and rows.
static Dims getRowDims(ArrayRef<StringRef> dims) {
  return Dims(dims.take_while([](StringRef dim) {
    return dim == dims::kSamples || dim == dims::kRows;
  }));
}

static SmallVector<AxisIndex> append(ArrayRef<StringRef> dims,
                                     const AxisIndex &last) {
  SmallVector<AxisIndex> axes(dims.begin(), dims.end());
  axes.push_back(last);
  return axes;
}

Value vib::flattenExamples(StepBuilder &step, Value tensor,
                           bool channelsFirst) {
  ArrayRef<int64_t> shape = getShape(tensor);
  Dims names =
      channelsFirst ? getImageDims(step, tensor) : step.getDims(tensor);
  Dims rows = getRowDims(names);
  ArrayRef<int64_t> example = shape.drop_front(rows.size());
  SmallVector<int64_t> flatShape(shape.take_front(rows.size()));
  flatShape.push_back(ShapedType::getNumElements(example));
  AxisIndex index = getFlatIndex(
      example, ArrayRef(names).drop_front(rows.size()), channelsFirst);
  Value empty = step.empty(
      flatShape, cast<RankedTensorType>(tensor.getType()).getElementType());
  Value flat = copyElements(step, {tensor, names},
                            Access(empty, append(rows, index)), "flatten");
  rows.push_back(dims::kFeatures);
  step.setDims(flat, rows);
  return flat;
}

Value vib::unflattenExamples(StepBuilder &step, Value flat,
                             ArrayRef<int64_t> example, bool channelsFirst) {
  Dims rows = getRowDims(step.getDims(flat)), names(rows);
  if (example.size() == 3)
    names.append({dims::kHeight, dims::kWidth, dims::kChannels});
  else
    names.append({dims::kPositions, dims::kFeatures});
  SmallVector<int64_t> shape(getShape(flat).drop_back());
  llvm::append_range(shape, example);
  AxisIndex index = getFlatIndex(
      example, ArrayRef(names).drop_front(rows.size()), channelsFirst);
  Type element = cast<RankedTensorType>(flat.getType()).getElementType();
  return copyElements(step, Access(flat, append(rows, index)),
                      {step.empty(shape, element), names}, "flatten'");
}

Value vib::addBorder(StepBuilder &step, Value image, ArrayRef<int64_t> low,
                     ArrayRef<int64_t> high) {
  SmallVector<int64_t> extents(getShape(image).take_back(3));
  for (unsigned axis : {0, 1})
    extents[axis] += low[axis] + high[axis];
  return spread(step, image, extents, low, {1, 1});
}

/// The offsets, sizes and strides of the slice of images of the shape `shape`
/// that begins at the row and the column `low`.
static std::array<SmallVector<OpFoldResult>, 3>
getSlice(OpBuilder &builder, ArrayRef<int64_t> shape, ArrayRef<int64_t> low) {
  std::array<SmallVector<OpFoldResult>, 3> slice;
  for (int64_t size : shape) {
    slice[0].push_back(builder.getIndexAttr(0));
    slice[1].push_back(builder.getIndexAttr(size));
    slice[2].push_back(builder.getIndexAttr(1));
  }
  for (unsigned axis : {0, 1})
    slice[0][shape.size() - 3 + axis] = builder.getIndexAttr(low[axis]);
  return slice;
}

/// Zeros of the element type of `image`, with examples of the shape `extents`.
static Value getZeros(StepBuilder &step, Value image,
                      ArrayRef<int64_t> extents) {
  Type element = getElementTypeOrSelf(image);
  return step.fill(withImage(image, extents),
                   step.getBuilder().getZeroAttr(element));
}

/// Writes the image into one of zeros, `low` from its beginning.
static Value insert(StepBuilder &step, Value image, ArrayRef<int64_t> extents,
                    ArrayRef<int64_t> low) {
  OpBuilder &builder = step.getBuilder();
  Value border = getZeros(step, image, extents);
  step.setDims(border, getImageDims(step, image));
  auto [offsets, sizes, ones] = getSlice(builder, getShape(image), low);
  auto insert = tensor::InsertSliceOp::create(builder, step.getLoc(), image,
                                              border, offsets, sizes, ones);
  insert->setAttr(kLabelAttrName, step.getLabel());
  insert->setAttr(kWordAttrName, builder.getStringAttr("border"));
  step.setDims(insert, getImageDims(step, image));
  return insert;
}

/// `sum` + `term`, of the type of `sum`, which may be bf16.
static Value addTo(ScalarBuilder &scalars, Value sum, Value term) {
  OpBuilder &builder = scalars.getBuilder();
  Location loc = scalars.getLoc();
  Type narrow = sum.getType();
  if (narrow == scalars.getType())
    return scalars.add(sum, term);
  sum = arith::ExtFOp::create(builder, loc, scalars.getType(), sum);
  return arith::TruncFOp::create(builder, loc, narrow, scalars.add(sum, term));
}

Value vib::spread(StepBuilder &step, Value image, ArrayRef<int64_t> extents,
                  ArrayRef<int64_t> low, ArrayRef<int64_t> strides) {
  Dims dims = getImageDims(step, image);
  SmallVector<int64_t> spreadExtents(getShape(image).take_back(3));
  SmallVector<int64_t> rest(low);
  SmallVector<AxisIndex> axes(dims.begin(), dims.end());
  for (unsigned axis : {0, 1}) {
    if (strides[axis] == 1)
      continue;
    size_t place = axes.size() - 3 + axis;
    axes[place] = AxisIndex({{dims[place], strides[axis]}}, low[axis]);
    spreadExtents[axis] = extents[axis];
    rest[axis] = 0;
  }
  if (strides[0] != 1 || strides[1] != 1) {
    StringAttr word = step.getWord();
    step.setWord("border");
    // It adds to the zeros, because what it leaves as it is must be kept.
    Value zeros = getZeros(step, image, spreadExtents);
    image = step.generic({{image, dims}}, {Access(zeros, axes)},
                         [](ScalarBuilder &scalars, ValueRange elements) {
                           return SmallVector<Value>{
                               addTo(scalars, elements[1], elements[0])};
                         })
                .front();
    step.setWord(word);
    step.setDims(image, dims);
  }
  return ArrayRef(spreadExtents) == extents
             ? image
             : insert(step, image, extents, rest);
}

Value vib::removeBorder(StepBuilder &step, Value image, ArrayRef<int64_t> low) {
  SmallVector<int64_t> extents(getShape(image).take_back(3));
  for (unsigned axis : {0, 1})
    extents[axis] -= low[axis];
  auto [offsets, sizes, ones] =
      getSlice(step.getBuilder(), withImage(image, extents), low);
  Value inner = tensor::ExtractSliceOp::create(step.getBuilder(), step.getLoc(),
                                               image, offsets, sizes, ones);
  inner.getDefiningOp()->setAttr(kLabelAttrName, step.getLabel());
  step.setDims(inner, getImageDims(step, image));
  return inner;
}
