//===- VibNumbers.cpp - Numbers of a model file -----------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// MLIR's lexer knows exponents only after a point: it reads `1e-3` as an
// integer, the word `e`, a minus and another integer. So a number is read from
// the source text, up to the first character that cannot be a part of it, and
// the tokens of that text are skipped.
//
//===----------------------------------------------------------------------===//

#include "dialect/VibNumbers.h"
#include "dialect/VibDiagnostics.h"
#include "dialect/VibSourceText.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Error.h"
#include "llvm/Support/Regex.h"
#include <charconv>
#include <cmath>

using namespace mlir;
using namespace vib;

/// The number at the parser's position and what touches it, or nothing.
static StringRef getNumberText(AsmParser &parser) {
  // The source ends with a NUL.
  StringRef line =
      StringRef(parser.getCurrentLocation().getPointer()).split('\n').first;
  return line.take_front(getNumberLength(line));
}

/// Skips the tokens of `text`, the first of which is at the parser's position.
static ParseResult skip(AsmParser &parser, StringRef text) {
  while (parser.getCurrentLocation().getPointer() < text.end()) {
    StringRef word;
    if (succeeded(parser.parseOptionalMinus()) ||
        succeeded(parser.parseOptionalPlus()) ||
        succeeded(parser.parseOptionalKeyword(&word)))
      continue;
    APInt integer;
    OptionalParseResult isInteger = parser.parseOptionalInteger(integer);
    double number;
    if (isInteger.has_value() ? failed(*isInteger)
                              : failed(parser.parseFloat(number)))
      return failure();
  }
  return success();
}

/// Drops each `_` between two digits.
static std::string dropSeparators(StringRef text) {
  std::string digits;
  for (auto [index, c] : llvm::enumerate(text))
    if (c != '_' || index == 0 || !llvm::isDigit(text[index - 1]) ||
        index + 1 == text.size() || !llvm::isDigit(text[index + 1]))
      digits += c;
  return digits;
}

/// Parses a number as MLIR writes an attribute, with its type.
static FailureOr<FloatAttr> parseTypedNumber(AsmParser &parser) {
  SMLoc loc = parser.getCurrentLocation();
  Attribute attribute;
  if (parser.parseAttribute(attribute))
    return failure();
  // Without a type, hexadecimal digits are those of an integer, with f64 the
  // bits of a number: a forgotten type must not change the number.
  if (isa<IntegerAttr>(attribute))
    return parser.emitError(loc, "expected a number but got hexadecimal digits "
                                 "without the type of their bits, ': f64'");
  auto number = dyn_cast<FloatAttr>(attribute);
  if (!number || !number.getType().isF64())
    return parser.emitError(loc, "expected a number but got ") << attribute;
  return number;
}

FailureOr<FloatAttr> vib::parseNumber(AsmParser &parser) {
  static const llvm::Regex decimal(
      "^[-+]?[0-9]+(\\.[0-9]*)?([eE][-+]?[0-9]+)?$");
  SMLoc loc = parser.getCurrentLocation();
  StringRef text = getNumberText(parser);
  if (text.ltrim('-').starts_with("0x") || *loc.getPointer() == '#')
    return parseTypedNumber(parser);
  std::string digits = dropSeparators(text);
  if (!decimal.match(digits))
    return parser.emitError(loc, "expected a number, such as 1.0e-3, but got ")
           << describeToken(loc.getPointer(), text.size());

  llvm::APFloat value(llvm::APFloat::IEEEdouble());
  llvm::consumeError(
      value.convertFromString(digits, llvm::APFloat::rmNearestTiesToEven)
          .takeError());
  if (!value.isFinite())
    return parser.emitError(loc, "expected a number of at most 1.7976931348623"
                                 "157e308 but got ")
           << describeToken(loc.getPointer(), text.size());
  if (skip(parser, text))
    return failure();
  Type f64 = parser.getBuilder().getF64Type();
  // The number may be followed by its type, as MLIR prints it.
  SMLoc typeLoc = parser.getCurrentLocation();
  Type type = f64;
  if (succeeded(parser.parseOptionalColon()) && parser.parseType(type))
    return failure();
  if (type != f64)
    return parser.emitError(typeLoc, "expected a number of the type 'f64' but "
                                     "got ")
           << type;
  return FloatAttr::get(f64, value);
}

ParseResult vib::parseNumber(OpAsmParser &parser, FloatAttr &number) {
  FailureOr<FloatAttr> parsed = parseNumber(static_cast<AsmParser &>(parser));
  if (failed(parsed))
    return failure();
  number = *parsed;
  return success();
}

ParseResult vib::parseCount(AsmParser &parser, IntegerAttr &count,
                            StringRef what, uint64_t least, uint64_t most) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef text = getNumberText(parser);
  uint64_t value;
  if (StringRef(dropSeparators(text)).getAsInteger(10, value) ||
      value < least || value > most) {
    InFlightDiagnostic diagnostic = parser.emitError(loc, "expected ")
                                    << what << " to be a whole number ";
    if (most == kMostCounted)
      diagnostic << "of at least " << least;
    else
      diagnostic << "from " << least << " to " << most;
    return diagnostic << " but got "
                      << describeToken(loc.getPointer(), text.size());
  }
  count = parser.getBuilder().getI64IntegerAttr(static_cast<int64_t>(value));
  return skip(parser, text);
}

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

std::string vib::formatNumber(FloatAttr number) {
  double value = number.getValueAsDouble();
  if (!std::isfinite(value))
    return std::isnan(value) ? "NaN" : value > 0 ? "infinity" : "-infinity";
  char digits[32];
  auto end = std::to_chars(std::begin(digits), std::end(digits), value);
  auto [mantissa, exponent] = StringRef(digits, end.ptr - digits).split('e');
  std::string text = mantissa.str();
  if (!mantissa.contains('.'))
    text += ".0";
  if (!exponent.empty())
    text += (exponent.front() == '-' ? "e-" : "e") +
            exponent.drop_front().ltrim('0').str();
  return text;
}

void vib::printNumber(AsmPrinter &printer, FloatAttr number) {
  if (number.getValue().isFinite())
    printer << formatNumber(number);
  else
    printer.printAttribute(number);
}

void vib::printNumber(OpAsmPrinter &printer, Operation *, FloatAttr number) {
  printNumber(static_cast<AsmPrinter &>(printer), number);
}
