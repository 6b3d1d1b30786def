//===- PlanVerifier.cpp - Verify the plan of a kernel ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// A user may edit a plan. What the emitter can follow is accepted, whether or
// not it is fast: any division of a dimension that can be divided, and any
// register tile that fits into the registers. What saves work without a choice,
// such as starting a sum from zeros in registers, must be as ChooseTiles has
// it.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/PlanVerifier.h"
#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/KernelPlan.h"
#include "compiler/plan/Dimensions.h"
#include "compiler/plan/DivisibleClasses.h"
#include "compiler/plan/Memory.h"

using namespace mlir;
using namespace vib;

/// The most bytes that the contractions of a kernel pack on the stack of a
/// thread. A unit of more columns than a panel has must leave more room, as a
/// stack may have no more than 2 MiB.
static constexpr int64_t kMostPackedBytes = 6 * 1024 * 1024;
static constexpr int64_t kMostPackedOfWide = 1024 * 1024;

namespace {

class PlanVerifier {
public:
  PlanVerifier(KernelOp kernel, const Machine &machine)
      : kernel(kernel), machine(machine), space(kernel) {}
  LogicalResult run();

private:
  LogicalResult readTile(StringRef name, std::optional<Tile> &tile);
  LogicalResult verifyFolded(linalg::LinalgOp op);
  LogicalResult verifyContraction(linalg::LinalgOp op,
                                  const ContractionForm &form);
  LogicalResult verifyReader(linalg::LinalgOp op, ContractionAttr contraction);
  LogicalResult verifyPairs(linalg::LinalgOp op, const ContractionForm &form,
                            ContractionAttr contraction);

  KernelOp kernel;
  const Machine &machine;
  KernelSpace space;
  TileChoice tiles;
  int64_t packedBytes = 0;
};

} // namespace

LogicalResult PlanVerifier::readTile(StringRef name,
                                     std::optional<Tile> &tile) {
  FailureOr<std::optional<Tile>> found = getTile(kernel, space, name);
  if (failed(found))
    return failure();
  tile = *found;
  if (!tile)
    return success();
  auto fail = [&] {
    return kernel.emitOpError("divides '")
           << getDimension(kernel, space, tile->cls) << "' in " << name;
  };
  int64_t extent = space.getExtent(tile->cls);
  if (tile->size >= extent)
    return fail() << " into parts of " << tile->size
                  << ", expected fewer than its " << extent << " positions";
  bool isUnit = name == kUnitAttrName;
  if (!DivisibleClasses(kernel, space).isLegal(tile->cls, isUnit))
    return fail()
           << ", but its parts cannot be computed "
           << (isUnit ? "by different threads" : "one after another")
           << ": a result over all of it, or a slice of it, is read again";
  int64_t grain = getGrain(kernel, space, tile->cls, machine);
  if (tile->size % grain != 0)
    return fail() << " into parts of " << tile->size
                  << ", expected a multiple of " << grain
                  << ", so that no part ends inside a panel";
  return success();
}

LogicalResult PlanVerifier::verifyFolded(linalg::LinalgOp op) {
  bool isFolded = canFold(op, space, tiles);
  Attribute attribute = op->getAttr(kFoldedAttrName);
  if (attribute && !isa<UnitAttr>(attribute))
    return op->emitOpError("expected ")
           << kFoldedAttrName << " without a value but got " << attribute;
  if (bool(attribute) == isFolded)
    return success();
  return op->emitOpError("expected ")
         << (isFolded ? "" : "no ") << kFoldedAttrName
         << (isFolded ? ": the contractions that read it compute it"
                      : ": its readers cannot compute it");
}

/// Why the register tile cannot be used; empty if it can. `isRest` is whether
/// it is a tile of whole units that a smaller unit must use too.
static std::string findProblem(linalg::LinalgOp op, const ContractionForm &form,
                               ArrayRef<int64_t> extents, RegisterTileAttr tile,
                               bool hasPairs, bool isRest,
                               const Machine &machine) {
  Type element = getElementTypeOrSelf(op->getResult(0));
  int64_t lanes = machine.getLanes(element), registers = machine.getRegisters();
  int64_t rows = tile.getTileRows(), vectors = tile.getTileVectors();
  auto wants = [](const Twine &what) { return ("expected " + what).str(); };
  switch (tile.getKind()) {
  case RegisterTileKind::Groups:
    if (!isGrouped(op, form, extents, lanes))
      return "the contraction is not one of few columns whose number divides a "
             "register";
    if (rows != lanes || vectors != 1 ||
        tile.getTerms() != lanes / tile.getColumns())
      return wants("groups " + Twine(lanes) + " x 1 of " +
                   Twine(lanes / tile.getColumns()));
    return "";
  case RegisterTileKind::Dot:
    if (!canUseDot(op, form))
      return "an operand is not contiguous in the terms of the sum";
    if (rows > tile.getRows() || vectors > tile.getColumns())
      return wants("at most " + Twine(tile.getRows()) + " rows and " +
                   Twine(tile.getColumns()) + " columns");
    break;
  case RegisterTileKind::Columns: {
    int64_t mostRows =
        form.transposed ? std::min(tile.getRows(), lanes) : tile.getRows();
    int64_t mostVectors = llvm::divideCeil(tile.getColumns(), lanes);
    if (isRest)
      mostRows = mostVectors = registers;
    if (hasPairs)
      mostRows = std::min(mostRows, kPairColumns);
    if (rows > mostRows || vectors > mostVectors)
      return wants("at most " + Twine(mostRows) + " rows and " +
                   Twine(mostVectors) + " vectors");
    if ((form.transposed || hasPairs) && !llvm::isPowerOf2_64(rows))
      return wants("a power of two as its rows");
    break;
  }
  }
  int64_t used = rows * vectors + vectors + 1;
  if (used > registers)
    return "it takes " + std::to_string(used) + " registers of " +
           std::to_string(registers);
  return "";
}

LogicalResult PlanVerifier::verifyReader(linalg::LinalgOp op,
                                         ContractionAttr contraction) {
  switch (contraction.getReader()) {
  case Reader::None:
    return success();
  case Reader::Interleaved:
    if (!tiles.cutsSum(op, space) && getInterleaved(op))
      return success();
    break;
  case Reader::Epilogue:
    if (!tiles.cutsSum(op, space) && getEpilogue(op, machine) &&
        llvm::all_of(contraction.getTiles(), [](RegisterTileAttr tile) {
          return tile.getKind() == RegisterTileKind::Columns;
        }))
      return success();
    break;
  }
  return op->emitOpError("expected no reader = ")
         << stringifyReader(contraction.getReader())
         << ": no op that reads its result can be emitted so";
}

LogicalResult PlanVerifier::verifyPairs(linalg::LinalgOp op,
                                        const ContractionForm &form,
                                        ContractionAttr contraction) {
  if (contraction.getPairs() == 0)
    return success();
  unsigned cls = space.getLoopClasses(op)[form.reduction];
  bool isDivided = tiles.divides(cls);
  if (isDivided || !hasSharedPairs(op, form, machine))
    return op->emitOpError("expected no pairs: ")
           << (isDivided ? "the sum is divided"
                         : "its left operand is not packed for all units");
  int64_t expected =
      getPairBlock(op, form, getExtents(op, space, tiles).front(),
                   contraction.getTiles().front().getTileRows());
  if (contraction.getPairs() != expected)
    return op->emitOpError("expected pairs = ")
           << expected << " for its first register tile but got "
           << contraction.getPairs();
  return success();
}

LogicalResult PlanVerifier::verifyContraction(linalg::LinalgOp op,
                                              const ContractionForm &form) {
  auto contraction = op->getAttrOfType<ContractionAttr>(kContractionAttrName);
  if (!contraction || contraction.getTiles().empty())
    return op->emitOpError("expected ")
           << kContractionAttrName
           << " to be a #vib.contraction with a register "
           << "tile";
  bool hasPairs = hasSharedPairs(op, form, machine);
  bool hasBlocks = hasPairs && hasPairBlocks(op, form, contraction.getPairs());
  RegisterTileAttr whole = contraction.getTiles().front();
  if (form.contiguous != ContractionForm::Columns &&
      whole.getKind() != RegisterTileKind::Dot)
    packedBytes += whole.getDepth() * whole.getColumns() *
                   getElementBytes(getElementTypeOrSelf(op->getResult(0)));
  SmallVector<RegisterTileAttr> unused(contraction.getTiles());
  llvm::SmallDenseSet<Attribute> seen;
  bool isFirst = true;
  for (const SmallVector<int64_t> &extents : getExtents(op, space, tiles)) {
    auto hasSizes = [&](RegisterTileAttr tile) {
      return tile ==
             getRegisterTileAttr(op.getContext(), form, extents,
                                 {tile.getKind(),
                                  {tile.getTileRows(), tile.getTileVectors()},
                                  tile.getTerms()});
    };
    const RegisterTileAttr *tile =
        llvm::find_if(contraction.getTiles(), hasSizes);
    // KernelPlan takes the first tile for that of whole units.
    if (tile == contraction.getTiles().end() ||
        (isFirst && tile != contraction.getTiles().begin())) {
      auto sizes = getRegisterTileAttr(op.getContext(), form, extents,
                                       {RegisterTileKind::Columns, {1, 1}});
      return op->emitOpError("expected ")
             << (isFirst ? "the first" : "a") << " register tile to be for "
             << sizes.getRows() << " x " << sizes.getColumns() << " x "
             << sizes.getDepth();
    }
    std::string problem = findProblem(op, form, extents, *tile, hasPairs,
                                      !isFirst && hasBlocks, machine);
    isFirst = false;
    if (!problem.empty())
      return op->emitOpError("cannot use ") << *tile << ": " << problem;
    if (hasBlocks && (tile->getTileRows() != whole.getTileRows() ||
                      tile->getTileVectors() != whole.getTileVectors()))
      return op->emitOpError("cannot use ")
             << *tile << ": its pairs are packed for " << whole.getTileRows()
             << " x " << whole.getTileVectors() << ", the tile of whole units";
    llvm::erase_if(unused, hasSizes);
    if (seen.insert(*tile).second &&
        llvm::count_if(contraction.getTiles(), hasSizes) != 1)
      return op->emitOpError("has two register tiles for the sizes of ")
             << *tile;
  }
  if (!unused.empty())
    return op->emitOpError("has ")
           << unused.front() << ", a size that does not occur in its units";
  int64_t panel = machine.getPanel(getElementTypeOrSelf(op->getResult(0)));
  int64_t most =
      whole.getColumns() > panel ? kMostPackedOfWide : kMostPackedBytes;
  if (packedBytes > most)
    return op->emitOpError("makes its kernel pack ")
           << packedBytes << " bytes of operands on the stack of a thread, "
           << "expected at most " << most << " for units of "
           << whole.getColumns() << " columns";
  if (failed(verifyReader(op, contraction)))
    return failure();
  return verifyPairs(op, form, contraction);
}

LogicalResult PlanVerifier::run() {
  if (failed(getDimensions(kernel, space)) ||
      failed(readTile(kUnitAttrName, tiles.unit)) ||
      failed(readTile(kInnerAttrName, tiles.inner)))
    return failure();
  if (tiles.unit && tiles.inner && tiles.unit->cls == tiles.inner->cls)
    return kernel.emitOpError("divides '")
           << getDimension(kernel, space, tiles.unit->cls)
           << "' twice, in unit and in inner";
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    if (failed(verifyFolded(op)))
      return failure();
    FailureOr<ContractionForm> form = matchRegisterContraction(op);
    if (succeeded(form) ? failed(verifyContraction(op, *form))
                        : op->hasAttr(kContractionAttrName))
      return succeeded(form) ? failure()
                             : op->emitOpError("expected no ")
                                   << kContractionAttrName
                                   << ": it is not a contraction";
  }
  return success();
}

LogicalResult vib::verifyPlan(KernelOp kernel, const Machine &machine) {
  return PlanVerifier(kernel, machine).run();
}
