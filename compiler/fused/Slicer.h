//===- Slicer.h - Compute a slice of a value of a kernel --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_FUSED_SLICER_H
#define VIB_COMPILER_FUSED_SLICER_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace vib {

/// The positions [offset, offset + size) of one axis, and all positions of the
/// other axes.
struct Slice {
  unsigned axis;
  int64_t offset, size;
};

/// The slice that `op` takes, if it takes a part of exactly one axis.
std::optional<Slice> getSlice(mlir::tensor::ExtractSliceOp op);

/// Whether `Slicer` can compute slices along this axis of a kernel's value. It
/// cannot if the positions along the axis occur in a sum of loops: a slice of
/// what is written or read through the sum is not one slice.
bool canSlice(mlir::Value value, unsigned axis);

/// Computes a slice of a kernel's value from slices of the values that it is
/// computed from.
class Slicer {
public:
  explicit Slicer(mlir::OpBuilder &builder) : builder(builder) {}

  mlir::Value get(mlir::Value value, Slice slice);

private:
  mlir::Value get(mlir::linalg::LinalgOp op, mlir::OpResult result,
                  Slice slice);
  /// Takes the slice of a value that no op of the kernel computes.
  mlir::Value extract(mlir::Value value, Slice slice);

  mlir::OpBuilder &builder;
};

} // namespace vib

#endif // VIB_COMPILER_FUSED_SLICER_H
