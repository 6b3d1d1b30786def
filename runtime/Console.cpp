//===- Console.cpp - The standard streams ---------------------------------===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "runtime/Console.h"
#include "runtime/Host.h"
#include "runtime/Layout.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>

namespace vib::runtime {

/// errno of the first write to the standard output that failed.
static int failure = 0;

static MessagePrinter *messagePrinter = nullptr;

static std::string &name() {
  static std::string text = program_invocation_short_name;
  return text;
}

/// The bytes of the control character that `text` begins with, or 0.
static size_t controlBytes(std::string_view text) {
  auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  if (byte(0) < 0x20)
    return text[0] != '\n' && text[0] != '\t';
  // Those from U+0080 to U+009F have two bytes in UTF-8.
  if (byte(0) == 0xc2 && text.size() > 1 && byte(1) >= 0x80 && byte(1) < 0xa0)
    return 2;
  return byte(0) == 0x7f;
}

void openStandardDescriptors() {
  for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
    if (::fcntl(descriptor, F_GETFD) < 0 && errno == EBADF)
      // The lowest free descriptor is the one that is closed. A write to a
      // closed output still fails, because it is opened for reading.
      (void)!::open("/dev/null",
                    descriptor == STDERR_FILENO ? O_WRONLY : O_RDONLY);
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

void setProgramName(std::string_view path) {
  name() = path.substr(path.rfind('/') + 1);
}

const std::string &programName() { return name(); }

void printMessage(const char *kind, std::string_view text) noexcept {
  if (Host *host = Host::current())
    return host->say(kind, text);
  try {
    std::string message =
        fmt::format("{}: {}: {}\n", programName(), kind, text);
    complainText(::isatty(STDERR_FILENO) ? wrap(message, lineColumns, 2)
                                         : message);
  } catch (...) {
    // No memory to format it in.
    for (std::string_view piece :
         {std::string_view(programName()), std::string_view(": "),
          std::string_view(kind), std::string_view(": "), text,
          std::string_view("\n")})
      complainText(piece);
  }
}

MessagePrinter::MessagePrinter() { messagePrinter = this; }
MessagePrinter::~MessagePrinter() { messagePrinter = nullptr; }

void giveMessage(const char *kind, const std::string &text) {
  if (messagePrinter)
    messagePrinter->print(kind, text);
  else
    printMessage(kind, text);
}

std::string escapeControl(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (; !text.empty(); text.remove_prefix(1)) {
    size_t escaped = controlBytes(text);
    for (size_t i = 0; i < escaped; ++i)
      result += fmt::format("\\x{:02x}", static_cast<unsigned char>(text[i]));
    if (escaped == 0)
      result += text.front();
    else
      text.remove_prefix(escaped - 1);
  }
  return result;
}

} // namespace vib::runtime
