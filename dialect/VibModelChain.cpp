//===- VibModelChain.cpp - The network of a model is a chain --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibModelVerifier.h"

using namespace mlir;
using namespace vib;

SetVector<Operation *>
vib::collectSources(Operation *root, function_ref<bool(Operation *)> isEnd) {
  SetVector<Operation *> ops;
  SmallVector<Operation *> worklist{root};
  while (!worklist.empty()) {
    Operation *op = worklist.pop_back_val();
    if (!ops.insert(op) || isEnd(op))
      continue;
    for (Value operand : op->getOperands())
      if (Operation *definition = operand.getDefiningOp())
        worklist.push_back(definition);
    // Only what an encoder or a decoder yields is used.
    for (Region &region : op->getRegions())
      if (!region.empty() && !region.front().empty())
        worklist.push_back(&region.front().back());
  }
  return ops;
}

/// The op that computes a distribution. If an encoder or a decoder yields it,
/// this is the op within.
static Operation *getSource(Value distribution) {
  Operation *op = distribution.getDefiningOp();
  while (isa_and_nonnull<EncoderOp, DecoderOp>(op))
    op = cast<YieldOp>(op->getRegion(0).front().back())
             .getOperand(0)
             .getDefiningOp();
  return op;
}

static LogicalResult reportSecondBottleneck(Operation *second,
                                            Operation *first) {
  InFlightDiagnostic diagnostic =
      second->emitOpError("expected one bottleneck but got a second one");
  diagnostic.attachNote(first->getLoc()) << "the first one is here";
  return diagnostic;
}

namespace {

class ChainVerifier {
public:
  ChainVerifier(ModelOp model, LossOp loss) : model(model), loss(loss) {}

  LogicalResult run() {
    return failure(failed(findLikelihood()) || failed(findSample()) ||
                   failed(findPosterior()) || failed(verifyEncoder()) ||
                   failed(verifyDecoder()) || failed(verifyRate()));
  }

private:
  LogicalResult findLikelihood();
  /// Goes from the likelihood back to the sample.
  LogicalResult findSample();
  LogicalResult reportNoSample();
  LogicalResult findPosterior();
  /// Goes from the sample back to the input.
  LogicalResult verifyEncoder();
  LogicalResult verifyDecoder();
  LogicalResult verifyRate();
  /// Notes where a term of the loss is computed.
  static LogicalResult noteDefinition(InFlightDiagnostic diagnostic,
                                      Value term) {
    if (Operation *definition = term.getDefiningOp())
      diagnostic.attachNote(definition->getLoc()) << "it is computed here";
    return diagnostic;
  }

  ModelOp model;
  LossOp loss;
  NLLOp nll;
  ReparameterizeOp sample;
  NormalOp posterior;
  SetVector<Operation *> decoder, encoder;
};

} // namespace

LogicalResult ChainVerifier::findLikelihood() {
  for (Value term : loss.getTerms()) {
    auto likelihood = term.getDefiningOp<NLLOp>();
    if (!likelihood && !term.getDefiningOp<KLOp>())
      return noteDefinition(
          loss.emitOpError("expected terms that vib.nll or vib.kl compute"),
          term);
    if (nll && likelihood && likelihood != nll)
      return noteDefinition(
          loss.emitOpError("expected one vib.nll but got a second one"), term);
    if (likelihood)
      nll = likelihood;
  }
  if (!nll)
    return loss.emitOpError("expected a vib.nll among its terms");
  if (nll.getTarget() != model.getTarget()) {
    InFlightDiagnostic diagnostic =
        nll.emitOpError("expected the model's second argument as the target");
    diagnostic.attachNote(model.getTarget().getLoc()) << "it is declared here";
    return diagnostic;
  }
  auto normal = dyn_cast_or_null<NormalOp>(getSource(nll.getLikelihood()));
  if (!normal || !normal.isComputed())
    return success();
  InFlightDiagnostic diagnostic = nll.emitOpError(
      "expected a normal likelihood to have 'noise(…)', fixed or learned");
  diagnostic.attachNote(normal.getLoc())
      << "its spread is computed by the network here";
  return diagnostic;
}

LogicalResult ChainVerifier::findSample() {
  decoder = collectSources(nll, llvm::IsaPred<ReparameterizeOp>);
  for (Operation *op : decoder) {
    auto reparameterize = dyn_cast<ReparameterizeOp>(op);
    if (reparameterize && sample)
      return reportSecondBottleneck(reparameterize, sample);
    if (reparameterize)
      sample = reparameterize;
  }
  return sample ? success() : reportNoSample();
}

LogicalResult ChainVerifier::reportNoSample() {
  ReparameterizeOp unread;
  model.getBody().walk([&](ReparameterizeOp op) { unread = op; });
  if (!unread)
    return nll.emitOpError("expected the likelihood to read a sample of a "
                           "posterior: add 'vib.reparameterize'");
  InFlightDiagnostic diagnostic = nll.emitOpError(
      "expected the likelihood to depend on the sample, but it does not");
  diagnostic.attachNote(unread.getLoc()) << "the sample is drawn here";
  return diagnostic;
}

LogicalResult ChainVerifier::findPosterior() {
  posterior = dyn_cast_or_null<NormalOp>(getSource(sample.getDistribution()));
  if (posterior && posterior.isComputed())
    return success();
  InFlightDiagnostic diagnostic =
      sample.emitOpError("expected a posterior whose spread is computed, by "
                         "'vib.normal … softplus(…)'");
  if (posterior)
    diagnostic.attachNote(posterior.getLoc()) << "it is computed here";
  return diagnostic;
}

LogicalResult ChainVerifier::verifyEncoder() {
  encoder = collectSources(sample);
  for (Operation *op : encoder) {
    if (op != sample && isa<ReparameterizeOp>(op))
      return reportSecondBottleneck(sample, op);
    if (!llvm::is_contained(op->getOperands(), model.getTarget()))
      continue;
    InFlightDiagnostic diagnostic =
        op->emitOpError("reads the target, which is not known when predicting");
    diagnostic.attachNote(model.getTarget().getLoc()) << "it is declared here";
    return diagnostic;
  }
  return success();
}

LogicalResult ChainVerifier::verifyDecoder() {
  for (Operation *op : decoder) {
    if (encoder.contains(op))
      continue;
    for (Value operand : op->getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if (definition == sample || (definition && !encoder.contains(definition)))
        continue;
      if (op == nll && operand == model.getTarget())
        continue;
      InFlightDiagnostic diagnostic = op->emitOpError(
          "bypasses the bottleneck: the likelihood may depend only on the "
          "sample");
      diagnostic.attachNote(sample.getLoc()) << "it is drawn here";
      return diagnostic;
    }
  }
  return success();
}

LogicalResult ChainVerifier::verifyRate() {
  for (Value term : loss.getTerms()) {
    auto kl = term.getDefiningOp<KLOp>();
    if (!kl || getSource(kl.getPosterior()) == posterior)
      continue;
    InFlightDiagnostic diagnostic = kl.emitOpError(
        "expected the divergence of the posterior that is sampled");
    diagnostic.attachNote(sample.getLoc()) << "it is sampled here";
    return diagnostic;
  }
  return success();
}

LogicalResult vib::verifyChain(ModelOp model, LossOp loss) {
  return ChainVerifier(model, loss).run();
}
