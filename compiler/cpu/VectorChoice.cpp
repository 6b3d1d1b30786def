//===- VectorChoice.cpp - The vectors of an elementwise op ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// One loop of an op is vectorized: one along which its operands are contiguous
// or do not vary. If an op has windows, some operands may be neither, such as a
// feature map that is flattened with its channels first: their elements are
// loaded and stored one by one. Rows that follow each other without a gap are
// one long row, so that at most one vector is shorter than a register.
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/VectorChoice.h"
#include "compiler/cpu/TileEmitter.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/plan/Dimensions.h"
#include "compiler/plan/Reductions.h"
#include "compiler/step/WindowMap.h"
#include <numeric>

using namespace mlir;
using namespace vib;

/// The most registers that a vector of an edited plan fills.
static constexpr int64_t kMostRegisters = 4;

bool vib::canVectorizeBody(linalg::LinalgOp op) {
  return llvm::all_of(op.getBlock()->getOperations(), [](Operation &inner) {
    return isa<linalg::IndexOp, linalg::YieldOp, NoiseOp>(inner) ||
           inner.hasTrait<OpTrait::ConstantLike>() ||
           OpTrait::hasElementwiseMappableTraits(&inner);
  });
}

namespace {

/// What can be said of an op's vectors for tiles of one size.
class Vectors {
public:
  Vectors(linalg::LinalgOp op, ArrayRef<int64_t> sizes, KernelOp kernel,
          const KernelPlan &plan, const MemoryMap &memory,
          const Machine &machine);

  std::optional<VectorChoice> choose();
  /// Why the choice cannot be used; empty if it can.
  std::string findProblem(const VectorChoice &choice);

private:
  bool canBeFlat();
  /// Whether flat rows leave fewer lanes idle.
  bool isBetterFlat();
  /// Chooses the loop and the lanes, if there are vectors.
  void chooseLoop(VectorChoice &choice);
  /// The number of operands that are contiguous along the loop, less the number
  /// of those that are neither contiguous nor constant; none if there are such
  /// operands, and their elements cannot be accessed one by one.
  std::optional<int64_t> countContiguous(unsigned loop);
  bool combinesLanes(unsigned loop);
  bool variesAlong(unsigned loop);
  /// The columns of the narrowest panels along the loop, if an operand is in
  /// panels.
  std::optional<int64_t> getPanel(unsigned loop);
  int64_t getExtent(const VectorChoice &choice) const {
    return choice.isFlat ? sizes[0] * sizes[1] : sizes[choice.loop];
  }

  linalg::LinalgOp op;
  ArrayRef<int64_t> sizes;
  const Machine &machine;
  SmallVector<AffineMap> maps;
  SmallVector<std::optional<OperandMemory>> operands;
  /// The lanes of the widest element.
  int64_t lanes = std::numeric_limits<int64_t>::max();
};

} // namespace

Vectors::Vectors(linalg::LinalgOp op, ArrayRef<int64_t> sizes, KernelOp kernel,
                 const KernelPlan &plan, const MemoryMap &memory,
                 const Machine &machine)
    : op(op), sizes(sizes), machine(machine), maps(op.getIndexingMapsArray()) {
  for (OpOperand &operand : op->getOpOperands()) {
    // An init is read from and written to the memory of its result.
    Value value = op.isDpsInit(&operand) ? Value(op.getTiedOpResult(&operand))
                                         : operand.get();
    operands.push_back(getOperandMemory(value, kernel, plan, memory));
    if (operands.back())
      lanes = std::min(
          lanes, machine.getLanes(operands.back()->type.getElementType()));
  }
}

bool Vectors::canBeFlat() {
  auto identity = AffineMap::getMultiDimIdentityMap(2, op.getContext());
  if (op.getNumLoops() != 2 || op.getNumReductionLoops() != 0 ||
      op.hasIndexSemantics())
    return false;
  for (auto [operand, map] : llvm::zip_equal(operands, maps))
    if (operand && (map != identity || operand->axes[0] != 0 ||
                    !operand->isWhole[1] || operand->type.getRank() != 2 ||
                    operand->type.getDimSize(1) != sizes[1]))
      return false;
  return true;
}

bool Vectors::isBetterFlat() {
  return canBeFlat() && llvm::none_of(operands, [&](auto &operand) {
           return operand &&
                  sizes[1] % machine.getLanes(operand->type.getElementType()) ==
                      0;
         });
}

std::optional<int64_t> Vectors::countContiguous(unsigned loop) {
  int64_t contiguous = 0, single = 0;
  for (auto [operand, map] : llvm::zip_equal(operands, maps))
    if (operand && map.isFunctionOfDim(loop))
      ++(isContiguous(map, loop) ? contiguous : single);
  if (single != 0 && (!hasWindow(op) || isReductionLoop(op, loop) ||
                      contiguous == 0 || contiguous < single))
    return std::nullopt;
  return contiguous - single;
}

/// Whether some operand is in memory and indexed by the loop.
bool Vectors::variesAlong(unsigned loop) {
  return llvm::any_of(llvm::zip_equal(operands, maps), [&](auto pair) {
    auto &[operand, map] = pair;
    return operand && map.isFunctionOfDim(loop);
  });
}

/// Every result of a reduction must be combined from lanes.
bool Vectors::combinesLanes(unsigned loop) {
  if (!isReductionLoop(op, loop))
    return true;
  if (accumulatesInMemory(op))
    return false;
  for (unsigned i = 0, n = op->getNumResults(); i != n; ++i)
    if (!getCombiner(op, i))
      return false;
  return true;
}

std::optional<VectorChoice> Vectors::choose() {
  VectorChoice choice{SmallVector<int64_t>(sizes), 0, 1, isBetterFlat()};
  if (choice.isFlat)
    choice.loop = 1;
  if (canVectorizeBody(op))
    chooseLoop(choice);
  if (choice.lanes == 1)
    return choice.isFlat ? std::optional(choice) : std::nullopt;
  // A random number is one long chain of dependent operations. Two registers at
  // once overlap their latencies, if there are enough registers. A panel has
  // that width as well.
  if (!isReductionLoop(op, choice.loop) && drawsNoise(op) &&
      machine.getRegisters() >= 32 && getExtent(choice) >= 2 * choice.lanes)
    choice.lanes *= 2;
  return choice;
}

void Vectors::chooseLoop(VectorChoice &choice) {
  if (choice.isFlat) {
    if (llvm::any_of(operands, [](auto &operand) { return bool(operand); }))
      choice.lanes = std::min(getExtent(choice), lanes);
    return;
  }
  int64_t bestScore = 0;
  for (unsigned loop = 0, n = sizes.size(); loop != n; ++loop) {
    std::optional<int64_t> contiguous = countContiguous(loop);
    if (sizes[loop] < 2 || !contiguous || !combinesLanes(loop) ||
        !variesAlong(loop))
      continue;
    int64_t width = std::min(sizes[loop], lanes);
    int64_t score =
        4 * *contiguous * width + (isReductionLoop(op, loop) ? 0 : 2);
    if (score < bestScore)
      continue;
    bestScore = score;
    choice.loop = loop;
    choice.lanes = width;
  }
}

std::string Vectors::findProblem(const VectorChoice &choice) {
  if (choice.isFlat && (!canBeFlat() || choice.loop + 1 != op.getNumLoops()))
    return "its rows do not follow each other without a gap";
  if (choice.lanes == 1 && choice.isFlat)
    return "";
  if (!canVectorizeBody(op))
    return "its body has no form on vectors";
  std::optional<int64_t> contiguous = countContiguous(choice.loop);
  if (!choice.isFlat && (!contiguous || !variesAlong(choice.loop)))
    return "its operands are not contiguous along this loop";
  if (!combinesLanes(choice.loop))
    return "its results are not sums, products, minima or maxima of lanes";
  int64_t most = std::min(getExtent(choice), kMostRegisters * lanes);
  if (choice.lanes < 2 || choice.lanes > most)
    return "expected 2 to " + std::to_string(most) + " lanes";
  if (std::optional<int64_t> panel = getPanel(choice.loop);
      panel && sizes[choice.loop] > *panel && *panel % choice.lanes != 0)
    return "expected a divisor of the " + std::to_string(*panel) +
           " columns of a panel, beyond which a vector would reach";
  return "";
}

std::optional<int64_t> Vectors::getPanel(unsigned loop) {
  std::optional<int64_t> columns;
  for (auto [operand, map] : llvm::zip_equal(operands, maps))
    if (operand && operand->isInPanels() && isContiguous(map, loop)) {
      int64_t panel = operand->type.getShape().back();
      columns = columns ? std::gcd(*columns, panel) : panel;
    }
  return columns;
}

bool vib::isEmittedAlone(linalg::LinalgOp op, const KernelPlan &plan) {
  return failed(matchRegisterContraction(op)) && !plan.isFolded(op) &&
         !plan.isDoneWithContraction(op);
}

std::optional<VectorChoice>
vib::chooseVector(linalg::LinalgOp op, ArrayRef<int64_t> sizes, KernelOp kernel,
                  const KernelPlan &plan, const MemoryMap &memory,
                  const Machine &machine) {
  return Vectors(op, sizes, kernel, plan, memory, machine).choose();
}

static StringRef getLoopName(linalg::LinalgOp op, unsigned loop) {
  auto names = op->getAttrOfType<ArrayAttr>(kLoopsAttrName);
  return cast<StringAttr>(names[loop]).getValue();
}

void vib::setVectors(linalg::LinalgOp op, ArrayRef<VectorChoice> choices) {
  MLIRContext *context = op.getContext();
  op->setAttr(kVectorsAttrName,
              ArrayAttr::get(
                  context,
                  llvm::map_to_vector(choices, [&](const VectorChoice &choice) {
                    return Attribute(LoopVectorAttr::get(
                        context, choice.sizes, choice.lanes,
                        getLoopName(op, choice.loop), choice.isFlat));
                  })));
}

FailureOr<SmallVector<VectorChoice>> vib::getVectors(linalg::LinalgOp op) {
  SmallVector<VectorChoice> choices;
  Attribute attribute = op->getAttr(kVectorsAttrName);
  if (!attribute)
    return choices;
  auto list = dyn_cast<ArrayAttr>(attribute);
  if (!list || list.empty() ||
      !llvm::all_of(list, llvm::IsaPred<LoopVectorAttr>))
    return op->emitOpError("expected ")
           << kVectorsAttrName
           << " to be a list of #vib.loop_vector<…> but got " << attribute;
  for (auto vector : list.getAsRange<LoopVectorAttr>()) {
    unsigned loop = 0, loops = op.getNumLoops();
    while (loop != loops && getLoopName(op, loop) != vector.getAlong())
      ++loop;
    if (loop == loops)
      return op->emitOpError("has vectors along '")
             << vector.getAlong() << "', which is not one of its loops";
    choices.push_back({SmallVector<int64_t>(vector.getSizes()), loop,
                       vector.getLanes(), vector.getFlat()});
  }
  return choices;
}

LogicalResult vib::verifyVectors(linalg::LinalgOp op, KernelOp kernel,
                                 const KernelPlan &plan,
                                 const MemoryMap &memory,
                                 const Machine &machine) {
  if (!isEmittedAlone(op, plan)) {
    if (op->hasAttr(kVectorsAttrName))
      return op->emitOpError("expected no ")
             << kVectorsAttrName << ": it has no code of its own";
    return success();
  }
  FailureOr<SmallVector<VectorChoice>> choices = getVectors(op);
  if (failed(choices))
    return failure();
  SmallVector<SmallVector<int64_t>> all =
      getExtents(op, plan.getSpace(), plan.getTiles());
  for (const VectorChoice &choice : *choices) {
    auto fail = [&] {
      InFlightDiagnostic diagnostic = op->emitOpError("cannot use vectors of ")
                                      << choice.lanes << " along '"
                                      << getLoopName(op, choice.loop)
                                      << "' for ";
      llvm::interleave(
          choice.sizes, [&](int64_t size) { diagnostic << size; },
          [&] { diagnostic << " x "; });
      return diagnostic;
    };
    if (!llvm::is_contained(all, choice.sizes))
      return fail() << ": a size that does not occur in its units";
    if (llvm::count_if(*choices, [&](const VectorChoice &other) {
          return other.sizes == choice.sizes;
        }) != 1)
      return fail() << ": it has others for this size";
    std::string problem =
        Vectors(op, choice.sizes, kernel, plan, memory, machine)
            .findProblem(choice);
    if (!problem.empty())
      return fail() << ": " << problem;
  }
  return success();
}
