//===- TokenReader.h - Take tokens one by one -------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_TOKENREADER_H
#define VIB_TEST_CUDADRIVER_TOKENREADER_H

#include "test/cuda-driver/Lexer.h"
#include "test/cuda-driver/Statement.h"

#include <algorithm>

namespace vib::cuda {

/// Tokens, and the position of the next one.
struct TokenStream {
  std::vector<Token> tokens;
  size_t position = 0;
};

/// A variable or parameter, as in `.align 4 .b8 name[16]`.
struct Declaration {
  uint32_t align = 1;
  Type type = Type::B8;
  std::string name;
  uint64_t count = 1;
  bool isOpen = false; ///< `name[]`.

  uint64_t bytes() const { return count * sizeOf(type); }
};

/// The base of the parsers for modules and for kernels.
class TokenReader {
protected:
  explicit TokenReader(TokenStream &stream) : stream(stream) {}

  const Token &peek(size_t ahead = 0) const {
    size_t last = stream.tokens.size() - 1;
    return stream.tokens[std::min(stream.position + ahead, last)];
  }
  /// Takes a token. The last token, an End, can be taken any number of times.
  const Token &next() {
    const Token &token = peek();
    if (stream.position + 1 < stream.tokens.size())
      ++stream.position;
    return token;
  }
  bool accept(char mark);
  bool accept(std::string_view word);
  void expect(char mark);
  std::string expectWord();
  uint64_t expectNumber();
  /// Parses a constant whose sign has been taken.
  Operand parseNumber(const Token &token, bool negative) const;
  Declaration parseDeclaration();

  [[noreturn]] void error(const std::string &reason) const {
    throw PtxError(peek().line, reason);
  }
  [[noreturn]] void unexpected() const;

  TokenStream &stream;
};

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_TOKENREADER_H
