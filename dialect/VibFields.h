//===- VibFields.h - Fields and words of attributes -----------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// What ODS generates for the text of an attribute reports errors in the terms
// of C++. These parsers report the fields and words that the language has.
// Private to the dialect.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_DIALECT_VIBFIELDS_H
#define VIB_DIALECT_VIBFIELDS_H

#include "dialect/VibSyntax.h"
#include "llvm/ADT/StringMap.h"
#include <functional>

namespace vib {

//===----------------------------------------------------------------------===//
// Directives of assembly formats
//===----------------------------------------------------------------------===//

/// All words of an enum.
template <typename EnumT> llvm::SmallVector<llvm::StringRef> getWords() {
  llvm::SmallVector<llvm::StringRef> words;
  for (uint32_t i = 0; !stringifyEnum(static_cast<EnumT>(i)).empty(); ++i)
    words.push_back(stringifyEnum(static_cast<EnumT>(i)));
  return words;
}

/// The index of one of `words`.
mlir::FailureOr<unsigned> parseWordOf(mlir::AsmParser &parser,
                                      llvm::ArrayRef<llvm::StringRef> words);

template <typename EnumT>
mlir::ParseResult parseWord(mlir::AsmParser &parser, EnumT &value) {
  mlir::FailureOr<unsigned> index = parseWordOf(parser, getWords<EnumT>());
  if (failed(index))
    return mlir::failure();
  value = static_cast<EnumT>(*index);
  return mlir::success();
}

template <typename EnumT>
void printWord(mlir::AsmPrinter &printer, EnumT value) {
  printer << stringifyEnum(value);
}

/// A string in quotes.
mlir::ParseResult parseText(mlir::AsmParser &parser, std::string &text);
void printText(mlir::AsmPrinter &printer, llvm::StringRef text);

/// A whole number of at least 1.
mlir::ParseResult parseSize(mlir::AsmParser &parser, int64_t &size);
void printSize(mlir::AsmPrinter &printer, int64_t size);

//===----------------------------------------------------------------------===//
// Fields
//===----------------------------------------------------------------------===//

using EmitError = llvm::function_ref<mlir::InFlightDiagnostic()>;

/// Whether names can be printed on terminals, stored as JSON and become strings
/// of C: UTF-8 without control characters.
bool isPrintable(llvm::StringRef text);

/// Reports a field that is an empty string, or that is not printable.
mlir::LogicalResult verifyText(EmitError emitError, llvm::StringRef name,
                               llvm::StringRef text);

/// Reports a number that is not finite, or below `least`.
mlir::LogicalResult verifyNumber(EmitError emitError, llvm::StringRef name,
                                 mlir::FloatAttr number, double least);

/// Reports a number that is beyond the largest one of `type`.
mlir::LogicalResult verifyRange(EmitError emitError, const llvm::Twine &what,
                                Precision type, mlir::FloatAttr number);

/// Reports a schedule with both ends of which none is the base value, that of
/// `what`: a flag that replaces the base value would have no effect.
mlir::LogicalResult verifyEnds(EmitError emitError, const llvm::Twine &what,
                               const Schedule &schedule, double base);

/// A count between two bounds, with the name that messages give it.
struct Count {
  llvm::StringLiteral name;
  int64_t least = 1, most = std::numeric_limits<int64_t>::max();

  /// Reports a count beyond the bounds.
  mlir::LogicalResult verify(EmitError emitError, int64_t value) const;
};

/// The fields `name = value` of an attribute, in any order. Each has to be
/// written unless it is optional.
class FieldList {
public:
  /// `attribute` is the full name, `vib.adam`. Messages begin at the position
  /// of the parser.
  FieldList(mlir::AsmParser &parser, llvm::StringRef attribute)
      : parser(parser), attribute(attribute), loc(parser.getCurrentLocation()) {
  }

  using ParseFn = std::function<mlir::ParseResult()>;
  FieldList &add(llvm::StringRef name, ParseFn parse) {
    fields.push_back({name, std::move(parse)});
    return *this;
  }
  FieldList &add(Count count, int64_t &value);
  FieldList &add(llvm::StringRef name, std::string &text) {
    return add(name, [this, &text] { return parseText(parser, text); });
  }
  FieldList &add(llvm::StringRef name, bool &value);
  FieldList &add(llvm::StringRef name, mlir::FloatAttr &number);
  FieldList &add(llvm::StringRef name, mlir::Attribute &attribute) {
    return add(name,
               [this, &attribute] { return parser.parseAttribute(attribute); });
  }
  FieldList &add(llvm::StringRef name, mlir::ArrayAttr &list) {
    return add(name, [this, &list] { return parser.parseAttribute(list); });
  }
  template <typename EnumT, typename = std::enable_if_t<std::is_enum_v<EnumT>>>
  FieldList &add(llvm::StringRef name, EnumT &value) {
    return add(name, [this, &value] { return parseWord(parser, value); });
  }
  /// A word that is either written or not, without a value.
  FieldList &addFlag(llvm::StringRef name, bool &isWritten);
  /// Says that the field that was added last need not be written.
  FieldList &optional() {
    fields.back().isOptional = true;
    return *this;
  }

  /// Says that it need not be written if the field `other` is.
  FieldList &unless(llvm::StringRef other) {
    fields.back().alternative = other;
    return *this;
  }

  /// Says that other fields are those of another attribute.
  void suggest(llvm::ArrayRef<llvm::StringRef> names,
               llvm::StringRef attribute) {
    for (llvm::StringRef name : names)
      elsewhere[name] = attribute;
  }

  /// `<field, …>`. If `isOptional`, also nothing.
  mlir::ParseResult parse(bool isOptional = false);
  /// `, field, …>`, after what stands first in an attribute.
  mlir::ParseResult parseRest();

private:
  struct Field {
    llvm::StringRef name;
    ParseFn parse;
    bool isOptional = false, isFlag = false, isWritten = false;
    llvm::StringRef alternative = {};
  };

  mlir::ParseResult parseField();
  /// Reports a field that is missing.
  mlir::ParseResult finish();

  mlir::AsmParser &parser;
  llvm::StringRef attribute;
  llvm::SMLoc loc;
  llvm::SmallVector<Field> fields;
  llvm::StringMap<llvm::StringRef> elsewhere;
};

} // namespace vib

#endif // VIB_DIALECT_VIBFIELDS_H
