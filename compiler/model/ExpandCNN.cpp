//===- ExpandCNN.cpp - Expand vib.cnn into layers ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Activations.h"
#include "compiler/model/Passes.h"

namespace vib {
#define GEN_PASS_DEF_EXPANDCNN
#include "compiler/model/Passes.h.inc"
} // namespace vib

using namespace mlir;
using namespace vib;

namespace {

struct ExpandCNN : vib::impl::ExpandCNNBase<ExpandCNN> {
  void runOnOperation() override {
    getOperation().walk([&](CNNOp cnn) {
      OpBuilder builder(cnn);
      Location loc = cnn.getLoc();
      SmallVector<int64_t> ones = {1, 1}, twos = {2, 2};
      Value value = cnn.getInput();
      for (const CNNOp::Layer &layer : cnn.getLayers()) {
        if (layer.isPool) {
          value =
              MaxPoolOp::create(builder, loc, layer.type, value, twos, twos);
          continue;
        }
        value = Conv2DOp::create(builder, loc, layer.type, value,
                                 cnn.getLayerName(layer), cnn.getKernel(), ones,
                                 layer.padding, ones,
                                 /*groups=*/IntegerAttr());
        value = createActivation(builder, loc, cnn.getActivation(), value);
        ++numLayers;
      }
      cnn.replaceAllUsesWith(value);
      cnn.erase();
    });
  }
};

} // namespace
