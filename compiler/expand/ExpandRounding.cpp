//===- ExpandRounding.cpp - Expand rounding to bf16 -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// LLVM gets no arithmetic on bf16, only loads, stores and bit operations. Its
// X86 backend does not support such arithmetic on vectors of odd widths, and
// for scalars it calls functions of compiler-rt on many CPUs. Upstream's
// integer operations round to nearest even, as the instruction does. Unlike
// them, the instruction treats denormals as zero.
//
//===----------------------------------------------------------------------===//

#include "compiler/expand/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/X86Vector/X86VectorDialect.h"
#include "mlir/Transforms/WalkPatternRewriteDriver.h"

using namespace mlir;

namespace vib {
#define GEN_PASS_DEF_EXPANDROUNDING
#include "compiler/expand/Passes.h.inc"
} // namespace vib

namespace {

/// Converts a whole register by one instruction.
struct ConvertRegister : OpRewritePattern<arith::TruncFOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(arith::TruncFOp op,
                                PatternRewriter &rewriter) const override {
    auto type = dyn_cast<VectorType>(op.getType());
    auto inType = dyn_cast<VectorType>(op.getIn().getType());
    if (!type || type.getRank() != 1 || type.getDimSize(0) != 16 ||
        !type.getElementType().isBF16() || !inType.getElementType().isF32())
      return failure();
    rewriter.replaceOpWithNewOp<x86vector::CvtPackedF32ToBF16Op>(op, type,
                                                                 op.getIn());
    return success();
  }
};

struct ExpandRounding : vib::impl::ExpandRoundingBase<ExpandRounding> {
  using ExpandRoundingBase::ExpandRoundingBase;

  void runOnOperation() override {
    RewritePatternSet patterns(&getContext());
    arith::populateExpandBFloat16Patterns(patterns);
    if (hasBf16)
      patterns.add<ConvertRegister>(&getContext(), /*benefit=*/2);
    walkAndApplyPatterns(getOperation(), std::move(patterns));
  }
};

} // namespace
