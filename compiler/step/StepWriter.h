//===- StepWriter.h - Build the functions of the step -----------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each function computes a part of the model: the ops that its results need, up
// to the values that it takes as arguments.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_STEPWRITER_H
#define VIB_COMPILER_STEP_STEPWRITER_H

#include "compiler/step/Optimizers.h"
#include "compiler/step/StepFunction.h"

namespace vib {

/// The rate of the posterior that is sampled, or null if the model has none.
KLOp findRate(ModelOp model);

/// Builds all functions of a model. Encoder and decoder must have been inlined.
class StepWriter {
public:
  StepWriter(mlir::OpBuilder &builder, ModelOp model, TrainOp train,
             mlir::FloatType type, int64_t batch, bool roundsOperands);

  mlir::LogicalResult writeScale();
  mlir::LogicalResult writeTraining(llvm::StringRef name, bool updates);
  mlir::LogicalResult writeEncode();
  mlir::LogicalResult writeEvaluate();
  mlir::LogicalResult writeDraw();
  mlir::LogicalResult writeDecode();

private:
  StepBuilder createBuilder(StepPurpose purpose) {
    return StepBuilder(builder, model.getLoc(), type, purpose, roundsOperands);
  }

  mlir::RankedTensorType getMatrixType(int64_t width, mlir::Type element) {
    return mlir::RankedTensorType::get({batch, width}, element);
  }

  /// The op that scales bytes, or null if the model takes numbers.
  ScaleOp getScale();
  int64_t getInputWidth();
  /// The element type of the result of `scale`: bf16 if all readers round it,
  /// otherwise the type of the model.
  mlir::Type getScaledType(StepBuilder &step);

  /// Adds an argument with one number for each of the dimensions, rows first.
  mlir::Value addRows(StepFunction &function, StepBuilder &step,
                      llvm::StringRef name, int64_t width, mlir::Type element,
                      llvm::StringRef dim);
  void addInput(StepFunction &function, StepBuilder &step);
  void addTarget(StepFunction &function, StepBuilder &step);
  void addPosterior(StepFunction &function, StepBuilder &step);
  void addWeights(StepFunction &function, StepBuilder &step);
  void addScalars(StepFunction &function, StepBuilder &step);

  /// Marks the values that depend on parameters.
  void markLearned(StepBuilder &step);
  /// Builds the ops that `targets` need, except those of values that have
  /// tensors already.
  mlir::LogicalResult buildForward(StepBuilder &step, mlir::ValueRange targets);
  /// Builds the adjoints and gradients of the ops that have been built.
  mlir::LogicalResult buildBackward(StepBuilder &step);

  mlir::OpBuilder &builder;
  ModelOp model;
  mlir::FloatType type;
  int64_t batch;
  bool roundsOperands;
  Optimizer rule;
  bool averaged;
  llvm::SmallVector<Parameter> parameters;
  LossOp loss;
  ReparameterizeOp sample;
  NLLOp nll;
  /// The rate that programs report, and whether the loss has it.
  KLOp rate;
  bool isRateTerm;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_STEPWRITER_H
