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

/// The rate of the posterior that is sampled, if there are several one that is
/// a term of the loss; null if the model has none.
KLOp findRate(ReparameterizeOp sample);

/// Builds all functions of a model. Encoder and decoder must have been inlined.
class StepWriter {
public:
  StepWriter(mlir::OpBuilder &builder, ModelOp model, TrainOp train,
             mlir::FloatType type, ModelAttr description, bool roundsOperands);

  mlir::LogicalResult writeScale();
  mlir::LogicalResult writeTraining(llvm::StringRef name, bool updates);
  mlir::LogicalResult writeEncode();
  mlir::LogicalResult writeEvaluate();
  mlir::LogicalResult writeDraw();
  mlir::LogicalResult writeDecode();
  /// Changes the model, so it is called last.
  mlir::LogicalResult writeInputGradients();

private:
  StepBuilder createBuilder(StepPurpose purpose) {
    return StepBuilder(builder, model.getLoc(), type, purpose, roundsOperands);
  }

  mlir::RankedTensorType getMatrixType(int64_t width, mlir::Type element) {
    return mlir::RankedTensorType::get({description.getBatch(), width},
                                       element);
  }
  /// The names of the tensors of an input, a target or a stream.
  std::string getInputName(llvm::StringRef base, unsigned place) {
    return ModelAttr::getTensorName(base, description.getInputs(), place);
  }
  std::string getTargetName(llvm::StringRef base, unsigned place) {
    return ModelAttr::getTensorName(base, description.getLikelihoods(), place);
  }
  std::string getStreamName(llvm::StringRef base, unsigned place) {
    return ModelAttr::getTensorName(base, description.getPosteriors(), place);
  }

  /// The op that maps an input, or null if the model takes it as it is.
  InputOpInterface getScale(mlir::BlockArgument input);
  int64_t getInputWidth(unsigned place);
  /// The element type of the result of `scale`: bf16 if all readers round it,
  /// otherwise the type of the model.
  mlir::Type getScaledType(StepBuilder &step, InputOpInterface scale);

  /// Adds an argument with one number for each of the dimensions, rows first.
  mlir::Value addRows(StepFunction &function, StepBuilder &step,
                      llvm::StringRef name, int64_t width, mlir::Type element,
                      llvm::StringRef dim);
  void addInputs(StepFunction &function, StepBuilder &step);
  void addTargets(StepFunction &function, StepBuilder &step);
  void addPosteriors(StepFunction &function, StepBuilder &step);
  void addWeights(StepFunction &function, StepBuilder &step);
  void addScalars(StepFunction &function, StepBuilder &step);
  /// Adds an output. A tensor that has a place already is copied: two
  /// posteriors may have one mean, which may be an input.
  void addOutput(StepFunction &function, StepBuilder &step, mlir::Value tensor,
                 llvm::StringRef name);
  /// Returns what a likelihood computes beside its density.
  void addErrors(StepFunction &function, StepBuilder &step, NLLOp nll,
                 unsigned place);
  /// Returns the rates that are computed at a sample.
  void addDrawnRates(StepFunction &function, StepBuilder &step);
  /// Returns the estimates by pairs that are terms of the loss.
  void addPairwise(StepFunction &function, StepBuilder &step);
  /// Adds what training minimizes in place of likelihoods.
  void addObjectives(StepFunction &function, StepBuilder &step);
  /// Adds the entropies of likelihoods that are terms of the loss.
  void addEntropies(StepFunction &function, StepBuilder &step);

  /// Marks the values that depend on parameters.
  void markLearned(StepBuilder &step);
  /// Builds the ops that `targets` need, except those of values that have
  /// tensors already.
  mlir::LogicalResult buildForward(StepBuilder &step, mlir::ValueRange targets);
  /// Builds the adjoints and gradients of the ops that have been built. In
  /// training, the loss sets the factors of its terms.
  mlir::LogicalResult buildBackward(StepBuilder &step);
  /// The update rule of a parameter.
  Optimizer getRule(llvm::StringRef parameter) const;
  /// Updates all parameters after the norm of their gradients has been limited.
  void updateTogether(StepBuilder &step, llvm::ArrayRef<Gradient> gradients,
                      llvm::StringMap<llvm::SmallVector<mlir::Value>> &state);

  mlir::OpBuilder &builder;
  ModelOp model;
  mlir::FloatType type;
  ModelAttr description;
  bool roundsOperands;
  Optimizer rule;
  Clip clip;
  bool averaged;
  llvm::SmallVector<Parameter> parameters;
  LossOp loss;
  /// In the order of the lists of `description`.
  llvm::SmallVector<mlir::BlockArgument> inputs;
  llvm::SmallVector<ReparameterizeOp> samples;
  llvm::SmallVector<NLLOp> likelihoods;
  /// The rate of each sample that programs report.
  llvm::SmallVector<KLOp> rates;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_STEPWRITER_H
