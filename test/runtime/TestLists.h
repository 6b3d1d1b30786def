//===- TestLists.h - The lists of models written by hand --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_RUNTIME_TESTLISTS_H
#define VIB_TEST_RUNTIME_TESTLISTS_H

#include "runtime/Abi.h"

#include <cmath>
#include <vector>

namespace vib::runtime::test {

/// What a model predicts.
enum class Target { Classes, Numbers };

/// A schedule as the first version of the language had them: `factor` is that
/// of a decay, or the end of a ramp that is not the base value.
inline VibSchedule makeSchedule(VibScheduleKind kind, double factor = 1,
                                double epochs = 0, double warmUp = 0) {
  VibSchedule schedule = {};
  schedule.kind = kind;
  schedule.factor = factor;
  schedule.from = schedule.to = {1, 1, 0};
  if (kind == VIB_COSINE)
    schedule.to.value = factor;
  if (kind == VIB_LINEAR || kind == VIB_GEOMETRIC)
    schedule.from.value = factor;
  schedule.epochs = epochs;
  schedule.warmup_epochs = warmUp;
  schedule.cycles = 1;
  schedule.cap = INFINITY;
  return schedule;
}

/// The lists of a model with the loss `nll + beta * rate`, in storage of their
/// own. They have the figures of programs that vibc makes.
struct TestLists {
  TestLists(Target kind, int64_t outputs, int64_t latents,
            std::vector<int64_t> inputShape, bool scales)
      : shape(std::move(inputShape)) {
    bool classes = kind == Target::Classes;
    inputs = {{"x", scales ? "image" : "x", scales, uint32_t(shape.size()),
               shape.data(), 0, 0, nullptr, nullptr}};
    targets = {{"y", "y", classes ? outputs : 0, outputs,
                classes ? "categorical" : "normal",
                classes ? "probabilities" : "means", "prediction", "logits"}};
    streams = {{"z", 0, latents, 1, "mu", "sigma", nullptr, "z", "rate",
                "rate_each", latents, nullptr}};
    coefficients = {{"beta", 0.01, makeSchedule(VIB_CONSTANT), VIB_FACTOR, 0}};
    VibFigure rate = {"rate_bits", "rate",       "rate",   "rate", "I(Z;X)",
                      VIB_AT_MOST, VIB_ROW_MEAN, VIB_NATS, 0,      1,
                      0,           nullptr};
    if (classes)
      figures = {{"cross_entropy_bits", "cross-entropy", "CE", "nll", nullptr,
                  VIB_NO_BOUND, VIB_DRAW_MEAN, VIB_NATS, 0, 1, 0, nullptr},
                 rate,
                 {"izy_bits", "information", "", nullptr, "I(Z;Y)",
                  VIB_AT_LEAST, VIB_INFORMATION, VIB_NATS, 0, 0, 0, nullptr},
                 {"hy_bits", "entropy of the labels", "", nullptr, nullptr,
                  VIB_NO_BOUND, VIB_LABEL_ENTROPY, VIB_NATS, 0, 0, 0, nullptr},
                 {"error_1shot", "error", "error", "error", nullptr,
                  VIB_NO_BOUND, VIB_DRAW_MEAN, VIB_FRACTION, 0, 1, 0, nullptr},
                 {"error_avg", "error", "error", nullptr, nullptr, VIB_NO_BOUND,
                  VIB_AVERAGED_WRONG, VIB_FRACTION, 4, 0, 0, nullptr},
                 {"error_mean", "error", "error", nullptr, nullptr,
                  VIB_NO_BOUND, VIB_AT_MEAN, VIB_FRACTION, 4, 0, 0, nullptr},
                 {"nll_avg_bits", "NLL", "NLL", "nll", nullptr, VIB_NO_BOUND,
                  VIB_AVERAGED_NLL, VIB_NATS, 0, 0, 0, nullptr}};
    else
      figures = {{"nll_bits", "negative log-likelihood", "NLL", "nll", nullptr,
                  VIB_NO_BOUND, VIB_DRAW_MEAN, VIB_NATS, 0, 1, 0, nullptr},
                 rate,
                 {"rmse", "RMSE", "RMSE", "error", nullptr, VIB_NO_BOUND,
                  VIB_DRAW_ROOT, VIB_PLAIN, 0, 1, 0, nullptr},
                 {"rmse_outputs", "RMSE output", "", nullptr, nullptr,
                  VIB_NO_BOUND, VIB_OUTPUT_ROOTS, VIB_PLAIN, 2, 0, 0, nullptr},
                 {"rmse_avg", "RMSE", "RMSE", nullptr, nullptr, VIB_NO_BOUND,
                  VIB_AVERAGED_ROOT, VIB_PLAIN, 2, 0, 0, nullptr},
                 {"rmse_mean", "RMSE", "RMSE", nullptr, nullptr, VIB_NO_BOUND,
                  VIB_AT_MEAN, VIB_PLAIN, 2, 0, 0, nullptr},
                 {"rmse_avg_outputs", "RMSE output", "", nullptr, nullptr,
                  VIB_NO_BOUND, VIB_AVERAGED_ROOTS, VIB_PLAIN, 2, 0, 0,
                  nullptr}};
    terms = {{0, -1, 1, VIB_MEAN, -1, 0}, {1, 0, 0, VIB_MEAN, -1, 0}};
  }

  /// Removes the rate from the loss.
  void dropRate() {
    coefficients.clear();
    terms.resize(1);
    figures[1].trained = 0;
  }

  void describe(VibModel &model) const {
    model.num_inputs = uint32_t(inputs.size());
    model.num_targets = uint32_t(targets.size());
    model.num_streams = uint32_t(streams.size());
    model.num_coefficients = uint32_t(coefficients.size());
    model.num_terms = uint32_t(terms.size());
    model.num_figures = uint32_t(figures.size());
    model.num_state = uint32_t(state.size());
    model.beta = coefficients.empty() ? -1 : 0;
    model.inputs = inputs.data();
    model.targets = targets.data();
    model.streams = streams.data();
    model.coefficients = coefficients.data();
    model.terms = terms.data();
    model.figures = figures.data();
    model.state = state.data();
  }

  std::vector<int64_t> shape;
  std::vector<VibInput> inputs;
  std::vector<VibTarget> targets;
  std::vector<VibStream> streams;
  std::vector<VibCoefficient> coefficients;
  std::vector<VibTerm> terms;
  std::vector<VibFigure> figures;
  std::vector<VibState> state;
};

} // namespace vib::runtime::test

#endif // VIB_TEST_RUNTIME_TESTLISTS_H
