//===- SourceMessage.cpp - Messages about a text --------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "compiler/support/SourceMessage.h"
#include "llvm/Support/ConvertUTF.h"

using namespace llvm;
using namespace vib;

static constexpr StringLiteral kCut = "...";
static constexpr size_t kLongestWord = 200, kLongestMessage = 4000;
/// The bytes of a line to show before a column and from it on.
static constexpr size_t kBefore = 60, kAfter = 60;

static bool isContinuation(char c) { return (c & 0xC0) == 0x80; }

/// The position, or the one before it at which a character begins.
static size_t getCharacterBegin(StringRef text, size_t at) {
  at = std::min(at, text.size());
  size_t begin = at;
  while (begin > 0 && at - begin < 4 && begin < text.size() &&
         isContinuation(text[begin]))
    --begin;
  return begin;
}

/// The size of the character at the begin of `text`, or 0 if it is not to be
/// printed.
static size_t getCharacterSize(StringRef text) {
  auto first = static_cast<unsigned char>(text.front());
  if (first < 0x80)
    return first == '\n' || (first >= ' ' && first != 0x7F);
  size_t size = getNumBytesForUTF8(first);
  const auto *begin = reinterpret_cast<const UTF8 *>(text.data());
  if (size > text.size() || !isLegalUTF8Sequence(begin, begin + size))
    return 0;
  // U+0080 to U+009F are control characters, too.
  bool isControl = first == 0xC2 && static_cast<unsigned char>(text[1]) < 0xA0;
  return isControl ? 0 : size;
}

std::string vib::makePrintable(StringRef text) {
  std::string result;
  result.reserve(text.size());
  while (!text.empty()) {
    size_t size = getCharacterSize(text);
    result += size ? text.take_front(size) : StringRef("?");
    text = text.drop_front(std::max<size_t>(size, 1));
  }
  return result;
}

std::string vib::shortenMessage(StringRef message) {
  std::string result;
  while (!message.empty() && result.size() < kLongestMessage) {
    StringRef word = message.take_front(message.find_first_of(" \n", 1));
    message = message.drop_front(word.size());
    if (word.size() <= kLongestWord) {
      result += word;
      continue;
    }
    size_t half = kLongestWord / 2;
    StringRef end =
        word.substr(getCharacterBegin(word, word.size() - kLongestWord / 4));
    result += word.take_front(getCharacterBegin(word, half));
    result += kCut;
    result += end;
  }
  if (!message.empty())
    result += kCut;
  return makePrintable(result);
}

void vib::printSourceLine(raw_ostream &os, StringRef line, size_t column) {
  line = line.rtrim("\r\n");
  size_t at = std::min(column ? column - 1 : 0, line.size());
  size_t begin = at > kBefore ? getCharacterBegin(line, at - kBefore) : 0;
  size_t end = getCharacterBegin(line, at + kAfter);
  std::string before = begin ? kCut.str() : "";
  // A tab is shown as one space, so that the mark is below its column.
  auto show = [](StringRef text) {
    std::string spaced = text.str();
    std::replace(spaced.begin(), spaced.end(), '\t', ' ');
    return makePrintable(spaced);
  };
  before += show(line.slice(begin, at));
  os << before << show(line.slice(at, end))
     << (end < line.size() ? StringRef(kCut) : StringRef()) << "\n";
  size_t width = before.size();
  for (char c : before)
    width -= isContinuation(c);
  os.indent(width) << "^\n";
}
