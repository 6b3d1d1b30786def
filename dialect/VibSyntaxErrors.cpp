//===- VibSyntaxErrors.cpp - Errors about what was expected in the text ---===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibTranslator.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace vib;

static constexpr llvm::StringLiteral kWholeNumber = "a whole number";

std::string vib::getExpected(StringRef message) {
  StringRef known =
      llvm::StringSwitch<StringRef>(message)
          .Cases({"expected SSA operand", "expected operand"},
                 "a value such as %x")
          .Cases({"expected valid '@'-identifier for symbol name",
                  "expected valid '@'-identifier"},
                 "a name that begins with '@'")
          .Case("expected non-function type", "a type")
          .Case("expected attribute value", "a value")
          .Case("expected valid keyword", "a word")
          .Cases({"expected integer value",
                  "floating point value not valid for specified type",
                  "integer literal not valid for specified type",
                  "expected floating point literal",
                  "integer constant out of range for attribute"},
                 kWholeNumber)
          .Cases({"integer value too large", "invalid dimension"},
                 "a number below 2^63")
          .Case("expected '{' to begin a region", "'{'")
          .Case("expected '=' after SSA name", "'='")
          .Case("expected '(' in argument list", "'('")
          .Case("expected ')' in argument list", "',' or ')'")
          .Case("expected '<' in tensor type", "'<'")
          .Case("expected '>' in tensor type", "'>'")
          .Case("expected 'x' in dimension list", "'x'")
          .Case("invalid tensor element type", "f32, f64, i32 or ui8")
          .Case("expected '>'", "',' or '>'")
          .Case("expected '}'", "',' or '}'")
          .Default("");
  if (!known.empty())
    return known.str();
  StringRef token = message;
  if (token.consume_front("expected '") && token.consume_back("'") &&
      token.size() <= 2)
    return ("'" + token + "'").str();
  return "";
}

/// The type that is probably meant by a name that is not a type, or nothing.
static std::string getTypeAdvice(StringRef name) {
  if (const ReferenceEntry *entry = lookupEntry(EntryKind::Type, name))
    return entry->getSpelling();
  return llvm::StringSwitch<std::string>(name)
      .Cases({"float32", "float", "fp32"}, "f32")
      .Cases({"float64", "double", "fp64"}, "f64")
      .Cases({"uint8", "u8", "byte"}, "ui8")
      .Cases({"int32", "int", "s32"}, "i32")
      .Case("Tensor", "tensor")
      .Default("");
}

void Translator::reportUnclosed() {
  std::optional<size_t> brace = source.getOpenBrace(position);
  if (!brace) {
    restart() << "expected 'vib.model' or 'vib.train' but the file ends";
    return;
  }
  Statement statement = source.getStatement(*brace);
  restart() << "expected '}' but the file ends";
  diagnostic.attachNote(getLocation(*brace))
      << "the '{' of " << (statement.op.empty() ? "this line" : statement.op)
      << " is not closed";
}

/// Reports what was found where an op should begin.
void Translator::translateNoOp() {
  size_t at = source.skipSpace(position);
  StringRef text = source.getText().substr(at);
  if (text.empty() || text.front() == '\0')
    return reportUnclosed();
  position = at;
  bool isComment = text.front() == '/' ||
                   (text.front() == '#' && !text.starts_with("#vib."));
  if (isComment) {
    restart() << "expected an op but got '" << text.front()
              << "': a comment begins with '//'";
    return;
  }
  bool isInModel = source.isInModel(at);
  if (text.front() == '}' && !isInModel) {
    restart() << "this '}' closes nothing";
    return;
  }
  Statement statement = source.getStatement(at);
  if (!statement.op.empty() && source.isOnOneLine(statement.begin, at)) {
    restart() << "expected the next op after '" << statement.op << "' but got "
              << describeToken(text.data());
    if (const ReferenceEntry *entry = lookupEntry(EntryKind::Op, statement.op))
      noteForms(diagnostic, *entry);
    return;
  }
  restart() << "expected "
            << (isInModel ? "an op, such as vib.linear,"
                          : "'vib.model' or 'vib.train'")
            << " but got " << describeToken(text.data());
}

bool Translator::translateSyntax() {
  if (message == "expected operation name in quotes") {
    translateNoOp();
    return true;
  }
  if (message == "expected '=' after SSA name") {
    StringRef text = source.getText().substr(position);
    restart() << "expected '=' after the name of a value but got "
              << describeToken(text.data());
    return true;
  }
  StringRef unbalanced = message;
  if (unbalanced.consume_front("unbalanced '") &&
      unbalanced.drop_front().starts_with("' character")) {
    restart() << "this '" << unbalanced.take_front() << "' is not closed";
    noteForm(position + 1);
    return true;
  }
  if (message == "expected '\"' in string literal") {
    restart() << "this string is not closed";
    return true;
  }
  std::string expected = getExpected(message);
  if (expected.empty())
    return false;
  // MLIR reports a wrong number at the token after it.
  if (expected == kWholeNumber && message != "expected integer value")
    position = source.getTokenBefore(position);
  // MLIR reports the end of a file at the character before it, which may belong
  // to a name.
  bool isLast = position + 1 == source.getText().size();
  if (isLast && !llvm::isSpace(source.getText().back()) &&
      source.getTokenBefore(position + 1) < position)
    ++position;
  StringRef text = source.getText().substr(position);
  Statement statement = source.getStatement(position);
  restart();
  if (const ReferenceEntry *inner = getInnerEntry(statement, position))
    diagnostic << inner->getSpelling() << ": ";
  else if (!statement.op.empty())
    diagnostic << "'" << statement.op << "' op ";
  diagnostic << "expected " << expected << " but got "
             << describeToken(text.data());
  std::string advice;
  if (expected == "a type")
    advice = getTypeAdvice(getName(text.ltrim()));
  if (!advice.empty())
    diagnostic << ": write '" << advice << "'";
  noteForm(position);
  return true;
}
