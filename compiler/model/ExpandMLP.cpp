//===- ExpandMLP.cpp - Expand vib.mlp into layers ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Passes.h"

namespace vib {
#define GEN_PASS_DEF_EXPANDMLP
#include "compiler/model/Passes.h.inc"
} // namespace vib

using namespace mlir;
using namespace vib;

static Value createActivation(OpBuilder &builder, Location loc, Activation kind,
                              Value input) {
  Type type = input.getType();
  switch (kind) {
  case Activation::ReLU:
    return ReLUOp::create(builder, loc, type, input);
  case Activation::Tanh:
    return TanhOp::create(builder, loc, type, input);
  case Activation::Sigmoid:
    return SigmoidOp::create(builder, loc, type, input);
  case Activation::GELU:
    return GELUOp::create(builder, loc, type, input);
  case Activation::Softplus:
    return SoftplusOp::create(builder, loc, type, input);
  case Activation::LeakyReLU:
    return LeakyReLUOp::create(builder, loc, type, input,
                               APFloat(LeakyReLUOp::kDefault));
  case Activation::ELU:
    return ELUOp::create(builder, loc, type, input, APFloat(ELUOp::kDefault));
  case Activation::SiLU:
    return SiLUOp::create(builder, loc, type, input);
  case Activation::SELU:
    return SELUOp::create(builder, loc, type, input);
  }
  llvm_unreachable("all activations are covered");
}

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
