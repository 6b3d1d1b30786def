//===- VibWindowSyntax.cpp - The textual form of windows --------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibSyntax.h"
#include "dialect/VibWindow.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

namespace {

/// The clauses of a window in the order in which they are printed. They may be
/// written in any order.
struct Clauses {
  std::optional<SmallVector<int64_t>> kernel, strides, dilations, padding,
      outputPadding;
  std::optional<int64_t> channels, groups;
  bool isSame = false;
};

} // namespace

/// Parses `open`, whole numbers of at least `least`, and the closing bracket.
static FailureOr<SmallVector<int64_t>>
parseNumbers(OpAsmParser &parser, StringRef what, uint64_t least,
             ArrayRef<size_t> counts, AsmParser::Delimiter delimiter) {
  SMLoc loc = parser.getCurrentLocation();
  SmallVector<int64_t> numbers;
  auto parseOne = [&]() -> ParseResult {
    IntegerAttr number;
    if (parseCount(parser, number, what, least, kMostWindow))
      return failure();
    numbers.push_back(number.getInt());
    return success();
  };
  if (parser.parseCommaSeparatedList(delimiter, parseOne))
    return failure();
  if (llvm::is_contained(counts, numbers.size()))
    return numbers;
  InFlightDiagnostic diagnostic = parser.emitError(loc, "expected ");
  llvm::interleave(
      counts, [&](size_t count) { diagnostic << count; },
      [&] { diagnostic << " or "; });
  return diagnostic << " numbers but got " << numbers.size();
}

/// A vertical and a horizontal number.
static ParseResult parsePair(OpAsmParser &parser, StringRef what,
                             std::optional<SmallVector<int64_t>> &pair,
                             uint64_t least = 1) {
  FailureOr<SmallVector<int64_t>> numbers =
      parseNumbers(parser, what, least, {2}, AsmParser::Delimiter::Paren);
  if (failed(numbers))
    return failure();
  pair = *numbers;
  return success();
}

static ParseResult parsePadding(OpAsmParser &parser, Clauses &clauses) {
  if (parser.parseLParen())
    return failure();
  SMLoc loc = parser.getCurrentLocation();
  if (succeeded(parser.parseOptionalKeyword("valid"))) {
    clauses.padding = SmallVector<int64_t>(4, 0);
  } else if (succeeded(parser.parseOptionalKeyword("same"))) {
    clauses.padding = SmallVector<int64_t>();
    clauses.isSame = true;
  } else if (*loc.getPointer() == '[') {
    FailureOr<SmallVector<int64_t>> numbers = parseNumbers(
        parser, "the padding", 0, {2, 4}, AsmParser::Delimiter::Square);
    if (failed(numbers))
      return failure();
    if (numbers->size() == 2)
      numbers = SmallVector<int64_t>{(*numbers)[0], (*numbers)[0],
                                     (*numbers)[1], (*numbers)[1]};
    clauses.padding = *numbers;
  } else {
    return parser.emitError(loc, "expected 'valid', 'same' or numbers, as in "
                                 "'[1, 1]', but got ")
           << describeToken(loc.getPointer());
  }
  return parser.parseRParen();
}

static ParseResult parseNumber(OpAsmParser &parser, StringRef what,
                               std::optional<int64_t> &number) {
  IntegerAttr parsed;
  if (parser.parseLParen() ||
      parseCount(parser, parsed, what, 1, kMostCounted) || parser.parseRParen())
    return failure();
  number = parsed.getInt();
  return success();
}

/// Parses the clauses up to where `parseEnd` succeeds. `known` are those of the
/// op.
static ParseResult parseClauses(OpAsmParser &parser, ArrayRef<StringRef> known,
                                Clauses &clauses,
                                llvm::function_ref<ParseResult()> parseEnd) {
  llvm::SmallDenseSet<StringRef> seen;
  while (failed(parseEnd())) {
    SMLoc loc = parser.getCurrentLocation();
    StringRef name;
    if (failed(parser.parseOptionalKeyword(&name)) ||
        !llvm::is_contained(known, name)) {
      InFlightDiagnostic diagnostic = parser.emitError(loc);
      return describeUnknown(diagnostic, loc, known);
    }
    if (!seen.insert(name).second)
      return parser.emitError(loc, "expected '") << name << "' once";
    ParseResult parsed =
        name == "kernel" || name == "window"
            ? parsePair(parser, "the size of a window", clauses.kernel)
        : name == "stride" ? parsePair(parser, "a stride", clauses.strides)
        : name == "dilation"
            ? parsePair(parser, "a dilation", clauses.dilations)
        : name == "padding" ? parsePadding(parser, clauses)
        : name == "output_padding"
            ? parsePair(parser, "an output padding", clauses.outputPadding, 0)
        : name == "groups"
            ? parseNumber(parser, "the number of groups", clauses.groups)
            : parseNumber(parser, "the number of channels", clauses.channels);
    if (parsed)
      return failure();
  }
  return success();
}

static ParseResult parseClauses(OpAsmParser &parser, ArrayRef<StringRef> known,
                                Clauses &clauses) {
  return parseClauses(parser, known, clauses,
                      [&] { return parser.parseOptionalColon(); });
}

/// Parses `input (-> result)?`. `result` stays null if it is not written.
static ParseResult parseImages(OpAsmParser &parser, Type &input, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseType(input))
    return failure();
  auto type = dyn_cast<RankedTensorType>(input);
  if (!type || type.getRank() != 4 ||
      ShapedType::isDynamicShape(type.getShape().drop_front()))
    return parser.emitError(loc, "expected images, as in "
                                 "'tensor<?x28x28x1xf32>' with height, width "
                                 "and channels, but got ")
           << input;
  if (failed(parser.parseOptionalArrow()))
    return success();
  loc = parser.getCurrentLocation();
  if (parser.parseType(result))
    return failure();
  if (!isa<RankedTensorType>(result))
    return parser.emitError(loc, "expected a ranked tensor but got ") << result;
  return success();
}

/// The window of a convolution. If `same` is written, its padding is unknown.
static FailureOr<Window> getWindow(OpAsmParser &parser, SMLoc loc,
                                   const Clauses &clauses) {
  if (!clauses.kernel)
    return parser.emitError(loc, "expected the size of the windows, as in "
                                 "'kernel(5, 5)'");
  return Window(*clauses.kernel,
                clauses.strides.value_or(SmallVector<int64_t>{1, 1}),
                clauses.padding.value_or(SmallVector<int64_t>(4, 0)),
                clauses.dilations.value_or(SmallVector<int64_t>{1, 1}));
}

static void setWindow(Builder &builder, const Window &window,
                      DenseI64ArrayAttr &kernel, DenseI64ArrayAttr &strides,
                      DenseI64ArrayAttr &padding,
                      DenseI64ArrayAttr &dilations) {
  kernel = builder.getDenseI64ArrayAttr(window.kernel);
  strides = builder.getDenseI64ArrayAttr(window.strides);
  padding = builder.getDenseI64ArrayAttr(window.padding);
  dilations = builder.getDenseI64ArrayAttr(window.dilations);
}

/// The number of groups, if there are several.
static IntegerAttr getGroups(Builder &builder, const Clauses &clauses) {
  return clauses.groups.value_or(1) == 1
             ? IntegerAttr()
             : builder.getI64IntegerAttr(*clauses.groups);
}

/// Parses the types of a convolution, of which one clause or the result has the
/// channels. The clauses begin at `loc`.
static ParseResult parseConvolutionTypes(OpAsmParser &parser, SMLoc loc,
                                         const Clauses &clauses, Type &input,
                                         Type &result) {
  if (parseImages(parser, input, result))
    return failure();
  if (clauses.channels || result)
    return success();
  return parser.emitError(loc, "expected the channels of the result, as in "
                               "'channels(32)', or its type");
}

/// Checks that a result that is written has the channels that are written.
static ParseResult checkChannels(OpAsmParser &parser, SMLoc loc,
                                 const Clauses &clauses, Type result) {
  auto type = cast<RankedTensorType>(result);
  if (clauses.channels && type.getRank() == 4 &&
      type.getDimSize(3) != *clauses.channels)
    return parser.emitError(loc, "expected a result of ")
           << *clauses.channels << " channels but got " << type;
  return success();
}

/// The type of the result, which is not written.
static Type inferResult(Type input, const Window &window, int64_t channels) {
  auto type = cast<RankedTensorType>(input);
  SmallVector<int64_t> shape(type.getShape());
  for (unsigned axis : {0, 1})
    shape[axis + 1] = window.getExtent(axis, shape[axis + 1]);
  shape[3] = channels;
  return type.clone(shape);
}

ParseResult
vib::parseConvolution(OpAsmParser &parser, DenseI64ArrayAttr &kernel,
                      DenseI64ArrayAttr &strides, DenseI64ArrayAttr &padding,
                      DenseI64ArrayAttr &dilations, IntegerAttr &groups,
                      Type &input, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  Clauses clauses;
  if (parseClauses(
          parser,
          {"kernel", "channels", "stride", "padding", "dilation", "groups"},
          clauses))
    return failure();
  FailureOr<Window> parsed = getWindow(parser, loc, clauses);
  if (failed(parsed))
    return failure();
  Window &window = *parsed;
  SMLoc typeLoc = parser.getCurrentLocation();
  if (parseConvolutionTypes(parser, loc, clauses, input, result))
    return failure();
  ArrayRef<int64_t> shape = cast<RankedTensorType>(input).getShape();
  if (clauses.isSame)
    window.padding = window.getSamePadding(shape[1], shape[2]);
  setWindow(parser.getBuilder(), window, kernel, strides, padding, dilations);
  groups = getGroups(parser.getBuilder(), clauses);
  std::string problem = window.findMisfit(shape[1], shape[2]);
  if (!problem.empty())
    return parser.emitError(typeLoc) << problem;
  if (!result)
    result = inferResult(input, window, *clauses.channels);
  return checkChannels(parser, typeLoc, clauses, result);
}

ParseResult vib::parseTransposedConvolution(
    OpAsmParser &parser, DenseI64ArrayAttr &kernel, DenseI64ArrayAttr &strides,
    DenseI64ArrayAttr &padding, DenseI64ArrayAttr &outputPadding,
    DenseI64ArrayAttr &dilations, IntegerAttr &groups, Type &input,
    Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  Clauses clauses;
  if (parseClauses(parser,
                   {"kernel", "channels", "stride", "padding", "output_padding",
                    "dilation", "groups"},
                   clauses))
    return failure();
  if (clauses.isSame)
    return parser.emitError(loc, "expected the padding of a transposed "
                                 "convolution to be 'valid' or numbers, as in "
                                 "'[1, 1]', but got 'same'");
  FailureOr<Window> window = getWindow(parser, loc, clauses);
  if (failed(window))
    return failure();
  SmallVector<int64_t> more =
      clauses.outputPadding.value_or(SmallVector<int64_t>{0, 0});
  SMLoc typeLoc = parser.getCurrentLocation();
  if (parseConvolutionTypes(parser, loc, clauses, input, result))
    return failure();
  setWindow(parser.getBuilder(), *window, kernel, strides, padding, dilations);
  outputPadding = parser.getBuilder().getDenseI64ArrayAttr(more);
  groups = getGroups(parser.getBuilder(), clauses);
  auto type = cast<RankedTensorType>(input);
  std::string problem = window->findTransposedMisfit(type.getDimSize(1),
                                                     type.getDimSize(2), more);
  if (!problem.empty())
    return parser.emitError(typeLoc) << problem;
  if (result)
    return checkChannels(parser, typeLoc, clauses, result);
  SmallVector<int64_t> shape(type.getShape());
  for (unsigned axis : {0, 1})
    shape[axis + 1] =
        window->getTransposedExtent(axis, shape[axis + 1], more[axis]);
  shape[3] = *clauses.channels;
  result = type.clone(shape);
  return success();
}

static void printPair(OpAsmPrinter &printer, StringRef name,
                      ArrayRef<int64_t> pair) {
  printer << ' ' << name << '(';
  llvm::interleaveComma(pair, printer);
  printer << ')';
}

static void printImages(OpAsmPrinter &printer, Type input, Type result) {
  printer << " : " << input << " -> " << result;
}

/// Prints the clauses of a convolution. `same` is the padding that is printed
/// as this word; `outputPadding` is null where there is none.
static void printClauses(OpAsmPrinter &printer, const Window &window,
                         ArrayRef<int64_t> same,
                         DenseI64ArrayAttr outputPadding, IntegerAttr groups,
                         Type input, Type result) {
  SmallVector<int64_t> ones = {1, 1};
  auto isZero = [](int64_t number) { return number == 0; };
  printPair(printer, "kernel", window.kernel);
  printer << " channels(" << cast<RankedTensorType>(result).getDimSize(3)
          << ')';
  if (window.strides != ones)
    printPair(printer, "stride", window.strides);
  if (!llvm::all_of(window.padding, isZero)) {
    printer << " padding(";
    if (ArrayRef<int64_t>(window.padding) == same) {
      printer << "same";
    } else {
      printer << '[';
      llvm::interleaveComma(window.padding, printer);
      printer << ']';
    }
    printer << ')';
  }
  if (outputPadding && !llvm::all_of(outputPadding.asArrayRef(), isZero))
    printPair(printer, "output_padding", outputPadding);
  if (window.dilations != ones)
    printPair(printer, "dilation", window.dilations);
  if (groups)
    printer << " groups(" << groups.getInt() << ')';
  printImages(printer, input, result);
}

void vib::printConvolution(OpAsmPrinter &printer, Operation *,
                           DenseI64ArrayAttr kernel, DenseI64ArrayAttr strides,
                           DenseI64ArrayAttr padding,
                           DenseI64ArrayAttr dilations, IntegerAttr groups,
                           Type input, Type result) {
  Window window(kernel.asArrayRef(), strides.asArrayRef(), padding.asArrayRef(),
                dilations.asArrayRef());
  ArrayRef<int64_t> shape = cast<RankedTensorType>(input).getShape();
  printClauses(printer, window, window.getSamePadding(shape[1], shape[2]),
               /*outputPadding=*/{}, groups, input, result);
}

void vib::printTransposedConvolution(
    OpAsmPrinter &printer, Operation *, DenseI64ArrayAttr kernel,
    DenseI64ArrayAttr strides, DenseI64ArrayAttr padding,
    DenseI64ArrayAttr outputPadding, DenseI64ArrayAttr dilations,
    IntegerAttr groups, Type input, Type result) {
  Window window(kernel.asArrayRef(), strides.asArrayRef(), padding.asArrayRef(),
                dilations.asArrayRef());
  printClauses(printer, window, /*same=*/{}, outputPadding, groups, input,
               result);
}

ParseResult vib::parsePooling(OpAsmParser &parser, DenseI64ArrayAttr &size,
                              DenseI64ArrayAttr &strides, Type &input,
                              Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  Clauses clauses;
  if (parseClauses(parser, {"window", "stride"}, clauses))
    return failure();
  if (!clauses.kernel)
    return parser.emitError(loc, "expected the size of the windows, as in "
                                 "'window(2, 2)'");
  Window window(*clauses.kernel, clauses.strides.value_or(*clauses.kernel));
  SMLoc typeLoc = parser.getCurrentLocation();
  if (parseImages(parser, input, result))
    return failure();
  size = parser.getBuilder().getDenseI64ArrayAttr(window.kernel);
  strides = parser.getBuilder().getDenseI64ArrayAttr(window.strides);
  ArrayRef<int64_t> shape = cast<RankedTensorType>(input).getShape();
  std::string problem = window.findMisfit(shape[1], shape[2]);
  if (!problem.empty())
    return parser.emitError(typeLoc) << problem;
  if (!result)
    result = inferResult(input, window, shape[3]);
  return success();
}

void vib::printPooling(OpAsmPrinter &printer, Operation *,
                       DenseI64ArrayAttr size, DenseI64ArrayAttr strides,
                       Type input, Type result) {
  printPair(printer, "window", size);
  if (strides != size)
    printPair(printer, "stride", strides);
  printImages(printer, input, result);
}

ParseResult vib::parseGlobalPoolingTypes(OpAsmParser &parser, Type &input,
                                         Type &result) {
  if (parseImages(parser, input, result))
    return failure();
  auto type = cast<RankedTensorType>(input);
  if (!result)
    result = RankedTensorType::get({type.getDimSize(0), type.getDimSize(3)},
                                   type.getElementType());
  return success();
}

void vib::printGlobalPoolingTypes(OpAsmPrinter &printer, Operation *,
                                  Type input, Type result) {
  printer << input << " -> " << result;
}

/// A number of channels, or `pool`.
static ParseResult parseLayer(OpAsmParser &parser,
                              SmallVectorImpl<int64_t> &layers) {
  if (succeeded(parser.parseOptionalKeyword("pool"))) {
    layers.push_back(CNNOp::kPool);
    return success();
  }
  IntegerAttr channels;
  if (parseCount(parser, channels, "the number of channels, or 'pool',", 1,
                 kMostCounted))
    return failure();
  layers.push_back(channels.getInt());
  return success();
}

ParseResult vib::parseCNN(OpAsmParser &parser, DenseI64ArrayAttr &kernel,
                          UnitAttr &same, DenseI64ArrayAttr &layers,
                          Type &input, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  Clauses clauses;
  if (parseClauses(parser, {"kernel", "padding"}, clauses,
                   [&] { return parser.parseOptionalLSquare(); }))
    return failure();
  if (!clauses.kernel)
    return parser.emitError(loc, "expected the size of the windows, as in "
                                 "'kernel(3, 3)'");
  if (clauses.padding &&
      llvm::any_of(*clauses.padding, [](int64_t zeros) { return zeros != 0; }))
    return parser.emitError(loc, "expected the padding of all convolutions to "
                                 "be 'valid' or 'same'");
  SmallVector<int64_t> list;
  do {
    if (parseLayer(parser, list))
      return failure();
  } while (succeeded(parser.parseOptionalComma()));
  if (parser.parseRSquare() || parser.parseColon())
    return failure();
  SMLoc typeLoc = parser.getCurrentLocation();
  if (parseImages(parser, input, result))
    return failure();
  Builder &builder = parser.getBuilder();
  kernel = builder.getDenseI64ArrayAttr(*clauses.kernel);
  layers = builder.getDenseI64ArrayAttr(list);
  if (clauses.isSame)
    same = builder.getUnitAttr();
  std::string problem;
  SmallVector<CNNOp::Layer> all =
      CNNOp::getLayers(cast<RankedTensorType>(input), *clauses.kernel,
                       clauses.isSame, list, problem);
  if (!problem.empty())
    return parser.emitError(typeLoc) << problem;
  if (!result)
    result = all.back().type;
  return success();
}

void vib::printCNN(OpAsmPrinter &printer, Operation *, DenseI64ArrayAttr kernel,
                   UnitAttr same, DenseI64ArrayAttr layers, Type input,
                   Type result) {
  printPair(printer, "kernel", kernel);
  if (same)
    printer << " padding(same)";
  printer << " [";
  llvm::interleaveComma(layers.asArrayRef(), printer, [&](int64_t layer) {
    if (layer == CNNOp::kPool)
      printer << "pool";
    else
      printer << layer;
  });
  printer << ']';
  printImages(printer, input, result);
}
