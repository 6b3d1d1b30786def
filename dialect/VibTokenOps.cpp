//===- VibTokenOps.cpp - Layers that read whole numbers ---------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibSyntax.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"

using namespace mlir;
using namespace vib;

/// The result for tokens of this type, each of which becomes `width` numbers.
static RankedTensorType getResultType(RankedTensorType tokens, int64_t width,
                                      Type element) {
  SmallVector<int64_t> shape(tokens.getShape());
  shape.push_back(width);
  return RankedTensorType::get(shape, element);
}

/// Checks an op that makes `width` numbers of each token; of any width if that
/// is none.
static LogicalResult verifyTokens(Operation *op, Value input, Value result,
                                  int64_t values,
                                  std::optional<int64_t> width) {
  auto tokens = cast<RankedTensorType>(input.getType());
  if (!tokens.getElementType().isSignlessInteger(32) || tokens.getRank() < 1 ||
      tokens.getRank() > 2 ||
      ShapedType::isDynamicShape(tokens.getShape().drop_front()) ||
      llvm::is_contained(tokens.getShape(), 0))
    return op->emitOpError(
               "expected tokens, as in 'tensor<?x20xi32>', but got ")
           << tokens;
  if (values < 1 || values > kMostWidth)
    return op->emitOpError("expected 1 to ")
           << kMostWidth << " values of a token but got " << values;
  if (failed(verifyFeatures(op, result.getType(), "the result")))
    return failure();
  auto type = cast<RankedTensorType>(result.getType());
  RankedTensorType expected = getResultType(
      tokens, width.value_or(type.getShape().back()), type.getElementType());
  if (type == expected)
    return success();
  return op->emitOpError("expected a result of ")
         << expected << " but got " << type;
}

LogicalResult EmbeddingOp::verify() {
  if (getName().empty())
    return emitOpError("expected a name for its parameter");
  return verifyTokens(*this, getInput(), getResult(), getValues(),
                      std::nullopt);
}

LogicalResult OneHotOp::verify() {
  return verifyTokens(*this, getInput(), getResult(), getValues(), getValues());
}

int64_t EmbeddingOp::getNumValues() { return getValues(); }

int64_t OneHotOp::getNumValues() { return getValues(); }

SmallVector<Parameter> EmbeddingOp::getParameters() {
  int64_t width = getType().getShape().back();
  Parameter weight{(getName() + ".weight").str(),
                   ParameterKind::Weight,
                   {getNumValues(), width}};
  weight.fanIn = 1;
  weight.fanOut = width;
  return {std::move(weight)};
}

TokenOpInterface vib::getTokenReader(BlockArgument input) {
  for (Operation *reader : input.getUsers())
    if (auto tokens = dyn_cast<TokenOpInterface>(reader))
      return tokens;
  return {};
}

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

static ParseResult parseValues(OpAsmParser &parser, IntegerAttr &values) {
  SMLoc loc = parser.getCurrentLocation();
  if (failed(parser.parseOptionalKeyword("values")))
    return parser.emitError(loc, "expected the number of values of a token, as "
                                 "in 'values(1000)'");
  return failure(
      parser.parseLParen() ||
      parseCount(parser, values, "the number of values", 1, kMostWidth) ||
      parser.parseRParen());
}

/// Parses `: input (-> result)?`. A result that is not written has `width`, or
/// is required if that is null.
static ParseResult parseTokens(OpAsmParser &parser, IntegerAttr width,
                               Type &input, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseColon() || parseTensor(parser, input))
    return failure();
  OptionalParseResult written = parseOptionalResult(parser, result);
  if (written.has_value())
    return *written;
  if (!width)
    return parser.emitError(loc,
                            "expected the width of the result, as in '[64]', "
                            "or its type");
  result = getResultType(cast<RankedTensorType>(input), width.getInt(),
                         parser.getBuilder().getF32Type());
  return success();
}

static void printTokens(OpAsmPrinter &printer, IntegerAttr values, Type input,
                        Type result) {
  printer << " values(" << values.getInt() << ") : " << input << " -> "
          << result;
}

ParseResult vib::parseEmbedding(OpAsmParser &parser, IntegerAttr &values,
                                Type &input, Type &result) {
  IntegerAttr width;
  if (parseValues(parser, values))
    return failure();
  if (succeeded(parser.parseOptionalLSquare()) &&
      (parseCount(parser, width, "a width", 1, kMostCounted) ||
       parser.parseRSquare()))
    return failure();
  return parseTokens(parser, width, input, result);
}

void vib::printEmbedding(OpAsmPrinter &printer, Operation *, IntegerAttr values,
                         Type input, Type result) {
  printTokens(printer, values, input, result);
}

ParseResult vib::parseOneHot(OpAsmParser &parser, IntegerAttr &values,
                             Type &input, Type &result) {
  return failure(parseValues(parser, values) ||
                 parseTokens(parser, values, input, result));
}

void vib::printOneHot(OpAsmPrinter &printer, Operation *, IntegerAttr values,
                      Type input, Type result) {
  printTokens(printer, values, input, result);
}
