//===- BlockTiles.cpp - Divide a kernel among thread blocks ---------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// If contractions of matrices in memory are most of a kernel's work, the kernel
// is divided into tiles of their result, rows by columns, whose size
// chooseBlockShape chooses. The ops fused into the kernel are divided in the
// same way. Outer axes of the result (the samples) are divided into single
// positions.
//
// Any other kernel is divided along the class that most of its work has. For a
// decoder that is the rows of the batch, whose blocks are many and short. If
// several classes have the same work, rows are preferred to columns, which
// threads share. There are at most kBlocks blocks, because every block reads
// the tensors without the class again; there are more only if a block would
// have so much scratch that no second one fits on a multiprocessor. If that
// gives too few blocks, a second class is divided, one that all ops with the
// first class have.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockTiles.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/plan/Dimensions.h"
#include "compiler/plan/DivisibleClasses.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/WindowMap.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "vib-choose-block-tiles"

using namespace mlir;
using namespace vib;

namespace {

/// A kernel with less work than this, in iterations, is left to one block.
constexpr int64_t kSmallKernel = 512;
/// Two blocks for each multiprocessor.
constexpr int64_t kBlocks = 2 * kMultiprocessors;
/// Two blocks with this much scratch fit on a multiprocessor of every chip.
constexpr int64_t kMostScratch = 48 * 1024;
/// A block with fewer iterations than this is not worth starting.
constexpr int64_t kSmallBlock = 256;
/// A contraction with fewer multiply-adds than this does not use the pipeline
/// of emitBlockContraction.
constexpr int64_t kSmallContraction = 4096;
/// If contractions have at least this part of a kernel's work, they determine
/// how it is divided.
constexpr double kMostWork = 0.6;
/// Columns are divided into multiples of a warp.
constexpr int64_t kColumns = 32;

/// What contractions must have in common to use the same shape.
auto getForm(const MatrixContraction &contraction) {
  auto getOperand = [](const MatrixOperand &operand) {
    return std::make_pair(operand.reductionFirst,
                          getElementTypeOrSelf(operand.argument).isBF16());
  };
  bool isRounded = llvm::all_of(
      contraction.op->getOperands().take_front(2),
      [](Value operand) { return getElementTypeOrSelf(operand).isBF16(); });
  return std::make_tuple(
      contraction.rowClass, contraction.columnClass, contraction.outer,
      isRounded, getOperand(contraction.lhs), getOperand(contraction.rhs));
}

class BlockTileChooser {
public:
  BlockTileChooser(KernelOp kernel, const KernelSpace &space,
                   const GpuOptions &options)
      : space(space), options(options),
        ops(kernel.getBody().front().getOps<linalg::LinalgOp>()),
        classes(kernel, space) {}
  BlockTiles run();

private:
  /// Divides the kernel by its contractions. Returns false if none is suitable.
  bool cutContractions(BlockTiles &choice);
  void cutLoops(BlockTiles &choice);
  /// Whether the class is the last axis of computed matrices, and no other axis
  /// of any of them.
  bool isColumns(unsigned cls) const {
    bool isLast = false;
    for (linalg::LinalgOp op : ops)
      for (Value result : op->getResults()) {
        SmallVector<unsigned, 4> axes = space.getClasses(result);
        if (axes.size() < 2)
          continue;
        if (llvm::is_contained(ArrayRef(axes).drop_back(), cls))
          return false;
        isLast |= axes.back() == cls;
      }
    return isLast;
  }
  /// The points of all ops that have the class.
  int64_t getPointsOf(unsigned cls) const {
    int64_t points = 0;
    for (linalg::LinalgOp op : ops)
      if (llvm::is_contained(space.getLoopClasses(op), cls))
        points += getPoints(op);
    return points;
  }
  int64_t getScratchBytes(unsigned cls) const;

  const KernelSpace &space;
  const GpuOptions &options;
  SmallVector<linalg::LinalgOp> ops;
  DivisibleClasses classes;
};

bool BlockTileChooser::cutContractions(BlockTiles &choice) {
  SmallVector<MatrixContraction> found;
  for (linalg::LinalgOp op : ops)
    if (getPoints(op) >= kSmallContraction)
      if (auto contraction = matchMatrixContraction(op, space))
        found.push_back(*contraction);
  if (found.empty())
    return false;
  const MatrixContraction &main = *llvm::max_element(
      found, [&](const MatrixContraction &a, const MatrixContraction &b) {
        return getPoints(a.op) < getPoints(b.op);
      });
  auto form = getForm(main);
  llvm::erase_if(found, [&](const MatrixContraction &contraction) {
    return getForm(contraction) != form;
  });
  double work = 0, total = 0;
  for (const MatrixContraction &contraction : found)
    work += getPoints(contraction.op);
  for (linalg::LinalgOp op : ops)
    total += getPoints(op);
  if (work < kMostWork * total)
    return false;
  ContractionProblem problem = *getProblem(found, space, options);
  std::optional<BlockShape> shape = chooseBlockShape(
      problem.rows, problem.columns, problem.depth, problem.results,
      problem.precision, problem.lhs, problem.rhs);
  if (!shape)
    return false;
  choice.shape = *shape;
  auto cut = [&](unsigned cls, int64_t size) {
    if (space.getExtent(cls) <= size)
      return true;
    choice.tiles.push_back({cls, size});
    return classes.isLegal(cls, /*asUnit=*/true);
  };
  bool isLegal = true;
  for (unsigned cls : problem.outer)
    isLegal &= cut(cls, 1);
  isLegal &= cut(problem.rowClass, choice.shape.rows);
  isLegal &= cut(problem.columnClass, choice.shape.columns);
  if (!isLegal) {
    choice.tiles.clear();
    return false;
  }
  choice.contractions = std::move(found);
  return true;
}

/// The most bytes of results that are live at the same time, for one position
/// of `cls`.
int64_t BlockTileChooser::getScratchBytes(unsigned cls) const {
  int64_t most = 0;
  for (linalg::LinalgOp op : ops) {
    auto isUsedFrom = [&](Value value) {
      return llvm::any_of(value.getUsers(), [&](Operation *user) {
        user = op->getBlock()->findAncestorOpInBlock(*user);
        return !isa<YieldOp>(user) && !user->isBeforeInBlock(op);
      });
    };
    int64_t bytes = 0;
    for (linalg::LinalgOp other : ops) {
      // A fill shares the memory of the op that starts from it, which is
      // counted.
      if (isa<linalg::FillOp>(other) || op->isBeforeInBlock(other))
        continue;
      for (Value result : other->getResults()) {
        SmallVector<unsigned, 4> axes = space.getClasses(result);
        if (!llvm::is_contained(axes, cls) || !isUsedFrom(result))
          continue;
        int64_t row = getElementBytes(getElementTypeOrSelf(result));
        for (unsigned axis : axes)
          row *= axis == cls ? 1 : space.getExtent(axis);
        bytes += row;
      }
    }
    most = std::max(most, bytes);
  }
  return most;
}

void BlockTileChooser::cutLoops(BlockTiles &choice) {
  llvm::SmallSetVector<unsigned, 8> candidates;
  int64_t total = 0;
  for (linalg::LinalgOp op : ops) {
    total += getPoints(op);
    for (unsigned cls : space.getLoopClasses(op))
      if (classes.isLegal(cls, /*asUnit=*/true))
        candidates.insert(cls);
  }
  if (total < kSmallKernel || candidates.empty())
    return;
  // Prefer the class with the most work, and use one that needs partial results
  // only if there is no other.
  auto getRank = [&](unsigned cls) {
    return std::make_tuple(!space.isReduced(cls), getPointsOf(cls),
                           !isColumns(cls), space.getExtent(cls));
  };
  unsigned first = candidates.front();
  for (unsigned cls : candidates)
    if (getRank(cls) > getRank(first))
      first = cls;
  auto cut = [&](unsigned cls, int64_t blocks) {
    int64_t extent = space.getExtent(cls);
    int64_t least = llvm::divideCeil(kSmallBlock * extent, getPointsOf(cls));
    int64_t size = std::max<int64_t>(llvm::divideCeil(extent, blocks), least);
    if (int64_t scratch = getScratchBytes(cls))
      size = std::min(size, std::max<int64_t>(1, kMostScratch / scratch));
    // A thread sums windows for one column, so a line of columns is too few
    // blocks.
    if (isColumns(cls) && (cls != first || llvm::none_of(ops, hasWindow)))
      size = llvm::alignTo(size, kColumns);
    size = std::min(size, extent);
    if (size == extent)
      return int64_t(1);
    choice.tiles.push_back({cls, size});
    return int64_t(llvm::divideCeil(extent, size));
  };
  int64_t blocks = cut(first, kBlocks);
  if (blocks * 2 > kBlocks || blocks == 1)
    return;
  for (unsigned cls : candidates) {
    if (cls == first || space.isReduced(cls) ||
        getPointsOf(cls) != getPointsOf(first))
      continue;
    int64_t perBlock = getPointsOf(first) / blocks;
    int64_t more = std::min(kBlocks / blocks, perBlock / (4 * kSmallBlock));
    if (more > 1)
      cut(cls, more);
    return;
  }
}

BlockTiles BlockTileChooser::run() {
  BlockTiles choice;
  if (!cutContractions(choice))
    cutLoops(choice);
  for (const Tile &tile : choice.tiles) {
    choice.blocks *= choice.getNumTiles(tile, space);
    LDBG() << "tiles of " << tile.size << " of the "
           << space.getExtent(tile.cls) << " positions of class " << tile.cls;
  }
  LDBG() << choice.blocks << " blocks with " << choice.contractions.size()
         << " staged contractions";
  return choice;
}

} // namespace

GpuOptions GpuOptions::get(ModuleOp module) {
  GpuOptions options;
  auto model = module->getAttrOfType<ModelAttr>(kModelAttrName);
  options.useTF32 = model && model.getOperands() == Precision::TF32;
  return options;
}

std::optional<ContractionProblem>
vib::getProblem(ArrayRef<MatrixContraction> contractions,
                const KernelSpace &space, const GpuOptions &options) {
  auto form = getForm(contractions.front());
  auto [rowClass, columnClass, outer, isRounded, lhs, rhs] = form;
  int64_t depth = 0;
  for (const MatrixContraction &contraction : contractions) {
    if (getForm(contraction) != form)
      return std::nullopt;
    depth = std::max(depth, contraction.depth);
  }
  OperandPrecision precision = isRounded         ? OperandPrecision::BF16
                               : options.useTF32 ? OperandPrecision::TF32
                                                 : OperandPrecision::F32;
  return ContractionProblem{rowClass,
                            columnClass,
                            outer,
                            space.getExtent(rowClass),
                            space.getExtent(columnClass),
                            depth,
                            unsigned(contractions.size()),
                            precision,
                            OperandForm{lhs.first, lhs.second},
                            OperandForm{rhs.first, rhs.second}};
}

BlockTiles vib::readBlockTiles(KernelOp kernel, const KernelSpace &space,
                               const GpuOptions &options) {
  BlockTiles tiles;
  DimensionNames names = *getDimensions(kernel, space);
  for (auto tile : kernel->getAttrOfType<ArrayAttr>(kTilesAttrName)
                       .getAsRange<TileAttr>()) {
    tiles.tiles.push_back(*lookupTile(kernel, names, tile));
    tiles.blocks *= tiles.getNumTiles(tiles.tiles.back(), space);
  }
  auto block = kernel->getAttrOfType<BlockAttr>(kBlockAttrName);
  if (!block)
    return tiles;
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>())
    if (op->hasAttr(kStagedAttrName))
      tiles.contractions.push_back(*matchMatrixContraction(op, space));
  ContractionProblem problem = *getProblem(tiles.contractions, space, options);
  tiles.shape = {block.getRows(),   block.getColumns(),  block.getDepth(),
                 block.getStages(), block.getWarpRows(), block.getWarpColumns(),
                 problem.precision, problem.lhs,         problem.rhs};
  return tiles;
}

BlockTiles vib::chooseBlockTiles(KernelOp kernel, const KernelSpace &space,
                                 const GpuOptions &options) {
  return BlockTileChooser(kernel, space, options).run();
}
