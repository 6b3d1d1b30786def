//===- VibOpErrors.cpp - Errors about ops, their operands and results -----===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibTranslator.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"

using namespace mlir;
using namespace vib;

bool Translator::translateNames() {
  StringRef rest = message;
  // Without `vib.`, MLIR takes `#adam` for an alias, which it reports at its
  // end, and `#adam<lr = 1>` for an attribute of another
  // dialect.
  bool isAlias = rest.starts_with("undefined symbol alias id '");
  if (isAlias || rest.contains(" created with unregistered dialect.")) {
    if (isAlias)
      position = source.getTokenBefore(position);
    StringRef name = getName(source.getText().substr(position));
    EntryKind kind =
        name.consume_front("!") ? EntryKind::Type : EntryKind::Attribute;
    name.consume_front("#");
    describeUnknownName(restart(), kind, name);
    return true;
  }
  bool isUnknown =
      rest.starts_with("Dialect `") ||
      (rest.starts_with("custom op '") && rest.contains("' is unknown"));
  if (!isUnknown)
    return false;
  StringRef text = source.getText().substr(position);
  StringRef name = getName(text);
  StringRef after = text.drop_front(name.size()).ltrim(" \t");
  restart();
  if (after.starts_with("=")) {
    diagnostic << "expected '%' before the name of a value: write '%" << name
               << " ='";
    return true;
  }
  if (source.isInModel(position)) {
    describeUnknownName(diagnostic, EntryKind::Op, name);
    return true;
  }
  diagnostic << "expected 'vib.model' or 'vib.train' but got '" << name << "'";
  suggestNearest(diagnostic, name, {"vib.model", "vib.train"});
  noteForms(diagnostic, *lookupEntry(EntryKind::Op, "vib.model"));
  return true;
}

/// Translates the messages for an op whose name is in quotes, which is MLIR's
/// generic form.
bool Translator::translateGeneric() {
  static const llvm::Regex known(
      "^(expected function type|expected '\\(' to start operand list|"
      "successors in non-terminator|expected [0-9]+ operand types but had|"
      "unregistered operation '|operation being parsed with an unregistered|"
      "invalid properties |'vib\\.[a-z_]+' op requires )");
  size_t at = source.getText().take_front(position + 1).rfind('"');
  if (!known.match(message) || at == StringRef::npos ||
      !source.isOnOneLine(at, position))
    return false;
  StringRef text = source.getText();
  // At the end of the name, or at its start if MLIR read further.
  if (!llvm::isAlpha(text.substr(at + 1).empty() ? ' ' : text[at + 1]))
    at = text.take_front(at).rfind('"');
  if (at == StringRef::npos)
    return false;
  StringRef name = getName(text.substr(at + 1));
  const ReferenceEntry *entry = lookupEntry(EntryKind::Op, name);
  if (!entry) {
    describeUnknownName(restart(at), EntryKind::Op, name);
    return true;
  }
  restart(at) << "expected '" << name << "' without quotes";
  noteForms(diagnostic, *entry);
  return true;
}

bool Translator::translateOps() {
  StringRef rest = message;
  if (rest.ends_with(" op expects region #0 to have 0 or 1 blocks")) {
    size_t label = source.getText().find('^', position);
    StringRef op = rest.split(" op ").first;
    restart(label == StringRef::npos ? position : label)
        << op << " op has ops one after another, without labels of blocks";
    if (label != StringRef::npos)
      diagnostic << " such as '"
                 << source.getText().substr(label).take_while([](char c) {
                      return c == '^' || llvm::isAlnum(c) || c == '_';
                    })
                 << "'";
    return true;
  }
  if (rest == "cannot name an operation with no results") {
    Statement statement = source.getStatementFrom(position);
    restart() << "'" << statement.op << "' op has no result: expected no '"
              << getName(source.getText().substr(position)) << " =' before it";
    return true;
  }
  if (rest.starts_with("operation defines ")) {
    Statement statement = source.getStatementFrom(position);
    restart() << "'" << statement.op
              << "' op has one result: expected one name before '='";
    return true;
  }
  if (rest.starts_with("redefinition of symbol named '")) {
    std::optional<size_t> first = getNoted();
    restart() << "there is already a model named '@"
              << rest.split('\'').second.split('\'').first << "'";
    if (first)
      diagnostic.attachNote(getLocation(*first)) << "it is here";
    return true;
  }
  if (rest.ends_with("failed to verify constraint: region with 1 blocks")) {
    restart() << rest.split(" op ").first
              << " op expected its region to have ops";
    return true;
  }
  // MLIR adds words before the message of an op's parser.
  if (!rest.consume_front("custom op '"))
    return false;
  auto [op, own] = rest.split("' ");
  if (!getExpected(own).empty()) {
    message = own.str();
    return false;
  }
  restart() << "'" << op << "' op " << own;
  // A word of an assembly format that is missing.
  static const llvm::Regex missingWord("^expected '[a-z_]+'$");
  if (missingWord.match(own)) {
    diagnostic << " but got "
               << describeToken(source.getText().substr(position).data());
    noteForm(position);
  }
  return true;
}

/// Translates the messages that ODS generates for the types of operands and
/// results, and for enums.
bool Translator::translateTypes() {
  StringRef rest = message;
  static const llvm::Regex wrongType(
      "^('vib\\.[a-z_]+' op )(operand|result) #([0-9]+) must be "
      "(variadic of )?(.*), but got (.*)$");
  SmallVector<StringRef, 7> parts;
  if (wrongType.match(rest, &parts)) {
    // No op of the language has more than two operands, but for a list of them.
    StringRef ordinal = !parts[4].empty() ? "operands "
                        : parts[3] == "0" ? "first operand "
                                          : "second operand ";
    bool isTensor = parts[5] == "ranked tensor of any type values";
    restart() << parts[1] << "expected its "
              << (parts[2] == "result" ? "result " : ordinal) << "to be "
              << (isTensor ? "a tensor" : parts[5]) << " but got " << parts[6];
    return true;
  }
  static const llvm::Regex wrongCase(
      "^expected one of \\[(.*)\\] for .*, got: (.*)$");
  if (wrongCase.match(rest, &parts)) {
    restart() << "expected one of " << parts[1] << " but got '" << parts[2]
              << "'";
    return true;
  }
  static const llvm::Regex wrongKind("^(custom op '(vib\\.[a-z_]+)' )?invalid "
                                     "kind of type specified: expected "
                                     "([a-z.]+), but found (.*)$");
  if (wrongKind.match(rest, &parts)) {
    restart() << "'" << source.getStatement(position).op << "' op expected a "
              << (parts[3] == "builtin.tensor" ? "tensor" : parts[3])
              << " but got " << parts[4];
    return true;
  }
  // MLIR does not say what it expects where the type is one of an interface.
  if (rest.ends_with("invalid kind of type specified")) {
    StringRef text = source.getText().substr(position);
    restart()
        << "'" << source.getStatement(position).op
        << "' op expected a distribution, such as !vib.normal<2>, but got "
        << describeToken(text.data());
    return true;
  }
  return false;
}
