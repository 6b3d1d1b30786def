//===- VibModelChain.cpp - The network of a model is a chain --------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibModelVerifier.h"
#include "dialect/VibNumbers.h"
#include "dialect/VibVerify.h"

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

namespace {

class ChainVerifier {
public:
  ChainVerifier(ModelOp model, LossOp loss) : model(model), loss(loss) {}

  LogicalResult run() {
    return failure(failed(findLikelihoods()) || failed(verifyEntropies()) ||
                   failed(findSamples()) || failed(verifyPosteriors()) ||
                   failed(verifyEncoders()) || failed(verifyBypasses()) ||
                   failed(verifyDecoders()) || failed(verifyRates()) ||
                   failed(verifyPairwise()) || failed(verifyArguments()));
  }

private:
  LogicalResult findLikelihoods();
  LogicalResult verifyEntropies();
  LogicalResult verifyLikelihood(NLLOp nll);
  LogicalResult verifyReconstruction(NLLOp nll);
  /// Goes from the likelihoods back to the samples.
  LogicalResult findSamples();
  LogicalResult verifySample(ReparameterizeOp sample);
  LogicalResult reportNoSample(NLLOp nll);
  LogicalResult verifyPosteriors();
  /// Goes from the samples back to the inputs.
  LogicalResult verifyEncoders();
  LogicalResult verifyBypasses();
  LogicalResult verifyDecoders();
  LogicalResult verifyRates();
  LogicalResult verifyLabel(KLOp kl);
  LogicalResult verifyVamp(KLOp kl);
  /// Reports that `op`, which computes a rate, reads another posterior than
  /// samples are drawn of.
  LogicalResult verifySampled(Operation *op, Value posterior);
  LogicalResult verifyPairwise();
  LogicalResult verifyArguments();
  /// Notes where a term of the loss is computed.
  static LogicalResult noteDefinition(InFlightDiagnostic diagnostic,
                                      Value term) {
    if (Operation *definition = term.getDefiningOp())
      diagnostic.attachNote(definition->getLoc()) << "it is computed here";
    return diagnostic;
  }

  ModelOp model;
  LossOp loss;
  SmallVector<NLLOp> likelihoods;
  SmallVector<ReparameterizeOp> samples;
  SetVector<Operation *> decoders;
};

} // namespace

LogicalResult ChainVerifier::findLikelihoods() {
  for (Value term : loss.getTerms()) {
    auto likelihood = term.getDefiningOp<NLLOp>();
    if (!isa_and_nonnull<NLLOp, KLOp, PairwiseOp, EntropyOp>(
            term.getDefiningOp()))
      return noteDefinition(
          loss.emitOpError("expected terms that vib.nll, vib.kl, vib.pairwise "
                           "or vib.entropy compute"),
          term);
    if (likelihood && !llvm::is_contained(likelihoods, likelihood))
      likelihoods.push_back(likelihood);
  }
  for (NLLOp nll : likelihoods)
    if (failed(verifyLikelihood(nll)))
      return failure();
  return success();
}

/// Programs report the entropy of a likelihood with the figures of its target.
LogicalResult ChainVerifier::verifyEntropies() {
  for (Value term : loss.getTerms()) {
    auto entropy = term.getDefiningOp<EntropyOp>();
    if (!entropy || llvm::any_of(likelihoods, [&](NLLOp nll) {
          return getSource(nll.getLikelihood()) ==
                 getSource(entropy.getLikelihood());
        }))
      continue;
    InFlightDiagnostic diagnostic = entropy.emitOpError(
        "expected the likelihood of a vib.nll that is a term of the loss");
    diagnostic.attachNote(loss.getLoc()) << "the loss is here";
    return diagnostic;
  }
  return success();
}

LogicalResult ChainVerifier::verifyLikelihood(NLLOp nll) {
  if (!nll.getTargetArgument())
    return noteDefinition(
        nll.emitOpError("expected an argument of the model as the target"),
        nll.getTarget());
  if (nll.isReconstruction() && failed(verifyReconstruction(nll)))
    return failure();
  for (NLLOp other : likelihoods) {
    if (other == nll)
      break;
    if (other.getTargetArgument() != nll.getTargetArgument())
      continue;
    InFlightDiagnostic diagnostic =
        nll.emitOpError("expected one vib.nll of each target but got a second "
                        "one");
    diagnostic.attachNote(other.getLoc()) << "the first one is here";
    return diagnostic;
  }
  auto normal = dyn_cast_or_null<NormalOp>(getSource(nll.getLikelihood()));
  if (!normal)
    return success();
  bool isFull = normal.getType().getCovariance() == Covariance::Full;
  if (!isFull && (normal.isSpreadComputed() || !normal.isPosterior()))
    return success();
  InFlightDiagnostic diagnostic =
      isFull
          ? nll.emitOpError("expected a diagonal normal as a likelihood")
          : nll.emitOpError("expected the spread of a likelihood, 'noise(…)' "
                            "or one that the network computes");
  diagnostic.attachNote(normal.getLoc())
      << (isFull ? "its covariance is full here"
                 : "it has the 'sigma(…)' of a posterior here");
  return diagnostic;
}

/// The target is what the model reads in place of its input.
LogicalResult ChainVerifier::verifyReconstruction(NLLOp nll) {
  InputOpInterface input;
  for (auto op : model.getBody().getOps<InputOpInterface>())
    if (op.getInput() == nll.getTargetArgument())
      input = op;
  auto type = cast<RankedTensorType>(nll.getTargetArgument().getType());
  if (nll.getLikelihood().getType().isOfUnitInterval() && input) {
    auto scale = dyn_cast<ScaleOp>(input.getOperation());
    if (!scale || scale.getLow().convertToDouble() < 0 ||
        scale.getHigh().convertToDouble() > 1) {
      InFlightDiagnostic diagnostic = nll.emitOpError(
          "expected an input from 0 to 1 as the target of a Bernoulli "
          "likelihood: scale it 'to [0.0, 1.0]'");
      diagnostic.attachNote(input.getLoc())
          << "it is " << (scale ? "scaled" : "standardized") << " here";
      return diagnostic;
    }
  }
  // The elements of an image of several channels would be compared with others.
  Operation *source = getSource(nll.getLikelihood());
  // Activations keep the order.
  while (source && source->getNumOperands() == 1 && !isa<FlattenOp>(source) &&
         (source == getSource(nll.getLikelihood()) ||
          (!isa<ParameterizedOpInterface>(source) &&
           source->getOperand(0).getType() == source->getResult(0).getType())))
    source = source->getOperand(0).getDefiningOp();
  auto flatten = dyn_cast_or_null<FlattenOp>(source);
  if (type.getRank() != 4 || !flatten || !isFeatureMap(flatten.getInput()))
    return success();
  auto image = cast<RankedTensorType>(flatten.getInput().getType());
  if (image.getDimSize(3) == 1 ||
      image.getDimSize(1) * image.getDimSize(2) == 1)
    return success();
  InFlightDiagnostic diagnostic =
      nll.emitOpError("expected the likelihood of an image to have the order "
                      "height, width, channels: write 'vib.reshape … [")
      << ShapedType::getNumElements(image.getShape().drop_front())
      << "]' in place of vib.flatten";
  diagnostic.attachNote(flatten.getLoc())
      << "the order is channels, height, width here";
  return diagnostic;
}

LogicalResult ChainVerifier::findSamples() {
  samples = getSamples(model);
  for (NLLOp nll : likelihoods) {
    SetVector<Operation *> decoder =
        collectSources(nll, llvm::IsaPred<ReparameterizeOp>);
    if (llvm::none_of(decoder, llvm::IsaPred<ReparameterizeOp>))
      return reportNoSample(nll);
    decoders.insert_range(decoder);
  }
  if (samples.size() > size_t(kMostStreams))
    return samples[kMostStreams].emitOpError("expected at most ")
           << kMostStreams << " samples in a model, which the counter of the "
           << "noise can tell apart, but got " << samples.size();
  SmallVector<DropoutOp> dropouts = getDropouts(model);
  if (dropouts.size() > size_t(kMostStreams))
    return dropouts[kMostStreams].emitOpError("expected at most ")
           << kMostStreams << " of them in a model, which the counter of the "
           << "random numbers can tell apart, but got " << dropouts.size();
  for (ReparameterizeOp sample : samples)
    for (Operation *op : collectSources(sample)) {
      if (op == sample || !isa<ReparameterizeOp>(op))
        continue;
      InFlightDiagnostic diagnostic =
          sample.emitOpError("expected a posterior that depends on no sample");
      diagnostic.attachNote(op->getLoc()) << "the sample is drawn here";
      return diagnostic;
    }
  for (ReparameterizeOp sample : samples)
    if (failed(verifySample(sample)))
      return failure();
  return success();
}

LogicalResult ChainVerifier::verifySample(ReparameterizeOp sample) {
  if (!decoders.contains(sample)) {
    InFlightDiagnostic diagnostic = sample.emitOpError(
        "expected the loss to depend on the sample, but it does not");
    diagnostic.attachNote(loss.getLoc()) << "the loss is here";
    return diagnostic;
  }
  auto noteFirst = [&](InFlightDiagnostic diagnostic,
                       Operation *first) -> LogicalResult {
    diagnostic.attachNote(first->getLoc()) << "the first one is here";
    return diagnostic;
  };
  if (sample.getSamples() != samples.front().getSamples())
    return noteFirst(sample.emitOpError("expected as many samples as the first "
                                        "vib.reparameterize draws, ")
                         << samples.front().getSamples() << ", but got "
                         << sample.getSamples(),
                     samples.front());
  for (ReparameterizeOp other : samples) {
    if (other == sample)
      break;
    if (getSource(other.getDistribution()) ==
        getSource(sample.getDistribution()))
      return noteFirst(sample.emitOpError("expected one sample of each "
                                          "posterior but got a second one"),
                       other);
    if (other.getNameAttr() && other.getNameAttr() == sample.getNameAttr())
      return noteFirst(sample.emitOpError("expected a name of its own, but "
                                          "another sample has the name ")
                           << sample.getNameAttr(),
                       other);
  }
  return success();
}

LogicalResult ChainVerifier::reportNoSample(NLLOp nll) {
  if (samples.empty())
    return nll.emitOpError("expected the likelihood to read a sample of a "
                           "posterior: add 'vib.reparameterize'");
  InFlightDiagnostic diagnostic = nll.emitOpError(
      "expected the likelihood to depend on the sample, but it does not");
  diagnostic.attachNote(samples.back().getLoc()) << "the sample is drawn here";
  return diagnostic;
}

/// Their types have samples, but a normal distribution with 'noise' is only a
/// likelihood.
LogicalResult ChainVerifier::verifyPosteriors() {
  for (ReparameterizeOp sample : samples) {
    Operation *posterior = getSource(sample.getDistribution());
    if (isa_and_nonnull<PriorOp>(posterior)) {
      InFlightDiagnostic diagnostic = sample.emitOpError(
          "expected a posterior, which vib.normal makes, but got a prior");
      diagnostic.attachNote(posterior->getLoc()) << "it is made here";
      return diagnostic;
    }
    auto normal = dyn_cast_or_null<NormalOp>(posterior);
    if (posterior && (!normal || normal.isPosterior()))
      continue;
    InFlightDiagnostic diagnostic =
        sample.emitOpError("expected the spread of a posterior, "
                           "'vib.normal … softplus(…)' or 'sigma(…)', not the "
                           "'noise(…)' of a likelihood");
    if (posterior)
      diagnostic.attachNote(posterior->getLoc()) << "it is computed here";
    return diagnostic;
  }
  return success();
}

LogicalResult ChainVerifier::verifyEncoders() {
  SmallVector<BlockArgument> targets = model.getTargets();
  for (ReparameterizeOp sample : samples)
    for (Operation *op : collectSources(sample))
      for (Value operand : op->getOperands()) {
        if (!llvm::is_contained(targets, operand))
          continue;
        InFlightDiagnostic diagnostic = op->emitOpError(
            "reads the target, which is not known when predicting");
        diagnostic.attachNote(operand.getLoc()) << "it is declared here";
        return diagnostic;
      }
  return success();
}

/// What a decoder reads beside a sample is known when predicting, and is not
/// behind a sample itself.
LogicalResult ChainVerifier::verifyBypasses() {
  SmallVector<BlockArgument> targets = model.getTargets();
  SmallVector<BypassOp> bypasses;
  model.getBody().walk([&](BypassOp op) { bypasses.push_back(op); });
  for (ReparameterizeOp sample : samples)
    for (Operation *op : collectSources(sample))
      if (isa<BypassOp>(op)) {
        InFlightDiagnostic diagnostic = op->emitOpError(
            "expected only a decoder to read the result, but a posterior "
            "depends on it");
        diagnostic.attachNote(sample.getLoc()) << "its sample is drawn here";
        return diagnostic;
      }
  for (BypassOp bypass : bypasses) {
    if (!decoders.contains(bypass))
      return bypass.emitOpError("expected a decoder to read the result beside "
                                "a sample, but none does");
    if (bypass.getType().getRank() != 2)
      return bypass.emitOpError("expected a row of numbers an example, as "
                                "vib.flatten gives, but got ")
             << bypass.getType();
    for (Operation *op : collectSources(bypass)) {
      if (op != bypass && isa<BypassOp>(op)) {
        InFlightDiagnostic diagnostic =
            bypass.emitOpError("expected an operand behind no other bypass");
        diagnostic.attachNote(op->getLoc()) << "the other one is here";
        return diagnostic;
      }
      if (isa<ReparameterizeOp>(op)) {
        InFlightDiagnostic diagnostic =
            bypass.emitOpError("expected an operand that depends on no sample");
        diagnostic.attachNote(op->getLoc()) << "the sample is drawn here";
        return diagnostic;
      }
      for (Value operand : op->getOperands())
        if (llvm::is_contained(targets, operand)) {
          InFlightDiagnostic diagnostic = op->emitOpError(
              "reads the target, which is not known when predicting");
          diagnostic.attachNote(operand.getLoc()) << "it is declared here";
          return diagnostic;
        }
    }
  }
  return success();
}

LogicalResult ChainVerifier::verifyDecoders() {
  // The definition of a value precedes its readers, and the ops of a region
  // what contains it.
  DenseSet<Operation *> behind;
  model.getBody().walk([&](Operation *op) {
    auto isBehind = [&](Value value) {
      return behind.contains(value.getDefiningOp());
    };
    bool yieldsBehind = llvm::any_of(op->getRegions(), [&](Region &region) {
      return !region.empty() && behind.contains(&region.front().back());
    });
    if (isa<ReparameterizeOp>(op) || yieldsBehind ||
        llvm::any_of(op->getOperands(), isBehind))
      behind.insert(op);
  });
  for (Operation *op : decoders) {
    if (isa<ReparameterizeOp>(op) || !behind.contains(op))
      continue;
    for (OpOperand &operand : op->getOpOperands()) {
      auto nll = dyn_cast<NLLOp>(op);
      if (behind.contains(operand.get().getDefiningOp()) ||
          isa_and_nonnull<BypassOp>(operand.get().getDefiningOp()) ||
          (nll && &operand == &nll.getTargetMutable()))
        continue;
      InFlightDiagnostic diagnostic = op->emitOpError(
          "bypasses the bottleneck: the likelihood may depend only on ");
      diagnostic << (samples.size() == 1 ? "the sample" : "samples");
      diagnostic.attachNote(samples.front().getLoc()) << "it is drawn here";
      return diagnostic;
    }
  }
  return success();
}

LogicalResult ChainVerifier::verifyRates() {
  SmallVector<KLOp> rates = loss.getRateTerms();
  for (auto kl : model.getBody().getOps<KLOp>()) {
    if (!(kl.isResidual() || kl.isDrawn()) || llvm::is_contained(rates, kl))
      continue;
    InFlightDiagnostic diagnostic =
        kl.emitOpError("expected the divergence from ")
        << (kl.isDrawn() ? "a mixture" : "the prior of a label")
        << " to be a term of the loss";
    diagnostic.attachNote(loss.getLoc()) << "the loss is here";
    return diagnostic;
  }
  for (KLOp kl : rates) {
    Operation *source = getSource(kl.getPosterior());
    if (failed(verifySampled(kl, kl.getPosterior())))
      return failure();
    // A posterior has one rate among the figures.
    for (KLOp other : rates) {
      if (getSource(other.getPosterior()) != source ||
          (other.getLearnedPrior() == kl.getLearnedPrior() &&
           other.getPriorAttr() == kl.getPriorAttr()))
        continue;
      InFlightDiagnostic diagnostic = other.emitOpError(
          "expected one prior of each posterior but got a second one");
      diagnostic.attachNote(kl.getLoc()) << "the first one is here";
      return diagnostic;
    }
    if (failed(verifyLabel(kl)) || failed(verifyVamp(kl)))
      return failure();
  }
  return success();
}

LogicalResult ChainVerifier::verifySampled(Operation *op, Value posterior) {
  if (llvm::any_of(samples, [&](ReparameterizeOp sample) {
        return getSource(sample.getDistribution()) == getSource(posterior);
      }))
    return success();
  InFlightDiagnostic diagnostic = op->emitOpError("expected the ")
                                  << (isa<KLOp>(op) ? "divergence of the " : "")
                                  << "posterior that is sampled";
  diagnostic.attachNote(samples.front().getLoc()) << "it is sampled here";
  return diagnostic;
}

/// The estimate compares the means of two examples by the sigma of both.
LogicalResult ChainVerifier::verifyPairwise() {
  SmallVector<PairwiseOp> before;
  for (auto pairwise : model.getBody().getOps<PairwiseOp>()) {
    if (failed(verifySampled(pairwise, pairwise.getPosterior())))
      return failure();
    Operation *source = getSource(pairwise.getPosterior());
    for (PairwiseOp other : before) {
      if (getSource(other.getPosterior()) != source)
        continue;
      InFlightDiagnostic diagnostic = pairwise.emitOpError(
          "expected one vib.pairwise of each posterior but got a second one");
      diagnostic.attachNote(other.getLoc()) << "the first one is here";
      return diagnostic;
    }
    before.push_back(pairwise);
    auto normal = dyn_cast<NormalOp>(source);
    if (normal && normal.isSpreadComputed()) {
      InFlightDiagnostic diagnostic = pairwise.emitOpError(
          "expected a posterior with one sigma for all examples, "
          "'vib.normal … sigma(1.0)' or 'sigma(@name = 1.0)'");
      diagnostic.attachNote(normal.getLoc())
          << "the network computes the sigma of each example here";
      return diagnostic;
    }
    if (llvm::is_contained(loss.getTerms(), pairwise.getResult()))
      continue;
    InFlightDiagnostic diagnostic =
        pairwise.emitOpError("expected it to be a term of the loss");
    diagnostic.attachNote(loss.getLoc()) << "the loss is here";
    return diagnostic;
  }
  return success();
}

/// The label that a prior is given is the target of a likelihood of as many
/// classes.
LogicalResult ChainVerifier::verifyLabel(KLOp kl) {
  if (!kl.isResidual())
    return success();
  auto prior = kl.getLearnedPrior().getDefiningOp<PriorOp>();
  for (NLLOp nll : likelihoods) {
    if (nll.getTarget() != prior.getLabel())
      continue;
    int64_t classes = nll.getLikelihood().getType().getNumClasses();
    if (classes == *prior.getClasses())
      return success();
    InFlightDiagnostic diagnostic = prior.emitOpError("expected ")
                                    << classes << " classes, as its label has, "
                                    << "but got " << *prior.getClasses();
    diagnostic.attachNote(nll.getLoc())
        << "the likelihood of the label is here";
    return diagnostic;
  }
  InFlightDiagnostic diagnostic = prior.emitOpError(
      "expected its label to be a target of the loss, but it is not");
  diagnostic.attachNote(loss.getLoc()) << "the loss is here";
  return diagnostic;
}

/// The components of a VampPrior are posteriors, of one input, and each is
/// computed apart from the others.
LogicalResult ChainVerifier::verifyVamp(KLOp kl) {
  auto prior = kl.getLearnedPrior()
                   ? kl.getLearnedPrior().getDefiningOp<PriorOp>()
                   : PriorOp();
  if (!prior || !prior.getInput())
    return success();
  auto report = [&](const Twine &expected, Location at,
                    StringRef note) -> LogicalResult {
    InFlightDiagnostic diagnostic = prior.emitOpError("expected ") << expected;
    diagnostic.attachNote(at) << note;
    return diagnostic;
  };
  if (getSource(prior.getEncoded()) != getSource(kl.getPosterior()))
    return report("behind 'of' the posterior that diverges from it",
                  kl.getLoc(), "the divergence is here");
  Operation *input = prior.getInput().getDefiningOp();
  if (input && !isa<InputOpInterface>(input))
    return report("an argument of the model, or the result of vib.scale or "
                  "vib.standardize, behind 'over'",
                  input->getLoc(), "the value is computed here");
  SetVector<Operation *> encoder =
      collectSources(prior.getEncoded().getDefiningOp(),
                     [&](Operation *op) { return op == input; });
  encoder.remove(input);
  auto isRead = [&](Value value) {
    return llvm::any_of(encoder, [&](Operation *op) {
      return llvm::is_contained(op->getOperands(), value);
    });
  };
  bool readsInput = isRead(prior.getInput());
  for (BlockArgument argument : model.getBody().getArguments())
    if (argument != prior.getInput() && isRead(argument))
      return report(readsInput
                        ? "an encoder of one input, that behind 'over'"
                        : "behind 'over' the input that the encoder reads",
                    argument.getLoc(), "it reads this argument");
  return success();
}

LogicalResult ChainVerifier::verifyArguments() {
  SetVector<Operation *> live = collectSources(loss);
  bool needsNames = model.getBody().getNumArguments() != 2;
  for (BlockArgument argument : model.getBody().getArguments()) {
    if (llvm::none_of(argument.getUsers(),
                      [&](Operation *user) { return live.contains(user); }))
      return emitError(argument.getLoc(), "expected the loss to depend on "
                                          "every argument, but it does not "
                                          "depend on this one");
    if (needsNames && model.getArgumentName(argument).empty())
      return emitError(argument.getLoc(),
                       "expected a name, such as %image: in a model of ")
             << model.getBody().getNumArguments()
             << (model.getBody().getNumArguments() == 1 ? " argument"
                                                        : " arguments")
             << " it is the name of the argument's array in the data";
  }
  return success();
}

LogicalResult vib::verifyChain(ModelOp model, LossOp loss) {
  return ChainVerifier(model, loss).run();
}
