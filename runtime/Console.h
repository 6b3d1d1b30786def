//===- Console.h - The standard streams -------------------------*- C++ -*-===//
//
// Part of the vib project, under the Apache License v2.0 with LLVM Exceptions.
// See LICENSE for license information.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//
//
// Text that the program prints must never end the work that it reports. A
// terminal that is closed, a full disk behind a redirection, or a reader of a
// pipe that has gone away is noticed, and the files are written all the same.
//
//===----------------------------------------------------------------------===//

#ifndef VIB_RUNTIME_CONSOLE_H
#define VIB_RUNTIME_CONSOLE_H

#include <fmt/format.h>

#include <exception>
#include <iterator>
#include <string>
#include <string_view>
#include <utility>

namespace vib::runtime {

/// Opens /dev/null in place of each of the descriptors 0 to 2 that is closed.
/// Otherwise the next file that the program opens would get that number, and
/// everything printed would go into it. A write to a closed standard output
/// still fails with EBADF.
void openStandardDescriptors();

/// Writes `text` to the standard output. Never throws. The first error is kept
/// for flushOutput(); whatever is printed after it is dropped. Text that holds
/// names of files goes through escapeControl() first.
void printText(std::string_view text) noexcept;

/// Flushes the standard output. Returns errno of the first write to it that
/// failed, or 0.
int flushOutput() noexcept;

/// Writes `text` to the standard error, with control characters escaped. Never
/// throws: a message that cannot be written is lost.
void complainText(std::string_view text) noexcept;

/// The same, formatted. A message that there is no memory to format is lost; a
/// short one needs none.
template <typename... Args>
void complain(fmt::format_string<Args...> format, Args &&...args) noexcept {
  try {
    fmt::memory_buffer text;
    fmt::format_to(std::back_inserter(text), format,
                   std::forward<Args>(args)...);
    complainText({text.data(), text.size()});
  } catch (const std::exception &) {
  }
}

/// Sets the name that begins every message: the last component of `path`, by
/// which the program was called.
void setProgramName(std::string_view path);
const std::string &programName();

/// Prints "PROGRAM: KIND: TEXT" to the standard error. If that is a terminal,
/// lines are broken at spaces. If the thread has a host (Host.h), that gets the
/// text instead. Never throws.
void printMessage(const char *kind, std::string_view text) noexcept;

/// Gets the messages of warn() and note() as long as it lives: something is
/// drawn on the terminal that they must not be printed into. There is one at a
/// time at most, which lives longer than the threads that print.
class MessagePrinter {
public:
  MessagePrinter();
  virtual ~MessagePrinter();
  MessagePrinter(const MessagePrinter &) = delete;
  MessagePrinter &operator=(const MessagePrinter &) = delete;

  /// Calls printMessage() where nothing is drawn.
  virtual void print(const char *kind, const std::string &text) = 0;
};

/// Gives a message to the MessagePrinter, or prints it if there is none.
void giveMessage(const char *kind, const std::string &text);

/// Prints a formatted message of the kind "warning".
template <typename... Args>
void warn(fmt::format_string<Args...> format, Args &&...args) {
  giveMessage("warning", fmt::format(format, std::forward<Args>(args)...));
}

/// Prints a formatted message of the kind "note".
template <typename... Args>
void note(fmt::format_string<Args...> format, Args &&...args) {
  giveMessage("note", fmt::format(format, std::forward<Args>(args)...));
}

/// `text` with its control characters, but for line breaks and tabs, written as
/// \xNN: a name that comes from a file must not steer the terminal.
std::string escapeControl(std::string_view text);

} // namespace vib::runtime

#endif // VIB_RUNTIME_CONSOLE_H
