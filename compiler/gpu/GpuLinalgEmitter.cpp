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
#include "mlir/Dialect/LLVMIR/NVVMDialect.h"

using namespace mlir;
using namespace vib;

namespace {

class GpuLinalgEmitter {
public:
  GpuLinalgEmitter(BlockEmitter &e, linalg::LinalgOp op);
  void run();

private:
  Value load(unsigned operand);
  /// Clones the body. `inits` are the values of the inits.
  SmallVector<Value> emitBody(ValueRange inits);
  /// The initial value of a result.
  Value loadInit(unsigned init);
  void storeInits(ValueRange values);
  Value combine(unsigned init, Value lhs, Value rhs);
  SmallVector<Value>
  emitReductions(ArrayRef<unsigned> loops, ValueRange carried,
                 function_ref<SmallVector<Value>(ValueRange)> body);
  /// Emit the work on the current position for one thread, or for a warp.
  void emitPosition();
  void emitWarpPosition(Value lane);

  BlockEmitter &e;
  OpBuilder &builder;
  Location loc;
  linalg::LinalgOp op;
  SmallVector<AffineMap> maps;
  SmallVector<unsigned, 4> classes;
  SmallVector<std::optional<TensorRef>> refs;
  SmallVector<unsigned> reductions;
  /// The op that rounds an operand when it is read, for each operand.
  SmallVector<linalg::LinalgOp> prologues;
  /// The current position of each loop.
  SmallVector<Value> positions;
};

GpuLinalgEmitter::GpuLinalgEmitter(BlockEmitter &e, linalg::LinalgOp op)
    : e(e), builder(e.builder), loc(op.getLoc()), op(op),
      maps(op.getIndexingMapsArray()),
      classes(e.plan.getSpace().getLoopClasses(op)),
      prologues(op->getNumOperands()), positions(op.getNumLoops()) {
  for (OpOperand &operand : op->getOpOperands()) {
    Value value = operand.get();
    if (!isa<RankedTensorType>(value.getType())) {
      refs.push_back(std::nullopt);
      continue;
    }
    // An init is read from and written to the memory of its result.
    if (op.isDpsInit(&operand))
      value = op.getTiedOpResult(&operand);
    auto prologue = value.getDefiningOp<linalg::LinalgOp>();
    if (prologue && isPrologue(prologue)) {
      prologues[operand.getOperandNumber()] = prologue;
      value = prologue->getOperand(0);
    }
    refs.push_back(e.plan.hasSite(value) ? std::optional(e.getRef(value))
                                         : std::nullopt);
  }
  op.getReductionDims(reductions);
}

Value GpuLinalgEmitter::load(unsigned operand) {
  if (!refs[operand])
    return e.scalars.lookupOrDefault(op->getOperand(operand));
  SmallVector<Value> indices;
  for (AffineExpr expr : maps[operand].getResults()) {
    auto dim = dyn_cast<AffineDimExpr>(expr);
    indices.push_back(dim ? positions[dim.getPosition()] : Value());
  }
  Value value = e.load(*refs[operand], indices);
  if (linalg::LinalgOp prologue = prologues[operand])
    value = arith::TruncFOp::create(
        builder, loc, getElementTypeOrSelf(prologue->getResult(0)), value);
  return value;
}

SmallVector<Value> GpuLinalgEmitter::emitBody(ValueRange inits) {
  IRMapping mapping(e.scalars);
  Block *body = op.getBlock();
  for (unsigned i = 0, n = op.getNumDpsInputs(); i != n; ++i)
    if (!body->getArgument(i).use_empty())
      mapping.map(body->getArgument(i), load(i));
  for (auto [argument, value] :
       llvm::zip_equal(op.getRegionOutputArgs(), inits))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      unsigned loop = index.getDim();
      mapping.map(index.getResult(),
                  e.add(e.getStart(classes[loop]), positions[loop]));
      continue;
    }
    builder.clone(inner, mapping)->removeAttr(kLabelAttrName);
  }
  SmallVector<Value> results;
  for (Value value : body->getTerminator()->getOperands())
    results.push_back(mapping.lookupOrDefault(value));
  return results;
}

Value GpuLinalgEmitter::loadInit(unsigned init) {
  OpOperand &operand = op.getDpsInitsMutable()[init];
  if (!op.payloadUsesValueFromOperand(&operand))
    return Value();
  if (Value start = e.plan.getStart(op, init))
    return e.scalars.lookupOrDefault(start);
  return load(operand.getOperandNumber());
}

void GpuLinalgEmitter::storeInits(ValueRange values) {
  for (auto [init, value] : llvm::enumerate(values)) {
    unsigned operand = op.getNumDpsInputs() + init;
    SmallVector<Value> indices;
    for (AffineExpr expr : maps[operand].getResults()) {
      auto dim = dyn_cast<AffineDimExpr>(expr);
      indices.push_back(dim ? positions[dim.getPosition()] : Value());
    }
    e.store(value, *refs[operand], indices);
  }
}

Value GpuLinalgEmitter::combine(unsigned init, Value lhs, Value rhs) {
  Operation *combiner = getCombiner(op, init);
  OperationState state(loc, combiner->getName(), {lhs, rhs}, {lhs.getType()},
                       combiner->getAttrs());
  return builder.create(state)->getResult(0);
}

SmallVector<Value> GpuLinalgEmitter::emitReductions(
    ArrayRef<unsigned> loops, ValueRange carried,
    function_ref<SmallVector<Value>(ValueRange)> body) {
  if (loops.empty())
    return body(carried);
  return e.createLoop(classes[loops.front()], Value(), 1, carried,
                      [&](Value iv, ValueRange values) {
                        positions[loops.front()] = iv;
                        return emitReductions(loops.drop_front(), values, body);
                      });
}

void GpuLinalgEmitter::emitPosition() {
  SmallVector<Value> inits;
  auto loadInits = [&] {
    SmallVector<Value> values;
    for (unsigned i = 0, n = op.getNumDpsInits(); i != n; ++i)
      values.push_back(loadInit(i));
    return values;
  };
  if (reductions.empty())
    return storeInits(emitBody(loadInits()));
  if (accumulatesInMemory(op)) {
    emitReductions(reductions, ValueRange(), [&](ValueRange) {
      storeInits(emitBody(loadInits()));
      return SmallVector<Value>();
    });
    return;
  }
  // A result that does not read its init has the value of the last step.
  SmallVector<Value> carried = loadInits();
  for (auto [i, value] : llvm::enumerate(carried))
    if (!value)
      value = arith::ConstantOp::create(
          builder, loc,
          builder.getZeroAttr(getElementTypeOrSelf(op->getResult(i))));
  storeInits(emitReductions(reductions, carried, [&](ValueRange values) {
    return emitBody(values);
  }));
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
  carried = emitReductions(others, carried, [&](ValueRange values) {
    return e.createLoop(classes[laneLoop], lane, kWarpThreads, values,
                        [&](Value iv, ValueRange inner) {
                          positions[laneLoop] = iv;
                          return emitBody(inner);
                        });
  });
  auto integer = [&](int32_t value) -> Value {
    return arith::ConstantOp::create(builder, loc,
                                     builder.getI32IntegerAttr(value));
  };
  for (auto [i, value] : llvm::enumerate(carried))
    for (int64_t distance = kWarpThreads / 2; distance > 0; distance /= 2) {
      Value other = NVVM::ShflOp::create(
          builder, loc, value.getType(), integer(-1), value, integer(distance),
          integer(kWarpThreads - 1), NVVM::ShflKind::bfly, UnitAttr());
      value = combine(i, value, other);
    }
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
  if (!isByWarps(e.plan, op)) {
    e.forEachPosition(positionClasses, e.thread, kBlockThreads,
                      [&](ArrayRef<Value> values) {
                        setPositions(values);
                        emitPosition();
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
