//===- RegisterTileVerifier.cpp - Verify register tiles -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/RegisterTileVerifier.h"
#include "compiler/cpu/KernelPlan.h"

using namespace mlir;
using namespace vib;

namespace {

class RegisterTileVerifier {
public:
  RegisterTileVerifier(linalg::LinalgOp op, const ContractionForm &form,
                       ContractionAttr contraction, const Machine &machine)
      : op(op), form(form), contraction(contraction), machine(machine),
        whole(contraction.getTiles().front()), unused(contraction.getTiles()),
        hasPairs(hasSharedPairs(op, form, machine)),
        hasBlocks(hasPairs && hasPairBlocks(op, form, contraction.getPairs())) {
  }

  LogicalResult run(ArrayRef<SmallVector<int64_t>> sizes);

private:
  /// Verifies the tile for the extents `extents`.
  LogicalResult verify(ArrayRef<int64_t> extents, bool isFirst);
  /// Whether the tile is for these extents.
  bool hasSizes(RegisterTileAttr tile, ArrayRef<int64_t> extents) const;
  /// Why the tile cannot be used; empty if it can.
  std::string findProblem(RegisterTileAttr tile, ArrayRef<int64_t> extents,
                          bool isFirst) const;
  std::string findProblemOfGroups(RegisterTileAttr tile,
                                  ArrayRef<int64_t> extents) const;
  std::string findProblemOfDot(RegisterTileAttr tile) const;
  std::string findProblemOfColumns(RegisterTileAttr tile,
                                   ArrayRef<int64_t> extents,
                                   bool isFirst) const;
  std::string findProblemOfBlock(RegisterTileAttr tile,
                                 ArrayRef<int64_t> extents) const;
  int64_t getLanes() const {
    return machine.getLanes(getElementTypeOrSelf(op->getResult(0)));
  }

  linalg::LinalgOp op;
  const ContractionForm &form;
  ContractionAttr contraction;
  const Machine &machine;
  /// The tile of whole units.
  RegisterTileAttr whole;
  SmallVector<RegisterTileAttr> unused;
  llvm::SmallDenseSet<Attribute> seen;
  /// Whether its rows are packed in pairs for all units, and whether that is
  /// done in blocks for `whole`.
  bool hasPairs, hasBlocks;
};

std::string expected(const Twine &what) { return ("expected " + what).str(); }

} // namespace

std::string
RegisterTileVerifier::findProblemOfGroups(RegisterTileAttr tile,
                                          ArrayRef<int64_t> extents) const {
  int64_t lanes = getLanes();
  if (!isGrouped(op, form, extents, lanes))
    return "the contraction is not one of few columns whose number divides a "
           "register";
  int64_t terms = lanes / tile.getColumns();
  if (tile.getTileRows() != lanes || tile.getTileVectors() != 1 ||
      tile.getTerms() != terms)
    return expected("groups " + Twine(lanes) + " x 1 of " + Twine(terms));
  return "";
}

std::string
RegisterTileVerifier::findProblemOfDot(RegisterTileAttr tile) const {
  if (!canUseDot(op, form))
    return "an operand is not contiguous in the terms of the sum";
  if (tile.getTileRows() > tile.getRows() ||
      tile.getTileVectors() > tile.getColumns())
    return expected("at most " + Twine(tile.getRows()) + " rows and " +
                    Twine(tile.getColumns()) + " columns");
  return "";
}

std::string RegisterTileVerifier::findProblemOfColumns(
    RegisterTileAttr tile, ArrayRef<int64_t> extents, bool isFirst) const {
  int64_t lanes = getLanes(), registers = machine.getRegisters();
  int64_t mostRows =
      form.transposed ? std::min(tile.getRows(), lanes) : tile.getRows();
  int64_t mostVectors = llvm::divideCeil(tile.getColumns(), lanes);
  // A smaller unit must use the tile of whole units.
  if (!isFirst && hasBlocks)
    mostRows = mostVectors = registers;
  if (hasPairs)
    mostRows = std::min(mostRows, kPairColumns);
  if (tile.getTileRows() > mostRows || tile.getTileVectors() > mostVectors)
    return expected("at most " + Twine(mostRows) + " rows and " +
                    Twine(mostVectors) + " vectors");
  if ((form.transposed || hasPairs) && !llvm::isPowerOf2_64(tile.getTileRows()))
    return expected("a power of two as its rows");
  if (int64_t grain = form.getRowGrain(extents);
      tile.getTileRows() % grain != 0)
    return expected("a multiple of " + Twine(grain) +
                    " rows, so that each tile begins with a row of the kernel");
  return "";
}

std::string
RegisterTileVerifier::findProblemOfBlock(RegisterTileAttr tile,
                                         ArrayRef<int64_t> extents) const {
  if (tile.getBlock() == 0)
    return "";
  if (!form.block)
    return expected("no block, as the contraction has no sum over images");
  if (int64_t extent = extents[*form.block]; tile.getBlock() >= extent)
    return expected("a block of fewer than its " + Twine(extent) + " images");
  if (contraction.getWindows() == Packing::Pairs && tile.getBlock() % 2 != 0)
    return expected("a block of whole pairs of images");
  if (tile.getLines() == 0)
    return "";
  if (!form.line || contraction.getWindows() != Packing::None)
    return expected("blocks of whole images");
  if (int64_t height = extents[*form.line];
      tile.getLines() >= height || height % tile.getLines() != 0)
    return expected("a block of lines that divides the image's " +
                    Twine(height));
  return "";
}

std::string RegisterTileVerifier::findProblem(RegisterTileAttr tile,
                                              ArrayRef<int64_t> extents,
                                              bool isFirst) const {
  std::string problem = findProblemOfBlock(tile, extents);
  if (!problem.empty())
    return problem;
  if (tile.getKind() == RegisterTileKind::Groups)
    return findProblemOfGroups(tile, extents);
  problem = tile.getKind() == RegisterTileKind::Dot
                ? findProblemOfDot(tile)
                : findProblemOfColumns(tile, extents, isFirst);
  if (!problem.empty())
    return problem;
  int64_t used =
      tile.getTileRows() * tile.getTileVectors() + tile.getTileVectors() + 1;
  if (used > machine.getRegisters())
    return "it takes " + std::to_string(used) + " registers of " +
           std::to_string(machine.getRegisters());
  return "";
}

bool RegisterTileVerifier::hasSizes(RegisterTileAttr tile,
                                    ArrayRef<int64_t> extents) const {
  return tile ==
         getRegisterTileAttr(op->getContext(), form, extents,
                             {tile.getKind(),
                              {tile.getTileRows(), tile.getTileVectors()},
                              tile.getTerms(),
                              {tile.getBlock(), tile.getLines()}});
}

LogicalResult RegisterTileVerifier::verify(ArrayRef<int64_t> extents,
                                           bool isFirst) {
  auto matches = [&](RegisterTileAttr tile) { return hasSizes(tile, extents); };
  ArrayRef<RegisterTileAttr> tiles = contraction.getTiles();
  const RegisterTileAttr *tile = llvm::find_if(tiles, matches);
  // KernelPlan takes the first tile for that of whole units.
  if (tile == tiles.end() || (isFirst && tile != tiles.begin())) {
    auto sizes = getRegisterTileAttr(op->getContext(), form, extents,
                                     {RegisterTileKind::Columns, {1, 1}});
    return op->emitOpError("expected ")
           << (isFirst ? "the first" : "a") << " register tile to be for "
           << sizes.getRows() << " x " << sizes.getColumns() << " x "
           << sizes.getDepth();
  }
  std::string problem = findProblem(*tile, extents, isFirst);
  if (!problem.empty())
    return op->emitOpError("cannot use ") << *tile << ": " << problem;
  if (hasBlocks && (tile->getTileRows() != whole.getTileRows() ||
                    tile->getTileVectors() != whole.getTileVectors()))
    return op->emitOpError("cannot use ")
           << *tile << ": its pairs are packed for " << whole.getTileRows()
           << " x " << whole.getTileVectors() << ", the tile of whole units";
  llvm::erase_if(unused, matches);
  if (seen.insert(*tile).second && llvm::count_if(tiles, matches) != 1)
    return op->emitOpError("has two register tiles for the sizes of ") << *tile;
  return success();
}

LogicalResult RegisterTileVerifier::run(ArrayRef<SmallVector<int64_t>> sizes) {
  for (auto [i, extents] : llvm::enumerate(sizes))
    if (failed(verify(extents, /*isFirst=*/i == 0)))
      return failure();
  if (unused.empty())
    return success();
  return op->emitOpError("has ")
         << unused.front() << ", a size that does not occur in its units";
}

LogicalResult vib::verifyRegisterTiles(linalg::LinalgOp op,
                                       const ContractionForm &form,
                                       ContractionAttr contraction,
                                       ArrayRef<SmallVector<int64_t>> sizes,
                                       const Machine &machine) {
  return RegisterTileVerifier(op, form, contraction, machine).run(sizes);
}
