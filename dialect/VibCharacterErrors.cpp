//===- VibCharacterErrors.cpp - Errors about wrong characters -------------===//
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

/// What to write in place of ';', of which `rest` is what follows.
static StringRef adviseSemicolon(StringRef rest) {
  rest = rest.ltrim(" \t");
  bool isAtEnd = rest.empty() || rest.front() == '\n' || rest.front() == '\r' ||
                 rest.front() == '}' || rest.starts_with("//");
  return isAtEnd ? ": nothing is needed at the end of a line"
                 : ": ',' separates the parts of a list, a new line two ops";
}

/// The character with which `text` starts, in quotes, and what to write
/// instead.
static std::string describeCharacter(StringRef text) {
  unsigned char first = text.empty() ? 0 : text.front();
  size_t size = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  StringRef character = text.take_front(size);
  StringRef advice = llvm::StringSwitch<StringRef>(character)
                         .Case(";", adviseSemicolon(text.drop_front(1)))
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
    // MLIR reports the position after the dot.
    if (text.empty() || !llvm::isDigit(text.front()))
      restart(position - 1) << "unexpected '.'";
    else
      restart(position - 1)
          << "expected a digit before '.': write '0."
          << text.take_while([](char c) { return llvm::isAlnum(c); }) << "'";
    return true;
  }
  // MLIR reads `# x` as an attribute without a name, `#x` as an alias of one.
  bool isComment = message == "invalid attribute name" ||
                   message == "expected '=' in attribute alias definition";
  if (isComment) {
    size_t at = source.getText().rfind('#', position + 1);
    restart(at == StringRef::npos ? position : at)
        << "expected an op but got '#': a comment begins with '//'";
    return true;
  }
  if (message == "invalid SSA name") {
    restart() << "expected a name after '%', such as %x";
    return true;
  }
  if (StringRef(message).starts_with("@ identifier expected")) {
    restart() << "expected a name that begins with a letter after '@', such "
                 "as @encode.0, but got "
              << describeToken(text.data());
    return true;
  }
  return false;
}
