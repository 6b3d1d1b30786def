//===- CpuLinalgEmitter.cpp - Emit ops that are not contractions ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One loop of the op is vectorized: one along which its operands are contiguous
// or do not vary. The other parallel loops enclose it. Reductions are inside,
// with their accumulators in registers:
//
//   for parallel loops
//     for vectors of the parallel loop v     or, if v is a reduction:
//       acc = load                             acc = splat of neutral element
//       for reductions: acc = body(…, acc)     for …, v: acc = body(…, acc)
//       store acc                              store combine(load, lanes)
//
// The last vector has exactly as many lanes as are left. The body is cloned on
// vectors, except that values which do not vary along the vector stay scalar.
// If the body cannot run on vectors, or if a reduction is not one associative
// operation, the op is emitted on scalars in the order of its loops.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/TileEmitter.h"
#include "compiler/fused/KernelQueries.h"
#include "mlir/Interfaces/VectorInterfaces.h"

using namespace mlir;
using namespace vib;

bool vib::canVectorizeBody(linalg::LinalgOp op) {
  return llvm::all_of(op.getBlock()->getOperations(), [](Operation &inner) {
    return isa<linalg::IndexOp, linalg::YieldOp, NoiseOp>(inner) ||
           inner.hasTrait<OpTrait::ConstantLike>() ||
           OpTrait::hasElementwiseMappableTraits(&inner);
  });
}

namespace {

class CpuLinalgEmitter {
public:
  CpuLinalgEmitter(TileEmitter &e, linalg::LinalgOp op);
  void run();
  void emitVector(unsigned loop, int64_t width, ArrayRef<Value> newPositions);
  /// Reads an operand from `ref`, or takes `value` for it, instead of reading
  /// the memory that the plan assigned to it.
  void setOperand(unsigned operand, const TensorRef &ref) {
    refs[operand] = ref;
  }
  void setOperand(unsigned operand, Value value) { given[operand] = value; }
  void emitPrefetch(ArrayRef<Value> newPositions);

private:
  enum class Access { Fixed, Contiguous, Strided };

  Access getAccess(AffineMap map, unsigned loop) const;
  /// Collapses two loops into one, if that leaves fewer lanes idle.
  void flatten();
  /// Chooses the loop to vectorize. Leaves `vectorLoop` empty for scalar code.
  void chooseVectorLoop();
  bool isReduction(unsigned loop) {
    return op.getIteratorTypesArray()[loop] == utils::IteratorType::reduction;
  }
  bool isVectorReduction() { return vectorLoop && isReduction(*vectorLoop); }

  /// Loads an operand at the current positions.
  Value load(unsigned operand, int64_t width);
  void store(unsigned init, Value value);
  /// Clones the body for `width` lanes, or for scalars if `width` is 0. `inits`
  /// are the values of the inits.
  SmallVector<Value> emitBody(int64_t width, ValueRange inits);
  SmallVector<Value> loadInits(int64_t width);
  void storeInits(ValueRange values);
  Value combine(unsigned init, Value lhs, Value rhs);

  /// Emits loops over `loops` around `body`.
  void emitParallel(ArrayRef<unsigned> loops, function_ref<void()> body);
  SmallVector<Value>
  emitReduction(ArrayRef<unsigned> loops, ValueRange carried,
                function_ref<SmallVector<Value>(ValueRange)> body);
  void emitVectorParallel();
  void emitVectorReduction();

  TileEmitter &e;
  OpBuilder &builder;
  Location loc;
  linalg::LinalgOp op;
  SmallVector<AffineMap> maps;
  SmallVector<unsigned, 4> classes;
  SmallVector<int64_t> extents;
  SmallVector<std::optional<TensorRef>> refs;
  llvm::SmallDenseMap<unsigned, Value> given;
  /// The current position of each loop.
  SmallVector<Value> positions;
  std::optional<unsigned> vectorLoop;
  int64_t lanes = 1;
  /// Whether some result is written at every step of a reduction. Results then
  /// accumulate in memory rather than in registers.
  bool accumulatesInMemory = false;
};

CpuLinalgEmitter::CpuLinalgEmitter(TileEmitter &e, linalg::LinalgOp op)
    : e(e), builder(e.builder), loc(op.getLoc()), op(op),
      maps(op.getIndexingMapsArray()),
      classes(e.plan.getSpace().getLoopClasses(op)),
      positions(op.getNumLoops()) {
  for (unsigned cls : classes)
    extents.push_back(e.getSize(cls));
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType())) {
      refs.push_back(std::nullopt);
      continue;
    }
    // An init is read from and written to the memory of its result.
    Value value = op.isDpsInit(&operand) ? Value(op.getTiedOpResult(&operand))
                                         : operand.get();
    refs.push_back(e.plan.hasSite(value) ? std::optional(e.getRef(value))
                                         : std::nullopt);
  }
  for (OpOperand &init : op.getDpsInitsMutable())
    for (unsigned loop = 0, n = op.getNumLoops(); loop != n; ++loop)
      accumulatesInMemory |=
          isReduction(loop) &&
          op.getMatchingIndexingMap(&init).isFunctionOfDim(loop);
}

CpuLinalgEmitter::Access CpuLinalgEmitter::getAccess(AffineMap map,
                                                     unsigned loop) const {
  if (!map.isFunctionOfDim(loop))
    return Access::Fixed;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  for (AffineExpr expr : map.getResults().drop_back())
    if (expr.isFunctionOfDim(loop))
      return Access::Strided;
  return last ? Access::Contiguous : Access::Strided;
}

/// Rows that follow each other without a gap are one long row. Then at most one
/// vector is shorter than a register.
void CpuLinalgEmitter::flatten() {
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(2, builder.getContext());
  if (op.getNumLoops() != 2 || op.getNumReductionLoops() != 0 ||
      op.hasIndexSemantics())
    return;
  for (auto [ref, map] : llvm::zip_equal(refs, maps)) {
    if (!ref)
      continue;
    auto type = cast<MemRefType>(ref->memory.getType());
    if (map != identity || ref->axes[0] != 0 || ref->base[1] ||
        type.getRank() != 2 || type.getDimSize(1) != extents[1] ||
        extents[1] % e.machine.getLanes(type.getElementType()) == 0)
      return;
  }
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

void CpuLinalgEmitter::chooseVectorLoop() {
  if (!canVectorizeBody(op))
    return;
  int64_t bestScore = 0;
  for (unsigned loop = 0, n = extents.size(); loop != n; ++loop) {
    if (extents[loop] < 2)
      continue;
    int64_t contiguous = 0, strided = 0;
    int64_t width = extents[loop];
    for (auto [ref, map] : llvm::zip_equal(refs, maps)) {
      if (!ref)
        continue;
      Access access = getAccess(map, loop);
      contiguous += access == Access::Contiguous;
      strided += access == Access::Strided;
      Type element = cast<MemRefType>(ref->memory.getType()).getElementType();
      width = std::min(width, e.machine.getLanes(element));
    }
    if (strided > 0 || contiguous == 0)
      continue;
    if (isReduction(loop)) {
      // Every result must be combined from lanes.
      if (accumulatesInMemory)
        continue;
      bool combines = true;
      for (unsigned i = 0, r = op->getNumResults(); i != r; ++i)
        combines &= getCombiner(op, i) != nullptr;
      if (!combines)
        continue;
    }
    int64_t score = 4 * contiguous * width + (isReduction(loop) ? 0 : 2);
    if (score < bestScore)
      continue;
    bestScore = score;
    vectorLoop = loop;
    lanes = width;
  }
  if (vectorLoop)
    for (auto ref : refs)
      if (ref)
        lanes = std::min(
            lanes,
            e.machine.getLanes(
                cast<MemRefType>(ref->memory.getType()).getElementType()));
  // A random number is one long chain of dependent operations. Two registers at
  // once overlap their latencies, if there are enough registers. A panel has
  // that width as well.
  if (vectorLoop && !isReduction(*vectorLoop) && drawsNoise(op) &&
      e.machine.getRegisters() >= 32 && extents[*vectorLoop] >= 2 * lanes)
    lanes *= 2;
}

Value CpuLinalgEmitter::load(unsigned operand, int64_t width) {
  if (Value value = given.lookup(operand))
    return value;
  if (!refs[operand])
    return e.scalars.lookupOrDefault(op->getOperand(operand));
  bool varies = width > 0 && maps[operand].isFunctionOfDim(*vectorLoop);
  if (varies)
    return e.loadVector(*refs[operand], maps[operand], positions, width);
  return e.loadScalar(*refs[operand], maps[operand], positions);
}

void CpuLinalgEmitter::store(unsigned init, Value value) {
  unsigned operand = op.getNumDpsInputs() + init;
  if (isa<VectorType>(value.getType()))
    return e.storeVector(value, *refs[operand], maps[operand], positions);
  e.storeScalar(value, *refs[operand], maps[operand], positions);
}

/// `width` is 0 for scalars.
SmallVector<Value> CpuLinalgEmitter::emitBody(int64_t width, ValueRange inits) {
  IRMapping mapping(e.scalars);
  Block *body = op.getBlock();
  for (unsigned i = 0, n = op.getNumDpsInputs(); i != n; ++i)
    if (!body->getArgument(i).use_empty())
      mapping.map(body->getArgument(i), load(i, width));
  for (auto [argument, value] :
       llvm::zip_equal(op.getRegionOutputArgs(), inits))
    if (value)
      mapping.map(argument, value);

  auto broadcast = [&](Value value) -> Value {
    if (isa<VectorType>(value.getType()))
      return value;
    return vector::BroadcastOp::create(
        builder, loc, VectorType::get(width, value.getType()), value);
  };
  for (Operation &inner : body->without_terminator()) {
    if (auto index = dyn_cast<linalg::IndexOp>(inner)) {
      unsigned loop = index.getDim();
      Value value = e.add(e.add(e.getStart(classes[loop]), positions[loop]), 0);
      if (width > 0 && loop == *vectorLoop) {
        auto type = VectorType::get(width, builder.getIndexType());
        Value step = vector::StepOp::create(builder, loc, type);
        value = arith::AddIOp::create(builder, loc, broadcast(value), step);
      }
      mapping.map(index.getResult(), value);
      continue;
    }
    bool varies = llvm::any_of(inner.getOperands(), [&](Value operand) {
      return isa<VectorType>(mapping.lookupOrDefault(operand).getType());
    });
    if (!varies) {
      builder.clone(inner, mapping)->removeAttr(kLabelAttrName);
      continue;
    }
    SmallVector<Value> operands;
    for (Value operand : inner.getOperands()) {
      Value value = mapping.lookupOrDefault(operand);
      operands.push_back(isa<NoiseOp>(inner) ? value : broadcast(value));
    }
    SmallVector<Type> types;
    for (Type type : inner.getResultTypes())
      types.push_back(VectorType::get(width, type));
    OperationState state(loc, inner.getName(), operands, types,
                         inner.getAttrs());
    state.attributes.erase(kLabelAttrName);
    Operation *clone = builder.create(state);
    for (auto [from, to] :
         llvm::zip_equal(inner.getResults(), clone->getResults()))
      mapping.map(from, to);
  }
  SmallVector<Value> results;
  for (auto [init, value] :
       llvm::enumerate(body->getTerminator()->getOperands())) {
    Value result = mapping.lookupOrDefault(value);
    unsigned operand = op.getNumDpsInputs() + init;
    bool isVector = width > 0 && (isVectorReduction() ||
                                  maps[operand].isFunctionOfDim(*vectorLoop));
    results.push_back(isVector ? broadcast(result) : result);
  }
  return results;
}

SmallVector<Value> CpuLinalgEmitter::loadInits(int64_t width) {
  SmallVector<Value> values;
  for (OpOperand &init : op.getDpsInitsMutable())
    values.push_back(op.payloadUsesValueFromOperand(&init)
                         ? load(init.getOperandNumber(), width)
                         : Value());
  return values;
}

void CpuLinalgEmitter::storeInits(ValueRange values) {
  for (auto [init, value] : llvm::enumerate(values))
    store(init, value);
}

Value CpuLinalgEmitter::combine(unsigned init, Value lhs, Value rhs) {
  Operation *combiner = getCombiner(op, init);
  OperationState state(loc, combiner->getName(), {lhs, rhs}, {lhs.getType()},
                       combiner->getAttrs());
  return builder.create(state)->getResult(0);
}

void CpuLinalgEmitter::emitParallel(ArrayRef<unsigned> loops,
                                    function_ref<void()> body) {
  if (loops.empty())
    return body();
  e.createLoop(0, extents[loops.front()], 1, [&](Value iv) {
    positions[loops.front()] = iv;
    emitParallel(loops.drop_front(), body);
  });
}

SmallVector<Value> CpuLinalgEmitter::emitReduction(
    ArrayRef<unsigned> loops, ValueRange carried,
    function_ref<SmallVector<Value>(ValueRange)> body) {
  if (loops.empty())
    return body(carried);
  return e.createLoop(0, extents[loops.front()], 1, carried,
                      [&](Value iv, ValueRange values) {
                        positions[loops.front()] = iv;
                        return emitReduction(loops.drop_front(), values, body);
                      });
}

/// Emits the vectors (or scalars) of a parallel loop, with reductions inside.
void CpuLinalgEmitter::emitVectorParallel() {
  SmallVector<unsigned> reductions;
  for (unsigned loop = 0, n = extents.size(); loop != n; ++loop)
    if (isReduction(loop))
      reductions.push_back(loop);
  auto emitOne = [&](int64_t width) {
    if (accumulatesInMemory) {
      emitReduction(reductions, ValueRange(), [&](ValueRange) {
        storeInits(emitBody(width, loadInits(width)));
        return SmallVector<Value>();
      });
      return;
    }
    if (reductions.empty())
      return storeInits(emitBody(width, loadInits(width)));
    SmallVector<Value> carried;
    for (OpOperand &init : op.getDpsInitsMutable())
      carried.push_back(load(init.getOperandNumber(), width));
    storeInits(emitReduction(reductions, carried, [&](ValueRange values) {
      return emitBody(width, values);
    }));
  };
  if (!vectorLoop)
    return emitOne(0);
  int64_t extent = extents[*vectorLoop], whole = extent / lanes * lanes;
  e.createLoop(0, whole, lanes, [&](Value iv) {
    positions[*vectorLoop] = iv;
    emitOne(lanes);
  });
  if (whole == extent)
    return;
  positions[*vectorLoop] = e.index(whole);
  emitOne(extent - whole);
}

/// Emits the vectors of a reduction, inside of the other reductions.
void CpuLinalgEmitter::emitVectorReduction() {
  SmallVector<unsigned> reductions;
  for (unsigned loop = 0, n = extents.size(); loop != n; ++loop)
    if (isReduction(loop) && loop != *vectorLoop)
      reductions.push_back(loop);
  int64_t extent = extents[*vectorLoop], whole = extent / lanes * lanes;
  unsigned numInits = op.getNumDpsInits();

  // Accumulators for the whole vectors, and then for the last, shorter one.
  SmallVector<Value> carried;
  SmallVector<int64_t> widths;
  if (whole > 0)
    widths.push_back(lanes);
  if (whole < extent)
    widths.push_back(extent - whole);
  for (int64_t width : widths)
    for (unsigned i = 0; i != numInits; ++i)
      carried.push_back(e.splat(getNeutralElement(getCombiner(op, i)), width));

  carried = emitReduction(reductions, carried, [&](ValueRange values) {
    SmallVector<Value> results;
    if (whole > 0)
      results = e.createLoop(0, whole, lanes, values.take_front(numInits),
                             [&](Value iv, ValueRange inner) {
                               positions[*vectorLoop] = iv;
                               return emitBody(lanes, inner);
                             });
    if (whole < extent) {
      positions[*vectorLoop] = e.index(whole);
      results.append(emitBody(extent - whole, values.take_back(numInits)));
    }
    return results;
  });

  positions[*vectorLoop] = Value();
  for (unsigned i = 0; i != numInits; ++i) {
    Value result = load(op.getNumDpsInputs() + i, 0);
    for (unsigned part = 0; part != widths.size(); ++part)
      result = combine(i, result,
                       e.combineLanes(carried[part * numInits + i],
                                      [&](Value lhs, Value rhs) {
                                        return combine(i, lhs, rhs);
                                      }));
    store(i, result);
  }
}

void CpuLinalgEmitter::emitVector(unsigned loop, int64_t width,
                                  ArrayRef<Value> newPositions) {
  vectorLoop = loop;
  positions.assign(newPositions.begin(), newPositions.end());
  storeInits(emitBody(width, loadInits(width)));
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
  flatten();
  chooseVectorLoop();
  SmallVector<unsigned> parallel;
  for (unsigned loop = 0, n = extents.size(); loop != n; ++loop)
    if (!isReduction(loop) && vectorLoop != loop)
      parallel.push_back(loop);
  emitParallel(parallel, [&] {
    if (isVectorReduction())
      emitVectorReduction();
    else
      emitVectorParallel();
  });
}

} // namespace

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

void TileEmitter::emitCopy(const Copy &copy) {
  TensorRef from = getRef(copy.value, copy.from);
  TensorRef to = getRef(copy.value, copy.to);
  SmallVector<unsigned, 4> classes = plan.getSpace().getClasses(copy.value);
  auto type = cast<RankedTensorType>(copy.value.getType());
  auto map =
      AffineMap::getMultiDimIdentityMap(classes.size(), builder.getContext());
  SmallVector<Value> positions(classes.size());
  if (classes.empty())
    return storeScalar(loadScalar(from, map, positions), to, map, positions);
  int64_t lanes = machine.getLanes(type.getElementType());
  std::function<void(unsigned)> emit = [&](unsigned axis) {
    int64_t size = getSize(classes[axis]);
    if (axis + 1 != classes.size()) {
      createLoop(0, size, 1, [&](Value iv) {
        positions[axis] = iv;
        emit(axis + 1);
      });
      return;
    }
    int64_t whole = size / lanes * lanes;
    createLoop(0, whole, lanes, [&](Value iv) {
      positions[axis] = iv;
      storeVector(loadVector(from, map, positions, lanes), to, map, positions);
    });
    if (whole == size)
      return;
    positions[axis] = index(whole);
    storeVector(loadVector(from, map, positions, size - whole), to, map,
                positions);
  };
  emit(0);
}
