//===- VibModelAttributes.cpp - A model and its training ------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace vib;

static constexpr Count kBatch{"batch", 1, kMostRows};
static constexpr Count kSamples{"samples", 1, kMostSamples};
static constexpr Count kInput{"input", 1, kMostMemoryBytes};
static constexpr Count kEpochs{"epochs", 1, kMostEpochs};

/// The terms and the coefficients of a loss without a rate, which need not be
/// written.
static std::pair<ArrayAttr, ArrayAttr>
getLikelihoodAlone(MLIRContext *context) {
  Builder builder(context);
  auto one = CoefficientAttr::get(context, "", builder.getF64FloatAttr(1));
  return {builder.getStrArrayAttr({"nll"}),
          builder.getArrayAttr(ArrayRef<Attribute>(one))};
}

Attribute ModelAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  std::string symbol, hash;
  Precision type = Precision::F32;
  std::optional<Precision> operands;
  int64_t batch = 0, samples = 1;
  SmallVector<int64_t> input;
  DistributionTypeInterface posterior, likelihood;
  ArrayAttr terms, coefficients;
  auto parseOperands = [&]() -> ParseResult {
    return parseWord(parser, operands.emplace());
  };
  auto parseDistribution =
      [&](DistributionTypeInterface &distribution) -> ParseResult {
    SMLoc typeLoc = parser.getCurrentLocation();
    Type type;
    if (parser.parseType(type))
      return failure();
    distribution = dyn_cast<DistributionTypeInterface>(type);
    if (!distribution)
      return parser.emitError(typeLoc, "expected a distribution but got ")
             << type;
    return success();
  };
  auto parseExtent = [&]() -> ParseResult {
    return parseSize(parser, input.emplace_back());
  };
  auto parseInput = [&]() -> ParseResult {
    return parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                          parseExtent);
  };
  if (parser.parseLess() || parseText(parser, symbol) ||
      FieldList(parser, name)
          .add("hash", hash)
          .add("type", type)
          .add("operands", parseOperands)
          .optional()
          .add(kBatch, batch)
          .add("input", parseInput)
          .add("posterior", [&] { return parseDistribution(posterior); })
          .add(kSamples, samples)
          .optional()
          .add("likelihood", [&] { return parseDistribution(likelihood); })
          .add("terms", terms)
          .optional()
          .add("coefficients", coefficients)
          .optional()
          .parseRest())
    return {};
  if (!terms)
    terms = getLikelihoodAlone(parser.getContext()).first;
  if (!coefficients)
    coefficients = getLikelihoodAlone(parser.getContext()).second;
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    StringRef(symbol), StringRef(hash), type,
                    operands.value_or(type), batch, ArrayRef<int64_t>(input),
                    posterior, samples, likelihood, terms, coefficients);
}

void ModelAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printString(getName());
  printer << ", hash = ";
  printer.printString(getHash());
  printer << ", type = " << stringifyEnum(getType());
  if (getOperands() != getType())
    printer << ", operands = " << stringifyEnum(getOperands());
  printer << ", batch = " << getBatch() << ", input = [";
  llvm::interleaveComma(getInput(), printer);
  printer << "], posterior = " << getPosterior();
  if (getSamples() != 1)
    printer << ", samples = " << getSamples();
  printer << ", likelihood = " << getLikelihood();
  if (std::pair(getTerms(), getCoefficients()) !=
      getLikelihoodAlone(getContext()))
    printer << ", terms = " << getTerms()
            << ", coefficients = " << getCoefficients();
  printer << '>';
}

/// The terms are tensors of the training step, one number for each row.
static LogicalResult verifyTerms(EmitError emitError, Precision type,
                                 ArrayAttr terms, ArrayAttr coefficients) {
  for (Attribute term : terms) {
    auto name = dyn_cast<StringAttr>(term);
    if (!name || (name != "nll" && name != "rate"))
      return emitError() << "expected 'terms' to be a list of \"nll\" and "
                         << "\"rate\" but got " << term;
  }
  if (!llvm::is_contained(terms.getAsValueRange<StringAttr>(), "nll"))
    return emitError() << "expected 'terms' to have \"nll\" but got " << terms;
  if (coefficients.size() != terms.size() ||
      !llvm::all_of(coefficients, llvm::IsaPred<CoefficientAttr>))
    return emitError()
           << "expected 'coefficients' to be a #vib.coefficient for "
           << "each of " << terms.size() << " terms but got " << coefficients;
  // The step computes with numbers of the model's type.
  for (auto coefficient : coefficients.getAsRange<CoefficientAttr>())
    if (failed(verifyRange(emitError,
                           coefficient.isNamed() ? coefficient.getName()
                                                 : "a coefficient",
                           type, coefficient.getValue())))
      return failure();
  SmallVector<CoefficientAttr> named;
  for (auto coefficient : coefficients.getAsRange<CoefficientAttr>()) {
    if (!coefficient.isNamed() || llvm::is_contained(named, coefficient))
      continue;
    for (CoefficientAttr other : named)
      if (other.getName() == coefficient.getName())
        return emitError() << "expected one value for the coefficient '"
                           << coefficient.getName() << "' but got "
                           << coefficients;
    named.push_back(coefficient);
  }
  if (named.size() > kMostCoefficients)
    return emitError() << "expected at most " << kMostCoefficients
                       << " coefficients with names but got " << named.size();
  return success();
}

LogicalResult
ModelAttr::verify(EmitError emitError, StringRef name, StringRef hash,
                  Precision type, Precision operands, int64_t batch,
                  ArrayRef<int64_t> input, DistributionTypeInterface posterior,
                  int64_t samples, DistributionTypeInterface likelihood,
                  ArrayAttr terms, ArrayAttr coefficients) {
  if (failed(verifyText(emitError, "name", name)) ||
      failed(verifyText(emitError, "hash", hash)))
    return failure();
  if (type != Precision::F32 && type != Precision::F64)
    return emitError() << "expected 'type' to be f32 or f64 but got "
                       << stringifyEnum(type);
  if (operands != type &&
      (type == Precision::F64 || operands == Precision::F64))
    return emitError() << "expected 'operands' to be "
                       << (type == Precision::F64 ? "f64" : "f32, bf16 or tf32")
                       << ", because 'type' is " << stringifyEnum(type)
                       << ", but got " << stringifyEnum(operands);
  if (failed(kBatch.verify(emitError, batch)) ||
      failed(kSamples.verify(emitError, samples)))
    return failure();
  if (input.empty() || input.size() > 3)
    return emitError() << "expected 'input' to have one to three dimensions "
                       << "but got " << input.size();
  int64_t numInputs = 1;
  for (int64_t extent : input)
    if (failed(kInput.verify(emitError, extent)))
      return failure();
    else if (llvm::MulOverflow(numInputs, extent, numInputs) ||
             numInputs > kMostMemoryBytes)
      return emitError() << "expected 'input' to have at most "
                         << kMostMemoryBytes << " numbers but got [" << input
                         << "]";
  if (!posterior.hasSamples())
    return emitError() << "expected 'posterior' to be a distribution that can "
                       << "be sampled but got " << posterior;
  return verifyTerms(emitError, type, terms, coefficients);
}

std::string vib::getCoefficientSlotName(unsigned place) {
  return "coefficients[" + std::to_string(place) + "]";
}

std::optional<unsigned> vib::getCoefficientPlace(StringRef slotName) {
  unsigned place = 0;
  if (!slotName.consume_front("coefficients[") || !slotName.consume_back("]") ||
      slotName.getAsInteger(10, place))
    return std::nullopt;
  return place;
}

FloatType ModelAttr::getElementType() const {
  Builder builder(getContext());
  if (getType() == Precision::F64)
    return builder.getF64Type();
  return builder.getF32Type();
}

bool ModelAttr::isCategorical() const {
  return getLikelihood().getNumClasses() != 0;
}

int64_t ModelAttr::getNumInputs() const {
  return ShapedType::getNumElements(getInput());
}

bool ModelAttr::hasRateTerm() const {
  return llvm::is_contained(getTerms().getAsValueRange<StringAttr>(), "rate");
}

SmallVector<CoefficientAttr> ModelAttr::getNamedCoefficients() const {
  SmallVector<CoefficientAttr> named;
  for (auto coefficient : getCoefficients().getAsRange<CoefficientAttr>())
    if (coefficient.isNamed() && !llvm::is_contained(named, coefficient))
      named.push_back(coefficient);
  return named;
}

std::optional<unsigned> ModelAttr::getBeta() const {
  SmallVector<CoefficientAttr> named = getNamedCoefficients();
  auto find = [&](auto isBeta) -> std::optional<unsigned> {
    auto found = llvm::find_if(named, isBeta);
    if (found == named.end())
      return std::nullopt;
    return found - named.begin();
  };
  if (auto beta = find(
          [](CoefficientAttr factor) { return factor.getName() == "beta"; }))
    return beta;
  for (auto [term, factor] : llvm::zip_equal(getTerms(), getCoefficients())) {
    auto coefficient = cast<CoefficientAttr>(factor);
    if (cast<StringAttr>(term) == "rate" && coefficient.isNamed())
      return find([coefficient](CoefficientAttr other) {
        return other == coefficient;
      });
  }
  return std::nullopt;
}

int64_t ModelAttr::getNumLatents() const { return getPosterior().getSize(); }

int64_t ModelAttr::getNumOutputs() const { return getLikelihood().getSize(); }

Attribute TrainingAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t epochs = 0;
  IntegerAttr seed = parser.getBuilder().getI64IntegerAttr(0);
  FloatAttr zero = parser.getBuilder().getF64FloatAttr(0), average;
  Attribute optimizer;
  Attribute schedule = ConstantAttr::get(parser.getContext(), zero);
  Attribute coefficients = parser.getBuilder().getDictionaryAttr({});
  auto parseSeed = [&] {
    return parseCount(parser, seed, "'seed'", 0,
                      std::numeric_limits<uint64_t>::max());
  };
  if (FieldList(parser, name)
          .add(kEpochs, epochs)
          .add("seed", parseSeed)
          .optional()
          .add("optimizer", optimizer)
          .add("schedule", schedule)
          .optional()
          .add("coefficients", coefficients)
          .optional()
          .add("average", average)
          .optional()
          .parse())
    return {};
  auto schedules = dyn_cast<DictionaryAttr>(coefficients);
  if (!schedules) {
    parser.emitError(loc, "expected 'coefficients' to be {name = schedule, …} "
                          "but got ")
        << coefficients;
    return {};
  }
  return getChecked([&] { return parser.emitError(loc); }, parser.getContext(),
                    epochs, seed.getValue().getZExtValue(), optimizer, schedule,
                    schedules, average);
}

void TrainingAttr::print(AsmPrinter &printer) const {
  printer << "<epochs = " << getEpochs() << ", seed = " << getSeed()
          << ", optimizer = " << getOptimizer()
          << ", schedule = " << getSchedule();
  if (!getCoefficients().empty())
    printer << ", coefficients = " << getCoefficients();
  if (getAverage()) {
    printer << ", average = ";
    printNumber(printer, getAverage());
  }
  printer << '>';
}

LogicalResult TrainingAttr::verify(EmitError emitError, int64_t epochs,
                                   uint64_t, Attribute optimizer,
                                   Attribute schedule,
                                   DictionaryAttr coefficients,
                                   FloatAttr average) {
  if (failed(kEpochs.verify(emitError, epochs)))
    return failure();
  if (!isa_and_nonnull<OptimizerAttrInterface>(optimizer))
    return emitError() << "expected 'optimizer' to be one of "
                       << listGroup(EntryKind::Attribute, "optimizers")
                       << " but got " << optimizer;
  auto rate = dyn_cast_or_null<ScheduleAttrInterface>(schedule);
  if (!rate)
    return emitError() << "expected 'schedule' to be one of "
                       << listGroup(EntryKind::Attribute, "schedules")
                       << " but got " << schedule;
  double base = cast<OptimizerAttrInterface>(optimizer).getOptimizer().rate;
  if (failed(
          verifyEnds(emitError, "the learning rate", rate.getSchedule(), base)))
    return failure();
  for (NamedAttribute coefficient : coefficients)
    if (!isa<ScheduleAttrInterface>(coefficient.getValue()))
      return emitError() << "expected the schedule of '"
                         << coefficient.getName().getValue()
                         << "' to be one of "
                         << listGroup(EntryKind::Attribute, "schedules")
                         << " but got " << coefficient.getValue();
  if (!average)
    return success();
  if (failed(verifyNumber(emitError, "average", average, 0)))
    return failure();
  if (average.getValueAsDouble() >= 1)
    return emitError() << "expected 'average' to be below 1 but got "
                       << formatNumber(average);
  return success();
}

Optimizer TrainingAttr::getOptimizerRule() const {
  return cast<OptimizerAttrInterface>(getOptimizer()).getOptimizer();
}

Schedule TrainingAttr::getRateSchedule() const {
  return cast<ScheduleAttrInterface>(getSchedule()).getSchedule();
}

Schedule TrainingAttr::getScheduleOf(StringRef coefficient) const {
  Attribute schedule = getCoefficients().get(coefficient);
  return schedule ? cast<ScheduleAttrInterface>(schedule).getSchedule()
                  : Schedule();
}
