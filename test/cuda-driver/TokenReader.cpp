//===- TokenReader.cpp - Take tokens one by one ---------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/TokenReader.h"

#include <cerrno>
#include <cstdlib>
#include <fmt/format.h>

using namespace vib::cuda;

namespace {

std::optional<uint64_t> integerOf(std::string_view text) {
  std::string digits(text);
  int base = 10;
  if (digits.size() > 1 && (digits.back() == 'U' || digits.back() == 'u'))
    digits.pop_back();
  if (digits.size() > 1 && digits[0] == '0') {
    base = 8;
    if (digits[1] == 'x' || digits[1] == 'X')
      base = 16;
    else if (digits[1] == 'b' || digits[1] == 'B') {
      digits.erase(0, 2);
      base = 2;
    }
  }
  char *end;
  errno = 0;
  uint64_t value = std::strtoull(digits.c_str(), &end, base);
  if (errno || end == digits.c_str() || *end)
    return std::nullopt;
  return value;
}

} // namespace

void TokenReader::unexpected() const {
  if (peek().kind == Token::End)
    error("unexpected end of the text");
  error(fmt::format("unexpected '{}'", peek().text));
}

bool TokenReader::accept(char mark) {
  if (!peek().is(mark))
    return false;
  next();
  return true;
}

bool TokenReader::accept(std::string_view word) {
  if (!peek().is(word))
    return false;
  next();
  return true;
}

void TokenReader::expect(char mark) {
  if (!accept(mark))
    unexpected();
}

std::string TokenReader::expectWord() {
  if (peek().kind != Token::Word)
    unexpected();
  return std::string(next().text);
}

uint64_t TokenReader::expectNumber() {
  std::optional<uint64_t> value;
  if (peek().kind == Token::Word)
    value = integerOf(peek().text);
  if (!value)
    unexpected();
  next();
  return *value;
}

Operand TokenReader::parseNumber(const Token &token, bool negative) const {
  Operand operand;
  std::string_view text = token.text;
  bool isBits = text.size() > 2 && text[0] == '0' && !negative;
  if (isBits && (text[1] == 'f' || text[1] == 'F') && text.size() == 10) {
    operand.kind = Operand::Single;
    operand.bits =
        std::strtoull(std::string(text.substr(2)).c_str(), nullptr, 16);
    return operand;
  }
  if (isBits && (text[1] == 'd' || text[1] == 'D') && text.size() == 18) {
    operand.kind = Operand::Double;
    operand.bits =
        std::strtoull(std::string(text.substr(2)).c_str(), nullptr, 16);
    return operand;
  }
  if (std::optional<uint64_t> value = integerOf(text)) {
    operand.kind = Operand::Integer;
    operand.bits = negative ? -*value : *value;
    return operand;
  }
  throw PtxError(token.line, fmt::format("'{}' is no number", text));
}

Declaration TokenReader::parseDeclaration() {
  Declaration declaration;
  bool hasType = false;
  uint32_t vector = 1;
  while (peek().kind == Token::Word && peek().text[0] == '.') {
    std::string word = expectWord().substr(1);
    if (word == "align") {
      declaration.align = expectNumber();
    } else if (word == "v2" || word == "v4") {
      vector = word[1] - '0';
    } else if (std::optional<Type> type = typeOf(word)) {
      declaration.type = *type;
      hasType = true;
    } else if (word != "attribute" && word != "managed") {
      error(fmt::format("unknown directive '.{}'", word));
    }
  }
  if (!hasType || sizeOf(declaration.type) == 0)
    error("a variable without a type");
  declaration.align =
      std::max(declaration.align, vector * sizeOf(declaration.type));
  declaration.name = expectWord();
  declaration.count = vector;
  while (accept('[')) {
    declaration.isOpen = accept(']');
    if (!declaration.isOpen) {
      declaration.count *= expectNumber();
      expect(']');
    }
  }
  return declaration;
}
