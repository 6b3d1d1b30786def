//===- Bounds.cpp - Limits on the text that vibc parses -------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/vibc/Bounds.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace vib;

/// The files that vibc writes nest at most 20 deep.
static constexpr size_t kMostBrackets = 256;
/// As many digits as the largest f64 has.
static constexpr size_t kMostDigits = 309;
/// The results of one op, as in `%0#3`.
static constexpr uint64_t kMostResults = 1 << 16;

static bool isSigil(char c) { return StringRef("%#@!^").contains(c); }

Error vib::checkBounds(StringRef text, StringRef comment) {
  size_t depth = 0, line = 1;
  auto fail = [&](const Twine &message) {
    return createStringError("line " + Twine(line) + ": " + message);
  };
  char previous = ' ';
  for (size_t at = 0; at < text.size();) {
    StringRef rest = text.substr(at);
    char c = rest.front();
    size_t size = 1;
    if (c == '\n') {
      ++line;
    } else if (rest.starts_with(comment)) {
      size = std::min(rest.find('\n'), rest.size());
    } else if (c == '"') {
      // A quote after a backslash belongs to the string.
      while (size < rest.size() && rest[size] != '"' && rest[size] != '\n')
        size += rest[size] == '\\' ? 2 : 1;
      ++size;
    } else if (StringRef("([{<").contains(c)) {
      if (++depth > kMostBrackets)
        return fail("expected brackets of at most " + Twine(kMostBrackets) +
                    " levels");
    } else if (StringRef(")]}").contains(c) || (c == '>' && previous != '-')) {
      depth -= depth > 0;
    } else if (isDigit(c) && !isAlnum(previous) && previous != '_') {
      StringRef digits = rest.take_while([](char c) { return isDigit(c); });
      size = digits.size();
      uint64_t value = 0;
      bool isResult = previous == '#' && at > 1 && !isSpace(text[at - 2]);
      if (size > kMostDigits)
        return fail("expected numbers of at most " + Twine(kMostDigits) +
                    " digits but got one of " + Twine(size));
      if (isResult && (digits.getAsInteger(10, value) || value > kMostResults))
        return fail("expected a result up to #" + Twine(kMostResults) +
                    " but got #" + digits);
    } else if (isAlpha(c) || c == '_' || isSigil(c)) {
      // Digits in a name are not a number.
      while (size < rest.size() && (isAlnum(rest[size]) || rest[size] == '_'))
        ++size;
      if (c == '#' && size > 1 && isDigit(rest[1]))
        size = 1;
    }
    previous = text[std::min(at + size, text.size()) - 1];
    at += size;
  }
  return Error::success();
}
