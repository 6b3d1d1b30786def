//===- VibFields.cpp - Fields and words of attributes ---------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibFields.h"
#include "mlir/IR/Builders.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace vib;

FailureOr<unsigned> vib::parseWordOf(AsmParser &parser,
                                     ArrayRef<StringRef> words) {
  SMLoc loc = parser.getCurrentLocation();
  StringRef word;
  (void)parser.parseOptionalKeyword(&word);
  const StringRef *found = llvm::find(words, word);
  if (found != words.end())
    return found - words.begin();
  InFlightDiagnostic diagnostic = parser.emitError(loc);
  return describeUnknown(diagnostic, loc, words);
}

ParseResult vib::parseText(AsmParser &parser, std::string &text) {
  return parser.parseString(&text);
}

void vib::printText(AsmPrinter &printer, StringRef text) {
  printer.printString(text);
}

ParseResult vib::parseSize(AsmParser &parser, int64_t &size) {
  IntegerAttr count;
  if (parseCount(parser, count, "a size", 1, kMostCounted))
    return failure();
  size = count.getInt();
  return success();
}

void vib::printSize(AsmPrinter &printer, int64_t size) { printer << size; }

LogicalResult vib::verifyText(EmitError emitError, StringRef name,
                              StringRef text) {
  if (text.empty())
    return emitError() << "expected '" << name << "' to be a string that is "
                       << "not empty";
  if (isPrintable(text))
    return success();
  std::string shown;
  llvm::raw_string_ostream os(shown);
  llvm::printEscapedString(text, os);
  return emitError() << "expected '" << name << "' to be UTF-8 text without "
                     << "control characters but got \"" << shown << "\"";
}

bool vib::isPrintable(StringRef text) {
  auto isControl = [](char c) { return (c >= 0 && c < ' ') || c == '\x7f'; };
  return llvm::json::isUTF8(text) && llvm::none_of(text, isControl);
}

LogicalResult vib::verifyRange(EmitError emitError, const Twine &what,
                               Precision type, FloatAttr number) {
  constexpr double largest = std::numeric_limits<float>::max();
  if (type == Precision::F64 || number.getValueAsDouble() <= largest)
    return success();
  return emitError() << "expected " << what << " to be at most 3.4e38, the "
                     << "largest number of f32, but got "
                     << formatNumber(number);
}

LogicalResult vib::verifyEnds(EmitError emitError, const Twine &what,
                              const Schedule &schedule, double base) {
  if (schedule.resolve(base))
    return success();
  InFlightDiagnostic diagnostic = emitError();
  Builder builder(
      diagnostic.getUnderlyingDiagnostic()->getLocation().getContext());
  auto format = [&](double value) {
    return formatNumber(builder.getF64FloatAttr(value));
  };
  return diagnostic << "expected 'from' or 'to' of the schedule of " << what
                    << " to be its value, " << format(base) << ", but got "
                    << format(schedule.from.value) << " and "
                    << format(schedule.to.value);
}

LogicalResult vib::verifyNumber(EmitError emitError, StringRef name,
                                FloatAttr number, double least) {
  if (!number || !number.getType().isF64())
    return emitError() << "expected '" << name << "' to be an f64";
  if (number.getValue().isFinite() && number.getValueAsDouble() >= least)
    return success();
  InFlightDiagnostic diagnostic = emitError();
  diagnostic << "expected '" << name << "' to be a finite number";
  if (std::isfinite(least))
    diagnostic << " of at least "
               << formatNumber(
                      Builder(number.getContext()).getF64FloatAttr(least));
  return diagnostic << " but got " << formatNumber(number);
}

LogicalResult Count::verify(EmitError emitError, int64_t value) const {
  if (value >= least && value <= most)
    return success();
  InFlightDiagnostic diagnostic = emitError();
  diagnostic << "expected '" << name << "' to be a whole number ";
  if (most == Count{name}.most)
    diagnostic << "of at least " << least;
  else
    diagnostic << "from " << least << " to " << most;
  return diagnostic << " but got " << value;
}

FieldList &FieldList::add(Count count, int64_t &value) {
  return add(count.name, [this, count, &value]() -> ParseResult {
    IntegerAttr attribute;
    if (parseCount(parser, attribute, ("'" + count.name + "'").str(),
                   count.least, count.most))
      return failure();
    value = attribute.getInt();
    return success();
  });
}

FieldList &FieldList::add(StringRef name, bool &value) {
  return add(name, [this, &value]() -> ParseResult {
    FailureOr<unsigned> index = parseWordOf(parser, {"false", "true"});
    if (failed(index))
      return failure();
    value = *index;
    return success();
  });
}

FieldList &FieldList::add(StringRef name, FloatAttr &number) {
  return add(name, [this, &number]() -> ParseResult {
    FailureOr<FloatAttr> parsed = parseNumber(parser);
    if (failed(parsed))
      return failure();
    number = *parsed;
    return success();
  });
}

FieldList &FieldList::addFlag(StringRef name, bool &isWritten) {
  add(name, [&isWritten]() -> ParseResult {
    isWritten = true;
    return success();
  }).optional();
  fields.back().isFlag = true;
  return *this;
}

ParseResult FieldList::parseField() {
  SMLoc nameLoc = parser.getCurrentLocation();
  StringRef name;
  (void)parser.parseOptionalKeyword(&name);
  auto *field =
      llvm::find_if(fields, [&](const Field &f) { return f.name == name; });
  if (field == fields.end()) {
    InFlightDiagnostic diagnostic = parser.emitError(nameLoc);
    diagnostic << "#" << attribute << ": ";
    describeUnknown(
        diagnostic, nameLoc,
        llvm::map_to_vector(fields, [](const Field &f) { return f.name; }));
    if (auto other = elsewhere.find(name); other != elsewhere.end())
      diagnostic << ", which " << other->second << " has";
    return diagnostic;
  }
  if (std::exchange(field->isWritten, true))
    return parser.emitError(nameLoc, "'") << name << "' is given twice";
  if (!field->isFlag && parser.parseEqual())
    return failure();
  return field->parse();
}

ParseResult FieldList::finish() {
  auto isReplaced = [&](const Field &field) {
    return llvm::any_of(fields, [&](const Field &other) {
      return other.isWritten && other.name == field.alternative;
    });
  };
  for (const Field &field : fields)
    if (!field.isOptional && !field.isWritten && !isReplaced(field)) {
      InFlightDiagnostic diagnostic = parser.emitError(loc, "expected '")
                                      << field.name << "' in #" << attribute;
      noteForms(*diagnostic.getUnderlyingDiagnostic(),
                *lookupEntry(EntryKind::Attribute, attribute));
      return diagnostic;
    }
  return success();
}

ParseResult FieldList::parse(bool isOptional) {
  return failure(parser.parseCommaSeparatedList(
                     isOptional ? AsmParser::Delimiter::OptionalLessGreater
                                : AsmParser::Delimiter::LessGreater,
                     [&] { return parseField(); }) ||
                 finish());
}

ParseResult FieldList::parseRest() {
  while (succeeded(parser.parseOptionalComma()))
    if (parseField())
      return failure();
  return failure(parser.parseGreater() || finish());
}
