//===- CopySharedWeights.cpp - Copy the weights of convolutions -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each unit of a convolution reads the whole weight, so one launch before the
// kernel rounds it and copies it in the order in which it is read
// (WindowCopies.h).
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuKernelEmitter.h"
#include "compiler/fused/KernelQueries.h"

using namespace mlir;
using namespace vib;

Value CpuKernelEmitter::createCopy(OpBuilder &builder, const WindowCopy &copy,
                                   Value unit) {
  RankedTensorType type = copy.getType();
  Value offset =
      arith::ConstantIndexOp::create(builder, loc, getScratch() + copy.offset);
  if (unit) {
    Value distance =
        arith::ConstantIndexOp::create(builder, loc, copy.unitBytes);
    distance = arith::MulIOp::create(builder, loc, unit, distance);
    offset = arith::AddIOp::create(builder, loc, offset, distance);
  }
  return memref::ViewOp::create(
      builder, loc, getMemoryType(type, choosePaddedLayout(type)),
      signature.getBase(BaseKind::Arena), offset, ValueRange{});
}

void CpuKernelEmitter::emitSharedCopy(OpBuilder &builder, OpBuilder &launches,
                                      const Signature &entry,
                                      const WindowCopy &copy, unsigned number) {
  std::string suffix = ".copy";
  if (number != 0)
    suffix += "." + std::to_string(number);
  func::FuncOp function = createFunction(builder, suffix);
  TileEmitter e(builder, loc, plan, machine);
  Value source = copy.getSource();
  unsigned buffer = plan.getSite(source).buffer;
  e.setMemory(buffer, createView(builder, buffer, Value()));
  Value memory = createCopy(builder, copy, Value());
  auto loop = scf::ForOp::create(builder, loc, function.getArgument(0),
                                 function.getArgument(1), e.index(1));
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value row = loop.getInductionVar();
    SmallVector<Value> positions(copy.sizes.size());
    for (int64_t axis = positions.size() - 2; axis >= 0; --axis) {
      Value size = e.index(copy.sizes[axis]);
      positions[axis] = arith::RemUIOp::create(builder, loc, row, size);
      row = arith::DivUIOp::create(builder, loc, row, size);
    }
    emitCopiedRow(e, copy, e.getRef(source), memory, positions, Value(),
                  /*isLast=*/false);
  }
  int64_t units = 1;
  for (int64_t size : ArrayRef(copy.sizes).drop_back())
    units *= size;
  KernelCost cost;
  cost.bytes = 2.0 * getBytes(source.getType());
  launch(launches, entry, function, suffix, units, cost);
}
