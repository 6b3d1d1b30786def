//===- PriorModels.cpp - The step of learned priors -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The tensors of a prior are its parameters, m and log s. If it is given the
// label, they have a row for each class, and that of the label is chosen for
// each example: a sum over the classes in which all others are 0, which is
// exact.
//
// The gradient of a parameter is the sum of the adjoints over the rows, or over
// those with the label of its class.
//
// The tensors of a mixture are m, 1 / s, c and w: for each component
//
//   w = softmax(l)     c = log w - sum over the latents of log s
//
// with the logits l. Only a training step needs w. DrawnDivergence.cpp computes
// the gradients of m, log s and l.
//
// A VampPrior of M pseudo-inputs is a mixture with m and s of their posteriors,
// and with the weights 1 / M in place of w. The gradients of m and log s go on
// to the copy of the encoder that computes them, where the pseudo-inputs have
// the place of the batch.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "compiler/step/NormalSpread.h"
#include "dialect/Vib.h"
#include <cmath>

using namespace mlir;
using namespace vib;

/// `value` if the label is the class of the loop, else 0.
static Value selectLabel(ScalarBuilder &scalars, Value label, Value value) {
  Value isLabel = scalars.compare(arith::CmpIPredicate::eq,
                                  scalars.index(dims::kClasses), label);
  return scalars.select(isLabel, value, scalars.constant(0.0));
}

namespace {
struct PriorModel
    : DifferentiableOpInterface::ExternalModel<PriorModel, PriorOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto prior = cast<PriorOp>(op);
    step.setLabel(StringAttr::get(op->getContext(), prior.getName()));
    if (prior.getEncoded())
      return buildPosteriors(prior, step);
    if (prior.getComponents())
      return buildMixture(prior, step);
    step.setWord("prior of the label");
    SmallVector<Value> tensors;
    for (const Parameter &parameter : prior.getParameters()) {
      Value tensor = step.getParameter(parameter.name);
      step.setDims(tensor, getParameterDims(prior));
      if (prior.getLabel())
        tensor = buildChosen(prior, step, tensor);
      tensors.push_back(tensor);
    }
    if (prior.getLabel()) {
      step.nameResults(tensors[0], {"m"});
      step.nameResults(tensors[1], {"log_s"});
    }
    step.set(prior.getResult(), tensors);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto prior = cast<PriorOp>(op);
    if (prior.getEncoded())
      return pullPosteriors(prior, step);
    SmallVector<Value> adjoints(step.getAdjoint(prior.getResult()));
    step.setWord("prior'");
    for (auto [parameter, adjoint] :
         llvm::zip_equal(prior.getParameters(), adjoints)) {
      step.setLabel(
          StringAttr::get(op->getContext(), parameter.name + ".grad"));
      step.defer([&step, prior, parameter = parameter, adjoint = adjoint] {
        step.setGradient(parameter.name,
                         buildGradient(prior, step, parameter, adjoint));
      });
    }
  }

private:
  static void buildPosteriors(PriorOp prior, StepBuilder &step) {
    ArrayRef<Value> posterior = step.get(prior.getEncoded());
    Value mean = posterior[0], t = posterior[1], sigma = posterior[2];
    Dims components = {dims::kComponents};
    Dims latents = {dims::kComponents, dims::kLatents};
    NormalSpread link(prior.getEncoded());
    SmallVector<Access> inputs = {{sigma, latents}};
    if (t)
      inputs.emplace_back(t, latents);
    step.setWord("mixture");
    Value log = step.map(
        inputs, latents, [&](ScalarBuilder &scalars, ValueRange elements) {
          return link.getLog(scalars, t ? elements[1] : Value(), elements[0]);
        });
    Value inverse = step.map({{log, latents}}, latents,
                             [](ScalarBuilder &scalars, ValueRange elements) {
                               return scalars.exp(scalars.neg(elements[0]));
                             });
    Value logs = step.sum({{log, latents}}, components,
                          [](ScalarBuilder &, ValueRange elements) -> Value {
                            return elements[0];
                          });
    double logWeight = -std::log(double(*prior.getComponents()));
    Value offset =
        step.map({{logs, components}}, components,
                 [&](ScalarBuilder &scalars, ValueRange elements) {
                   return scalars.sub(scalars.constant(logWeight), elements[0]);
                 });
    step.nameResults(inverse, {"inverse_s"});
    step.nameResults(offset, {"offset"});
    step.set(prior.getResult(), {mean, inverse, offset});
  }

  static void pullPosteriors(PriorOp prior, StepBuilder &step) {
    ArrayRef<Value> adjoints = step.getAdjoint(prior.getResult());
    Value dmean = adjoints[0], dlog = adjoints[1];
    ArrayRef<Value> posterior = step.get(prior.getEncoded());
    Value t = posterior[1], sigma = posterior[2];
    Dims latents = {dims::kRows, dims::kLatents};
    step.setDims(dmean, latents);
    if (!t)
      return step.addAdjoint(prior.getEncoded(), dmean);
    NormalSpread link(prior.getEncoded());
    step.setWord("prior'");
    Value dt = step.map(
        {{dlog, latents}, {t, latents}, {sigma, latents}}, latents,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value slope = link.getSlope(scalars, elements[1], elements[2]);
          return scalars.mul(
              elements[0],
              link.getSlopeOfLog(scalars, elements[1], elements[2], slope));
        });
    step.nameResults(dt, {"dt"});
    step.addAdjoint(prior.getEncoded(), {dmean, dt});
  }

  static void buildMixture(PriorOp prior, StepBuilder &step) {
    SmallVector<Value> parameters;
    for (const Parameter &parameter : prior.getParameters())
      parameters.push_back(step.getParameter(parameter.name));
    Value mean = parameters[0], log = parameters[1], logits = parameters[2];
    Dims components = {dims::kComponents};
    Dims latents = {dims::kComponents, dims::kLatents};
    step.setDims(mean, latents);
    step.setWord("mixture");
    Value inverse = step.map({{log, latents}}, latents,
                             [](ScalarBuilder &scalars, ValueRange elements) {
                               return scalars.exp(scalars.neg(elements[0]));
                             });
    Value maximum = step.maximum({logits, components}, {});
    Value exponentials = step.map(
        {{logits, components}}, components,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          return scalars.exp(scalars.sub(elements[0], scalars.read(maximum)));
        });
    auto getElement = [](ScalarBuilder &, ValueRange elements) -> Value {
      return elements[0];
    };
    Value sum = step.sum({{exponentials, components}}, {}, getElement);
    Value logs = step.sum({{log, latents}}, components, getElement);
    Value offset = step.map(
        {{logits, components}, {logs, components}}, components,
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value total = scalars.add(scalars.read(maximum),
                                    scalars.log(scalars.read(sum)));
          return scalars.sub(scalars.sub(elements[0], total), elements[1]);
        });
    step.nameResults(inverse, {"inverse_s"});
    step.nameResults(offset, {"offset"});
    SmallVector<Value> tensors = {mean, inverse, offset};
    if (step.isTraining()) {
      tensors.push_back(
          step.map({{exponentials, components}}, components,
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     return scalars.div(elements[0], scalars.read(sum));
                   }));
      step.nameResults(tensors.back(), {"weights"});
    }
    step.set(prior.getResult(), tensors);
  }

  static Dims getParameterDims(PriorOp prior) {
    return prior.getLabel() ? Dims{dims::kClasses, dims::kLatents}
                            : Dims{dims::kLatents};
  }

  static Value buildChosen(PriorOp prior, StepBuilder &step, Value tensor) {
    Value labels = step.getTensor(prior.getLabel());
    return step.sum(
        {{tensor, getParameterDims(prior)}, {labels, {dims::kRows}}},
        {dims::kRows, dims::kLatents},
        [](ScalarBuilder &scalars, ValueRange elements) {
          return selectLabel(scalars, elements[1], elements[0]);
        });
  }

  static Value buildGradient(PriorOp prior, StepBuilder &step,
                             const Parameter &parameter, Value adjoint) {
    if (prior.getComponents())
      return adjoint;
    Access adjoints(adjoint, step.getDims(adjoint));
    if (!prior.getLabel())
      return step.sum({adjoints}, {dims::kLatents},
                      [](ScalarBuilder &, ValueRange elements) -> Value {
                        return elements[0];
                      });
    Access labels(step.getTensor(prior.getLabel()), {dims::kRows});
    return step
        .generic({adjoints, labels},
                 Access(step.zeros(parameter.shape), getParameterDims(prior)),
                 [](ScalarBuilder &scalars, ValueRange elements) {
                   Value part = selectLabel(scalars, elements[1], elements[0]);
                   return SmallVector<Value>{scalars.add(elements[2], part)};
                 })
        .front();
  }
};

/// The tensor is the parameter, whose rows are in the place of a batch.
struct PseudoInputsModel
    : DifferentiableOpInterface::ExternalModel<PseudoInputsModel,
                                               PseudoInputsOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto inputs = cast<PseudoInputsOp>(op);
    Value tensor = step.getParameter(inputs.getParameters().front().name);
    step.setDims(tensor, {dims::kRows, dims::kFeatures});
    step.setLabel(StringAttr::get(op->getContext(), inputs.getName()));
    step.set(inputs.getResult(), tensor);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto inputs = cast<PseudoInputsOp>(op);
    std::string name = inputs.getParameters().front().name;
    Value adjoint = step.getAdjoint(inputs.getResult()).front();
    step.setLabel(StringAttr::get(op->getContext(), name + ".grad"));
    step.setWord("prior'");
    step.defer([&step, name, adjoint] {
      bool isFlat = cast<RankedTensorType>(adjoint.getType()).getRank() == 2;
      step.setGradient(name, isFlat ? adjoint : step.flatten(adjoint));
    });
  }
};

/// No network computes a mixture, and none is predicted from.
struct MixtureDistribution
    : DistributionModelInterface::ExternalModel<MixtureDistribution,
                                                MixtureType> {
  SmallVector<Value> fromStatistics(Type, StepBuilder &,
                                    ValueRange statistics) const {
    return llvm::to_vector(statistics);
  }

  SmallVector<Value> getStatisticTensors(Type, ArrayRef<Value>) const {
    return {};
  }

  Value buildMean(Type type, StepBuilder &step, Value) const {
    return step.reportMissing(type, "mean");
  }
};
} // namespace

void vib::registerPriorModels(MLIRContext *context) {
  PriorOp::attachInterface<PriorModel>(*context);
  PseudoInputsOp::attachInterface<PseudoInputsModel>(*context);
  MixtureType::attachInterface<MixtureDistribution>(*context);
}
