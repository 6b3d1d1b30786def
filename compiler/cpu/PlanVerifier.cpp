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
// register tile that fits into the registers, any packing that fits into the
// stack, and vectors along any loop that can have them. What saves work without
// a choice, such as starting a sum from zeros in registers, must be as
// ChooseTiles has it.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/PlanVerifier.h"
#include "compiler/cpu/ContractionForm.h"
#include "compiler/cpu/KernelPlan.h"
#include "compiler/cpu/PackingChoice.h"
#include "compiler/cpu/RegisterTileVerifier.h"
#include "compiler/cpu/VectorChoice.h"
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
  LogicalResult verifyPackedBytes(linalg::LinalgOp op,
                                  const ContractionForm &form,
                                  RegisterTileAttr whole);
  LogicalResult verifyReader(linalg::LinalgOp op, ContractionAttr contraction);
  LogicalResult verifyPairs(linalg::LinalgOp op, const ContractionForm &form,
                            ContractionAttr contraction);

  KernelOp kernel;
  const Machine &machine;
  KernelSpace space;
  DimensionNames names;
  TileChoice tiles;
  int64_t packedBytes = 0;
};

} // namespace

LogicalResult PlanVerifier::readTile(StringRef name,
                                     std::optional<Tile> &tile) {
  FailureOr<std::optional<Tile>> found = getTile(kernel, names, name);
  if (failed(found))
    return failure();
  tile = *found;
  if (!tile)
    return success();
  auto fail = [&] {
    return kernel.emitOpError("divides '")
           << names[tile->cls] << "' in " << name;
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
           << ": a result over all of it, or a slice of it, is read again, or "
           << "a result is written at a sum that contains it";
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
         << (isFolded ? ": the ops that read it compute it"
                      : ": its readers cannot compute it");
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

LogicalResult PlanVerifier::verifyPackedBytes(linalg::LinalgOp op,
                                              const ContractionForm &form,
                                              RegisterTileAttr whole) {
  Type element = getElementTypeOrSelf(op->getResult(0));
  if (form.contiguous != ContractionForm::Columns &&
      whole.getKind() != RegisterTileKind::Dot)
    packedBytes +=
        whole.getDepth() * whole.getColumns() * getElementBytes(element);
  int64_t most = whole.getColumns() > machine.getPanel(element)
                     ? kMostPackedOfWide
                     : kMostPackedBytes;
  if (packedBytes <= most)
    return success();
  return op->emitOpError("makes its kernel pack ")
         << packedBytes << " bytes of operands on the stack of a thread, "
         << "expected at most " << most << " for units of "
         << whole.getColumns() << " columns";
}

LogicalResult PlanVerifier::verifyContraction(linalg::LinalgOp op,
                                              const ContractionForm &form) {
  auto contraction = op->getAttrOfType<ContractionAttr>(kContractionAttrName);
  if (!contraction || contraction.getTiles().empty())
    return op->emitOpError("expected ")
           << kContractionAttrName
           << " to be a #vib.contraction with a register "
           << "tile";
  if (failed(verifyRegisterTiles(op, form, contraction,
                                 getExtents(op, space, tiles), machine)) ||
      failed(verifyPackedBytes(op, form, contraction.getTiles().front())) ||
      failed(verifyReader(op, contraction)) ||
      failed(verifyPairs(op, form, contraction)))
    return failure();
  Packing windows = contraction.getWindows();
  std::string problem =
      findCopyProblem(op, form, windows, space, tiles, machine);
  if (problem.empty())
    return success();
  return op->emitOpError("expected no windows = ")
         << stringifyEnum(windows) << ": " << problem;
}

LogicalResult PlanVerifier::run() {
  FailureOr<DimensionNames> found = getDimensions(kernel, space);
  if (failed(found))
    return failure();
  names = std::move(*found);
  if (failed(readTile(kUnitAttrName, tiles.unit)) ||
      failed(readTile(kInnerAttrName, tiles.inner)))
    return failure();
  if (tiles.unit && tiles.inner && tiles.unit->cls == tiles.inner->cls)
    return kernel.emitOpError("divides '")
           << names[tiles.unit->cls] << "' twice, in unit and in inner";
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

LogicalResult vib::verifyVectors(KernelOp kernel, const Machine &machine,
                                 const MemoryMap &memory) {
  KernelPlan plan(kernel);
  int64_t packedBytes = 0;
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    FailureOr<ContractionForm> form = matchRegisterContraction(op);
    if (succeeded(form) ? failed(verifyPackings(op, *form, plan, machine))
                        : op->hasAttr(kPackedAttrName))
      return succeeded(form) ? failure()
                             : op->emitOpError("expected no ")
                                   << kPackedAttrName
                                   << ": it is not a contraction";
    if (succeeded(form) &&
        (packedBytes += getStackBytes(op, *getPackings(op))) > kMostPackedBytes)
      return op->emitOpError("makes its kernel pack ")
             << packedBytes << " bytes of operands on the stack of a thread, "
             << "expected at most " << kMostPackedBytes;
    if (failed(verifyVectors(op, kernel, plan, memory, machine)))
      return failure();
  }
  return success();
}
