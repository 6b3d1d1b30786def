//===- LinalgBuilder.cpp - Errors of the builder of the step --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Fails if a layer whose tensors do not fit together is built without an error,
// crashes the compiler, or leaves ops that are not valid.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/StepBuilder.h"
#include "dialect/Vib.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Verifier.h"
#include "gtest/gtest.h"

using namespace mlir;
using namespace vib;

namespace {

class LinalgBuilderTest : public testing::Test {
protected:
  LinalgBuilderTest()
      : builder(&context), handler(&context, [&](Diagnostic &diagnostic) {
          messages.push_back(diagnostic.str());
        }) {
    context.loadDialect<VibDialect, arith::ArithDialect, func::FuncDialect,
                        linalg::LinalgDialect, math::MathDialect,
                        tensor::TensorDialect>();
    Location loc = FileLineColLoc::get(&context, "model.mlir", 7, 3);
    module = ModuleOp::create(loc);
    builder.setInsertionPointToEnd(module->getBody());
    auto function = func::FuncOp::create(builder, loc, "f",
                                         builder.getFunctionType({}, {}));
    builder.setInsertionPointToStart(function.addEntryBlock());
    step.emplace(builder, loc, builder.getF32Type(), StepPurpose::Train,
                 /*roundsOperands=*/false);
  }

  Value sum(Access lhs, Access rhs, ArrayRef<StringRef> result) {
    return step->map({lhs, rhs}, result,
                     [](ScalarBuilder &scalars, ValueRange elements) {
                       return scalars.add(elements[0], elements[1]);
                     });
  }

  /// Expects one message, the first, and a module that is valid none the less.
  void expectError(StringRef message) {
    EXPECT_TRUE(step->hasFailed());
    ASSERT_EQ(messages.size(), 1u);
    EXPECT_EQ(messages[0], ("cannot build the step here: " + message).str());
    func::ReturnOp::create(builder, module->getLoc());
    EXPECT_TRUE(succeeded(verify(*module)));
  }

  MLIRContext context;
  OpBuilder builder;
  std::vector<std::string> messages;
  ScopedDiagnosticHandler handler;
  OwningOpRef<ModuleOp> module;
  std::optional<StepBuilder> step;
};

} // namespace

TEST_F(LinalgBuilderTest, Fits) {
  Value image = step->zeros({8, 4, 4, 3}), bias = step->zeros({3});
  Value result =
      sum({image, {dims::kRows, dims::kHeight, dims::kWidth, dims::kChannels}},
          {bias, {dims::kChannels}},
          {dims::kRows, dims::kHeight, dims::kWidth, dims::kChannels});
  EXPECT_FALSE(step->hasFailed());
  EXPECT_EQ(step->getDims(result).back(), dims::kChannels);
  EXPECT_EQ(step->getExtent(result, dims::kHeight), 4);
  EXPECT_EQ(step->getExtent(result, dims::kSamples), 1);
}

TEST_F(LinalgBuilderTest, Windows) {
  Value image = step->zeros({8, 9}), kernel = step->zeros({3});
  Access windows(image,
                 {dims::kRows, AxisIndex({{dims::kWidth, 2}, {"tap", 1}})});
  Value out = step->zeros({8, 4});
  Value result = step->generic({windows, {kernel, {"tap"}}},
                               Access(out, {dims::kRows, dims::kWidth}),
                               [](ScalarBuilder &, ValueRange elements) {
                                 return SmallVector<Value>{elements[2]};
                               })
                     .front();
  EXPECT_FALSE(step->hasFailed());
  auto op = result.getDefiningOp<linalg::GenericOp>();
  EXPECT_EQ(op.getNumReductionLoops(), 1u);
  EXPECT_EQ(op.getIndexingMapsArray()[0].getResult(1),
            builder.getAffineDimExpr(1) * 2 + builder.getAffineDimExpr(2));
}

TEST_F(LinalgBuilderTest, TwoExtents) {
  sum({step->zeros({8, 4}), {dims::kRows, dims::kFeatures}},
      {step->zeros({8, 5}), {dims::kRows, dims::kFeatures}},
      {dims::kRows, dims::kFeatures});
  expectError("expected 'features' to have the extent 4 in tensor<8x5xf32> but "
              "got 5");
}

TEST_F(LinalgBuilderTest, AnotherRank) {
  sum({step->zeros({8, 4}), {dims::kRows, dims::kFeatures}},
      {step->zeros({8, 4, 4}), {dims::kRows, dims::kFeatures}},
      {dims::kRows, dims::kFeatures});
  expectError("expected a tensor of 2 dimensions but got tensor<8x4x4xf32>");
}

TEST_F(LinalgBuilderTest, BeyondTheEnd) {
  Value image = step->zeros({8, 8}), kernel = step->zeros({3});
  Access windows(image,
                 {dims::kRows, AxisIndex({{dims::kWidth, 2}, {"tap", 1}})});
  step->generic({windows, {kernel, {"tap"}}},
                Access(step->zeros({8, 4}), {dims::kRows, dims::kWidth}),
                [](ScalarBuilder &, ValueRange elements) {
                  return SmallVector<Value>{elements[2]};
                });
  expectError("reads 0 to 8 of a dimension of 8 in tensor<8x8xf32>");
}

TEST_F(LinalgBuilderTest, NoSuchDimension) {
  Value x = step->zeros({8});
  step->map({{x, {dims::kRows}}}, {dims::kRows},
            [](ScalarBuilder &scalars, ValueRange) {
              return scalars.toFloat(scalars.index(dims::kSamples));
            });
  expectError("a loop has no dimension 'samples'");
}

TEST_F(LinalgBuilderTest, NothingStored) {
  Operation *op = step->zeros({8}).getDefiningOp();
  EXPECT_EQ(step->getResiduals(op, 2).size(), 2u);
  expectError("expected 'linalg.fill' to store 2 values for its backward pass "
              "but got 0");
}

TEST_F(LinalgBuilderTest, MoreGradientsThanUses) {
  step->setGradient("encode.0.weight", step->zeros({8}));
  expectError("the parameter 'encode.0.weight' has more gradients than uses");
}

TEST_F(LinalgBuilderTest, NoSuchParameter) {
  step->getParameter("encode.0.weight");
  expectError("there is no parameter 'encode.0.weight'");
}
