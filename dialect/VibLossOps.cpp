//===- VibLossOps.cpp - The loss and its terms ------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;
using namespace vib;

BlockArgument NLLOp::getTargetArgument() {
  Value target = getTarget();
  if (auto input = target.getDefiningOp<InputOpInterface>())
    target = input.getInput();
  return dyn_cast<BlockArgument>(target);
}

bool NLLOp::isReconstruction() {
  BlockArgument argument = getTargetArgument();
  if (!argument || getLikelihood().getType().getNumClasses() != 0)
    return false;
  return argument != getTarget() ||
         !llvm::all_of(argument.getUses(), [](OpOperand &use) {
           auto nll = dyn_cast<NLLOp>(use.getOwner());
           return nll && &use == &nll.getTargetMutable();
         });
}

/// The step compares a label with each class to find its weight.
static constexpr int64_t kMostWeightedClasses = 256;

/// What the classes of a target count in training.
static LogicalResult verifyObjective(NLLOp nll) {
  int64_t classes = nll.getLikelihood().getType().getNumClasses();
  if (classes == 0)
    return nll.emitOpError("expected no '")
           << (nll.getSmoothing() ? "smoothing" : "weights")
           << "', because the target has no classes";
  if (FloatAttr smoothing = nll.getSmoothingAttr();
      smoothing &&
      !(smoothing.getValueAsDouble() >= 0 && smoothing.getValueAsDouble() < 1))
    return nll.emitOpError("expected a smoothing in [0, 1) but got ")
           << formatNumber(smoothing);
  std::optional<ArrayRef<double>> weights = nll.getWeights();
  if (!weights)
    return success();
  if (int64_t(weights->size()) != classes)
    return nll.emitOpError("expected a weight for each of ")
           << classes << " classes but got " << weights->size();
  if (classes > kMostWeightedClasses)
    return nll.emitOpError("expected weights of at most ")
           << kMostWeightedClasses << " classes but got " << classes;
  Builder builder(nll.getContext());
  for (double weight : *weights)
    if (!(weight > 0) || std::isinf(weight))
      return nll.emitOpError("expected finite weights above 0 but got ")
             << formatNumber(builder.getF64FloatAttr(weight));
  return success();
}

LogicalResult NLLOp::verify() {
  auto target = cast<RankedTensorType>(getTarget().getType());
  // What the model reads is a row of numbers for each example.
  if (isReconstruction() && target.getRank() > 1 &&
      !ShapedType::isDynamicShape(target.getShape().drop_front())) {
    Type element = target.getElementType();
    if (!isa<FloatType>(element))
      element = Float32Type::get(getContext());
    target = RankedTensorType::get(
        {target.getDimSize(0),
         ShapedType::getNumElements(target.getShape().drop_front())},
        element);
  }
  if (failed(getLikelihood().getType().verifyTarget(*this, target)))
    return failure();
  return hasObjective() ? verifyObjective(*this) : success();
}

//===----------------------------------------------------------------------===//
// KLOp
//===----------------------------------------------------------------------===//

TypedValue<DistributionTypeInterface> KLOp::getLearnedPrior() {
  Value prior = getGiven().empty() ? Value() : getGiven().front();
  return dyn_cast_or_null<TypedValue<DistributionTypeInterface>>(prior);
}

Value KLOp::getSample() {
  return getGiven().size() > 1 ? getGiven().back() : Value();
}

bool KLOp::isResidual() {
  auto prior = getLearnedPrior() ? getLearnedPrior().getDefiningOp<PriorOp>()
                                 : PriorOp();
  return prior && prior.getLabel();
}

StringRef KLOp::getTensorName() {
  return isDrawn() ? "drawn_rate" : getFigureName();
}

StringRef KLOp::getFigureName() { return isResidual() ? "residual" : "rate"; }

LogicalResult KLOp::verify() {
  DistributionTypeInterface posterior = getPosterior().getType();
  bool isUniform = posterior.hasDivergence(Attribute());
  if (isUniform && (getPriorAttr() || !getGiven().empty()))
    return emitOpError("expected no prior, because the rate of ")
           << posterior << " is the divergence from the uniform distribution";
  if (isUniform)
    return success();
  if (bool(getPriorAttr()) == bool(getLearnedPrior()) ||
      (getPriorAttr() && !getGiven().empty()) || getGiven().size() > 2)
    return emitOpError("expected one prior, #vib.standard_normal or the result "
                       "of a vib.prior");
  if (getLearnedPrior())
    return verifyLearnedPrior();
  auto prior = dyn_cast<StandardNormalAttr>(getPriorAttr());
  if (!prior)
    return emitOpError("expected the prior #vib.standard_normal but got ")
           << getPriorAttr();
  if (prior.getType() != posterior)
    return emitOpError("expected a prior of the posterior's type, ")
           << posterior << ", but got " << prior.getType();
  if (!posterior.hasDivergence(prior))
    return emitOpError("expected a distribution whose divergence from ")
           << prior << " has a closed form";
  return success();
}

LogicalResult KLOp::verifyLearnedPrior() {
  DistributionTypeInterface posterior = getPosterior().getType();
  DistributionTypeInterface prior = getLearnedPrior().getType();
  if (!getLearnedPrior().getDefiningOp<PriorOp>()) {
    InFlightDiagnostic diagnostic =
        emitOpError("expected a prior that vib.prior makes");
    diagnostic.attachNote(getLearnedPrior().getLoc())
        << "the value is made here";
    return diagnostic;
  }
  if (prior.getSize() != posterior.getSize())
    return emitOpError("expected a prior of ")
           << posterior.getSize() << " latents, as the posterior " << posterior
           << " has, but got " << prior;
  if (prior.isDrawnPrior() && posterior.hasSamples())
    return verifySample();
  if (!posterior.hasDivergenceFrom(prior))
    return emitOpError("expected a distribution whose divergence from ")
           << prior << " has a closed form, but got " << posterior;
  if (getSample())
    return emitOpError("expected no 'at', because the divergence of ")
           << posterior << " from " << prior << " has a closed form";
  return success();
}

LogicalResult KLOp::verifySample() {
  if (!getSample())
    return emitOpError("expected 'at' and the sample of the posterior, as in "
                       "'vib.kl %q, %r at %z', because the divergence from ")
           << getLearnedPrior().getType() << " has no closed form";
  auto sample = getSample().getDefiningOp<ReparameterizeOp>();
  if (sample && sample.getDistribution() == getPosterior())
    return success();
  InFlightDiagnostic diagnostic =
      emitOpError("expected 'at' the sample that vib.reparameterize draws of "
                  "the posterior");
  diagnostic.attachNote(getSample().getLoc()) << "the value is made here";
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// PairwiseOp
//===----------------------------------------------------------------------===//

LogicalResult PairwiseOp::verify() {
  if (getPosterior().getType().hasPairwiseDivergence())
    return success();
  return emitOpError("expected a posterior that is normal with a diagonal "
                     "covariance, but got ")
         << getPosterior().getType();
}

//===----------------------------------------------------------------------===//
// EntropyOp
//===----------------------------------------------------------------------===//

LogicalResult EntropyOp::verify() {
  if (getLikelihood().getType().hasEntropy())
    return success();
  return emitOpError("expected a likelihood of classes or of bits, whose "
                     "entropy has a closed form, but got ")
         << getLikelihood().getType();
}

//===----------------------------------------------------------------------===//
// CoefficientAttr
//===----------------------------------------------------------------------===//

Attribute CoefficientAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string symbol;
  if (parser.parseLess())
    return {};
  if (succeeded(parser.parseOptionalString(&symbol)) && parser.parseComma())
    return {};
  FailureOr<FloatAttr> value = parseNumber(parser);
  if (failed(value) || parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    StringRef(symbol), *value);
}

void CoefficientAttr::print(AsmPrinter &printer) const {
  printer << '<';
  if (isNamed()) {
    printer.printString(getName());
    printer << ", ";
  }
  printNumber(printer, getValue());
  printer << '>';
}

LogicalResult CoefficientAttr::verify(EmitError emitError, StringRef name,
                                      FloatAttr value) {
  if (!name.empty() && failed(verifyText(emitError, "name", name)))
    return failure();
  StringRef what = name.empty() ? "coefficient" : name;
  if (!value || !value.getType().isF64())
    return emitError() << "expected '" << what << "' to be an f64";
  if (value.getValue().isFinite() && !value.getValue().isNegative())
    return success();
  return emitError() << "expected a finite " << what
                     << " of at least 0 but got " << formatNumber(value);
}

//===----------------------------------------------------------------------===//
// FunctionAttr
//===----------------------------------------------------------------------===//

/// Whether a function has an argument beside the mean.
static bool hasNumber(FunctionKind kind) {
  return kind != FunctionKind::Mean && kind != FunctionKind::Negative;
}

Attribute FunctionAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  FunctionKind kind = FunctionKind::Mean;
  CoefficientAttr number;
  if (parser.parseLess() || parseWord(parser, kind))
    return {};
  if (hasNumber(kind) &&
      (parser.parseComma() || parseCoefficient(parser, number)))
    return {};
  if (parser.parseGreater())
    return {};
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    kind, number);
}

void FunctionAttr::print(AsmPrinter &printer) const {
  printer << '<' << stringifyEnum(getKind());
  if (getNumber()) {
    printer << ", ";
    printCoefficient(printer, getNumber());
  }
  printer << '>';
}

LogicalResult FunctionAttr::verify(EmitError emitError, FunctionKind kind,
                                   CoefficientAttr number) {
  if (hasNumber(kind) != bool(number))
    return emitError() << "expected '" << stringifyEnum(kind) << "' to have "
                       << (number ? "no number" : "a number");
  if (!number || kind == FunctionKind::Abs)
    return success();
  if (number.isNamed())
    return emitError() << "expected a number in '" << stringifyEnum(kind)
                       << "' but got @" << number.getName()
                       << ": only the number in 'abs' may have a name";
  unsigned least = kind == FunctionKind::Power ? 1 : 0;
  if (number.getValue().getValueAsDouble() > least)
    return success();
  return emitError() << "expected the number in '" << stringifyEnum(kind)
                     << "' to be above " << least << " but got "
                     << formatNumber(number.getValue());
}

//===----------------------------------------------------------------------===//
// LossOp
//===----------------------------------------------------------------------===//

SmallVector<NLLOp> vib::getLikelihoodTerms(LossOp loss) {
  SmallVector<NLLOp> likelihoods;
  for (Value term : loss.getTerms())
    if (auto nll = term.getDefiningOp<NLLOp>();
        nll && !llvm::is_contained(likelihoods, nll))
      likelihoods.push_back(nll);
  llvm::sort(likelihoods, [](NLLOp a, NLLOp b) {
    return a.getTargetArgument().getArgNumber() <
           b.getTargetArgument().getArgNumber();
  });
  return likelihoods;
}

SmallVector<KLOp> LossOp::getRateTerms() {
  SmallVector<KLOp> rates;
  for (Value term : getTerms())
    if (auto rate = term.getDefiningOp<KLOp>();
        rate && !llvm::is_contained(rates, rate))
      rates.push_back(rate);
  return rates;
}

PairwiseOp LossOp::findPairwiseTerm(Value posterior) {
  for (Value term : getTerms())
    if (auto pairwise = term.getDefiningOp<PairwiseOp>();
        pairwise && pairwise.getPosterior() == posterior)
      return pairwise;
  return {};
}

EntropyOp LossOp::findEntropyTerm(NLLOp nll) {
  for (NLLOp first : getLikelihoodTerms(*this)) {
    if (first == nll)
      break;
    if (first.getLikelihood() == nll.getLikelihood())
      return {};
  }
  for (Value term : getTerms())
    if (auto entropy = term.getDefiningOp<EntropyOp>();
        entropy && entropy.getLikelihood() == nll.getLikelihood())
      return entropy;
  return {};
}

/// Whether a term is a rate, which needs a coefficient and may be within a
/// function.
static bool isRate(Value term) {
  return isa_and_nonnull<KLOp, PairwiseOp>(term.getDefiningOp());
}

SmallVector<FunctionAttr> vib::getTermFunctions(ArrayAttr functions,
                                                ArrayAttr coefficients) {
  if (functions)
    return llvm::to_vector(functions.getAsRange<FunctionAttr>());
  auto mean = FunctionAttr::get(coefficients.getContext(), FunctionKind::Mean,
                                CoefficientAttr());
  return SmallVector<FunctionAttr>(coefficients.size(), mean);
}

SmallVector<CoefficientAttr> vib::getNamedCoefficients(ArrayAttr coefficients,
                                                       ArrayAttr functions) {
  SmallVector<CoefficientAttr> named;
  auto add = [&](CoefficientAttr value) {
    if (value && value.isNamed() && !llvm::is_contained(named, value))
      named.push_back(value);
  };
  for (auto [factor, function] :
       llvm::zip_equal(coefficients.getAsRange<CoefficientAttr>(),
                       vib::getTermFunctions(functions, coefficients))) {
    add(factor);
    add(function.getNumber());
  }
  return named;
}

SmallVector<FunctionAttr> LossOp::getTermFunctions() {
  return vib::getTermFunctions(getFunctionsAttr(), getCoefficients());
}

SmallVector<CoefficientAttr> LossOp::getNamedCoefficients() {
  SmallVector<CoefficientAttr> named =
      vib::getNamedCoefficients(getCoefficients(), getFunctionsAttr());
  if (auto model = (*this)->getParentOfType<ModelOp>())
    named.append(getTemperatures(model));
  return named;
}

CoefficientAttr LossOp::getBeta() {
  for (CoefficientAttr factor : getFactors())
    if (factor.getName() == "beta")
      return factor;
  for (auto [term, factor] : llvm::zip_equal(getTerms(), getFactors()))
    if (isRate(term) && factor.isNamed())
      return factor;
  return {};
}

/// Whether the lines of metrics.jsonl or of sweep.jsonl have a key of this
/// name, or the grid of a sweep does.
static bool isMetricName(StringRef name) {
  static constexpr StringLiteral kNames[] = {"run",
                                             "status",
                                             "message",
                                             "best",
                                             "epochs",
                                             "steps",
                                             "init",
                                             "split",
                                             "weights",
                                             "epoch",
                                             "step",
                                             "loss",
                                             "nll_bits",
                                             "rate_bits",
                                             "residual_bits",
                                             "cross_entropy_bits",
                                             "entropy_bits",
                                             "izx_nib_bits",
                                             "izx_nib_block",
                                             "izy_bits",
                                             "hy_bits",
                                             "nll_avg_bits",
                                             "error_1shot",
                                             "error_avg",
                                             "error_mean",
                                             "mae",
                                             "objective_bits",
                                             "rmse",
                                             "rmse_avg",
                                             "rmse_mean",
                                             "rmse_avg_outputs",
                                             "rmse_outputs",
                                             "samples",
                                             "lr",
                                             "seed",
                                             "n",
                                             "seconds"};
  return llvm::is_contained(kNames, name);
}

/// Whether a program can have a flag and a key of its metrics of this name.
static bool isFlagName(StringRef name) {
  return llvm::all_of(name, [](char c) {
    return llvm::isAlnum(c) || c == '_' || c == '-' || c == '.';
  });
}

/// A temperature shares its name with no coefficient: what a flag and a
/// schedule may set differs.
static LogicalResult verifyTemperatures(LossOp loss) {
  SmallVector<CoefficientAttr> coefficients = vib::getNamedCoefficients(
      loss.getCoefficients(), loss.getFunctionsAttr());
  for (CoefficientAttr temperature :
       getTemperatures(loss->getParentOfType<ModelOp>())) {
    StringRef name = temperature.getName();
    if (name == "beta")
      return loss.emitOpError("expected another name for the temperature "
                              "'beta', which the program gives to the "
                              "coefficient of the rate");
    if (llvm::any_of(coefficients, [&](CoefficientAttr coefficient) {
          return coefficient.getName() == name;
        }))
      return loss.emitOpError("expected another name for the temperature '")
             << name << "', because a coefficient of the loss has it";
  }
  return success();
}

LogicalResult LossOp::verify() {
  if (getTerms().empty())
    return emitOpError("expected at least one term");
  if (!llvm::all_of(getCoefficients(), llvm::IsaPred<CoefficientAttr>) ||
      getCoefficients().size() != getTerms().size())
    return emitOpError("expected a #vib.coefficient for each of its ")
           << getTerms().size() << " terms but got " << getCoefficients();
  if (ArrayAttr functions = getFunctionsAttr();
      functions && (!llvm::all_of(functions, llvm::IsaPred<FunctionAttr>) ||
                    functions.size() != getTerms().size()))
    return emitOpError("expected a #vib.function for each of its ")
           << getTerms().size() << " terms but got " << functions;
  for (auto [term, function] :
       llvm::zip_equal(getTerms(), getTermFunctions())) {
    if (function.isNegative() && !term.getDefiningOp<EntropyOp>())
      return emitOpError("expected '-' before an entropy, which vib.entropy "
                         "computes: a loss adds its other terms");
    if (function.isLinear() || isRate(term))
      continue;
    InFlightDiagnostic diagnostic =
        emitOpError("expected '")
        << stringifyEnum(function.getKind())
        << "' of a rate, which vib.kl or vib.pairwise computes";
    if (Operation *definition = term.getDefiningOp()) {
      diagnostic << ", but got a result of "
                 << definition->getName().getStringRef();
      diagnostic.attachNote(definition->getLoc()) << "it is computed here";
    }
    return diagnostic;
  }
  for (auto [term, factor] : llvm::zip_equal(getTerms(), getFactors())) {
    bool isEntropy = term.getDefiningOp<EntropyOp>() != nullptr;
    if ((isEntropy || isRate(term)) && factor.isOne())
      return emitOpError("expected the ")
             << (isEntropy ? "entropy" : "rate")
             << " to have a coefficient other than the number 1, or one with a "
                "name, as in "
             << (isEntropy ? "'- @gamma(0.1) * %entropy'"
                           : "'@beta(1.0e-3) * %rate'");
  }

  SmallVector<CoefficientAttr> named = getNamedCoefficients();
  if (failed(verifyTemperatures(*this)))
    return failure();
  for (auto [i, factor] : llvm::enumerate(named))
    for (CoefficientAttr other : ArrayRef(named).take_front(i))
      if (factor.getName() == other.getName())
        return emitOpError("expected one value for the coefficient '")
               << factor.getName() << "' but got "
               << formatNumber(other.getValue()) << " and "
               << formatNumber(factor.getValue());
  if (named.size() > kMostCoefficients)
    return emitOpError("expected at most ")
           << kMostCoefficients << " coefficients with names but got "
           << named.size();
  CoefficientAttr beta = getBeta();
  for (CoefficientAttr factor : named) {
    // The program calls it beta, whatever its name is.
    if (factor == beta)
      continue;
    StringRef name = factor.getName();
    if (!isFlagName(name))
      return emitOpError("expected the name of a coefficient to consist of "
                         "letters, digits, '_', '-' and '.' but got '")
             << name << "'";
    if (isMetricName(name))
      return emitOpError("expected another name for the coefficient '")
             << name << "', because the metrics of the program have it already";
  }
  return success();
}
