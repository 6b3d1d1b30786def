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

void StepBuilder::addAdjoint(Value value, ValueRange moreAdjoints) {
  if (getAdjoint(value).empty())
    return setAdjoint(value, moreAdjoints);
  StringAttr word = getWord();
  setWord("sum of gradients");
  for (auto [adjoint, more] : llvm::zip_equal(adjoints[value], moreAdjoints))
    adjoint = add(adjoint, more);
  setWord(word);
}

void StepBuilder::setGradient(StringRef parameter, Value gradient) {
  Gradient &state = gradients[parameter];
  assert(state.uses && "more gradients than uses");
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
  int64_t rank = cast<RankedTensorType>(lhs.getType()).getRank();
  StringRef dims = StringRef("sbk").take_back(rank);
  return map({{lhs, dims}, {rhs, dims}}, dims,
             [](ScalarBuilder &scalars, ValueRange elements) {
               return scalars.add(elements[0], elements[1]);
             });
}

void StepBuilder::setResiduals(Operation *op, ValueRange values) {
  residuals[op] = llvm::to_vector(values);
}

ArrayRef<Value> StepBuilder::getResiduals(Operation *op) const {
  return residuals.find(op)->second;
}

Value StepBuilder::weigh(ScalarBuilder &body, Value term, Value derivative,
                         int64_t samples) {
  Value rows = getScalar("rows");
  Value count = body.toFloat(rows);
  if (samples != 1)
    count = body.mul(count, samples);
  Value scale = termScales.lookup(term);
  Value weight = body.div(scale ? scale : body.constant(1.0), count);
  Value counts = body.compare(arith::CmpIPredicate::slt, body.index('b'), rows);
  return body.select(counts, body.mul(derivative, weight), body.constant(0.0));
}

Value StepBuilder::getParameter(StringRef name) const {
  Value value = parameters.lookup(name);
  assert(value && "no such parameter");
  return value;
}

Value StepBuilder::getScalar(StringRef name) const {
  Value value = scalars.lookup(name);
  assert(value && "no such scalar");
  return value;
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
  }
  Value value;
  if (tensor.getDefiningOp<tensor::EmptyOp>()) {
    value = empty(type.getShape(), narrow);
  } else if (auto insert = tensor.getDefiningOp<tensor::InsertSliceOp>()) {
    // The parts are rounded where they are computed.
    Value source = round(insert.getSource()), dest = round(insert.getDest());
    auto copy = cast<tensor::InsertSliceOp>(builder.clone(*insert));
    copy->setOperand(0, source);
    copy->setOperand(1, dest);
    copy.getResult().setType(type.clone(narrow));
    value = copy;
  } else {
    StringRef dims = StringRef("sbk").take_back(type.getRank());
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

StringRef StepBuilder::getMatrixDims(Value tensor) {
  return cast<RankedTensorType>(tensor.getType()).getRank() == 3 ? "sbk" : "bk";
}

StringRef StepBuilder::getColumnDims(Value tensor) {
  return getMatrixDims(tensor).drop_back();
}

int64_t StepBuilder::getNumSamples(Value tensor) {
  auto type = cast<RankedTensorType>(tensor.getType());
  return type.getRank() == 3 ? type.getDimSize(0) : 1;
}

Value StepBuilder::meanOverSamples(ArrayRef<Access> inputs, StringRef dims,
                                   int64_t samples, ScalarFunction body) {
  if (!dims.contains('s'))
    return map(inputs, "b", body);
  return sum(inputs, "b", [&](ScalarBuilder &scalars, ValueRange elements) {
    return scalars.mul(body(scalars, elements), 1.0 / samples);
  });
}
