//===- Triangle.cpp - Lower triangles, row by row ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/Triangle.h"

using namespace mlir;
using namespace vib;

/// The row is the largest i with i (i + 1) / 2 <= index. The square root is
/// exact where it matters: for the first entry of a row it is an integer.
TriangleEntry::TriangleEntry(ScalarBuilder &scalars, Value index) {
  OpBuilder &builder = scalars.getBuilder();
  Location loc = scalars.getLoc();
  Value root =
      scalars.sqrt(scalars.add(scalars.mul(scalars.toFloat(index), 8.0), 1.0));
  Value position = scalars.mul(scalars.add(root, -1.0), 0.5);
  Type type = builder.getI32Type();
  row = arith::FPToSIOp::create(builder, loc, type, position);
  Value next = arith::AddIOp::create(builder, loc, row, scalars.integer(1));
  Value twice = arith::MulIOp::create(builder, loc, row, next);
  Value first = arith::ShRUIOp::create(builder, loc, twice, scalars.integer(1));
  column = arith::SubIOp::create(builder, loc, index, first);
}

Value vib::selectDiagonal(ScalarBuilder &scalars, Value diagonal, Value below) {
  TriangleEntry entry(scalars);
  return scalars.select(entry.isDiagonal(scalars), diagonal, below);
}

Value vib::selectRow(ScalarBuilder &scalars, Value value) {
  TriangleEntry entry(scalars);
  Value isRow = scalars.compare(arith::CmpIPredicate::eq, entry.row,
                                scalars.index(dims::kLatents));
  return scalars.select(isRow, value, scalars.constant(0.0));
}

Value vib::buildVariance(StepBuilder &step, Value mean, Value factor) {
  Dims dims = step.getDims(mean);
  return step.sum({{mean, dims}, {factor, step.getDims(factor)}}, dims,
                  [](ScalarBuilder &scalars, ValueRange elements) {
                    return selectRow(scalars, scalars.square(elements[1]));
                  });
}
