//===- ZeroFill.cpp - Tensors that are filled with zeros ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/ZeroFill.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace vib;

linalg::FillOp vib::getZeroFill(Value value) {
  auto fill = value.getDefiningOp<linalg::FillOp>();
  return fill && matchPattern(fill.getInputs().front(), m_AnyZeroFloat())
             ? fill
             : linalg::FillOp();
}

linalg::FillOp vib::getZeroFill(linalg::LinalgOp op) {
  return getZeroFill(op.getDpsInits().front());
}
