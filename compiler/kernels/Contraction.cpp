//===- Contraction.cpp - Contractions by register tiles -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// result[m, n] += sum over k of lhs[m, k] * rhs[k, n], in two forms, told apart
// by what is contiguous in memory:
//
//   columns     rhs is contiguous in n. rows x vectors accumulators stay in
//               registers over the whole reduction; a step loads the vectors
//               of rhs once and multiplies them with each row's lhs, broadcast.
//   dot         both are contiguous in k (an input gradient: the weight is
//               [in, out] and out is summed). rows x columns accumulators are
//               vectors along k; their lanes are summed at the end.
//
// In the first form a panel of rhs whose rows lie far apart is packed into
// contiguous scratch before, since its rows would compete for the same cache
// sets and need a page each; and where rhs is contiguous in neither useful
// way, or the reduction is too short for the second form, packing transposes.
// Tiles are exact: what is left over of rows and columns is emitted again with
// its own sizes, the last vector with its own width.
//
// Operands of bf16 are always packed for the first form, and a weight that is
// rounded is rounded then. With AVX512_BF16 a panel is packed in pairs
// (Pairs.h) and a step of the reduction is a pair; the other operand is read as
// it is where it is contiguous in k, else its pairs are packed for all units
// before the kernel runs. Accumulators are whole registers. Without the
// instruction what is packed is extended to f32.
//
//===----------------------------------------------------------------------===//

#include "compiler/kernels/Memory.h"
#include "compiler/kernels/Pairs.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"

using namespace mlir;
using namespace vib;

/// A packed panel must leave room in the second-level cache.
static constexpr int64_t kMaxPackedBytes = 512 * 1024;
/// Panels that span less memory than this are not worth packing.
static constexpr int64_t kMinSpanBytes = 64 * 1024;
/// Nor are those that are used by fewer rows than this.
static constexpr int64_t kMinPackedRows = 24;

/// What is left of the second-level cache for the rows that every panel of a
/// weight meets.
static constexpr int64_t kResidentBytes = 512 * 1024;
static constexpr int64_t kLineBytes = 64;
/// So many steps of a reduction are written out between two vectors of an
/// interleaved op; more are a loop.
static constexpr int64_t kMaxUnrolled = 8;
/// One of so many registers is left to the interleaved op.
static constexpr int64_t kInterleavedShare = 4;

/// Whether the last axis of an operand is the loop, and no other axis is.
static bool isContiguous(AffineMap map, unsigned loop) {
  if (map.getNumResults() == 0)
    return false;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  return last && last.getPosition() == loop;
}

FailureOr<ContractionForm> vib::matchContraction(linalg::LinalgOp op) {
  if (!linalg::isaContractionOpInterface(op))
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  Type element = getElementTypeOrSelf(op->getResult(0));
  for (auto [operand, map] : llvm::zip_equal(op->getOperands(), maps))
    if (!map.isProjectedPermutation() || !isa<FloatType>(element) ||
        (getElementTypeOrSelf(operand) != element &&
         !(getElementTypeOrSelf(operand).isBF16() && element.isF32())))
      return failure();
  if (maps[2].getNumResults() == 0)
    return failure();

  ContractionForm form;
  form.column = maps[2].getDimPosition(maps[2].getNumResults() - 1);
  if (!maps[1].isFunctionOfDim(form.column))
    std::swap(form.lhs, form.rhs);
  AffineMap lhs = maps[form.lhs], rhs = maps[form.rhs];
  SmallVector<int64_t> extents = op.getStaticLoopRanges();
  for (unsigned loop = 0, n = op.getNumLoops(); loop != n; ++loop) {
    bool inLhs = lhs.isFunctionOfDim(loop), inRhs = rhs.isFunctionOfDim(loop);
    if (!maps[2].isFunctionOfDim(loop))
      form.k.push_back(loop);
    else if (inLhs && inRhs)
      form.batch.push_back(loop);
    else if (inLhs)
      form.m.push_back(loop);
    else
      form.n.push_back(loop);
  }
  if (form.k.empty() || !llvm::is_contained(form.n, form.column))
    return failure();
  for (unsigned loop : form.k)
    if (!lhs.isFunctionOfDim(loop) || !rhs.isFunctionOfDim(loop))
      return failure();
  auto longest = [&](ArrayRef<unsigned> loops) {
    return *llvm::max_element(
        loops, [&](unsigned a, unsigned b) { return extents[a] < extents[b]; });
  };
  if (!form.m.empty())
    form.row = longest(form.m);
  form.reduction = longest(form.k);
  form.contiguous = ContractionForm::Neither;
  if (isContiguous(rhs, form.column)) {
    form.contiguous = ContractionForm::Columns;
  } else if (form.k.size() == 1 && isContiguous(rhs, form.reduction)) {
    form.contiguous = ContractionForm::Reduction;
    form.lhsContiguous = isContiguous(lhs, form.reduction);
  }
  // Packing handles one reduction and one loop of columns.
  bool isNarrow = getElementTypeOrSelf(op->getOperand(0)) != element ||
                  getElementTypeOrSelf(op->getOperand(1)) != element;
  if ((form.contiguous != ContractionForm::Columns || isNarrow) &&
      (form.k.size() != 1 || form.n.size() != 1 || !form.batch.empty()))
    return failure();
  return form;
}

ContractionTile vib::chooseContractionTile(linalg::LinalgOp op,
                                           const ContractionForm &form,
                                           ArrayRef<int64_t> extents,
                                           bool isInterleaved,
                                           const Machine &machine) {
  Type element = getElementTypeOrSelf(op->getResult(0));
  int64_t rows = form.row ? extents[*form.row] : 1;
  int64_t columns = extents[form.column], depth = extents[form.reduction];
  int64_t lanes = machine.getLanes(element);
  // Else rhs is packed where it is not contiguous in the columns.
  int64_t packed = depth * columns * getElementBytes(element);
  if (form.contiguous == ContractionForm::Reduction && form.lhsContiguous &&
      getElementTypeOrSelf(op->getOperand(form.rhs)) == element &&
      (depth >= 4 * lanes || packed > kMaxPackedBytes))
    return {/*isDot=*/true, chooseDotTile(rows, columns, machine)};
  int64_t registers = machine.getRegisters();
  if (isInterleaved)
    registers -= registers / kInterleavedShare;
  return {/*isDot=*/false, chooseRegisterTile(rows, columns, lanes, registers)};
}

bool vib::isRoundedByReaders(linalg::LinalgOp op) {
  return isPrologue(op) && llvm::all_of(op->getUses(), [](OpOperand &use) {
           auto reader = cast<linalg::LinalgOp>(use.getOwner());
           FailureOr<ContractionForm> form = matchContraction(reader);
           return succeeded(form) && form->rhs == use.getOperandNumber();
         });
}

linalg::LinalgOp vib::getInterleaved(linalg::LinalgOp contraction) {
  FailureOr<ContractionForm> form = matchContraction(contraction);
  if (failed(form) || form->contiguous != ContractionForm::Columns ||
      form->k.size() != 1 || form->m.size() != 1 || form->n.size() != 1 ||
      !form->batch.empty())
    return nullptr;
  SmallVector<AffineMap> maps = contraction.getIndexingMapsArray();
  auto fill = contraction.getDpsInits()[0].getDefiningOp<linalg::FillOp>();
  Value result = contraction->getResult(0);
  if (isContiguous(maps[form->lhs], form->reduction) || !fill ||
      !fill->hasOneUse() ||
      !matchPattern(fill.getInputs()[0], m_AnyZeroFloat()) ||
      !result.hasOneUse())
    return nullptr;
  OpOperand &use = *result.use_begin();
  auto op = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!op || !op.isDpsInput(&use) || op.getNumLoops() != 2 ||
      op.getNumParallelLoops() != 2 || !canVectorizeBody(op) ||
      maps[2].getNumResults() != 2)
    return nullptr;
  // Every operand goes along with the contraction's result or with its columns.
  MLIRContext *context = op.getContext();
  AffineMap space = AffineMap::getMultiDimIdentityMap(2, context);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool columns = map.getNumResults() == 1 &&
                   map.getResult(0) == getAffineDimExpr(1, context);
    if (map != space && !columns)
      return nullptr;
    // It must not need what is computed after the contraction.
    Operation *def = operand.get().getDefiningOp();
    if (def && def->getBlock() == contraction->getBlock() &&
        contraction->isBeforeInBlock(def))
      return nullptr;
  }
  return op;
}

namespace {

class ContractionEmitter {
public:
  ContractionEmitter(TileEmitter &e, linalg::LinalgOp op,
                     const ContractionForm &form, bool startsAtZero)
      : e(e), builder(e.builder), loc(op.getLoc()), op(op), form(form),
        maps(op.getIndexingMapsArray()), startsAtZero(startsAtZero),
        element(getElementTypeOrSelf(op->getResult(0))),
        lanes(e.machine.getLanes(element)), positions(op.getNumLoops()) {
    for (unsigned cls : e.plan.getSpace().getLoopClasses(op))
      extents.push_back(e.getSize(cls));
    lhs = e.getRef(op->getOperand(form.lhs));
    Value right = op->getOperand(form.rhs);
    isNarrow = getElementTypeOrSelf(right) != element;
    auto prologue = right.getDefiningOp<linalg::LinalgOp>();
    if (prologue && isRoundedByReaders(prologue)) {
      right = prologue.getDpsInputs().front();
      isRounded = true;
    }
    rhs = e.getRef(right);
    interleaved = e.plan.getInterleaved(op);
    if (!interleaved)
      out = e.getRef(op->getResult(0));
    rows = form.row ? extents[*form.row] : 1;
    columns = extents[form.column];
    depth = extents[form.reduction];
    choice = chooseContractionTile(op, form, extents, interleaved != nullptr,
                                   e.machine);
    rowBytes =
        depth * getElementBytes(getElementTypeOrSelf(op->getOperand(form.lhs)));
    streamsRows = form.row && lhs.getPanel() != 0 &&
                  isContiguous(maps[form.lhs], form.reduction) &&
                  rows * rowBytes > kResidentBytes;
  }
  void run();

private:
  bool shouldPack() const;
  /// Whether the reduction can go by pairs of bf16.
  bool shouldPair();
  /// Copies the panel of rhs to scratch, [reduction][column].
  void pack();
  /// Copies it in pairs.
  void packInPairs();
  /// An element or a vector of an operand, in the type of the result.
  Value extend(Value value);
  /// The same of rhs, which may have to be rounded.
  Value roundAndExtend(Value value);
  void emitOuter(function_ref<void()> body);
  void emitColumns();
  void emitDot();
  /// The accumulators of a register tile, before and after one step of the
  /// reduction at the current positions, and where they go in the end.
  SmallVector<Value> startTile(Value row, int64_t count, Value column,
                               ArrayRef<int64_t> widths);
  SmallVector<Value> stepTile(Value row, int64_t count, Value column,
                              ArrayRef<int64_t> widths, ValueRange values);
  SmallVector<Value> stepTileOfPairs(Value row, int64_t count, Value column,
                                     ArrayRef<int64_t> widths,
                                     ValueRange values, bool isLast = false);
  /// Fetches a part of what the next unit packs, at one step of a tile.
  void emitPrefetchOfNext(Value row, int64_t count);
  /// All steps.
  SmallVector<Value> reduceTile(Value row, int64_t count, Value column,
                                ArrayRef<int64_t> widths, ValueRange values);
  void storeTile(Value row, int64_t count, Value column,
                 ArrayRef<int64_t> widths, ValueRange values);
  /// The interleaved op, for one vector of the tile at `row`.
  void emitInterleaved(Value row, Value step, Value column, int64_t v,
                       int64_t width);
  void emitInterleavedTile(Value row, int64_t count, Value column,
                           ArrayRef<int64_t> widths);
  /// All rows of some columns, and the op that is interleaved.
  void emitInterleavedRows(int64_t tileRows, Value column,
                           ArrayRef<int64_t> widths);
  /// One register tile: `count` rows from `row`, vectors of `widths` columns
  /// from `column`.
  void emitColumnsTile(Value row, int64_t count, Value column,
                       ArrayRef<int64_t> widths);
  void emitDotTile(Value row, int64_t count, Value column,
                   int64_t countColumns);
  /// Runs `body` with `loop` at `base` + `step`.
  void at(unsigned loop, Value base, int64_t step) {
    positions[loop] = e.add(base, step);
  }
  void atRow(Value base, int64_t step) {
    if (form.row)
      at(*form.row, base, step);
  }
  /// The panel of an operand whose columns are the innermost reduction.
  int64_t getReductionPanel() const;
  /// Fetches a part of the panel of rhs that the next unit reads.
  void emitPrefetchOfPanel(Value row, int64_t count, Value start);
  /// Fetches a panel, which begins at `start`, of the rows of the next tile.
  void emitPrefetchOfRows(Value row, int64_t count, Value start);
  /// Loops over the reductions other than the innermost, then over it in steps
  /// of `step` up to `end`, for a tile of `count` rows.
  SmallVector<Value>
  emitReductions(ArrayRef<unsigned> loops, int64_t end, int64_t step, Value row,
                 int64_t count, ValueRange carried,
                 function_ref<SmallVector<Value>(ValueRange)> body);

  TileEmitter &e;
  OpBuilder &builder;
  Location loc;
  linalg::LinalgOp op;
  const ContractionForm &form;
  SmallVector<AffineMap> maps;
  bool startsAtZero;
  Type element;
  int64_t lanes;
  SmallVector<int64_t> extents;
  SmallVector<Value> positions;
  TensorRef lhs, rhs, out;
  /// Whether the operands are of bf16, and rhs is still to be rounded to it.
  bool isNarrow, isRounded = false;
  /// Where the reduction goes by pairs: those of rhs, and of lhs unless its own
  /// memory has them.
  std::optional<Pairs> rhsPairs, lhsPairs;
  /// The memory that rhs is packed from, flat, if the next unit packs what
  /// follows there.
  Value flatRhs;
  /// The op that is interleaved, or null, and the tile that it reads.
  linalg::LinalgOp interleaved;
  TensorRef tile;
  int64_t rows, columns, depth;
  ContractionTile choice;
  /// The bytes of a row of lhs, and whether all rows are more than what stays
  /// in the second-level cache.
  int64_t rowBytes;
  bool streamsRows;
};

bool ContractionEmitter::shouldPair() {
  if (!isNarrow || !e.machine.hasBf16 ||
      2 * getPairElements(depth, columns) > 2 * kMaxPackedBytes)
    return false;
  if (e.getPairs(op))
    return true;
  // A tile of the reduction must not end within a pair.
  int64_t whole = op.getStaticLoopRanges()[form.reduction];
  return isContiguous(maps[form.lhs], form.reduction) &&
         (depth == whole || depth % 2 == 0) && lhs.getPanel() % 2 == 0;
}

Value ContractionEmitter::extend(Value value) {
  if (getElementTypeOrSelf(value) == element)
    return value;
  Type type = element;
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(element);
  return arith::ExtFOp::create(builder, loc, type, value);
}

Value ContractionEmitter::roundAndExtend(Value value) {
  if (!isRounded)
    return extend(value);
  Type type = builder.getBF16Type();
  if (auto vector = dyn_cast<VectorType>(value.getType()))
    type = vector.clone(type);
  return extend(arith::TruncFOp::create(builder, loc, type, value));
}

bool ContractionEmitter::shouldPack() const {
  if (form.contiguous != ContractionForm::Columns)
    return !choice.isDot;
  int64_t bytes = depth * columns * element.getIntOrFloatBitWidth() / 8;
  if (isNarrow)
    return bytes <= kMaxPackedBytes;
  if (form.k.size() != 1 || form.n.size() != 1 || !form.batch.empty() ||
      bytes > kMaxPackedBytes || rows < kMinPackedRows)
    return false;
  if (rhs.getPanel() != 0)
    return false;
  auto [strides, offset] =
      cast<MemRefType>(rhs.memory.getType()).getStridesAndOffset();
  for (auto [axis, expr] : llvm::enumerate(maps[form.rhs].getResults()))
    if (expr.isFunctionOfDim(form.reduction)) {
      int64_t span =
          strides[rhs.axes[axis]] * depth * element.getIntOrFloatBitWidth() / 8;
      return span >= kMinSpanBytes && span > 2 * bytes;
    }
  return false;
}

void ContractionEmitter::pack() {
  auto type = RankedTensorType::get({depth, columns}, element);
  TensorRef packed;
  packed.memory = e.createStack(type);
  packed.base.resize(2);
  packed.axes = {0, 1};
  MLIRContext *context = builder.getContext();
  auto map = AffineMap::get(op.getNumLoops(), 0,
                            {builder.getAffineDimExpr(form.reduction),
                             builder.getAffineDimExpr(form.column)},
                            context);
  e.createLoop(0, depth, 1, [&](Value k) {
    positions[form.reduction] = k;
    if (form.contiguous != ContractionForm::Columns) {
      e.createLoop(0, columns, 1, [&](Value column) {
        positions[form.column] = column;
        Value value = e.loadScalar(rhs, maps[form.rhs], positions);
        e.storeScalar(roundAndExtend(value), packed, map, positions);
      });
      return;
    }
    int64_t whole = columns / lanes * lanes;
    e.createLoop(0, whole, lanes, [&](Value column) {
      positions[form.column] = column;
      Value value = e.loadVector(rhs, maps[form.rhs], positions, lanes);
      e.storeVector(roundAndExtend(value), packed, map, positions);
    });
    if (whole == columns)
      return;
    positions[form.column] = e.index(whole);
    Value value = e.loadVector(rhs, maps[form.rhs], positions, columns - whole);
    e.storeVector(roundAndExtend(value), packed, map, positions);
  });
  rhs = packed;
  maps[form.rhs] = map;
  isRounded = false;
}

void ContractionEmitter::packInPairs() {
  PairSource source{rhs,         maps[form.rhs], form.reduction,
                    form.column, depth,          columns};
  auto type = RankedTensorType::get({getPairElements(depth, columns)},
                                    builder.getBF16Type());
  rhsPairs = Pairs{e.createStack(type), getPairStride(columns)};
  packPairs(e, source, *rhsPairs, positions);
  std::optional<Tile> unit = e.plan.getTiles().unit;
  bool isUnit =
      unit && unit->cls == e.plan.getSpace().getLoopClasses(op)[form.column];
  auto memory = cast<MemRefType>(rhs.memory.getType());
  if (isRounded && isUnit && rhs.getPanel() != 0 &&
      (form.contiguous == ContractionForm::Reduction ||
       columns == rhs.getPanel()))
    flatRhs = memref::CollapseShapeOp::create(
        builder, loc,
        MemRefType::get(memory.getNumElements(), memory.getElementType()),
        rhs.memory, ArrayRef<ReassociationIndices>{{0, 1, 2}});
  if (Value shared = e.getPairs(op))
    lhsPairs =
        Pairs{shared, getPairStride(op.getStaticLoopRanges()[*form.row])};
}

/// Loops over all parallel loops but those of the register tile.
void ContractionEmitter::emitOuter(function_ref<void()> body) {
  SmallVector<unsigned> loops(form.batch.begin(), form.batch.end());
  for (unsigned loop : form.m)
    if (loop != form.row)
      loops.push_back(loop);
  for (unsigned loop : form.n)
    if (loop != form.column)
      loops.push_back(loop);
  std::function<void(ArrayRef<unsigned>)> emit = [&](ArrayRef<unsigned> rest) {
    if (rest.empty())
      return body();
    e.createLoop(0, extents[rest.front()], 1, [&](Value iv) {
      positions[rest.front()] = iv;
      emit(rest.drop_front());
    });
  };
  emit(loops);
}

int64_t ContractionEmitter::getReductionPanel() const {
  for (auto [ref, operand] : {std::pair(&lhs, form.lhs), {&rhs, form.rhs}})
    if (isContiguous(maps[operand], form.reduction) && ref->getPanel() != 0)
      return ref->getPanel();
  return 0;
}

/// The rows that the next tile reads lie apart from those of this one in every
/// panel but the last: too far for the processor to see what is coming.
void ContractionEmitter::emitPrefetchOfRows(Value row, int64_t count,
                                            Value start) {
  SmallVector<Value> next(positions);
  int64_t line = kLineBytes * depth / rowBytes;
  for (int64_t i = 0; i != count; ++i) {
    next[*form.row] = e.add(row, count + i);
    for (int64_t k = 0; k < lhs.getPanel(); k += line) {
      next[form.reduction] = e.add(start, k);
      e.emitPrefetch(lhs, maps[form.lhs], next);
    }
  }
}

/// The panel of the weight that the next unit reads comes from the last-level
/// cache or from memory; each tile of rows fetches its part of it.
void ContractionEmitter::emitPrefetchOfPanel(Value row, int64_t count,
                                             Value start) {
  int64_t panel = rhs.getPanel();
  if (panel == 0 || !form.row || columns % panel != 0)
    return;
  int64_t steps = llvm::divideCeil(panel, llvm::divideCeil(rows, count));
  Value tile = builder.createOrFold<arith::DivUIOp>(loc, row, e.index(count));
  Value first = e.add(
      start, builder.createOrFold<arith::MulIOp>(loc, tile, e.index(steps)));
  int64_t line =
      kLineBytes /
      getElementBytes(cast<MemRefType>(rhs.memory.getType()).getElementType());
  SmallVector<Value> next(positions);
  for (int64_t i = 0; i != steps; ++i) {
    next[form.reduction] = e.add(first, i);
    for (int64_t column = 0; column < panel; column += line) {
      next[form.column] = e.index(columns + column);
      e.emitPrefetch(rhs, maps[form.rhs], next);
    }
  }
}

SmallVector<Value> ContractionEmitter::emitReductions(
    ArrayRef<unsigned> loops, int64_t end, int64_t step, Value row,
    int64_t count, ValueRange carried,
    function_ref<SmallVector<Value>(ValueRange)> body) {
  if (loops.empty())
    return e.createPanelLoop(
        end, step, getReductionPanel(), carried,
        [&](Value iv, ValueRange values) {
          positions[form.reduction] = iv;
          return body(values);
        },
        [&](Value start) {
          if (streamsRows)
            emitPrefetchOfRows(row, count, start);
          if (form.contiguous == ContractionForm::Columns)
            emitPrefetchOfPanel(row, count, start);
        });
  if (loops.front() == form.reduction)
    return emitReductions(loops.drop_front(), end, step, row, count, carried,
                          body);
  return e.createLoop(0, extents[loops.front()], 1, carried,
                      [&](Value iv, ValueRange values) {
                        positions[loops.front()] = iv;
                        return emitReductions(loops.drop_front(), end, step,
                                              row, count, values, body);
                      });
}

SmallVector<Value> ContractionEmitter::startTile(Value row, int64_t count,
                                                 Value column,
                                                 ArrayRef<int64_t> widths) {
  SmallVector<Value> accumulators;
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    for (auto [v, width] : llvm::enumerate(widths)) {
      at(form.column, column, v * lanes);
      int64_t held = rhsPairs ? lanes : width;
      Value zero = e.splat(builder.getZeroAttr(element), held);
      if (startsAtZero) {
        accumulators.push_back(zero);
        continue;
      }
      Value value = e.loadVector(out, maps[2], positions, width);
      if (held != width)
        value = vector::InsertStridedSliceOp::create(builder, loc, value, zero,
                                                     ArrayRef<int64_t>{0},
                                                     ArrayRef<int64_t>{1});
      accumulators.push_back(value);
    }
  }
  return accumulators;
}

SmallVector<Value> ContractionEmitter::stepTile(Value row, int64_t count,
                                                Value column,
                                                ArrayRef<int64_t> widths,
                                                ValueRange values) {
  if (rhsPairs)
    return stepTileOfPairs(row, count, column, widths, values);
  SmallVector<Value> vectors, results;
  for (auto [v, width] : llvm::enumerate(widths)) {
    at(form.column, column, v * lanes);
    vectors.push_back(
        roundAndExtend(e.loadVector(rhs, maps[form.rhs], positions, width)));
  }
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    Value scalar = extend(e.loadScalar(lhs, maps[form.lhs], positions));
    for (auto [v, vector] : llvm::enumerate(vectors)) {
      Value factor =
          vector::BroadcastOp::create(builder, loc, vector.getType(), scalar);
      results.push_back(vector::FMAOp::create(builder, loc, factor, vector,
                                              values[i * widths.size() + v]));
    }
  }
  return results;
}

SmallVector<Value> ContractionEmitter::stepTileOfPairs(Value row, int64_t count,
                                                       Value column,
                                                       ArrayRef<int64_t> widths,
                                                       ValueRange values,
                                                       bool isLast) {
  Value k = positions[form.reduction];
  SmallVector<Value> vectors, results;
  for (int64_t v = 0, n = widths.size(); v != n; ++v)
    vectors.push_back(loadPairs(e, *rhsPairs, k, e.add(column, v * lanes)));
  // The rows of pairs that are shared count from the start of the tensor.
  Value first;
  if (lhsPairs && form.row)
    first = e.getStart(e.plan.getSpace().getLoopClasses(op)[*form.row]);
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    Value factor = lhsPairs
                       ? loadPair(e, *lhsPairs, k, e.add(first, e.add(row, i)))
                       : loadPair(e, lhs, maps[form.lhs], positions, isLast);
    for (auto [v, vector] : llvm::enumerate(vectors))
      results.push_back(x86vector::DotBF16Op::create(
          builder, loc, values[i * widths.size() + v], factor, vector));
  }
  return results;
}

/// A unit packs a panel of the weight, or its rows of all panels, which comes
/// from the last-level cache or from memory: as much in each step of a register
/// tile as all steps of all tiles need.
void ContractionEmitter::emitPrefetchOfNext(Value row, int64_t count) {
  int64_t panel = rhs.getPanel(), tiles = llvm::divideCeil(rows, count);
  Value k = positions[form.reduction];
  SmallVector<Value> next(positions);
  next[form.column] = e.index(columns);
  if (form.row)
    next[*form.row] = Value();
  // Elements to fetch in one row of the result and in one step.
  bool isPanel = form.contiguous == ContractionForm::Columns;
  int64_t perRow = (isPanel ? depth : columns) * panel / rows;
  int64_t perStep = llvm::divideCeil(isPanel ? panel : columns, tiles);
  if (isPanel)
    next[form.reduction] = e.index(0);
  SmallVector<Value> indices =
      e.getIndices(rhs, TileEmitter::getPositions(maps[form.rhs], next));
  auto multiply = [&](Value value, int64_t factor) {
    return builder.createOrFold<arith::MulIOp>(loc, value, e.index(factor));
  };
  int64_t panelRows = cast<MemRefType>(rhs.memory.getType()).getDimSize(1);
  Value first =
      multiply(e.add(multiply(indices[0], panelRows), indices[1]), panel);
  Value offset =
      e.add(multiply(row, perRow), multiply(isPanel ? k : indices[2], perStep));
  memref::PrefetchOp::create(builder, loc, flatRhs, e.add(first, offset),
                             /*isWrite=*/false, /*localityHint=*/2,
                             /*isDataCache=*/true);
}

SmallVector<Value> ContractionEmitter::reduceTile(Value row, int64_t count,
                                                  Value column,
                                                  ArrayRef<int64_t> widths,
                                                  ValueRange values) {
  if (!rhsPairs)
    return emitReductions(form.k, depth, 1, row, count, values,
                          [&](ValueRange values) {
                            return stepTile(row, count, column, widths, values);
                          });
  // Where lhs is read as it is, nothing is beyond its end.
  int64_t whole = depth / 2 * 2;
  SmallVector<Value> results = e.createPanelLoop(
      lhsPairs ? llvm::alignTo(depth, 2) : whole, 2,
      lhsPairs ? 0 : lhs.getPanel(), values,
      [&](Value k, ValueRange values) {
        positions[form.reduction] = k;
        if (flatRhs)
          emitPrefetchOfNext(row, count);
        return stepTileOfPairs(row, count, column, widths, values);
      },
      [&](Value start) {
        if (streamsRows)
          emitPrefetchOfRows(row, count, start);
      });
  if (lhsPairs || whole == depth)
    return results;
  positions[form.reduction] = e.index(whole);
  return stepTileOfPairs(row, count, column, widths, results, /*isLast=*/true);
}

void ContractionEmitter::storeTile(Value row, int64_t count, Value column,
                                   ArrayRef<int64_t> widths,
                                   ValueRange values) {
  for (int64_t i = 0; i != count; ++i) {
    atRow(row, i);
    for (int64_t v = 0, n = widths.size(); v != n; ++v) {
      at(form.column, column, v * lanes);
      Value value = values[i * n + v];
      if (rhsPairs && widths[v] != lanes)
        value = vector::ExtractStridedSliceOp::create(
            builder, loc, value, ArrayRef<int64_t>{0},
            ArrayRef<int64_t>{widths[v]}, ArrayRef<int64_t>{1});
      e.storeVector(value, out, maps[2], positions);
    }
  }
}

void ContractionEmitter::emitColumnsTile(Value row, int64_t count, Value column,
                                         ArrayRef<int64_t> widths) {
  SmallVector<Value> accumulators = startTile(row, count, column, widths);
  accumulators = reduceTile(row, count, column, widths, accumulators);
  storeTile(row, count, column, widths, accumulators);
}

void ContractionEmitter::emitInterleaved(Value row, Value step, Value column,
                                         int64_t v, int64_t width) {
  Value zero = e.index(0);
  auto minus = [&](Value value) {
    return builder.createOrFold<arith::SubIOp>(loc, zero, value);
  };
  TensorRef source = tile;
  source.base = {minus(row), minus(column)};
  unsigned operand = op->getResult(0).use_begin()->getOperandNumber();
  e.emitVector(interleaved, /*loop=*/1, width,
               {e.add(row, step), e.add(column, v * lanes)}, operand, source);
}

void ContractionEmitter::emitInterleavedTile(Value row, int64_t count,
                                             Value column,
                                             ArrayRef<int64_t> widths) {
  e.createLoop(0, count, 1, [&](Value step) {
    for (auto [v, width] : llvm::enumerate(widths))
      emitInterleaved(row, step, column, v, width);
  });
}

/// The reduction of a tile has a vector of the interleaved op for the tile
/// before after every few of its steps, so that the op's divisions and its
/// traffic with memory hide behind multiply-adds:
///
///   accumulate tile 0
///   for the other tiles t
///     for the vectors of a tile: a few steps of tile t, one vector of t - 1
///     the steps that are left
///   the vectors of the last tile
void ContractionEmitter::emitInterleavedRows(int64_t tileRows, Value column,
                                             ArrayRef<int64_t> widths) {
  auto storeToTile = [&](int64_t count, ValueRange values) {
    TensorRef saved = std::exchange(out, tile);
    storeTile(e.index(0), count, e.index(0), widths, values);
    out = saved;
  };
  auto emitTile = [&](Value row, int64_t count) {
    SmallVector<Value> values = startTile(row, count, column, widths);
    values = reduceTile(row, count, column, widths, values);
    storeToTile(count, values);
  };
  int64_t stride = rhsPairs ? 2 : 1, count = llvm::divideCeil(depth, stride);
  int64_t vectors = widths.size(), steps = count / (tileRows * vectors);
  int64_t whole = rows / tileRows * tileRows;
  if (steps == 0) {
    e.createLoop(0, whole, tileRows, [&](Value row) {
      emitTile(row, tileRows);
      emitInterleavedTile(row, tileRows, column, widths);
    });
  } else if (whole != 0) {
    emitTile(e.index(0), tileRows);
    e.createLoop(tileRows, whole, tileRows, [&](Value row) {
      Value before = e.add(row, -tileRows);
      SmallVector<Value> values = startTile(row, tileRows, column, widths);
      auto step = [&](Value index, ValueRange values) {
        positions[form.reduction] =
            builder.createOrFold<arith::MulIOp>(loc, index, e.index(stride));
        return stepTile(row, tileRows, column, widths, values);
      };
      values = e.createLoop(
          0, tileRows, 1, values, [&](Value i, ValueRange carried) {
            SmallVector<Value> values(carried);
            Value first = arith::MulIOp::create(builder, loc, i,
                                                e.index(vectors * steps));
            for (int64_t v = 0; v != vectors; ++v) {
              if (steps <= kMaxUnrolled)
                for (int64_t s = 0; s != steps; ++s)
                  values = step(e.add(first, v * steps + s), values);
              else
                values = e.createLoop(
                    0, steps, 1, values, [&](Value s, ValueRange values) {
                      return step(e.add(e.add(first, v * steps), s), values);
                    });
              emitInterleaved(before, i, column, v, widths[v]);
              e.emitPrefetch(interleaved, {e.add(e.add(row, tileRows), i),
                                           e.add(column, v * lanes)});
            }
            return values;
          });
      values = e.createLoop(steps * tileRows * vectors, count, 1, values, step);
      storeToTile(tileRows, values);
    });
    emitInterleavedTile(e.index(whole - tileRows), tileRows, column, widths);
  }
  if (whole == rows)
    return;
  emitTile(e.index(whole), rows - whole);
  emitInterleavedTile(e.index(whole), rows - whole, column, widths);
}

void ContractionEmitter::emitColumns() {
  RegisterTile tile = choice.registers;
  if (interleaved) {
    this->tile.memory = e.createStack(
        RankedTensorType::get({tile.rows, tile.vectors * lanes}, element));
    this->tile.base.resize(2);
    this->tile.axes = {0, 1};
  }
  auto emitRows = [&](Value column, ArrayRef<int64_t> widths) {
    if (interleaved)
      return emitInterleavedRows(tile.rows, column, widths);
    int64_t whole = rows / tile.rows * tile.rows;
    e.createLoop(0, whole, tile.rows, [&](Value row) {
      emitColumnsTile(row, tile.rows, column, widths);
    });
    if (whole != rows)
      emitColumnsTile(e.index(whole), rows - whole, column, widths);
  };
  int64_t step = tile.vectors * lanes, whole = columns / step * step;
  e.createLoop(0, whole, step, [&](Value column) {
    emitRows(column, SmallVector<int64_t>(tile.vectors, lanes));
  });
  if (whole == columns)
    return;
  SmallVector<int64_t> widths((columns - whole) / lanes, lanes);
  if (columns % lanes != 0)
    widths.push_back(columns % lanes);
  emitRows(e.index(whole), widths);
}

void ContractionEmitter::emitDotTile(Value row, int64_t count, Value column,
                                     int64_t countColumns) {
  auto load = [&](int64_t width, SmallVectorImpl<Value> &left,
                  SmallVectorImpl<Value> &right) {
    for (int64_t i = 0; i != count; ++i) {
      atRow(row, i);
      left.push_back(e.loadVector(lhs, maps[form.lhs], positions, width));
    }
    for (int64_t j = 0; j != countColumns; ++j) {
      at(form.column, column, j);
      right.push_back(e.loadVector(rhs, maps[form.rhs], positions, width));
    }
  };
  auto multiplyAdd = [&](ArrayRef<Value> left, ArrayRef<Value> right,
                         ValueRange sums) {
    SmallVector<Value> results;
    for (int64_t i = 0; i != count; ++i)
      for (int64_t j = 0; j != countColumns; ++j)
        results.push_back(vector::FMAOp::create(builder, loc, left[i], right[j],
                                                sums[i * countColumns + j]));
    return results;
  };
  int64_t whole = depth / lanes * lanes;
  Value zero = e.splat(builder.getZeroAttr(element), lanes);
  SmallVector<Value> sums(count * countColumns, zero);
  sums = emitReductions(form.k, whole, lanes, row, count, sums,
                        [&](ValueRange values) {
                          SmallVector<Value> left, right;
                          load(lanes, left, right);
                          return multiplyAdd(left, right, values);
                        });
  if (whole != depth) {
    SmallVector<Value> left, right;
    positions[form.reduction] = e.index(whole);
    load(depth - whole, left, right);
    for (SmallVector<Value> *vectors : {&left, &right})
      for (Value &vector : *vectors)
        vector = vector::InsertStridedSliceOp::create(
            builder, loc, vector, zero, ArrayRef<int64_t>{0},
            ArrayRef<int64_t>{1});
    sums = multiplyAdd(left, right, sums);
  }
  auto addUp = [&](Value lhs, Value rhs) -> Value {
    return arith::AddFOp::create(builder, loc, lhs, rhs);
  };
  if (count * countColumns % lanes == 0 && lanes % countColumns == 0) {
    for (int64_t first = 0; first != count * countColumns; first += lanes) {
      Value results = e.combineAll(ArrayRef(sums).slice(first, lanes), addUp);
      for (int64_t i = 0; i != lanes; i += countColumns) {
        atRow(row, (first + i) / countColumns);
        at(form.column, column, 0);
        Value part = vector::ExtractStridedSliceOp::create(
            builder, loc, results, ArrayRef<int64_t>{i},
            ArrayRef<int64_t>{countColumns}, ArrayRef<int64_t>{1});
        if (!startsAtZero)
          part =
              addUp(e.loadVector(out, maps[2], positions, countColumns), part);
        e.storeVector(part, out, maps[2], positions);
      }
    }
    return;
  }
  for (int64_t i = 0; i != count; ++i) {
    for (int64_t j = 0; j != countColumns; ++j) {
      Value sum = e.combineLanes(sums[i * countColumns + j], addUp);
      atRow(row, i);
      at(form.column, column, j);
      if (!startsAtZero)
        sum = addUp(e.loadScalar(out, maps[2], positions), sum);
      e.storeScalar(sum, out, maps[2], positions);
    }
  }
}

/// The rows run inside: the tile's columns of rhs stay in the first-level
/// cache, and lhs streams from the second, as many rows of it as fit there.
void ContractionEmitter::emitDot() {
  RegisterTile tile = choice.registers;
  int64_t block =
      std::max<int64_t>(1, kResidentBytes / rowBytes / tile.rows) * tile.rows;
  auto emitRows = [&](Value first, int64_t size, Value column, int64_t count) {
    int64_t whole = size / tile.rows * tile.rows;
    e.createLoop(0, whole, tile.rows, [&](Value row) {
      emitDotTile(e.add(first, row), tile.rows, column, count);
    });
    if (whole != size)
      emitDotTile(e.add(first, whole), size - whole, column, count);
  };
  auto emitBlock = [&](Value first, int64_t size) {
    int64_t whole = columns / tile.vectors * tile.vectors;
    e.createLoop(0, whole, tile.vectors, [&](Value column) {
      emitRows(first, size, column, tile.vectors);
    });
    if (whole != columns)
      emitRows(first, size, e.index(whole), columns - whole);
  };
  int64_t whole = rows / block * block;
  e.createLoop(0, whole, block, [&](Value first) { emitBlock(first, block); });
  if (whole != rows)
    emitBlock(e.index(whole), rows - whole);
}

void ContractionEmitter::run() {
  if (shouldPair())
    packInPairs();
  else if (shouldPack())
    pack();
  emitOuter([&] { choice.isDot ? emitDot() : emitColumns(); });
}

} // namespace

void TileEmitter::emitContraction(linalg::LinalgOp op, bool startsAtZero) {
  ContractionForm form = *matchContraction(op);
  ContractionEmitter(*this, op, form, startsAtZero).run();
}
