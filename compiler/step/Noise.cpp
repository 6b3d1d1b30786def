//===- Noise.cpp - The noise of samples -----------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/step/Noise.h"
#include "dialect/VibNumbers.h"

using namespace mlir;
using namespace vib;

Value vib::isMeanWanted(StepBuilder &step, ScalarBuilder &scalars) {
  // Sample -1 stands for the mean.
  return scalars.compare(arith::CmpIPredicate::slt, step.getScalar("sample"),
                         scalars.integer(0));
}

Value vib::buildNoise(StepBuilder &step, ScalarBuilder &scalars,
                      ReparameterizeOp op, Value element, NoisePurpose train,
                      NoisePurpose evaluate) {
  OpBuilder &builder = scalars.getBuilder();
  Location loc = scalars.getLoc();
  if (unsigned stream = op.getStream(); stream != 0) {
    // As signed 32 bits, of which the generator takes the bits.
    Value first =
        scalars.integer(static_cast<int32_t>(uint32_t(stream) * kMostLatents));
    element = arith::AddIOp::create(builder, loc, element, first);
  }
  Value row = arith::AddIOp::create(builder, loc, step.getScalar("first_row"),
                                    scalars.index(dims::kRows));
  Value number, sample;
  if (step.isTraining()) {
    number = step.getScalar("step");
    sample = scalars.hasIndex(dims::kSamples) ? scalars.index(dims::kSamples)
                                              : scalars.integer(0);
  } else {
    number =
        arith::ConstantOp::create(builder, loc, builder.getI64IntegerAttr(0));
    sample = step.getScalar("sample");
  }
  Value noise = NoiseOp::create(
      builder, loc, builder.getF32Type(), step.isTraining() ? train : evaluate,
      step.getScalar("seed"), number, sample, row, element);
  if (!step.getType().isF32())
    noise = arith::ExtFOp::create(builder, loc, step.getType(), noise);
  if (step.isTraining())
    return noise;
  Value isMean = isMeanWanted(step, scalars);
  return scalars.select(isMean, scalars.constant(0.0), noise);
}
