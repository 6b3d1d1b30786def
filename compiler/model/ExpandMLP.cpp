//===- ExpandMLP.cpp - Expand vib.mlp into layers ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Activations.h"
#include "compiler/model/Passes.h"

namespace vib {
#define GEN_PASS_DEF_EXPANDMLP
#include "compiler/model/Passes.h.inc"
} // namespace vib

using namespace mlir;
using namespace vib;

namespace {

struct ExpandMLP : vib::impl::ExpandMLPBase<ExpandMLP> {
  void runOnOperation() override {
    getOperation().walk([&](MLPOp mlp) {
      OpBuilder builder(mlp);
      auto type = cast<RankedTensorType>(mlp.getInput().getType());
      Value value = mlp.getInput();
      for (auto [index, width] : llvm::enumerate(mlp.getWidths())) {
        SmallVector<int64_t> shape(type.getShape());
        shape.back() = width;
        value = LinearOp::create(builder, mlp.getLoc(), type.clone(shape),
                                 value, mlp.getLayerName(index));
        value =
            createActivation(builder, mlp.getLoc(), mlp.getActivation(), value);
        ++numLayers;
      }
      mlp.replaceAllUsesWith(value);
      mlp.erase();
    });
  }
};

} // namespace
