//===- VibDiagnostics.cpp - Syntax errors in the language's terms ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// Messages of MLIR's parser and lexer use MLIR's terms, such as SSA values and
// operation names in quotes. An op cannot change them, because the parser that
// is generated from its assembly format calls MLIR's directly. A diagnostic
// handler therefore rewrites the messages.
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibTranslator.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace vib;

Diagnostic &Translator::restart(size_t at) {
  diagnostic = Diagnostic(getLocation(at), DiagnosticSeverity::Error);
  return diagnostic;
}

std::optional<size_t> Translator::getNoted() const {
  std::optional<size_t> noted;
  for (Diagnostic &note : diagnostic.getNotes())
    noted = source.find(note.getLocation());
  return noted;
}

bool Translator::run() {
  if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
    return true;
  std::optional<size_t> at = source.find(diagnostic.getLocation());
  if (!at)
    return true;
  // ODS says this after the error of a parameter.
  if (StringRef(message).starts_with("failed to parse Vib_"))
    return false;
  position = *at;
  (void)(translateCharacters() || translateBytes() || translateValues() ||
         translateNames() || translateGeneric() || translateTypes() ||
         translateOps() || translateSyntax());
  return true;
}

const ReferenceEntry *Translator::getInnerEntry(const Statement &statement,
                                                size_t at) const {
  StringRef inner = source.getOpenBracket(statement.begin, at);
  if (inner.consume_front("#"))
    return lookupEntry(EntryKind::Attribute, inner);
  if (inner.consume_front("!"))
    return lookupEntry(EntryKind::Type, inner);
  return nullptr;
}

void Translator::noteForm(size_t at) {
  Statement statement = source.getStatement(at);
  if (source.getOpenBracket(statement.begin, at) == "tensor") {
    diagnostic.attachNote() << "a tensor is written: tensor<?x784xf32>, the "
                               "batch '?' first, the type of its numbers last";
    return;
  }
  const ReferenceEntry *entry = getInnerEntry(statement, at);
  if (!entry)
    entry = lookupEntry(EntryKind::Op, statement.op);
  if (entry)
    noteForms(diagnostic, *entry);
}

//===----------------------------------------------------------------------===//
// The handler
//===----------------------------------------------------------------------===//

std::string vib::describeToken(const char *start, size_t size) {
  StringRef text = StringRef(start);
  StringRef line =
      text.take_until([](char c) { return c == '\n' || c == '\r'; });
  if (size)
    return ("'" + text.take_front(std::min<size_t>(size, 40)) + "'").str();
  if (line.trim().empty() || line.ltrim().starts_with("//"))
    return line.size() == text.size() ? "the end of the file"
                                      : "the end of the line";
  line = line.ltrim();
  size_t length = getTokenLength(line);
  return ("'" + line.take_front(std::min<size_t>(length, 40)) + "'").str();
}

SyntaxErrorHandler::SyntaxErrorHandler(MLIRContext *context, StringRef source,
                                       unsigned firstLine)
    : ScopedDiagnosticHandler(context) {
  setHandler([text = SourceText(source, firstLine),
              last = std::string()](Diagnostic &diagnostic) mutable {
    if (!Translator(diagnostic, text).run())
      return success();
    // MLIR's parser may read a wrong character more than once.
    std::string current;
    llvm::raw_string_ostream os(current);
    os << diagnostic.getLocation() << diagnostic;
    bool isRepeated = current == last;
    last = current;
    return success(isRepeated);
  });
}

SyntaxErrorHandler::SyntaxErrorHandler(MLIRContext *context, StringRef source)
    : SyntaxErrorHandler(context, source, /*firstLine=*/1) {}

/// The place of the op that `parser` reads. The source text is known only from
/// the line of this op on.
static FileLineColLoc getPlace(OpAsmParser &parser) {
  return cast<FileLineColLoc>(parser.getEncodedSourceLoc(parser.getNameLoc()));
}

SyntaxErrorHandler::SyntaxErrorHandler(OpAsmParser &parser)
    : SyntaxErrorHandler(parser.getContext(),
                         StringRef(parser.getNameLoc().getPointer() -
                                   (getPlace(parser).getColumn() - 1)),
                         getPlace(parser).getLine()) {}
