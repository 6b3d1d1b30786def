//===- ChooseTiles.cpp - Record the tiles of a kernel in its attributes ---===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// TileChoice and ContractionForm choose the sizes; this pass writes them down.
// Everything after it reads the attributes (KernelPlan), so that a size that a
// user has edited is the size that is emitted.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/KernelPlan.h"
#include "compiler/cpu/Passes.h"
#include "compiler/plan/Dimensions.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_CHOOSETILES
#include "compiler/cpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {

struct ChooseTiles : vib::impl::ChooseTilesBase<ChooseTiles> {
  using ChooseTilesBase::ChooseTilesBase;

  void runOnOperation() override {
    FailureOr<Machine> machine =
        Machine::get(getOperation()->getParentOfType<ModuleOp>());
    if (failed(machine))
      return signalPassFailure();
    for (KernelOp kernel : getOperation().getOps<KernelOp>())
      plan(kernel, *machine);
  }

  void plan(KernelOp kernel, const Machine &machine);
};

} // namespace

static ContractionAttr chooseContraction(linalg::LinalgOp op,
                                         const ContractionForm &form,
                                         const KernelSpace &space,
                                         const TileChoice &tiles,
                                         const Machine &machine) {
  MLIRContext *context = op.getContext();
  Reader reader = Reader::None;
  bool isCut = tiles.cutsSum(op, space);
  if (!isCut && getInterleaved(op))
    reader = Reader::Interleaved;
  else if (!isCut && getEpilogue(op, machine))
    reader = Reader::Epilogue;
  SmallVector<SmallVector<int64_t>> sizes = getExtents(op, space, tiles);
  Packing windows = chooseWindowCopies(op, form, space, tiles, machine);
  auto choose = [&](ArrayRef<int64_t> extents) {
    ContractionTile tile = chooseContractionTile(
        op, form, extents, reader == Reader::Interleaved, machine);
    tile.block = chooseBlock(op, form, extents, windows);
    return tile;
  };
  ContractionTile whole = choose(sizes.front());
  // A weight gradient sums over the rows of both operands. Each unit packs its
  // own columns of one operand. All units read the other one, so it is packed
  // before the kernel runs, in blocks for the register tile of whole units.
  unsigned cls = space.getLoopClasses(op)[form.reduction];
  int64_t pairs = 0;
  if (hasSharedPairs(op, form, machine) && !tiles.divides(cls))
    pairs = getPairBlock(op, form, sizes.front(), whole.registers.rows);
  SmallVector<RegisterTileAttr> registers;
  for (const SmallVector<int64_t> &extents : sizes) {
    ContractionTile tile =
        hasPairBlocks(op, form, pairs) ? whole : choose(extents);
    auto attribute = getRegisterTileAttr(context, form, extents, tile);
    if (!llvm::is_contained(registers, attribute))
      registers.push_back(attribute);
  }
  return ContractionAttr::get(context, registers, reader, pairs, windows);
}

void ChooseTiles::plan(KernelOp kernel, const Machine &machine) {
  KernelSpace space(kernel);
  DimensionNames names = setDimensions(kernel, space);
  TileChoice tiles = chooseTiles(kernel, space, machine);
  auto record = [&](StringRef name, std::optional<Tile> tile) {
    if (tile)
      kernel->setAttr(
          name, TileAttr::get(&getContext(), names[tile->cls], tile->size));
  };
  record(kUnitAttrName, tiles.unit);
  record(kInnerAttrName, tiles.inner);
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    FailureOr<ContractionForm> form = matchRegisterContraction(op);
    if (succeeded(form)) {
      op->setAttr(kContractionAttrName,
                  chooseContraction(op, *form, space, tiles, machine));
      ++numContractions;
    }
    if (canFold(op, space, tiles))
      op->setAttr(kFoldedAttrName, UnitAttr::get(&getContext()));
  }
  ++numKernels;
}
