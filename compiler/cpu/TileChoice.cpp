//===- TileChoice.cpp - Choose the tiles of a kernel ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The units are chosen from the classes that can be divided (DivisibleClasses).
// The best class moves the fewest bytes: every unit reads again all tensors
// that do not have the class. Classes other than columns are charged half as
// much again, because a unit of columns owns whole panels, which are
// contiguous. As a result, forward contractions and weight gradients are
// divided over the columns of the weight, so that the weight, its moments and
// its average are one stream each; input gradients over the columns of their
// result; and decoders over the rows of the batch.
//
// docs/codegen.md has the table.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/TileChoice.h"
#include "compiler/cpu/ContractionForm.h"
#include "compiler/fused/KernelCost.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/plan/DivisibleClasses.h"
#include "compiler/plan/Memory.h"
#include "compiler/step/WindowMap.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/Support/DebugLog.h"

#define DEBUG_TYPE "vib-choose-tiles"

using namespace mlir;
using namespace vib;

namespace {

/// A unit should have at least this many points of the iteration space.
constexpr int64_t kSmallUnit = 8192;
/// If the intermediate results of a unit exceed this, an inner loop divides
/// them …
constexpr int64_t kLargeScratch = 256 * 1024;
/// … into parts of about this size.
constexpr int64_t kGoodScratch = 128 * 1024;
/// The bytes of a tensor, such as a weight, up to which it counts nothing that
/// every unit with windows reads it again: its pixels use each number many
/// times.
constexpr int64_t kReadAgainBytes = 1024 * 1024;
/// The most rows in a unit of rows, unless it would be smaller than kSmallUnit.
constexpr int64_t kRows = 32;

} // namespace

bool vib::isDivided(KernelOp kernel) {
  return getKernelCost(kernel).getCpuSeconds() >= 2 * kSecondsOfThread;
}

namespace {

class CpuTileChooser {
public:
  CpuTileChooser(KernelOp kernel, const KernelSpace &space,
                 const Machine &machine)
      : kernel(kernel), space(space), machine(machine),
        body(kernel.getBody().front()), ops(body.getOps<linalg::LinalgOp>()),
        classes(kernel, space),
        hasWindows(llvm::any_of(ops, [](linalg::LinalgOp op) {
          return isContraction(op) && hasWindow(op);
        })),
        worksOnImages(llvm::any_of(ops, hasWindow)) {}
  TileChoice run();

private:
  bool isColumns(unsigned cls) const;
  Tile chooseUnit(unsigned cls) const;
  double getCost(const Tile &tile) const;
  /// The bytes of the intermediate results of the kernel for one tile; only of
  /// those that have the class `havingClass`, if given.
  int64_t getScratchBytes(const TileChoice &choice,
                          std::optional<unsigned> havingClass) const;

  KernelOp kernel;
  const KernelSpace &space;
  const Machine &machine;
  Block &body;
  SmallVector<linalg::LinalgOp> ops;
  DivisibleClasses classes;
  /// Whether a contraction reads windows.
  bool hasWindows;
  /// Whether any op has windows. Its vectors are along the channels.
  bool worksOnImages;
};

bool isTensor(Value value) { return isa<RankedTensorType>(value.getType()); }

int64_t getTensorBytes(Value value) {
  auto type = cast<RankedTensorType>(value.getType());
  return type.getNumElements() * getElementBytes(type.getElementType());
}

/// Whether tiles of the class are columns of row-major tensors.
bool CpuTileChooser::isColumns(unsigned cls) const {
  // Those of a kernel are rows of its weight.
  for (linalg::LinalgOp op : ops)
    if (isContraction(op) && hasWindow(op) &&
        space.getClasses(op->getResult(0)).back() == cls)
      return true;
  bool last = false, notLast = false;
  auto look = [&](Value value) {
    if (!isTensor(value))
      return;
    SmallVector<unsigned, 4> classes = space.getClasses(value);
    if (classes.size() < 2)
      return;
    last |= classes.back() == cls;
    notLast |= llvm::is_contained(ArrayRef(classes).drop_back(), cls);
  };
  for (linalg::LinalgOp op : ops)
    for (Value result : op->getResults())
      look(result);
  if (notLast)
    return false;
  if (last)
    return true;
  for (linalg::LinalgOp op : ops)
    for (Value operand : op->getOperands())
      look(operand);
  return last || !notLast;
}

/// A divisor of `extent` near `target`, or `target` if there is none.
int64_t chooseDivisor(int64_t extent, int64_t target) {
  if (extent <= target)
    return extent;
  for (int64_t size = target + target / 4; 2 * size >= target && size > 1;
       --size)
    if (extent % size == 0)
      return size;
  return target;
}

Tile CpuTileChooser::chooseUnit(unsigned cls) const {
  int64_t extent = space.getExtent(cls);
  int64_t points = 0, panel = 1;
  for (linalg::LinalgOp op : ops) {
    if (llvm::is_contained(space.getLoopClasses(op), cls))
      points += getPoints(op);
    for (Value result : op->getResults())
      if (isTensor(result) && isa<FloatType>(getElementTypeOrSelf(result)))
        panel = machine.getPanel(getElementTypeOrSelf(result));
  }
  int64_t least =
      llvm::divideCeil(kSmallUnit, std::max<int64_t>(1, points / extent));
  if (isColumns(cls)) {
    if (hasWindows && extent <= panel)
      panel /= 2;
    // Panels of bytes may be wider than those of numbers.
    panel = std::max(panel, vib::getGrain(kernel, space, cls, machine));
    int64_t size = llvm::alignTo(std::max<int64_t>(least, 1), panel);
    return {cls, std::min(extent, size)};
  }
  // One image is enough work.
  int64_t target = worksOnImages ? 1 : std::clamp<int64_t>(extent / 8, 4, kRows);
  // So is one of a few long rows.
  if (target >= extent && least == 1)
    target = 1;
  target = std::max(target, least);
  int64_t grain = vib::getGrain(kernel, space, cls, machine);
  if (grain == 1)
    return {cls, chooseDivisor(extent, target)};
  return {cls, std::min<int64_t>(extent, llvm::alignTo(target, grain))};
}

double CpuTileChooser::getCost(const Tile &tile) const {
  double units = llvm::divideCeil(space.getExtent(tile.cls), tile.size);
  double bytes = 0;
  llvm::SmallDenseSet<Value> seen;
  auto addMemory = [&](Value value) {
    if (isTensor(value) && hasWindows &&
        getTensorBytes(value) <= kReadAgainBytes)
      return;
    if (isTensor(value) && seen.insert(value).second &&
        !llvm::is_contained(space.getClasses(value), tile.cls))
      bytes += getTensorBytes(value) * (units - 1);
  };
  for (linalg::LinalgOp op : ops) {
    // The weight of a convolution is rounded for all units at once.
    if (isa<linalg::FillOp>(op) || (hasWindows && isRoundedByReaders(op)))
      continue;
    bool has = llvm::is_contained(space.getLoopClasses(op), tile.cls);
    bool once = !has && !feedsClass(op, tile.cls, space);
    for (Value operand : op->getOperands()) {
      // A slice of an argument is in memory, like the argument.
      auto slice = operand.getDefiningOp<tensor::ExtractSliceOp>();
      if (!once && isa<BlockArgument>(slice ? slice.getSource() : operand))
        addMemory(operand);
    }
    // The cost of ops that every unit repeats, and of partial results.
    if (!has && !once)
      bytes += 4.0 * getPoints(op) * (units - 1);
    for (Value result : op->getResults()) {
      if (llvm::is_contained(space.getReducedClasses(op), tile.cls))
        bytes += 2 * getTensorBytes(result) * units + 64 * 1024;
    }
  }
  return (isColumns(tile.cls) ? 1.0 : 1.5) * bytes;
}

int64_t
CpuTileChooser::getScratchBytes(const TileChoice &choice,
                                std::optional<unsigned> havingClass) const {
  int64_t bytes = 0;
  for (linalg::LinalgOp op : ops) {
    for (Value result : op->getResults()) {
      if (llvm::all_of(result.getUsers(), [](Operation *user) {
            return isa<YieldOp, tensor::InsertSliceOp>(user);
          }))
        continue;
      // A fill shares the memory of the op that accumulates onto it.
      if (isa<linalg::FillOp>(op))
        continue;
      // These results stay in registers, or contractions compute them while
      // they pack.
      if (getInterleaved(op) || getEpilogue(op, machine) ||
          isRoundedByReaders(op))
        continue;
      int64_t size = getElementBytes(getElementTypeOrSelf(result));
      SmallVector<unsigned, 4> classes = space.getClasses(result);
      for (unsigned cls : classes) {
        if (choice.unit && choice.unit->cls == cls)
          size *= choice.unit->size;
        else if (choice.inner && choice.inner->cls == cls)
          size *= choice.inner->size;
        else
          size *= space.getExtent(cls);
      }
      if (!havingClass || llvm::is_contained(classes, *havingClass))
        bytes += size;
    }
  }
  return bytes;
}

TileChoice CpuTileChooser::run() {
  TileChoice choice;
  llvm::SmallSetVector<unsigned, 8> candidates;
  for (linalg::LinalgOp op : ops)
    for (unsigned cls : space.getLoopClasses(op))
      candidates.insert(cls);

  if (isDivided(kernel)) {
    double best = 0;
    for (unsigned cls : candidates) {
      if (!classes.isLegal(cls, /*asUnit=*/true))
        continue;
      Tile tile = chooseUnit(cls);
      if (tile.size == space.getExtent(cls))
        continue;
      double cost = getCost(tile);
      LDBG() << kernel.getName() << ": units of " << tile.size << " of the "
             << space.getExtent(cls) << " positions of class " << cls
             << " move " << cost << " bytes";
      if (choice.unit && cost >= best)
        continue;
      best = cost;
      choice.unit = tile;
      choice.units = llvm::divideCeil(space.getExtent(cls), tile.size);
    }
  }

  int64_t scratch = getScratchBytes(choice, std::nullopt);
  LDBG() << kernel.getName() << ": " << choice.units << " units with "
         << scratch << " bytes of scratch";
  // An image with windows is not divided: its channels are whole registers.
  if (worksOnImages || scratch <= kLargeScratch)
    return choice;
  int64_t most = 0;
  for (unsigned cls : candidates) {
    if ((choice.unit && choice.unit->cls == cls) ||
        !classes.isLegal(cls, /*asUnit=*/false))
      continue;
    int64_t bytes = getScratchBytes(choice, cls);
    if (bytes <= most)
      continue;
    most = bytes;
    int64_t extent = space.getExtent(cls);
    int64_t target = std::max<int64_t>(1, extent * kGoodScratch /
                                              std::max<int64_t>(bytes, 1));
    int64_t grain = vib::getGrain(kernel, space, cls, machine);
    choice.inner =
        Tile{cls, grain == 1 ? chooseDivisor(extent, target)
                             : std::max(grain, target / grain * grain)};
  }
  if (choice.inner && choice.inner->size >= space.getExtent(choice.inner->cls))
    choice.inner.reset();
  return choice;
}

} // namespace

int64_t vib::getGrain(KernelOp kernel, const KernelSpace &space, unsigned cls,
                      const Machine &machine) {
  Block &body = kernel.getBody().front();
  int64_t grain = 1;
  auto look = [&](Value value) {
    auto type = dyn_cast<RankedTensorType>(value.getType());
    if (type && type.getRank() == 2 && space.getClass(value, 1) == cls)
      grain = std::max(grain, machine.getPanel(type.getElementType()));
  };
  for (Value argument : body.getArguments())
    look(argument);
  // A slice of a matrix may have classes of its own.
  for (Operation &op : body) {
    if (auto extract = dyn_cast<tensor::ExtractSliceOp>(op))
      look(extract.getResult());
    else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
      look(insert.getSource());
  }
  return grain;
}

TileChoice vib::chooseTiles(KernelOp kernel, const KernelSpace &space,
                            const Machine &machine) {
  return CpuTileChooser(kernel, space, machine).run();
}
