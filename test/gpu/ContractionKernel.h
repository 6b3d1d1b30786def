//===- ContractionKernel.h - A kernel of one contraction --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The kernel that the tests of emitBlockContraction run. Its blocks compute the
// tiles of
//
//   out[j] (m x n) = lhs (m x k) * rhs[j] (k x n),   j < results
//
// The matrices rhs[j] are adjacent in one memory, with results * n positions
// along the result, like the weight for the means and deviations of a
// posterior.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_GPU_CONTRACTIONKERNEL_H
#define VIB_TEST_GPU_CONTRACTIONKERNEL_H

#include "compiler/gpu/BlockShape.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/MLIRContext.h"
#include "mlir/IR/OwningOpRef.h"
#include <array>
#include <string>

namespace vib {

struct Contraction {
  int64_t m, n, k;
  unsigned results = 1;
  OperandPrecision precision = OperandPrecision::F32;
  OperandForm lhs, rhs;
  /// If the tile is given: the rows and columns of a warp, and how many of the
  /// four warps are one below the other.
  std::array<int64_t, 3> warps = {0, 0, 0};

  BlockShape getShape() const;
};

struct ContractionKernel {
  BlockShape shape;
  int64_t blocks, threads, sharedBytes;
  mlir::OwningOpRef<mlir::ModuleOp> module;
};

/// Loads the dialects of the kernel and of its lowering.
void loadKernelDialects(mlir::MLIRContext &context);
/// Builds `@kernel(lhs, rhs, out)` in a gpu.module.
ContractionKernel buildKernel(mlir::MLIRContext &context,
                              const Contraction &contraction);
/// The PTX of the kernel for sm_80; empty if it cannot be lowered.
std::string makePtx(ContractionKernel &kernel);

} // namespace vib

#endif // VIB_TEST_GPU_CONTRACTIONKERNEL_H
