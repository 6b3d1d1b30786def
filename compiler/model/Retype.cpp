//===- Retype.cpp - Change the types of a model's values --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/model/Retype.h"

using namespace mlir;
using namespace vib;

void vib::retype(
    ModelOp model,
    llvm::function_ref<RankedTensorType(RankedTensorType)> convert) {
  auto retypeValue = [&](Value value) {
    if (auto type = dyn_cast<RankedTensorType>(value.getType()))
      value.setType(convert(type));
  };
  for (BlockArgument argument : model.getBody().getArguments())
    retypeValue(argument);
  model.getBody().walk([&](Operation *op) {
    for (OpResult result : op->getResults())
      retypeValue(result);
  });
}
