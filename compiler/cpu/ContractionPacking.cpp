//===- ContractionPacking.cpp - Pack operands of contractions -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The plan says for which sizes the right operand is packed
// (PackingChoice.cpp). The columns form first packs a panel of rhs into
// contiguous scratch if the distance between its rows is large. Otherwise the
// rows would compete for the same cache sets, and each would be in another
// page. If rhs is not contiguous in the columns and the dot form does not
// apply, packing transposes it.
//
// bf16 operands are packed for the columns form unless they are too large for
// the stack; a weight that must be rounded is rounded at the same time. With AVX512_BF16 a panel is packed in
// pairs (Pairs.h) and a step of the reduction is one pair. The other operand is
// read directly if it is contiguous in k; otherwise its pairs are packed for
// all units before the kernel runs. Accumulators are whole registers. Without
// the instruction, elements are extended to f32 as they are packed.
//
// If a register tile is as wide as a panel whose rows are contiguous, the first
// tile packs the pair of each step just before it reads it, so that loads and
// conversions overlap with multiply-adds. The other tiles read the packed
// panel. Blocks that are transposed are packed before, because their many
// shuffles would take longer than the multiply-adds.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"
#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

Value ContractionEmitter::extend(Value value) {
  if (getElementTypeOrSelf(value) == element)
    return value;
  Type type = element;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(element);
  return arith::ExtFOp::create(builder, loc, type, value);
}

Value ContractionEmitter::roundAndExtend(Value value) {
  if (!isRounded)
    return extend(value);
  Type type = builder.getBF16Type();
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(type);
  return extend(arith::TruncFOp::create(builder, loc, type, value));
}

void ContractionEmitter::pack() {
  auto type = RankedTensorType::get({depth, columns}, element);
  TensorRef packed;
  packed.memory = e.createStack(type);
  packed.base.resize(2);
  packed.axes = {0, 1};
  MLIRContext *context = builder.getContext();
  auto map = AffineMap::get(op.getNumLoops(), 0,
                            {builder.getAffineDimExpr(form.reduction),
                             builder.getAffineDimExpr(form.column)},
                            context);
  auto load = [&](Value k, Value column, int64_t width) {
    positions[form.reduction] = k;
    positions[form.column] = column;
    return roundAndExtend(e.loadVector(rhs, maps[form.rhs], positions, width));
  };
  auto store = [&](Value value, Value k, Value column) {
    positions[form.reduction] = k;
    positions[form.column] = column;
    e.storeVector(value, packed, map, positions);
  };
  // Calls `body` for pieces of `extent`, each at most a register wide.
  auto forPieces = [&](int64_t extent,
                       function_ref<void(Value, int64_t)> body) {
    int64_t whole = extent / lanes * lanes;
    e.createLoop(0, whole, lanes, [&](Value start) { body(start, lanes); });
    if (whole != extent)
      body(e.index(whole), extent - whole);
  };
  switch (form.contiguous) {
  case ContractionForm::Columns:
    e.createLoop(0, depth, 1, [&](Value k) {
      forPieces(columns, [&](Value column, int64_t width) {
        store(load(k, column, width), k, column);
      });
    });
    break;
  case ContractionForm::Reduction:
    forPieces(columns, [&](Value column, int64_t count) {
      forPieces(depth, [&](Value k, int64_t width) {
        SmallVector<Value> vectors;
        for (int64_t i = 0; i != count; ++i)
          vectors.push_back(load(k, e.add(column, i), width));
        for (auto [i, vector] : llvm::enumerate(e.transpose(vectors)))
          store(vector, e.add(k, i), column);
      });
    });
    break;
  case ContractionForm::Neither:
    e.createLoop(0, depth, 1, [&](Value k) {
      e.createLoop(0, columns, 1, [&](Value column) {
        positions[form.reduction] = k;
        positions[form.column] = column;
        Value value = e.loadScalar(rhs, maps[form.rhs], positions);
        e.storeScalar(roundAndExtend(value), packed, map, positions);
      });
    });
    break;
  }
  rhs = packed;
  maps[form.rhs] = map;
  isRounded = false;
}

bool ContractionEmitter::canPackInTile() const {
  return !lhsPairs && !interleaved && form.m.size() == 1 &&
         isContiguous(maps[form.rhs], form.column) &&
         columns <= choice.registers.vectors * lanes;
}

void ContractionEmitter::packInPairs() {
  PairSource source{rhs,         maps[form.rhs], form.reduction,
                    form.column, depth,          columns};
  PairLayout layout = getPairLayout(depth, columns);
  auto type = RankedTensorType::get({layout.elements}, builder.getBF16Type());
  rhsPairs = Pairs{e.createStack(type), layout};
  std::optional<Tile> unit = e.plan.getTiles().unit;
  bool isUnit =
      unit && unit->cls == e.plan.getSpace().getLoopClasses(op)[form.column];
  auto memory = cast<MemRefType>(rhs.memory.getType());
  if (isRounded && isUnit && rhs.getPanel() != 0 &&
      (form.contiguous == ContractionForm::Reduction ||
       columns == rhs.getPanel()))
    flatRhs = memref::CollapseShapeOp::create(
        builder, loc,
        MemRefType::get(memory.getNumElements(), memory.getElementType()),
        rhs.memory, ArrayRef<ReassociationIndices>{{0, 1, 2}});
  auto shared = e.plan.getSharedPairs().find(op);
  if (shared != e.plan.getSharedPairs().end())
    lhsPairs = Pairs{e.getPairs(op), getPairLayout(shared->second)};
  if (canPackInTile())
    unpacked = source;
  else
    packPairs(e, source, *rhsPairs, positions);
}
