//===- Lexer.cpp - The tokens of PTX --------------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "test/cuda-driver/Lexer.h"

#include <cctype>

using namespace vib::cuda;

namespace {

bool isWord(char c) {
  return std::isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '$' ||
         c == '%' || c == '.';
}

class Lexer {
public:
  explicit Lexer(std::string_view text) : text(text) {}

  std::vector<Token> run() {
    std::vector<Token> tokens;
    do
      tokens.push_back(next());
    while (tokens.back().kind != Token::End);
    return tokens;
  }

private:
  Token next() {
    skipSpace();
    if (position == text.size())
      return {Token::End, {}, line};
    if (text[position] == '"')
      return string();
    size_t begin = position;
    while (position != text.size() && isWord(text[position])) {
      ++position;
      // As in `.L2::128B`.
      if (text.substr(position, 2) == "::")
        position += 2;
    }
    if (position != begin)
      return {Token::Word, text.substr(begin, position - begin), line};
    ++position;
    return {Token::Mark, text.substr(begin, 1), line};
  }

  Token string() {
    size_t end = text.find('"', position + 1);
    if (end == std::string_view::npos)
      throw PtxError(line, "a string without its end");
    Token token = {Token::String, text.substr(position + 1, end - position - 1),
                   line};
    position = end + 1;
    return token;
  }

  void skipSpace() {
    while (position != text.size()) {
      if (text[position] == '\n') {
        ++line;
        ++position;
      } else if (std::isspace(static_cast<unsigned char>(text[position]))) {
        ++position;
      } else if (text.substr(position, 2) == "//") {
        position = std::min(text.find('\n', position), text.size());
      } else if (text.substr(position, 2) == "/*") {
        skipComment();
      } else {
        return;
      }
    }
  }

  void skipComment() {
    size_t end = text.find("*/", position + 2);
    if (end == std::string_view::npos)
      throw PtxError(line, "a comment without its end");
    for (; position != end; ++position)
      line += text[position] == '\n';
    position += 2;
  }

  std::string_view text;
  size_t position = 0;
  uint32_t line = 1;
};

} // namespace

std::vector<Token> vib::cuda::tokenize(std::string_view text) {
  return Lexer(text).run();
}
