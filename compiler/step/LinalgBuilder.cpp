//===- LinalgBuilder.cpp - Create the ops of the step -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/LinalgBuilder.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
/// An iteration space: its dimension letters and their extents.
class Space {
public:
  void add(StringRef dims, Value tensor) {
    assert(getTensorType(tensor).getRank() ==
           static_cast<int64_t>(dims.size()));
    for (auto [letter, extent] :
         llvm::zip_equal(dims, getTensorType(tensor).getShape())) {
      size_t position = letters.find(letter);
      if (position == std::string::npos) {
        letters.push_back(letter);
        extents.push_back(extent);
        continue;
      }
      assert(extents[position] == extent && "one letter, two extents");
    }
  }

  /// Reorders the dimensions so that the letters of the results come first.
  void sortBy(StringRef results) {
    std::string oldLetters = std::move(letters);
    SmallVector<int64_t> oldExtents = std::move(extents);
    letters = results.str();
    for (char letter : oldLetters)
      if (!StringRef(letters).contains(letter))
        letters.push_back(letter);
    extents.clear();
    for (char letter : letters)
      extents.push_back(oldExtents[oldLetters.find(letter)]);
  }

  StringRef getLetters() const { return letters; }

  SmallVector<int64_t> getShape(StringRef dims) const {
    return llvm::map_to_vector(
        dims, [&](char letter) { return extents[letters.find(letter)]; });
  }

  AffineMap getMap(StringRef dims, MLIRContext *context) const {
    SmallVector<AffineExpr> results;
    for (char letter : dims)
      results.push_back(getAffineDimExpr(letters.find(letter), context));
    return AffineMap::get(letters.size(), 0, results, context);
  }

private:
  std::string letters;
  SmallVector<int64_t> extents;
};
} // namespace

static Space getSpace(ArrayRef<Access> accesses, StringRef result) {
  Space space;
  for (Access access : accesses)
    space.add(access.dims, access.tensor);
  space.sortBy(result);
  return space;
}

template <typename OpTy> OpTy LinalgBuilder::labelled(OpTy op) {
  if (label)
    op->setAttr(kLabelAttrName, label);
  return op;
}

/// Labels an op and sets its word. Constants and empty tensors get no word.
template <typename OpTy> OpTy LinalgBuilder::described(OpTy op) {
  if (word)
    op->setAttr(kWordAttrName, word);
  return labelled(op);
}

void LinalgBuilder::nameResults(Value result, ArrayRef<StringRef> names) {
  Operation *op = result.getDefiningOp();
  assert(op && op->getNumResults() == names.size());
  op->setAttr(kNamesAttrName, builder.getStrArrayAttr(names));
}

Value LinalgBuilder::empty(ArrayRef<int64_t> shape, Type element) {
  return labelled(tensor::EmptyOp::create(builder, loc, shape,
                                          element ? element : Type(type)));
}

Value LinalgBuilder::fill(ArrayRef<int64_t> shape, TypedAttr value) {
  Value scalar = labelled(arith::ConstantOp::create(builder, loc, value));
  Value tensor = empty(shape, value.getType());
  return labelled(linalg::FillOp::create(builder, loc, scalar, tensor))
      .getResult(0);
}

Value LinalgBuilder::contract(Access lhs, Access rhs, StringRef result) {
  Space space = getSpace({lhs, rhs}, result);
  MLIRContext *context = builder.getContext();
  Value init = zeros(space.getShape(result));
  ArrayAttr maps = builder.getAffineMapArrayAttr(
      {space.getMap(lhs.dims, context), space.getMap(rhs.dims, context),
       space.getMap(result, context)});
  return labelled(linalg::ContractOp::create(builder, loc, init.getType(),
                                             ValueRange{lhs.tensor, rhs.tensor},
                                             init, maps))
      .getResult(0);
}

SmallVector<Value> LinalgBuilder::generic(ArrayRef<Access> inputs,
                                          ArrayRef<Access> outputs, Body body) {
  SmallVector<Access> accesses(inputs);
  llvm::append_range(accesses, outputs);
  StringRef result = outputs.front().dims;
  Space space = getSpace(accesses, result);

  SmallVector<AffineMap> maps;
  SmallVector<Value> inputTensors, outputTensors;
  for (Access access : accesses)
    maps.push_back(space.getMap(access.dims, builder.getContext()));
  for (Access access : inputs)
    inputTensors.push_back(access.tensor);
  for (Access access : outputs)
    outputTensors.push_back(access.tensor);
  auto iterators = llvm::map_to_vector(space.getLetters(), [&](char letter) {
    return result.contains(letter) ? utils::IteratorType::parallel
                                   : utils::IteratorType::reduction;
  });

  auto op = linalg::GenericOp::create(
      builder, loc, ValueRange(outputTensors).getTypes(), inputTensors,
      outputTensors, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        ScalarBuilder scalars(nested, nestedLoc, type, space.getLetters());
        SmallVector<Value> elements(arguments);
        for (Value &element :
             MutableArrayRef(elements).take_front(inputs.size()))
          if (element.getType().isBF16())
            element = arith::ExtFOp::create(nested, nestedLoc, type, element);
        linalg::YieldOp::create(nested, nestedLoc, body(scalars, elements));
      });
  return llvm::to_vector_of<Value>(described(op).getResults());
}

SmallVector<Value> LinalgBuilder::map(ArrayRef<Access> inputs, StringRef result,
                                      TypeRange elements, Body body) {
  Space space = getSpace(inputs, result);
  SmallVector<Access> outputs;
  for (Type element : elements)
    outputs.push_back({empty(space.getShape(result), element), result});
  return generic(inputs, outputs, body);
}

Value LinalgBuilder::map(ArrayRef<Access> inputs, StringRef result,
                         ScalarFunction body) {
  return map(inputs, result, TypeRange(type),
             [&](ScalarBuilder &scalars, ValueRange elements) {
               return SmallVector<Value>{body(scalars, elements)};
             })
      .front();
}

Value LinalgBuilder::reduce(ArrayRef<Access> inputs, TypedAttr init,
                            StringRef result, ScalarFunction body) {
  SmallVector<int64_t> shape = getSpace(inputs, result).getShape(result);
  return generic(inputs, Access{fill(shape, init), result},
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   return SmallVector<Value>{body(scalars, elements)};
                 })
      .front();
}

Value LinalgBuilder::sum(ArrayRef<Access> inputs, StringRef result,
                         ScalarFunction body) {
  return reduce(inputs, builder.getFloatAttr(type, 0.0), result,
                [&](ScalarBuilder &scalars, ValueRange elements) {
                  return scalars.add(elements.back(),
                                     body(scalars, elements.drop_back()));
                });
}

/// The offsets, sizes and strides of some columns of a tensor.
static std::array<SmallVector<OpFoldResult>, 3>
getColumnSlice(OpBuilder &builder, ArrayRef<int64_t> shape, int64_t offset,
               int64_t width) {
  std::array<SmallVector<OpFoldResult>, 3> slice;
  for (int64_t size : shape) {
    slice[0].push_back(builder.getIndexAttr(0));
    slice[1].push_back(builder.getIndexAttr(size));
    slice[2].push_back(builder.getIndexAttr(1));
  }
  slice[0].back() = builder.getIndexAttr(offset);
  slice[1].back() = builder.getIndexAttr(width);
  return slice;
}

Value LinalgBuilder::columns(Value matrix, int64_t offset, int64_t width) {
  auto [offsets, sizes, strides] =
      getColumnSlice(builder, getTensorType(matrix).getShape(), offset, width);
  return labelled(tensor::ExtractSliceOp::create(builder, loc, matrix, offsets,
                                                 sizes, strides));
}

Value LinalgBuilder::concatenate(ValueRange matrices) {
  SmallVector<int64_t> shape(getTensorType(matrices.front()).getShape());
  shape.back() = 0;
  for (Value matrix : matrices)
    shape.back() += getTensorType(matrix).getShape().back();
  Value result = empty(shape);
  int64_t offset = 0;
  for (Value matrix : matrices) {
    int64_t width = getTensorType(matrix).getShape().back();
    auto [offsets, sizes, strides] =
        getColumnSlice(builder, shape, offset, width);
    result = described(tensor::InsertSliceOp::create(
        builder, loc, matrix, result, offsets, sizes, strides));
    offset += width;
  }
  return result;
}
