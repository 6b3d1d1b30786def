//===- CpuLinalgEmitter.cpp - Emit ops that are not contractions ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuLinalgEmitter.h"
#include "compiler/cpu/TensorParts.h"
#include "compiler/cpu/VectorChoice.h"
#include "compiler/plan/Reductions.h"

using namespace mlir;
using namespace vib;

CpuLinalgEmitter::CpuLinalgEmitter(TileEmitter &e, linalg::LinalgOp op)
    : LinalgEmitter(e, e.plan, op), e(e) {
  for (unsigned cls : classes)
    extents.push_back(e.getSize(cls));
}

void CpuLinalgEmitter::flatten() {
  for (std::optional<TensorRef> &ref : refs) {
    if (!ref)
      continue;
    auto type = cast<MemRefType>(ref->memory.getType());
    ref->memory = memref::CollapseShapeOp::create(
        builder, loc,
        MemRefType::get(type.getNumElements(), type.getElementType()),
        ref->memory, ArrayRef<ReassociationIndices>{{0, 1}});
    Value first = ref->base[0];
    if (first)
      first =
          builder.createOrFold<arith::MulIOp>(loc, first, e.index(extents[1]));
    ref->base = {first};
    ref->axes = {0};
  }
  maps.assign(maps.size(),
              AffineMap::getMultiDimIdentityMap(1, builder.getContext()));
  extents = {extents[0] * extents[1]};
  positions.resize(1);
}

SmallVector<unsigned> CpuLinalgEmitter::getReductions() const {
  SmallVector<unsigned> loops;
  for (unsigned loop = 0, n = extents.size(); loop != n; ++loop)
    if (isReductionLoop(op, loop) && loop != vectorLoop)
      loops.push_back(loop);
  return loops;
}

bool CpuLinalgEmitter::isVectorReduction() const {
  return vectorLoop && isReductionLoop(op, *vectorLoop);
}

Value CpuLinalgEmitter::broadcast(Value value) {
  if (isa<VectorType>(value.getType()))
    return value;
  return vector::BroadcastOp::create(
      builder, loc, VectorType::get(width, value.getType()), value);
}

Value CpuLinalgEmitter::load(unsigned operand) {
  if (Value value = given.lookup(operand))
    return value;
  if (!refs[operand])
    return e.scalars.lookupOrDefault(op->getOperand(operand));
  bool varies = width > 0 && maps[operand].isFunctionOfDim(*vectorLoop);
  if (varies && isContiguous(maps[operand], *vectorLoop))
    return e.loadVector(*refs[operand], maps[operand], positions, width);
  if (varies)
    return loadSingly(operand);
  return e.loadScalar(*refs[operand], maps[operand], positions);
}

void CpuLinalgEmitter::forEachLane(function_ref<void(int64_t)> body) {
  Value first = positions[*vectorLoop];
  for (int64_t lane = 0; lane != width; ++lane) {
    positions[*vectorLoop] = e.add(first, lane);
    body(lane);
  }
  positions[*vectorLoop] = first;
}

Value CpuLinalgEmitter::loadSingly(unsigned operand) {
  Values elements;
  forEachLane([&](int64_t) {
    elements.push_back(e.loadScalar(*refs[operand], maps[operand], positions));
  });
  return vector::FromElementsOp::create(
      builder, loc, VectorType::get(width, elements.front().getType()),
      elements);
}

void CpuLinalgEmitter::storeSingly(unsigned operand, Value vector) {
  forEachLane([&](int64_t lane) {
    Value element = vector::ExtractOp::create(builder, loc, vector, lane);
    e.storeScalar(element, *refs[operand], maps[operand], positions);
  });
}

void CpuLinalgEmitter::store(unsigned init, Value value) {
  unsigned operand = getOperandOfInit(init);
  if (isa<VectorType>(value.getType()) &&
      !isContiguous(maps[operand], *vectorLoop))
    return storeSingly(operand, value);
  if (isa<VectorType>(value.getType()))
    return e.storeVector(value, *refs[operand], maps[operand], positions);
  e.storeScalar(value, *refs[operand], maps[operand], positions);
}

SmallVector<Value> CpuLinalgEmitter::loadCarried() {
  Values carried;
  for (unsigned i = 0, n = op.getNumDpsInits(); i != n; ++i)
    carried.push_back(load(getOperandOfInit(i)));
  return carried;
}

SmallVector<Value>
CpuLinalgEmitter::createLoop(unsigned loop, ValueRange carried,
                             function_ref<Values(Value, ValueRange)> body) {
  return e.createLoop(0, extents[loop], 1, carried, body);
}

Value CpuLinalgEmitter::emitIndex(unsigned loop) {
  Value value = LinalgEmitter::emitIndex(loop);
  if (width == 0 || loop != *vectorLoop)
    return value;
  auto type = VectorType::get(width, builder.getIndexType());
  Value step = vector::StepOp::create(builder, loc, type);
  return arith::AddIOp::create(builder, loc, broadcast(value), step);
}

void CpuLinalgEmitter::emitBodyOp(Operation &op, IRMapping &mapping) {
  bool varies = llvm::any_of(op.getOperands(), [&](Value operand) {
    return isa<VectorType>(mapping.lookupOrDefault(operand).getType());
  });
  if (!varies)
    return LinalgEmitter::emitBodyOp(op, mapping);
  SmallVector<Value> operands;
  for (Value operand : op.getOperands()) {
    Value value = mapping.lookupOrDefault(operand);
    operands.push_back(isa<NoiseOp>(op) ? value : broadcast(value));
  }
  SmallVector<Type> types;
  for (Type type : op.getResultTypes())
    types.push_back(VectorType::get(width, type));
  OperationState state(loc, op.getName(), operands, types, op.getAttrs());
  state.attributes.erase(kLabelAttrName);
  mapping.map(op.getResults(), builder.create(state)->getResults());
}

SmallVector<Value> CpuLinalgEmitter::emitBody(ValueRange inits) {
  Values results = LinalgEmitter::emitBody(inits);
  if (width == 0)
    return results;
  for (auto [init, result] : llvm::enumerate(results))
    if (isVectorReduction() ||
        maps[getOperandOfInit(init)].isFunctionOfDim(*vectorLoop))
      result = broadcast(result);
  return results;
}

/// All parts read the same operands, so these are loaded once.
void CpuLinalgEmitter::emitParts() {
  llvm::SmallDenseMap<unsigned, Value> before = given;
  for (unsigned i = 0, n = op.getNumDpsInputs(); i != n; ++i)
    setOperand(i, load(i));
  TypedAttr attribute =
      builder.getZeroAttr(getElementTypeOrSelf(op->getResult(0)));
  Value zero = width > 0 ? e.splat(attribute, width)
                         : arith::ConstantOp::create(builder, loc, attribute);
  for (linalg::GenericOp part : parts) {
    CpuLinalgEmitter emitter(e, part);
    emitter.refs = refs;
    emitter.given = given;
    emitter.vectorLoop = vectorLoop;
    emitter.lanes = lanes;
    emitter.width = width;
    emitter.positions = positions;
    emitter.storeInits(emitter.emitBody(zero));
  }
  given = before;
}

void CpuLinalgEmitter::emitElements(ArrayRef<unsigned> reductions) {
  if (parts.empty())
    return emitPosition(reductions);
  emitParts();
}

void CpuLinalgEmitter::emitVectorParallel() {
  SmallVector<unsigned> reductions = getReductions();
  if (!vectorLoop)
    return emitElements(reductions);
  int64_t extent = extents[*vectorLoop], whole = extent / lanes * lanes;
  width = lanes;
  e.createLoop(0, whole, lanes, [&](Value iv) {
    positions[*vectorLoop] = iv;
    emitElements(reductions);
  });
  if (whole == extent)
    return;
  width = extent - whole;
  positions[*vectorLoop] = e.index(whole);
  emitElements(reductions);
}

SmallVector<Value> CpuLinalgEmitter::emitVectorsOf(ValueRange accumulators,
                                                   int64_t whole) {
  unsigned numInits = op.getNumDpsInits();
  Values results;
  if (whole > 0) {
    width = lanes;
    results = e.createLoop(0, whole, lanes, accumulators.take_front(numInits),
                           [&](Value iv, ValueRange values) {
                             positions[*vectorLoop] = iv;
                             return emitBody(values);
                           });
  }
  if (whole < extents[*vectorLoop]) {
    width = extents[*vectorLoop] - whole;
    positions[*vectorLoop] = e.index(whole);
    results.append(emitBody(accumulators.take_back(numInits)));
  }
  return results;
}

void CpuLinalgEmitter::emitVectorReduction() {
  int64_t extent = extents[*vectorLoop], whole = extent / lanes * lanes;
  unsigned numInits = op.getNumDpsInits();

  // Accumulators for the whole vectors, and then for the last, shorter one.
  Values carried;
  SmallVector<int64_t> widths;
  if (whole > 0)
    widths.push_back(lanes);
  if (whole < extent)
    widths.push_back(extent - whole);
  for (int64_t size : widths)
    for (unsigned i = 0; i != numInits; ++i)
      carried.push_back(e.splat(getNeutralElement(getCombiner(op, i)), size));
  carried = emitLoops(getReductions(), carried, [&](ValueRange values) {
    return emitVectorsOf(values, whole);
  });

  width = 0;
  positions[*vectorLoop] = Value();
  for (unsigned i = 0; i != numInits; ++i) {
    Value result = load(getOperandOfInit(i));
    for (unsigned part = 0; part != widths.size(); ++part)
      result = combine(i, result,
                       e.combineLanes(carried[part * numInits + i],
                                      [&](Value lhs, Value rhs) {
                                        return combine(i, lhs, rhs);
                                      }));
    store(i, result);
  }
}

void CpuLinalgEmitter::emitVector(unsigned loop, int64_t numLanes,
                                  ArrayRef<Value> newPositions) {
  vectorLoop = loop;
  width = numLanes;
  positions.assign(newPositions.begin(), newPositions.end());
  storeInits(emitBody(loadInits()));
}

void CpuLinalgEmitter::emitPrefetch(ArrayRef<Value> newPositions) {
  for (OpOperand &init : op.getDpsInitsMutable()) {
    unsigned operand = init.getOperandNumber();
    if (!op.payloadUsesValueFromOperand(&init))
      continue;
    memref::PrefetchOp::create(
        builder, loc, refs[operand]->memory,
        e.getIndices(*refs[operand],
                     e.getPositions(maps[operand], newPositions)),
        /*isWrite=*/true, /*localityHint=*/3, /*isDataCache=*/true);
  }
}

void CpuLinalgEmitter::run() {
  SmallVector<VectorChoice> choices = *getVectors(op);
  auto choice = llvm::find_if(choices, [&](const VectorChoice &choice) {
    return choice.sizes == extents;
  });
  if (choice != choices.end()) {
    if (choice->lanes > 1)
      vectorLoop = choice->isFlat ? 0 : choice->loop;
    lanes = choice->lanes;
    if (choice->isFlat)
      flatten();
  }
  parts = getTensorParts(op);
  SmallVector<unsigned> parallel;
  for (unsigned loop = 0, n = extents.size(); loop != n; ++loop)
    if (!isReductionLoop(op, loop) && vectorLoop != loop)
      parallel.push_back(loop);
  emitLoops(parallel, ValueRange(), [&](ValueRange) {
    if (isVectorReduction())
      emitVectorReduction();
    else
      emitVectorParallel();
    return Values();
  });
}

void TileEmitter::emitGeneric(linalg::LinalgOp op) {
  CpuLinalgEmitter(*this, op).run();
}

void TileEmitter::emitVector(linalg::LinalgOp op, unsigned loop, int64_t width,
                             ArrayRef<Value> positions, unsigned operand,
                             const TensorRef &tile) {
  CpuLinalgEmitter emitter(*this, op);
  emitter.setOperand(operand, tile);
  emitter.emitVector(loop, width, positions);
}

void TileEmitter::emitVector(linalg::LinalgOp op, unsigned loop, int64_t width,
                             ArrayRef<Value> positions, unsigned operand,
                             Value vector) {
  CpuLinalgEmitter emitter(*this, op);
  emitter.setOperand(operand, vector);
  emitter.emitVector(loop, width, positions);
}

void TileEmitter::emitPrefetch(linalg::LinalgOp op, ArrayRef<Value> positions) {
  CpuLinalgEmitter(*this, op).emitPrefetch(positions);
}
