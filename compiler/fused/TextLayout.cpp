//===- TextLayout.cpp - Text within a width ---------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/fused/TextLayout.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;

/// Splits `text` at the spaces that are not within parentheses.
static SmallVector<StringRef> splitWords(StringRef text) {
  SmallVector<StringRef> words;
  size_t begin = 0, depth = 0;
  for (size_t i = 0; i != text.size(); ++i) {
    depth += text[i] == '(';
    depth -= text[i] == ')' && depth != 0;
    if (text[i] != ' ' || depth != 0)
      continue;
    words.push_back(text.slice(begin, i));
    begin = i + 1;
  }
  words.push_back(text.substr(begin));
  return words;
}

void vib::printWrapped(StringRef head, StringRef text, unsigned indent,
                       unsigned width, raw_ostream &os) {
  os << head;
  unsigned at = head.size();
  bool isFirst = true;
  for (StringRef word : splitWords(text)) {
    if (!isFirst && at + 1 + word.size() > width) {
      os << '\n';
      os.indent(at = indent);
    } else if (!isFirst) {
      os << ' ';
      ++at;
    }
    os << word;
    at += word.size();
    isFirst = false;
  }
  os << '\n';
}
