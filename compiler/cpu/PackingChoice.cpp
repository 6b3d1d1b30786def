//===- PackingChoice.cpp - What a contraction packs -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/PackingChoice.h"
#include "compiler/cpu/Pairs.h"
#include "compiler/step/WindowMap.h"

using namespace mlir;
using namespace vib;

/// Panels that span less memory than this are not packed.
static constexpr int64_t kMinSpanBytes = 64 * 1024;
/// Nor are panels that fewer rows than this use.
static constexpr int64_t kMinPackedRows = 24;

static Type getElement(linalg::LinalgOp op) {
  return getElementTypeOrSelf(op->getResult(0));
}

/// Whether the right operand is bf16.
static bool isNarrow(linalg::LinalgOp op, const ContractionForm &form) {
  return getElementTypeOrSelf(op->getOperand(form.rhs)) != getElement(op);
}

static int64_t getPackedBytes(linalg::LinalgOp op, RegisterTileAttr tile) {
  return tile.getDepth() * tile.getColumns() * getElementBytes(getElement(op));
}

/// Whether the reduction can run over pairs of bf16.
static bool canPair(linalg::LinalgOp op, const ContractionForm &form,
                    RegisterTileAttr tile, const KernelPlan &plan,
                    const Machine &machine) {
  int64_t depth = tile.getDepth();
  if (!isNarrow(op, form) || hasWindow(op) || !machine.hasBf16 ||
      2 * getPairLayout(depth, tile.getColumns()).elements >
          2 * kMaxPackedBytes)
    return false;
  if (plan.getSharedPairs().contains(op))
    return true;
  // A tile of the reduction must not end inside a pair.
  int64_t whole = op.getStaticLoopRanges()[form.reduction];
  return isContiguous(op.getIndexingMapsArray()[form.lhs], form.reduction) &&
         (depth == whole || depth % 2 == 0);
}

static bool hasOneLoopOfEach(const ContractionForm &form) {
  return form.k.size() == 1 && form.n.size() == 1 && form.batch.empty();
}

/// Whether the rows of the right operand are so far apart that they compete for
/// the same cache sets, and each is in another page.
static bool isFarApart(linalg::LinalgOp op, const ContractionForm &form,
                       RegisterTileAttr tile, KernelOp kernel,
                       const KernelPlan &plan, const MemoryMap &memory) {
  Value right = op->getOperand(form.rhs);
  auto prologue = right.getDefiningOp<linalg::LinalgOp>();
  if (prologue && plan.isFolded(prologue))
    right = prologue.getDpsInputs().front();
  std::optional<OperandMemory> rhs =
      getOperandMemory(right, kernel, plan, memory);
  if (!rhs || rhs->isInPanels())
    return false;
  auto [strides, offset] = rhs->type.getStridesAndOffset();
  AffineMap map = op.getIndexingMapsArray()[form.rhs];
  for (auto [axis, expr] : llvm::enumerate(map.getResults()))
    if (expr.isFunctionOfDim(form.reduction)) {
      int64_t span = strides[rhs->axes[axis]] * tile.getDepth() *
                     getElementBytes(getElement(op));
      return span >= kMinSpanBytes && span > 2 * getPackedBytes(op, tile);
    }
  return false;
}

Packing vib::choosePacking(linalg::LinalgOp op, const ContractionForm &form,
                           RegisterTileAttr tile, KernelOp kernel,
                           const KernelPlan &plan, const MemoryMap &memory,
                           const Machine &machine) {
  if (canPair(op, form, tile, plan, machine))
    return Packing::Pairs;
  bool packs;
  if (form.contiguous != ContractionForm::Columns)
    packs = tile.getKind() != RegisterTileKind::Dot;
  else if (isNarrow(op, form) && !hasWindow(op))
    packs = getPackedBytes(op, tile) <= kMaxPackedBytes;
  else
    packs = hasOneLoopOfEach(form) &&
            getPackedBytes(op, tile) <= kMaxPackedBytes &&
            tile.getRows() >= kMinPackedRows &&
            isFarApart(op, form, tile, kernel, plan, memory);
  return packs ? Packing::Rows : Packing::None;
}

void vib::setPackings(linalg::LinalgOp op, ArrayRef<PackedAttr> choices) {
  op->setAttr(
      kPackedAttrName,
      Builder(op.getContext()).getArrayAttr(SmallVector<Attribute>(choices)));
}

FailureOr<SmallVector<PackedAttr>> vib::getPackings(linalg::LinalgOp op) {
  Attribute attribute = op->getAttr(kPackedAttrName);
  if (!attribute)
    return SmallVector<PackedAttr>();
  auto list = dyn_cast<ArrayAttr>(attribute);
  if (!list || list.empty() || !llvm::all_of(list, llvm::IsaPred<PackedAttr>))
    return op->emitOpError("expected ")
           << kPackedAttrName << " to be a list of #vib.packed<…> but got "
           << attribute;
  return llvm::to_vector(list.getAsRange<PackedAttr>());
}

int64_t vib::getStackBytes(linalg::LinalgOp op, ArrayRef<PackedAttr> choices) {
  int64_t bytes = 0;
  for (PackedAttr choice : choices)
    bytes +=
        choice.getPacking() == Packing::Pairs
            ? 2 * getPairLayout(choice.getDepth(), choice.getColumns()).elements
            : choice.getDepth() * choice.getColumns() *
                  getElementBytes(getElement(op));
  return bytes;
}

/// Why a contraction cannot pack so; empty if it can.
static std::string findProblem(linalg::LinalgOp op, const ContractionForm &form,
                               RegisterTileAttr tile, Packing packing,
                               const KernelPlan &plan, const Machine &machine) {
  bool hasColumns = form.contiguous == ContractionForm::Columns;
  bool isDot = tile.getKind() == RegisterTileKind::Dot;
  bool pairs = canPair(op, form, tile, plan, machine);
  switch (packing) {
  case Packing::None:
    if (!hasColumns && !isDot)
      return "expected its right operand to be packed, which is not contiguous "
             "in the columns";
    break;
  case Packing::Rows:
    if (isDot)
      return "expected no packing for dot, which reads the right operand along "
             "the terms of the sum";
    if (hasColumns && (!isNarrow(op, form) || hasWindow(op)) &&
        !hasOneLoopOfEach(form))
      return "expected no packing of an operand with more than two loops";
    if (hasColumns && getPackedBytes(op, tile) > kMaxPackedBytes)
      return "expected at most " + std::to_string(kMaxPackedBytes) +
             " bytes to be packed but got " +
             std::to_string(getPackedBytes(op, tile));
    break;
  case Packing::Pairs:
    if (!pairs)
      return "expected no pairs: the machine has none, the operands are not "
             "bf16 and contiguous, or they do not fit";
    return "";
  }
  // The left operand is in pairs already.
  if (pairs && plan.getSharedPairs().contains(op))
    return "expected pairs, as its left operand is packed in pairs";
  return "";
}

LogicalResult vib::verifyPackings(linalg::LinalgOp op,
                                  const ContractionForm &form,
                                  const KernelPlan &plan,
                                  const Machine &machine) {
  FailureOr<SmallVector<PackedAttr>> choices = getPackings(op);
  if (failed(choices))
    return failure();
  auto tiles =
      op->getAttrOfType<ContractionAttr>(kContractionAttrName).getTiles();
  auto isFor = [](PackedAttr choice, RegisterTileAttr tile) {
    return choice.getRows() == tile.getRows() &&
           choice.getColumns() == tile.getColumns() &&
           choice.getDepth() == tile.getDepth();
  };
  for (PackedAttr choice : *choices)
    if (llvm::none_of(
            tiles, [&](RegisterTileAttr tile) { return isFor(choice, tile); }))
      return op->emitOpError("has ")
             << kPackedAttrName << " for " << choice.getRows() << " x "
             << choice.getColumns() << " x " << choice.getDepth()
             << ", a size that does not occur in its units";
  for (RegisterTileAttr tile : tiles) {
    Packing packing = Packing::None;
    for (PackedAttr choice : *choices) {
      if (!isFor(choice, tile))
        continue;
      if (packing != Packing::None)
        return op->emitOpError("has ")
               << kPackedAttrName << " twice for the sizes of " << tile;
      packing = choice.getPacking();
    }
    std::string problem = findProblem(op, form, tile, packing, plan, machine);
    if (!problem.empty())
      return op->emitOpError("for the sizes of ") << tile << ": " << problem;
  }
  return success();
}
