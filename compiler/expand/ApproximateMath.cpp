//===- ApproximateMath.cpp - Polynomials for functions of f32 -------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/expand/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_APPROXIMATEMATH
#include "compiler/expand/Passes.h.inc"
} // namespace vib

namespace {

struct ApproximateMath : vib::impl::ApproximateMathBase<ApproximateMath> {
  using ApproximateMathBase::ApproximateMathBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    populateMathPolynomialApproximationPatterns(patterns);
    SmallVector<Operation *> ops;
    getOperation()->walk([&](Operation *op) {
      if (isa<math::MathDialect>(op->getDialect()) &&
          (scalars || isa<VectorType>(op->getResult(0).getType())))
        ops.push_back(op);
    });
    // Rewrite new ops as well: the pattern for log1p creates a log.
    GreedyRewriteConfig config;
    config.setStrictness(GreedyRewriteStrictness::ExistingAndNewOps);
    if (failed(applyOpPatternsGreedily(ops, std::move(patterns), config)))
      signalPassFailure();
  }
};

} // namespace
