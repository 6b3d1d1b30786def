//===- VibSyntax.cpp - Pieces of the textual form ---------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibSyntax.h"
#include "dialect/VibDiagnostics.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

InFlightDiagnostic &vib::describeUnknown(InFlightDiagnostic &diagnostic,
                                         SMLoc loc, ArrayRef<StringRef> known) {
  std::string got = describeToken(loc.getPointer());
  diagnostic << "expected one of '" << llvm::join(known, "', '") << "' but got "
             << got;
  suggestNearest(*diagnostic.getUnderlyingDiagnostic(),
                 StringRef(got).trim('\''), known);
  return diagnostic;
}

//===----------------------------------------------------------------------===//
// Types inferred from the operand's
//===----------------------------------------------------------------------===//

ParseResult vib::parseTensor(OpAsmParser &parser, Type &type) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(type))
    return failure();
  if (!isa<RankedTensorType>(type))
    return parser.emitError(loc, "expected a ranked tensor but got ") << type;
  return success();
}

OptionalParseResult vib::parseOptionalResult(OpAsmParser &parser,
                                             Type &result) {
  if (failed(parser.parseOptionalArrow()))
    return std::nullopt;
  return parser.parseType(result);
}

RankedTensorType vib::withWidth(RankedTensorType like, int64_t width) {
  SmallVector<int64_t> shape(like.getShape());
  if (shape.size() < 2)
    shape.assign({ShapedType::kDynamic, width});
  shape.back() = width;
  return RankedTensorType::get(shape, like.getElementType());
}

/// [rows of `like`, width].
static RankedTensorType getRows(RankedTensorType like, int64_t width,
                                Type elementType) {
  int64_t rows = like.getRank() ? like.getDimSize(0) : ShapedType::kDynamic;
  return RankedTensorType::get({rows, width}, elementType);
}

static void printTypes(OpAsmPrinter &printer, Type input, Type result) {
  printer << input << " -> " << result;
}

ParseResult vib::parseSourceRange(OpAsmParser &parser, FloatAttr &low,
                                  FloatAttr &high) {
  if (parser.parseOptionalKeyword("from"))
    return success();
  return failure(parser.parseLSquare() || parseNumber(parser, low) ||
                 parser.parseComma() || parseNumber(parser, high) ||
                 parser.parseRSquare());
}

void vib::printSourceRange(OpAsmPrinter &printer, Operation *op, FloatAttr low,
                           FloatAttr high) {
  if (!low)
    return;
  printer << "from [";
  printNumber(printer, op, low);
  printer << ", ";
  printNumber(printer, op, high);
  printer << "]";
}

ParseResult vib::parseFlatteningTypes(OpAsmParser &parser, Type &input,
                                      Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parseTensor(parser, input))
    return failure();
  OptionalParseResult written = parseOptionalResult(parser, result);
  if (written.has_value())
    return *written;
  auto type = cast<RankedTensorType>(input);
  int64_t width = 1;
  for (int64_t size : type.getShape().drop_front(type.getRank() ? 1 : 0)) {
    if (ShapedType::isDynamic(size) || ShapedType::isDynamic(width))
      width = ShapedType::kDynamic;
    else if (llvm::MulOverflow(width, size, width))
      return parser.emitError(loc, "expected fewer than 2^63 elements for an "
                                   "example but got ")
             << type;
  }
  Type elementType = type.getElementType();
  if (!isa<FloatType>(elementType))
    elementType = parser.getBuilder().getF32Type();
  result = getRows(type, width, elementType);
  return success();
}

void vib::printFlatteningTypes(OpAsmPrinter &printer, Operation *, Type input,
                               Type result) {
  printTypes(printer, input, result);
}

static ParseResult parseLayerWidth(OpAsmParser &parser, IntegerAttr &width) {
  return parseCount(parser, width, "a width", 1, kMostCounted);
}

ParseResult vib::parseLinearTypes(OpAsmParser &parser, Type &input,
                                  Type &result) {
  IntegerAttr width;
  bool hasWidth = succeeded(parser.parseOptionalLSquare());
  if (hasWidth && (parseLayerWidth(parser, width) || parser.parseRSquare()))
    return failure();
  if (parser.parseColon() || parseTensor(parser, input))
    return failure();
  if (!hasWidth)
    return failure(parser.parseArrow() || parseTensor(parser, result));
  auto type = cast<RankedTensorType>(input);
  result = withWidth(type, width.getInt());
  return success();
}

void vib::printLinearTypes(OpAsmPrinter &printer, Operation *, Type input,
                           Type result) {
  printer << ": ";
  printTypes(printer, input, result);
}

ParseResult vib::parseMLPTypes(OpAsmParser &parser, DenseI64ArrayAttr &widths,
                               Type &input, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> values;
  auto parseOneWidth = [&]() -> ParseResult {
    IntegerAttr width;
    if (parseLayerWidth(parser, width))
      return failure();
    values.push_back(width.getInt());
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                     parseOneWidth))
    return failure();
  if (values.empty())
    return parser.emitError(loc, "expected a width for each layer, as in "
                                 "[64, 32], but got none");
  widths = parser.getBuilder().getDenseI64ArrayAttr(values);
  if (parser.parseColon() || parseTensor(parser, input))
    return failure();
  OptionalParseResult written = parseOptionalResult(parser, result);
  if (written.has_value())
    return *written;
  auto type = cast<RankedTensorType>(input);
  result = withWidth(type, values.back());
  return success();
}

void vib::printMLPTypes(OpAsmPrinter &printer, Operation *,
                        DenseI64ArrayAttr widths, Type input, Type result) {
  printer << '[';
  llvm::interleaveComma(widths.asArrayRef(), printer);
  printer << "] : ";
  printTypes(printer, input, result);
}

ParseResult vib::parseActivationKeyword(OpAsmParser &parser,
                                        ActivationAttr &activation) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  (void)parser.parseOptionalKeyword(&keyword);
  std::optional<Activation> value = symbolizeActivation(keyword);
  if (!value) {
    SmallVector<StringRef> names;
    for (uint64_t kind = 0; kind <= getMaxEnumValForActivation(); ++kind)
      names.push_back(stringifyActivation(*symbolizeActivation(kind)));
    InFlightDiagnostic diagnostic = parser.emitError(loc);
    return describeUnknown(diagnostic, loc, names);
  }
  activation = ActivationAttr::get(parser.getContext(), *value);
  return success();
}

void vib::printActivationKeyword(OpAsmPrinter &printer, Operation *,
                                 ActivationAttr activation) {
  printer << stringifyActivation(activation.getValue());
}

/// `WORD(number)`, which may be left out.
static ParseResult parseWordNumber(OpAsmParser &parser, StringRef word,
                                   double otherwise, FloatAttr &number) {
  if (succeeded(parser.parseOptionalKeyword(word)))
    return failure(parser.parseLParen() || parseNumber(parser, number) ||
                   parser.parseRParen());
  number = parser.getBuilder().getF64FloatAttr(otherwise);
  return success();
}

static void printWordNumber(OpAsmPrinter &printer, StringRef word,
                            double otherwise, FloatAttr number) {
  if (number.getValueAsDouble() == otherwise)
    return;
  printer << word << '(';
  printNumber(static_cast<AsmPrinter &>(printer), number);
  printer << ')';
}

ParseResult vib::parseSlope(OpAsmParser &parser, FloatAttr &slope) {
  return parseWordNumber(parser, "slope", LeakyReLUOp::kDefault, slope);
}

void vib::printSlope(OpAsmPrinter &printer, Operation *, FloatAttr slope) {
  printWordNumber(printer, "slope", LeakyReLUOp::kDefault, slope);
}

ParseResult vib::parseAlpha(OpAsmParser &parser, FloatAttr &alpha) {
  return parseWordNumber(parser, "alpha", ELUOp::kDefault, alpha);
}

void vib::printAlpha(OpAsmPrinter &printer, Operation *, FloatAttr alpha) {
  printWordNumber(printer, "alpha", ELUOp::kDefault, alpha);
}

ParseResult vib::parseEpsilon(OpAsmParser &parser, FloatAttr &eps) {
  return parseWordNumber(parser, "eps", LayerNormOp::kDefaultEpsilon, eps);
}

void vib::printEpsilon(OpAsmPrinter &printer, Operation *, FloatAttr eps) {
  printWordNumber(printer, "eps", LayerNormOp::kDefaultEpsilon, eps);
}

ParseResult vib::parseMomentum(OpAsmParser &parser, FloatAttr &momentum) {
  return parseWordNumber(parser, "momentum", BatchNormOp::kDefaultMomentum,
                         momentum);
}

void vib::printMomentum(OpAsmPrinter &printer, Operation *,
                        FloatAttr momentum) {
  printWordNumber(printer, "momentum", BatchNormOp::kDefaultMomentum, momentum);
}

//===----------------------------------------------------------------------===//
// Distributions
//===----------------------------------------------------------------------===//

ParseResult vib::parseSamples(OpAsmParser &parser, IntegerAttr &samples) {
  if (parser.parseOptionalKeyword("samples")) {
    samples = parser.getBuilder().getI64IntegerAttr(1);
    return success();
  }
  return failure(
      parser.parseLParen() ||
      parseCount(parser, samples, "the number of samples", 1, kMostSamples) ||
      parser.parseRParen());
}

void vib::printSamples(OpAsmPrinter &printer, Operation *,
                       IntegerAttr samples) {
  if (samples.getInt() != 1)
    printer << " samples(" << samples.getInt() << ")";
}

ParseResult vib::parseStreamName(OpAsmParser &parser, StringAttr &name) {
  if (succeeded(parser.parseOptionalKeyword("name")))
    return failure(parser.parseLParen() || parser.parseAttribute(name) ||
                   parser.parseRParen());
  // What has no name is numbered.
  if (parser.getNumResults() == 1)
    if (StringRef result = parser.getResultName(0).first;
        !result.empty() && !llvm::isDigit(result.front()))
      name = parser.getBuilder().getStringAttr(result);
  return success();
}

void vib::printStreamName(OpAsmPrinter &printer, Operation *op,
                          StringAttr name) {
  std::string printed;
  llvm::raw_string_ostream stream(printed);
  printer.printOperand(op->getResult(0), stream);
  if (name && printed != "%" + name.getValue().str())
    printer << " name(" << name << ")";
}

static ParseResult parseSize(AsmParser &parser, StringRef what, uint64_t least,
                             int64_t &size) {
  IntegerAttr count;
  if (parseCount(parser, count, what, least, kMostWidth))
    return failure();
  size = count.getInt();
  return success();
}

ParseResult vib::parseWidth(AsmParser &parser, int64_t &width) {
  return parseSize(parser, "the width of a normal distribution", 1, width);
}

void vib::printWidth(AsmPrinter &printer, int64_t width) { printer << width; }

ParseResult vib::parseOutputs(AsmParser &parser, int64_t &outputs) {
  return parseSize(parser, "the number of outputs", 1, outputs);
}

void vib::printOutputs(AsmPrinter &printer, int64_t outputs) {
  printer << outputs;
}

ParseResult vib::parseClasses(AsmParser &parser, int64_t &classes) {
  return parseSize(parser, "the number of classes", 2, classes);
}

void vib::printClasses(AsmPrinter &printer, int64_t classes) {
  printer << classes;
}

ParseResult vib::parseVariables(AsmParser &parser, int64_t &variables) {
  return parseSize(parser, "the number of variables", 1, variables);
}

void vib::printVariables(AsmPrinter &printer, int64_t variables) {
  printer << variables;
}

ParseResult vib::parseDeviation(OpAsmParser &parser, FloatAttr &noise,
                                StringAttr &noiseName, IntegerAttr &noiseSize) {
  if (parser.parseLParen())
    return failure();
  if (succeeded(parser.parseOptionalSymbolName(noiseName))) {
    if (succeeded(parser.parseOptionalLSquare()) &&
        (parseCount(parser, noiseSize, "the number of standard deviations", 1,
                    kMostWidth) ||
         parser.parseRSquare()))
      return failure();
    if (parser.parseEqual())
      return failure();
  }
  return failure(parseNumber(parser, noise) || parser.parseRParen());
}

void vib::printDeviation(OpAsmPrinter &printer, Operation *op, FloatAttr noise,
                         StringAttr noiseName, IntegerAttr noiseSize) {
  printer << '(';
  if (noiseName) {
    printer.printSymbolName(noiseName);
    if (noiseSize)
      printer << '[' << noiseSize.getInt() << ']';
    printer << " = ";
  }
  printNumber(printer, op, noise);
  printer << ')';
}

ParseResult vib::parseSpread(OpAsmParser &parser, FloatAttr &shift,
                             FloatAttr &noise, StringAttr &noiseName,
                             IntegerAttr &noiseSize, LinkAttr &link,
                             FloatAttr &low, FloatAttr &high) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef keyword;
  if (parser.parseOptionalKeyword(&keyword, {"softplus", "exp", "exp_half",
                                             "bounded", "sigma", "noise"}))
    return parser.emitError(
               loc, "expected the spread of a posterior, 'softplus(shift)', "
                    "'exp', 'exp_half', 'bounded([low, high])' or 'sigma(s)', "
                    "or that of a likelihood, 'noise(s)', but got ")
           << describeToken(loc.getPointer());
  if (keyword == "softplus")
    return failure(parser.parseLParen() || parseNumber(parser, shift) ||
                   parser.parseRParen());
  if (std::optional<Link> found = symbolizeLink(keyword))
    link = LinkAttr::get(parser.getContext(), *found);
  if (keyword == "bounded")
    return failure(parser.parseLParen() || parser.parseLSquare() ||
                   parseNumber(parser, low) || parser.parseComma() ||
                   parseNumber(parser, high) || parser.parseRSquare() ||
                   parser.parseRParen());
  if (keyword == "sigma" || keyword == "noise")
    return parseDeviation(parser, noise, noiseName, noiseSize);
  return success();
}

void vib::printSpread(OpAsmPrinter &printer, Operation *op, FloatAttr shift,
                      FloatAttr noise, StringAttr noiseName,
                      IntegerAttr noiseSize, LinkAttr link, FloatAttr low,
                      FloatAttr high) {
  printer << (shift  ? StringRef("softplus")
              : link ? stringifyLink(link.getValue())
                     : StringRef("noise"));
  if (low) {
    printer << "([";
    printNumber(printer, op, low);
    printer << ", ";
    printNumber(printer, op, high);
    printer << "])";
  }
  if (shift || noise)
    printDeviation(printer, op, shift ? shift : noise, noiseName, noiseSize);
}

ParseResult vib::parseNormalTypes(OpAsmParser &parser, FloatAttr shift,
                                  LinkAttr link, Type &statistics,
                                  Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parseTensor(parser, statistics))
    return failure();
  OptionalParseResult written = parseOptionalResult(parser, result);
  if (written.has_value())
    return *written;
  auto type = cast<RankedTensorType>(statistics);
  int64_t width =
      type.getRank() == 2 ? type.getDimSize(1) : ShapedType::kDynamic;
  bool isSpreadComputed = shift || (link && link.getValue() != Link::Sigma);
  if (width < 1 || (isSpreadComputed && width % 2))
    return parser.emitError(loc, "cannot tell the normal distribution from ")
           << type << ": expected "
           << (isSpreadComputed ? "an even number of statistics, mu and rho,"
                                : "a row of means an example,")
           << " or '-> !vib.normal<…>'";
  result =
      NormalType::get(parser.getContext(), isSpreadComputed ? width / 2 : width,
                      Covariance::Diagonal);
  return success();
}

void vib::printNormalTypes(OpAsmPrinter &printer, Operation *, FloatAttr,
                           LinkAttr, Type statistics, Type result) {
  printTypes(printer, statistics, result);
}

/// Parses `logits (-> distribution)?`. The result, if it is not written, is the
/// `Distribution` of as many outputs as the logits have columns.
template <typename Distribution>
static ParseResult parseLogits(OpAsmParser &parser, Type &logits, Type &result,
                               int64_t least, StringRef outputs,
                               StringRef expected) {
  SMLoc loc = parser.getCurrentLocation();
  if (parseTensor(parser, logits))
    return failure();
  OptionalParseResult written = parseOptionalResult(parser, result);
  if (written.has_value())
    return *written;
  auto type = cast<RankedTensorType>(logits);
  if (type.getRank() != 2 || type.getDimSize(1) < least)
    return parser.emitError(loc, "cannot tell the number of ")
           << outputs << " from " << type << ": expected " << expected
           << " an example";
  result = Distribution::get(parser.getContext(), type.getDimSize(1));
  return success();
}

ParseResult vib::parseCategoricalTypes(OpAsmParser &parser, Type &logits,
                                       Type &result) {
  return parseLogits<CategoricalType>(parser, logits, result, 2, "classes",
                                      "a row of at least two logits");
}

void vib::printCategoricalTypes(OpAsmPrinter &printer, Operation *, Type logits,
                                Type result) {
  printTypes(printer, logits, result);
}

ParseResult vib::parseBernoulliTypes(OpAsmParser &parser, Type &logits,
                                     Type &result) {
  return parseLogits<BernoulliType>(parser, logits, result, 1, "outputs",
                                    "a row of logits");
}

ParseResult vib::parseLaplaceTypes(OpAsmParser &parser, Type &mean,
                                   Type &result) {
  return parseLogits<LaplaceType>(parser, mean, result, 1, "outputs",
                                  "a row of means");
}

void vib::printLaplaceTypes(OpAsmPrinter &printer, Operation *, Type mean,
                            Type result) {
  printTypes(printer, mean, result);
}

void vib::printBernoulliTypes(OpAsmPrinter &printer, Operation *, Type logits,
                              Type result) {
  printTypes(printer, logits, result);
}

/// The rest of `normal(classes)[latents] given %label : type`.
static ParseResult
parseLabelOfPrior(OpAsmParser &parser, SMLoc loc, IntegerAttr classes,
                  IntegerAttr width,
                  SmallVectorImpl<OpAsmParser::UnresolvedOperand> &given,
                  SmallVectorImpl<Type> &types) {
  bool isGiven = succeeded(parser.parseOptionalKeyword("given"));
  if (!classes && isGiven)
    return parser.emitError(loc, "expected the number of classes before that "
                                 "of the latents, 'normal(10)[")
           << width.getInt() << "] given %label'";
  if (!classes)
    return success();
  if (!isGiven)
    return parser.emitError(loc, "expected 'normal(")
           << classes.getInt() << ")[" << width.getInt()
           << "] given %label', with the label that chooses one of the "
           << "normals";
  return failure(parser.parseOperand(given.emplace_back()) ||
                 parser.parseColon() ||
                 parseTensor(parser, types.emplace_back()));
}

/// The rest of `vamp(components) of %posterior over %input : types`.
static ParseResult
parseVamp(OpAsmParser &parser, SMLoc loc, IntegerAttr components,
          SmallVectorImpl<OpAsmParser::UnresolvedOperand> &given,
          SmallVectorImpl<Type> &types, Type &result) {
  SMLoc ofLoc = parser.getCurrentLocation();
  if (components && succeeded(parser.parseOptionalLSquare()))
    return parser.emitError(ofLoc, "expected 'of %q over %x' after 'vamp(")
           << components.getInt() << ")' but got '[': the prior has as many "
           << "latents as the posterior";
  if (!components || failed(parser.parseOptionalKeyword("of")))
    return parser.emitError(loc, "expected 'vamp(500) of %q over %x', with the "
                                 "number of pseudo-inputs, the posterior and "
                                 "the input that it is computed from");
  SMLoc typeLoc;
  if (parser.parseOperand(given.emplace_back()) ||
      parser.parseKeyword("over") ||
      parser.parseOperand(given.emplace_back()) || parser.parseColon() ||
      parser.getCurrentLocation(&typeLoc) ||
      parser.parseType(types.emplace_back()))
    return failure();
  auto posterior = dyn_cast<NormalType>(types.front());
  if (!posterior)
    return parser.emitError(typeLoc)
           << (isa<RankedTensorType>(types.front())
                   ? "expected the type of the posterior behind 'of' before "
                     "that of the input"
                   : "expected a diagonal normal posterior behind 'of'")
           << " but got " << types.front();
  if (parser.parseComma() || parseTensor(parser, types.emplace_back()))
    return failure();
  result = MixtureType::get(parser.getContext(), posterior.getWidth());
  return success();
}

ParseResult
vib::parsePriorForm(OpAsmParser &parser, IntegerAttr &classes,
                    IntegerAttr &components,
                    SmallVectorImpl<OpAsmParser::UnresolvedOperand> &given,
                    SmallVectorImpl<Type> &types, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef form;
  if (parser.parseOptionalKeyword(&form, {"normal", "mixture", "vamp"}))
    return parser.emitError(loc, "expected a prior, 'normal[32]', "
                                 "'normal(10)[32] given %label', "
                                 "'mixture(10)[32]' or 'vamp(500) of %q over "
                                 "%x', but got ")
           << describeToken(loc.getPointer());
  bool isNormal = form == "normal";
  IntegerAttr width;
  if (succeeded(parser.parseOptionalLParen()) &&
      (parseCount(parser, isNormal ? classes : components,
                  isNormal ? "the number of classes"
                           : "the number of components",
                  2, form == "vamp" ? kMostRows : kMostWidth) ||
       parser.parseRParen()))
    return failure();
  if (form == "vamp")
    return parseVamp(parser, loc, components, given, types, result);
  if (parser.parseLSquare() ||
      parseCount(parser, width, "the number of latents", 1, kMostWidth) ||
      parser.parseRSquare())
    return failure();
  if (isNormal) {
    result = NormalType::get(parser.getContext(), width.getInt(),
                             Covariance::Diagonal);
    return parseLabelOfPrior(parser, loc, classes, width, given, types);
  }
  result = MixtureType::get(parser.getContext(), width.getInt());
  if (!components)
    return parser.emitError(loc, "expected the number of components before "
                                 "that of the latents, 'mixture(10)[")
           << width.getInt() << "]'";
  if (succeeded(parser.parseOptionalKeyword("given")))
    return parser.emitError(loc, "expected no 'given' of a mixture, which does "
                                 "not depend on the label");
  return success();
}

void vib::printPriorForm(OpAsmPrinter &printer, Operation *,
                         IntegerAttr classes, IntegerAttr components,
                         OperandRange given, TypeRange types, Type result) {
  if (given.size() == 2) {
    printer << "vamp(" << components.getInt() << ") of " << given.front()
            << " over " << given.back() << " : " << types.front() << ", "
            << types.back();
    return;
  }
  printer << (isa<MixtureType>(result) ? "mixture" : "normal");
  for (IntegerAttr count : {classes, components})
    if (count)
      printer << '(' << count.getInt() << ')';
  printer << '[' << cast<DistributionTypeInterface>(result).getSize() << ']';
  if (!given.empty())
    printer << " given " << given.front() << " : " << types.front();
}

//===----------------------------------------------------------------------===//
// The loss
//===----------------------------------------------------------------------===//

/// The type of a prior that is not written.
static Type getPriorType(Type posterior, bool isDrawn) {
  auto normal = dyn_cast_or_null<NormalType>(posterior);
  if (!normal)
    return posterior;
  if (isDrawn)
    return MixtureType::get(normal.getContext(), normal.getWidth());
  return NormalType::get(normal.getContext(), normal.getWidth(),
                         Covariance::Diagonal);
}

/// The type of a sample that is not written.
static Type getSampleType(Type posterior) {
  auto type = dyn_cast_or_null<DistributionTypeInterface>(posterior);
  return RankedTensorType::get(
      {ShapedType::kDynamic, type ? type.getSize() : 1},
      Float32Type::get(posterior.getContext()));
}

/// Parses `%prior (at %sample)? : type of posterior (, type of prior)? (, type
/// of sample)?`.
static ParseResult
parseLearnedPrior(OpAsmParser &parser,
                  SmallVectorImpl<OpAsmParser::UnresolvedOperand> &given,
                  Type &posterior, SmallVectorImpl<Type> &types) {
  if (parser.parseOperand(given.emplace_back()))
    return failure();
  bool isDrawn = succeeded(parser.parseOptionalKeyword("at"));
  if ((isDrawn && parser.parseOperand(given.emplace_back())) ||
      parser.parseColonType(posterior))
    return failure();
  types.push_back(getPriorType(posterior, isDrawn));
  if (isDrawn)
    types.push_back(getSampleType(posterior));
  Type type;
  if (failed(parser.parseOptionalComma()))
    return success();
  if (parser.parseType(type))
    return failure();
  if (isDrawn && isa<RankedTensorType>(type)) {
    types.back() = type;
    return success();
  }
  types.front() = type;
  if (!isDrawn || failed(parser.parseOptionalComma()))
    return success();
  return parseTensor(parser, types.back());
}

ParseResult
vib::parsePrior(OpAsmParser &parser, Attribute &prior,
                SmallVectorImpl<OpAsmParser::UnresolvedOperand> &given,
                Type &posterior, SmallVectorImpl<Type> &types) {
  // The uniform prior is not written.
  if (succeeded(parser.parseOptionalColon()))
    return parser.parseType(posterior);
  if (parser.parseComma())
    return failure();
  // The prior's type, which is the posterior's too, is part of the attribute.
  SMLoc loc = parser.getCurrentLocation();
  if (*loc.getPointer() == '%')
    return parseLearnedPrior(parser, given, posterior, types);
  static constexpr StringLiteral kExpected =
      "expected a prior and the type of the posterior, as in "
      "'#vib.standard_normal : !vib.normal<2>' or '%r : !vib.normal<2>', but "
      "got ";
  if (*loc.getPointer() != '#')
    return parser.emitError(loc, kExpected) << describeToken(loc.getPointer());
  if (parser.parseAttribute(prior))
    return failure();
  SMLoc next = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalKeyword("at")))
    return parser.emitError(next, "expected no 'at', because the divergence "
                                  "from ")
           << prior << " has a closed form";
  auto typed = dyn_cast<TypedAttr>(prior);
  if (!typed || !isa<DistributionTypeInterface>(typed.getType()))
    return parser.emitError(loc, kExpected) << prior;
  posterior = typed.getType();
  return success();
}

void vib::printPrior(OpAsmPrinter &printer, Operation *, Attribute prior,
                     OperandRange given, Type posterior, TypeRange types) {
  if (given.empty() && !prior) {
    printer << " : " << posterior;
    return;
  }
  printer << ", ";
  if (given.empty()) {
    printer << prior;
    return;
  }
  bool isDrawn = given.size() > 1;
  printer << given.front();
  if (isDrawn)
    printer << " at " << given.back();
  printer << " : " << posterior;
  if (types.front() != getPriorType(posterior, isDrawn))
    printer << ", " << types.front();
  if (isDrawn && types.back() != getSampleType(posterior))
    printer << ", " << types.back();
}

ParseResult vib::parseCoefficient(AsmParser &parser,
                                  CoefficientAttr &coefficient) {
  SMLoc loc = parser.getCurrentLocation();
  StringAttr name;
  bool isNamed = succeeded(parser.parseOptionalSymbolName(name));
  FailureOr<FloatAttr> value = failure();
  if ((isNamed && parser.parseLParen()) ||
      failed(value = parseNumber(parser)) || (isNamed && parser.parseRParen()))
    return failure();
  coefficient = CoefficientAttr::getChecked(
      [&] { return parser.emitError(loc); }, parser.getContext(),
      isNamed ? name.getValue() : StringRef(), *value);
  return success(bool(coefficient));
}

void vib::printCoefficient(AsmPrinter &printer, CoefficientAttr coefficient) {
  if (coefficient.isNamed()) {
    printer.printSymbolName(coefficient.getName());
    printer << '(';
  }
  printNumber(printer, coefficient.getValue());
  if (coefficient.isNamed())
    printer << ')';
}

void vib::printCoefficient(OpAsmPrinter &printer, Operation *,
                           CoefficientAttr coefficient) {
  printCoefficient(printer, coefficient);
}

static InFlightDiagnostic reportNoTerm(OpAsmParser &parser, SMLoc loc) {
  return parser.emitError(loc, "expected a term, as in "
                               "'@beta(1.0e-3) * %rate', but got ")
         << describeToken(loc.getPointer());
}

/// The coefficient of a term, with the `*`; 1 if the term begins with a value
/// or a function.
static ParseResult parseFactor(OpAsmParser &parser,
                               CoefficientAttr &coefficient) {
  SMLoc loc = parser.getCurrentLocation();
  char first = *loc.getPointer();
  if (first == '@' || llvm::isDigit(first) || first == '-')
    return failure(parseCoefficient(parser, coefficient) || parser.parseStar());
  if (first != '%' && !llvm::isAlpha(first))
    return reportNoTerm(parser, loc);
  coefficient = CoefficientAttr::get(parser.getContext(), "",
                                     parser.getBuilder().getF64FloatAttr(1));
  return success();
}

/// `value`, which may be subtracted, or `power(value, number)`,
/// `exp(value, number)` or `abs(value - number)`.
static ParseResult parseMean(OpAsmParser &parser, bool isSubtracted,
                             OpAsmParser::UnresolvedOperand &value,
                             FunctionAttr &function) {
  SMLoc loc = parser.getCurrentLocation();
  FunctionKind kind =
      isSubtracted ? FunctionKind::Negative : FunctionKind::Mean;
  CoefficientAttr number;
  StringRef word;
  if (succeeded(parser.parseOptionalKeyword(&word))) {
    if (isSubtracted)
      return parser.emitError(loc, "expected '+' before a function of a rate");
    std::optional<FunctionKind> found = symbolizeFunctionKind(word);
    if (!found || *found == FunctionKind::Mean ||
        *found == FunctionKind::Negative) {
      InFlightDiagnostic diagnostic = reportNoTerm(parser, loc);
      suggestNearest(*diagnostic.getUnderlyingDiagnostic(), word,
                     {"power", "exp", "abs"});
      return diagnostic;
    }
    kind = *found;
    SMLoc numberLoc;
    if (parser.parseLParen() || parser.parseOperand(value) ||
        parser.getCurrentLocation(&numberLoc))
      return failure();
    bool isAbs = kind == FunctionKind::Abs;
    if (isAbs ? parser.parseOptionalMinus() : parser.parseOptionalComma())
      return parser.emitError(numberLoc, "expected ")
             << (isAbs ? "'-'" : "','") << " and a number, as in '"
             << (isAbs                         ? "abs(%rate - 25.0)"
                 : kind == FunctionKind::Power ? "power(%rate, 2.0)"
                                               : "exp(%rate, 1.0)")
             << "', but got " << describeToken(numberLoc.getPointer());
    if (parser.getCurrentLocation(&numberLoc) ||
        parseCoefficient(parser, number) || parser.parseRParen())
      return failure();
    loc = numberLoc;
  } else if (parser.parseOperand(value)) {
    return failure();
  }
  function = FunctionAttr::getChecked([&] { return parser.emitError(loc); },
                                      parser.getContext(), kind, number);
  return success(bool(function));
}

ParseResult
vib::parseTerms(OpAsmParser &parser,
                SmallVectorImpl<OpAsmParser::UnresolvedOperand> &terms,
                ArrayAttr &coefficients, ArrayAttr &functions) {
  SmallVector<Attribute> factors, ofMeans;
  bool isOfMeans = false;
  // A number with a sign is a wrong coefficient.
  const char *next = parser.getCurrentLocation().getPointer();
  bool isNumber = *next == '-' && llvm::isDigit(next[1]);
  bool isSubtracted = !isNumber && succeeded(parser.parseOptionalMinus());
  do {
    CoefficientAttr coefficient;
    FunctionAttr function;
    if (parseFactor(parser, coefficient) ||
        parseMean(parser, isSubtracted, terms.emplace_back(), function))
      return failure();
    factors.push_back(coefficient);
    ofMeans.push_back(function);
    isOfMeans |= !function.isMean();
    isSubtracted = succeeded(parser.parseOptionalMinus());
  } while (isSubtracted || succeeded(parser.parseOptionalPlus()));
  coefficients = parser.getBuilder().getArrayAttr(factors);
  if (isOfMeans)
    functions = parser.getBuilder().getArrayAttr(ofMeans);
  return success();
}

void vib::printTerms(OpAsmPrinter &printer, Operation *, OperandRange terms,
                     ArrayAttr coefficients, ArrayAttr functions) {
  for (auto [i, value, attribute, function] : llvm::enumerate(
           terms, coefficients, getTermFunctions(functions, coefficients))) {
    if (i != 0)
      printer << ' ';
    if (i != 0 || function.isNegative())
      printer << (function.isNegative() ? "- " : "+ ");
    auto coefficient = cast<CoefficientAttr>(attribute);
    if (!coefficient.isOne()) {
      printCoefficient(printer, coefficient);
      printer << " * ";
    }
    if (function.isLinear()) {
      printer << value;
      continue;
    }
    printer << stringifyEnum(function.getKind()) << '(' << value
            << (function.getKind() == FunctionKind::Abs ? " - " : ", ");
    printCoefficient(printer, function.getNumber());
    printer << ')';
  }
}

ParseResult vib::parseClassTarget(OpAsmParser &parser, FloatAttr &smoothing,
                                  DenseF64ArrayAttr &weights) {
  if (succeeded(parser.parseOptionalKeyword("smoothing")) &&
      (parser.parseLParen() || parseNumber(parser, smoothing) ||
       parser.parseRParen()))
    return failure();
  if (failed(parser.parseOptionalKeyword("weights")))
    return success();
  SmallVector<double> values;
  auto parseWeight = [&]() -> ParseResult {
    FloatAttr weight;
    if (parseNumber(parser, weight))
      return failure();
    values.push_back(weight.getValueAsDouble());
    return success();
  };
  if (parser.parseLParen() ||
      parser.parseCommaSeparatedList(OpAsmParser::Delimiter::Square,
                                     parseWeight) ||
      parser.parseRParen())
    return failure();
  weights = parser.getBuilder().getDenseF64ArrayAttr(values);
  return success();
}

void vib::printClassTarget(OpAsmPrinter &printer, Operation *,
                           FloatAttr smoothing, DenseF64ArrayAttr weights) {
  AsmPrinter &numbers = printer;
  if (smoothing) {
    printer << " smoothing(";
    printNumber(numbers, smoothing);
    printer << ')';
  }
  if (!weights)
    return;
  Builder builder(weights.getContext());
  printer << " weights([";
  llvm::interleaveComma(weights.asArrayRef(), printer, [&](double weight) {
    printNumber(numbers, builder.getF64FloatAttr(weight));
  });
  printer << "])";
}
