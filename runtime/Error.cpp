//===- Error.cpp - The runtime's error class ------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Error.h"

#include <algorithm>

namespace vib::runtime {

static std::string withoutZeros(std::string text) {
  std::replace(text.begin(), text.end(), '\0', '?');
  return text;
}

Error::Error(std::string message)
    : std::runtime_error(withoutZeros(std::move(message))) {}

std::string printable(std::string_view text, size_t most) {
  size_t size = std::min(text.size(), most);
  // Do not cut within a character of UTF-8.
  while (size > 0 && size < text.size() && (uint8_t(text[size]) & 0xc0) == 0x80)
    --size;
  std::string result(text.substr(0, size));
  for (char &c : result)
    if (uint8_t(c) < ' ' || c == 0x7f)
      c = '?';
  return size < text.size() ? result + "..." : result;
}

std::string grouped(int64_t value) {
  std::string text = std::to_string(value);
  for (int at = int(text.size()) - 3; at > (value < 0); at -= 3)
    text.insert(size_t(at), ",");
  return text;
}

std::string counted(int64_t count, const std::string &noun,
                    const std::string &plural) {
  if (count == 1)
    return "1 " + noun;
  return grouped(count) + " " + (plural.empty() ? noun + "s" : plural);
}

std::string formatBytes(uint64_t bytes) {
  if (bytes >= 1'000'000'000)
    return fmt::format("{:.1f} GB", double(bytes) / 1e9);
  if (bytes >= 1'000'000)
    return fmt::format("{:.1f} MB", double(bytes) / 1e6);
  return counted(int64_t(bytes), "byte");
}

std::string describeBytes(const std::vector<uint8_t> &bytes) {
  constexpr size_t most = 8;
  auto end = bytes.begin() + ptrdiff_t(std::min(bytes.size(), most));
  return bytes.empty() ? "nothing"
                       : fmt::format("the bytes {:02x}",
                                     fmt::join(bytes.begin(), end, " "));
}

std::string listNames(const std::vector<std::string> &names) {
  constexpr size_t most = 8, longest = 60;
  size_t shown = std::min(names.size(), most);
  std::string text;
  for (size_t i = 0; i < shown; ++i) {
    if (i > 0)
      text += i + 1 == names.size() ? " and " : ", ";
    text += printable(names[i], longest);
  }
  if (shown < names.size())
    text += fmt::format(" and {} more", names.size() - shown);
  return text;
}

} // namespace vib::runtime
