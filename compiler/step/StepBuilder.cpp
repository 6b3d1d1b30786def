//===- StepBuilder.cpp - What an op needs to build its step -----*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/StepBuilder.h"

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
  for (auto [adjoint, more] : llvm::zip_equal(adjoints[value], moreAdjoints)) {
    StringRef dims = getMatrixDims(adjoint);
    adjoint = map({{adjoint, dims}, {more, dims}}, dims,
                  [](ScalarBuilder &scalars, ValueRange elements) {
                    return scalars.add(elements[0], elements[1]);
                  });
  }
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

void StepBuilder::defer(std::function<void()> build) {
  deferred.push_back(
      [this, label = getLabel(), loc = getLoc(), build = std::move(build)] {
        setLabel(label);
        setLoc(loc);
        build();
      });
}

void StepBuilder::flush() {
  StringAttr label = getLabel();
  Location loc = getLoc();
  for (const std::function<void()> &build : deferred)
    build();
  deferred.clear();
  setLabel(label);
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
