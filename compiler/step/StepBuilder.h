//===- StepBuilder.h - The state of building a step -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Each value of a model is represented by one or more tensors over the batch:
//
//   a tensor       one tensor, [rows, …, features], or [samples, rows, …,
//                  features] behind the bottleneck
//   a normal       As a posterior: mu, t and sigma, [rows, latents], where t =
//                  rho + shift and sigma = softplus(t). For a full covariance,
//                  t and sigma are lower triangles row by row, [rows, entries],
//                  and softplus is applied on the diagonal only. As a
//                  likelihood with given noise: the mean. As a prior: the mean
//                  and the logarithm of the standard deviation, [latents], or
//                  [rows, latents] if it is given the label. Behind `encode`, a
//                  posterior has no t, and if its rate is drawn the logarithm
//                  of the determinant of its Cholesky factor, [rows].
//   a mixture      what its density is computed from, as PriorModels.cpp says,
//                  [components, latents] or [components]
//   a categorical  its logits
//   a Concrete     the logarithms of its probabilities, [rows, groups,
//                  classes]; in evaluation also flat, [rows, latents]
//   a Bernoulli    its logits
//   a Laplace      its means
//   nats           one number for each example, [rows]; for the rate of a
//                  diagonal posterior in evaluation also that of each latent,
//                  [rows, latents], for that of a Concrete that of each group;
//                  for a likelihood also the error, [rows], and of smoothed or
//                  weighted classes what training minimizes and the weights of
//                  the labels
//
// The adjoint of a value is the derivative of the loss with respect to those of
// its tensors that depend on parameters (for a normal posterior: mu and t; for
// a Concrete: its logits, [rows, groups, classes]). That of a normal prior is
// one for each row, [rows, latents], before the sum over rows; those of a
// mixture are the gradients of m, log s and, if it has them, of the logits. A
// term of the loss has no tensor as its adjoint: the derivative with respect to
// it is the same for all valid rows and 0 for the others. `weigh` multiplies by
// it.
//
// If the step rounds operands to bf16, a tensor is rounded once, where it is
// computed, for all contractions that read it. It is stored rounded, and other
// readers (the derivative of an activation, the gradient of a bias) read the
// rounded tensor as well. A weight is rounded again for each contraction,
// inside the contraction's kernel, so no rounded copy of it is stored, and the
// averaged weights can take its place.
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

/// The purpose of a function.
enum class StepPurpose {
  /// Draws the training noise and stores residuals for the backward pass.
  Train,
  /// Draws one sample of the evaluation noise and stores no residuals.
  Evaluate,
  /// As Evaluate, but stores residuals: the derivatives by the inputs.
  Perturb
};

/// Builds one function of the step from the ops of a model.
class StepBuilder : public LinalgBuilder {
public:
  /// Receives the gradient of a parameter, with the parameter's name.
  using GradientSink = std::function<void(llvm::StringRef, mlir::Value)>;

  StepBuilder(mlir::OpBuilder &builder, mlir::Location loc,
              mlir::FloatType type, StepPurpose purpose, bool roundsOperands)
      : LinalgBuilder(builder, loc, type), purpose(purpose),
        roundsOperands(roundsOperands) {}

  bool isTraining() const { return purpose == StepPurpose::Train; }
  /// Whether a backward pass follows.
  bool storesResiduals() const { return purpose != StepPurpose::Evaluate; }

  /// The tensors of a value of the model.
  llvm::ArrayRef<mlir::Value> get(mlir::Value value) const;
  mlir::Value getTensor(mlir::Value value) const { return get(value).front(); }
  /// The tensor with the dimensions of the value's type. That of an input of
  /// the model has one dimension after the rows, and is copied.
  mlir::Value getShaped(mlir::Value value);
  bool has(mlir::Value value) const { return tensors.contains(value); }
  /// Sets the tensors. The value gets the current label.
  void set(mlir::Value value, mlir::ValueRange newTensors);
  mlir::StringAttr getLabelOf(mlir::Value value) const {
    return labels.lookup(value);
  }

  /// The adjoints; empty until an op that uses the value has set them. One that
  /// is null is 0.
  llvm::ArrayRef<mlir::Value> getAdjoint(mlir::Value value) const;
  void setAdjoint(mlir::Value value, mlir::ValueRange newAdjoints);
  /// Sets the adjoints, or adds to those that other users have set.
  void addAdjoint(mlir::Value value, mlir::ValueRange moreAdjoints);
  mlir::StringAttr getAdjointLabelOf(mlir::Value value) const {
    return adjointLabels.lookup(value);
  }

  /// Marks a value as dependent on parameters, or on inputs by which the
  /// function differentiates. Only such values have adjoints.
  void setLearned(mlir::Value value) { learned.insert(value); }
  bool isLearned(mlir::Value value) const { return learned.contains(value); }

  /// The values that an op stores in its forward pass for its backward pass.
  void setResiduals(mlir::Operation *op, mlir::ValueRange values);
  /// Reports an op that has stored fewer than `count`.
  llvm::ArrayRef<mlir::Value> getResiduals(mlir::Operation *op,
                                           size_t count = 1);

  /// Adds `coefficient`, or `number` if that is null, to the derivative of the
  /// summed loss with respect to the term of each row, or subtracts it. The
  /// coefficient is a scalar, or a tensor without dimensions.
  void addFactor(mlir::Value term, mlir::Value coefficient, double number,
                 bool isSubtracted = false) {
    factors[term].push_back({coefficient, number, isSubtracted});
  }
  bool isInLoss(mlir::Value term) const { return factors.contains(term); }
  /// What the sum of a term over the batch is divided by in place of the number
  /// of rows: a tensor without dimensions.
  void setDivisor(mlir::Value term, mlir::Value tensor) {
    divisors[term] = tensor;
  }
  /// In the body of a loop over rows: turns `derivative`, that of the row's
  /// `term`, into its contribution to the derivative of the mean loss; 0 in
  /// rows that are not valid. If the term is a mean over `samples`, the result
  /// is divided by their number as well.
  mlir::Value weigh(ScalarBuilder &scalars, mlir::Value term,
                    mlir::Value derivative, int64_t samples = 1);

  /// In the body of a loop over rows, which has the name `dim`: `value` in
  /// valid rows, 0 in others.
  mlir::Value maskRows(ScalarBuilder &scalars, mlir::Value value,
                       llvm::StringRef dim = dims::kRows);

  /// Reports that a distribution does not have what an op needs. Returns zeros
  /// in its place.
  mlir::Value reportMissing(mlir::Type distribution, llvm::StringRef what);

  /// The arguments of the function.
  void setParameter(llvm::StringRef name, mlir::Value tensor) {
    parameters[name] = tensor;
  }
  /// Reports a name that the function does not have, as `getScalar` does.
  mlir::Value getParameter(llvm::StringRef name);
  /// The running statistics of this name in each block that the function
  /// updates: none in other functions. A training step replaces them.
  void setRunning(llvm::StringRef name, mlir::ValueRange newTensors) {
    running[name] = llvm::to_vector(newTensors);
  }
  llvm::SmallVector<mlir::Value> getRunning(llvm::StringRef name) const {
    return running.lookup(name);
  }
  void setScalar(llvm::StringRef name, mlir::Value value) {
    scalars[name] = value;
  }
  mlir::Value getScalar(llvm::StringRef name);
  /// The coefficients of the loss with a name.
  void setCoefficient(llvm::StringRef name, mlir::Value value) {
    coefficients[name] = value;
  }
  /// Null for the empty name of a number. Reports a name that the function does
  /// not have, as `getScalar` does.
  mlir::Value getCoefficient(llvm::StringRef name);

  /// Whether the contractions of a layer round their operands to bf16, given
  /// the shape of the layer's weight, which ends in inputs and outputs. Layers
  /// with fewer than 32 inputs or outputs do not: they are a small part of the
  /// work, and may be the classifier, or the convolution that reads the data.
  bool isRounded(llvm::ArrayRef<int64_t> weightShape) const {
    return roundsOperands &&
           llvm::all_of(weightShape.take_back(2),
                        [](int64_t extent) { return extent >= 32; });
  }
  /// The form of a tensor that the contractions of a layer read: rounded if
  /// they round their operands.
  mlir::Value getOperand(llvm::ArrayRef<int64_t> weightShape,
                         mlir::Value tensor) {
    return isRounded(weightShape) ? round(tensor) : tensor;
  }
  /// The tensor rounded to bf16, to nearest even.
  mlir::Value round(mlir::Value tensor);
  /// The form in which the tensor is stored: rounded if it has been rounded.
  mlir::Value getStored(mlir::Value tensor) const {
    mlir::Value stored = rounded.lookup(tensor);
    return stored ? stored : tensor;
  }

  /// The sink receives the sum of the gradients of all uses of a parameter, as
  /// soon as the last one is set. By then, no input gradient reads the
  /// parameter any more, so it may be updated. The loss depends on every use,
  /// which the verifier of the model ensures, so every use sets a gradient.
  void setGradientSink(GradientSink newSink) { sink = std::move(newSink); }
  void addUse(llvm::StringRef parameter) { ++gradients[parameter].uses; }
  void setGradient(llvm::StringRef parameter, mlir::Value gradient);

  /// The sum of two tensors of one shape, and their product by elements.
  mlir::Value add(mlir::Value lhs, mlir::Value rhs);
  mlir::Value multiply(mlir::Value lhs, mlir::Value rhs);

  /// Postpones code that reads an adjoint but does not pass it on, until
  /// `flush`. The function then contains the chain of adjoints in one piece,
  /// followed by the gradients and updates of the layer.
  void defer(std::function<void()> build);
  void flush();

  /// The number of samples in a tensor; 1 if it has no such dimension.
  int64_t getNumSamples(mlir::Value tensor) {
    return getExtent(tensor, dims::kSamples);
  }
  /// One number for each row: what `body` returns, or its mean over the samples
  /// if the inputs have any.
  mlir::Value meanOverSamples(llvm::ArrayRef<Access> inputs, int64_t samples,
                              ScalarFunction body);

private:
  /// A summand of the derivative of the loss with respect to a term.
  struct Factor {
    mlir::Value coefficient;
    double number;
    bool isSubtracted;
  };

  /// The gradient of a parameter that some of its uses have added to.
  struct Gradient {
    unsigned uses = 0;
    mlir::Value sum;
  };

  mlir::Value getArgument(llvm::StringMap<mlir::Value> &arguments,
                          llvm::StringRef name);
  mlir::Value isValidRow(ScalarBuilder &scalars,
                         llvm::StringRef dim = dims::kRows);

  StepPurpose purpose;
  bool roundsOperands;
  llvm::DenseMap<mlir::Value, mlir::Value> rounded, shaped, divisors;
  llvm::DenseMap<mlir::Value, llvm::SmallVector<mlir::Value>> tensors, adjoints;
  llvm::DenseMap<mlir::Value, mlir::StringAttr> labels, adjointLabels;
  /// The summands of the derivatives of the loss with respect to its terms.
  llvm::DenseMap<mlir::Value, llvm::SmallVector<Factor>> factors;
  llvm::DenseMap<mlir::Operation *, llvm::SmallVector<mlir::Value>> residuals;
  llvm::DenseSet<mlir::Value> learned;
  llvm::StringMap<mlir::Value> parameters, scalars, coefficients;
  llvm::StringMap<llvm::SmallVector<mlir::Value>> running;
  llvm::StringMap<Gradient> gradients;
  llvm::SmallVector<std::function<void()>> deferred;
  GradientSink sink;
};

} // namespace vib

#endif // VIB_COMPILER_STEP_STEPBUILDER_H
