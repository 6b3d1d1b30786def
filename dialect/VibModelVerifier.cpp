//===- VibModelVerifier.cpp - The rules for a whole model -------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// The rules that no single op can check, in the order that is most useful to a
// user who has broken several:
//
//   1. the arguments are inputs and targets, at least one of each;
//   2. no op has an attribute that is not defined for it;
//   3. every value is computed before it is read;
//   4. there is one loss;
//   5. there is one element type;
//   6. names can be printed and stored, and parameters of one name are one;
//   7. the loss depends on every encoder and every parameter, because otherwise
//      they would not be trained, and on one vib.scale of each input at most,
//      because its result is computed apart from the step;
//   8. the network is a chain: encoders, one reparameterization of each
//      posterior, likelihoods that depend only on the samples, and rates of
//      the same posteriors. A compiled program can then encode a batch once and
//      draw several samples;
//   9. there is a parameter to train;
//  10. no count of bytes or operations overflows.
//
//===----------------------------------------------------------------------===//

#include "dialect/VibModelVerifier.h"
#include "dialect/VibFields.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Dominance.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

using namespace mlir;
using namespace vib;

namespace {

class ModelVerifier {
public:
  explicit ModelVerifier(ModelOp model) : model(model) {}

  LogicalResult run() {
    return failure(failed(verifyArguments()) || failed(verifyAttributes()) ||
                   failed(verifyOrder()) || failed(findLoss()) ||
                   failed(verifyElementTypes()) || failed(verifyNames()) ||
                   failed(verifyUses()) || failed(verifyTokens()) ||
                   failed(verifyChain(model, loss)) || failed(verifyLearns()) ||
                   failed(verifySizes(model)));
  }

private:
  LogicalResult verifyArguments();
  LogicalResult verifyAttributes();
  LogicalResult verifyOrder();
  LogicalResult findLoss();
  LogicalResult verifyElementTypes();
  LogicalResult verifyNames();
  LogicalResult verifyUses();
  LogicalResult verifyTokens();
  LogicalResult verifyLearns();

  ModelOp model;
  LossOp loss;
};

} // namespace

LogicalResult ModelVerifier::verifyArguments() {
  SmallVector<Location> locations;
  for (BlockArgument argument : model.getBody().getArguments())
    locations.push_back(argument.getLoc());
  if (failed(verifyModelArguments(
          model.getLoc(), locations,
          llvm::to_vector(model.getBody().getArgumentTypes()))))
    return failure();
  bool reconstructs = false;
  model.getBody().walk(
      [&](NLLOp nll) { reconstructs |= nll.isReconstruction(); });
  if (locations.size() >= 2 || reconstructs)
    return success();
  return model.emitOpError("expected at least two arguments, an input and what "
                           "is to be predicted, but got ")
         << locations.size();
}

/// MLIR accepts unknown attributes, which would have no effect.
LogicalResult ModelVerifier::verifyAttributes() {
  WalkResult result = model->walk([](Operation *op) -> WalkResult {
    for (NamedAttribute attribute : op->getDiscardableAttrs())
      if (!attribute.getName().getValue().contains('.'))
        return op->emitOpError("has no attribute '")
               << attribute.getName().getValue() << "'";
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// MLIR checks this too, but only after the ops, and in its own terms.
LogicalResult ModelVerifier::verifyOrder() {
  DominanceInfo dominance(model);
  WalkResult result = model.getBody().walk([&](Operation *op) -> WalkResult {
    for (Value operand : op->getOperands()) {
      if (dominance.properlyDominates(operand, op))
        continue;
      InFlightDiagnostic diagnostic =
          op->emitOpError("reads a value before it is computed");
      diagnostic.attachNote(operand.getLoc()) << "it is computed here";
      return diagnostic;
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ModelVerifier::findLoss() {
  for (auto op : model.getBody().getOps<LossOp>()) {
    if (loss) {
      InFlightDiagnostic diagnostic =
          op.emitOpError("expected one loss but got a second one");
      diagnostic.attachNote(loss.getLoc()) << "the first one is here";
      return diagnostic;
    }
    loss = op;
  }
  if (!loss)
    return model.emitOpError("expected a loss but got none: add 'vib.loss'");
  // Without it no decoder would be trained, which would be reported there.
  bool isOfOthers = llvm::all_of(loss.getTerms(), [](Value term) {
    return isa_and_nonnull<KLOp, PairwiseOp, EntropyOp>(term.getDefiningOp());
  });
  if (isOfOthers)
    return loss.emitOpError("expected a vib.nll among its terms");
  return success();
}

LogicalResult ModelVerifier::verifyElementTypes() {
  Type first;
  std::optional<Location> firstLoc;
  WalkResult result = model.getBody().walk([&](Operation *op) {
    for (Value value : llvm::concat<Value>(
             llvm::to_vector(op->getOperands()),
             llvm::map_to_vector(op->getResults(),
                                 [](OpResult r) -> Value { return r; }))) {
      auto type = dyn_cast<RankedTensorType>(value.getType());
      if (!type || !isa<FloatType>(type.getElementType()))
        continue;
      if (!first) {
        first = type.getElementType();
        firstLoc = op->getLoc();
      }
      if (type.getElementType() == first)
        continue;
      InFlightDiagnostic diagnostic = op->emitOpError("expected ")
                                      << first << " as in the rest of the "
                                      << "model but got "
                                      << type.getElementType();
      diagnostic.attachNote(*firstLoc) << "the first " << first << " is here";
      return WalkResult::interrupt();
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

/// Names are printed on terminals, stored as JSON in weight files and become
/// symbols of the program.
static LogicalResult verifyText(Operation *op, StringRef what, StringRef name) {
  if (isPrintable(name))
    return success();
  std::string shown;
  llvm::raw_string_ostream os(shown);
  llvm::printEscapedString(name, os);
  return op->emitOpError("expected ")
         << what << " of UTF-8 text without control characters but got \""
         << shown << "\"";
}

LogicalResult ModelVerifier::verifyNames() {
  if (failed(verifyText(model, "a name", model.getSymName())))
    return failure();
  llvm::StringMap<std::pair<Operation *, Parameter>> first;
  WalkResult result = model.getBody().walk([&](Operation *op) -> WalkResult {
    SmallVector<Parameter> parameters, state;
    if (auto parameterized = dyn_cast<ParameterizedOpInterface>(op)) {
      parameters = parameterized.getParameters();
      state = parameterized.getRunningState();
    }
    if (auto input = dyn_cast<InputOpInterface>(op))
      state = input.getState();
    // Statistics are those of one op.
    bool isShared = state.empty();
    parameters.append(state);
    for (const Parameter &parameter : parameters) {
      if (failed(verifyText(op, "a name for its parameters", parameter.name)))
        return WalkResult::interrupt();
      auto [place, isNew] = first.try_emplace(parameter.name, op, parameter);
      const auto &[owner, known] = place->second;
      if (isNew || (parameter == known && isShared))
        continue;
      InFlightDiagnostic diagnostic = op->emitOpError("expected a name of its "
                                                      "own");
      if (!isShared || parameter.kind != known.kind ||
          parameter.shape == known.shape)
        diagnostic << ", but there is already a parameter '" << parameter.name
                   << "'";
      else
        diagnostic << ", or the shape [" << known.shape
                   << "] that the parameter '" << parameter.name
                   << "' has already, but got [" << parameter.shape << "]";
      diagnostic.attachNote(owner->getLoc())
          << "'" << parameter.name << "' is here";
      return diagnostic;
    }
    return WalkResult::advance();
  });
  return failure(result.wasInterrupted());
}

LogicalResult ModelVerifier::verifyUses() {
  SetVector<Operation *> live = collectSources(loss);
  llvm::SmallMapVector<Value, InputOpInterface, 4> scales;
  WalkResult result = model.getBody().walk<WalkOrder::PreOrder>(
      [&](Operation *op) -> WalkResult {
        if (auto other = dyn_cast<InputOpInterface>(op);
            other && live.contains(op)) {
          if (!isa<BlockArgument>(other.getInput()))
            return other->emitOpError("expected an input of the model, but got "
                                      "a value that the model computes");
          InputOpInterface &scale = scales[other.getInput()];
          if (scale) {
            InFlightDiagnostic diagnostic = other->emitOpError(
                "expected one vib.scale or vib.standardize of the input but "
                "got a second one");
            diagnostic.attachNote(scale.getLoc()) << "the first one is here";
            return diagnostic;
          }
          scale = other;
        }
        if (live.contains(op))
          return WalkResult::advance();
        auto unread = [&](InFlightDiagnostic diagnostic) -> WalkResult {
          diagnostic.attachNote(loss.getLoc()) << "the loss is here";
          return diagnostic;
        };
        if (auto input = dyn_cast<InputOpInterface>(op);
            input && !input.getState().empty())
          return unread(op->emitOpError("expected the loss to depend on the "
                                        "standardized input, but it does not"));
        if (isa<EncoderOp>(op))
          return unread(op->emitOpError("expected the loss to depend on its "
                                        "posterior, but it does not"));
        auto parameterized = dyn_cast<ParameterizedOpInterface>(op);
        if (!parameterized || parameterized.getParameters().empty())
          return WalkResult::advance();
        std::string name = parameterized.getParameters().front().name;
        bool isUsedElsewhere = llvm::any_of(live, [&](Operation *other) {
          auto use = dyn_cast<ParameterizedOpInterface>(other);
          return use && llvm::any_of(use.getParameters(),
                                     [&](const Parameter &parameter) {
                                       return parameter.name == name;
                                     });
        });
        if (isUsedElsewhere)
          return unread(op->emitOpError("expected the loss to depend on this "
                                        "use of '")
                        << name << "' too, but it does not");
        return unread(op->emitOpError("the parameter '")
                      << name
                      << "' cannot be trained: the loss does not depend on it");
      });
  if (result.wasInterrupted())
    return failure();
  for (auto [input, scale] : scales)
    for (Operation *reader : input.getUsers())
      if (reader != scale && live.contains(reader) && !isa<NLLOp>(reader)) {
        InFlightDiagnostic diagnostic =
            reader->emitOpError("expected to read the ")
            << (isa<ScaleOp>(scale) ? "scaled" : "standardized")
            << " input, but it reads the input itself";
        diagnostic.attachNote(scale.getLoc())
            << "the input is "
            << (isa<ScaleOp>(scale) ? "scaled" : "standardized") << " here";
        return diagnostic;
      }
  return success();
}

/// The program checks the range of an input of tokens once.
LogicalResult ModelVerifier::verifyTokens() {
  llvm::SmallDenseMap<Value, TokenOpInterface> readers;
  WalkResult result =
      model.getBody().walk([&](TokenOpInterface op) -> WalkResult {
        TokenOpInterface &first = readers[op->getOperand(0)];
        if (!first)
          first = op;
        if (op.getNumValues() == first.getNumValues())
          return WalkResult::advance();
        InFlightDiagnostic diagnostic =
            op->emitOpError("expected ")
            << first.getNumValues() << " values of a token, as the first "
            << "reader of the input has, but got " << op.getNumValues();
        diagnostic.attachNote(first.getLoc()) << "the first reader is here";
        return diagnostic;
      });
  return failure(result.wasInterrupted());
}

LogicalResult ModelVerifier::verifyLearns() {
  if (!model.getParameters().empty())
    return success();
  return model.emitOpError("has no parameters, so that there is nothing to "
                           "train: expected at least one 'vib.linear', "
                           "'vib.mlp' or 'vib.conv2d'");
}

LogicalResult vib::verifyModel(ModelOp model) {
  return ModelVerifier(model).run();
}
