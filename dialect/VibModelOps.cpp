//===- VibModelOps.cpp - A model and its training ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibSyntax.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringSet.h"

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
  for (const OpAsmParser::Argument &argument : arguments) {
    locations.push_back(parser.getEncodedSourceLoc(argument.ssaName.location));
    types.push_back(argument.type);
  }
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
  for (auto [argument, name] :
       llvm::zip(region.getArguments(), ArrayRef<StringRef>{"input", "target"}))
    setName(argument, name);
}

void ModelOp::print(OpAsmPrinter &printer) {
  printer << ' ';
  printer.printSymbolName(getSymName());
  printer << '(';
  llvm::interleaveComma(
      getBody().getArguments(), printer,
      [&](BlockArgument argument) { printer.printRegionArgument(argument); });
  printer << ')';
  printer.printOptionalAttrDictWithKeyword((*this)->getAttrs(),
                                           {getSymNameAttrName()});
  printer << ' ';
  printer.printRegion(getBody(), /*printEntryBlockArgs=*/false);
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
                       "!vib.normal, but got ")
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
  if (name == "schedule" && (!schedule || !schedule.isForRate()))
    return "a schedule of the learning rate, one of #vib.constant, "
           "#vib.staircase, #vib.exponential, #vib.cosine and "
           "#vib.linear_warmup,";
  if (name == "beta_schedule" && (!schedule || !schedule.isForBeta()))
    return "a schedule of beta, one of #vib.constant, #vib.linear_warmup and "
           "#vib.exponential_warmup,";
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

  auto parseSetting = [&]() -> ParseResult {
    SMLoc loc = parser.getCurrentLocation();
    StringRef name;
    (void)parser.parseOptionalKeyword(&name);
    // A setting is an attribute, a number or an integer.
    auto [attribute, group] =
        llvm::StringSwitch<std::pair<Attribute *, StringRef>>(name)
            .Case("optimizer", {&properties.optimizer, "optimizers"})
            .Case("schedule", {&properties.schedule, "schedules"})
            .Case("beta_schedule", {&properties.beta_schedule, "schedules"})
            .Case("init", {&properties.init, "initializers"})
            .Default({nullptr, ""});
    bool isAverage = name == "average", isSeed = name == "seed";
    if (!attribute && !isAverage && !isSeed) {
      InFlightDiagnostic diagnostic = parser.emitError(loc);
      return describeUnknown(diagnostic, loc,
                             {"optimizer", "schedule", "beta_schedule",
                              "average", "init", "seed"});
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
    Attribute value = attribute ? *attribute : properties.average;
    std::string expected = getExpectedValue(name, value);
    if (expected.empty())
      return success();
    InFlightDiagnostic diagnostic = parser.emitError(valueLoc, "expected ")
                                    << expected << " but got ";
    describeValue(diagnostic, value);
    return diagnostic;
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::OptionalBraces,
                                     parseSetting))
    return failure();

  auto number = [&](double value) { return builder.getF64FloatAttr(value); };
  if (!properties.optimizer)
    properties.optimizer = AdamAttr::get(context, number(1.0e-3), number(0.9),
                                         number(0.999), number(1.0e-8));
  if (!properties.schedule)
    properties.schedule = ConstantAttr::get(context, number(0));
  if (!properties.beta_schedule)
    properties.beta_schedule = ConstantAttr::get(context, number(0));
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
  printer << "beta_schedule = " << getBetaSchedule() << ',';
  printer.printNewline();
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
       getOptimizerAttrName(), getScheduleAttrName(), getBetaScheduleAttrName(),
       getAverageAttrName(), getInitAttrName(), getSeedAttrName()});
}

LogicalResult TrainOp::verify() {
  if (getBatch() < 1 || getBatch() > kMostRows)
    return emitOpError("expected a batch of 1 to ")
           << kMostRows << " rows but got " << getBatch();
  if (getEpochs() < 1 || getEpochs() > kMostEpochs)
    return emitOpError("expected 1 to ")
           << kMostEpochs << " epochs but got " << getEpochs();
  std::pair<StringRef, Attribute> settings[] = {
      {"optimizer", getOptimizer()},
      {"schedule", getSchedule()},
      {"beta_schedule", getBetaSchedule()},
      {"average", getAverageAttr()},
      {"init", getInit()}};
  for (auto [name, value] : settings) {
    std::string expected = value ? getExpectedValue(name, value) : "";
    if (expected.empty())
      continue;
    InFlightDiagnostic diagnostic = emitOpError("expected ")
                                    << expected << " but got ";
    describeValue(diagnostic, value);
    return diagnostic;
  }
  return success();
}

/// Whether a schedule does not change its base value.
static bool isConstant(Attribute schedule) {
  auto constant = dyn_cast<ConstantAttr>(schedule);
  return constant && constant.getWarmup().getValue().isZero();
}

LogicalResult TrainOp::verifySymbolUses(SymbolTableCollection &symbols) {
  if (auto model =
          symbols.lookupNearestSymbolFrom<ModelOp>(*this, getModelAttr())) {
    if (isConstant(getBetaSchedule()))
      return success();
    for (auto loss : model.getBody().getOps<LossOp>())
      if (!loss.getRate()) {
        InFlightDiagnostic diagnostic =
            emitOpError("expected no beta_schedule, because the loss of @")
            << getModel() << " has no beta";
        diagnostic.attachNote(loss.getLoc()) << "the loss is here";
        return diagnostic;
      }
    return success();
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
