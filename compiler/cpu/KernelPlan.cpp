//===- KernelPlan.cpp - The tiles and memory of a CPU kernel --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/KernelPlan.h"
#include "compiler/cpu/Pairs.h"
#include "compiler/cpu/TensorParts.h"
#include "compiler/plan/Dimensions.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/ZeroFill.h"

using namespace mlir;
using namespace vib;

/// A thread's stack holds up to this much of a kernel's scratch; the rest goes
/// to the arena.
static constexpr int64_t kStackBytes = 1024 * 1024;
static constexpr int64_t kLine = 64;

SmallVector<SmallVector<int64_t>> vib::getExtents(linalg::LinalgOp op,
                                                  const KernelSpace &space,
                                                  const TileChoice &tiles) {
  SmallVector<SmallVector<int64_t>> all = {{}};
  for (unsigned cls : space.getLoopClasses(op)) {
    SmallVector<int64_t, 2> sizes = {space.getExtent(cls)};
    for (const std::optional<Tile> &tile : {tiles.unit, tiles.inner})
      if (tile && tile->cls == cls) {
        sizes = {tile->size};
        if (int64_t rest = space.getExtent(cls) % tile->size)
          sizes.push_back(rest);
      }
    SmallVector<SmallVector<int64_t>> longer;
    for (int64_t size : sizes)
      for (SmallVector<int64_t> extents : all) {
        extents.push_back(size);
        longer.push_back(std::move(extents));
      }
    all = std::move(longer);
  }
  return all;
}

/// The rows, columns and terms of a contraction whose loops have these extents.
static std::tuple<int64_t, int64_t, int64_t>
getSizes(const ContractionForm &form, ArrayRef<int64_t> extents) {
  return {form.getRows(extents), extents[form.column], extents[form.reduction]};
}

RegisterTileAttr vib::getRegisterTileAttr(MLIRContext *context,
                                          const ContractionForm &form,
                                          ArrayRef<int64_t> extents,
                                          const ContractionTile &tile) {
  auto [rows, columns, depth] = getSizes(form, extents);
  return RegisterTileAttr::get(context, rows, columns, depth, tile.kind,
                               tile.registers.rows, tile.registers.vectors,
                               tile.terms, tile.block.images, tile.block.lines);
}

bool vib::canFold(linalg::LinalgOp op, const KernelSpace &space,
                  const TileChoice &tiles) {
  if (isRoundedByReaders(op) || isFoldedPart(op))
    return true;
  return getZeroFill(op->getResult(0)) &&
         llvm::all_of(op->getUses(), [&](OpOperand &use) {
           auto reader = dyn_cast<linalg::LinalgOp>(use.getOwner());
           return reader && reader.isDpsInit(&use) &&
                  succeeded(matchRegisterContraction(reader)) &&
                  !tiles.cutsSum(reader, space);
         });
}

int64_t vib::getPairBlock(linalg::LinalgOp op, const ContractionForm &form,
                          ArrayRef<int64_t> extents, int64_t tileRows) {
  auto type = cast<RankedTensorType>(op->getOperand(form.lhs).getType());
  int64_t columns = type.getDimSize(1), rows = extents[*form.row];
  bool isWhole = rows == columns || rows % tileRows == 0;
  return isWhole ? tileRows : columns;
}

bool vib::hasPairBlocks(linalg::LinalgOp op, const ContractionForm &form,
                        int64_t pairs) {
  auto type = cast<RankedTensorType>(op->getOperand(form.lhs).getType());
  return pairs != 0 && pairs != type.getDimSize(1);
}

static TileChoice readTiles(KernelOp kernel, const KernelSpace &space) {
  TileChoice tiles;
  DimensionNames names = *getDimensions(kernel, space);
  tiles.unit = *getTile(kernel, names, kUnitAttrName);
  tiles.inner = *getTile(kernel, names, kInnerAttrName);
  if (tiles.unit)
    tiles.units =
        llvm::divideCeil(space.getExtent(tiles.unit->cls), tiles.unit->size);
  return tiles;
}

KernelPlan::KernelPlan(KernelOp kernel)
    : ValuePlacement(kernel), tiles(readTiles(kernel, space)) {
  collectReaders();
  place();
  sharePairs();
  placeWindowCopies();
}

static ContractionAttr getContraction(linalg::LinalgOp op) {
  return op->getAttrOfType<ContractionAttr>(kContractionAttrName);
}

void KernelPlan::collectReaders() {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    ContractionAttr contraction = getContraction(op);
    if (!contraction || contraction.getReader() == Reader::None)
      continue;
    auto reader = cast<linalg::LinalgOp>(*op->user_begin());
    (contraction.getReader() == Reader::Interleaved ? interleaved
                                                    : epilogues)[op] = reader;
  }
}

ContractionTile
KernelPlan::getContractionTile(linalg::LinalgOp op, const ContractionForm &form,
                               ArrayRef<int64_t> extents) const {
  auto sizes = getSizes(form, extents);
  for (RegisterTileAttr tile : getContraction(op).getTiles())
    if (sizes == std::tuple(tile.getRows(), tile.getColumns(), tile.getDepth()))
      return {tile.getKind(),
              {tile.getTileRows(), tile.getTileVectors()},
              tile.getTerms(),
              {tile.getBlock(), tile.getLines()}};
  llvm_unreachable("vib-verify-planned has found a tile for each size");
}

bool KernelPlan::isDoneOnce(Operation *op) const {
  return !usesUnit(op) && !feedsClass(op, tiles.unit->cls, space);
}

bool KernelPlan::isDivided(unsigned cls) const {
  return tiles.unit && tiles.unit->cls == cls;
}

int64_t KernelPlan::getTileSize(unsigned cls) const {
  if (isDivided(cls))
    return tiles.unit->size;
  if (tiles.inner && tiles.inner->cls == cls)
    return tiles.inner->size;
  return space.getExtent(cls);
}

SmallVector<int64_t> KernelPlan::getTileSizes(linalg::LinalgOp op) const {
  return llvm::map_to_vector(space.getLoopClasses(op),
                             [&](unsigned cls) { return getTileSize(cls); });
}

bool KernelPlan::isDoneWithContraction(linalg::LinalgOp op) const {
  auto isIt = [&](auto &pair) { return pair.second == op; };
  return llvm::any_of(interleaved, isIt) || llvm::any_of(epilogues, isIt);
}

Buffer KernelPlan::createScratch(Value value, RankedTensorType type) {
  Buffer buffer{Buffer::Scratch, Value(), type};
  int64_t bytes =
      llvm::alignTo(getMemoryBytes(type, choosePaddedLayout(type)), kLine);
  if (stackBytes + bytes <= kStackBytes) {
    stackBytes += bytes;
    return buffer;
  }
  buffer.kind = Buffer::Spill;
  buffer.offset = scratchBytes;
  buffer.unitBytes = bytes;
  addScratchBytes(bytes, tiles.units);
  return buffer;
}

int64_t KernelPlan::getNumPartials(ArrayRef<unsigned> reduced) const {
  return tiles.units;
}

bool KernelPlan::isInMemory(linalg::LinalgOp op) const {
  return !interleaved.contains(op) && !epilogues.contains(op) && !isFolded(op);
}

void KernelPlan::sharePairs() {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    ContractionAttr contraction = getContraction(op);
    if (!contraction || contraction.getPairs() == 0)
      continue;
    Value operand = op->getOperand(matchRegisterContraction(op)->lhs);
    auto type = cast<RankedTensorType>(operand.getType());
    SharedPairs pairs{operand, type.getDimSize(0), type.getDimSize(1),
                      contraction.getPairs(), scratchBytes};
    scratchBytes += llvm::alignTo(2 * getPairLayout(pairs).elements, kLine);
    sharedPairs.insert({op, pairs});
  }
}

void KernelPlan::placeWindowCopies() {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    ContractionAttr contraction = getContraction(op);
    if (!contraction || contraction.getWindows() == Packing::None)
      continue;
    ContractionForm form = *matchRegisterContraction(op);
    SmallVector<int64_t> extents = getTileSizes(op);
    int64_t block = 0;
    if (form.block)
      for (RegisterTileAttr tile : contraction.getTiles())
        block = std::max(block, tile.getBlock() ? tile.getBlock()
                                                : extents[*form.block]);
    for (WindowCopy copy : vib::getWindowCopies(
             op, form, contraction.getWindows(), extents, block)) {
      RankedTensorType type = copy.getType();
      copy.offset = scratchBytes;
      copy.unitBytes =
          llvm::alignTo(getMemoryBytes(type, choosePaddedLayout(type)), kLine);
      addScratchBytes(copy.unitBytes, copy.isShared ? 1 : tiles.units);
      windowCopies.push_back(copy);
    }
  }
}
