//===- VibModelOps.cpp - A model and its training ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibFields.h"
#include "dialect/VibSyntax.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <map>

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// ModelOp
//===----------------------------------------------------------------------===//

ParseResult ModelOp::parse(OpAsmParser &parser, OperationState &result) {
  SyntaxErrorHandler handler(parser);
  StringAttr name;
  SmallVector<OpAsmParser::Argument> arguments;
  Region *body = result.addRegion();
  if (parser.parseSymbolName(name, getSymNameAttrName(result.name),
                             result.attributes) ||
      parser.parseArgumentList(arguments, OpAsmParser::Delimiter::Paren,
                               /*allowType=*/true) ||
      parser.parseOptionalAttrDictWithKeyword(result.attributes))
    return failure();
  // Otherwise the first op that reads an argument would be blamed for its type.
  SmallVector<Location> locations;
  SmallVector<Type> types;
  SmallVector<StringRef> names;
  for (const OpAsmParser::Argument &argument : arguments) {
    locations.push_back(parser.getEncodedSourceLoc(argument.ssaName.location));
    types.push_back(argument.type);
    // What has no name is numbered.
    StringRef name = argument.ssaName.name.drop_front();
    names.push_back(llvm::isDigit(name.front()) ? "" : name);
  }
  result.getOrAddProperties<Properties>().argument_names =
      parser.getBuilder().getStrArrayAttr(names);
  // The verifier reports a model without any.
  if ((!arguments.empty() &&
       failed(
           verifyModelArguments(parser.getEncodedSourceLoc(parser.getNameLoc()),
                                locations, types))) ||
      parser.parseRegion(*body, arguments))
    return failure();
  if (body->empty())
    body->emplaceBlock();
  return success();
}

void ModelOp::getAsmBlockArgumentNames(Region &region,
                                       OpAsmSetValueNameFn setName) {
  for (BlockArgument argument : region.getArguments())
    setName(argument, getArgumentName(argument));
}

void ModelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(
      getBody().getArguments(), printer,
      [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(), {getSymNameAttrName(), getArgumentNamesAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
}

/// Whether a likelihood predicts the argument, which is no input.
static bool isTarget(BlockArgument argument) {
  return llvm::any_of(argument.getUses(), [](OpOperand &use) {
    auto nll = dyn_cast<NLLOp>(use.getOwner());
    return nll && &use == &nll.getTargetMutable() && !nll.isReconstruction();
  });
}

SmallVector<BlockArgument> ModelOp::getInputs() {
  return llvm::to_vector(llvm::make_filter_range(
      getBody().getArguments(), [](BlockArgument a) { return !isTarget(a); }));
}

SmallVector<BlockArgument> ModelOp::getTargets() {
  return llvm::to_vector(
      llvm::make_filter_range(getBody().getArguments(), isTarget));
}

StringRef ModelOp::getArgumentName(BlockArgument argument) {
  std::optional<ArrayAttr> names = getArgumentNames();
  unsigned number = argument.getArgNumber();
  return names && number < names->size()
             ? cast<StringAttr>((*names)[number]).getValue()
             : StringRef();
}

SmallVector<ReparameterizeOp> vib::getSamples(ModelOp model) {
  SmallVector<ReparameterizeOp> samples;
  model.getBody().walk(
      [&](ReparameterizeOp sample) { samples.push_back(sample); });
  return samples;
}

SmallVector<Parameter> ModelOp::getParameters() {
  SmallVector<Parameter> parameters;
  llvm::StringSet<> names;
  getBody().walk([&](ParameterizedOpInterface op) {
    for (Parameter &parameter : op.getParameters())
      if (names.insert(parameter.name).second)
        parameters.push_back(std::move(parameter));
  });
  return parameters;
}

SmallVector<Parameter> vib::getRunningState(ModelOp model) {
  SmallVector<Parameter> states;
  model.getBody().walk([&](ParameterizedOpInterface op) {
    for (Parameter &state : op.getRunningState())
      states.push_back(std::move(state));
  });
  return states;
}

LogicalResult ModelOp::verifyRegions() { return verifyModel(*this); }

//===----------------------------------------------------------------------===//
// EncoderOp, DecoderOp
//===----------------------------------------------------------------------===//

static LogicalResult verifyPart(Operation *op, Type result) {
  Block &block = op->getRegion(0).front();
  auto yield = block.empty() ? YieldOp() : dyn_cast<YieldOp>(block.back());
  if (!yield)
    return op->emitOpError("expected its region to end with vib.yield");
  if (op->getRegion(0).getNumArguments())
    return op->emitOpError("expected its region to have no arguments: it sees "
                           "the values around it");
  if (yield.getOperandTypes() != TypeRange(result)) {
    InFlightDiagnostic diagnostic =
        op->emitOpError("expected its region to yield ") << result;
    Diagnostic &note = diagnostic.attachNote(yield.getLoc()) << "it yields ";
    if (yield.getNumOperands())
      note << yield.getOperandTypes();
    else
      note << "nothing";
    return diagnostic;
  }
  return success();
}

YieldOp EncoderOp::getYield() {
  return cast<YieldOp>(getBody().front().back());
}

YieldOp DecoderOp::getYield() {
  return cast<YieldOp>(getBody().front().back());
}

LogicalResult EncoderOp::verifyRegions() {
  auto type = dyn_cast<DistributionTypeInterface>(getType());
  if (!type || !type.hasSamples())
    return emitOpError("expected a posterior that can be sampled, as "
                       "!vib.normal or !vib.concrete, but got ")
           << getType();
  return verifyPart(*this, getType());
}

LogicalResult DecoderOp::verifyRegions() {
  return verifyPart(*this, getType());
}

//===----------------------------------------------------------------------===//
// TrainOp
//===----------------------------------------------------------------------===//

/// Parses `name(count)`.
static ParseResult parseNamedCount(OpAsmParser &parser, StringRef name,
                                   StringRef what, uint64_t most,
                                   IntegerAttr &count) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseOptionalKeyword(name))
    return parser.emitError(loc, "expected '")
           << name << "(…)', " << what << ", but got "
           << describeToken(loc.getPointer());
  return failure(parser.parseLParen() ||
                 parseCount(parser, count, what, 1, most) ||
                 parser.parseRParen());
}

/// Parses an attribute of vib, whose `group` the message lists.
static ParseResult parseSettingAttribute(OpAsmParser &parser, StringRef group,
                                         Attribute &attribute) {
  SMLoc loc = parser.getCurrentLocation();
  if (*loc.getPointer() == '#')
    return parser.parseAttribute(attribute);
  return parser.emitError(loc, "expected one of ")
         << listGroup(EntryKind::Attribute, group) << " but got "
         << describeToken(loc.getPointer());
}

/// The kind of value that a setting expects, or nothing if `value` is right.
static std::string getExpectedValue(StringRef name, Attribute value) {
  auto getOneOf = [](StringRef what, StringRef group) {
    return (what + ", one of " + listGroup(EntryKind::Attribute, group) + ",")
        .str();
  };
  if (name == "optimizer" && !isa<OptimizerAttrInterface>(value))
    return getOneOf("an optimizer", "optimizers");
  if (name == "init" && !isa<InitializerAttrInterface>(value))
    return getOneOf("an initializer", "initializers");
  auto schedule = dyn_cast<ScheduleAttrInterface>(value);
  if (name == "schedule" && isa<DualAttr>(value))
    return "a schedule of the learning rate that follows the epochs";
  if (name == "schedule" && !schedule)
    return getOneOf("a schedule of the learning rate", "schedules");
  if (name == "beta_schedule" && !schedule)
    return getOneOf("a schedule of beta", "schedules");
  if (name == "coefficients" && !schedule)
    return getOneOf("a schedule of a coefficient", "schedules");
  if (name == "clip" && !isa<ClipAttrInterface>(value))
    return getOneOf("a limit of gradients", "clips");
  auto number = dyn_cast<FloatAttr>(value);
  if (name == "average" && !(number && number.getValueAsDouble() >= 0 &&
                             number.getValueAsDouble() < 1))
    return "the average's decay in [0, 1)";
  return "";
}

static void describeValue(InFlightDiagnostic &diagnostic, Attribute value) {
  if (auto number = dyn_cast<FloatAttr>(value))
    diagnostic << formatNumber(number);
  else
    diagnostic << value;
}

ParseResult TrainOp::parse(OpAsmParser &parser, OperationState &result) {
  Builder &builder = parser.getBuilder();
  MLIRContext *context = parser.getContext();
  SyntaxErrorHandler handler(parser);
  Properties &properties = result.getOrAddProperties<Properties>();
  StringAttr model;
  if (parser.parseSymbolName(model) ||
      parseNamedCount(parser, "batch", "the number of rows", kMostRows,
                      properties.batch) ||
      parseNamedCount(parser, "epochs", "the number of epochs", kMostEpochs,
                      properties.epochs))
    return failure();
  properties.model = FlatSymbolRefAttr::get(model);

  // The schedules of coefficients, in the order of their names.
  std::map<std::string, Attribute> coefficients;
  Attribute betaSchedule;
  SMLoc betaLoc;
  auto reportValue = [&](SMLoc loc, StringRef name,
                         Attribute value) -> ParseResult {
    std::string expected = getExpectedValue(name, value);
    if (expected.empty())
      return success();
    InFlightDiagnostic diagnostic = parser.emitError(loc, "expected ")
                                    << expected << " but got ";
    describeValue(diagnostic, value);
    return diagnostic;
  };
  auto parseCoefficient = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    std::string name;
    Attribute schedule;
    if (parser.parseOptionalKeywordOrString(&name)) {
      InFlightDiagnostic diagnostic =
          parser.emitError(loc, "expected the name of a coefficient, as in "
                                "'{ beta = #vib.linear<…> }', but got ")
          << describeToken(loc.getPointer());
      if (*loc.getPointer() == '@')
        diagnostic << ": write it without '@'";
      return diagnostic;
    }
    if (coefficients.count(name))
      return parser.emitError(loc, "'") << name << "' is given twice";
    SMLoc valueLoc;
    if (parser.parseEqual() || parser.getCurrentLocation(&valueLoc) ||
        parseSettingAttribute(parser, "schedules", schedule) ||
        reportValue(valueLoc, "coefficients", schedule))
      return failure();
    coefficients[name] = schedule;
    return success();
  };
  bool hasCoefficients = false;

  auto parseSetting = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef name;
    (void)parser.parseOptionalKeyword(&name);
    if (name == "coefficients") {
      if (std::exchange(hasCoefficients, true))
        return parser.emitError(loc, "'coefficients' is given twice");
      return failure(parser.parseEqual() ||
                     parser.parseCommaSeparatedList(
                         OpAsmParser::Delimiter::Braces, parseCoefficient));
    }
    // A setting is an attribute, a number or an integer.
    auto [attribute, group] =
        llvm::StringSwitch<std::pair<Attribute *, StringRef>>(name)
            .Case("optimizer", {&properties.optimizer, "optimizers"})
            .Case("schedule", {&properties.schedule, "schedules"})
            .Case("beta_schedule", {&betaSchedule, "schedules"})
            .Case("clip", {&properties.clip, "clips"})
            .Case("init", {&properties.init, "initializers"})
            .Default({nullptr, ""});
    bool isAverage = name == "average", isSeed = name == "seed";
    if (!attribute && !isAverage && !isSeed) {
      InFlightDiagnostic diagnostic = parser.emitError(loc);
      return describeUnknown(diagnostic, loc,
                             {"optimizer", "schedule", "coefficients",
                              "beta_schedule", "clip", "average", "init",
                              "seed"});
    }
    if ((attribute && *attribute) || (isAverage && properties.average) ||
        (isSeed && properties.seed))
      return parser.emitError(loc, "'") << name << "' is given twice";
    if (parser.parseEqual())
      return failure();
    if (isSeed)
      return parseCount(parser, properties.seed, "the seed", 0,
                        std::numeric_limits<uint64_t>::max());
    SMLoc valueLoc = parser.getCurrentLocation();
    if (attribute ? parseSettingAttribute(parser, group, *attribute)
                  : parseNumber(parser, properties.average))
      return failure();
    if (attribute == &betaSchedule)
      betaLoc = loc;
    return reportValue(valueLoc, name,
                       attribute ? *attribute : properties.average);
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::OptionalBraces,
                                     parseSetting))
    return failure();

  if (betaSchedule && !coefficients.emplace("beta", betaSchedule).second)
    return parser.emitError(betaLoc, "'beta_schedule' and 'coefficients' both "
                                     "have a schedule of beta");
  // It changes nothing, and a loss without a rate may have it, too.
  if (betaSchedule == ConstantAttr::get(context, builder.getF64FloatAttr(0)))
    coefficients.erase("beta");
  SmallVector<NamedAttribute> schedules;
  for (const auto &[name, schedule] : coefficients)
    schedules.push_back(builder.getNamedAttr(name, schedule));
  properties.coefficients = builder.getDictionaryAttr(schedules);

  auto number = [&](double value) { return builder.getF64FloatAttr(value); };
  if (!properties.optimizer)
    properties.optimizer = AdamAttr::get(context, number(1.0e-3), number(0.9),
                                         number(0.999), number(1.0e-8));
  if (!properties.schedule)
    properties.schedule = ConstantAttr::get(context, number(0));
  if (!properties.init)
    properties.init = GlorotUniformAttr::get(context);
  if (!properties.seed)
    properties.seed = builder.getI64IntegerAttr(0);
  return parser.parseOptionalAttrDictWithKeyword(result.attributes);
}

void TrainOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getModel());
  printer << " batch(" << getBatch() << ") epochs(" << getEpochs() << ") {";
  printer.increaseIndent();
  printer.printNewline();
  printer << "optimizer = " << getOptimizer() << ',';
  printer.printNewline();
  printer << "schedule = " << getSchedule() << ',';
  printer.printNewline();
  Attribute beta = getCoefficients().get("beta");
  if (beta && getCoefficients().size() == 1) {
    printer << "beta_schedule = " << beta << ',';
    printer.printNewline();
  } else if (!getCoefficients().empty()) {
    printer << "coefficients = { ";
    llvm::interleaveComma(getCoefficients(), printer,
                          [&](NamedAttribute coefficient) {
                            printer.printKeywordOrString(coefficient.getName());
                            printer << " = " << coefficient.getValue();
                          });
    printer << " },";
    printer.printNewline();
  }
  if (getClipAttr())
    printer << "clip = " << getClipAttr() << ", ";
  if (getAverageAttr()) {
    printer << "average = ";
    printNumber(printer, *this, getAverageAttr());
    printer << ", ";
  }
  printer << "init = " << getInit() << ", seed = " << getSeed() << " }";
  printer.decreaseIndent();
  printer.printOptionalAttrDictWithKeyword(
      (*this)->getAttrs(),
      {getModelAttrName(), getBatchAttrName(), getEpochsAttrName(),
       getOptimizerAttrName(), getScheduleAttrName(), getCoefficientsAttrName(),
       getClipAttrName(), getAverageAttrName(), getInitAttrName(),
       getSeedAttrName()});
}

LogicalResult TrainOp::verify() {
  if (getBatch() < 1 || getBatch() > kMostRows)
    return emitOpError("expected a batch of 1 to ")
           << kMostRows << " rows but got " << getBatch();
  if (getEpochs() < 1 || getEpochs() > kMostEpochs)
    return emitOpError("expected 1 to ")
           << kMostEpochs << " epochs but got " << getEpochs();
  SmallVector<std::pair<StringRef, Attribute>> settings = {
      {"optimizer", getOptimizer()},
      {"schedule", getSchedule()},
      {"clip", getClipAttr()},
      {"average", getAverageAttr()},
      {"init", getInit()}};
  for (NamedAttribute coefficient : getCoefficients())
    settings.push_back({"coefficients", coefficient.getValue()});
  for (auto [name, value] : settings) {
    std::string expected = value ? getExpectedValue(name, value) : "";
    if (expected.empty())
      continue;
    InFlightDiagnostic diagnostic = emitOpError("expected ")
                                    << expected << " but got ";
    describeValue(diagnostic, value);
    return diagnostic;
  }
  return verifyEnds([&] { return emitOpError(); }, "the learning rate",
                    getRateSchedule(), getOptimizerRule().rate);
}

/// Whether a schedule does not change its base value.
static bool isConstant(Attribute schedule) {
  auto constant = dyn_cast<ConstantAttr>(schedule);
  return constant && constant.getWarmup().getValue().isZero();
}

/// The rates that are terms of the loss, as the metrics of the program name
/// them without `_bits`.
static SmallVector<std::string> getRateNames(LossOp loss) {
  SmallVector<std::string> names;
  auto model = loss->getParentOfType<ModelOp>();
  for (auto [i, sample] : llvm::enumerate(getSamples(model))) {
    std::string ending = i == 0             ? ""
                         : sample.getName() ? "_" + sample.getName()->str()
                                            : "_z" + std::to_string(i);
    for (KLOp rate : loss.getRateTerms())
      if (rate.getPosterior() == sample.getDistribution())
        names.push_back(rate.getFigureName().str() + ending);
    if (loss.findPairwiseTerm(sample.getDistribution()))
      names.push_back("izx_nib" + ending);
  }
  return names;
}

/// A dual ascent follows a rate that the training step computes.
static LogicalResult verifyDual(TrainOp train, LossOp loss, StringRef name,
                                DualAttr dual) {
  auto isName = [&](CoefficientAttr value) { return value.getName() == name; };
  if (llvm::none_of(loss.getCoefficients().getAsRange<CoefficientAttr>(),
                    isName)) {
    InFlightDiagnostic diagnostic =
        train.emitOpError("expected a dual ascent of the coefficient of a "
                          "term, but '")
        << name << "' is a number in the function of one";
    diagnostic.attachNote(loss.getLoc()) << "the loss is here";
    return diagnostic;
  }
  SmallVector<std::string> rates = getRateNames(loss);
  if (llvm::is_contained(rates, dual.getRate().getValue()))
    return success();
  InFlightDiagnostic diagnostic =
      train.emitOpError("expected the 'rate' of the dual ascent of '")
      << name << "' to be a rate in the loss";
  if (!rates.empty())
    diagnostic << ", @" << llvm::join(rates, " or @") << ",";
  diagnostic << " but got @" << dual.getRate().getValue();
  diagnostic.attachNote(loss.getLoc()) << "the loss is here";
  return diagnostic;
}

/// A temperature is above 0 in every update.
static LogicalResult verifyTemperature(TrainOp train, CoefficientAttr value,
                                       const Schedule &schedule) {
  auto isZero = [&](const ScheduleEnd &end) { return end.value == 0; };
  if (schedule.kind != ScheduleKind::Dual && schedule.warmupEpochs == 0 &&
      !isZero(schedule.from) && !isZero(schedule.to) && schedule.cap != 0)
    return success();
  return train.emitOpError("expected a schedule of the temperature '")
         << value.getName() << "' that stays above 0"
         << (schedule.kind == ScheduleKind::Dual
                 ? ", not a dual ascent"
                 : ": without a warm-up from 0, and without a 'from', 'to', "
                   "'final' or 'cap' of 0");
}

/// Notes the temperatures that have no name, and so no schedule. None may be
/// called beta.
static void noteUnnamed(InFlightDiagnostic &diagnostic, ModelOp model,
                        StringRef name) {
  if (name == "beta")
    return;
  model.walk([&](ConcreteOp op) {
    CoefficientAttr temperature = op.getTemperature();
    if (!temperature.isNamed())
      diagnostic.attachNote(op.getLoc())
          << "this temperature has no name: to give it this schedule, write "
          << "'temperature(@" << name << "("
          << formatNumber(temperature.getValue()) << "))'";
  });
}

/// Each schedule is that of a coefficient of the loss. One that changes nothing
/// needs none.
static LogicalResult verifyCoefficients(TrainOp train, LossOp loss) {
  CoefficientAttr beta = loss.getBeta();
  SmallVector<CoefficientAttr> named = loss.getNamedCoefficients();
  SmallVector<CoefficientAttr> temperatures =
      getTemperatures(loss->getParentOfType<ModelOp>());
  for (NamedAttribute entry : train.getCoefficients()) {
    StringRef name = entry.getName();
    CoefficientAttr coefficient = name == "beta" ? beta : CoefficientAttr();
    for (CoefficientAttr other : named)
      if (other.getName() == name)
        coefficient = other;
    auto schedule = cast<ScheduleAttrInterface>(entry.getValue());
    if (coefficient) {
      if (failed(verifyEnds([&] { return train.emitOpError(); },
                            "the coefficient '" + name + "'",
                            schedule.getSchedule(),
                            coefficient.getValue().getValueAsDouble())))
        return failure();
      if (llvm::is_contained(temperatures, coefficient)) {
        if (failed(
                verifyTemperature(train, coefficient, schedule.getSchedule())))
          return failure();
        continue;
      }
      if (auto dual = dyn_cast<DualAttr>(entry.getValue());
          dual && failed(verifyDual(train, loss, name, dual)))
        return failure();
      continue;
    }
    if (name == "beta" && isConstant(schedule))
      continue;
    InFlightDiagnostic diagnostic =
        train.emitOpError("expected no schedule of '")
        << name << "', because the loss of @" << train.getModel();
    if (named.empty())
      diagnostic << " has no coefficient with a name";
    else
      diagnostic << " has no such coefficient: expected one of '"
                 << llvm::join(llvm::map_range(named,
                                               [](CoefficientAttr factor) {
                                                 return factor.getName().str();
                                               }),
                               "', '")
                 << "'";
    diagnostic.attachNote(loss.getLoc()) << "the loss is here";
    // A name that is nearly one of the loss is a misspelling of it.
    if (llvm::none_of(named, [&](CoefficientAttr factor) {
          return name.edit_distance(factor.getName()) <= 1;
        }))
      noteUnnamed(diagnostic, loss->getParentOfType<ModelOp>(), name);
    return diagnostic;
  }
  if (beta && beta.getName() != "beta" && train.getCoefficients().get("beta") &&
      train.getCoefficients().get(beta.getName()))
    return train.emitOpError("expected one schedule of '")
           << beta.getName() << "', which 'beta_schedule' means, too";
  return success();
}

/// The most rows of a batch whose pairs have numbers: each tensor of them has
/// 16 GiB in f32.
static constexpr int64_t kMostPairedRows = 1 << 16;

LogicalResult vib::verifyPairs(TrainOp train, ModelOp model, int64_t batch,
                               StringRef what) {
  auto pairs = model.getBody().getOps<PairwiseOp>();
  if (pairs.empty() || (batch >= 2 && batch <= kMostPairedRows))
    return success();
  InFlightDiagnostic diagnostic =
      train.emitOpError("expected a ")
      << what << " of 2 to " << kMostPairedRows
      << " rows, each two of which vib.pairwise compares, "
      << "but got " << batch;
  diagnostic.attachNote((*pairs.begin()).getLoc()) << "vib.pairwise is here";
  return diagnostic;
}

LogicalResult TrainOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (auto model =
          symbols.lookupNearestSymbolFrom<ModelOp>(*this, getModelAttr())) {
    for (auto loss : model.getBody().getOps<LossOp>())
      if (failed(verifyCoefficients(*this, loss)))
        return failure();
    return verifyPairs(*this, model, getBatch(), "batch");
  }
  InFlightDiagnostic diagnostic = emitOpError("expected a model but got @")
                                  << getModel();
  bool isDefined = false;
  for (Operation &op : *(*this)->getBlock())
    if (auto model = dyn_cast<ModelOp>(op)) {
      diagnostic.attachNote(model.getLoc())
          << "@" << model.getSymName() << " is defined here";
      isDefined = true;
    }
  if (!isDefined)
    diagnostic << ", and no model is defined";
  return diagnostic;
}
