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
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace vib;

static constexpr Count kBatch{"batch", 1, kMostRows};
static constexpr Count kSamples{"samples", 1, kMostSamples};
static constexpr Count kInput{"input", 1, kMostMemoryBytes};
static constexpr Count kValues{"tokens", 1, kMostWidth};
static constexpr Count kEpochs{"epochs", 1, kMostEpochs};

/// What the tensor of a rate may be called.
static constexpr StringLiteral kRateNames[] = {"rate", "residual",
                                               "drawn_rate"};

/// What the tensor of an estimate by pairs is called.
static constexpr StringLiteral kPairwiseName = "pairwise";

/// Whether a term of this tensor may be within a function.
static bool isRateName(StringRef tensor) {
  return llvm::is_contained(kRateNames, tensor) || tensor == kPairwiseName;
}

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
  SmallVector<NamedAttribute> inputs, posteriors, likelihoods;
  std::string inputName = "x", targetName = "y";
  ArrayAttr terms, coefficients, functions, temperatures, bypassed;
  DictionaryAttr tokens;
  auto parseOperands = [&]() -> ParseResult {
    return parseWord(parser, operands.emplace());
  };
  auto parseDistribution = [&](Attribute &distribution) -> ParseResult {
    SMLoc typeLoc = parser.getCurrentLocation();
    Type type;
    if (parser.parseType(type))
      return failure();
    distribution = TypeAttr::get(type);
    if (!isa<DistributionTypeInterface>(type))
      return parser.emitError(typeLoc, "expected a distribution but got ")
             << type;
    return success();
  };
  auto parseShape = [&](Attribute &shape) -> ParseResult {
    SmallVector<int64_t> sizes;
    auto parseExtent = [&]() -> ParseResult {
      return parseSize(parser, sizes.emplace_back());
    };
    if (parser.parseCommaSeparatedList(AsmParser::Delimiter::Square,
                                       parseExtent))
      return failure();
    shape = parser.getBuilder().getDenseI64ArrayAttr(sizes);
    return success();
  };
  using ParseValue = llvm::function_ref<ParseResult(Attribute &)>;
  auto expectFirst = [&](ArrayRef<NamedAttribute> list) -> LogicalResult {
    if (list.empty())
      return success();
    return parser.emitError(loc, "expected a field or its plural, such as "
                                 "'input' or 'inputs', but got both");
  };
  // One entry, whose name is not written.
  auto parseOne = [&](SmallVector<NamedAttribute> &list, StringRef entryName,
                      ParseValue parseValue) -> ParseResult {
    Attribute value;
    if (failed(expectFirst(list)) || parseValue(value))
      return failure();
    list = {parser.getBuilder().getNamedAttr(entryName, value)};
    return success();
  };
  auto parseList = [&](SmallVector<NamedAttribute> &list,
                       ParseValue parseValue) -> ParseResult {
    if (failed(expectFirst(list)))
      return failure();
    return parser.parseCommaSeparatedList(
        AsmParser::Delimiter::Braces, [&]() -> ParseResult {
          std::string entryName;
          Attribute value;
          SMLoc nameLoc = parser.getCurrentLocation();
          if (parser.parseKeywordOrString(&entryName))
            return failure();
          if (entryName.empty())
            return parser.emitError(nameLoc, "expected a name");
          if (parser.parseEqual() || parseValue(value))
            return failure();
          list.push_back(parser.getBuilder().getNamedAttr(entryName, value));
          return success();
        });
  };
  auto parseArguments = [&]() -> ParseResult {
    return failure(parser.parseLSquare() || parseText(parser, inputName) ||
                   parser.parseComma() || parseText(parser, targetName) ||
                   parser.parseRSquare());
  };
  if (parser.parseLess() || parseText(parser, symbol) ||
      FieldList(parser, name)
          .add("hash", hash)
          .add("type", type)
          .add("operands", parseOperands)
          .optional()
          .add(kBatch, batch)
          .add("input", [&] { return parseOne(inputs, "x", parseShape); })
          .unless("inputs")
          .add("inputs", [&] { return parseList(inputs, parseShape); })
          .optional()
          .add("posterior",
               [&] { return parseOne(posteriors, "z", parseDistribution); })
          .unless("posteriors")
          .add("posteriors",
               [&] { return parseList(posteriors, parseDistribution); })
          .optional()
          .add("bypassed", bypassed)
          .optional()
          .add("tokens", [&] { return parser.parseAttribute(tokens); })
          .optional()
          .add(kSamples, samples)
          .optional()
          .add("likelihood",
               [&] { return parseOne(likelihoods, "y", parseDistribution); })
          .unless("likelihoods")
          .add("likelihoods",
               [&] { return parseList(likelihoods, parseDistribution); })
          .optional()
          .add("terms", terms)
          .optional()
          .add("coefficients", coefficients)
          .optional()
          .add("functions", functions)
          .optional()
          .add("temperatures", temperatures)
          .optional()
          .add("arguments", parseArguments)
          .optional()
          .parseRest())
    return {};
  Builder &builder = parser.getBuilder();
  if (inputName != "x" && inputs.size() == 1)
    inputs.front().setName(builder.getStringAttr(inputName));
  if (targetName != "y" && likelihoods.size() == 1)
    likelihoods.front().setName(builder.getStringAttr(targetName));
  if (!terms)
    terms = getLikelihoodAlone(parser.getContext()).first;
  if (!coefficients)
    coefficients = getLikelihoodAlone(parser.getContext()).second;
  return getChecked(
      [&] { return parser.emitError(loc); }, parser.getContext(),
      StringRef(symbol), StringRef(hash), type, operands.value_or(type), batch,
      ArrayRef<NamedAttribute>(inputs), ArrayRef<NamedAttribute>(posteriors),
      samples, ArrayRef<NamedAttribute>(likelihoods), terms, coefficients,
      functions, temperatures, bypassed, tokens);
}

/// The entries of a list in braces, in their order.
static void printEntries(AsmPrinter &printer, ArrayRef<NamedAttribute> entries,
                         llvm::function_ref<void(NamedAttribute)> printValue) {
  printer << '{';
  llvm::interleaveComma(entries, printer, [&](NamedAttribute entry) {
    printer.printKeywordOrString(entry.getName());
    printer << " = ";
    printValue(entry);
  });
  printer << '}';
}

void ModelAttr::print(AsmPrinter &printer) const {
  printer << '<';
  printer.printString(getName());
  printer << ", hash = ";
  printer.printString(getHash());
  printer << ", type = " << stringifyEnum(getType());
  if (getOperands() != getType())
    printer << ", operands = " << stringifyEnum(getOperands());
  printer << ", batch = " << getBatch();
  auto printShape = [&](NamedAttribute input) {
    printer << '[';
    llvm::interleaveComma(getShape(input), printer);
    printer << ']';
  };
  auto printType = [&](NamedAttribute entry) {
    printer << getDistribution(entry);
  };
  // With one input and one target, both lists are short.
  bool isPair = getInputs().size() == 1 && getLikelihoods().size() == 1;
  auto print = [&](StringRef field, ArrayRef<NamedAttribute> entries,
                   bool isShort,
                   llvm::function_ref<void(NamedAttribute)> printValue) {
    printer << ", " << field << (isShort ? " = " : "s = ");
    if (isShort)
      printValue(entries.front());
    else
      printEntries(printer, entries, printValue);
  };
  print("input", getInputs(), isPair, printShape);
  print("posterior", getPosteriors(),
        getPosteriors().size() == 1 && getPosteriors()[0].getName() == "z",
        printType);
  if (getBypassed())
    printer << ", bypassed = " << getBypassed();
  if (getTokens())
    printer << ", tokens = " << getTokens();
  if (getSamples() != 1)
    printer << ", samples = " << getSamples();
  print("likelihood", getLikelihoods(), isPair, printType);
  if (std::pair(getTerms(), getCoefficients()) !=
      getLikelihoodAlone(getContext()))
    printer << ", terms = " << getTerms()
            << ", coefficients = " << getCoefficients();
  if (getFunctions())
    printer << ", functions = " << getFunctions();
  if (getTemperatures())
    printer << ", temperatures = " << getTemperatures();
  if (isPair &&
      (getInputs()[0].getName() != "x" || getLikelihoods()[0].getName() != "y"))
    printer << ", arguments = [" << getInputs()[0].getName() << ", "
            << getLikelihoods()[0].getName() << ']';
  printer << '>';
}

/// A list has an entry, and each has a name of its own.
static LogicalResult verifyEntries(EmitError emitError, StringRef list,
                                   ArrayRef<NamedAttribute> entries) {
  if (entries.empty())
    return emitError() << "expected at least one entry of '" << list << "'";
  llvm::SmallDenseSet<Attribute> names;
  for (NamedAttribute entry : entries) {
    if (failed(verifyText(emitError, "name", entry.getName())))
      return failure();
    if (!names.insert(entry.getName()).second)
      return emitError() << "two entries of '" << list << "' have the name "
                         << entry.getName();
  }
  return success();
}

static LogicalResult verifyShape(EmitError emitError, NamedAttribute input) {
  ArrayRef<int64_t> shape = ModelAttr::getShape(input);
  if (shape.empty() || shape.size() > 3)
    return emitError() << "expected 'input' to have one to three dimensions "
                       << "but got " << shape.size();
  int64_t numbers = 1;
  for (int64_t extent : shape)
    if (failed(kInput.verify(emitError, extent)))
      return failure();
    else if (llvm::MulOverflow(numbers, extent, numbers) ||
             numbers > kMostMemoryBytes)
      return emitError() << "expected 'input' to have at most "
                         << kMostMemoryBytes << " numbers but got [" << shape
                         << "]";
  return success();
}

/// Each entry is the number of values of an input.
static LogicalResult verifyTokens(EmitError emitError,
                                  ArrayRef<NamedAttribute> inputs,
                                  DictionaryAttr tokens) {
  for (NamedAttribute entry : tokens) {
    auto values = dyn_cast<IntegerAttr>(entry.getValue());
    bool isInput = llvm::any_of(inputs, [&](NamedAttribute input) {
      return input.getName() == entry.getName();
    });
    if (!isInput || !values || !values.getType().isSignlessInteger(64))
      return emitError() << "expected 'tokens' to be numbers of values by the "
                         << "names of inputs but got " << tokens;
    if (failed(kValues.verify(emitError, values.getInt())))
      return failure();
  }
  return success();
}

static LogicalResult verifyPosterior(EmitError emitError,
                                     NamedAttribute entry) {
  DistributionTypeInterface posterior = ModelAttr::getDistribution(entry);
  if (!posterior.hasSamples())
    return emitError() << "expected 'posterior' to be a distribution that can "
                       << "be sampled but got " << posterior;
  return success();
}

/// The terms are tensors of the training step, one number for each row.
static LogicalResult verifyTerms(EmitError emitError, Precision type,
                                 ArrayRef<NamedAttribute> posteriors,
                                 ArrayRef<NamedAttribute> likelihoods,
                                 ArrayAttr terms, ArrayAttr coefficients,
                                 ArrayAttr functions, ArrayAttr temperatures) {
  SmallVector<std::string> likelihoodTerms, names;
  for (unsigned i = 0; i < likelihoods.size(); ++i)
    likelihoodTerms.push_back(ModelAttr::getTensorName("nll", likelihoods, i));
  names = likelihoodTerms;
  // What training minimizes in place of a likelihood of classes.
  auto getObjective = [&](unsigned i) {
    return ModelAttr::getTensorName("objective", likelihoods, i);
  };
  for (unsigned i = 0; i < likelihoods.size(); ++i)
    if (ModelAttr::getDistribution(likelihoods[i]).getNumClasses() != 0 &&
        llvm::is_contained(terms.getAsValueRange<StringAttr>(),
                           getObjective(i))) {
      names.push_back(getObjective(i));
      likelihoodTerms[i] = getObjective(i);
    }
  for (unsigned i = 0; i < likelihoods.size(); ++i)
    if (ModelAttr::getDistribution(likelihoods[i]).hasEntropy())
      names.push_back(ModelAttr::getTensorName("entropy", likelihoods, i));
  for (StringRef base : kRateNames)
    for (unsigned i = 0; i < posteriors.size(); ++i)
      names.push_back(ModelAttr::getTensorName(base, posteriors, i));
  for (unsigned i = 0; i < posteriors.size(); ++i)
    if (ModelAttr::getDistribution(posteriors[i]).hasPairwiseDivergence())
      names.push_back(ModelAttr::getTensorName(kPairwiseName, posteriors, i));
  for (Attribute term : terms) {
    auto name = dyn_cast<StringAttr>(term);
    if (!name || !llvm::is_contained(names, name.getValue()))
      return emitError() << "expected 'terms' to be a list of \""
                         << llvm::join(names, "\", \"") << "\" but got "
                         << term;
  }
  auto hasTerm = [&](StringRef name) {
    return llvm::is_contained(terms.getAsValueRange<StringAttr>(), name);
  };
  for (unsigned i = 0; i < posteriors.size(); ++i)
    if (llvm::count_if(kRateNames, [&](StringRef base) {
          return hasTerm(ModelAttr::getTensorName(base, posteriors, i));
        }) > 1)
      return emitError() << "expected 'terms' to have one rate of '"
                         << posteriors[i].getName().getValue() << "' but got "
                         << terms;
  for (StringRef name : likelihoodTerms)
    if (!hasTerm(name))
      return emitError() << "expected 'terms' to have \"" << name
                         << "\" but got " << terms;
  if (coefficients.size() != terms.size() ||
      !llvm::all_of(coefficients, llvm::IsaPred<CoefficientAttr>))
    return emitError()
           << "expected 'coefficients' to be a #vib.coefficient for "
           << "each of " << terms.size() << " terms but got " << coefficients;
  if (functions && (functions.size() != terms.size() ||
                    !llvm::all_of(functions, llvm::IsaPred<FunctionAttr>)))
    return emitError() << "expected 'functions' to be a #vib.function for each "
                       << "of " << terms.size() << " terms but got "
                       << functions;
  SmallVector<CoefficientAttr> values(
      coefficients.getAsRange<CoefficientAttr>());
  for (auto [term, function] :
       llvm::zip_equal(terms, getTermFunctions(functions, coefficients))) {
    if (function.getNumber())
      values.push_back(function.getNumber());
    StringRef name = cast<StringAttr>(term).getValue().split('.').first;
    bool fits = function.isMean() ||
                (function.isNegative() ? name == "entropy" : isRateName(name));
    if (!fits)
      return emitError() << "expected the function of " << term << " to be "
                         << "#vib.function<mean> but got " << function;
  }
  if (temperatures)
    for (Attribute temperature : temperatures) {
      auto value = dyn_cast<CoefficientAttr>(temperature);
      if (!value || !value.isNamed() ||
          !(value.getValue().getValueAsDouble() > 0))
        return emitError() << "expected 'temperatures' to be a list of "
                           << "#vib.coefficient with names and values above 0 "
                           << "but got " << temperatures;
      values.push_back(value);
    }
  // The step computes with numbers of the model's type.
  for (CoefficientAttr value : values)
    if (failed(verifyRange(emitError,
                           value.isNamed() ? value.getName() : "a coefficient",
                           type, value.getValue())))
      return failure();
  SmallVector<CoefficientAttr> named =
      getNamedCoefficients(coefficients, functions);
  if (temperatures)
    llvm::append_range(named, temperatures.getAsRange<CoefficientAttr>());
  for (auto [i, coefficient] : llvm::enumerate(named))
    for (CoefficientAttr other : ArrayRef(named).take_front(i))
      if (other.getName() == coefficient.getName())
        return emitError() << "expected one value for the coefficient '"
                           << coefficient.getName() << "' but got "
                           << coefficients;
  if (named.size() > kMostCoefficients)
    return emitError() << "expected at most " << kMostCoefficients
                       << " coefficients with names but got " << named.size();
  return success();
}

LogicalResult ModelAttr::verify(
    EmitError emitError, StringRef name, StringRef hash, Precision type,
    Precision operands, int64_t batch, ArrayRef<NamedAttribute> inputs,
    ArrayRef<NamedAttribute> posteriors, int64_t samples,
    ArrayRef<NamedAttribute> likelihoods, ArrayAttr terms,
    ArrayAttr coefficients, ArrayAttr functions, ArrayAttr temperatures,
    ArrayAttr bypassed, DictionaryAttr tokens) {
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
  if (failed(verifyEntries(emitError, "inputs", inputs)) ||
      failed(verifyEntries(emitError, "posteriors", posteriors)) ||
      failed(verifyEntries(emitError, "likelihoods", likelihoods)))
    return failure();
  for (NamedAttribute input : inputs)
    if (failed(verifyShape(emitError, input)))
      return failure();
  for (NamedAttribute posterior : posteriors)
    if (failed(verifyPosterior(emitError, posterior)))
      return failure();
  if (bypassed && !llvm::all_of(bypassed, [&](Attribute name) {
        return llvm::is_contained(
            llvm::map_range(inputs,
                            [](NamedAttribute input) -> Attribute {
                              return input.getName();
                            }),
            name);
      }))
    return emitError() << "expected 'bypassed' to be a list of names of inputs "
                       << "but got " << bypassed;
  if (tokens && failed(verifyTokens(emitError, inputs, tokens)))
    return failure();
  return verifyTerms(emitError, type, posteriors, likelihoods, terms,
                     coefficients, functions, temperatures);
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

ArrayRef<int64_t> ModelAttr::getShape(NamedAttribute input) {
  return cast<DenseI64ArrayAttr>(input.getValue()).asArrayRef();
}

int64_t ModelAttr::getNumValues(NamedAttribute input) const {
  auto values = getTokens() ? getTokens().getAs<IntegerAttr>(input.getName())
                            : IntegerAttr();
  return values ? values.getInt() : 0;
}

DistributionTypeInterface ModelAttr::getDistribution(NamedAttribute entry) {
  return cast<DistributionTypeInterface>(
      cast<TypeAttr>(entry.getValue()).getValue());
}

std::optional<unsigned>
ModelAttr::getReconstructed(NamedAttribute likelihood) const {
  for (auto [place, input] : llvm::enumerate(getInputs()))
    if (input.getName() == likelihood.getName())
      return place;
  return std::nullopt;
}

std::string ModelAttr::getTensorName(StringRef base,
                                     ArrayRef<NamedAttribute> list,
                                     unsigned place) {
  if (place == 0)
    return base.str();
  return (base + "." + list[place].getName().getValue()).str();
}

std::optional<ModelAttr::TensorName>
ModelAttr::splitTensorName(StringRef name) const {
  auto [base, entry] = name.split('.');
  if (base.size() == name.size())
    return TensorName{base, 0};
  ArrayRef<NamedAttribute> list =
      llvm::StringSwitch<ArrayRef<NamedAttribute>>(base)
          .Cases({"image", "x", "dx"}, getInputs())
          .Cases({"y", "nll", "error", "distance", "prediction", "logits",
                  "objective", "weight", "entropy"},
                 getLikelihoods())
          .Default(getPosteriors());
  for (unsigned place = 1; place < list.size(); ++place)
    if (list[place].getName() == entry)
      return TensorName{base, place};
  return std::nullopt;
}

bool ModelAttr::hasTerm(StringRef tensor) const {
  return llvm::is_contained(getTerms().getAsValueRange<StringAttr>(), tensor);
}

StringRef ModelAttr::getRateName(unsigned place) const {
  for (StringRef base : kRateNames)
    if (hasTerm(getTensorName(base, getPosteriors(), place)))
      return base;
  return "rate";
}

SmallVector<FunctionAttr> ModelAttr::getTermFunctions() const {
  return vib::getTermFunctions(getFunctions(), getCoefficients());
}

SmallVector<CoefficientAttr> ModelAttr::getNamedCoefficients() const {
  SmallVector<CoefficientAttr> named =
      vib::getNamedCoefficients(getCoefficients(), getFunctions());
  if (getTemperatures())
    llvm::append_range(named, getTemperatures().getAsRange<CoefficientAttr>());
  return named;
}

bool ModelAttr::isTemperature(CoefficientAttr coefficient) const {
  return getTemperatures() &&
         llvm::is_contained(getTemperatures(), coefficient);
}

std::optional<unsigned> ModelAttr::getBeta() const {
  SmallVector<CoefficientAttr> named =
      vib::getNamedCoefficients(getCoefficients(), getFunctions());
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
    std::optional<TensorName> name =
        splitTensorName(cast<StringAttr>(term).getValue());
    if (name && isRateName(name->base) && coefficient.isNamed())
      return find([coefficient](CoefficientAttr other) {
        return other == coefficient;
      });
  }
  return std::nullopt;
}

Attribute TrainingAttr::parse(AsmParser &parser, Type) {
  SMLoc loc = parser.getCurrentLocation();
  int64_t epochs = 0;
  IntegerAttr seed = parser.getBuilder().getI64IntegerAttr(0);
  FloatAttr zero = parser.getBuilder().getF64FloatAttr(0), average;
  Attribute optimizer, clip;
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
          .add("clip", clip)
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
                    schedules, clip, average);
}

void TrainingAttr::print(AsmPrinter &printer) const {
  printer << "<epochs = " << getEpochs() << ", seed = " << getSeed()
          << ", optimizer = " << getOptimizer()
          << ", schedule = " << getSchedule();
  if (!getCoefficients().empty())
    printer << ", coefficients = " << getCoefficients();
  if (getClip())
    printer << ", clip = " << getClip();
  if (getAverage()) {
    printer << ", average = ";
    printNumber(printer, getAverage());
  }
  printer << '>';
}

LogicalResult TrainingAttr::verify(EmitError emitError, int64_t epochs,
                                   uint64_t, Attribute optimizer,
                                   Attribute schedule,
                                   DictionaryAttr coefficients, Attribute clip,
                                   FloatAttr average) {
  if (failed(kEpochs.verify(emitError, epochs)))
    return failure();
  if (!isa_and_nonnull<OptimizerAttrInterface>(optimizer))
    return emitError() << "expected 'optimizer' to be one of "
                       << listGroup(EntryKind::Attribute, "optimizers")
                       << " but got " << optimizer;
  auto rate = dyn_cast_or_null<ScheduleAttrInterface>(schedule);
  if (!rate || isa<DualAttr>(rate))
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
  if (clip && !isa<ClipAttrInterface>(clip))
    return emitError() << "expected 'clip' to be one of "
                       << listGroup(EntryKind::Attribute, "clips")
                       << " but got " << clip;
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

Clip TrainingAttr::getClipRule() const {
  return getClip() ? cast<ClipAttrInterface>(getClip()).getClip() : Clip();
}

Schedule TrainingAttr::getRateSchedule() const {
  return cast<ScheduleAttrInterface>(getSchedule()).getSchedule();
}

Schedule TrainingAttr::getScheduleOf(StringRef coefficient) const {
  Attribute schedule = getCoefficients().get(coefficient);
  return schedule ? cast<ScheduleAttrInterface>(schedule).getSchedule()
                  : Schedule();
}
