//===- VibShapeOps.cpp - Layers that move elements --------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibSyntax.h"
#include "dialect/VibVerify.h"
#include "mlir/IR/Builders.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace vib;

//===----------------------------------------------------------------------===//
// ConcatOp
//===----------------------------------------------------------------------===//

LogicalResult ConcatOp::verify() {
  if (getInputs().size() < 2)
    return emitOpError("expected at least two operands but got ")
           << getInputs().size();
  auto first = cast<RankedTensorType>(getInputs().front().getType());
  int64_t width = 0;
  for (Value input : getInputs()) {
    if (failed(verifyFeatures(*this, input.getType(), "each operand")))
      return failure();
    auto type = cast<RankedTensorType>(input.getType());
    if (type.getElementType() != first.getElementType() ||
        type.getShape().drop_back() != first.getShape().drop_back())
      return emitOpError("expected operands that differ only in their last "
                         "dimension but got ")
             << first << " and " << type;
    if (llvm::AddOverflow(width, type.getShape().back(), width))
      return emitOpError("expected fewer features in all");
  }
  RankedTensorType expected = withWidth(first, width);
  if (getResult().getType() != expected)
    return emitOpError("expected a result of ")
           << expected << " but got " << getResult().getType();
  return success();
}

ParseResult vib::parseConcatTypes(OpAsmParser &parser,
                                  SmallVectorImpl<Type> &inputs, Type &result) {
  do {
    if (parseTensor(parser, inputs.emplace_back()))
      return failure();
  } while (succeeded(parser.parseOptionalComma()));
  OptionalParseResult written = parseOptionalResult(parser, result);
  if (written.has_value())
    return *written;
  int64_t width = 0;
  for (Type input : inputs) {
    auto type = cast<RankedTensorType>(input);
    int64_t size = type.getRank() ? type.getShape().back() : 0;
    if (size < 0 || llvm::AddOverflow(width, size, width)) {
      width = ShapedType::kDynamic;
      break;
    }
  }
  result = withWidth(cast<RankedTensorType>(inputs.front()), width);
  return success();
}

void vib::printConcatTypes(OpAsmPrinter &printer, Operation *, TypeRange inputs,
                           Type result) {
  printer << inputs << " -> " << result;
}

//===----------------------------------------------------------------------===//
// SliceOp
//===----------------------------------------------------------------------===//

/// Says what is wrong with a range of a dimension of this width; "" if it is
/// right.
static std::string findWrongRange(int64_t begin, int64_t end, int64_t width) {
  if (begin >= 0 && begin < end && end <= width)
    return "";
  return llvm::formatv("expected a range within the {0} features of the input, "
                       "as in '[0 : {0}]', but got [{1} : {2}]",
                       width, begin, end);
}

LogicalResult SliceOp::verify() {
  if (failed(verifyFeatures(*this, getInput().getType(), "the input")))
    return failure();
  auto type = cast<RankedTensorType>(getInput().getType());
  std::string wrong =
      findWrongRange(getBegin(), getEnd(), type.getShape().back());
  if (!wrong.empty())
    return emitOpError(wrong);
  RankedTensorType expected = withWidth(type, getEnd() - getBegin());
  if (getResult().getType() != expected)
    return emitOpError("expected a result of ")
           << expected << " but got " << getResult().getType();
  return success();
}

OpFoldResult SliceOp::fold(FoldAdaptor) {
  if (getInput().getType() == getResult().getType())
    return getInput();
  auto outer = getInput().getDefiningOp<SliceOp>();
  if (!outer)
    return {};
  Builder builder(getContext());
  int64_t begin = outer.getBegin() + getBegin(),
          end = outer.getBegin() + getEnd();
  setBeginAttr(builder.getI64IntegerAttr(begin));
  setEndAttr(builder.getI64IntegerAttr(end));
  setOperand(outer.getInput());
  return getResult();
}

ParseResult vib::parseSlice(OpAsmParser &parser, IntegerAttr &begin,
                            IntegerAttr &end, Type &input, Type &result) {
  SMLoc loc = parser.getCurrentLocation();
  if (parser.parseLSquare() ||
      parseCount(parser, begin, "the first feature", 0, kMostCounted) ||
      parser.parseColon() ||
      parseCount(parser, end, "the end of the range", 1, kMostCounted) ||
      parser.parseRSquare() || parser.parseColon() ||
      parseTensor(parser, input))
    return failure();
  // Before the ops that read the result blame its width.
  auto type = cast<RankedTensorType>(input);
  std::string wrong;
  if (type.getRank() != 0 && !type.isDynamicDim(type.getRank() - 1))
    wrong =
        findWrongRange(begin.getInt(), end.getInt(), type.getShape().back());
  if (!wrong.empty())
    return parser.emitError(loc, wrong);
  OptionalParseResult written = parseOptionalResult(parser, result);
  if (written.has_value())
    return *written;
  result = withWidth(type, end.getInt() - begin.getInt());
  return success();
}

void vib::printSlice(OpAsmPrinter &printer, Operation *, IntegerAttr begin,
                     IntegerAttr end, Type input, Type result) {
  printer << '[' << begin.getInt() << " : " << end.getInt() << "] : " << input
          << " -> " << result;
}

//===----------------------------------------------------------------------===//
// ReshapeOp
//===----------------------------------------------------------------------===//

LogicalResult ReshapeOp::verify() {
  if (failed(verifyFeatures(*this, getInput().getType(), "the input")) ||
      failed(verifyFeatures(*this, getResult().getType(), "the result")))
    return failure();
  auto input = cast<RankedTensorType>(getInput().getType());
  auto result = cast<RankedTensorType>(getResult().getType());
  for (RankedTensorType type : {input, result})
    if (type.getRank() > 4)
      return emitOpError("expected tensors of two to four dimensions but got ")
             << type;
  if (getChannelsFirst() && result.getRank() != 4)
    return emitOpError("expected the result of 'channels_first' to be images, "
                       "as 'tensor<?x28x28x1xf32>' with height, width and "
                       "channels, but got ")
           << result;
  std::optional<int64_t> before = countElements(input);
  std::optional<int64_t> after = countElements(result);
  if (!before || before != after) {
    InFlightDiagnostic diagnostic =
        emitOpError("expected a result with as many elements for each example "
                    "as ")
        << input;
    if (before)
      diagnostic << ", " << *before;
    diagnostic << ", but got " << result;
    if (after)
      diagnostic << ", which has " << *after;
    return diagnostic;
  }
  return verifySameRows(*this, input, result);
}

OpFoldResult ReshapeOp::fold(FoldAdaptor) {
  if (getChannelsFirst())
    return {};
  if (getInput().getType() == getResult().getType())
    return getInput();
  auto inner = getInput().getDefiningOp<ReshapeOp>();
  if (!inner || inner.getChannelsFirst())
    return {};
  setOperand(inner.getInput());
  return getResult();
}

ParseResult vib::parseReshape(OpAsmParser &parser, Type &input, Type &result) {
  SmallVector<int64_t> sizes = {ShapedType::kDynamic};
  auto parseOne = [&]() -> ParseResult {
    IntegerAttr size;
    if (parseCount(parser, size, "a dimension", 1, kMostCounted))
      return failure();
    sizes.push_back(size.getInt());
    return success();
  };
  if (parser.parseCommaSeparatedList(OpAsmParser::Delimiter::OptionalSquare,
                                     parseOne) ||
      parser.parseColon())
    return failure();
  bool hasSizes = sizes.size() > 1;
  SMLoc loc = parser.getCurrentLocation();
  if (parseTensor(parser, input))
    return failure();
  if (!hasSizes && parser.parseOptionalArrow())
    return parser.emitError(loc, "expected the dimensions of the result, as in "
                                 "'[7, 7, 64]' before the colon, or its type");
  if (!hasSizes)
    return parseTensor(parser, result);
  auto type = cast<RankedTensorType>(input);
  if (type.getRank())
    sizes.front() = type.getDimSize(0);
  result = RankedTensorType::get(sizes, type.getElementType());
  return success();
}

void vib::printReshape(OpAsmPrinter &printer, Operation *, Type input,
                       Type result) {
  printer << ": " << input << " -> " << result;
}
