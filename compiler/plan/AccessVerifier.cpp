//===- AccessVerifier.cpp - No kernel leaves its memory -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/AccessVerifier.h"
#include "compiler/plan/IndexSystem.h"
#include "compiler/plan/Memory.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "llvm/ADT/TypeSwitch.h"

using namespace mlir;
using namespace vib;

/// What the stack of a thread has room for, beside the scratch of a kernel.
static constexpr int64_t kMostStackBytes = 4 * 1024 * 1024;

LogicalResult AccessVerifier::verifyView(memref::ViewOp view,
                                         IndexRanges &ranges) {
  auto source = cast<MemRefType>(view.getSource().getType());
  std::optional<int64_t> have = getStaticBytes(source),
                         need = getStaticBytes(view.getType());
  if (!need)
    return view.emitError("expected a view with a static shape");
  if (!have)
    return view.emitError("expected a view of memory with a static size but "
                          "got ")
           << source;
  std::optional<IndexRange> offset = ranges.get(view.getByteShift());
  if (!offset)
    return view.emitError("expected an offset whose least and greatest value "
                          "are known");
  if (offset->min < 0 || *need > *have || offset->max > *have - *need)
    return view.emitError("expected a view within the ")
           << *have << " bytes of its memory, but it takes " << *need
           << " bytes from byte "
           << (offset->min < 0 ? offset->min : offset->max) << " on";
  int64_t alignment = getElementBytes(view.getType().getElementType());
  if (offset->min % alignment != 0 || offset->step % alignment != 0)
    return view.emitError("expected an offset that is a multiple of the ")
           << alignment << " bytes of an element";
  return success();
}

static LogicalResult verifySubview(memref::SubViewOp view) {
  MemRefType source = view.getSourceType();
  for (int64_t axis = 0; axis != source.getRank(); ++axis) {
    if (view.isDynamicOffset(axis) || view.isDynamicSize(axis) ||
        view.isDynamicStride(axis))
      return view.emitError(
          "expected offsets, sizes and strides to be numbers");
    int64_t offset = view.getStaticOffset(axis);
    int64_t size = view.getStaticSize(axis);
    if (view.getStaticStride(axis) != 1 || offset < 0 || size < 0 ||
        size > source.getDimSize(axis) ||
        offset > source.getDimSize(axis) - size)
      return view.emitError("expected a part of ") << source;
  }
  return success();
}

LogicalResult AccessVerifier::verifyStack(memref::AllocaOp alloca) {
  std::optional<int64_t> bytes = getStaticBytes(alloca.getType());
  if (!bytes || *bytes > kMostStackBytes ||
      (stackBytes += *bytes) > kMostStackBytes)
    return alloca.emitError("expected a kernel to take at most ")
           << kMostStackBytes << " bytes of the stack";
  return success();
}

static LogicalResult verifyLoop(scf::ForOp loop, IndexRanges &ranges) {
  if (loop.getUnsignedCmp())
    return loop.emitError("expected a loop that compares signed numbers, but "
                          "it is unsigned");
  std::optional<IndexRange> step = ranges.get(loop.getStep());
  if (!step || step->min < 1)
    return loop.emitError("expected a step that is a positive constant");
  return success();
}

LogicalResult AccessVerifier::verifyIndex(Operation *op, MemRefType type,
                                          unsigned axis, Value index,
                                          AccessWidth width,
                                          IndexRanges &ranges) {
  std::optional<IndexRange> range = ranges.get(index);
  if (!range)
    return op->emitError("expected index ")
           << axis << " to be one that constants, conditions and the bounds "
           << "of loops determine";
  int64_t size = type.getDimSize(axis);
  bool isIn = isAtLeast(index, 0, ranges);
  if (isIn && width.value)
    isIn = isAtMost({index, width.value}, size, ranges);
  else if (isIn)
    isIn = width.number <= size && isAtMost(index, size - width.number, ranges);
  if (isIn)
    return success();
  return op->emitError("expected an access within ")
         << type << ", but index " << axis << " goes from " << range->min
         << " to " << range->max
         << (width.number != 1 ? ", with " + std::to_string(width.number) +
                                     " elements from there"
                               : "");
}

LogicalResult AccessVerifier::verifyAccess(Operation *op, MemRefType type,
                                           ValueRange indices,
                                           AccessWidth width,
                                           IndexRanges &ranges) {
  if (!type.hasStaticShape())
    return op->emitError("expected memory with a static shape but got ")
           << type;
  for (auto [axis, index] : llvm::enumerate(indices))
    if (failed(verifyIndex(op, type, axis, index,
                           axis + 1 == indices.size() ? width : AccessWidth(1),
                           ranges)))
      return failure();
  return success();
}

LogicalResult AccessVerifier::verifyVector(Operation *op, MemRefType type,
                                           ValueRange indices,
                                           VectorType vector,
                                           IndexRanges &ranges) {
  if (vector.getRank() != 1 || vector.isScalable() ||
      vector.getElementType() != type.getElementType())
    return op->emitError("expected a vector of the elements of a row");
  return verifyAccess(op, type, indices, vector.getDimSize(0), ranges);
}

/// Only memory of the stack or of -O0 has an alignment beyond that of elements.
LogicalResult AccessVerifier::verifyAlignment(Operation *op, IndexRanges &) {
  auto alignment = op->getAttrOfType<IntegerAttr>("alignment");
  if (!alignment || (isa<memref::AllocaOp, memref::AllocOp>(op) &&
                     alignment.getInt() == kMemoryAlignment))
    return success();
  return op->emitError("expected no alignment but that of new memory, ")
         << kMemoryAlignment << " bytes";
}

LogicalResult AccessVerifier::verifyOp(Operation *op, IndexRanges &ranges) {
  if (failed(verifyAlignment(op, ranges)))
    return failure();
  return llvm::TypeSwitch<Operation *, LogicalResult>(op)
      .Case([&](memref::ViewOp view) { return verifyView(view, ranges); })
      .Case([&](memref::SubViewOp view) { return verifySubview(view); })
      .Case([&](memref::AllocaOp alloca) { return verifyStack(alloca); })
      .Case([&](scf::ForOp loop) { return verifyLoop(loop, ranges); })
      .Case([&](memref::LoadOp load) {
        return verifyAccess(load, load.getMemRefType(), load.getIndices(), 1,
                            ranges);
      })
      .Case([&](memref::StoreOp store) {
        return verifyAccess(store, store.getMemRefType(), store.getIndices(), 1,
                            ranges);
      })
      .Case([&](vector::LoadOp load) {
        return verifyVector(load, load.getMemRefType(), load.getIndices(),
                            load.getVectorType(), ranges);
      })
      .Case([&](vector::StoreOp store) {
        return verifyVector(store, store.getMemRefType(), store.getIndices(),
                            store.getVectorType(), ranges);
      })
      .Default(success());
}

LogicalResult AccessVerifier::verify(Region &region, IndexRanges &ranges) {
  for (Operation &op : region.getOps()) {
    if (failed(verifyOp(&op, ranges)))
      return failure();
    if (auto branch = dyn_cast<scf::IfOp>(op)) {
      IndexRanges ifTrue = ranges.assume(branch.getCondition(), true);
      IndexRanges ifFalse = ranges.assume(branch.getCondition(), false);
      if (failed(verify(branch.getThenRegion(), ifTrue)) ||
          failed(verify(branch.getElseRegion(), ifFalse)))
        return failure();
      continue;
    }
    for (Region &inner : op.getRegions())
      if (failed(verify(inner, ranges)))
        return failure();
  }
  return success();
}
