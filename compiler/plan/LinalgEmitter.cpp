//===- LinalgEmitter.cpp - Emit an op at positions of its loops -----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/LinalgEmitter.h"
#include "compiler/plan/Reductions.h"

using namespace mlir;
using namespace vib;

LinalgEmitter::LinalgEmitter(TensorEmitter &tensors, const ValuePlacement &plan,
                             linalg::LinalgOp op,
                             function_ref<Value(Value)> getSource)
    : builder(tensors.builder), loc(op.getLoc()), op(op),
      maps(op.getIndexingMapsArray()),
      classes(plan.getSpace().getLoopClasses(op)), positions(op.getNumLoops()),
      tensors(tensors) {
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType())) {
      refs.push_back(std::nullopt);
      continue;
    }
    // An init is read from and written to the memory of its result.
    Value tensor = op.isDpsInit(&operand) ? Value(op.getTiedOpResult(&operand))
                                          : getSource(operand.get());
    if (!plan.hasSite(tensor)) {
      refs.push_back(std::nullopt);
      continue;
    }
    TensorRef ref = tensors.getRef(tensor);
    tensors.addWindowStarts(ref, maps[operand.getOperandNumber()], classes);
    refs.push_back(std::move(ref));
  }
}

Value LinalgEmitter::loadInit(unsigned init) {
  OpOperand &operand = op.getDpsInitsMutable()[init];
  return op.payloadUsesValueFromOperand(&operand)
             ? load(operand.getOperandNumber())
             : Value();
}

Value LinalgEmitter::emitIndex(unsigned loop) {
  return tensors.add(
      tensors.add(tensors.getStart(classes[loop]), positions[loop]), 0);
}

void LinalgEmitter::emitBodyOp(Operation &op, IRMapping &mapping) {
  builder.clone(op, mapping)->removeAttr(kLabelAttrName);
}

SmallVector<Value> LinalgEmitter::emitBody(ValueRange inits) {
  IRMapping mapping(tensors.scalars);
  Block *body = op.getBlock();
  for (unsigned i = 0, n = op.getNumDpsInputs(); i != n; ++i)
    if (!body->getArgument(i).use_empty())
      mapping.map(body->getArgument(i), load(i));
  for (auto [argument, value] :
       llvm::zip_equal(op.getRegionOutputArgs(), inits))
    if (value)
      mapping.map(argument, value);
  for (Operation &inner : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner))
      mapping.map(index.getResult(), emitIndex(index.getDim()));
    else
      emitBodyOp(inner, mapping);
  }
  return llvm::map_to_vector(
      body->getTerminator()->getOperands(),
      [&](Value value) { return mapping.lookupOrDefault(value); });
}

SmallVector<Value> LinalgEmitter::loadInits() {
  Values values;
  for (unsigned i = 0, n = op.getNumDpsInits(); i != n; ++i)
    values.push_back(loadInit(i));
  return values;
}

void LinalgEmitter::storeInits(ValueRange values) {
  for (auto [init, value] : llvm::enumerate(values))
    store(init, value);
}

Value LinalgEmitter::combine(unsigned init, Value lhs, Value rhs) {
  return vib::combine(builder, loc, getCombiner(op, init), lhs, rhs);
}

SmallVector<Value>
LinalgEmitter::emitLoops(ArrayRef<unsigned> loops, ValueRange carried,
                         function_ref<Values(ValueRange)> body) {
  if (loops.empty())
    return body(carried);
  return createLoop(loops.front(), carried, [&](Value iv, ValueRange values) {
    positions[loops.front()] = iv;
    return emitLoops(loops.drop_front(), values, body);
  });
}

void LinalgEmitter::emitPosition(ArrayRef<unsigned> reductions) {
  if (reductions.empty())
    return storeInits(emitBody(loadInits()));
  if (accumulatesInMemory(op)) {
    emitLoops(reductions, ValueRange(), [&](ValueRange) {
      storeInits(emitBody(loadInits()));
      return Values();
    });
    return;
  }
  storeInits(emitLoops(reductions, loadCarried(),
                       [&](ValueRange values) { return emitBody(values); }));
}
