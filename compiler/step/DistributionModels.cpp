//===- DistributionModels.cpp - The step of ops on distributions ----------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What the ops that read distributions compute depends on the type of the
// distribution, which builds it.
//
//===----------------------------------------------------------------------===//

#include "compiler/step/DifferentiableOpInterface.h"
#include "compiler/step/DistributionModelInterface.h"

using namespace mlir;
using namespace vib;

namespace {

struct ReparameterizeModel
    : DifferentiableOpInterface::ExternalModel<ReparameterizeModel,
                                               ReparameterizeOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto sample = cast<ReparameterizeOp>(op);
    getModel(sample.getDistribution()).buildSample(step, sample);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto sample = cast<ReparameterizeOp>(op);
    getModel(sample.getDistribution()).pullSample(step, sample);
  }
};

struct KLModel : DifferentiableOpInterface::ExternalModel<KLModel, KLOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto kl = cast<KLOp>(op);
    getModel(kl.getPosterior()).buildDivergence(step, kl);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto kl = cast<KLOp>(op);
    if (step.isInLoss(kl.getResult()))
      getModel(kl.getPosterior()).pullDivergence(step, kl);
  }
};

struct NLLModel : DifferentiableOpInterface::ExternalModel<NLLModel, NLLOp> {
  void buildForward(Operation *op, StepBuilder &step) const {
    auto nll = cast<NLLOp>(op);
    getModel(nll.getLikelihood()).buildLogDensity(step, nll);
  }

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto nll = cast<NLLOp>(op);
    if (step.isInLoss(nll.getResult()))
      getModel(nll.getLikelihood()).pullLogDensity(step, nll);
  }
};

/// The loss is the sum of the means over the batch of its terms.
struct LossModel : DifferentiableOpInterface::ExternalModel<LossModel, LossOp> {
  void buildForward(Operation *, StepBuilder &) const {}

  void buildBackward(Operation *op, StepBuilder &step) const {
    auto loss = cast<LossOp>(op);
    for (auto [term, factor] :
         llvm::zip_equal(loss.getTerms(), loss.getFactors()))
      step.addFactor(term, step.getCoefficient(factor.getName()),
                     factor.getValue().getValueAsDouble());
  }
};

} // namespace

void vib::registerDistributionModels(MLIRContext *context) {
  ReparameterizeOp::attachInterface<ReparameterizeModel>(*context);
  KLOp::attachInterface<KLModel>(*context);
  NLLOp::attachInterface<NLLModel>(*context);
  LossOp::attachInterface<LossModel>(*context);
}
