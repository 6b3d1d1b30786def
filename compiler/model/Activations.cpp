//===- Activations.cpp - Create the op of an activation -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Activations.h"

using namespace mlir;
using namespace vib;

Value vib::createActivation(OpBuilder &builder, Location loc, Activation kind,
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
