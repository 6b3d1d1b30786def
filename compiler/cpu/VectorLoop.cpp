//===- VectorLoop.cpp - Choose the loop that becomes vectors --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/cpu/CpuLinalgEmitter.h"
#include "compiler/fused/KernelQueries.h"
#include "compiler/plan/Reductions.h"

using namespace mlir;
using namespace vib;

bool vib::canVectorizeBody(linalg::LinalgOp op) {
  return llvm::all_of(op.getBlock()->getOperations(), [](Operation &inner) {
    return isa<linalg::IndexOp, linalg::YieldOp, NoiseOp>(inner) ||
           inner.hasTrait<OpTrait::ConstantLike>() ||
           OpTrait::hasElementwiseMappableTraits(&inner);
  });
}

CpuLinalgEmitter::Access CpuLinalgEmitter::getAccess(AffineMap map,
                                                     unsigned loop) const {
  if (!map.isFunctionOfDim(loop))
    return Access::Fixed;
  auto last = dyn_cast<AffineDimExpr>(map.getResults().back());
  for (AffineExpr expr : map.getResults().drop_back())
    if (expr.isFunctionOfDim(loop))
      return Access::Strided;
  return last ? Access::Contiguous : Access::Strided;
}

/// Rows that follow each other without a gap are one long row. Then at most one
/// vector is shorter than a register.
void CpuLinalgEmitter::flatten() {
  AffineMap identity =
      AffineMap::getMultiDimIdentityMap(2, builder.getContext());
  if (op.getNumLoops() != 2 || op.getNumReductionLoops() != 0 ||
      op.hasIndexSemantics())
    return;
  for (auto [ref, map] : llvm::zip_equal(refs, maps)) {
    if (!ref)
      continue;
    auto type = cast<MemRefType>(ref->memory.getType());
    if (map != identity || ref->axes[0] != 0 || ref->base[1] ||
        type.getRank() != 2 || type.getDimSize(1) != extents[1] ||
        extents[1] % e.machine.getLanes(type.getElementType()) == 0)
      return;
  }
  for (std::optional<TensorRef> &ref : refs) {
    if (!ref)
      continue;
    auto type = cast<MemRefType>(ref->memory.getType());
    ref->memory = memref::CollapseShapeOp::create(
        builder, loc,
        MemRefType::get(type.getNumElements(), type.getElementType()),
        ref->memory, ArrayRef<ReassociationIndices>{{0, 1}});
    Value first = ref->base[0];
    if (first)
      first =
          builder.createOrFold<arith::MulIOp>(loc, first, e.index(extents[1]));
    ref->base = {first};
    ref->axes = {0};
  }
  maps.assign(maps.size(),
              AffineMap::getMultiDimIdentityMap(1, builder.getContext()));
  extents = {extents[0] * extents[1]};
  positions.resize(1);
}

static Type getElement(const TensorRef &ref) {
  return cast<MemRefType>(ref.memory.getType()).getElementType();
}

int64_t CpuLinalgEmitter::getLanes(unsigned loop) const {
  int64_t width = extents[loop];
  for (const std::optional<TensorRef> &ref : refs)
    if (ref)
      width = std::min(width, e.machine.getLanes(getElement(*ref)));
  return width;
}

/// Whether the results of a reduction can be combined from lanes.
bool CpuLinalgEmitter::combinesLanes() const {
  if (accumulatesInMemory(op))
    return false;
  for (unsigned i = 0, n = op->getNumResults(); i != n; ++i)
    if (!getCombiner(op, i))
      return false;
  return true;
}

std::optional<int64_t> CpuLinalgEmitter::rateVectorLoop(unsigned loop) const {
  if (extents[loop] < 2)
    return std::nullopt;
  int64_t contiguous = 0;
  for (auto [ref, map] : llvm::zip_equal(refs, maps)) {
    if (!ref)
      continue;
    Access access = getAccess(map, loop);
    if (access == Access::Strided)
      return std::nullopt;
    contiguous += access == Access::Contiguous;
  }
  bool reduces = isReductionLoop(op, loop);
  if (contiguous == 0 || (reduces && !combinesLanes()))
    return std::nullopt;
  return 4 * contiguous * getLanes(loop) + (reduces ? 0 : 2);
}

void CpuLinalgEmitter::chooseVectorLoop() {
  if (!canVectorizeBody(op))
    return;
  int64_t best = 0;
  for (unsigned loop = 0, n = extents.size(); loop != n; ++loop) {
    std::optional<int64_t> score = rateVectorLoop(loop);
    if (!score || *score < best)
      continue;
    best = *score;
    vectorLoop = loop;
  }
  if (!vectorLoop)
    return;
  lanes = getLanes(*vectorLoop);
  // A random number is one long chain of dependent operations. Two registers at
  // once overlap their latencies, if there are enough registers. A panel has
  // that width as well.
  if (!isReductionLoop(op, *vectorLoop) && drawsNoise(op) &&
      e.machine.getRegisters() >= 32 && extents[*vectorLoop] >= 2 * lanes)
    lanes *= 2;
}
