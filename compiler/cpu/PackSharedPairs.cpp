//===- PackSharedPairs.cpp - Pack the pairs that all units share ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuKernelEmitter.h"
#include "compiler/cpu/Pairs.h"
#include "compiler/fused/KernelQueries.h"

using namespace mlir;
using namespace vib;

Value CpuKernelEmitter::createPairs(OpBuilder &builder,
                                    const SharedPairs &pairs) {
  auto type = RankedTensorType::get({getPairLayout(pairs).elements},
                                    getElementTypeOrSelf(pairs.operand));
  return vib::createView(
      builder, loc, signature.getBase(BaseKind::Arena),
      {BaseKind::Arena, getScratch() + pairs.offset, getPlainLayout(type)},
      type);
}

void CpuKernelEmitter::emitPairs(OpBuilder &builder, OpBuilder &launches,
                                 const Signature &entry,
                                 const SharedPairs &pairs) {
  func::FuncOp function = createFunction(builder, ".pairs");
  TileEmitter e(builder, loc, plan, machine);
  unsigned buffer = plan.getSite(pairs.operand).buffer;
  e.setMemory(buffer, createView(builder, buffer, Value()));
  PairSource source{e.getRef(pairs.operand),
                    AffineMap::getMultiDimIdentityMap(2, builder.getContext()),
                    /*reduction=*/0,
                    /*column=*/1,
                    pairs.depth,
                    pairs.columns};
  Pairs to{createPairs(builder, pairs), getPairLayout(pairs)};
  SmallVector<Value> positions(2);
  int64_t whole = pairs.depth / 2, units = llvm::divideCeil(pairs.depth, 2);
  Value begin = function.getArgument(0), end = function.getArgument(1);
  Value last = e.index(whole);
  Value stop =
      whole == units ? end : arith::MinSIOp::create(builder, loc, end, last);
  auto loop = scf::ForOp::create(builder, loc, begin, stop, e.index(1));
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value k =
        arith::MulIOp::create(builder, loc, loop.getInductionVar(), e.index(2));
    packPairOfRows(e, source, to, k, /*isLast=*/false, positions);
  }
  if (whole != units) {
    Value has = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::sgt,
                                      end, last);
    auto branch =
        scf::IfOp::create(builder, loc, has, /*withElseRegion=*/false);
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(branch.thenBlock());
    packPairOfRows(e, source, to, e.index(2 * whole), /*isLast=*/true,
                   positions);
  }
  KernelCost cost;
  cost.bytes = 2.0 * getBytes(pairs.operand.getType());
  launch(launches, entry, function, ".pairs", units, cost);
}
