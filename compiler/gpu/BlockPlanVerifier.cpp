//===- BlockPlanVerifier.cpp - Verify the plan of a kernel ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockPlanVerifier.h"
#include "compiler/gpu/ThreadDivision.h"
#include "compiler/plan/Dimensions.h"
#include "compiler/plan/DivisibleClasses.h"

using namespace mlir;
using namespace vib;

/// Verifies `tiles`, and collects them.
static LogicalResult verifyTiles(KernelOp kernel, const KernelSpace &space,
                                 ArrayRef<StringRef> names,
                                 SmallVectorImpl<Tile> &tiles) {
  auto attributes = kernel->getAttrOfType<ArrayAttr>(kTilesAttrName);
  if (!attributes || !llvm::all_of(attributes, llvm::IsaPred<TileAttr>))
    return kernel.emitOpError("expected ")
           << kTilesAttrName << " to be a list of #vib.tile";
  DivisibleClasses classes(kernel, space);
  for (auto attribute : attributes.getAsRange<TileAttr>()) {
    FailureOr<Tile> found = lookupTile(kernel, names, attribute);
    if (failed(found))
      return failure();
    Tile tile = *found;
    auto fail = [&] {
      return kernel.emitOpError("divides '") << attribute.getDimension() << "'";
    };
    if (llvm::any_of(tiles, [&](Tile other) { return other.cls == tile.cls; }))
      return fail() << " twice";
    if (tile.size >= space.getExtent(tile.cls))
      return fail() << " into parts of " << tile.size
                    << ", expected fewer than its " << space.getExtent(tile.cls)
                    << " positions";
    if (!classes.isLegal(tile.cls, /*asUnit=*/true))
      return fail()
             << ", but its parts cannot be computed by different blocks: "
             << "a result over all of it, or a slice of it, is read again, or "
             << "a result is written at a sum that contains it";
    tiles.push_back(tile);
  }
  return success();
}

/// Verifies that the tiles are those of the contractions' results.
static LogicalResult verifyResultTiles(KernelOp kernel,
                                       const KernelSpace &space,
                                       ArrayRef<StringRef> names,
                                       const ContractionProblem &problem,
                                       BlockAttr block, ArrayRef<Tile> tiles) {
  SmallVector<Tile> expected;
  auto add = [&](unsigned cls, int64_t size) {
    if (space.getExtent(cls) > size)
      expected.push_back({cls, size});
  };
  for (unsigned cls : problem.outer)
    add(cls, 1);
  add(problem.rowClass, block.getRows());
  add(problem.columnClass, block.getColumns());
  if (llvm::equal(tiles, expected, [](Tile lhs, Tile rhs) {
        return lhs.cls == rhs.cls && lhs.size == rhs.size;
      }))
    return success();
  InFlightDiagnostic diagnostic = kernel.emitOpError("expected ");
  diagnostic << kTilesAttrName << " to be those of " << kBlockAttrName << ": [";
  llvm::interleaveComma(expected, diagnostic, [&](Tile tile) {
    diagnostic << TileAttr::get(kernel.getContext(), names[tile.cls],
                                tile.size);
  });
  return diagnostic << "]";
}

LogicalResult vib::verifyBlockPlan(KernelOp kernel, const GpuOptions &options) {
  KernelSpace space(kernel);
  FailureOr<DimensionNames> names = getDimensions(kernel, space);
  SmallVector<Tile> tiles;
  if (failed(names) || failed(verifyTiles(kernel, space, *names, tiles)))
    return failure();
  SmallVector<MatrixContraction> contractions;
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    if (failed(verifyLanes(op)))
      return failure();
    Attribute staged = op->getAttr(kStagedAttrName);
    if (!staged)
      continue;
    std::optional<MatrixContraction> contraction =
        matchMatrixContraction(op, space);
    if (!isa<UnitAttr>(staged) || !contraction)
      return op->emitOpError("expected ")
             << kStagedAttrName << ", without a value, on contractions of "
             << "matrices in memory only";
    contractions.push_back(*contraction);
  }
  Attribute attribute = kernel->getAttr(kBlockAttrName);
  auto block = dyn_cast_or_null<BlockAttr>(attribute);
  if (contractions.empty() ? bool(attribute) : !block)
    return kernel.emitOpError("expected ")
           << kBlockAttrName << " to be "
           << (contractions.empty() ? "absent: no op has "
                                    : "a #vib.block: an op has ")
           << kStagedAttrName;
  if (!block)
    return success();
  std::optional<ContractionProblem> problem =
      getProblem(contractions, space, options);
  if (!problem)
    return kernel.emitOpError("expected the ops with ")
           << kStagedAttrName << " to have operands of the same form";
  auto hasSizes = [&](const BlockShape &shape) {
    return shape.rows == block.getRows() &&
           shape.columns == block.getColumns() &&
           shape.depth == block.getDepth() &&
           shape.warpRows == block.getWarpRows() &&
           shape.warpColumns == block.getWarpColumns() &&
           block.getStages() >= 2 && block.getStages() <= shape.stages;
  };
  if (llvm::none_of(getBlockShapes(problem->rows, problem->columns,
                                   problem->depth, problem->results,
                                   problem->precision, problem->lhs,
                                   problem->rhs),
                    hasSizes))
    return kernel.emitOpError("cannot use ")
           << block << ": four warps cannot compute it with the registers and "
           << "the shared memory of a block";
  return verifyResultTiles(kernel, space, *names, *problem, block, tiles);
}
