//===- ContractionForm.cpp - The form of a contraction --------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/TileEmitter.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/WindowMap.h"
#include "compiler/step/ZeroFill.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace vib;

/// Rough costs per element, in quarters of a cycle: of packing with a
/// transpose, of storing with a transpose, and of adding up the lanes of an
/// accumulator.
static constexpr int64_t kPackedElement = 2;
static constexpr int64_t kTransposedElement = 1;
static constexpr int64_t kLaneSum = 12;
/// One register in this many is left to the interleaved op.
static constexpr int64_t kInterleavedShare = 4;

bool vib::isContiguous(AffineMap map, unsigned loop) {
  if (map.getNumResults() == 0)
    return false;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  return last && last.getPosition() == loop;
}

/// Whether the rows of the result, rather than its columns, should become
/// vectors. That pays if the operand with the columns is not contiguous in
/// them, the operand with the rows is contiguous in those, and transposing the
/// result costs less than packing an operand.
static bool shouldTranspose(linalg::LinalgOp op, const ContractionForm &form) {
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  AffineMap lhs = maps[form.lhs], rhs = maps[form.rhs];
  if (maps[2].getNumResults() != 2 ||
      getElementTypeOrSelf(op->getOperand(0)) !=
          getElementTypeOrSelf(op->getResult(0)))
    return false;
  unsigned row = maps[2].getDimPosition(0);
  if (!isContiguous(lhs, row) || rhs.isFunctionOfDim(row) ||
      lhs.isFunctionOfDim(form.column) || isContiguous(rhs, form.column))
    return false;
  int64_t depth = 1, rows = op.getStaticLoopRanges()[row];
  for (unsigned loop = 0, n = op.getNumLoops(); loop != n; ++loop)
    if (!maps[2].isFunctionOfDim(loop))
      depth *= op.getStaticLoopRanges()[loop];
  return kTransposedElement * rows < kPackedElement * depth;
}

FailureOr<ContractionForm> vib::matchRegisterContraction(linalg::LinalgOp op) {
  if (!isContraction(op))
    return failure();
  SmallVector<AffineMap> maps = op.getIndexingMapsArray();
  Type element = getElementTypeOrSelf(op->getResult(0));
  for (auto [operand, map] : llvm::zip_equal(op->getOperands(), maps))
    if (!isa<FloatType>(element) ||
        (getElementTypeOrSelf(operand) != element &&
         !(getElementTypeOrSelf(operand).isBF16() && element.isF32())))
      return failure();
  if (maps[2].getNumResults() == 0)
    return failure();

  ContractionForm form;
  form.column = maps[2].getDimPosition(maps[2].getNumResults() - 1);
  if (!maps[1].isFunctionOfDim(form.column))
    std::swap(form.lhs, form.rhs);
  if (shouldTranspose(op, form)) {
    form.transposed = true;
    form.column = maps[2].getDimPosition(0);
    std::swap(form.lhs, form.rhs);
  }
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
  // The rows of a window are neighbours in memory, and so are its terms.
  auto innermost = [&](ArrayRef<unsigned> loops) {
    for (unsigned loop : llvm::reverse(loops))
      if (extents[loop] > 1)
        return loop;
    return loops.back();
  };
  bool isWindowed = hasWindow(op);
  bool isNarrow = getElementTypeOrSelf(op->getOperand(0)) != element ||
                  getElementTypeOrSelf(op->getOperand(1)) != element;
  if (!form.m.empty())
    form.row = isWindowed ? innermost(form.m) : longest(form.m);
  form.reduction = isWindowed ? innermost(form.k) : longest(form.k);
  // Images of one pixel are pairs and blocks, too.
  if (isWindowed && isNarrow && form.reduction == form.k.front())
    form.reduction = form.k.back();
  // The taps of one row of a kernel are too few to keep the multiply-adds busy.
  constexpr int64_t kFewRows = 8;
  if (isWindowed && form.row && extents[*form.row] < kFewRows)
    for (unsigned loop : form.m)
      if (loop < *form.row && extents[loop] > 1)
        form.outerRow = loop;
  unsigned outermost = form.k.front();
  if (isWindowed && outermost != form.reduction &&
      llvm::is_contained(lhs.getResults(),
                         getAffineDimExpr(outermost, op.getContext())) &&
      llvm::is_contained(rhs.getResults(),
                         getAffineDimExpr(outermost, op.getContext())))
    form.block = outermost;
  if (form.block && form.k.size() == 3 && form.k[1] != form.reduction)
    form.line = form.k[1];
  form.contiguous = ContractionForm::Neither;
  if (isContiguous(rhs, form.column)) {
    form.contiguous = ContractionForm::Columns;
  } else if (form.k.size() == 1 && isContiguous(rhs, form.reduction)) {
    form.contiguous = ContractionForm::Reduction;
    form.lhsContiguous = isContiguous(lhs, form.reduction);
  }
  // The columns of a window cannot be packed.
  if (isWindowed && (form.contiguous != ContractionForm::Columns ||
                     !rhs.isProjectedPermutation()))
    return failure();
  // Packing supports one reduction loop and one column loop.
  if ((form.contiguous != ContractionForm::Columns ||
       (isNarrow && !isWindowed)) &&
      (form.k.size() != 1 || form.n.size() != 1 || !form.batch.empty()))
    return failure();
  return form;
}

/// With as many terms
/// as fit beside each other, a step takes one multiply-add for each row. Adding
/// the terms up at the end takes about two shuffles for each row, so there must
/// be enough steps to make that negligible.
bool vib::isGrouped(linalg::LinalgOp op, const ContractionForm &form,
                    ArrayRef<int64_t> extents, int64_t lanes) {
  constexpr int64_t kFewestSteps = 4;
  int64_t columns = extents[form.column], depth = extents[form.reduction];
  if (!form.transposed || !form.row || form.k.size() != 1 ||
      form.contiguous != ContractionForm::Columns ||
      extents[*form.row] < lanes || !llvm::isPowerOf2_64(columns) ||
      columns < 2 || columns >= lanes)
    return false;
  Type element = getElementTypeOrSelf(op->getResult(0));
  int64_t terms = lanes / columns;
  return isContiguous(op.getIndexingMapsArray()[form.lhs], form.reduction) &&
         llvm::all_of(op.getDpsInputs(),
                      [&](Value input) {
                        return getElementTypeOrSelf(input) == element;
                      }) &&
         depth % terms == 0 && depth >= kFewestSteps * terms;
}

bool vib::hasSharedPairs(linalg::LinalgOp op, const ContractionForm &form,
                         const Machine &machine) {
  Value operand = op->getOperand(form.lhs);
  return machine.hasBf16 && getElementTypeOrSelf(operand).isBF16() &&
         !hasWindow(op) && isa<BlockArgument>(operand) && form.row &&
         form.m.size() == 1 &&
         isContiguous(op.getIndexingMapsArray()[form.lhs], *form.row);
}

bool vib::canUseDot(linalg::LinalgOp op, const ContractionForm &form) {
  Type element = getElementTypeOrSelf(op->getResult(0));
  return form.contiguous == ContractionForm::Reduction && form.lhsContiguous &&
         getElementTypeOrSelf(op->getOperand(0)) == element &&
         getElementTypeOrSelf(op->getOperand(1)) == element;
}

ContractionTile vib::chooseContractionTile(linalg::LinalgOp op,
                                           const ContractionForm &form,
                                           ArrayRef<int64_t> extents,
                                           bool isInterleaved,
                                           const Machine &machine) {
  Type element = getElementTypeOrSelf(op->getResult(0));
  int64_t rows = form.getRows(extents);
  int64_t columns = extents[form.column], depth = extents[form.reduction];
  int64_t lanes = machine.getLanes(element);
  // If the dot form does not pay, rhs is packed unless it is contiguous in the
  // columns.
  int64_t packed = depth * columns * getElementBytes(element);
  if (canUseDot(op, form) &&
      (depth >= 4 * lanes || packed > kMaxPackedBytes ||
       (depth >= lanes && kPackedElement * depth >= kLaneSum * rows)))
    return {RegisterTileKind::Dot,
            chooseDotTile(rows, columns, depth, element, machine)};
  if (int64_t terms = lanes / columns; isGrouped(op, form, extents, lanes))
    return {RegisterTileKind::Groups, {lanes, 1}, terms};
  int64_t registers = machine.getRegisters();
  if (isInterleaved)
    registers -= registers / kInterleavedShare;
  if (form.transposed)
    rows = std::min(rows, lanes);
  RegisterTile tile = chooseRegisterTile(rows, columns, lanes, registers,
                                         form.getRowGrain(extents));
  // The rows are stored as vectors, which must not cross a panel boundary.
  if (form.transposed)
    tile.rows = llvm::bit_floor<uint64_t>(tile.rows);
  // The rows are packed as blocks of whole registers of pairs.
  if (hasSharedPairs(op, form, machine))
    tile.rows = llvm::bit_floor<uint64_t>(std::min(tile.rows, kPairColumns));
  return {RegisterTileKind::Columns, tile};
}

/// Every tap and every tile of rows reads all of a block's operands again, so
/// most of them should stay in the first-level cache. A block consists of whole
/// pairs. Of a large image that is not copied, a block has some lines only:
/// all of them should stay there, but enough pixels to hide that the sums are
/// stored and loaded again.
SumBlock vib::chooseBlock(linalg::LinalgOp op, const ContractionForm &form,
                          ArrayRef<int64_t> extents, Packing windows) {
  if (!form.block)
    return {};
  constexpr int64_t kBlockBytes = 64 * 1024, kBytesOfLines = 40 * 1024;
  constexpr int64_t kLeastPixels = 64;
  auto getBytes = [&](unsigned operand) {
    auto type = cast<RankedTensorType>(op->getOperand(operand).getType());
    Type element = windows == Packing::Rows
                       ? getElementTypeOrSelf(op->getResult(0))
                       : type.getElementType();
    return type.getNumElements() * getElementBytes(element);
  };
  int64_t extent = extents[*form.block], columns = extents[form.column];
  int64_t bytes =
      getBytes(form.lhs) +
      getBytes(form.rhs) * columns / op.getStaticLoopRanges()[form.column];
  int64_t least = windows == Packing::Pairs ? 2 : 1;
  int64_t block = std::max(kBlockBytes * extent / bytes / least * least, least);
  if (block >= extent)
    return {};
  if (block != 1 || !form.line || windows != Packing::None)
    return {block};
  int64_t height = extents[*form.line], lines = height;
  while (lines > 1 && (height % lines != 0 ||
                       bytes / extent * lines > kBytesOfLines * height))
    --lines;
  if (lines == height || lines * extents[form.reduction] < kLeastPixels)
    return {block};
  return {block, lines};
}

bool vib::isRoundedByReaders(linalg::LinalgOp op) {
  return isPrologue(op) && llvm::all_of(op->getUses(), [](OpOperand &use) {
           auto reader = cast<linalg::LinalgOp>(use.getOwner());
           FailureOr<ContractionForm> form = matchRegisterContraction(reader);
           return succeeded(form) && form->rhs == use.getOperandNumber();
         });
}

/// Whether `op` updates `init` in place: `init` is an output argument of the
/// kernel, and the result of the op is what the kernel yields for it.
static bool updatesInPlace(linalg::GenericOp op, OpOperand &init) {
  auto kernel = op->getParentOfType<KernelOp>();
  return llvm::any_of(
      llvm::zip_equal(kernel.getOutputArgs(), kernel.getYield().getOperands()),
      [&](auto pair) {
        return std::get<0>(pair) == init.get() &&
               std::get<1>(pair) == op.getTiedOpResult(&init);
      });
}

/// Whether `op` can run as early as `contraction`, which precedes it in the
/// block. It must not read anything that is computed between the two, nor write
/// anything that is read between them.
static bool canBeDoneWith(linalg::GenericOp op, linalg::LinalgOp contraction) {
  auto isBetween = [&](Operation *other) {
    return other && other->getBlock() == op->getBlock() && other != op &&
           contraction->isBeforeInBlock(other) && other->isBeforeInBlock(op);
  };
  for (OpOperand &operand : op->getOpOperands())
    if (!operand.get().getDefiningOp<tensor::EmptyOp>() &&
        isBetween(operand.get().getDefiningOp()))
      return false;
  for (OpOperand &init : op.getDpsInitsMutable()) {
    if (!op.payloadUsesValueFromOperand(&init))
      continue;
    if (!updatesInPlace(op, init) ||
        llvm::any_of(init.get().getUsers(), isBetween))
      return false;
  }
  return true;
}

/// The elementwise op that is the only reader of a contraction's result, has
/// the loops of that result, and can run together with the contraction. The
/// contraction must start from zero, and complete a register tile at once. Null
/// if there is none.
static linalg::GenericOp getElementwiseReader(linalg::LinalgOp contraction,
                                              const ContractionForm &form) {
  unsigned rank = contraction.getIndexingMapsArray()[2].getNumResults();
  if (!form.row || !form.batch.empty() || form.transposed || form.block)
    return nullptr;
  if (!hasWindow(contraction) &&
      (form.m.size() != 1 || form.n.size() != 1 || rank != 2))
    return nullptr;
  linalg::FillOp fill = getZeroFill(contraction);
  Value result = contraction->getResult(0);
  if (!fill || !fill->hasOneUse() || !result.hasOneUse())
    return nullptr;
  OpOperand &use = *result.use_begin();
  auto op = dyn_cast<linalg::GenericOp>(use.getOwner());
  if (!op || !op.isDpsInput(&use) || op.getNumLoops() != rank ||
      op.getNumParallelLoops() != rank || !canVectorizeBody(op) ||
      !canBeDoneWith(op, contraction))
    return nullptr;
  // Each operand is indexed like the contraction's result, or by one of its
  // dimensions.
  AffineMap space = AffineMap::getMultiDimIdentityMap(rank, op.getContext());
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    if (map != space &&
        (map.getNumResults() != 1 || !map.isProjectedPermutation()))
      return nullptr;
  }
  return op;
}

linalg::LinalgOp vib::getInterleaved(linalg::LinalgOp contraction) {
  FailureOr<ContractionForm> form = matchRegisterContraction(contraction);
  if (failed(form) || form->contiguous != ContractionForm::Columns ||
      form->k.size() != 1 || hasWindow(contraction) ||
      isContiguous(contraction.getIndexingMapsArray()[form->lhs],
                   form->reduction))
    return nullptr;
  return getElementwiseReader(contraction, *form);
}

linalg::LinalgOp vib::getEpilogue(linalg::LinalgOp contraction,
                                  const Machine &machine) {
  FailureOr<ContractionForm> form = matchRegisterContraction(contraction);
  if (failed(form) || getInterleaved(contraction))
    return nullptr;
  linalg::GenericOp op = getElementwiseReader(contraction, *form);
  // The body is emitted for every vector of a tile while the accumulators
  // occupy the registers, so it must consist of few instructions.
  if (!op || drawsNoise(op) ||
      llvm::any_of(op.getBody()->getOperations(), [](Operation &inner) {
        return isa<math::MathDialect>(inner.getDialect()) &&
               !isa<math::AbsFOp, math::FmaOp>(inner);
      }))
    return nullptr;
  // The remainders of the result must not use the dot form either.
  SmallVector<int64_t> extents = contraction.getStaticLoopRanges();
  extents[*form->row] = 1;
  if (form->outerRow)
    extents[*form->outerRow] = 1;
  ContractionTile tile = chooseContractionTile(
      contraction, *form, extents, /*isInterleaved=*/false, machine);
  return tile.kind == RegisterTileKind::Columns ? op : nullptr;
}
