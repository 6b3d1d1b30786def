//===- CombinePartials.cpp - Combine the partial results of units ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuKernelEmitter.h"
#include "compiler/plan/PartialResults.h"
#include "compiler/plan/Reductions.h"

using namespace mlir;
using namespace vib;

void CpuKernelEmitter::emitCombinations(OpBuilder &builder) {
  TileEmitter e(builder, loc, plan, machine);
  for (const Combination &combination : plan.getCombinations())
    emitCombination(e, combination);
}

/// The rows of the result may be padded, or the result may be in panels. If
/// neither holds, it is treated as one row.
void CpuKernelEmitter::emitCombination(TileEmitter &e,
                                       const Combination &combination) {
  OpBuilder &builder = e.builder;
  const Buffer &partial = plan.getBuffers()[combination.partial];
  int64_t elements = partial.type.getNumElements();
  Type element = partial.type.getElementType();
  Value from =
      createPartialsView(builder, loc, plan, partial,
                         signature.getBase(BaseKind::Arena), getScratch());
  Place place = getPlace(plan.getBuffers()[combination.output]);
  int64_t row = getRow(partial.type);
  if (place.layout == getPlainLayout(partial.type))
    place.layout.row = row = elements;
  TensorRef to;
  to.memory =
      vib::createView(builder, loc, signature.getBase(place.base), place,
                      RankedTensorType::get({elements / row, row}, element));
  to.base.resize(2);
  to.axes = {0, 1};
  auto map = AffineMap::getMultiDimIdentityMap(2, builder.getContext());
  auto emit = [&](Value index, Value column, int64_t width) {
    Value start = arith::MulIOp::create(builder, loc, index, e.index(row));
    Value position = e.add(start, column);
    auto type = VectorType::get(width, element);
    auto load = [&](Value unit) -> Value {
      return vector::LoadOp::create(builder, loc, type, from,
                                    ValueRange{unit, position});
    };
    SmallVector<Value> sum =
        e.createLoop(1, plan.getTiles().units, 1, load(e.index(0)),
                     [&](Value unit, ValueRange carried) -> SmallVector<Value> {
                       return {combine(builder, loc, combination.combiner,
                                       carried[0], load(unit))};
                     });
    e.storeVector(sum[0], to, map, {index, column});
  };
  int64_t lanes = machine.getLanes(element), whole = row / lanes * lanes;
  e.createLoop(0, elements / row, 1, [&](Value index) {
    e.createLoop(0, whole, lanes,
                 [&](Value column) { emit(index, column, lanes); });
    if (whole != row)
      emit(index, e.index(whole), row - whole);
  });
}
