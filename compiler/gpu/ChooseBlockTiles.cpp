//===- ChooseBlockTiles.cpp - Record the tiles of a kernel ----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/gpu/BlockTiles.h"
#include "compiler/gpu/Passes.h"
#include "compiler/gpu/ThreadDivision.h"
#include "compiler/plan/Dimensions.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_CHOOSEBLOCKTILES
#include "compiler/gpu/Passes.h.inc"
} // namespace vib

using namespace vib;

namespace {
struct ChooseBlockTiles : vib::impl::ChooseBlockTilesBase<ChooseBlockTiles> {
  void runOnOperation() override {
    GpuOptions options =
        GpuOptions::get(getOperation()->getParentOfType<ModuleOp>());
    for (KernelOp kernel : getOperation().getOps<KernelOp>())
      plan(kernel, options);
  }

  void plan(KernelOp kernel, const GpuOptions &options);
};
} // namespace

void ChooseBlockTiles::plan(KernelOp kernel, const GpuOptions &options) {
  MLIRContext *context = &getContext();
  KernelSpace space(kernel);
  DimensionNames names = setDimensions(kernel, space);
  BlockTiles choice = chooseBlockTiles(kernel, space, options);
  SmallVector<Attribute> tiles;
  for (const Tile &tile : choice.tiles)
    tiles.push_back(TileAttr::get(context, names[tile.cls], tile.size));
  kernel->setAttr(kTilesAttrName, ArrayAttr::get(context, tiles));
  ++numKernels;
  for (auto op : kernel.getBody().front().getOps<linalg::LinalgOp>())
    if (llvm::none_of(choice.contractions,
                      [&](const MatrixContraction &contraction) {
                        return contraction.op == op;
                      }))
      chooseLanes(op, choice, space);
  if (choice.contractions.empty())
    return;
  const BlockShape &shape = choice.shape;
  kernel->setAttr(kBlockAttrName,
                  BlockAttr::get(context, shape.rows, shape.columns,
                                 shape.depth, shape.stages, shape.warpRows,
                                 shape.warpColumns));
  for (const MatrixContraction &contraction : choice.contractions) {
    linalg::LinalgOp op = contraction.op;
    op->setAttr(kStagedAttrName, UnitAttr::get(context));
    ++numContractions;
  }
}
