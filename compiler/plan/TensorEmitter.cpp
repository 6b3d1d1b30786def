//===- TensorEmitter.cpp - Tensors as seen from a tile --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/TensorEmitter.h"
#include "compiler/step/WindowMap.h"

using namespace mlir;
using namespace vib;

TensorRef TensorEmitter::getRef(Value tensor, const Site &site) {
  TensorRef ref;
  ref.memory = getMemory(site.buffer);
  ref.axes.assign(site.axes.begin(), site.axes.end());
  for (int64_t offset : site.offsets)
    ref.base.push_back(offset == 0 ? Value() : index(offset));
  if (placement.getBuffers()[site.buffer].isTile())
    return ref;
  for (auto [axis, cls] :
       llvm::zip_equal(site.axes, placement.getSpace().getClasses(tensor)))
    ref.base[axis] = add(ref.base[axis], getStart(cls));
  return ref;
}

void TensorEmitter::addWindowStarts(TensorRef &ref, AffineMap map,
                                    ArrayRef<unsigned> classes) {
  for (auto [axis, expr] : llvm::zip_equal(ref.axes, map.getResults())) {
    if (isa<AffineDimExpr>(expr))
      continue;
    LinearIndex index = *getLinearIndex(expr);
    for (auto [loop, factor] : index.terms)
      ref.base[axis] =
          add(ref.base[axis], multiply(getStart(classes[loop]), factor));
  }
}

Value TensorEmitter::multiply(Value value, int64_t factor) {
  if (!value || factor == 1)
    return value;
  return builder.createOrFold<arith::MulIOp>(loc, value, index(factor));
}

Value TensorEmitter::index(int64_t value) {
  return arith::ConstantIndexOp::create(builder, loc, value);
}

Value TensorEmitter::add(Value lhs, Value rhs) {
  if (!lhs || (rhs && matchPattern(lhs, m_Zero())))
    return rhs;
  if (!rhs || matchPattern(rhs, m_Zero()))
    return lhs;
  return builder.createOrFold<arith::AddIOp>(loc, lhs, rhs);
}

Value TensorEmitter::add(Value lhs, int64_t rhs) {
  if (!lhs)
    return index(rhs);
  return rhs == 0 ? lhs : add(lhs, index(rhs));
}

SmallVector<Value> TensorEmitter::getPositions(AffineMap map,
                                               ArrayRef<Value> loops) {
  SmallVector<Value> positions;
  for (AffineExpr expr : map.getResults()) {
    LinearIndex linear = *getLinearIndex(expr);
    Value position;
    for (auto [loop, factor] : linear.terms)
      position = add(position, multiply(loops[loop], factor));
    if (linear.offset != 0)
      position = add(position, linear.offset);
    positions.push_back(position);
  }
  return positions;
}

SmallVector<Value> TensorEmitter::getPlainIndices(const TensorRef &ref,
                                                  ArrayRef<Value> positions) {
  SmallVector<Value> indices(ref.base.begin(), ref.base.end());
  for (auto [axis, position] : llvm::zip_equal(ref.axes, positions))
    indices[axis] = add(indices[axis], position);
  for (Value &value : indices)
    if (!value)
      value = index(0);
  return indices;
}
