//===- KernelContractions.cpp - The contractions of a kernel --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/GpuKernelEmitter.h"

using namespace mlir;
using namespace vib;

/// The operand of a contraction whose axis along the result is `cls`.
TileOperand GpuKernelEmitter::getOperand(BlockEmitter &e,
                                         const MatrixContraction &contraction,
                                         const MatrixOperand &matrix,
                                         unsigned cls) {
  OpBuilder &builder = e.builder;
  const KernelSpace &space = plan.getSpace();
  unsigned buffer = plan.getSite(matrix.argument).buffer;
  Place place = *getPlace(plan.getBuffers()[buffer]);
  Type element = getElementTypeOrSelf(matrix.argument);
  int64_t rows = matrix.rows;
  TileOperand operand;
  operand.reductionFirst = matrix.reductionFirst;
  if (matrix.reductionFirst) {
    place.offset += matrix.row * matrix.columns * getElementBytes(element);
    rows -= matrix.row;
  }
  place.layout = {matrix.columns};
  auto view =
      cast<memref::ViewOp>(e.getMemory(buffer).getDefiningOp<memref::ViewOp>());
  operand.memory =
      vib::createView(builder, loc, view.getSource(), place,
                      RankedTensorType::get({rows, matrix.columns}, element));
  // The start of the tile along the result.
  int64_t first = matrix.reductionFirst ? matrix.column : matrix.row;
  const Tile *tile = plan.getTiles().lookup(cls);
  operand.start = e.add(first ? e.index(first) : Value(), e.getStart(cls));
  int64_t multiple = std::gcd(first, tile ? tile->size : 0);
  operand.extent = first + space.getExtent(cls);
  bool isOuter = cls == contraction.rowClass && !contraction.outer.empty();
  if (isOuter) {
    // The outer axes, at which a block has a single position, and the rows are
    // one axis of the matrix.
    Value position;
    for (unsigned outer : contraction.outer) {
      if (position)
        position = arith::MulIOp::create(builder, loc, position,
                                         e.index(space.getExtent(outer)));
      position = e.add(position, e.getStart(outer));
    }
    int64_t extent = space.getExtent(cls);
    if (position)
      position = arith::MulIOp::create(builder, loc, position, e.index(extent));
    operand.start = e.add(position, operand.start);
    multiple = std::gcd(multiple, extent);
    operand.extent = matrix.rows;
  }
  if (!operand.start)
    operand.start = e.index(0);
  // 0 is a multiple of everything.
  operand.startMultiple = multiple ? multiple : int64_t(1) << 20;
  return operand;
}

void GpuKernelEmitter::emitContractions(BlockEmitter &e,
                                        const LaunchValues &launch,
                                        const BlockStep &step) {
  OpBuilder &builder = e.builder;
  const BlockShape &shape = plan.getTiles().shape;
  const MatrixContraction &first = *step.contractions.front();
  TileOperand lhs = getOperand(e, first, first.lhs, first.rowClass);
  SmallVector<TileOperand> rhs;
  SmallVector<Value> results;
  Attribute space = cast<MemRefType>(launch.shared.getType()).getMemorySpace();
  auto createShared = [&](ArrayRef<int64_t> sizes, Type element,
                          int64_t offset) -> Value {
    auto type =
        MemRefType::get(sizes, element, MemRefLayoutAttrInterface(), space);
    return memref::ViewOp::create(builder, loc, type, launch.shared,
                                  e.index(offset), ValueRange());
  };
  for (const MatrixContraction *contraction : step.contractions) {
    rhs.push_back(getOperand(e, *contraction, contraction->rhs,
                             contraction->columnClass));
    unsigned buffer = plan.getSite(contraction->op->getResult(0)).buffer;
    RankedTensorType type = plan.getBuffers()[buffer].type;
    results.push_back(createShared(type.getShape().take_back(2),
                                   type.getElementType(),
                                   plan.getSharedOffset(buffer)));
  }
  Value staging = createShared({shape.getStagingBytes(rhs.size())},
                               builder.getI8Type(), step.stagingOffset);
  emitBlockContraction(builder, loc, shape, lhs, rhs, first.depth, e.thread,
                       staging, results);
}
