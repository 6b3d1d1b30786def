//===- StepBuilder.h - What an op needs to build its step -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each value of a model becomes a few tensors over the batch:
//
//   a tensor       one, [B, width], or [S, B, width] after S samples
//   a normal       mu, t, sigma of a posterior, where t = rho + shift and
//                  sigma = softplus(t). Of a full covariance t and sigma are
//                  the lower triangle row by row, [B, K (K + 1) / 2], where
//                  softplus is applied on the diagonal only; of a likelihood
//                  whose noise is not computed: the mean
//   a categorical  its logits
//   nats           one number an example, [B]; of the rate of a diagonal
//                  posterior in evaluation that of each latent too, [B, K]
//
// Its adjoint is the derivative of the loss by each of them that is learned
// from (a posterior: by mu and by t). A term of the loss has no tensor for an
// adjoint: the derivative by it is the same for all rows that count, 0 for the
// others; `weigh` multiplies by it.
//
// If the step rounds operands to bf16, then it does where a tensor is computed,
// once for all contractions that read it: it is stored rounded, and what else
// can read that (the derivative of an activation, the gradient of a bias) does.
// A weight is rounded anew for each contraction, inside of whose kernel that
// happens: no rounded copy of it is kept, and the average weights can take its
// place.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_COMPILER_STEP_STEPBUILDER_H
#define VIB_COMPILER_STEP_STEPBUILDER_H

#include "compiler/step/LinalgBuilder.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/StringMap.h"
#include <functional>

namespace vib {

/// What a function is for.
enum class StepPurpose {
  /// Noise of the training, residuals for the backward pass.
  Train,
  /// One draw of the noise of the evaluation, no residuals.
  Evaluate
};

/// Builds one function of the step from the ops of a model.
class StepBuilder : public LinalgBuilder {
public:
  /// Takes the gradient of a parameter, under its name.
  using GradientSink = std::function<void(llvm::StringRef, mlir::Value)>;

  StepBuilder(mlir::OpBuilder &builder, mlir::Location loc,
              mlir::FloatType type, StepPurpose purpose, int64_t batch,
              bool roundsOperands)
      : LinalgBuilder(builder, loc, type), purpose(purpose), batch(batch),
        roundsOperands(roundsOperands) {}

  bool isTraining() const { return purpose == StepPurpose::Train; }
  int64_t getBatch() const { return batch; }

  /// The tensors of a value of the model.
  llvm::ArrayRef<mlir::Value> get(mlir::Value value) const;
  mlir::Value getTensor(mlir::Value value) const { return get(value).front(); }
  bool has(mlir::Value value) const { return tensors.contains(value); }
  /// Sets them; the value takes the label that is current.
  void set(mlir::Value value, mlir::ValueRange newTensors);
  mlir::StringAttr getLabelOf(mlir::Value value) const {
    return labels.lookup(value);
  }

  /// The adjoints, none until an op that uses the value has set them.
  llvm::ArrayRef<mlir::Value> getAdjoint(mlir::Value value) const;
  void setAdjoint(mlir::Value value, mlir::ValueRange newAdjoints);
  /// Sets them, or adds to what other uses have set.
  void addAdjoint(mlir::Value value, mlir::ValueRange moreAdjoints);
  mlir::StringAttr getAdjointLabelOf(mlir::Value value) const {
    return adjointLabels.lookup(value);
  }

  /// Marks a value as computed from parameters; only such have adjoints.
  void setLearned(mlir::Value value) { learned.insert(value); }
  bool isLearned(mlir::Value value) const { return learned.contains(value); }

  /// What an op keeps from its forward for its backward pass.
  void setResiduals(mlir::Operation *op, mlir::ValueRange values);
  llvm::ArrayRef<mlir::Value> getResiduals(mlir::Operation *op) const;

  /// Makes `scale` (1 where it is null) the derivative of the summed loss by
  /// the term of each row.
  void setTermScale(mlir::Value term, mlir::Value scale) {
    termScales[term] = scale;
  }
  bool isInLoss(mlir::Value term) const { return termScales.contains(term); }
  /// In a body with the dimension 'b': `derivative` of `term` of this row as a
  /// part of the derivative of the mean loss, 0 in rows that do not count. A
  /// term that is a mean over `samples` is divided by them too.
  mlir::Value weigh(ScalarBuilder &scalars, mlir::Value term,
                    mlir::Value derivative, int64_t samples = 1);

  /// An argument of the function.
  void setParameter(llvm::StringRef name, mlir::Value tensor) {
    parameters[name] = tensor;
  }
  mlir::Value getParameter(llvm::StringRef name) const;
  void setScalar(llvm::StringRef name, mlir::Value value) {
    scalars[name] = value;
  }
  mlir::Value getScalar(llvm::StringRef name) const;

  /// Whether the operands of the contractions of a layer are rounded to bf16,
  /// given the shape of its weight. Below 32 inputs or outputs they are not:
  /// the layer is a few thousandths of the work, and it may be the classifier.
  bool isRounded(llvm::ArrayRef<int64_t> weightShape) const {
    return roundsOperands && llvm::all_of(weightShape, [](int64_t extent) {
             return extent >= 32;
           });
  }
  /// The tensor rounded to bf16, to nearest even.
  mlir::Value round(mlir::Value tensor);
  /// What is stored of the tensor: the rounded one if there is one.
  mlir::Value getStored(mlir::Value tensor) const {
    mlir::Value stored = rounded.lookup(tensor);
    return stored ? stored : tensor;
  }

  void setGradientSink(GradientSink newSink) { sink = std::move(newSink); }
  void setGradient(llvm::StringRef parameter, mlir::Value gradient) {
    sink(parameter, gradient);
  }

  /// Puts off what reads an adjoint but does not pass it on, until `flush`:
  /// then the chain of adjoints stands together in the function, and a layer's
  /// gradient and update after it.
  void defer(std::function<void()> build);
  void flush();

  /// The letters of the dimensions of a tensor over samples and rows:
  /// "sbk" or "bk", of one number a row "sb" or "b".
  static llvm::StringRef getMatrixDims(mlir::Value tensor);
  static llvm::StringRef getColumnDims(mlir::Value tensor);
  /// How many samples a tensor of the rank of a matrix has.
  static int64_t getNumSamples(mlir::Value tensor);
  /// The mean of what `body` gives over the samples, if there are samples;
  /// `dims` are the letters of the inputs' rows, "sb" or "b".
  mlir::Value meanOverSamples(llvm::ArrayRef<Access> inputs,
                              llvm::StringRef dims, int64_t samples,
                              ScalarFunction body);

private:
  StepPurpose purpose;
  int64_t batch;
  bool roundsOperands;
  llvm::DenseMap<mlir::Value, mlir::Value> rounded;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value>> tensors, adjoints;
  llvm::DenseMap<mlir::Value, mlir::StringAttr> labels, adjointLabels;
  llvm::DenseMap<mlir::Value, mlir::Value> termScales;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> residuals;
  llvm::DenseSet<mlir::Value> learned;
  llvm::StringMap<mlir::Value> parameters, scalars;
  llvm::SmallVector<std::function<void()>> deferred;
  GradientSink sink;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_STEPBUILDER_H
