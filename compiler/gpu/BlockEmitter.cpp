//===- BlockEmitter.cpp - Emit the steps of a thread block ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockEmitter.h"

using namespace mlir;
using namespace vib;

SmallVector<Value> BlockEmitter::createLoop(
    unsigned cls, Value begin, int64_t step, ValueRange carried,
    function_ref<SmallVector<Value>(Value, ValueRange)> body) {
  Value size = getDynamicSize(cls);
  if (!size && !begin && getSize(cls) == 1)
    return body(index(0), carried);
  auto loop = scf::ForOp::create(builder, loc, begin ? begin : index(0),
                                 size ? size : index(getSize(cls)), index(step),
                                 carried);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(loop.getBody());
  SmallVector<Value> results =
      body(loop.getInductionVar(), loop.getRegionIterArgs());
  if (!carried.empty())
    scf::YieldOp::create(builder, loc, results);
  return SmallVector<Value>(loop.getResults());
}

void BlockEmitter::forEachPosition(ArrayRef<unsigned> classes, Value worker,
                                   int64_t workers,
                                   function_ref<void(ArrayRef<Value>)> body) {
  int64_t total = 1;
  for (unsigned cls : classes)
    total *= getSize(cls);
  auto emit = [&](Value number) {
    // The digits of `number`, in a mixed radix, are the positions.
    SmallVector<Value> positions(classes.size());
    Value rest = number, isInside;
    for (unsigned i = classes.size(); i-- > 0;) {
      unsigned cls = classes[i];
      int64_t size = getSize(cls);
      Value position;
      if (size == 1) {
        position = index(0);
      } else if (i == 0) {
        position = rest;
      } else {
        position = builder.createOrFold<arith::RemUIOp>(loc, rest, index(size));
        rest = builder.createOrFold<arith::DivUIOp>(loc, rest, index(size));
      }
      positions[i] = position;
      Value limit = getDynamicSize(cls);
      if (!limit || size == 1)
        continue;
      Value below = arith::CmpIOp::create(
          builder, loc, arith::CmpIPredicate::ult, position, limit);
      isInside =
          isInside
              ? arith::AndIOp::create(builder, loc, isInside, below).getResult()
              : below;
    }
    if (!isInside)
      return body(positions);
    auto branch =
        scf::IfOp::create(builder, loc, isInside, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    body(positions);
  };
  OpBuilder::InsertionGuard guard(builder);
  if (total > workers) {
    auto loop =
        scf::ForOp::create(builder, loc, worker, index(total), index(workers));
    builder.setInsertionPointToStart(loop.getBody());
    return emit(loop.getInductionVar());
  }
  if (total < workers) {
    Value has = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::ult,
                                      worker, index(total));
    auto branch =
        scf::IfOp::create(builder, loc, has, /*withElseRegion=*/false);
    builder.setInsertionPointToStart(branch.thenBlock());
    return emit(worker);
  }
  emit(worker);
}

Value BlockEmitter::load(const TensorRef &ref, ArrayRef<Value> positions) {
  return memref::LoadOp::create(builder, loc, ref.memory,
                                getPlainIndices(ref, positions));
}

void BlockEmitter::store(Value value, const TensorRef &ref,
                         ArrayRef<Value> positions) {
  memref::StoreOp::create(builder, loc, value, ref.memory,
                          getPlainIndices(ref, positions));
}

void BlockEmitter::emitCopy(const Copy &copy) {
  TensorRef from = getRef(copy.value, copy.from);
  TensorRef to = getRef(copy.value, copy.to);
  SmallVector<unsigned, 4> classes = plan.getSpace().getClasses(copy.value);
  forEachPosition(classes, thread, kBlockThreads,
                  [&](ArrayRef<Value> positions) {
                    store(load(from, positions), to, positions);
                  });
}
