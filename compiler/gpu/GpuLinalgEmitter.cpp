//===- GpuLinalgEmitter.cpp - Emit ops that are not contractions ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each thread takes some positions of the parallel loops and runs their
// reductions in the order of the loops:
//
//   for positions of the thread
//     acc = load, or the value of the fill that initializes it
//     for reductions: acc = body(…, acc)
//     store acc
//
// Operands are addressed by their maps. So a convolution is one of these ops,
// whose reductions are the elements of a window and the channels.
//
// If there are fewer positions than threads and a reduction is long, a whole
// warp takes a position. Lane l takes the steps l, l + 32, … of one of the
// reductions, starting from the neutral element. Then halves of the warp are
// combined in a fixed tree, and the first lane adds the initial value. A
// reduction is never divided in this way unless it is one associative
// operation.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockEmitter.h"
#include "compiler/gpu/ThreadDivision.h"
#include "compiler/plan/LinalgEmitter.h"
#include "compiler/plan/Reductions.h"
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace vib;

namespace {

/// The op that rounds a tensor when it is read, or null.
linalg::LinalgOp getPrologue(Value tensor) {
  auto op = tensor.getDefiningOp<linalg::LinalgOp>();
  return op && isPrologue(op) ? op : linalg::LinalgOp();
}

Value getSource(Value tensor) {
  linalg::LinalgOp prologue = getPrologue(tensor);
  return prologue ? prologue->getOperand(0) : tensor;
}

class GpuLinalgEmitter : public LinalgEmitter {
public:
  GpuLinalgEmitter(BlockEmitter &e, linalg::LinalgOp op)
      : LinalgEmitter(e, e.plan, op, getSource), e(e) {
    op.getReductionDims(reductions);
  }
  void run();

private:
  Value load(unsigned operand) override;
  void store(unsigned init, Value value) override;
  Value loadInit(unsigned init) override;
  Values loadCarried() override;
  Values createLoop(unsigned loop, ValueRange carried,
                    function_ref<Values(Value, ValueRange)> body) override {
    return e.createLoop(classes[loop], Value(), 1, carried, body);
  }
  /// Combines the values that the lanes of a warp have.
  void combineLanes(MutableArrayRef<Value> values);
  /// Emits the work of a warp on the current position.
  void emitWarpPosition(Value lane);

  BlockEmitter &e;
  SmallVector<unsigned> reductions;
};

Value GpuLinalgEmitter::load(unsigned operand) {
  if (!refs[operand])
    return e.scalars.lookupOrDefault(op->getOperand(operand));
  Value value =
      e.load(*refs[operand], e.getPositions(maps[operand], positions));
  if (operand >= op.getNumDpsInputs())
    return value;
  if (linalg::LinalgOp prologue = getPrologue(op->getOperand(operand)))
    value = arith::TruncFOp::create(
        builder, loc, getElementTypeOrSelf(prologue->getResult(0)), value);
  return value;
}

void GpuLinalgEmitter::store(unsigned init, Value value) {
  unsigned operand = getOperandOfInit(init);
  e.store(value, *refs[operand], e.getPositions(maps[operand], positions));
}

Value GpuLinalgEmitter::loadInit(unsigned init) {
  if (op.payloadUsesValueFromOperand(&op.getDpsInitsMutable()[init]))
    if (Value start = e.plan.getStart(op, init))
      return e.scalars.lookupOrDefault(start);
  return LinalgEmitter::loadInit(init);
}

SmallVector<Value> GpuLinalgEmitter::loadCarried() {
  // A result that does not read its init has the value of the last step.
  Values carried = loadInits();
  for (auto [i, value] : llvm::enumerate(carried))
    if (!value)
      value = arith::ConstantOp::create(
          builder, loc,
          builder.getZeroAttr(getElementTypeOrSelf(op->getResult(i))));
  return carried;
}

void GpuLinalgEmitter::combineLanes(MutableArrayRef<Value> values) {
  auto integer = [&](int32_t value) -> Value {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI32IntegerAttr(value));
  };
  for (auto [i, value] : llvm::enumerate(values))
    for (int64_t distance = kWarpThreads / 2; distance > 0; distance /= 2) {
      Value other = NVVM::ShflOp::create(
          builder, loc, value.getType(), integer(-1), value, integer(distance),
          integer(kWarpThreads - 1), NVVM::ShflKind::bfly, UnitAttr());
      value = combine(i, value, other);
    }
}

void GpuLinalgEmitter::emitWarpPosition(Value lane) {
  unsigned laneLoop = *getLaneLoop(op);
  SmallVector<unsigned> others;
  for (unsigned loop : reductions)
    if (loop != laneLoop)
      others.push_back(loop);
  SmallVector<Value> carried;
  for (unsigned i = 0, n = op.getNumDpsInits(); i != n; ++i)
    carried.push_back(arith::ConstantOp::create(
        builder, loc, getNeutralElement(getCombiner(op, i))));
  carried = emitLoops(others, carried, [&](ValueRange values) {
    return e.createLoop(classes[laneLoop], lane, kWarpThreads, values,
                        [&](Value iv, ValueRange inner) {
                          positions[laneLoop] = iv;
                          return emitBody(inner);
                        });
  });
  combineLanes(carried);
  Value isFirst = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq,
                                        lane, e.index(0));
  auto branch =
      scf::IfOp::create(builder, loc, isFirst, /*withElseRegion=*/false);
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToStart(branch.thenBlock());
  for (auto [i, value] : llvm::enumerate(carried))
    value = combine(i, loadInit(i), value);
  storeInits(carried);
}

void GpuLinalgEmitter::run() {
  SmallVector<unsigned> loops = getPositionLoops(op);
  SmallVector<unsigned, 4> positionClasses;
  for (unsigned loop : loops)
    positionClasses.push_back(classes[loop]);
  auto setPositions = [&](ArrayRef<Value> values) {
    for (auto [loop, value] : llvm::zip_equal(loops, values))
      positions[loop] = value;
  };
  if (!getLaneLoop(op)) {
    e.forEachPosition(positionClasses, e.thread, kBlockThreads,
                      [&](ArrayRef<Value> values) {
                        setPositions(values);
                        emitPosition(reductions);
                      });
    return;
  }
  Value size = e.index(kWarpThreads);
  Value lane = arith::RemUIOp::create(builder, loc, e.thread, size);
  Value warp = arith::DivUIOp::create(builder, loc, e.thread, size);
  e.forEachPosition(positionClasses, warp, kBlockWarps,
                    [&](ArrayRef<Value> values) {
                      setPositions(values);
                      emitWarpPosition(lane);
                    });
}

} // namespace

void BlockEmitter::emitGeneric(linalg::LinalgOp op) {
  GpuLinalgEmitter(*this, op).run();
}
