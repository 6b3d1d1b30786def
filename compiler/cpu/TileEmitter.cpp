//===- TileEmitter.cpp - Emit the ops of a tile ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/TileEmitter.h"
#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

SmallVector<Value> TileEmitter::createLoop(
    int64_t begin, int64_t end, int64_t step, ValueRange carried,
    function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  if (begin >= end)
    return SmallVector<Value>(carried);
  if (begin + step >= end)
    return body(index(begin), carried);
  auto loop = scf::ForOp::create(builder, loc, index(begin), index(end),
                                 index(step), carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, results);
  return SmallVector<Value>(loop.getResults());
}

void TileEmitter::createLoop(int64_t begin, int64_t end, int64_t step,
                             function_ref<void(Value)> body) {
  createLoop(begin, end, step, ValueRange(), [&](Value iv, ValueRange) {
    body(iv);
    return SmallVector<Value>();
  });
}

SmallVector<Value> TileEmitter::createPanelLoop(
    int64_t end, int64_t step, int64_t panel, ValueRange carried,
    function_ref<SmallVector<Value>(Value, ValueRange)> body,
    function_ref<void(Value)> atPanel) {
  if (panel == 0 || end <= panel)
    return createLoop(0, end, step, carried, body);
  auto emitPanel = [&](Value index, int64_t columns, ValueRange values) {
    Value start =
        builder.createOrFold<arith::MulIOp>(loc, index, this->index(panel));
    if (atPanel)
      atPanel(start);
    return createLoop(
        0, columns, step, values, [&](Value inner, ValueRange values) {
          Value column = builder.createOrFold<arith::AddIOp>(loc, start, inner);
          splits[{column, panel}] = {index, inner};
          return body(column, values);
        });
  };
  int64_t whole = end / panel;
  SmallVector<Value> results =
      createLoop(0, whole, 1, carried, [&](Value iv, ValueRange values) {
        return emitPanel(iv, panel, values);
      });
  if (whole * panel == end)
    return results;
  return emitPanel(index(whole), end - whole * panel, results);
}

std::pair<Value, Value> TileEmitter::splitColumn(Value column, int64_t panel) {
  auto known = splits.find({column, panel});
  if (known != splits.end())
    return known->second;
  Value columns = index(panel);
  return {builder.createOrFold<arith::DivUIOp>(loc, column, columns),
          builder.createOrFold<arith::RemUIOp>(loc, column, columns)};
}

SmallVector<Value> TileEmitter::getIndices(const TensorRef &ref,
                                           ArrayRef<Value> positions) {
  SmallVector<Value> indices = getPlainIndices(ref, positions);
  if (int64_t panel = ref.getPanel()) {
    auto [first, column] = splitColumn(indices[1], panel);
    return {first, indices[0], column};
  }
  return indices;
}

Value TileEmitter::loadScalar(const TensorRef &ref, AffineMap map,
                              ArrayRef<Value> loops) {
  return memref::LoadOp::create(builder, loc, ref.memory,
                                getIndices(ref, getPositions(map, loops)));
}

void TileEmitter::storeScalar(Value value, const TensorRef &ref, AffineMap map,
                              ArrayRef<Value> loops) {
  memref::StoreOp::create(builder, loc, value, ref.memory,
                          getIndices(ref, getPositions(map, loops)));
}

Value TileEmitter::loadVector(const TensorRef &ref, AffineMap map,
                              ArrayRef<Value> loops, int64_t width) {
  auto type = cast<MemRefType>(ref.memory.getType());
  return vector::LoadOp::create(
      builder, loc, VectorType::get(width, type.getElementType()), ref.memory,
      getIndices(ref, getPositions(map, loops)));
}

void TileEmitter::storeVector(Value value, const TensorRef &ref, AffineMap map,
                              ArrayRef<Value> loops) {
  vector::StoreOp::create(builder, loc, value, ref.memory,
                          getIndices(ref, getPositions(map, loops)));
}

void TileEmitter::emitPrefetch(const TensorRef &ref, AffineMap map,
                               ArrayRef<Value> loops) {
  memref::PrefetchOp::create(builder, loc, ref.memory,
                             getIndices(ref, getPositions(map, loops)),
                             /*isWrite=*/false, /*localityHint=*/2,
                             /*isDataCache=*/true);
}

Value TileEmitter::createStack(RankedTensorType type) {
  OpBuilder::InsertionGuard guard(builder);
  Operation *parent = builder.getInsertionBlock()->getParentOp();
  auto function = dyn_cast<func::FuncOp>(parent);
  if (!function)
    function = parent->getParentOfType<func::FuncOp>();
  builder.setInsertionPointToStart(&function.front());
  return memref::AllocaOp::create(builder, loc,
                                  getMemoryType(type, choosePaddedLayout(type)),
                                  ValueRange(), builder.getI64IntegerAttr(64));
}

void TileEmitter::emitCopy(const Copy &copy) {
  TensorRef from = getRef(copy.value, copy.from);
  TensorRef to = getRef(copy.value, copy.to);
  SmallVector<unsigned, 4> classes = plan.getSpace().getClasses(copy.value);
  auto type = cast<RankedTensorType>(copy.value.getType());
  auto map =
      AffineMap::getMultiDimIdentityMap(classes.size(), builder.getContext());
  SmallVector<Value> positions(classes.size());
  if (classes.empty())
    return storeScalar(loadScalar(from, map, positions), to, map, positions);
  int64_t lanes = machine.getLanes(type.getElementType());
  std::function<void(unsigned)> emit = [&](unsigned axis) {
    int64_t size = getSize(classes[axis]);
    if (axis + 1 != classes.size()) {
      createLoop(0, size, 1, [&](Value iv) {
        positions[axis] = iv;
        emit(axis + 1);
      });
      return;
    }
    int64_t whole = size / lanes * lanes;
    createLoop(0, whole, lanes, [&](Value iv) {
      positions[axis] = iv;
      storeVector(loadVector(from, map, positions, lanes), to, map, positions);
    });
    if (whole == size)
      return;
    positions[axis] = index(whole);
    storeVector(loadVector(from, map, positions, size - whole), to, map,
                positions);
  };
  emit(0);
}
