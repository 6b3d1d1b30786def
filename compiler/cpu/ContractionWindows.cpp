//===- ContractionWindows.cpp - Contractions that read copies of windows --===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A contraction that reads copies in pairs (WindowCopies.h) is emitted like any
// other one, with three differences: one of its loops counts pairs, the
// channels of a copy are two elements apart, and so are the channels of an
// image that is no copy if they are the loop that counts pairs.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"
#include "compiler/step/WindowMap.h"

using namespace mlir;
using namespace vib;

/// The map with `expr` in place of its last result.
static AffineMap replaceLast(AffineMap map, AffineExpr expr) {
  SmallVector<AffineExpr> results(map.getResults());
  results.back() = expr;
  return AffineMap::get(map.getNumDims(), 0, results, map.getContext());
}

void ContractionEmitter::emitCopy(const WindowCopy &copy,
                                  const TensorRef &source, Value start,
                                  int64_t count) {
  Value memory = e.getCopy(copy);
  SmallVector<Value> at(copy.sizes.size());
  std::function<void(unsigned, bool)> emit = [&](unsigned axis, bool isLast) {
    if (axis + 1 == copy.sizes.size())
      return emitCopiedRow(e, copy, source, memory, at, start, isLast);
    bool isBlocked = copy.axis == axis;
    int64_t size = isBlocked ? count / copy.getStride() : copy.sizes[axis];
    e.createLoop(0, size, 1, [&](Value iv) {
      at[axis] = iv;
      emit(axis + 1, isLast);
    });
    if (!isBlocked || count % copy.getStride() == 0)
      return;
    at[axis] = e.index(size);
    emit(axis + 1, /*isLast=*/true);
  };
  emit(0, /*isLast=*/false);
}

void ContractionEmitter::emitBlockCopies(Value start, int64_t count) {
  for (auto &[copy, source] : blockCopies)
    emitCopy(copy, source, start, count);
  block = llvm::divideCeil(count, blockCopies.front().first.getStride());
  blockStart = Value();
}

TensorRef ContractionEmitter::getCopyRef(const WindowCopy &copy,
                                         AffineMap map) {
  SmallVector<unsigned, 4> classes = e.plan.getSpace().getLoopClasses(op);
  TensorRef ref;
  ref.memory = e.getCopy(copy);
  for (auto [axis, expr] : llvm::enumerate(map.getResults())) {
    Value start;
    if (copy.isShared)
      for (auto [loop, factor] : getLinearIndex(expr)->terms)
        start = e.add(start, e.multiply(e.getStart(classes[loop]), factor));
    ref.base.push_back(start);
    ref.axes.push_back(axis);
  }
  return ref;
}

void ContractionEmitter::useCopies() {
  bool inPairs = windows == Packing::Pairs;
  int64_t block = form.block ? extents[*form.block] : 0;
  for (const WindowCopy &copy :
       getWindowCopies(op, form, windows, extents, block)) {
    TensorRef &ref = copy.operand == form.lhs ? lhs : rhs;
    AffineMap &map = maps[copy.operand];
    if (form.block)
      blockCopies.push_back({copy, ref});
    else if (!copy.isShared)
      emitCopy(copy, ref, /*start=*/Value(), /*count=*/0);
    if (inPairs)
      map = replaceLast(map, map.getResults().back() * 2);
    ref = getCopyRef(copy, map);
  }
  isRounded = false;
  // From here on, the loop of pairs counts them.
  if (!inPairs || form.block)
    return;
  AffineExpr channel = builder.getAffineDimExpr(form.reduction);
  maps[form.lhs] = replaceLast(maps[form.lhs], channel * 2);
  extents[form.reduction] /= 2;
  depth = extents[form.reduction];
}
