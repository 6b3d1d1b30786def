//===- Contraction.cpp - Emit contractions as register tiles --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// result[m, n] += sum over k of lhs[m, k] * rhs[k, n]. There are three forms;
// which one applies depends on what is contiguous in memory:
//
//   columns     rhs is contiguous in n. The rows x vectors accumulators stay in
//               registers over the whole reduction. A step loads the vectors of
//               rhs once and multiplies them with the broadcast element of each
//               row of lhs.
//   dot         Both operands are contiguous in k. (In an input gradient the
//               weight is [in, out] and the sum runs over out.) The rows x
//               columns accumulators are vectors along k, whose lanes are added
//               up at the end.
//   groups      The result has few columns and is contiguous in m. Each column
//               has a group of lanes, which sum different terms in parallel.
//
// There is no masking or padding: remainders of rows and columns are emitted
// again with their own sizes, the last vector with its own width.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionEmitter.h"
#include "compiler/cpu/PackingChoice.h"

using namespace mlir;
using namespace vib;

ContractionEmitter::ContractionEmitter(TileEmitter &e, linalg::LinalgOp op,
                                       const ContractionForm &form,
                                       bool startsAtZero)
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
  if (prologue && e.plan.isFolded(prologue)) {
    right = prologue.getDpsInputs().front();
    isRounded = true;
  }
  rhs = e.getRef(right);
  SmallVector<unsigned, 4> classes = e.plan.getSpace().getLoopClasses(op);
  e.addWindowStarts(lhs, maps[form.lhs], classes);
  interleaved = e.plan.getInterleaved(op);
  epilogue = e.plan.getEpilogue(op);
  if (!interleaved && !epilogue)
    out = e.getRef(op->getResult(0));
  rows = form.getRows(extents);
  columns = extents[form.column];
  depth = extents[form.reduction];
  choice = e.plan.getContractionTile(op, form, extents);
  windows =
      op->getAttrOfType<ContractionAttr>(kContractionAttrName).getWindows();
  assert((!epilogue ||
          (startsAtZero && choice.kind == RegisterTileKind::Columns)) &&
         "getEpilogue allows no other");
  rowBytes =
      depth * getElementBytes(getElementTypeOrSelf(op->getOperand(form.lhs)));
  streamsRows = form.row && lhs.getPanel() != 0 &&
                isContiguous(maps[form.lhs], form.reduction) &&
                rows * rowBytes > kResidentBytes;
}

SmallVector<unsigned> ContractionEmitter::getOuterLoops() const {
  SmallVector<unsigned> loops(form.batch.begin(), form.batch.end());
  for (unsigned loop : form.m)
    if (loop != form.row && loop != form.outerRow)
      loops.push_back(loop);
  for (unsigned loop : form.n)
    if (loop != form.column)
      loops.push_back(loop);
  return loops;
}

void ContractionEmitter::emitOuter(function_ref<void()> body) {
  std::function<void(ArrayRef<unsigned>)> emit = [&](ArrayRef<unsigned> rest) {
    if (rest.empty())
      return body();
    e.createLoop(0, extents[rest.front()], 1, [&](Value iv) {
      positions[rest.front()] = iv;
      emit(rest.drop_front());
    });
  };
  emit(getOuterLoops());
}

/// Tiles of two loops begin at the first position of the inner one.
void ContractionEmitter::atRow(Value base, int64_t step) {
  if (!form.row)
    return;
  if (!form.outerRow)
    return at(*form.row, base, step);
  int64_t inner = extents[*form.row];
  Value outer = builder.createOrFold<arith::DivUIOp>(loc, base, e.index(inner));
  at(*form.outerRow, outer, step / inner);
  positions[*form.row] = e.index(step % inner);
}

int64_t ContractionEmitter::getReductionPanel() const {
  for (auto [ref, operand] : {std::pair(&lhs, form.lhs), {&rhs, form.rhs}})
    if (isContiguous(maps[operand], form.reduction) && ref->getPanel() != 0)
      return ref->getPanel();
  return 0;
}

/// In every panel except the last, the rows of the next tile do not follow
/// those of this one in memory, so the hardware prefetcher does not load them.
void ContractionEmitter::emitPrefetchOfRows(Value row, int64_t count,
                                            Value start) {
  SmallVector<Value> next(positions);
  int64_t line = kCacheLine * depth / rowBytes;
  for (int64_t i = 0; i != count; ++i) {
    next[*form.row] = e.add(row, count + i);
    for (int64_t k = 0; k < lhs.getPanel(); k += line) {
      next[form.reduction] = e.add(start, k);
      e.emitPrefetch(lhs, maps[form.lhs], next);
    }
  }
}

/// The panel of the weight that the next unit reads is in the last-level cache
/// or in memory. Each tile of rows prefetches its share of it.
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
      kCacheLine /
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
  int64_t extent = extents[loops.front()];
  Value start;
  if (block != 0 && loops.front() == form.block) {
    extent = block;
    start = blockStart;
  } else if (firstLine && loops.front() == form.line) {
    extent = choice.block.lines;
    start = firstLine;
  }
  return e.createLoop(0, extent, 1, carried, [&](Value iv, ValueRange values) {
    positions[loops.front()] = start ? e.add(start, iv) : iv;
    if (loops.front() == form.line)
      emitPrefetchOfBlock(row, count, iv);
    return emitReductions(loops.drop_front(), end, step, row, count, values,
                          body);
  });
}

void ContractionEmitter::run() {
  SmallVector<PackedAttr> packings = *getPackings(op);
  for (PackedAttr packed : packings) {
    if (packed.getRows() != rows || packed.getColumns() != columns ||
        packed.getDepth() != depth)
      continue;
    if (packed.getPacking() == Packing::Pairs)
      packInPairs();
    else
      pack();
    break;
  }
  if (windows != Packing::None)
    useCopies();
  emitBlocks([&] {
    switch (choice.kind) {
    case RegisterTileKind::Columns:
      return emitColumns();
    case RegisterTileKind::Dot:
      return emitDot();
    case RegisterTileKind::Groups:
      return emitGroups();
    }
  });
}

void TileEmitter::emitContraction(linalg::LinalgOp op, bool startsAtZero) {
  ContractionForm form = *matchRegisterContraction(op);
  ContractionEmitter(*this, op, form, startsAtZero).run();
}
