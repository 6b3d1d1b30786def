//===- VibDiagnostics.cpp - Syntax errors in the language's terms ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// MLIR's parser and lexer speak of SSA values and of operation names in quotes,
// and an op cannot tell them otherwise: the parsers that are generated from an
// assembly format call them directly. So their messages are rewritten on the
// way to the user. The messages are known by their text; one that a later MLIR
// words otherwise goes through as it is.
//
//===----------------------------------------------------------------------===//

#include "dialect/VibDiagnostics.h"
#include "dialect/VibReference.h"
#include "dialect/VibSourceText.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/Regex.h"

using namespace mlir;
using namespace vib;

namespace {

/// Rewrites one diagnostic.
class Translator {
public:
  Translator(Diagnostic &diagnostic, const SourceText &source)
      : diagnostic(diagnostic), source(source), message(diagnostic.str()) {}

  /// Returns false if the diagnostic says nothing new.
  bool run();

private:
  bool translateCharacters();
  bool translateValues();
  bool translateNames();
  bool translateOps();
  bool translateSyntax();
  void translateNoOp();
  void reportUnclosed();

  /// Begins a new message in place of the old one and its notes.
  Diagnostic &restart(size_t at);
  Diagnostic &restart() { return restart(position); }
  const ReferenceEntry *getInnerEntry(const Statement &statement,
                                      size_t at) const;
  void noteForm(size_t at);
  Location getLocation(size_t at) const {
    return source.getLocation(diagnostic.getLocation(), at);
  }

  Diagnostic &diagnostic;
  const SourceText &source;
  std::string message;
  size_t position = 0;
};

} // namespace

Diagnostic &Translator::restart(size_t at) {
  diagnostic = Diagnostic(getLocation(at), DiagnosticSeverity::Error);
  return diagnostic;
}

bool Translator::run() {
  if (diagnostic.getSeverity() != DiagnosticSeverity::Error)
    return true;
  std::optional<size_t> at = source.find(diagnostic.getLocation());
  if (!at)
    return true;
  // What ODS says behind the error of a parameter.
  if (StringRef(message).starts_with("failed to parse Vib_"))
    return false;
  position = *at;
  (void)(translateCharacters() || translateValues() || translateNames() ||
         translateOps() || translateSyntax());
  return true;
}

//===----------------------------------------------------------------------===//
// Characters that begin no token
//===----------------------------------------------------------------------===//

/// The character at the begin of `text`, in quotes, and what is meant by it.
static std::string describeCharacter(StringRef text) {
  unsigned char first = text.empty() ? 0 : text.front();
  size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  StringRef character = text.take_front(size);
  StringRef advice = llvm::StringSwitch<StringRef>(character)
                         .Case(";", ": nothing is needed at the end of a line")
                         .Case("/", ": a comment begins with '//'")
                         .Case("'", ": a string is in double quotes")
                         .Cases({"\u2212", "\u2013"}, ": write '-'")
                         .Cases({"\u201c", "\u201d"}, ": write '\"'")
                         .Case("\u00a0", ", a space without a break: write ' '")
                         .Default("");
  if (first < 0x20 || first == 0x7F)
    return ("character 0x" + Twine::utohexstr(first)).str();
  return ("'" + character + "'" + advice).str();
}

bool Translator::translateCharacters() {
  StringRef text = source.getText().substr(position);
  if (message == "unexpected character") {
    restart() << "unexpected " << describeCharacter(text);
    return true;
  }
  if (message == "expected three consecutive dots for an ellipsis") {
    // The lexer stands behind the dot.
    if (text.empty() || !llvm::isDigit(text.front()))
      restart(position - 1) << "unexpected '.'";
    else
      restart(position - 1)
          << "expected a digit before '.': write '0."
          << text.take_while([](char c) { return llvm::isAlnum(c); }) << "'";
    return true;
  }
  // MLIR takes `# x` for a name without letters, `#x` for one of an attribute.
  bool isComment = message == "invalid attribute name" ||
                   message == "expected '=' in attribute alias definition";
  if (isComment) {
    size_t at = source.getText().rfind('#', position + 1);
    restart(at == StringRef::npos ? position : at)
        << "expected an op but got '#': a comment begins with '//'";
    return true;
  }
  if (message == "invalid SSA name") {
    restart() << "expected a name behind '%', such as %x";
    return true;
  }
  if (StringRef(message).starts_with("@ identifier expected")) {
    restart() << "expected a name that begins with a letter behind '@', such "
                 "as @encode.0, but got "
              << describeToken(text.data());
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

bool Translator::translateValues() {
  StringRef rest = message;
  std::optional<size_t> noted;
  for (Diagnostic &note : diagnostic.getNotes())
    noted = source.find(note.getLocation());
  StringRef name = getName(source.getText().substr(position));

  if (rest.consume_front("use of value '")) {
    name = StringRef(message).split('\'').second.split('\'').first;
    auto [expected, got] =
        rest.split("different type than prior uses: ").second.split(" vs ");
    Statement statement = source.getStatement(position);
    std::string is = got.str();
    std::string wants = expected == "'!vib.nats'"
                            ? "a term of the loss, as vib.nll and vib.kl give"
                            : expected.str();
    restart();
    diagnostic << (statement.op.empty() ? "the op" : statement.op);
    if (!statement.symbol.empty())
      diagnostic << " " << statement.symbol;
    diagnostic << " expects " << name << " to be " << wants << ", but it is "
               << is;
    // Before its definition a value has the type of its first use.
    if (noted)
      diagnostic.attachNote(getLocation(*noted))
          << name
          << (source.isDefinition(*noted) ? " is defined here"
                                          : " is used here before");
    return true;
  }
  if (rest.starts_with("definition of SSA value '")) {
    restart(noted.value_or(position)) << name << " is used before it is "
                                      << "defined";
    diagnostic.attachNote(getLocation(position)) << name << " is defined here";
    return true;
  }
  if (rest.starts_with("use of undeclared SSA value name")) {
    if (std::optional<size_t> elsewhere = source.findDefinition(name)) {
      restart() << name << " is defined only inside of other braces";
      diagnostic.attachNote(getLocation(*elsewhere)) << "it is defined here";
      return true;
    }
    SmallVector<StringRef> defined = source.getDefinitions();
    restart() << name << " is not defined";
    suggestNearest(diagnostic, name, defined);
    return true;
  }
  if (rest.starts_with("redefinition of SSA value '") ||
      rest.ends_with("' is already in use")) {
    restart() << name << " is defined already: each value has a name of its "
              << "own";
    if (noted)
      diagnostic.attachNote(getLocation(*noted)) << "it is defined here";
    return true;
  }
  if (rest == "reference to invalid result number") {
    restart() << name << " is one value: expected nothing behind its name";
    return true;
  }
  return false;
}

//===----------------------------------------------------------------------===//
// Names of ops
//===----------------------------------------------------------------------===//

bool Translator::translateNames() {
  StringRef rest = message;
  bool isUnknown =
      rest.starts_with("Dialect `") ||
      (rest.starts_with("custom op '") && rest.contains("' is unknown"));
  if (!isUnknown)
    return false;
  StringRef text = source.getText().substr(position);
  StringRef name = getName(text);
  StringRef behind = text.drop_front(name.size()).ltrim(" \t");
  restart();
  if (behind.starts_with("=")) {
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

static constexpr llvm::StringLiteral kWholeNumber = "a whole number";

/// The words for what MLIR says that it expected; empty if it is not known to
/// come from MLIR's parser.
static std::string getExpected(StringRef message) {
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
                  "expected floating point literal", "integer value too large",
                  "integer constant out of range for attribute"},
                 kWholeNumber)
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

bool Translator::translateOps() {
  StringRef rest = message;
  Statement statement = source.getStatement(position);
  if (rest == "cannot name an operation with no results") {
    statement = source.getStatementFrom(position);
    restart() << "'" << statement.op << "' op has no result: expected no '"
              << getName(source.getText().substr(position)) << " =' before it";
    return true;
  }
  if (rest.starts_with("operation defines ")) {
    statement = source.getStatementFrom(position);
    restart() << "'" << statement.op
              << "' op has one result: expected one name before '='";
    return true;
  }
  if (rest.starts_with("redefinition of symbol named '")) {
    std::optional<size_t> first;
    for (Diagnostic &note : diagnostic.getNotes())
      first = source.find(note.getLocation());
    std::string name = rest.split('\'').second.split('\'').first.str();
    restart() << "there is already a model named '@" << name << "'";
    if (first)
      diagnostic.attachNote(getLocation(*first)) << "it is here";
    return true;
  }
  // What ODS generates from the types of operands and results.
  static const llvm::Regex wrongType(
      "^('vib\\.[a-z_]+' op )(operand|result) #([0-9]+) must be "
      "(variadic of )?(.*), but got (.*)$");
  SmallVector<StringRef, 7> parts;
  if (wrongType.match(rest, &parts)) {
    StringRef ordinal = parts[3] == "0" ? "first " : "second ";
    std::string text =
        (parts[1] + "expected its " + (parts[2] == "result" ? "" : ordinal) +
         parts[2] + " to be " +
         (parts[5] == "ranked tensor of any type values" ? "a tensor"
                                                         : parts[5]) +
         " but got " + parts[6])
            .str();
    restart() << text;
    return true;
  }
  static const llvm::Regex wrongCase(
      "^expected one of \\[(.*)\\] for .*, got: (.*)$");
  if (wrongCase.match(rest, &parts)) {
    std::string known = parts[1].str(), got = parts[2].str();
    restart() << "expected one of " << known << " but got '" << got << "'";
    return true;
  }
  static const llvm::Regex wrongKind("^(custom op '(vib\\.[a-z_]+)' )?invalid "
                                     "kind of type specified: expected "
                                     "([a-z.]+), but found (.*)$");
  if (wrongKind.match(rest, &parts)) {
    std::string text =
        ("'" + source.getStatement(position).op + "' op expected a " +
         (parts[3] == "builtin.tensor" ? "tensor" : parts[3]) + " but got " +
         parts[4])
            .str();
    restart() << text;
    return true;
  }
  if (rest.ends_with("failed to verify constraint: region with 1 blocks")) {
    std::string text =
        (rest.split(" op ").first + " op expected its region to have ops")
            .str();
    restart() << text;
    return true;
  }
  // What an op's own parser reports has MLIR's words before it.
  if (!rest.consume_front("custom op '"))
    return false;
  auto [op, own] = rest.split("' ");
  if (!getExpected(own).empty()) {
    message = own.str();
    return false;
  }
  std::string text = ("'" + op + "' op " + own).str();
  restart() << text;
  return true;
}

//===----------------------------------------------------------------------===//
// Syntax
//===----------------------------------------------------------------------===//

/// What is meant by a name that is no type's.
static StringRef getTypeAdvice(StringRef text) {
  StringRef name = getName(text);
  if (const ReferenceEntry *entry = lookupEntry(EntryKind::Type, name))
    return entry->name == "vib.normal" ? "!vib.normal" : "!vib.categorical";
  return llvm::StringSwitch<StringRef>(name)
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

/// Something stands where an op should begin.
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
    restart() << "'" << statement.op << "' op ends before "
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
    restart() << "expected '=' behind the name of a value but got "
              << describeToken(text.data());
    return true;
  }
  if (StringRef(message).starts_with("unbalanced '<' character")) {
    restart() << "this '<' is not closed";
    noteForm(position + 1);
    return true;
  }
  std::string expected = getExpected(message);
  if (expected.empty())
    return false;
  // MLIR reports a number behind it.
  if (expected == kWholeNumber && message != "expected integer value")
    position = source.getTokenBefore(position);
  StringRef text = source.getText().substr(position);
  Statement statement = source.getStatement(position);
  restart();
  if (const ReferenceEntry *inner = getInnerEntry(statement, position))
    diagnostic << inner->getSpelling() << ": ";
  else if (!statement.op.empty())
    diagnostic << "'" << statement.op << "' op ";
  diagnostic << "expected " << expected << " but got "
             << describeToken(text.data());
  StringRef advice = expected == "a type" ? getTypeAdvice(text) : "";
  if (!advice.empty())
    diagnostic << ": write '" << advice << "'";
  noteForm(position);
  return true;
}

/// The attribute or type of vib between whose `<` and `>` the position is.
const ReferenceEntry *Translator::getInnerEntry(const Statement &statement,
                                                size_t at) const {
  StringRef inner = source.getOpenBracket(statement.begin, at);
  if (inner.consume_front("#"))
    return lookupEntry(EntryKind::Attribute, inner);
  if (inner.consume_front("!"))
    return lookupEntry(EntryKind::Type, inner);
  return nullptr;
}

/// Shows how that is written in which the position is: an attribute, a type, or
/// else the op.
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
  setHandler([text = SourceText(source, firstLine)](Diagnostic &diagnostic) {
    return failure(Translator(diagnostic, text).run());
  });
}

SyntaxErrorHandler::SyntaxErrorHandler(MLIRContext *context, StringRef source)
    : SyntaxErrorHandler(context, source, /*firstLine=*/1) {}

/// The line of the op on which `parser` is. What stands before it cannot be
/// reached from here.
static FileLineColLoc getPlace(OpAsmParser &parser) {
  return cast<FileLineColLoc>(parser.getEncodedSourceLoc(parser.getNameLoc()));
}

SyntaxErrorHandler::SyntaxErrorHandler(OpAsmParser &parser)
    : SyntaxErrorHandler(parser.getContext(),
                         StringRef(parser.getNameLoc().getPointer() -
                                   (getPlace(parser).getColumn() - 1)),
                         getPlace(parser).getLine()) {}
