//===- StepBuilder.cpp - The state of building a step -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/StepBuilder.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

ArrayRef<Value> StepBuilder::get(Value value) const {
  auto found = tensors.find(value);
  assert(found != tensors.end() && "the value has not been built");
  return found->second;
}

/// The names of the dimensions of an example, after the rows.
static Dims getExampleDims(size_t rank) {
  if (rank == 3)
    return {dims::kHeight, dims::kWidth, dims::kChannels};
  return {dims::kPositions, dims::kFeatures};
}

Value StepBuilder::getShaped(Value value) {
  Value tensor = getTensor(value);
  auto type = cast<RankedTensorType>(value.getType());
  // Only an input of the model is flat. What is behind the bottleneck may have
  // samples besides.
  if (cast<RankedTensorType>(tensor.getType()).getRank() >= type.getRank())
    return tensor;
  if (Value known = shaped.lookup(value))
    return known;
  StringAttr word = getWord();
  setWord(type.getRank() == 4 ? "image" : "dimensions");
  SmallVector<int64_t> shape(type.getShape());
  shape.front() = cast<RankedTensorType>(tensor.getType()).getDimSize(0);
  Dims names = getExampleDims(shape.size() - 1);
  names.insert(names.begin(), dims::kRows);
  Value copy = unflatten(tensor, shape, names);
  setWord(word);
  return shaped[value] = copy;
}

void StepBuilder::set(Value value, ValueRange newTensors) {
  tensors[value] = llvm::to_vector(newTensors);
  labels[value] = getLabel();
}

ArrayRef<Value> StepBuilder::getAdjoint(Value value) const {
  auto found = adjoints.find(value);
  return found == adjoints.end() ? ArrayRef<Value>() : found->second;
}

void StepBuilder::setAdjoint(Value value, ValueRange newAdjoints) {
  adjoints[value] = llvm::to_vector(newAdjoints);
  adjointLabels[value] = getLabel();
}

/// Readers of a pseudo-input take it flat or with its dimensions. If one of two
/// adjoints is flat, both become so.
static void makeAlike(StepBuilder &step, Value &lhs, Value &rhs) {
  auto getRank = [](Value tensor) {
    return cast<RankedTensorType>(tensor.getType()).getRank();
  };
  if (getRank(lhs) != getRank(rhs))
    for (Value *tensor : {&lhs, &rhs})
      if (getRank(*tensor) > 2)
        *tensor = step.flatten(*tensor);
}

void StepBuilder::addAdjoint(Value value, ValueRange moreAdjoints) {
  if (getAdjoint(value).empty())
    return setAdjoint(value, moreAdjoints);
  StringAttr word = getWord();
  setWord("sum of gradients");
  for (auto [adjoint, other] : llvm::zip_equal(adjoints[value], moreAdjoints)) {
    Value more = other;
    if (!adjoint || !more) {
      adjoint = adjoint ? adjoint : more;
      continue;
    }
    makeAlike(*this, adjoint, more);
    adjoint = add(adjoint, more);
  }
  setWord(word);
}

void StepBuilder::setGradient(StringRef parameter, Value gradient) {
  Gradient &state = gradients[parameter];
  if (state.uses == 0)
    return fail("the parameter '" + parameter +
                "' has more gradients than uses");
  if (state.sum) {
    StringAttr word = getWord();
    setWord("sum of gradients");
    gradient = add(gradient, state.sum);
    setWord(word);
  }
  state.sum = gradient;
  if (--state.uses == 0)
    sink(parameter, gradient);
}

Value StepBuilder::add(Value lhs, Value rhs) {
  Dims dims = getDims(lhs);
  return map({{lhs, dims}, {rhs, dims}}, dims,
             [](ScalarBuilder &scalars, ValueRange elements) {
               return scalars.add(elements[0], elements[1]);
             });
}

Value StepBuilder::multiply(Value lhs, Value rhs) {
  Dims dims = getDims(lhs);
  return map({{lhs, dims}, {rhs, dims}}, dims,
             [](ScalarBuilder &scalars, ValueRange elements) {
               return scalars.mul(elements[0], elements[1]);
             });
}

void StepBuilder::setResiduals(Operation *op, ValueRange values) {
  residuals[op] = llvm::to_vector(values);
}

ArrayRef<Value> StepBuilder::getResiduals(Operation *op, size_t count) {
  SmallVector<Value> &values = residuals[op];
  if (values.size() < count)
    fail("expected '" + op->getName().getStringRef() + "' to store " +
         Twine(count) + " values for its backward pass but got " +
         Twine(values.size()));
  while (values.size() < count)
    values.push_back(zeros({}));
  return values;
}

Value StepBuilder::weigh(ScalarBuilder &body, Value term, Value derivative,
                         int64_t samples) {
  Value divisor = divisors.lookup(term);
  Value count =
      divisor ? body.read(divisor) : body.toFloat(getScalar("total_rows"));
  if (samples != 1)
    count = body.mul(count, samples);
  Value factor;
  for (auto [coefficient, number, isSubtracted] : factors.lookup(term)) {
    Value summand = coefficient ? coefficient : body.constant(number);
    if (isa<RankedTensorType>(summand.getType()))
      summand = body.read(summand);
    if (isSubtracted)
      summand = body.neg(summand);
    factor = factor ? body.add(factor, summand) : summand;
  }
  Value weight = body.div(factor, count);
  Value counts = isValidRow(body);
  return body.select(counts, body.mul(derivative, weight), body.constant(0.0));
}

Value StepBuilder::isValidRow(ScalarBuilder &scalars, StringRef dim) {
  return scalars.compare(arith::CmpIPredicate::slt, scalars.index(dim),
                         getScalar("rows"));
}

Value StepBuilder::maskRows(ScalarBuilder &scalars, Value value,
                            StringRef dim) {
  Value counts = isValidRow(scalars, dim);
  return scalars.select(counts, value, scalars.constant(0.0));
}

Value StepBuilder::reportMissing(Type distribution, StringRef what) {
  std::string text;
  llvm::raw_string_ostream(text) << distribution;
  fail("'" + Twine(text) + "' has no " + what);
  return zeros({});
}

Value StepBuilder::getParameter(StringRef name) {
  Value &value = parameters[name];
  if (!value) {
    fail("there is no parameter '" + name + "'");
    value = zeros({});
  }
  return value;
}

Value StepBuilder::getArgument(llvm::StringMap<Value> &arguments,
                               StringRef name) {
  Value &value = arguments[name];
  if (!value) {
    fail("the function has no argument '" + name + "'");
    value = arith::ConstantOp::create(
        getBuilder(), getLoc(), getBuilder().getFloatAttr(getType(), 0.0));
  }
  return value;
}

Value StepBuilder::getScalar(StringRef name) {
  return getArgument(scalars, name);
}

Value StepBuilder::getCoefficient(StringRef name) {
  return name.empty() ? Value() : getArgument(coefficients, name);
}

/// The number that a tensor is filled with; null if it is not one of fills.
static FloatAttr getFilled(Value tensor) {
  FloatAttr number;
  if (auto fill = tensor.getDefiningOp<linalg::FillOp>())
    matchPattern(fill.getInputs()[0], m_Constant(&number));
  return number;
}

Value StepBuilder::round(Value tensor) {
  OpBuilder &builder = getBuilder();
  auto type = cast<RankedTensorType>(tensor.getType());
  Type narrow = builder.getBF16Type();
  if (type.getElementType() == narrow)
    return tensor;
  bool isParameter = llvm::any_of(parameters, [&](const auto &parameter) {
    return parameter.second == tensor;
  });
  if (Value known = rounded.lookup(tensor); known && !isParameter)
    return known;

  OpBuilder::InsertionGuard guard(builder);
  StringAttr label = getLabel(), word = getWord();
  setWord("rounding to bf16");
  Operation *source = tensor.getDefiningOp();
  if (source) {
    builder.setInsertionPointAfter(source);
    setLabel(source->getAttrOfType<StringAttr>(kLabelAttrName));
  } else if (!isParameter) {
    // Before all ops: concatenations that read it are copied where they are.
    builder.setInsertionPointToStart(cast<BlockArgument>(tensor).getOwner());
  }
  Value value;
  if (tensor.getDefiningOp<tensor::EmptyOp>()) {
    value = empty(type.getShape(), narrow);
  } else if (FloatAttr number = getFilled(tensor)) {
    value = fill(type.getShape(),
                 builder.getFloatAttr(narrow, number.getValueAsDouble()));
  } else if (auto insert = tensor.getDefiningOp<tensor::InsertSliceOp>()) {
    // The parts are rounded where they are computed.
    Value source = round(insert.getSource()), dest = round(insert.getDest());
    auto copy = cast<tensor::InsertSliceOp>(builder.clone(*insert));
    copy->setOperand(0, source);
    copy->setOperand(1, dest);
    copy.getResult().setType(type.clone(narrow));
    value = copy;
  } else {
    Dims dims = getDims(tensor);
    value =
        map({{tensor, dims}}, dims, narrow,
            [&](ScalarBuilder &scalars, ValueRange elements) {
              return SmallVector<Value>{arith::TruncFOp::create(
                  scalars.getBuilder(), scalars.getLoc(), narrow, elements[0])};
            })
            .front();
    auto names =
        source ? source->getAttrOfType<ArrayAttr>(kNamesAttrName) : ArrayAttr();
    if (names)
      nameResults(value, cast<StringAttr>(
                             names[cast<OpResult>(tensor).getResultNumber()])
                             .getValue());
  }
  setDims(value, getDims(tensor));
  setLabel(label);
  setWord(word);
  return rounded[tensor] = value;
}

void StepBuilder::defer(std::function<void()> build) {
  deferred.push_back([this, label = getLabel(), word = getWord(),
                      loc = getLoc(), build = std::move(build)] {
    setLabel(label);
    setWord(word);
    setLoc(loc);
    build();
  });
}

void StepBuilder::flush() {
  StringAttr label = getLabel(), word = getWord();
  Location loc = getLoc();
  for (const std::function<void()> &build : deferred)
    build();
  deferred.clear();
  setLabel(label);
  setWord(word);
  setLoc(loc);
}

Value StepBuilder::meanOverSamples(ArrayRef<Access> inputs, int64_t samples,
                                   ScalarFunction body) {
  bool hasSamples = llvm::any_of(inputs, [](const Access &access) {
    return llvm::any_of(access.axes, [](const AxisIndex &index) {
      return index.isDim() && index.terms[0].first == dims::kSamples;
    });
  });
  if (!hasSamples)
    return map(inputs, {dims::kRows}, body);
  return sum(inputs, {dims::kRows},
             [&](ScalarBuilder &scalars, ValueRange elements) {
               return scalars.mul(body(scalars, elements), 1.0 / samples);
             });
}
