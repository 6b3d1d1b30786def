//===- ModelLists.h - The lists of a model ----------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Loops over the lists of VibModel, and what follows from them.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_MODELLISTS_H
#define VIB_RUNTIME_MODELLISTS_H

#include "runtime/Abi.h"

#include <string>
#include <string_view>

namespace vib::runtime {

/// Reports entries that mean others by places that their lists do not have.
void checkLists(const VibModel &model);
/// Throws an Error if the descriptor is not one of this runtime, or is damaged.
void checkDescriptor(const VibModel &model);

/// A list of the descriptor, for range-based loops.
template <typename T> struct List {
  const T *first;
  uint32_t count;
  const T *begin() const { return first; }
  const T *end() const { return first + count; }
  const T &operator[](size_t i) const { return first[i]; }
};

inline List<VibCoefficient> coefficientsOf(const VibModel &model) {
  return {model.coefficients, model.num_coefficients};
}
inline List<VibTerm> termsOf(const VibModel &model) {
  return {model.terms, model.num_terms};
}
inline List<VibFigure> figuresOf(const VibModel &model) {
  return {model.figures, model.num_figures};
}
inline List<VibInput> inputsOf(const VibModel &model) {
  return {model.inputs, model.num_inputs};
}
inline List<VibTarget> targetsOf(const VibModel &model) {
  return {model.targets, model.num_targets};
}
inline List<VibStream> streamsOf(const VibModel &model) {
  return {model.streams, model.num_streams};
}
inline List<VibParameter> parametersOf(const VibModel &model) {
  return {model.parameters, model.num_parameters};
}
inline List<VibState> stateOf(const VibModel &model) {
  return {model.state, model.num_state};
}
/// Whether it consists of pseudo-inputs, which begin as examples.
inline bool beginsAsExamples(const VibParameter &parameter) {
  return parameter.init == VIB_INIT_EXAMPLES;
}
/// Whether training steps compute it.
inline bool isRunning(const VibState &slot) {
  return slot.kind == VIB_STATE_RUNNING_MEAN ||
         slot.kind == VIB_STATE_RUNNING_VARIANCE;
}
/// Whether a row's result depends on the other rows of its batch in training.
bool normalizesBatches(const VibModel &model);

/// Whether an input consists of tokens, not numbers.
inline bool hasTokens(const VibInput &input) { return input.values > 0; }

/// Whether samples of the posterior are classes.
inline bool drawsClasses(const VibStream &stream) {
  return stream.log_probabilities;
}
/// Whether training draws relaxed samples in place of classes.
bool relaxesSamples(const VibModel &model);
/// Whether it is a temperature of such samples, not a coefficient of the loss.
inline bool isTemperature(const VibCoefficient &coefficient) {
  return coefficient.kind == VIB_TEMPERATURE;
}

/// Whether a target is one of several classes, not numbers.
inline bool hasClasses(const VibTarget &target) { return target.classes > 0; }
/// Whether this holds for all targets.
inline bool hasClasses(const VibModel &model) {
  for (const VibTarget &target : targetsOf(model))
    if (!hasClasses(target))
      return false;
  return true;
}
/// Whether a target is an input of the model.
inline bool isReconstruction(const VibTarget &target) { return !target.tensor; }
/// Whether the numbers of a target are from 0 to 1.
inline bool isOfUnitInterval(const VibTarget &target) {
  return std::string_view(target.likelihood) == "bernoulli";
}
inline const VibTarget &targetOf(const VibModel &model,
                                 const VibFigure &figure) {
  return model.targets[figure.target];
}
/// The coefficient that --beta means, or null.
inline const VibCoefficient *betaOf(const VibModel &model) {
  return model.beta < 0 ? nullptr : &model.coefficients[model.beta];
}
/// Whether `coefficient` is the one that --beta means.
inline bool isBeta(const VibModel &model, const VibCoefficient &coefficient) {
  return &coefficient == betaOf(model);
}
/// What flags and metrics call a coefficient.
inline const char *nameOf(const VibModel &model,
                          const VibCoefficient &coefficient) {
  return isBeta(model, coefficient) ? "beta" : coefficient.name;
}

/// The figure of the likelihood of a target.
inline const VibFigure &likelihoodOf(const VibModel &model,
                                     uint32_t target = 0) {
  for (const VibFigure &figure : figuresOf(model))
    if (figure.kind == VIB_DRAW_MEAN && figure.unit == VIB_NATS &&
        figure.target == target)
      return figure;
  return model.figures[0];
}
/// Whether a figure is the rate of a posterior, or an estimate of one.
inline bool isRate(const VibFigure &figure) {
  return figure.bound == VIB_AT_MOST || figure.kind == VIB_BLOCK_MEAN;
}
/// Whether a figure is a mean over rows and draws of a tensor of evaluate.
inline bool isOverDraws(const VibFigure &figure) {
  return figure.kind == VIB_DRAW_MEAN || figure.kind == VIB_DRAWN_MEAN;
}
/// Whether the rate of a stream is computed at each draw, and not by encode.
bool hasDrawnRate(const VibModel &model, const VibStream &stream);
/// Whether a rate is a term of the loss.
inline bool hasRateTerm(const VibModel &model) {
  for (const VibTerm &term : termsOf(model))
    if (isRate(model.figures[term.figure]))
      return true;
  return false;
}
/// The figure of a target that has this kind, or null.
inline const VibFigure *findFigure(const VibModel &model, uint32_t kind,
                                   uint32_t target = 0) {
  for (const VibFigure &figure : figuresOf(model))
    if (figure.kind == kind && figure.target == target)
      return &figure;
  return nullptr;
}

/// The factor of a term with these values of the coefficients.
inline double factorOf(const VibTerm &term, const double *coefficients) {
  return term.coefficient < 0 ? term.factor : coefficients[term.coefficient];
}
/// Likewise the argument of its function.
inline double argumentOf(const VibTerm &term, const double *coefficients) {
  return term.argument_coefficient < 0
             ? term.argument
             : coefficients[term.argument_coefficient];
}
/// Whether a term of many rows is not the mean of those of their parts, because
/// it is a function of their mean, or rows have weights.
inline bool isOfWhole(const VibModel &model, const VibTerm &term) {
  bool isLinear = term.function == VIB_MEAN || term.function == VIB_NEGATIVE;
  return !isLinear || model.figures[term.figure].divisor;
}
/// The function of a term, at the mean of its figure.
double applyFunction(const VibTerm &term, double mean, double argument);
/// The same of what has the name `mean`: "exp(2 x rate)". The sign of one that
/// is subtracted is left to the caller.
std::string describeFunction(const VibTerm &term, const std::string &mean,
                             double argument);
/// The loss with these values of the coefficients: "cross-entropy + 0.001 x
/// rate". Without values, those that have a name are called by it.
std::string describeLoss(const VibModel &model,
                         const std::vector<double> &coefficients);
/// The title of a figure, or its label if that is too long for a table.
const char *shortNameOf(const VibFigure &figure);

} // namespace vib::runtime

#endif // VIB_RUNTIME_MODELLISTS_H
