//===- VibSourceText.cpp - The text of a model file -------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "dialect/VibSourceText.h"
#include "dialect/VibReference.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace vib;

static bool isNameCharacter(char c) {
  return llvm::isAlnum(c) || c == '_' || c == '.' || c == '$';
}

StringRef vib::getName(StringRef text) {
  size_t size = !text.empty() && StringRef("%@#!").contains(text.front());
  while (size < text.size() && isNameCharacter(text[size]))
    ++size;
  return text.take_front(size);
}

size_t vib::getNumberLength(StringRef text) {
  size_t size = text.starts_with("-") || text.starts_with("+");
  if (size >= text.size() || !llvm::isDigit(text[size]))
    return 0;
  while (size < text.size() &&
         (llvm::isAlnum(text[size]) || text[size] == '.' || text[size] == '_' ||
          ((text[size] == '-' || text[size] == '+') &&
           llvm::toLower(text[size - 1]) == 'e')))
    ++size;
  return size;
}

size_t vib::getTokenLength(StringRef text) {
  if (text.empty())
    return 0;
  if (text.front() == '"') {
    size_t end = text.find('"', 1);
    size_t line = text.find('\n');
    return end < line ? end + 1 : std::min(line, text.size());
  }
  if (text.starts_with("->"))
    return 2;
  if (size_t size = getNumberLength(text))
    return size;
  // A character of several bytes is taken as a whole.
  size_t size = getName(text).size();
  if (size)
    return size;
  size = 1;
  while (size < text.size() && (text[size] & 0xC0) == 0x80)
    ++size;
  return size;
}

//===----------------------------------------------------------------------===//
// Locations
//===----------------------------------------------------------------------===//

std::optional<size_t> SourceText::find(Location loc) const {
  auto place = dyn_cast<FileLineColLoc>(loc);
  if (!place || place.getLine() < firstLine || place.getColumn() == 0)
    return std::nullopt;
  size_t begin = 0;
  for (unsigned line = firstLine; line < place.getLine(); ++line) {
    size_t end = text.find('\n', begin);
    if (end == StringRef::npos)
      return std::nullopt;
    begin = end + 1;
  }
  size_t position = begin + place.getColumn() - 1;
  if (position > text.size())
    return std::nullopt;
  return position;
}

Location SourceText::getLocation(Location like, size_t position) const {
  auto place = cast<FileLineColLoc>(like);
  StringRef before = text.take_front(position);
  size_t lineBegin = before.rfind('\n') + 1;
  return FileLineColLoc::get(place.getFilename(),
                             firstLine + before.count('\n'),
                             position - lineBegin + 1);
}

bool SourceText::isOnOneLine(size_t begin, size_t end) const {
  return !text.slice(begin, end).contains('\n');
}

size_t SourceText::skipSpace(size_t position) const {
  while (position < text.size()) {
    StringRef rest = text.substr(position);
    if (llvm::isSpace(rest.front()))
      ++position;
    else if (rest.starts_with("//"))
      position = std::min(text.find('\n', position), text.size());
    else
      break;
  }
  return position;
}

//===----------------------------------------------------------------------===//
// Tokens
//===----------------------------------------------------------------------===//

void SourceText::visitTokens(
    size_t end, function_ref<bool(size_t, StringRef)> visit) const {
  for (size_t at = skipSpace(0); at < end; at = skipSpace(at)) {
    StringRef token =
        text.substr(at).take_front(getTokenLength(text.substr(at)));
    if (token.empty() || !visit(at, token))
      return;
    at += token.size();
  }
}

size_t SourceText::getTokenBefore(size_t position) const {
  size_t last = position;
  visitTokens(position, [&](size_t at, StringRef) {
    last = at;
    return true;
  });
  return last;
}

static bool isOp(StringRef token) {
  return token.starts_with("vib.") && lookupEntry(EntryKind::Op, token);
}

Statement SourceText::getStatement(size_t position) const {
  Statement statement;
  StringRef previous;
  visitTokens(text.size(), [&](size_t at, StringRef token) {
    if (isOp(token)) {
      if (at >= position)
        return false;
      statement = {token, "", at};
    } else if (token.starts_with("@") && statement.symbol.empty() &&
               (previous.starts_with("%") || previous == statement.op)) {
      statement.symbol = token;
    }
    previous = token;
    return true;
  });
  return statement;
}

Statement SourceText::getStatementFrom(size_t position) const {
  Statement statement;
  visitTokens(text.size(), [&](size_t at, StringRef token) {
    if (at < position || !isOp(token))
      return true;
    statement = {token, "", at};
    return false;
  });
  return statement;
}

void SourceText::visitDefinitions(
    function_ref<void(size_t, StringRef)> visit) const {
  StringRef op, previous;
  size_t begin = 0;
  visitTokens(text.size(), [&](size_t at, StringRef token) {
    if (isOp(token))
      op = token;
    if (previous.starts_with("%") &&
        (token == "=" || (token == ":" && op == "vib.model")))
      visit(begin, previous);
    previous = token;
    begin = at;
    return true;
  });
}

SmallVector<StringRef> SourceText::getDefinitions() const {
  SmallVector<StringRef> names;
  visitDefinitions([&](size_t, StringRef name) { names.push_back(name); });
  return names;
}

std::optional<size_t> SourceText::findDefinition(StringRef name) const {
  std::optional<size_t> found;
  visitDefinitions([&](size_t at, StringRef defined) {
    if (defined == name && !found)
      found = at;
  });
  return found;
}

bool SourceText::isDefinition(size_t position) const {
  bool found = false;
  visitDefinitions([&](size_t at, StringRef) { found |= at == position; });
  return found;
}

std::optional<size_t> SourceText::getOpenBrace(size_t position) const {
  SmallVector<size_t> open;
  visitTokens(position, [&](size_t at, StringRef token) {
    if (token == "{")
      open.push_back(at);
    else if (token == "}" && !open.empty())
      open.pop_back();
    return true;
  });
  if (open.empty())
    return std::nullopt;
  return open.back();
}

StringRef SourceText::getOpenBracket(size_t begin, size_t position) const {
  SmallVector<StringRef> open;
  StringRef previous;
  visitTokens(position, [&](size_t at, StringRef token) {
    if (at >= begin && token == "<")
      open.push_back(previous);
    else if (at >= begin && token == ">" && !open.empty())
      open.pop_back();
    previous = token;
    return true;
  });
  return open.empty() ? StringRef() : open.back();
}
