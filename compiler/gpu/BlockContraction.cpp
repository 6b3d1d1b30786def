//===- BlockContraction.cpp - A contraction by one thread block -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The reduction is divided into pieces, and shared memory holds `stages` of
// them at a time:
//
//   start copying the pieces 0 to stages - 2, each as a group
//   for each piece:
//     wait for its group; barrier
//     start copying piece + stages - 1
//     multiply the piece
//   barrier; write the accumulators to the results; barrier
//
// One barrier for each piece is enough. After it, the parts of this piece that
// all threads have copied are visible, and all threads have finished the
// previous piece, whose stage the next copy overwrites. A group is committed
// for every piece, an empty one towards the end, so that every iteration waits
// for the same number of groups.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockContraction.h"
#include "compiler/gpu/BlockArithmetic.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"

using namespace mlir;
using namespace vib;

BlockArithmetic::BlockArithmetic(const IndexBuilder &index,
                                 const BlockShape &shape, unsigned results,
                                 Value thread)
    : index(index), builder(index.builder), loc(index.loc), shape(shape),
      results(results) {
  lane = index.rem(thread, kWarpThreads);
  Value warp = index.div(thread, kWarpThreads);
  int64_t warps = shape.columns / shape.warpColumns;
  warpRow = index.mul(index.div(warp, warps), shape.warpRows);
  warpColumn = index.mul(index.rem(warp, warps), shape.warpColumns);
}

BlockArithmetic::~BlockArithmetic() = default;

Value BlockArithmetic::loadVector(Value memory, Value row, Value column,
                                  int64_t width) const {
  auto type = VectorType::get(width, builder.getF32Type());
  return vector::LoadOp::create(builder, loc, type, memory,
                                ValueRange{row, column}, /*nontemporal=*/false,
                                llvm::Align(4 * width));
}

TileLayout BlockArithmetic::getPlainLayout(OperandForm form, bool isLhs) const {
  TileLayout layout;
  layout.rows = getExtent(isLhs);
  layout.columns = shape.depth;
  if (form.reductionFirst)
    std::swap(layout.rows, layout.columns);
  layout.elementBytes = form.getBytes();
  return layout;
}

namespace {

class BlockContractionEmitter {
public:
  BlockContractionEmitter(OpBuilder &builder, Location loc,
                          const BlockShape &shape, int64_t depthExtent,
                          Value thread, Value staging, unsigned results);
  void addOperand(const TileOperand &operand, bool isLhs);
  void run(ArrayRef<Value> results);

private:
  /// Starts copying a piece of all operands.
  void emitCopies(const IndexBuilder &index, Value piece, Value stage);
  /// Starts copying the pieces that the first iteration does not.
  void emitFirstCopies();
  /// Starts copying the piece that comes `ahead` of `piece`, if there is one.
  void emitNextCopy(Value piece, Value stage);
  /// The number of steps of the reduction in a piece.
  Value getDepth(Value piece);
  /// Emits an iteration for a piece. Returns the sums and the next stage.
  SmallVector<Value> emitPiece(Value piece, ValueRange sums, Value stage);

  OpBuilder &builder;
  Location loc;
  IndexBuilder index;
  const BlockShape &shape;
  int64_t depthExtent;
  Value thread, staging;
  std::unique_ptr<BlockArithmetic> arithmetic;
  SmallVector<StagedOperand> operands;
  int64_t stagingBytes = 0;
  /// The pieces of the reduction, and how many are copied ahead.
  int64_t pieces, ahead;
};

BlockContractionEmitter::BlockContractionEmitter(
    OpBuilder &builder, Location loc, const BlockShape &shape,
    int64_t depthExtent, Value thread, Value staging, unsigned results)
    : builder(builder), loc(loc), index{builder, loc}, shape(shape),
      depthExtent(depthExtent), thread(thread), staging(staging),
      pieces(llvm::divideCeil(depthExtent, shape.depth)),
      ahead(shape.stages - 1) {
  auto create = shape.precision == OperandPrecision::F32 ? createFmaArithmetic
                                                         : createMmaArithmetic;
  arithmetic = create(index, shape, results, thread);
}

void BlockContractionEmitter::addOperand(const TileOperand &operand,
                                         bool isLhs) {
  OperandForm form = isLhs ? shape.lhs : shape.rhs;
  assert(form.reductionFirst == operand.reductionFirst &&
         form.isBf16 == getElementTypeOrSelf(operand.memory).isBF16() &&
         "the shape was chosen for other operands");
  TileLayout layout = arithmetic->getLayout(form, isLhs);
  operands.emplace_back(index, shape, operand,
                        isLhs ? shape.rows : shape.columns, depthExtent, layout,
                        staging, stagingBytes);
  stagingBytes += shape.stages * layout.getBytes();
}

void BlockContractionEmitter::emitCopies(const IndexBuilder &index, Value piece,
                                         Value stage) {
  Value k = index.mul(piece, shape.depth);
  for (const StagedOperand &operand : operands)
    operand.emitCopy(index, thread, k, stage);
}

void BlockContractionEmitter::emitFirstCopies() {
  for (int64_t piece = 0; piece != ahead; ++piece) {
    if (piece < pieces)
      emitCopies(index, index.constant(piece), index.constant(piece));
    NVVM::CpAsyncCommitGroupOp::create(builder, loc);
  }
}

void BlockContractionEmitter::emitNextCopy(Value piece, Value stage) {
  Value next = index.add(piece, ahead);
  scf::IfOp::create(builder, loc, index.isLess(next, index.constant(pieces)),
                    [&](OpBuilder &builder, Location loc) {
                      IndexBuilder index{builder, loc};
                      Value isFirst = index.isLess(stage, index.constant(1));
                      Value before = index.sub(stage, index.constant(1));
                      emitCopies(
                          index, next,
                          index.select(isFirst, index.constant(ahead), before));
                      scf::YieldOp::create(builder, loc);
                    });
  NVVM::CpAsyncCommitGroupOp::create(builder, loc);
}

Value BlockContractionEmitter::getDepth(Value piece) {
  Value depth = index.constant(shape.depth);
  if (depthExtent % shape.depth == 0)
    return depth;
  Value left =
      index.sub(index.constant(depthExtent), index.mul(piece, shape.depth));
  return builder.createOrFold<arith::MinSIOp>(loc, left, depth);
}

SmallVector<Value>
BlockContractionEmitter::emitPiece(Value piece, ValueRange sums, Value stage) {
  NVVM::CpAsyncWaitGroupOp::create(builder, loc, ahead - 1);
  gpu::BarrierOp::create(builder, loc);
  emitNextCopy(piece, stage);
  Value depth = getDepth(piece);
  SmallVector<Value> results = arithmetic->multiply(
      operands.front(), ArrayRef(operands).drop_front(), stage, depth, sums);
  Value isLast = index.isLess(stage, index.constant(ahead));
  results.push_back(
      index.select(isLast, index.add(stage, 1), index.constant(0)));
  return results;
}

void BlockContractionEmitter::run(ArrayRef<Value> results) {
  emitFirstCopies();
  Value zero = arith::ConstantOp::create(builder, loc, builder.getF32Type(),
                                         builder.getF32FloatAttr(0));
  SmallVector<Value> carried(arithmetic->getNumAccumulators(), zero);
  carried.push_back(index.constant(0));
  auto loop =
      scf::ForOp::create(builder, loc, index.constant(0),
                         index.constant(pieces), index.constant(1), carried);
  {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    ValueRange values = loop.getRegionIterArgs();
    scf::YieldOp::create(
        builder, loc,
        emitPiece(loop.getInductionVar(), values.drop_back(), values.back()));
  }
  // The results may overlap staging memory that other threads still read.
  gpu::BarrierOp::create(builder, loc);
  arithmetic->store(loop.getResults().drop_back(), results);
  gpu::BarrierOp::create(builder, loc);
}

} // namespace

void vib::emitBlockContraction(OpBuilder &builder, Location loc,
                               const BlockShape &shape, const TileOperand &lhs,
                               ArrayRef<TileOperand> rhs, int64_t depthExtent,
                               Value thread, Value staging,
                               ArrayRef<Value> results) {
  BlockContractionEmitter emitter(builder, loc, shape, depthExtent, thread,
                                  staging, results.size());
  emitter.addOperand(lhs, /*isLhs=*/true);
  for (const TileOperand &operand : rhs)
    emitter.addOperand(operand, /*isLhs=*/false);
  emitter.run(results);
}
