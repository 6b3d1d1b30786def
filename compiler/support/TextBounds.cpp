//===- TextBounds.cpp - Limits on a text that MLIR or LLVM parses ---------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/support/TextBounds.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace vib;

/// The files that vibc writes nest at most 20 deep.
static constexpr size_t kMostBrackets = 256;
/// As many digits as the largest f64 has.
static constexpr size_t kMostDigits = 309;
/// The results of one op, as in `%0#3`.
static constexpr uint64_t kMostResults = 1 << 16;
/// The operators between two brackets or commas, as of an affine expression.
static constexpr size_t kMostOperators = 1000;
static constexpr size_t kMostDimensions = 256;
/// Larger integers take the time of their width squared to print and to
/// multiply.
static constexpr uint64_t kMostBits = 4096;
static constexpr uint64_t kMostLanes = 1 << 16;
/// What one directive adds to an object.
static constexpr uint64_t kMostBytes = 1 << 30;
/// The characters that the aliases of a small file stand for.
static constexpr uint64_t kMostExpanded = 1 << 24;

static bool isSigil(char c) { return StringRef("%#@!^").contains(c); }
static bool isWordPart(char c) { return isAlnum(c) || c == '_'; }
static bool isNamePart(char c) { return c == '.' || c == '$'; }

namespace {
class Scanner {
public:
  Scanner(StringRef text, TextKind kind)
      : text(text), kind(kind), comment(kind == TextKind::MLIR     ? "//"
                                        : kind == TextKind::LLVMIR ? ";"
                                                                   : "#"),
        mostExpanded(kMostExpanded + 16 * text.size()) {}

  std::optional<TextError> run();

private:
  /// An open bracket and the operators in it since the last comma.
  struct Level {
    char bracket;
    bool isVector;
    size_t operators = 0;
  };
  /// What an alias stands for, with the aliases in it.
  struct Alias {
    uint64_t characters = 0;
    size_t depth = 0;
  };

  // Each takes the text at the position and returns how much it has taken.
  size_t takeString();
  size_t takeNumber();
  size_t takeWord();
  size_t takeDirective();
  void takeBracket(char c);
  void takeOperator();

  void takeAlias(StringRef name);
  /// Whether `= …` after the name at the position defines an alias.
  bool isDefinition(StringRef name) const;
  void endDefinition();

  void fail(const Twine &message) {
    if (!error)
      error = TextError{at, message.str()};
  }
  StringRef rest() const { return text.substr(at); }

  StringRef text;
  TextKind kind;
  StringRef comment;
  size_t at = 0;
  char previous = ' ';
  StringRef lastWord;
  /// The next digit and the next end of a line, from some directive on.
  size_t digitAt = 0, lineEnd = 0;
  SmallVector<Level> levels;

  StringMap<Alias> aliases;
  /// The alias that is being defined, and where its text begins; empty outside
  /// of a definition.
  StringRef defined;
  size_t definedAt = 0;
  /// Whether more than blanks and the '=' has come since then.
  bool hasText = false;
  Alias current;
  uint64_t expanded = 0, mostExpanded;

  std::optional<TextError> error;
};
} // namespace

//===----------------------------------------------------------------------===//
// Aliases
//===----------------------------------------------------------------------===//

bool Scanner::isDefinition(StringRef name) const {
  StringRef after = rest().drop_front(name.size()).ltrim();
  if (!levels.empty() || !after.consume_front("="))
    return false;
  return kind == TextKind::MLIR
             ? name[0] == '#' || name[0] == '!'
             : name[0] == '%' && after.ltrim(" \t").starts_with("type");
}

void Scanner::endDefinition() {
  if (defined.empty())
    return;
  current.characters += at - definedAt;
  aliases[defined] = current;
  defined = "";
}

void Scanner::takeAlias(StringRef name) {
  if (kind == TextKind::Assembly || name.size() < 2 ||
      !StringRef("#!%").contains(name[0]))
    return;
  if (isDefinition(name)) {
    endDefinition();
    defined = name;
    definedAt = at + name.size();
    hasText = false;
    current = {};
    return;
  }
  auto found = aliases.find(name);
  if (found == aliases.end())
    return;
  const Alias &alias = found->second;
  expanded += alias.characters;
  current.characters += alias.characters;
  current.depth = std::max(current.depth, levels.size() + alias.depth);
  if (expanded > mostExpanded)
    fail("expected aliases that stand for at most " + Twine(mostExpanded) +
         " characters in all but '" + name.take_front(40) +
         "' makes them stand for more");
  if (current.depth > kMostBrackets)
    fail("expected brackets of at most " + Twine(kMostBrackets) +
         " levels, those of '" + name.take_front(40) + "' included");
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

size_t Scanner::takeString() {
  // A quote after a backslash belongs to the string.
  StringRef rest = this->rest();
  size_t size = 1;
  while (size < rest.size() && rest[size] != '"' && rest[size] != '\n')
    size += rest[size] == '\\' ? 2 : 1;
  return size + 1;
}

/// A number, or the dimensions of a shape.
size_t Scanner::takeNumber() {
  StringRef rest = this->rest();
  size_t size = 0, dimensions = 0;
  uint64_t lanes = 1;
  for (;;) {
    StringRef digits = rest.substr(size).take_while(isDigit);
    uint64_t extent = 1;
    bool isHuge = !digits.empty() && digits.getAsInteger(10, extent);
    lanes = SaturatingMultiply(lanes, isHuge ? kMostLanes + 1 : extent);
    if (digits.size() > kMostDigits)
      fail("expected numbers of at most " + Twine(kMostDigits) +
           " digits but got one of " + Twine(digits.size()));
    size += digits.empty() ? rest.substr(size).starts_with("?") : digits.size();
    StringRef after = rest.substr(size);
    if (!after.consume_front("x") || after.empty() ||
        !(isDigit(after[0]) || after[0] == '?'))
      break;
    ++size;
    if (++dimensions == kMostDimensions)
      fail("expected shapes of at most " + Twine(kMostDimensions) +
           " dimensions");
  }
  bool isVector = !levels.empty() && levels.back().isVector &&
                  rest.substr(size).ltrim(" ").starts_with("x");
  if (isVector && lanes > kMostLanes)
    fail("expected vectors of at most " + Twine(kMostLanes) + " elements");
  StringRef hexadecimal = rest.substr(size);
  if (hexadecimal.consume_front("x") &&
      hexadecimal.take_while(isHexDigit).size() > kMostDigits)
    fail("expected hexadecimal numbers of at most " + Twine(kMostDigits) +
         " digits");
  // A result, as in `%0#3`.
  if (previous == '#' && at > 1 && !isSpace(text[at - 2])) {
    StringRef digits = rest.take_while(isDigit);
    uint64_t result;
    if (digits.getAsInteger(10, result) || result > kMostResults)
      fail("expected a result up to #" + Twine(kMostResults) + " but got #" +
           digits.take_front(40));
  }
  return size;
}

/// A name or a word; digits in it are not a number.
size_t Scanner::takeWord() {
  StringRef rest = this->rest();
  size_t size = 1;
  bool isName = isSigil(rest[0]);
  while (size < rest.size() &&
         (isWordPart(rest[size]) || (isName && isNamePart(rest[size]))))
    ++size;
  // A result, as in `%0#3`.
  if (rest[0] == '#' && (isWordPart(previous) || isNamePart(previous)))
    return 1;
  StringRef word = rest.take_front(size);
  lastWord = word;
  if (isName) {
    takeAlias(word);
    return size;
  }
  if (is_contained({"mod", "floordiv", "ceildiv"}, word))
    takeOperator();
  StringRef width = word;
  uint64_t bits;
  if (!width.consume_front("ui") && !width.consume_front("si"))
    width.consume_front("i");
  if (width.size() != word.size() && all_of(width, isDigit) && !width.empty() &&
      !StringRef("%@#!^$.").contains(previous) &&
      (width.getAsInteger(10, bits) || bits > kMostBits))
    fail("expected integers of at most " + Twine(kMostBits) + " bits but got " +
         word.take_front(40));
  return size;
}

/// A directive of assembly. Some repeat text or read other files, which vibc
/// has no use for.
size_t Scanner::takeDirective() {
  StringRef rest = this->rest();
  StringRef name = rest.drop_front().take_while(isWordPart);
  if (is_contained({"rept", "rep", "irp", "irpc", "macro", "include", "incbin"},
                   name))
    fail("expected what vibc writes, which has no '." + name + "'");
  if (is_contained({"zero", "space", "skip", "fill", "org", "comm", "lcomm"},
                   name)) {
    // Kept from one directive to the next: a line of very many without a number
    // would be searched from each of them on.
    if (digitAt < at)
      digitAt = std::min(text.find_if(isDigit, at), text.size());
    if (lineEnd < at)
      lineEnd = std::min(text.find('\n', at), text.size());
    StringRef digits = text.slice(digitAt, lineEnd)
                           .take_front(kMostDigits)
                           .take_while(isDigit);
    uint64_t bytes = 0;
    if (!digits.empty() &&
        (digits.getAsInteger(10, bytes) || bytes > kMostBytes))
      fail("expected at most " + Twine(kMostBytes) + " bytes but got " +
           digits.take_front(40));
  }
  return name.size() + 1;
}

void Scanner::takeBracket(char c) {
  if (StringRef("([{<").contains(c)) {
    // LLVM IR has <4 x float>, MLIR vector<4xf32>.
    levels.push_back(
        {c, c == '<' && (kind == TextKind::LLVMIR || lastWord == "vector")});
    current.depth = std::max(current.depth, levels.size());
    if (levels.size() > kMostBrackets)
      fail("expected brackets of at most " + Twine(kMostBrackets) + " levels");
  } else if (!levels.empty()) {
    levels.pop_back();
  }
}

void Scanner::takeOperator() {
  // Ops stand between braces, one after another.
  if (kind != TextKind::MLIR || levels.empty() || levels.back().bracket == '{')
    return;
  if (++levels.back().operators > kMostOperators)
    fail("expected at most " + Twine(kMostOperators) +
         " operators in an expression");
}

std::optional<TextError> Scanner::run() {
  while (at < text.size() && !error) {
    char c = text[at];
    size_t size = 1;
    hasText |= !StringRef("= \t\n").contains(c);
    if (c == '\n') {
      // The text of an alias may begin on the next line.
      if (levels.empty() && hasText)
        endDefinition();
    } else if (rest().starts_with(comment)) {
      size = std::min(rest().find('\n'), rest().size());
    } else if (c == '"') {
      size = takeString();
    } else if (c == '-' && rest().starts_with("->")) {
      size = 2;
    } else if (StringRef("([{<)]}>").contains(c)) {
      takeBracket(c);
    } else if (StringRef("+-*").contains(c)) {
      takeOperator();
    } else if (c == ',' && !levels.empty()) {
      levels.back().operators = 0;
    } else if ((isDigit(c) || c == '?') && !isWordPart(previous)) {
      size = takeNumber();
    } else if (c == '.' && kind == TextKind::Assembly &&
               !isWordPart(previous)) {
      size = takeDirective();
    } else if (isAlpha(c) || c == '_' || isSigil(c)) {
      size = takeWord();
    }
    previous = text[std::min(at + size, text.size()) - 1];
    at += size;
  }
  return error;
}

std::optional<TextError> vib::checkBounds(StringRef text, TextKind kind) {
  return Scanner(text, kind).run();
}
