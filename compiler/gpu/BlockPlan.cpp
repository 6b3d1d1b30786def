//===- BlockPlan.cpp - How a kernel runs on a GPU -------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Every step of a block divides its positions among the threads anew. A barrier
// stands before a step that touches what others have touched since the last
// barrier, if one of both writes. It is saved where both go over the same
// positions in the same order: the element is then the same thread's.
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockPlan.h"
#include "compiler/fused/Fusion.h"
#include "compiler/gpu/BlockEmitter.h"
#include "compiler/gpu/Launches.h"
#include "compiler/kernels/Memory.h"

using namespace mlir;
using namespace vib;

/// Copies to shared memory and matrix loads go by this many bytes.
static constexpr int64_t kAlignment = 16;
/// Spills of different blocks share no sector of the cache.
static constexpr int64_t kLine = 128;

bool vib::accumulatesInMemory(linalg::LinalgOp op) {
  SmallVector<utils::IteratorType> kinds = op.getIteratorTypesArray();
  for (OpOperand &init : op.getDpsInitsMutable())
    for (auto [loop, kind] : llvm::enumerate(kinds))
      if (kind == utils::IteratorType::reduction &&
          op.getMatchingIndexingMap(&init).isFunctionOfDim(loop))
        return true;
  return false;
}

BlockPlan::BlockPlan(KernelOp kernel, const GpuOptions &options)
    : ValuePlacement(kernel), tiles(chooseBlockTiles(kernel, space, options)) {
  elide();
  place();
  collectSteps();
  placeShared();
  placeBarriers();
}

const MatrixContraction *BlockPlan::lookupContraction(Operation *op) const {
  const MatrixContraction *found =
      llvm::find_if(tiles.contractions, [&](const MatrixContraction &c) {
        return linalg::LinalgOp(c.op).getOperation() == op;
      });
  return found == tiles.contractions.end() ? nullptr : found;
}

int64_t BlockPlan::getNumPartials(ArrayRef<unsigned> reduced) const {
  int64_t count = 1;
  for (unsigned cls : reduced)
    count *= tiles.getNumTiles(*tiles.lookup(cls), space);
  return count;
}

Buffer BlockPlan::createScratch(Value value, RankedTensorType type) {
  SmallVector<int64_t> shape(type.getShape());
  Type element = type.getElementType();
  if (isOwnScratch(value)) {
    // A contraction writes whole tiles.
    shape[shape.size() - 2] = tiles.shape.rows;
    shape.back() = tiles.shape.getResultStride();
  } else if (shape.size() > 1 && shape.back() % 32 == 0 &&
             element.getIntOrFloatBitWidth() == 32) {
    // Rows of a multiple of 32 words would all begin in the same bank.
    shape.back() += 8;
  }
  return {Buffer::Scratch, Value(), type.clone(shape)};
}

static int64_t getBufferBytes(const Buffer &buffer) {
  return getMemoryBytes(buffer.type, getPlainLayout(buffer.type));
}

Value BlockPlan::getStart(linalg::LinalgOp op, unsigned init) const {
  auto fill = op.getDpsInits()[init].getDefiningOp<linalg::FillOp>();
  return fill && !accumulatesInMemory(op) ? fill.getInputs()[0] : Value();
}

bool BlockPlan::readsInit(linalg::LinalgOp op, OpOperand &init) const {
  unsigned index = init.getOperandNumber() - op.getNumDpsInputs();
  return op.payloadUsesValueFromOperand(&init) && !getStart(op, index);
}

/// Leaves fills to those that start from them, and the rounding of weights to
/// the contractions that read them.
void BlockPlan::elide() {
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>()) {
    if (isPrologue(op)) {
      elided.insert(op);
      continue;
    }
    bool starts = llvm::all_of(op->getUses(), [&](OpOperand &use) {
      auto user = dyn_cast<linalg::LinalgOp>(use.getOwner());
      return user && user.isDpsInit(&use) && !readsInit(user, use);
    });
    if (isa<linalg::FillOp>(op) && starts)
      elided.insert(op);
  }
}

void BlockPlan::collectSteps() {
  auto addCopies = [&](ArrayRef<Copy> copies) {
    for (const Copy &copy : copies) {
      BlockStep step;
      step.copy = &copy;
      SmallVector<unsigned, 4> classes = space.getClasses(copy.value);
      for (auto [i, tile] : llvm::enumerate(tiles.tiles))
        if (buffers[copy.to.buffer].kind == Buffer::Output &&
            !llvm::is_contained(classes, tile.cls))
          step.once.push_back(i);
      steps.push_back(step);
    }
  };
  llvm::DenseSet<Operation *> done;
  for (Operation &op : kernel.getBody().front()) {
    addCopies(getCopiesBefore(&op));
    auto linalgOp = dyn_cast<linalg::LinalgOp>(op);
    if (linalgOp && !isElided(linalgOp) && !done.contains(&op)) {
      BlockStep step;
      if (const MatrixContraction *contraction = lookupContraction(&op)) {
        // They read memory only, so that one may come early.
        for (const MatrixContraction &other : tiles.contractions)
          if (!done.contains(other.op) && other.lhs == contraction->lhs) {
            step.contractions.push_back(&other);
            done.insert(other.op);
          }
      } else {
        step.op = linalgOp;
        for (auto [i, tile] : llvm::enumerate(tiles.tiles))
          if (!usesClass(&op, tile.cls) && !feedsClass(&op, tile.cls, space))
            step.once.push_back(i);
      }
      steps.push_back(step);
    }
    addCopies(getCopiesAfter(&op));
  }
}

namespace {
/// What a step touches.
struct Access {
  unsigned buffer;
  bool isWrite;
  /// Where, and the classes of the step's positions if the element belongs to
  /// one of them alone.
  Site site;
  SmallVector<unsigned, 4> positions;
};
} // namespace

/// The accesses of a step, but for its staging.
static SmallVector<Access> getAccesses(const BlockPlan &plan,
                                       const BlockStep &step) {
  const KernelSpace &space = plan.getSpace();
  SmallVector<Access> accesses;
  if (step.copy) {
    SmallVector<unsigned, 4> classes = space.getClasses(step.copy->value);
    accesses.push_back(
        {step.copy->from.buffer, false, step.copy->from, classes});
    accesses.push_back({step.copy->to.buffer, true, step.copy->to, classes});
    return accesses;
  }
  for (const MatrixContraction *contraction : step.contractions) {
    for (BlockArgument argument :
         {contraction->lhs.argument, contraction->rhs.argument})
      accesses.push_back(
          {plan.getSite(argument).buffer, false, plan.getSite(argument), {}});
    const Site &site =
        plan.getSite(linalg::LinalgOp(contraction->op)->getResult(0));
    accesses.push_back({site.buffer, true, site, {}});
  }
  if (!step.op)
    return accesses;
  linalg::LinalgOp op = step.op;
  SmallVector<unsigned, 4> loops = space.getLoopClasses(op), positions;
  if (!isByWarps(plan, op))
    for (unsigned loop : getPositionLoops(op))
      positions.push_back(loops[loop]);
  for (OpOperand &operand : op->getOpOperands()) {
    if (!isa<RankedTensorType>(operand.get().getType()))
      continue;
    AffineMap map = op.getMatchingIndexingMap(&operand);
    bool isOwn = !positions.empty() && map.isProjectedPermutation();
    for (unsigned loop : getPositionLoops(op))
      isOwn &= map.isFunctionOfDim(loop);
    auto add = [&](Value value, bool isWrite) {
      if (!plan.hasSite(value))
        return;
      const Site &site = plan.getSite(value);
      accesses.push_back({site.buffer, isWrite, site,
                          isOwn ? positions : SmallVector<unsigned, 4>()});
    };
    if (op.isDpsInit(&operand)) {
      Value result = op.getTiedOpResult(&operand);
      add(result, /*isWrite=*/true);
      continue;
    }
    Value value = operand.get();
    if (auto prologue = value.getDefiningOp<linalg::LinalgOp>();
        prologue && plan.isElided(prologue))
      value = prologue->getOperand(0);
    add(value, /*isWrite=*/false);
  }
  return accesses;
}

/// Gives every scratch buffer its place in shared memory, or a spill.
void BlockPlan::placeShared() {
  struct Piece {
    int64_t bytes, first, last;
    /// A buffer, or the staging of a step.
    std::optional<unsigned> buffer;
    BlockStep *step;
    int64_t offset = 0;
  };
  SmallVector<Piece> pieces;
  DenseMap<unsigned, size_t> known;
  // A step is two points in time: pieces of operands are drained before the
  // results are written over them.
  for (auto [i, step] : llvm::enumerate(steps)) {
    int64_t begin = 2 * i, end = begin + 1;
    if (!step.contractions.empty())
      pieces.push_back({tiles.shape.getStagingBytes(step.contractions.size()),
                        begin, begin, std::nullopt, &step});
    for (const Access &access : getAccesses(*this, step)) {
      const Buffer &buffer = buffers[access.buffer];
      if (buffer.kind != Buffer::Scratch)
        continue;
      auto [it, isNew] = known.insert({access.buffer, pieces.size()});
      if (isNew) {
        pieces.push_back({getBufferBytes(buffer),
                          step.contractions.empty() ? begin : end, end,
                          access.buffer, nullptr});
      }
      pieces[it->second].last = end;
    }
  }
  auto canSpill = [&](const Piece *piece) {
    return piece->buffer &&
           llvm::none_of(tiles.contractions, [&](const MatrixContraction &c) {
             return getSite(linalg::LinalgOp(c.op)->getResult(0)).buffer ==
                    *piece->buffer;
           });
  };
  // What cannot be spilled first, and of that and of the rest the largest.
  SmallVector<Piece *> order = llvm::to_vector(
      llvm::map_range(pieces, [](Piece &piece) { return &piece; }));
  llvm::sort(order, [&](Piece *lhs, Piece *rhs) {
    return std::make_tuple(canSpill(lhs), -lhs->bytes, lhs) <
           std::make_tuple(canSpill(rhs), -rhs->bytes, rhs);
  });
  sharedOffsets.assign(buffers.size(), 0);
  SmallVector<Piece *> placed;
  for (Piece *piece : order) {
    int64_t offset = 0;
    // `placed` is sorted by offset.
    for (Piece *other : placed) {
      if (other->last < piece->first || piece->last < other->first)
        continue;
      if (offset + piece->bytes > other->offset)
        offset = std::max<int64_t>(
            offset, llvm::alignTo(other->offset + other->bytes, kAlignment));
    }
    if (offset + piece->bytes > kMostSharedBytes && canSpill(piece)) {
      Buffer &buffer = buffers[*piece->buffer];
      buffer.kind = Buffer::Spill;
      buffer.offset = scratchBytes;
      buffer.unitBytes = llvm::alignTo(getBufferBytes(buffer), kLine);
      scratchBytes += buffer.unitBytes * tiles.blocks;
      continue;
    }
    piece->offset = offset;
    placed.insert(llvm::upper_bound(placed, piece,
                                    [](Piece *lhs, Piece *rhs) {
                                      return lhs->offset < rhs->offset;
                                    }),
                  piece);
    sharedBytes = std::max(sharedBytes, offset + piece->bytes);
    if (piece->buffer)
      sharedOffsets[*piece->buffer] = offset;
    else
      piece->step->stagingOffset = offset;
  }
}

void BlockPlan::placeBarriers() {
  // Inputs and outputs that are versions of one state are one memory.
  auto getIdentity = [&](unsigned buffer) -> Value {
    auto argument = dyn_cast_or_null<BlockArgument>(buffers[buffer].argument);
    if (!argument)
      return Value();
    Value operand = kernel->getOperand(argument.getArgNumber());
    if (BlockArgument state = getState(operand))
      return state;
    return argument;
  };
  auto overlap = [&](const Access &lhs, const Access &rhs) {
    const Buffer &left = buffers[lhs.buffer], &right = buffers[rhs.buffer];
    if (lhs.buffer == rhs.buffer)
      return true;
    if (left.kind == Buffer::Scratch && right.kind == Buffer::Scratch) {
      int64_t begin = sharedOffsets[lhs.buffer];
      int64_t otherBegin = sharedOffsets[rhs.buffer];
      return begin < otherBegin + getBufferBytes(right) &&
             otherBegin < begin + getBufferBytes(left);
    }
    Value identity = getIdentity(lhs.buffer);
    return identity && identity == getIdentity(rhs.buffer);
  };
  auto conflict = [&](const Access &lhs, const Access &rhs) {
    if (!(lhs.isWrite || rhs.isWrite) || !overlap(lhs, rhs))
      return false;
    bool sameThread = !lhs.positions.empty() &&
                      lhs.positions == rhs.positions && lhs.site == rhs.site;
    return !sameThread;
  };
  SmallVector<Access> pending;
  bool touchedShared = false;
  for (BlockStep &step : steps) {
    SmallVector<Access> accesses = getAccesses(*this, step);
    // The staging may be anything's memory.
    step.needsBarrier =
        (!step.contractions.empty() && touchedShared) ||
        llvm::any_of(accesses, [&](const Access &access) {
          return llvm::any_of(pending, [&](const Access &other) {
            return conflict(access, other);
          });
        });
    if (step.needsBarrier) {
      pending.clear();
      touchedShared = false;
    }
    // A contraction ends with a barrier, after which its results are there.
    if (!step.contractions.empty())
      pending.clear();
    else
      pending.append(accesses);
    touchedShared |= llvm::any_of(accesses, [&](const Access &access) {
      return buffers[access.buffer].kind == Buffer::Scratch;
    });
  }
}
