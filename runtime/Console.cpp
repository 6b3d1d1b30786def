//===- Console.cpp - The standard streams ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Console.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>

namespace vib::runtime {

/// errno of the first write to the standard output that failed.
static int failure = 0;

static bool isControl(char byte) {
  auto value = static_cast<unsigned char>(byte);
  return (value < 0x20 && byte != '\n' && byte != '\t') || value == 0x7f;
}

void openStandardDescriptors() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      // The lowest free descriptor is the one that is closed.
      (void)!::open("/dev/null",
                    descriptor == STDIN_FILENO ? O_RDONLY : O_WRONLY);
}

void printText(std::string_view text) noexcept {
  if (failure)
    return;
  errno = 0;
  if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
    failure = errno ? errno : EIO;
}

int flushOutput() noexcept {
  errno = 0;
  if (std::fflush(stdout) != 0 && !failure)
    failure = errno ? errno : EIO;
  if (std::ferror(stdout) && !failure)
    failure = EIO;
  return failure;
}

void complainText(std::string_view text) noexcept {
  try {
    std::string escaped = escapeControl(text);
    (void)!std::fwrite(escaped.data(), 1, escaped.size(), stderr);
  } catch (...) {
    // No memory to escape it in: better unescaped than unsaid.
    (void)!::write(STDERR_FILENO, text.data(), text.size());
  }
}

std::string escapeControl(std::string_view text) {
  std::string result(text);
  if (std::none_of(text.begin(), text.end(), isControl))
    return result;
  result.clear();
  for (char byte : text)
    if (isControl(byte))
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
    else
      result += byte;
  return result;
}

} // namespace vib::runtime
