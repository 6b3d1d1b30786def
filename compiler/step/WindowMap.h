//===- WindowMap.h - Maps that read windows ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// An operand of a loop nest is indexed by loops, or by sums of multiples of
// loops: a convolution reads its input at [b, h * stride + r * dilation, …],
// and a feature map is flattened at [b, c * height * width + h * width + w].
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_WINDOWMAP_H
#define VIB_COMPILER_STEP_WINDOWMAP_H

#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace vib {

/// A sum of multiples of loops and a number.
struct LinearIndex {
  /// Loops and their factors, in the order of the loops.
  llvm::SmallVector<std::pair<unsigned, int64_t>, 2> terms;
  int64_t offset = 0;
};

/// The index as such a sum; none if it is not one.
std::optional<LinearIndex> getLinearIndex(mlir::AffineExpr expr);

/// Whether each result of the map is such a sum, and no loop occurs in two of
/// them.
bool isWindowMap(mlir::AffineMap map);

/// Whether no two positions of loops with these extents have the same index.
bool isInjective(mlir::AffineMap map, llvm::ArrayRef<int64_t> extents);
/// Whether, besides, every element of a tensor of this shape has an index.
bool isBijective(mlir::AffineMap map, llvm::ArrayRef<int64_t> extents,
                 llvm::ArrayRef<int64_t> shape);

/// Whether some operand of the op is indexed by a sum.
bool hasWindow(mlir::linalg::LinalgOp op);

/// Whether the op sums products of two operands: a contraction by upstream's
/// definition, or one that reads windows.
bool isContraction(mlir::linalg::LinalgOp op);

/// Whether the op adds each element of a tensor to an element of a larger one,
/// at multiples of its position and a number, and does nothing else.
bool isSpread(mlir::linalg::GenericOp op);

} // namespace vib

#endif // VIB_COMPILER_STEP_WINDOWMAP_H
