//===- CombineBlocks.cpp - Combine the partial results of blocks ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/GpuKernelEmitter.h"
#include "compiler/plan/PartialResults.h"
#include "compiler/plan/Reductions.h"

using namespace mlir;
using namespace vib;

std::optional<LaunchPart> GpuKernelEmitter::getCombination() {
  if (plan.getCombinations().empty())
    return std::nullopt;
  int64_t most = 0;
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    most = std::max(most, partial.type.getNumElements());
  }
  int64_t blocks = llvm::divideCeil(most, kBlockThreads);
  return LaunchPart{{name + ".combine", getCombinationCost(plan), blocks},
                    /*sharedBytes=*/0,
                    [this, blocks](OpBuilder &builder,
                                   const LaunchValues &launch, Value block) {
                      return emitCombination(builder, launch, block, blocks);
                    }};
}

/// result = partial 0 op partial 1 op …, in the order of the tiles.
LogicalResult GpuKernelEmitter::emitCombination(OpBuilder &builder,
                                                const LaunchValues &launch,
                                                Value block, int64_t blocks) {
  BlockEmitter e(builder, loc, plan, launch.thread);
  Value first =
      arith::MulIOp::create(builder, loc, block, e.index(kBlockThreads));
  first = arith::AddIOp::create(builder, loc, first, launch.thread);
  for (const Combination &combination : plan.getCombinations()) {
    const Buffer &partial = plan.getBuffers()[combination.partial];
    FailureOr<Place> place = getPlace(plan.getBuffers()[combination.output]);
    if (failed(place))
      return failure();
    int64_t count = plan.getNumPartials(partial.reduced);
    int64_t elements = partial.type.getNumElements();
    Type element = partial.type.getElementType();
    Value from = createPartialsView(builder, loc, plan, partial,
                                    launch.bases[unsigned(BaseKind::Arena)],
                                    getScratch());
    auto result = RankedTensorType::get({elements}, element);
    place->layout = getPlainLayout(result);
    Value to = vib::createView(
        builder, loc, launch.bases[unsigned(place->base)], *place, result);
    auto loop = scf::ForOp::create(builder, loc, first, e.index(elements),
                                   e.index(blocks * kBlockThreads));
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToStart(loop.getBody());
    Value position = loop.getInductionVar();
    Value sum = memref::LoadOp::create(builder, loc, from,
                                       ValueRange{e.index(0), position});
    auto inner = scf::ForOp::create(builder, loc, e.index(1), e.index(count),
                                    e.index(1), sum);
    {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToStart(inner.getBody());
      Value next = memref::LoadOp::create(
          builder, loc, from, ValueRange{inner.getInductionVar(), position});
      scf::YieldOp::create(builder, loc,
                           combine(builder, loc, combination.combiner,
                                   inner.getRegionIterArg(0), next));
    }
    memref::StoreOp::create(builder, loc, inner.getResult(0), to, position);
  }
  return success();
}
