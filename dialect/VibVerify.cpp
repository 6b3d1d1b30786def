//===- VibVerify.cpp - Checks that several verifiers use --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibVerify.h"

using namespace mlir;
using namespace vib;

LogicalResult vib::verifyRows(Operation *op, Type type, StringRef what) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (tensor && tensor.getRank() == 2)
    return verifyFeatures(op, type, what);
  InFlightDiagnostic diagnostic =
      op->emitOpError("expected ")
      << what << " to have two dimensions, the batch and a width, but got "
      << type;
  if (tensor && tensor.getRank() > 2)
    diagnostic << "; flatten it by vib.flatten";
  return diagnostic;
}

LogicalResult vib::verifyFeatures(Operation *op, Type type, StringRef what) {
  auto tensor = dyn_cast<RankedTensorType>(type);
  if (!tensor || tensor.getRank() < 2)
    return op->emitOpError("expected ")
           << what << " to have at least two dimensions, the batch and a "
           << "width, but got " << type;
  if (!tensor.getElementType().isF32() && !tensor.getElementType().isF64())
    return op->emitOpError("expected ")
           << what << " to be f32 or f64 but got " << tensor.getElementType();
  ArrayRef<int64_t> sizes = tensor.getShape().drop_front();
  if (ShapedType::isDynamicShape(sizes))
    return op->emitOpError("expected ")
           << what << " to have a known width but got " << type
           << ": only the batch may be '?'";
  if (llvm::any_of(sizes, [](int64_t size) { return size < 1; }))
    return op->emitOpError("expected ")
           << what << " to have a width of at least 1 but got " << type;
  return success();
}

std::optional<int64_t> vib::countElements(RankedTensorType type) {
  int64_t count = 1;
  for (int64_t size : type.getShape().drop_front())
    if (llvm::MulOverflow(count, size, count))
      return std::nullopt;
  return count;
}

void vib::noteBatch(InFlightDiagnostic &diagnostic, Location loc,
                    RankedTensorType lhs, RankedTensorType rhs) {
  if (lhs.isDynamicDim(0) != rhs.isDynamicDim(0))
    diagnostic.attachNote(loc)
        << "a model's batch is '?' throughout: vib.train says how many rows it "
           "has";
}

LogicalResult vib::verifySameBatch(Operation *op, RankedTensorType input,
                                   RankedTensorType result) {
  if (input.getDimSize(0) == result.getDimSize(0))
    return success();
  InFlightDiagnostic diagnostic =
      op->emitOpError("expected the batch of the input ")
      << input << " and of the result " << result << " to be the same";
  noteBatch(diagnostic, op->getLoc(), input, result);
  return diagnostic;
}

LogicalResult vib::verifySameRows(Operation *op, RankedTensorType input,
                                  RankedTensorType result) {
  if (input.getElementType() != result.getElementType())
    return op->emitOpError("expected a result of ")
           << input.getElementType() << " as its input is, but got "
           << result.getElementType();
  return verifySameBatch(op, input, result);
}
