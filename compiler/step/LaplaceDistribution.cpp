//===- LaplaceDistribution.cpp - The density of a Laplace -----------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Laplace distributions are represented by their means. With the scale b and
// d = mean - target,
//
//   nll = sum of log 2 b + |d| / b
//   d nll / d mean  = sign d / b       (0 where d is 0)
//   d nll / d log b = 1 - |d| / b
//
// over the outputs. log b is a constant, a parameter, or a parameter for each
// output.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/OneStatistic.h"
#include "llvm/Support/MathExtras.h"

using namespace mlir;
using namespace vib;

namespace {

struct LaplaceModel : OneStatisticOp<LaplaceModel, LaplaceOp> {};

/// A density, with the tensors that a loop over its outputs reads.
struct Density {
  Density(NLLOp nll, StepBuilder &step)
      : laplace(nll.getLikelihood().getDefiningOp<LaplaceOp>()) {
    mean = step.getTensor(nll.getLikelihood());
    Dims dims = step.getDims(mean);
    inputs = {{mean, dims},
              {step.getTensor(nll.getTarget()), {dims::kRows, dims.back()}}};
    if (!laplace.getNoiseNameAttr())
      return;
    if (laplace.getNoiseSizeAttr())
      parameterDims = {dims.back()};
    inputs.emplace_back(step.getParameter(*laplace.getNoiseName()),
                        parameterDims);
  }

  bool isLearned() { return laplace.getNoiseNameAttr() != nullptr; }

  /// log b in the body of a loop over these inputs.
  Value getLog(ScalarBuilder &scalars, ValueRange elements) {
    if (isLearned())
      return elements[2];
    return scalars.constant(std::log(laplace.getNoise().convertToDouble()));
  }

  Value getInverse(ScalarBuilder &scalars, ValueRange elements) {
    if (isLearned())
      return scalars.exp(scalars.neg(elements[2]));
    return scalars.constant(1 / laplace.getNoise().convertToDouble());
  }

  static Value getDistance(ScalarBuilder &scalars, ValueRange elements) {
    Value difference = scalars.sub(elements[0], elements[1]);
    return scalars.max(difference, scalars.neg(difference));
  }

  LaplaceOp laplace;
  Value mean;
  SmallVector<Access> inputs;
  /// Those of the parameter.
  Dims parameterDims;
};

struct LaplaceDistribution
    : OneStatisticDistribution<LaplaceDistribution, LaplaceType> {
  Value buildMean(Type, StepBuilder &step, Value value) const {
    return step.getTensor(value);
  }

  void buildLogDensity(Type, StepBuilder &step, NLLOp nll) const {
    Density density(nll, step);
    double part = 1.0 / step.getNumSamples(density.mean);
    auto sum = [&](StringRef word, double factor, auto body) -> Value {
      step.setWord(word);
      return step.sum(density.inputs, {dims::kRows},
                      [&](ScalarBuilder &scalars, ValueRange elements) {
                        Value value = body(scalars, elements);
                        return factor == 1.0 ? value
                                             : scalars.mul(value, factor);
                      });
    };
    double outputs = nll.getLikelihood().getType().getSize();
    Value error = sum(
        "squared error", part, [](ScalarBuilder &scalars, ValueRange elements) {
          return scalars.square(scalars.sub(elements[0], elements[1]));
        });
    Value distance = sum("distance", part / outputs, Density::getDistance);
    Value nats =
        sum("nll", part, [&](ScalarBuilder &scalars, ValueRange elements) {
          Value scaled = scalars.mul(Density::getDistance(scalars, elements),
                                     density.getInverse(scalars, elements));
          Value constant = scalars.add(density.getLog(scalars, elements),
                                       llvm::numbers::ln2);
          return scalars.add(scaled, constant);
        });
    step.set(nll.getResult(), {nats, error, distance});
  }

  void pullLogDensity(Type, StepBuilder &step, NLLOp nll) const {
    Density density(nll, step);
    Value term = nll.getResult();
    int64_t samples = step.getNumSamples(density.mean);
    step.setWord("nll'");
    Value adjoint = step.map(
        density.inputs, step.getDims(density.mean),
        [&](ScalarBuilder &scalars, ValueRange elements) {
          Value difference = scalars.sub(elements[0], elements[1]);
          Value zero = scalars.constant(0.0);
          Value inverse = density.getInverse(scalars, elements);
          Value isAbove =
              scalars.compare(arith::CmpFPredicate::OGT, difference, zero);
          Value isBelow =
              scalars.compare(arith::CmpFPredicate::OLT, difference, zero);
          Value slope = scalars.select(
              isAbove, inverse,
              scalars.select(isBelow, scalars.neg(inverse), zero));
          return step.weigh(scalars, term, slope, samples);
        });
    step.nameResults(adjoint, {"dmean"});
    step.addAdjoint(nll.getLikelihood(), adjoint);
    if (!density.isLearned())
      return;

    std::string name = density.laplace.getNoiseName()->str();
    StringAttr label = step.getLabel();
    step.setLabel(step.getBuilder().getStringAttr(name + ".grad"));
    step.defer([&step, density, name, term, samples]() mutable {
      Value gradient =
          step.sum(density.inputs, density.parameterDims,
                   [&](ScalarBuilder &scalars, ValueRange elements) {
                     Value scaled =
                         scalars.mul(Density::getDistance(scalars, elements),
                                     density.getInverse(scalars, elements));
                     Value slope = scalars.sub(scalars.constant(1.0), scaled);
                     return step.weigh(scalars, term, slope, samples);
                   });
      step.setGradient(name, gradient);
    });
    step.setLabel(label);
  }
};

} // namespace

void vib::registerLaplaceDistribution(MLIRContext *context) {
  LaplaceOp::attachInterface<LaplaceModel>(*context);
  LaplaceType::attachInterface<LaplaceDistribution>(*context);
}
