//===- ModelLists.cpp - The lists of a model ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/ModelLists.h"
#include "runtime/Error.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace vib::runtime {

static bool areValid(const VibModel &model) {
  auto isFigure = [&](uint32_t place) { return place < model.num_figures; };
  auto isCoefficient = [&](int32_t place) {
    return place >= -1 && place < int32_t(model.num_coefficients);
  };
  if (model.num_inputs == 0 || model.num_targets == 0 ||
      model.num_streams == 0 || model.num_figures == 0 ||
      model.num_coefficients > VIB_MAX_COEFFICIENTS ||
      !isCoefficient(model.beta))
    return false;
  for (const VibTerm &term : termsOf(model))
    if (!isFigure(term.figure) || !isCoefficient(term.coefficient) ||
        (term.function != VIB_MEAN &&
         !isCoefficient(term.argument_coefficient)) ||
        term.function > VIB_NEGATIVE)
      return false;
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (!isFigure(coefficient.schedule.figure) ||
        coefficient.kind > VIB_TEMPERATURE)
      return false;
  for (const VibFigure &figure : figuresOf(model))
    if (!isFigure(figure.of) || figure.target >= model.num_targets)
      return false;
  for (const VibParameter &parameter : parametersOf(model))
    if (beginsAsExamples(parameter) &&
        !(parameter.rank == 2 && parameter.init_scale >= 0 &&
          parameter.init_scale < model.num_inputs &&
          model.inputs[size_t(parameter.init_scale)].x))
      return false;
  for (const VibState &slot : stateOf(model))
    if (slot.input >= model.num_inputs || slot.rank != 1 ||
        slot.kind > VIB_STATE_RUNNING_VARIANCE)
      return false;
  return true;
}

bool normalizesBatches(const VibModel &model) {
  List<VibState> state = stateOf(model);
  return std::any_of(state.begin(), state.end(), isRunning);
}

bool hasDrawnRate(const VibModel &model, const VibStream &stream) {
  List<VibFigure> figures = figuresOf(model);
  return stream.rate &&
         std::any_of(figures.begin(), figures.end(),
                     [&](const VibFigure &figure) {
                       return figure.kind == VIB_DRAWN_MEAN &&
                              std::string_view(figure.tensor) == stream.rate;
                     });
}

bool relaxesSamples(const VibModel &model) {
  List<VibStream> streams = streamsOf(model);
  return std::any_of(streams.begin(), streams.end(), drawsClasses);
}

double applyFunction(const VibTerm &term, double mean, double argument) {
  switch (term.function) {
  case VIB_POWER:
    return std::pow(std::max(mean, 0.0), argument);
  case VIB_EXP:
    return std::exp(argument * mean);
  case VIB_DISTANCE:
    return std::fabs(mean - argument);
  case VIB_NEGATIVE:
    return -mean;
  default:
    return mean;
  }
}

std::string describeFunction(const VibTerm &term, const std::string &mean,
                             double argument) {
  switch (term.function) {
  case VIB_POWER:
    return fmt::format(mean.find(' ') == mean.npos ? "{}^{:g}" : "({})^{:g}",
                       mean, argument);
  case VIB_EXP:
    return fmt::format("exp({:g} x {})", argument, mean);
  case VIB_DISTANCE:
    return fmt::format("|{} - {:g}|", mean, argument);
  default:
    return mean;
  }
}

const char *shortNameOf(const VibFigure &figure) {
  return std::string_view(figure.title).size() <= 15 ? figure.title
                                                     : figure.label;
}

std::string describeLoss(const VibModel &model,
                         const std::vector<double> &coefficients) {
  std::vector<double> values = coefficients;
  for (const VibCoefficient &coefficient : coefficientsOf(model))
    if (values.size() < model.num_coefficients)
      values.push_back(coefficient.value);
  std::string loss;
  for (const VibTerm &term : termsOf(model)) {
    bool isNamed = coefficients.empty() && term.coefficient >= 0;
    bool isNegative = term.function == VIB_NEGATIVE;
    if (!loss.empty())
      loss += isNegative ? " - " : " + ";
    else if (isNegative)
      loss += "- ";
    if (isNamed)
      loss += fmt::format("{} x ",
                          nameOf(model, model.coefficients[term.coefficient]));
    else if (term.coefficient >= 0 || term.factor != 1)
      loss += fmt::format("{:g} x ", factorOf(term, values.data()));
    loss += describeFunction(term, shortNameOf(model.figures[term.figure]),
                             argumentOf(term, values.data()));
  }
  return loss;
}

void checkLists(const VibModel &model) {
  if (!areValid(model))
    fail("the program is damaged: an index in a list of the model {} is out of "
         "range",
         model.name);
}

void checkDescriptor(const VibModel &model) {
  if (model.magic != VIB_ABI_MAGIC || model.version != VIB_ABI_VERSION ||
      model.size != sizeof(VibModel))
    fail("the model's object has interface version {}, and the runtime library "
         "has {}: compile the model again with the vibc of this library",
         model.version, VIB_ABI_VERSION);
  checkLists(model);
}

} // namespace vib::runtime
