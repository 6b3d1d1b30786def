//===- Lexer.h - The tokens of PTX ------------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef VIB_TEST_CUDADRIVER_LEXER_H
#define VIB_TEST_CUDADRIVER_LEXER_H

#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace vib::cuda {

/// An error in PTX text: the line and the reason.
class PtxError : public std::runtime_error {
public:
  PtxError(uint32_t line, const std::string &reason)
      : runtime_error(reason), line(line) {}

  uint32_t line;
};

struct Token {
  enum Kind : uint8_t {
    Word,   ///< A name, number, directive or opcode with its modifiers.
    String, ///< Without quotes.
    Mark,   ///< One character.
    End
  };

  Kind kind = End;
  std::string_view text;
  uint32_t line = 0;

  bool is(char mark) const { return kind == Mark && text[0] == mark; }
  bool is(std::string_view word) const { return kind == Word && text == word; }
};

/// The tokens of `text`, which must outlive them. The last token is an End.
std::vector<Token> tokenize(std::string_view text);

} // namespace vib::cuda

#endif // VIB_TEST_CUDADRIVER_LEXER_H
