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
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"
#include "dialect/Vib.h"

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
  MixtureType::attachInterface<MixtureDistribution>(*context);
}
