//===- ConstantView.cpp - A view at a constant place ----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/plan/ConstantView.h"
#include "compiler/plan/Memory.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace vib;

std::optional<ConstantView> ConstantView::match(memref::ViewOp op) {
  std::optional<int64_t> offset = getConstantIntValue(op.getByteShift());
  std::optional<int64_t> bytes = getStaticBytes(op.getType());
  int64_t end;
  if (!offset || !bytes || llvm::AddOverflow(*offset, *bytes, end))
    return std::nullopt;
  return ConstantView{op, *offset, end};
}
