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
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Diagnostics.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace vib;

static RankedTensorType getTensorType(Value value) {
  return cast<RankedTensorType>(value.getType());
}

namespace {
/// An iteration space: the names of its dimensions and their extents.
class Space {
public:
  void add(StringRef dim, int64_t extent) {
    if (extents.try_emplace(dim, extent).second)
      dims.push_back(dim);
  }
  void add(const Access &access) {
    for (auto [index, extent] :
         llvm::zip_equal(access.axes, getTensorType(access.tensor).getShape()))
      if (index.isDim())
        add(index.terms[0].first, extent);
  }

  ArrayRef<StringRef> getDims() const { return dims; }
  /// The extent of a dimension; none if no operand has it.
  std::optional<int64_t> getExtent(StringRef dim) const {
    auto found = extents.find(dim);
    return found == extents.end() ? std::nullopt : std::optional(found->second);
  }
  SmallVector<int64_t> getShape(ArrayRef<StringRef> names) const {
    return llvm::map_to_vector(
        names, [&](StringRef dim) { return getExtent(dim).value_or(1); });
  }

  /// Reorders the dimensions so that those of `results` come first.
  void sortBy(ArrayRef<StringRef> results) {
    Dims sorted;
    for (StringRef dim : llvm::concat<const StringRef>(results, dims))
      if (!llvm::is_contained(sorted, dim))
        sorted.push_back(dim);
    dims = std::move(sorted);
  }

  AffineMap getMap(const Access &access, MLIRContext *context) const {
    SmallVector<AffineExpr> results;
    for (const AxisIndex &index : access.axes) {
      AffineExpr expr = getAffineConstantExpr(index.offset, context);
      for (auto [dim, factor] : index.terms)
        expr = expr +
               getAffineDimExpr(llvm::find(dims, dim) - dims.begin(), context) *
                   factor;
      results.push_back(expr);
    }
    return AffineMap::get(dims.size(), 0, results, context);
  }

private:
  Dims dims;
  llvm::StringMap<int64_t> extents;
};
} // namespace

/// The dimensions that index a tensor, in the order of its axes.
static Dims getDimsOf(const Access &access) {
  Dims dims;
  for (const AxisIndex &index : access.axes)
    for (const AxisIndex::Term &term : index.terms)
      if (!llvm::is_contained(dims, term.first))
        dims.push_back(term.first);
  return dims;
}

static Space getSpace(ArrayRef<Access> accesses, ArrayRef<StringRef> results) {
  Space space;
  for (const Access &access : accesses)
    space.add(access);
  space.sortBy(results);
  return space;
}

/// Says why an operand does not fit a space; empty if it does.
static std::string explainMismatch(const Access &access, const Space &space) {
  std::string reason;
  llvm::raw_string_ostream os(reason);
  RankedTensorType type = getTensorType(access.tensor);
  if (type.getRank() != static_cast<int64_t>(access.axes.size())) {
    os << "expected a tensor of " << access.axes.size()
       << " dimensions but got " << type;
    return reason;
  }
  for (auto [index, extent] : llvm::zip_equal(access.axes, type.getShape())) {
    int64_t low = index.offset, high = index.offset;
    for (auto [dim, factor] : index.terms) {
      std::optional<int64_t> size = space.getExtent(dim);
      if (!size) {
        os << "no tensor has the dimension '" << dim << "' alone";
        return reason;
      }
      (factor < 0 ? low : high) += factor * (*size - 1);
    }
    if (index.isDim() ? high + 1 == extent : low >= 0 && high < extent)
      continue;
    if (index.isDim())
      os << "expected '" << index.terms[0].first << "' to have the extent "
         << high + 1 << " in " << type << " but got " << extent;
    else
      os << "reads " << low << " to " << high << " of a dimension of " << extent
         << " in " << type;
    return reason;
  }
  return reason;
}

void LinalgBuilder::fail(const Twine &message) {
  if (!failed)
    emitError(loc, "cannot build the step here: ") << message;
  failed = true;
}

SmallVector<Access> LinalgBuilder::checkAccesses(ArrayRef<Access> accesses) {
  Space space;
  for (const Access &access : accesses)
    if (getTensorType(access.tensor).getRank() ==
        static_cast<int64_t>(access.axes.size()))
      space.add(access);
  SmallVector<Access> checked(accesses);
  for (Access &access : checked) {
    std::string reason = explainMismatch(access, space);
    if (reason.empty())
      continue;
    fail(reason);
    SmallVector<int64_t> shape;
    for (AxisIndex &index : access.axes) {
      if (!index.isDim())
        index = AxisIndex(ArrayRef<AxisIndex::Term>());
      shape.push_back(index.isDim()
                          ? space.getExtent(index.terms[0].first).value_or(1)
                          : 1);
    }
    Type element = getTensorType(access.tensor).getElementType();
    access.tensor = fill(shape, cast<TypedAttr>(builder.getZeroAttr(element)));
  }
  return checked;
}

Dims LinalgBuilder::getDims(Value tensor) {
  Dims &names = dimNames[tensor];
  auto rank = static_cast<size_t>(getTensorType(tensor).getRank());
  if (names.size() != rank) {
    fail("the dimensions of a tensor have no names");
    names.assign(rank, dims::kFeatures);
  }
  return names;
}

void LinalgBuilder::setDims(Value tensor, ArrayRef<StringRef> names) {
  dimNames[tensor].assign(names.begin(), names.end());
}

int64_t LinalgBuilder::getExtent(Value tensor, StringRef dim) {
  for (auto [name, extent] :
       llvm::zip(getDims(tensor), getTensorType(tensor).getShape()))
    if (name == dim)
      return extent;
  return 1;
}

void LinalgBuilder::nameLoops(Operation *op, ArrayRef<StringRef> loops,
                              ArrayRef<Access> results) {
  op->setAttr(kDimsAttrName, builder.getStrArrayAttr(loops));
  for (auto [result, access] : llvm::zip_equal(op->getResults(), results))
    if (llvm::all_of(access.axes,
                     [](const AxisIndex &index) { return index.isDim(); }))
      setDims(result, getDimsOf(access));
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
  if (!op || op->getNumResults() != names.size())
    return fail("the names of results are not one for each");
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

Value LinalgBuilder::contract(Access lhs, Access rhs,
                              ArrayRef<StringRef> result) {
  SmallVector<Access> operands = checkAccesses({lhs, rhs});
  Space space = getSpace(operands, result);
  MLIRContext *context = builder.getContext();
  operands.emplace_back(zeros(space.getShape(result)), result);
  ArrayAttr maps = builder.getAffineMapArrayAttr(
      llvm::map_to_vector(operands, [&](const Access &access) {
        return space.getMap(access, context);
      }));
  Value init = operands.back().tensor;
  auto op = labelled(linalg::ContractOp::create(
      builder, loc, init.getType(),
      ValueRange{operands[0].tensor, operands[1].tensor}, init, maps));
  nameLoops(op, space.getDims(), operands.back());
  return op.getResult(0);
}

SmallVector<Value> LinalgBuilder::generic(ArrayRef<Access> inputs,
                                          ArrayRef<Access> outputs, Body body) {
  SmallVector<Access> accesses(inputs);
  llvm::append_range(accesses, outputs);
  accesses = checkAccesses(accesses);
  inputs = ArrayRef(accesses).take_front(inputs.size());
  outputs = ArrayRef(accesses).drop_front(inputs.size());
  Dims result = getDimsOf(outputs.front());
  Space space = getSpace(accesses, result);

  SmallVector<AffineMap> maps;
  SmallVector<Value> inputTensors, outputTensors;
  for (const Access &access : accesses)
    maps.push_back(space.getMap(access, builder.getContext()));
  for (const Access &access : inputs)
    inputTensors.push_back(access.tensor);
  for (const Access &access : outputs)
    outputTensors.push_back(access.tensor);
  auto iterators = llvm::map_to_vector(space.getDims(), [&](StringRef dim) {
    return llvm::is_contained(result, dim) ? utils::IteratorType::parallel
                                           : utils::IteratorType::reduction;
  });

  auto report = [&](const Twine &message) { fail(message); };
  // The tensors that the body reads beside the inputs.
  llvm::SetVector<Value> numbers;
  auto op = linalg::GenericOp::create(
      builder, loc, ValueRange(outputTensors).getTypes(), inputTensors,
      outputTensors, maps, iterators,
      [&](OpBuilder &nested, Location nestedLoc, ValueRange arguments) {
        Block *block = nested.getInsertionBlock();
        auto addInput = [&](Value tensor) -> Value {
          unsigned first = inputs.size();
          if (numbers.insert(tensor))
            block->insertArgument(first + numbers.size() - 1, type, nestedLoc);
          return block->getArgument(
              first + (llvm::find(numbers, tensor) - numbers.begin()));
        };
        ScalarBuilder scalars(nested, nestedLoc, type, space.getDims(), report,
                              addInput);
        SmallVector<Value> elements(arguments);
        for (Value &element :
             MutableArrayRef(elements).take_front(inputs.size()))
          if (element.getType().isBF16())
            element = arith::ExtFOp::create(nested, nestedLoc, type, element);
        linalg::YieldOp::create(nested, nestedLoc, body(scalars, elements));
      });
  maps.insert(maps.begin() + inputs.size(), numbers.size(),
              AffineMap::get(space.getDims().size(), 0, builder.getContext()));
  op.setIndexingMapsAttr(builder.getAffineMapArrayAttr(maps));
  op.getInputsMutable().append(numbers.getArrayRef());
  nameLoops(op, space.getDims(), outputs);
  return llvm::to_vector_of<Value>(described(op).getResults());
}

SmallVector<Value> LinalgBuilder::map(ArrayRef<Access> inputs,
                                      ArrayRef<StringRef> result,
                                      TypeRange elements, Body body) {
  SmallVector<Access> checked = checkAccesses(inputs);
  SmallVector<int64_t> shape = getSpace(checked, result).getShape(result);
  SmallVector<Access> outputs;
  for (Type element : elements)
    outputs.emplace_back(empty(shape, element), result);
  return generic(checked, outputs, body);
}

Value LinalgBuilder::map(ArrayRef<Access> inputs, ArrayRef<StringRef> result,
                         ScalarFunction body) {
  return map(inputs, result, TypeRange(type),
             [&](ScalarBuilder &scalars, ValueRange elements) {
               return SmallVector<Value>{body(scalars, elements)};
             })
      .front();
}

Value LinalgBuilder::reduce(ArrayRef<Access> inputs, TypedAttr init,
                            ArrayRef<StringRef> result, ScalarFunction body) {
  SmallVector<Access> checked = checkAccesses(inputs);
  SmallVector<int64_t> shape = getSpace(checked, result).getShape(result);
  return generic(checked, Access(fill(shape, init), result),
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   return SmallVector<Value>{body(scalars, elements)};
                 })
      .front();
}

Value LinalgBuilder::sum(ArrayRef<Access> inputs, ArrayRef<StringRef> result,
                         ScalarFunction body) {
  return reduce(inputs, builder.getFloatAttr(type, 0.0), result,
                [&](ScalarBuilder &scalars, ValueRange elements) {
                  return scalars.add(elements.back(),
                                     body(scalars, elements.drop_back()));
                });
}

Value LinalgBuilder::maximum(const Access &input, ArrayRef<StringRef> result) {
  APFloat lowest = APFloat::getInf(type.getFloatSemantics(), /*Negative=*/true);
  return reduce(input, FloatAttr::get(type, lowest), result,
                [](ScalarBuilder &scalars, ValueRange elements) {
                  return scalars.max(elements[1], elements[0]);
                });
}

/// The offsets, sizes and strides of a part of the last dimension of a tensor.
static std::array<SmallVector<OpFoldResult>, 3>
getLastSlice(OpBuilder &builder, ArrayRef<int64_t> shape, int64_t offset,
             int64_t size) {
  std::array<SmallVector<OpFoldResult>, 3> slice;
  for (int64_t extent : shape) {
    slice[0].push_back(builder.getIndexAttr(0));
    slice[1].push_back(builder.getIndexAttr(extent));
    slice[2].push_back(builder.getIndexAttr(1));
  }
  slice[0].back() = builder.getIndexAttr(offset);
  slice[1].back() = builder.getIndexAttr(size);
  return slice;
}

Value LinalgBuilder::slice(Value tensor, int64_t offset, int64_t size,
                           StringRef dim) {
  auto [offsets, sizes, strides] =
      getLastSlice(builder, getTensorType(tensor).getShape(), offset, size);
  Value part = labelled(tensor::ExtractSliceOp::create(
      builder, loc, tensor, offsets, sizes, strides));
  Dims names(getDims(tensor));
  names.back() = dim;
  setDims(part, names);
  return part;
}

Value LinalgBuilder::insertFeatures(Value part, Value tensor, int64_t offset) {
  auto [offsets, sizes, strides] =
      getLastSlice(builder, getTensorType(tensor).getShape(), offset,
                   getTensorType(part).getShape().back());
  Value result = described(tensor::InsertSliceOp::create(
      builder, loc, part, tensor, offsets, sizes, strides));
  setDims(result, getDims(tensor));
  return result;
}

Value LinalgBuilder::concatenate(ValueRange tensors, StringRef dim) {
  SmallVector<int64_t> shape(getTensorType(tensors.front()).getShape());
  Dims names(getDims(tensors.front()));
  names.back() = dim;
  shape.back() = 0;
  for (Value tensor : tensors)
    shape.back() += getTensorType(tensor).getShape().back();
  Value result = empty(shape);
  setDims(result, names);
  int64_t offset = 0;
  for (Value tensor : tensors) {
    result = insertFeatures(tensor, result, offset);
    offset += getTensorType(tensor).getShape().back();
  }
  return result;
}

Value LinalgBuilder::copyPositions(Value from, ArrayRef<int64_t> shape,
                                   ArrayRef<StringRef> names, bool flattens) {
  // Each position is an op of its own.
  constexpr int64_t kMostPositions = 256;
  int64_t rows = shape.front(), width = shape.back();
  ArrayRef<int64_t> places = shape.drop_front().drop_back();
  int64_t positions = ShapedType::getNumElements(places);
  Type element = getTensorType(from).getElementType();
  SmallVector<int64_t> flat = {rows, positions * width};
  Value to = empty(flattens ? ArrayRef<int64_t>(flat) : shape, element);
  setDims(to, names);
  if (positions > kMostPositions) {
    fail("expected at most " + Twine(kMostPositions) +
         " positions between the batch and the last dimension but got " +
         Twine(positions));
    return to;
  }

  // The slices of one position in the flat tensor, and in the other one.
  auto getSlice = [&](int64_t position, bool isFlat) {
    SmallVector<int64_t> offsets, sizes;
    if (isFlat) {
      offsets = {0, position * width};
      sizes = {rows, width};
    } else {
      SmallVector<int64_t> index;
      for (int64_t extent : llvm::reverse(places)) {
        index.insert(index.begin(), position % extent);
        position /= extent;
      }
      offsets.push_back(0);
      llvm::append_range(offsets, index);
      offsets.push_back(0);
      sizes.assign(shape.size(), 1);
      sizes.front() = rows;
      sizes.back() = width;
    }
    SmallVector<int64_t> strides(offsets.size(), 1);
    return std::array{getAsIndexOpFoldResult(builder.getContext(), offsets),
                      getAsIndexOpFoldResult(builder.getContext(), sizes),
                      getAsIndexOpFoldResult(builder.getContext(), strides)};
  };
  auto part = RankedTensorType::get({rows, width}, element);
  for (int64_t position = 0; position != positions; ++position) {
    auto [offsets, sizes, strides] = getSlice(position, !flattens);
    Value slice = labelled(tensor::ExtractSliceOp::create(
        builder, loc, part, from, offsets, sizes, strides));
    setDims(slice, {dims::kRows, dims::kFeatures});
    auto [toOffsets, toSizes, toStrides] = getSlice(position, flattens);
    to = described(tensor::InsertSliceOp::create(
        builder, loc, slice, to, toOffsets, toSizes, toStrides));
    setDims(to, names);
  }
  return to;
}

/// The index of an image's element in its row-major order.
static AxisIndex getImageIndex(ArrayRef<int64_t> shape,
                               ArrayRef<StringRef> names) {
  return AxisIndex(
      {{names[1], shape[2] * shape[3]}, {names[2], shape[3]}, {names[3], 1}});
}

Value LinalgBuilder::copy(const Access &from, const Access &to) {
  return generic({from}, {to},
                 [](ScalarBuilder &, ValueRange elements) {
                   return SmallVector<Value>{elements[0]};
                 })
      .front();
}

Value LinalgBuilder::flatten(Value tensor) {
  RankedTensorType type = getTensorType(tensor);
  if (type.getRank() == 4) {
    ArrayRef<int64_t> shape = type.getShape();
    Dims names = getDims(tensor);
    Value to = empty({shape[0], shape[1] * shape[2] * shape[3]},
                     type.getElementType());
    Value flat =
        copy({tensor, names}, {to, {names[0], getImageIndex(shape, names)}});
    setDims(flat, {dims::kRows, dims::kFeatures});
    return flat;
  }
  return copyPositions(tensor, getTensorType(tensor).getShape(),
                       {dims::kRows, dims::kFeatures}, /*flattens=*/true);
}

Value LinalgBuilder::unflatten(Value flat, ArrayRef<int64_t> shape,
                               ArrayRef<StringRef> names) {
  if (shape.size() == 4)
    return copy({flat, {names[0], getImageIndex(shape, names)}},
                {empty(shape, getTensorType(flat).getElementType()), names});
  return copyPositions(flat, shape, names, /*flattens=*/false);
}
